"""Imports: positions that come into a portfolio from one file, and what that is recorded with."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

import msgspec

from domain.corporate_action import CorporateAction
from domain.errors import DomainError
from domain.position import Closing, Position, PositionTerms

NewPositionId = Callable[[str, date, int], UUID]
"""Gives the id of the n-th lot (from 1) of a symbol entered on a date."""

_SHOWN = 10
_LISTED = 1_000


class ImportMode(StrEnum):
    """What an import does to what is held already: stand beside it, or take its place."""

    ADD = "add"
    REPLACE = "replace"


class Assumption(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Something concluded beyond the file's text, of these physical lines; of all without any."""

    text: str
    rows: tuple[int, ...] = ()


class LeftOutRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A row that was not imported because of errors with these codes."""

    row: int
    symbol: str | None
    codes: tuple[str, ...]


class ImportSource(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where imported positions came from, so that an auditor can see what the file said.

    `account` is the one chosen of several in the file; `sha256` the digest of its bytes, in hex.
    """

    format: str
    file_name: str
    sha256: str
    account: str | None = None
    assumptions: tuple[Assumption, ...] = ()
    left_out: tuple[LeftOutRow, ...] = ()


class PositionClosing(Closing, frozen=True, kw_only=True):
    """A closing of a position that was held before."""

    position_id: UUID

    @property
    def part(self) -> Closing:
        """The closing as its position keeps it."""
        return Closing(
            closed_on=self.closed_on,
            quantity=self.quantity,
            price=self.price,
            traded=self.traded,
        )


class TakenIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an import did: the positions it opened, and what it closed to make them fit.

    The quantities contain every split up to `quantities_as_of`.
    """

    import_id: UUID
    source: ImportSource
    mode: ImportMode
    quantities_as_of: date
    positions: tuple[Position, ...]
    closings: tuple[PositionClosing, ...]

    @property
    def effective_on(self) -> date | None:
        """The first day on which something else is held because of it; None if nothing is."""
        entries = (position.entry_on for position in self.positions)
        exits = (closing.closed_on for closing in self.closings)
        return min((*entries, *exits), default=None)

    @property
    def closed(self) -> frozenset[UUID]:
        """The positions it closed, in part or whole."""
        return frozenset(closing.position_id for closing in self.closings)

    @property
    def touched(self) -> frozenset[UUID]:
        """The positions it opened, and those it closed."""
        return self.closed | {position.position_id for position in self.positions}


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """What a file brings.

    `stated_on` is the day the file speaks of: what replacing closes or opens is dated on it.
    `quantities_as_of` is the day up to which the quantities contain every split, None for a
    template's, which are as of the opening, or of the entry where that is later. `prices` are USD
    a share of the file's day by symbol, for replacing: the file's last prices, the latest closes
    where it has none; `actions` the market's splits, by which what is held and what the file
    states are counted in shares of its day; `history` the positions that the opening found
    at their end, which replacing leaves alone. `is_forced` takes in a file again that is
    known, and lots that are held.
    """

    source: ImportSource
    terms: Sequence[PositionTerms]
    stated_on: date
    quantities_as_of: date | None = None
    mode: ImportMode = ImportMode.ADD
    prices: Mapping[str, Decimal] = field(default_factory=dict)
    actions: Sequence[CorporateAction] = ()
    history: frozenset[UUID] = frozenset()
    is_forced: bool = False


class ImportUnknown(DomainError):
    """The portfolio has no such import."""

    code = "ERR_IMPORT_404"

    def __init__(self) -> None:
        super().__init__("This portfolio has no import with this id.")


class ImportBuiltUpon(DomainError):
    """What came later stands in the way of taking an import back, or of restoring it."""

    code = "ERR_PORT_013"

    def __init__(self, reasons: Sequence[str]) -> None:
        more = f" And {len(reasons) - _SHOWN} more." if len(reasons) > _SHOWN else ""
        super().__init__(
            f"Something later stands in the way: {' '.join(reasons[:_SHOWN])}{more} "
            "Undo that first.",
            reasons=list(reasons[:_LISTED]),
        )


class FileImportedBefore(DomainError):
    """The same file was imported into the portfolio before."""

    code = "ERR_PORT_014"

    def __init__(self, import_id: UUID) -> None:
        super().__init__(
            f"This file is imported already, as import {import_id}. Revert that import first, or "
            "send force=true to import the file once more.",
            import_id=str(import_id),
        )


class HeldAlready(DomainError):
    """Rows are of a symbol and an entry date that the portfolio holds already."""

    code = "ERR_POS_022"

    def __init__(self, terms: Iterable[PositionTerms]) -> None:
        lots = [f"{stated.symbol} of {stated.entry_on}" for stated in terms]
        more = f" and {len(lots) - _SHOWN} more" if len(lots) > _SHOWN else ""
        super().__init__(
            f"The portfolio holds already: {', '.join(lots[:_SHOWN])}{more}. Delete the rows, "
            "import with mode=replace, or send force=true to take them in as further lots.",
            positions=lots[:_LISTED],
        )


class ClosingPriceMissing(DomainError):
    """Replacing would close or open something at a price that nobody knows."""

    code = "ERR_PORT_016"

    def __init__(self, symbols: Sequence[str]) -> None:
        more = f" and {len(symbols) - _SHOWN} more" if len(symbols) > _SHOWN else ""
        super().__init__(
            f"No price is known for {', '.join(symbols[:_SHOWN])}{more}, which the file has fewer "
            "or more of than the portfolio. Calculate the portfolio first, so that prices are "
            "known, or correct these positions one by one.",
            symbols=list(symbols[:_LISTED]),
        )
