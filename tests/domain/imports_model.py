"""Files and hands as a plain list of who opened and closed what: what the machine compares with."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from operator import itemgetter
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
from domain.position_refusals import (
    ClosedOverHeld,
    ClosingDateRefused,
    CorrectionContradicted,
    PositionUnknown,
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
    """What an import did; `at` counts what was done before it."""

    file: str
    at: int
    opened: dict[UUID, PositionTerms] = field(default_factory=dict)
    closed: dict[UUID, Decimal] = field(default_factory=dict)
    closed_on: dict[UUID, date] = field(default_factory=dict)
    beside: set[UUID] | None = None
    """The other imports that stood when it was taken back, None while it stands."""
    gone_at: int = 0

    @property
    def touched(self) -> set[UUID]:
        """What it opened or closed."""
        return {*self.opened, *self.closed}


@dataclass
class ByHand:
    """What was done by hand to one lot, in the order it was done."""

    at: int
    lot: UUID
    opened: PositionTerms | None = None
    corrected: PositionTerms | None = None
    closed: Decimal = NONE
    on: date = date.min
    is_removal: bool = False
    is_expiry: bool = False


class Model:
    """All imports in the order they came, and all that was done by hand."""

    def __init__(self) -> None:
        self.imports: dict[UUID, Import] = {}
        self.by_hand: list[ByHand] = []
        self._lots: Counter[tuple[str, date]] = Counter()
        self._done = 0

    @property
    def standing(self) -> dict[UUID, Import]:
        """The imports that are not taken back."""
        return {key: known for key, known in self.imports.items() if known.beside is None}

    @property
    def lots(self) -> dict[UUID, PositionTerms]:
        """What standing imports and hands opened, in their order, as it was corrected."""
        opened = [(known.at, known.opened) for known in self.standing.values()]
        opened += [(done.at, {done.lot: done.opened}) for done in self.by_hand if done.opened]
        lots = {k: lot for _, some in sorted(opened, key=itemgetter(0)) for k, lot in some.items()}
        for done in self.by_hand:
            if done.corrected:
                lots[done.lot] = done.corrected
        gone = {done.lot for done in self.by_hand if done.is_removal}
        return {key: lot for key, lot in lots.items() if key not in gone}

    @property
    def every_lot(self) -> list[UUID]:
        """All that ever came, held or not."""
        imported = [key for known in self.imports.values() for key in known.opened]
        return imported + [done.lot for done in self.by_hand if done.opened]

    def expiry_of(self, lot: UUID) -> date | None:
        """When it expired, None if it did not."""
        days = [done.on for done in self.by_hand if done.lot == lot and done.is_expiry]
        return days[-1] if days else None

    def unexpired(self, lot: UUID) -> Decimal:
        """What closings left of a lot, signed."""
        gone = sum((known.closed.get(lot, NONE) for known in self.standing.values()), NONE)
        gone += sum((done.closed for done in self.by_hand if done.lot == lot), NONE)
        return self.lots[lot].quantity - gone

    def left(self, lot: UUID) -> Decimal:
        """What of a lot is open, signed."""
        return NONE if self.expiry_of(lot) else self.unexpired(lot)

    def closing_days(self, lot: UUID) -> list[date]:
        """When parts of a lot were closed, but for its expiry."""
        days = [k.closed_on[lot] for k in self.standing.values() if lot in k.closed_on]
        return days + [done.on for done in self.by_hand if done.lot == lot and done.closed]

    def enter(self, rows: Sequence[PositionTerms]) -> None:
        """All rows come in by hand."""
        for key, row in self._number(rows):
            self.by_hand.append(ByHand(self._next(), key, opened=row))

    def correct(self, lot: UUID, corrected: PositionTerms) -> Refusal:
        """Not to what closings contradict."""
        if lot not in self.lots:
            return PositionUnknown
        before = self.lots[lot]
        if corrected == before:
            return None
        gone = before.quantity - self.unexpired(lot)
        if any(day < corrected.entry_on for day in self.closing_days(lot)):
            return CorrectionContradicted
        if gone and not 0 < gone / corrected.quantity <= 1:
            return CorrectionContradicted
        self.by_hand.append(ByHand(self._next(), lot, corrected=corrected))
        return None

    def close(self, lot: UUID, on: date, part: Decimal | None) -> Refusal:
        """At most what is left then."""
        if lot not in self.lots:
            return PositionUnknown
        expired_on = self.expiry_of(lot)
        left = NONE if expired_on and on > expired_on else self.unexpired(lot)
        if on < self.lots[lot].entry_on:
            return ClosingDateRefused
        closed = left if part is None else part.copy_sign(left)
        if not left or abs(closed) > abs(left):
            return ClosedOverHeld
        self.by_hand.append(ByHand(self._next(), lot, closed=closed, on=on))
        return None

    def remove(self, lot: UUID) -> Refusal:
        """Once; then there is nothing to do."""
        if any(done.lot == lot and done.is_removal for done in self.by_hand):
            return None
        if lot not in self.lots:
            return PositionUnknown
        self.by_hand.append(ByHand(self._next(), lot, is_removal=True))
        return None

    def expire(self, lot: UUID, on: date) -> Refusal:
        """What closings left of it; once for each day."""
        if lot not in self.lots:
            return PositionUnknown
        if self.unexpired(lot) and self.expiry_of(lot) != on:
            self.by_hand.append(ByHand(self._next(), lot, on=on, is_expiry=True))
        return None

    def add(self, import_id: UUID, file: File) -> Refusal:
        """All rows come in, or none."""
        if self._is_known(file):
            return FileImportedBefore
        held = {(lot.symbol, lot.entry_on) for lot in self.lots.values()}
        if not file.is_forced and held & {(row.symbol, row.entry_on) for row in file.rows}:
            return HeldAlready
        at = self._next()
        self.imports[import_id] = Import(file.name, at, dict(self._number(file.rows)))
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
        days = {key: max(file.stated_on, self.lots[key].entry_on) for key in closed}
        at = self._next()
        self.imports[import_id] = Import(file.name, at, dict(self._number(openings)), closed, days)
        return None

    def revert(self, import_id: UUID) -> Refusal:
        """Not while a later one, or a hand, did something to what this one opened or closed."""
        known = self.imports.get(import_id)
        if known is None:
            return ImportUnknown
        if known.beside is not None:
            return None
        ids = list(self.imports)
        later = [k for key, k in self.standing.items() if ids.index(key) > ids.index(import_id)]
        if any(k.closed.keys() & known.touched for k in later) or self._edited(known, known.at):
            return ImportBuiltUpon
        known.beside = self.standing.keys() - {import_id}
        known.gone_at = self._next()
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
        entered = {d.lot for d in self.by_hand if d.opened and d.at > known.gone_at}
        came |= {(p.symbol, p.entry_on) for key, p in self.lots.items() if key in entered}
        gone = [self.imports[key] for key in known.beside - self.standing.keys()]
        if (
            lots & came
            or self._edited(known, known.gone_at)
            or any(k.closed.keys() & known.closed.keys() for k in new)
            or any({*k.opened, *k.closed} & known.closed.keys() for k in gone)
        ):
            return ImportBuiltUpon
        known.beside = None
        return None

    def _is_known(self, file: File) -> bool:
        return not file.is_forced and file.name in {k.file for k in self.standing.values()}

    def _next(self) -> int:
        self._done += 1
        return self._done

    def _edited(self, known: Import, since: int) -> bool:
        """Whether a hand did something since to what the import opened or closed."""
        edits = (done for done in self.by_hand if done.at > since and not done.opened)
        return any(done.lot in known.touched for done in edits)

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
