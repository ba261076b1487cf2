"""What a portfolio holds, folded from its imports; assigns and answers, decides nothing."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from uuid import UUID

from msgspec import structs

from domain.mark import Revaluation
from domain.position import Closing, Position, PositionTerms
from domain.position_import import ImportSource, NewPositionId, PositionClosing, TakenIn


class Holdings:
    """Positions, the imports they came from, and their manual marks.

    `positions` are held or were; those of an import that was reverted are not among them.
    `lots` counts how many positions of a symbol and entry date there ever were.
    """

    def __init__(self) -> None:
        self.positions: dict[UUID, Position] = {}
        self.lots: dict[tuple[str, date], int] = {}
        self.imports: dict[UUID, TakenIn] = {}  # in the order they came
        self.reverted: set[UUID] = set()
        self.revaluations: dict[UUID, tuple[Revaluation, ...]] = {}  # oldest first, one a day

    def take_in(self, taken: TakenIn) -> None:
        """The import came for the first time."""
        self.imports[taken.import_id] = taken
        for position in taken.positions:
            lot = (position.symbol, position.entry_on)
            self.lots[lot] = self.lots.get(lot, 0) + 1
        self._hold(taken)

    def revert(self, taken: TakenIn) -> None:
        """None of the import's positions is held, none of its closings counts."""
        self.reverted.add(taken.import_id)
        for position in taken.positions:
            self.positions.pop(position.position_id)
        for closing in taken.closings:
            left = list(self.positions[closing.position_id].closings)
            left.remove(closing.part)
            self._put_closings(closing.position_id, left)

    def restore(self, taken: TakenIn) -> None:
        """The import's positions are held as it stated them, its closings count again."""
        self.reverted.discard(taken.import_id)
        self._hold(taken)

    def revalue(self, position_id: UUID, mark: Revaluation) -> None:
        """The price is the position's manual mark from that day on, the only one of the day."""
        marks = {known.on: known for known in self.revaluations.get(position_id, ())}
        marks[mark.on] = mark
        self.revaluations[position_id] = tuple(marks[on] for on in sorted(marks))

    def numbered(self, terms: Iterable[PositionTerms], new_id: NewPositionId) -> Iterator[Position]:
        """The terms as positions, each with an id of its own."""
        lots: dict[tuple[str, date], int] = {}
        for stated in terms:
            lot = (stated.symbol, stated.entry_on)
            lots[lot] = lots.get(lot, self.lots.get(lot, 0)) + 1
            position_id = new_id(stated.symbol, stated.entry_on, lots[lot])
            yield Position(position_id=position_id, **structs.asdict(stated))

    def held_already(self, terms: Iterable[PositionTerms]) -> list[PositionTerms]:
        """Those of `terms` whose symbol and entry date a position has."""
        held = {(position.symbol, position.entry_on) for position in self.positions.values()}
        return [stated for stated in terms if (stated.symbol, stated.entry_on) in held]

    def import_of(self, source: ImportSource) -> UUID | None:
        """The import, not taken back, of the same file and account."""
        wanted = (source.sha256, source.account)
        for import_id, known in self.imports.items():
            is_same = (known.source.sha256, known.source.account) == wanted
            if is_same and import_id not in self.reverted:
                return import_id
        return None

    def manual_prices(self) -> Mapping[str, Decimal]:
        """The latest manual mark by symbol."""
        return {
            self.positions[position_id].symbol: marks[-1].price
            for position_id, marks in self.revaluations.items()
            if position_id in self.positions
        }

    def hindrances_to_revert(self, taken: TakenIn) -> list[str]:
        """Sentences on what came later and rests on the import's positions."""
        return [said for position in taken.positions for said in self._changes_of(position)]

    def hindrances_to_restore(self, taken: TakenIn) -> list[str]:
        """Sentences on what the import closed and is not held any more."""
        return [
            f"{abs(closing.quantity):f} of position {closing.position_id} are not held any more."
            for closing in taken.closings
            if not self._has_open(closing)
        ]

    def _hold(self, taken: TakenIn) -> None:
        for position in taken.positions:
            self.positions[position.position_id] = position
        for closing in taken.closings:
            known = self.positions[closing.position_id].closings
            self._put_closings(closing.position_id, (*known, closing.part))

    def _put_closings(self, position_id: UUID, closings: Iterable[Closing]) -> None:
        changed = structs.replace(self.positions[position_id], closings=tuple(closings))
        self.positions[position_id] = changed

    def _changes_of(self, stated: Position) -> Iterator[str]:
        if self.positions[stated.position_id] != stated:
            yield f"{stated.symbol} of {stated.entry_on} was closed."
        if stated.position_id in self.revaluations:
            yield f"{stated.symbol} of {stated.entry_on} was revalued."

    def _has_open(self, closing: PositionClosing) -> bool:
        held = self.positions.get(closing.position_id)
        return held is not None and abs(held.open_quantity) >= abs(closing.quantity)
