"""A registered user as others see one."""

from datetime import datetime
from uuid import UUID

import msgspec


class UserRow(msgspec.Struct, frozen=True):
    """One user. Instants are UTC; `portfolio_count` counts live accounts."""

    user_id: UUID
    email: str
    full_name: str
    is_superuser: bool
    created_at: datetime
    logged_in_at: datetime | None
    portfolio_count: int
