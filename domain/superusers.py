"""The superusers who can sign in: one stream for all of them, so that there always is one."""

from uuid import UUID

from domain.errors import DomainError
from domain.kernel import Aggregate, Event
from domain.user import User


class LastSuperuser(DomainError):
    """Without this user nobody could administrate."""

    code = "ERR_ADMIN_006"

    def __init__(self) -> None:
        super().__init__("This is the last superuser; promote somebody else before.")


class Superusers(Aggregate):
    """Saved together with every change of a user's rank, so that two of them cannot both be last.

    A superuser who is deactivated does not count: who cannot sign in cannot help.
    """

    TOPIC = "superusers"

    class Joined(Event, frozen=True):
        """A user may administrate."""

        TOPIC = "superusers.joined"
        user_id: UUID

        def apply(self, superusers: "Superusers") -> None:
            """One more."""
            superusers.members.add(self.user_id)

    class Left(Event, frozen=True):
        """A user may not administrate any more."""

        TOPIC = "superusers.left"
        user_id: UUID

        def apply(self, superusers: "Superusers") -> None:
            """One less."""
            superusers.members.discard(self.user_id)

    def __init__(self, aggregate_id: UUID) -> None:
        super().__init__(aggregate_id)
        self.members: set[UUID] = set()

    def count(self, user: User) -> None:
        """Take the user in or out, as the user's rank now says.

        Raises:
            LastSuperuser: ERR_ADMIN_006.
        """
        if user.administrates == (user.id in self.members):
            return
        if user.administrates:
            self.record(self.Joined(user_id=user.id))
        elif self.members == {user.id}:
            raise LastSuperuser
        else:
            self.record(self.Left(user_id=user.id))
