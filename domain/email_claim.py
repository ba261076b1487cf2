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
    """Held by at most one user; saved together with that user's registration."""

    TOPIC = "email_claim"

    class Claimed(Event, frozen=True):
        """A user took the address."""

        TOPIC = "email_claim.claimed"
        user_id: UUID

        def apply(self, claim: "EmailClaim") -> None:
            """The address is that user's."""
            claim.user_id = self.user_id

    def __init__(self, aggregate_id: UUID) -> None:
        super().__init__(aggregate_id)
        self.user_id: UUID | None = None

    def claim(self, user_id: UUID) -> None:
        """Take the address for a user.

        Raises:
            EmailTaken: ERR_USER_001.
        """
        if self.user_id is not None:
            raise EmailTaken
        self.record(self.Claimed(user_id=user_id))
