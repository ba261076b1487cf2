"""The claim on an e-mail address: one stream per address, so one owner, whatever the ids."""

from uuid import UUID

from domain.errors import DomainError
from domain.kernel import Aggregate, Event


class EmailTaken(DomainError):
    """Somebody registered this address before."""

    code = "ERR_USER_001"

    def __init__(self) -> None:
        super().__init__("This e-mail address is registered already; sign in instead.")


class EmailClaim(Aggregate):
    """Held by at most one user; saved together with that user's registration, and forgetting."""

    TOPIC = "email_claim"

    class Claimed(Event, frozen=True):
        """A user took the address."""

        TOPIC = "email_claim.claimed"
        user_id: UUID

        def apply(self, claim: "EmailClaim") -> None:
            """The address is that user's, and was somebody's once more."""
            claim.user_id = self.user_id
            claim.uses += 1

    class Released(Event, frozen=True):
        """The user who held the address was forgotten."""

        TOPIC = "email_claim.released"
        user_id: UUID

        def apply(self, claim: "EmailClaim") -> None:
            """The address is nobody's."""
            claim.user_id = None

    def __init__(self, aggregate_id: UUID) -> None:
        super().__init__(aggregate_id)
        self.user_id: UUID | None = None
        self.uses = 0

    @property
    def next_use(self) -> int:
        """The how-many-eth user of this address the next one would be, from 1."""
        return self.uses + 1

    def claim(self, user_id: UUID) -> None:
        """Take the address for a user.

        Raises:
            EmailTaken: ERR_USER_001.
        """
        if self.user_id is not None:
            raise EmailTaken
        self.record(self.Claimed(user_id=user_id))

    def release(self) -> None:
        """Let go of the user who holds the address: it can be registered again."""
        if self.user_id is not None:
            self.record(self.Released(user_id=self.user_id))
