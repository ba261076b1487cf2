"""An event of the log as auditors look for it: its envelope, without what it says."""

from datetime import datetime
from uuid import UUID

import msgspec


class AuditRow(msgspec.Struct, frozen=True):
    """One event of any aggregate; instants are UTC.

    `aggregate` is the kind that `aggregate_id` is of, `kind` the event's topic. `causation` names
    what led to the command, a run or an import. `portfolio_id` and `user_id` say whose it is,
    where the event itself does.
    """

    position: int
    recorded_at: datetime
    aggregate: str
    aggregate_id: UUID
    version: int
    kind: str
    actor: UUID | None
    impersonator: UUID | None
    command_id: UUID
    correlation_id: UUID
    causation: UUID | None
    portfolio_id: UUID | None
    user_id: UUID | None


class AuditFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which events are asked for: those that all that is given is true of.

    `recorded_from` is included, `recorded_to` is not.
    """

    aggregate_id: UUID | None = None
    kind: str | None = None
    actor: UUID | None = None
    portfolio_id: UUID | None = None
    user_id: UUID | None = None
    recorded_from: datetime | None = None
    recorded_to: datetime | None = None
