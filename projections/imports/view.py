"""An import as its owner sees it in the portfolio's history."""

from datetime import date, datetime
from uuid import UUID

import msgspec

from domain.position_import import Assumption, ImportMode, LeftOutRow


class ImportRow(msgspec.Struct, frozen=True):
    """One import. Instants are UTC.

    `positions` counts those it opened, `closings` the parts of others it closed. `version` is the
    portfolio's at the import, so that a later one has a higher. `changed_at` is when it was
    imported, reverted or restored last; `reason` that of the revert, None while it counts.
    """

    import_id: UUID
    portfolio_id: UUID
    version: int
    mode: ImportMode
    source_format: str
    file_name: str
    sha256: str
    account: str | None
    quantities_as_of: date
    positions: int
    closings: int
    assumptions: tuple[Assumption, ...]
    left_out: tuple[LeftOutRow, ...]
    is_reverted: bool
    reason: str | None
    imported_at: datetime
    changed_at: datetime
