"""What concerns who may do what, and changes nothing: kept in the log with all that does."""

from typing import Self
from uuid import UUID

from domain.kernel import Aggregate, Event


class SecurityRecord(Aggregate):
    """One entry of the security log: a stream of its own, so that no two writers are in the way.

    Nothing in it says who anybody is: users by id, never an address, nor where a caller came from.
    """

    TOPIC = "security_record"

    class AdminDenied(Event, frozen=True):
        """A user was refused what superusers or auditors alone may; recorded once an hour."""

        TOPIC = "security_record.admin_denied"
        user_id: UUID
        method: str
        route: str
        error_code: str

        def apply(self, record: "SecurityRecord") -> None:
            """The entry is there."""

    class LoginFailed(Event, frozen=True):
        """Somebody did not prove to be a user; None where nobody has the address.

        With `locks_out` it was one too many: nobody signs in there for a while.
        """

        TOPIC = "security_record.login_failed"
        user_id: UUID | None
        locks_out: bool

        def apply(self, record: "SecurityRecord") -> None:
            """The entry is there."""

    class DataExported(Event, frozen=True):
        """Somebody took data along, of a portfolio or of all."""

        TOPIC = "security_record.data_exported"
        what: str
        portfolio_id: UUID | None

        def apply(self, record: "SecurityRecord") -> None:
            """The entry is there."""

    class LogVerified(Event, frozen=True):
        """Somebody had the whole log verified, and so much of it fits, up to a position.

        `fault_position` is the first that does not, and `fault` in which way; None where all does.
        """

        TOPIC = "security_record.log_verified"
        events: int
        checkpoints: int
        position: int
        fault_position: int | None
        fault: str | None

        def apply(self, record: "SecurityRecord") -> None:
            """The entry is there."""

    @classmethod
    def of(cls, entry_id: UUID, entry: Event) -> Self:
        """A record with its one entry."""
        record = cls(entry_id)
        record.record(entry)
        return record
