"""A registered user as others see one."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

import msgspec

from domain.kernel import FORGOTTEN


class UserRow(msgspec.Struct, frozen=True):
    """One user. Instants are UTC; `portfolio_count` counts live accounts.

    `returned_tokens` are those given back before their end, with that end, as far as a token of
    this `session_version` goes; one that had ended when another was given back may be left out.
    """

    user_id: UUID
    email: str
    full_name: str
    is_superuser: bool
    is_auditor: bool
    is_active: bool
    session_version: int
    returned_tokens: Mapping[str, datetime]
    created_at: datetime
    logged_in_at: datetime | None
    portfolio_count: int

    @property
    def is_forgotten(self) -> bool:
        """Whether nobody knows any more who it was."""
        return self.email == FORGOTTEN


class UserFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which users are asked for: those that all that is given is true of.

    `email` is a part of the address, in any case; `created_from` and `created_to` are included.
    """

    email: str = ""
    has_portfolio: bool | None = None
    created_from: datetime | None = None
    created_to: datetime | None = None
