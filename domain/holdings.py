"""What a portfolio holds, folded from its imports; assigns and answers, decides nothing."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from operator import itemgetter
from uuid import UUID

from msgspec import structs

from domain.mark import Revaluation
from domain.position import Position, PositionTerms
from domain.position_import import ImportSource, NewPositionId, TakenIn


class Holdings:
    """Positions, the imports they came from, and their manual marks.

    `positions` are held or were, in the order of their imports; those of an import that was taken
    back are not among them. `lots` counts how many positions of a symbol and entry date there
    ever were. `reverted` says of each import that was taken back which others stood then.
    """

    def __init__(self) -> None:
        self.positions: dict[UUID, Position] = {}
        self.lots: dict[tuple[str, date], int] = {}
        self.imports: dict[UUID, TakenIn] = {}  # in the order they came
        self.reverted: dict[UUID, frozenset[UUID]] = {}
        self.revaluations: dict[UUID, tuple[Revaluation, ...]] = {}  # oldest first, one a day

    def take_in(self, taken: TakenIn) -> None:
        """The import came for the first time."""
        self.imports[taken.import_id] = taken
        for position in taken.positions:
            self.lots[_lot(position)] = self.lots.get(_lot(position), 0) + 1
        self._hold(taken)

    def revert(self, import_id: UUID) -> None:
        """None of the import's positions is held, none of its closings counts."""
        standing = {taken.import_id for taken in self._standing()}
        self.reverted[import_id] = frozenset(standing - {import_id})
        self._hold_anew()

    def restore(self, import_id: UUID) -> None:
        """The import's positions are held as it stated them, its closings count again."""
        self.reverted.pop(import_id)
        self._hold_anew()

    def revalue(self, position_id: UUID, mark: Revaluation) -> None:
        """The price is the position's manual mark from that day on, the only one of the day."""
        marks = {known.on: known for known in self.revaluations.get(position_id, ())}
        marks[mark.on] = mark
        self.revaluations[position_id] = tuple(marks[on] for on in sorted(marks))

    def numbered(self, terms: Iterable[PositionTerms], new_id: NewPositionId) -> Iterator[Position]:
        """The terms as positions, each with an id of its own."""
        lots: dict[tuple[str, date], int] = {}
        for stated in terms:
            lot = _lot(stated)
            lots[lot] = lots.get(lot, self.lots.get(lot, 0)) + 1
            position_id = new_id(stated.symbol, stated.entry_on, lots[lot])
            yield Position(position_id=position_id, **structs.asdict(stated))

    def held_already(self, terms: Iterable[PositionTerms]) -> list[PositionTerms]:
        """Those of `terms` whose symbol and entry date a position has, closed or not."""
        held = {_lot(position) for position in self.positions.values()}
        return [stated for stated in terms if _lot(stated) in held]

    def import_of(self, source: ImportSource) -> UUID | None:
        """The first import, not taken back, of the same file and account."""
        return _of_the_same_file(source, self._standing())

    def import_meanwhile_of(self, reverted: TakenIn) -> UUID | None:
        """The first import of the same file and account that came since this one was reverted."""
        return _of_the_same_file(reverted.source, self._came_since(reverted))

    def manual_prices(self, day: date) -> Mapping[str, Decimal]:
        """The latest manual mark by symbol, up to `day`."""
        marks = [
            (mark.on, self.positions[position_id].symbol, mark.price)
            for position_id, known in self.revaluations.items()
            for mark in known
            if mark.on <= day
        ]
        return {symbol: price for _, symbol, price in sorted(marks, key=itemgetter(0))}

    def hindrances_to_revert(self, taken: TakenIn) -> Iterator[str]:
        """Sentences on what came later and rests on what the import opened or closed."""
        ids = list(self.imports)
        later = set(ids[ids.index(taken.import_id) + 1 :])
        standing = [known for known in self._standing() if known.import_id in later]
        yield from self._closed_by(standing, taken.touched)
        for position in taken.positions:
            if position.position_id in self.revaluations:
                yield f"{_name(position)} was revalued."

    def hindrances_to_restore(self, reverted: TakenIn) -> Iterator[str]:
        """Sentences on what came or went since, and contradicts what the import did."""
        before, since = self.reverted[reverted.import_id], self._came_since(reverted)
        yield from self._closed_by(since, reverted.touched)
        lots = {_lot(position) for position in reverted.positions}
        for known in since:
            for position in known.positions:
                if _lot(position) in lots:
                    yield f"{_name(position)} came again with the {_file(known)}."
        gone = (self.imports[import_id] for import_id in self.reverted if import_id in before)
        for known in gone:
            if known.touched & reverted.closed:
                yield f"The {_file(known)}, on which it builds, was taken back."

    def _standing(self) -> Iterator[TakenIn]:
        """The imports that are not taken back."""
        return (known for known in self.imports.values() if known.import_id not in self.reverted)

    def _came_since(self, reverted: TakenIn) -> list[TakenIn]:
        """The imports that stand now and did not when that one was taken back."""
        before = self.reverted[reverted.import_id]
        return [known for known in self._standing() if known.import_id not in before]

    def _closed_by(self, imports: Iterable[TakenIn], positions: frozenset[UUID]) -> Iterator[str]:
        for known in imports:
            for closing in known.closings:
                if closing.position_id in positions:
                    lot = self.positions[closing.position_id]
                    yield f"{_name(lot)} was closed by the {_file(known)}."

    def _hold_anew(self) -> None:
        self.positions = {}
        for taken in self._standing():
            self._hold(taken)

    def _hold(self, taken: TakenIn) -> None:
        for position in taken.positions:
            self.positions[position.position_id] = position
        for closing in taken.closings:
            known = self.positions[closing.position_id]
            closings = (*known.closings, closing.part)
            self.positions[closing.position_id] = structs.replace(known, closings=closings)


def _of_the_same_file(source: ImportSource, imports: Iterable[TakenIn]) -> UUID | None:
    wanted = (source.sha256, source.account)
    same = (k.import_id for k in imports if (k.source.sha256, k.source.account) == wanted)
    return next(same, None)


def _lot(position: PositionTerms) -> tuple[str, date]:
    return position.symbol, position.entry_on


def _name(position: PositionTerms) -> str:
    return f"{position.symbol} of {position.entry_on}"


def _file(taken: TakenIn) -> str:
    return f"import of '{taken.source.file_name}'"
