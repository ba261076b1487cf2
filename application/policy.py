"""Who may do what (spec 2.4): the one place that decides.

Owners do everything with what is theirs. Auditors read everything and change nothing. Superusers
administrate, and see what is another user's only by acting as that user. Who does so may do what
that user may, but neither administrate nor touch the credentials.
"""

from typing import Protocol
from uuid import UUID

from application.errors import (
    AuditorOnly,
    AuditorsOnlyRead,
    NotWhileImpersonating,
    PortfolioForbidden,
    SuperuserOnly,
)


class Asker(Protocol):
    """Whose rights count: those of the user acted as, not the impersonator's."""

    @property
    def user_id(self) -> UUID:
        """Who it is."""
        ...

    @property
    def is_superuser(self) -> bool:
        """Whether it is a superuser."""
        ...

    @property
    def is_auditor(self) -> bool:
        """Whether it is an auditor."""
        ...


def refuse_reading(asker: Asker, owner_id: UUID) -> None:
    """Refuse whoever may not read what belongs to `owner_id`.

    Raises:
        PortfolioForbidden: ERR_PORT_403.
    """
    if asker.user_id != owner_id and not asker.is_auditor:
        raise PortfolioForbidden


def refuse_changing(asker: Asker) -> None:
    """Refuse whoever may change nothing; whose it is, the use case asks.

    Raises:
        AuditorsOnlyRead: ERR_AUDIT_403.
    """
    if not may_change(asker):
        raise AuditorsOnlyRead


def may_change(asker: Asker) -> bool:
    """Whether the user may change anything, if only what is the user's own."""
    return not asker.is_auditor


def refuse_administrating(asker: Asker, *, is_impersonated: bool) -> None:
    """Refuse whoever may not use the admin routes; a superuser may, auditor or not.

    Raises:
        NotWhileImpersonating: ERR_ADMIN_007. SuperuserOnly: ERR_ADMIN_001.
    """
    refuse_impersonated(is_impersonated=is_impersonated)
    if not may_administrate(asker, is_impersonated=is_impersonated):
        raise SuperuserOnly


def refuse_auditing(asker: Asker, *, is_impersonated: bool) -> None:
    """Refuse whoever may not read the audit log of everybody: auditors and superusers may.

    Raises:
        NotWhileImpersonating: ERR_ADMIN_007. AuditorOnly: ERR_AUDIT_001.
    """
    refuse_impersonated(is_impersonated=is_impersonated)
    if not may_audit(asker, is_impersonated=is_impersonated):
        raise AuditorOnly


def may_audit(asker: Asker, *, is_impersonated: bool) -> bool:
    """Whether it is an auditor or a superuser, in person."""
    return (asker.is_auditor or asker.is_superuser) and not is_impersonated


def may_administrate(asker: Asker, *, is_impersonated: bool) -> bool:
    """Whether it is a superuser, in person."""
    return asker.is_superuser and not is_impersonated


def refuse_impersonated(*, is_impersonated: bool) -> None:
    """Refuse whoever acts as somebody else.

    Raises:
        NotWhileImpersonating: ERR_ADMIN_007.
    """
    if is_impersonated:
        raise NotWhileImpersonating
