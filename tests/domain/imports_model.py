"""Imports as a plain list of who opened and who closed what: what the machine compares with."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from uuid import UUID

import msgspec

from domain.errors import DomainError
from domain.identity import position_id
from domain.position import PositionTerms
from domain.position_import import (
    ClosingPriceMissing,
    FileImportedBefore,
    HeldAlready,
    ImportBuiltUpon,
    ImportUnknown,
)
from tests.support.specification import SUBJECT

Refusal = type[DomainError] | None
NONE = Decimal(0)
CASH = "CASH_USD"


@dataclass
class File:
    """What is imported; rows are wholly open. Without `price` no last price is known."""

    name: str
    rows: Sequence[PositionTerms]
    stated_on: date
    price: Decimal | None
    is_forced: bool


@dataclass
class Import:
    """What an import did."""

    file: str
    opened: dict[UUID, PositionTerms] = field(default_factory=dict)
    closed: dict[UUID, Decimal] = field(default_factory=dict)
    beside: set[UUID] | None = None
    """The other imports that stood when it was taken back, None while it stands."""


class Model:
    """All imports in the order they came."""

    def __init__(self) -> None:
        self.imports: dict[UUID, Import] = {}
        self._lots: Counter[tuple[str, date]] = Counter()

    @property
    def standing(self) -> dict[UUID, Import]:
        """The imports that are not taken back."""
        return {key: known for key, known in self.imports.items() if known.beside is None}

    @property
    def lots(self) -> dict[UUID, PositionTerms]:
        """What standing imports opened, in their order."""
        return {k: lot for known in self.standing.values() for k, lot in known.opened.items()}

    def left(self, lot: UUID) -> Decimal:
        """What of a lot is open, signed."""
        gone = sum((known.closed.get(lot, NONE) for known in self.standing.values()), NONE)
        return self.lots[lot].quantity - gone

    def add(self, import_id: UUID, file: File) -> Refusal:
        """All rows come in, or none."""
        if self._is_known(file):
            return FileImportedBefore
        held = {(lot.symbol, lot.entry_on) for lot in self.lots.values()}
        if not file.is_forced and held & {(row.symbol, row.entry_on) for row in file.rows}:
            return HeldAlready
        self.imports[import_id] = Import(file.name, self._numbered(file.rows))
        return None

    def replace(self, import_id: UUID, file: File) -> Refusal:
        """Afterwards as much is open of each symbol, long and short, as the file states."""
        if self._is_known(file):
            return FileImportedBefore
        openings: list[PositionTerms] = []
        closed: dict[UUID, Decimal] = {}
        lacks_price = False
        symbols = {row.symbol for row in (*file.rows, *self.lots.values())}
        for symbol in sorted(symbols):
            for sign in (1, -1):
                rows = [r for r in file.rows if r.symbol == symbol and r.quantity * sign > 0]
                came, went, needs_price = self._side(symbol, sign, rows, file)
                openings += came
                closed |= went
                lacks_price = lacks_price or (needs_price and file.price is None)
        if lacks_price:
            return ClosingPriceMissing
        self.imports[import_id] = Import(file.name, self._numbered(openings), closed)
        return None

    def revert(self, import_id: UUID) -> Refusal:
        """Not while a later one closed something of what this one opened or closed."""
        known = self.imports.get(import_id)
        if known is None:
            return ImportUnknown
        if known.beside is not None:
            return None
        ids = list(self.imports)
        later = [k for key, k in self.standing.items() if ids.index(key) > ids.index(import_id)]
        if any(k.closed.keys() & {*known.opened, *known.closed} for k in later):
            return ImportBuiltUpon
        known.beside = self.standing.keys() - {import_id}
        return None

    def restore(self, import_id: UUID) -> Refusal:
        """Only onto what it was taken back from."""
        known = self.imports.get(import_id)
        if known is None:
            return ImportUnknown
        if known.beside is None:
            return None
        new = [k for key, k in self.standing.items() if key not in known.beside]
        if any(k.file == known.file for k in new):
            return FileImportedBefore
        lots = {(lot.symbol, lot.entry_on) for lot in known.opened.values()}
        came = {(lot.symbol, lot.entry_on) for k in new for lot in k.opened.values()}
        gone = [self.imports[key] for key in known.beside - self.standing.keys()]
        if (
            lots & came
            or any(k.closed.keys() & known.closed.keys() for k in new)
            or any({*k.opened, *k.closed} & known.closed.keys() for k in gone)
        ):
            return ImportBuiltUpon
        known.beside = None
        return None

    def _is_known(self, file: File) -> bool:
        return not file.is_forced and file.name in {k.file for k in self.standing.values()}

    def _numbered(self, rows: Sequence[PositionTerms]) -> dict[UUID, PositionTerms]:
        return dict(self._number(rows))

    def _number(self, rows: Sequence[PositionTerms]) -> Iterator[tuple[UUID, PositionTerms]]:
        for row in rows:
            self._lots[row.symbol, row.entry_on] += 1
            lot = self._lots[row.symbol, row.entry_on]
            yield position_id(SUBJECT, row.symbol, row.entry_on, lot), row

    def _side(
        self, symbol: str, sign: int, rows: Sequence[PositionTerms], file: File
    ) -> tuple[list[PositionTerms], dict[UUID, Decimal], bool]:
        """What comes and goes of one symbol, long or short, and whether that takes a price."""
        held = [
            key
            for key, lot in sorted(self.lots.items(), key=lambda item: item[1].entry_on)
            if lot.symbol == symbol and lot.quantity * sign > 0 and self.left(key)
        ]
        rows = sorted(rows, key=lambda row: row.entry_on)
        have, want = sum(map(self.left, held), NONE), sum((row.quantity for row in rows), NONE)
        cost = sum((row.quantity * row.entry_price for row in rows), NONE)
        cost -= sum((self.left(key) * self.lots[key].entry_price for key in held), NONE)
        if have == want and not (cost and symbol == CASH):
            return [], {}, False
        if not held:
            return rows, {}, False
        if symbol == CASH:
            came = [dated(row, max(row.entry_on, file.stated_on)) for row in rows]
            return came, {key: self.left(key) for key in held}, False
        if abs(have) > abs(want):
            return [], self._first_out(held, have - want), True
        price = round(cost / (want - have), 6)
        more = msgspec.structs.replace(
            dated(rows[-1], file.stated_on),
            quantity=want - have,
            entry_price=price if price > 0 else file.price or NONE,
        )
        return [more], {}, price <= 0

    def _first_out(self, held: Sequence[UUID], surplus: Decimal) -> dict[UUID, Decimal]:
        """Which parts go, the oldest first."""
        gone = {}
        for key in held:
            gone[key] = min(self.left(key), surplus, key=abs)
            surplus -= gone[key]
        return {key: part for key, part in gone.items() if part}


def dated(row: PositionTerms, entry_on: date) -> PositionTerms:
    """The row with another entry date."""
    return msgspec.structs.replace(row, entry_on=entry_on)
