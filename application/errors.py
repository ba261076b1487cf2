"""Refusals that belong to use cases rather than to one aggregate."""

from domain.errors import DomainError


class VersionConflict(Exception):
    """Another command recorded first. Not a refusal: load again and decide again."""


class StoreUnavailable(DomainError):
    """The store did not answer in time, or too many commands were first.

    Nothing was recorded, unless the connection was lost in the middle of the commit and could
    not be had again to find out: the sentence promises neither.
    """

    code = "ERR_BUSY_001"

    def __init__(self) -> None:
        super().__init__(
            "The service cannot answer now. Wait a few seconds, look, and send it again if needed.",
            retry_after_s=2,
        )


class NoRoom(StoreUnavailable):
    """A disk is full, or its share of it is used up. Nothing was recorded."""

    code = "ERR_BUSY_003"

    def __init__(self) -> None:
        DomainError.__init__(
            self,
            "The service has no room left on a disk; nothing was recorded. Send it again later.",
            retry_after_s=10,
        )


class InviteRefused(DomainError):
    """The invite code is not one of ours."""

    code = "ERR_INVITE_001"

    def __init__(self) -> None:
        super().__init__("This invite code is not valid; check it with whoever invited you.")


class InviteUnknown(DomainError):
    """No invite code has this id."""

    code = "ERR_INVITE_404"

    def __init__(self) -> None:
        super().__init__("There is no invite code with this id.")


class PasswordTooWeak(DomainError):
    """The password breaks the rule of length or composition, or is among the 10,000 commonest."""

    code = "ERR_USER_003"

    def __init__(self, *, is_composed: bool = True) -> None:
        composed = " with an upper-case letter, a lower-case letter and a digit,"
        super().__init__(
            f"Choose a password of 8 to 128 characters{composed if is_composed else ','} and not"
            " one of the 10,000 commonest."
        )


class CredentialsRefused(DomainError):
    """Unknown address, wrong password or deactivated user: not told apart."""

    code = "ERR_AUTH_001"

    def __init__(self) -> None:
        super().__init__("E-mail address or password is wrong.")


class UserUnknown(DomainError):
    """Nobody is registered with this address or id."""

    code = "ERR_USER_404"

    def __init__(self) -> None:
        super().__init__("Nobody is registered with this id or e-mail address.")


class TooManyFailures(DomainError):
    """Signing in failed too often with this e-mail address, or from where the caller is."""

    code = "ERR_AUTH_003"

    def __init__(self, retry_after_s: int) -> None:
        super().__init__(
            f"Signing in failed too often. Wait {retry_after_s} seconds and try again.",
            retry_after_s=retry_after_s,
        )


class TokenRefused(DomainError):
    """The access token is missing, expired, forged, malformed or oversized."""

    code = "ERR_AUTH_002"

    def __init__(self) -> None:
        super().__init__("Sign in and send the access token as 'Authorization: Bearer ...'.")


class SuperuserOnly(DomainError):
    """Administration is for superusers."""

    code = "ERR_ADMIN_001"

    def __init__(self) -> None:
        super().__init__("Only a superuser may do this; ask one.")


class ImpersonationTargetUnknown(DomainError):
    """The user whom a superuser wants to act as does not exist, or is deactivated."""

    code = "ERR_ADMIN_002"

    def __init__(self) -> None:
        super().__init__("There is no active user with this id; see the list of users.")


class NotImpersonating(DomainError):
    """An impersonation was to be stopped by a token that is of none."""

    code = "ERR_ADMIN_004"

    def __init__(self) -> None:
        super().__init__("You act as nobody else; send the token that impersonating gave you.")


class NotWhileImpersonating(DomainError):
    """Who acts as somebody else may neither administrate nor touch that user's credentials."""

    code = "ERR_ADMIN_007"

    def __init__(self) -> None:
        super().__init__("You act as another user; stop impersonating before you do this.")


class AuditorsOnlyRead(DomainError):
    """An auditor asked for a change."""

    code = "ERR_AUDIT_403"

    def __init__(self) -> None:
        super().__init__("As an auditor you read everything and change nothing.")


class AuditorOnly(DomainError):
    """The audit log of everybody is for auditors and superusers."""

    code = "ERR_AUDIT_001"

    def __init__(self) -> None:
        super().__init__(
            "Only an auditor or a superuser may read the audit log of everybody; ask for what is"
            " your own, by portfolio_id or user_id."
        )


class PortfolioUnknown(DomainError):
    """No portfolio has this id."""

    code = "ERR_PORT_404"

    def __init__(self) -> None:
        super().__init__("There is no portfolio with this id.")


class PortfolioForbidden(DomainError):
    """The portfolio belongs to somebody else."""

    code = "ERR_PORT_403"

    def __init__(self) -> None:
        super().__init__("This portfolio is not yours.")


class VersionMovedOn(DomainError):
    """The portfolio is not at the version that the command was meant for."""

    code = "ERR_VERSION_001"

    def __init__(self, version: int) -> None:
        super().__init__(
            f"The portfolio has changed meanwhile: it is at version {version}. Read it again, and"
            " send the change again if it is still meant.",
            version=version,
        )


class OpeningDateRefused(DomainError):
    """The as-of date of the equity is no date, in the future, or before any price."""

    code = "ERR_PORT_012"

    def __init__(self, earliest: str, latest: str) -> None:
        super().__init__(
            f"The as-of date of the equity is a day from {earliest} to {latest}, as YYYY-MM-DD.",
            earliest=earliest,
            latest=latest,
        )


class RunUnknown(DomainError):
    """No run of this portfolio has this id."""

    code = "ERR_BATCH_404"

    def __init__(self) -> None:
        super().__init__("This portfolio has no calculation with this id.")


class SessionNotCompleted(DomainError):
    """A valuation was asked for a day that is not a completed session."""

    code = "ERR_VAL_001"

    def __init__(self, latest: str) -> None:
        super().__init__(
            f"Accounts are valued at completed sessions; the latest one is {latest}.",
            latest=latest,
        )


class FlowDateRefused(DomainError):
    """A flow is dated in the future."""

    code = "ERR_EQUITY_002"

    def __init__(self, latest: str) -> None:
        super().__init__(f"A cash flow is dated up to {latest}, today.", latest=latest)


class ActionDateRefused(DomainError):
    """A corporate action is of a day in the future, or before there are prices."""

    code = "ERR_ACTION_002"

    def __init__(self, earliest: str, latest: str) -> None:
        super().__init__(
            f"The ex date of a split or a dividend is a day from {earliest} to {latest}.",
            earliest=earliest,
            latest=latest,
        )


class RoomUnknown(DomainError):
    """No read model has this name."""

    code = "ERR_ROOM_404"

    def __init__(self) -> None:
        super().__init__("There is no projection of this name; GET /admin/projections lists them.")


class RoomBusy(DomainError):
    """The room is being built anew or verified already."""

    code = "ERR_ROOM_001"

    def __init__(self, room: str) -> None:
        super().__init__(
            f"The projection {room} is being rebuilt or verified already. Wait until that has"
            " ended.",
            room=room,
        )


class RoomStopped(DomainError):
    """A room cannot take in an event: a defect of the program.

    `place` names the event by its topic and position, `error` says what went wrong, for whoever
    mends it.
    """

    code = "ERR_ROOM_002"

    def __init__(self, room: str, place: str, error: str) -> None:
        super().__init__(
            f"The projection {room} cannot take in {place}. Nothing was changed. See the log of the"
            " service for the defect, and try again when it is mended.",
            room=room,
        )
        self.place = place
        self.error = error


class ReadModelBehind(DomainError):
    """The rooms have not reached the position that a read asked for, within 2 s."""

    code = "ERR_READ_001"

    def __init__(self, wanted: int) -> None:
        super().__init__(
            "The view has not caught up with this position yet; ask again in a moment.",
            position=wanted,
        )
