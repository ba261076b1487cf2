"""What a portfolio holds, folded from files and edits; assigns and answers, decides nothing."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import TypeAlias
from uuid import UUID

import msgspec
from msgspec import structs

from domain.edit import Closed, Corrected, Edit, Entry, Expired, Removed, first_difference
from domain.mark import Revaluation
from domain.position import Closing, Position, PositionTerms
from domain.position_import import ImportSource, NewPositionId, TakenIn

Deed: TypeAlias = TakenIn | Entry | Edit
"""Whatever changes what is held."""


class Reverted(msgspec.Struct, frozen=True):
    """How things stood when an import was taken back: the other imports, and how many deeds."""

    beside: frozenset[UUID]
    deeds: int


class Holdings:
    """Positions, the deeds they came from, and their manual marks.

    `positions` are held or were, in the order they came; those of an import that was taken back
    and those that were removed are not among them. `lots` counts how many positions of a symbol
    and entry date there ever were. `reverted` has the imports that are taken back.
    """

    def __init__(self) -> None:
        self.positions: dict[UUID, Position] = {}
        self.notes: dict[UUID, str] = {}  # what the owner wrote about a position
        self.lots: dict[tuple[str, date], int] = {}
        self.deeds: list[Deed] = []  # in the order they came, those taken back too
        self.imports: dict[UUID, TakenIn] = {}
        self.reverted: dict[UUID, Reverted] = {}
        self.removed: set[UUID] = set()
        self.expiries: dict[UUID, Expired] = {}  # the latest word on each option
        self.revaluations: dict[UUID, tuple[Revaluation, ...]] = {}  # oldest first, one a day
        self._unsettled: dict[UUID, Position] = {}  # expired options as if they had not

    def take_in(self, taken: TakenIn) -> None:
        """The import came for the first time."""
        self.imports[taken.import_id] = taken
        for position in taken.positions:
            self._count(position)
        self.deeds.append(taken)
        self._follow(taken)

    def revert(self, import_id: UUID) -> None:
        """None of the import's positions is held, none of its closings counts."""
        standing = {taken.import_id for taken in self.standing()}
        self.reverted[import_id] = Reverted(frozenset(standing - {import_id}), len(self.deeds))
        self._hold_anew()

    def restore(self, import_id: UUID) -> None:
        """The import's positions are held as it stated them, its closings count again."""
        self.reverted.pop(import_id)
        self._hold_anew()

    def enter(self, entry: Entry) -> None:
        """A position was opened by hand."""
        self._count(entry.position)
        self.deeds.append(entry)
        self._follow(entry)

    def edit(self, edit: Edit) -> date | None:
        """Something happened to a position; from which day on that counts, None if on none."""
        before = self.positions.get(edit.position_id)
        self.deeds.append(edit)
        self._follow(edit)
        return first_difference(before, self.positions.get(edit.position_id))

    def revalue(self, position_id: UUID, mark: Revaluation) -> None:
        """The price is the position's manual mark from that day on, the only one of the day."""
        marks = {known.on: known for known in self.revaluations.get(position_id, ())}
        marks[mark.on] = mark
        self.revaluations[position_id] = tuple(marks[on] for on in sorted(marks))

    def numbered(self, terms: Iterable[PositionTerms], new_id: NewPositionId) -> Iterator[Position]:
        """The terms as positions, each with an id of its own."""
        lots: dict[tuple[str, date], int] = {}
        for stated in terms:
            lot = lot_of(stated)
            lots[lot] = lots.get(lot, self.lots.get(lot, 0)) + 1
            position_id = new_id(stated.symbol, stated.entry_on, lots[lot])
            yield Position(position_id=position_id, **structs.asdict(stated))

    def held_already(self, terms: Iterable[PositionTerms]) -> list[PositionTerms]:
        """Those of `terms` whose symbol and entry date a position has, closed or not."""
        held = {lot_of(position) for position in self.positions.values()}
        return [stated for stated in terms if lot_of(stated) in held]

    def unsettled(self, position_id: UUID) -> Position | None:
        """The position as it is held, an option as if it had not expired; None for none."""
        return self._unsettled.get(position_id) or self.positions.get(position_id)

    @property
    def stated_on(self) -> Mapping[UUID, date]:
        """By position, the day up to which its quantity contains every split."""
        days: dict[UUID, date] = {}
        for deed in self.deeds:
            match deed:
                case TakenIn(quantities_as_of=day, positions=positions):
                    days.update((position.position_id, day) for position in positions)
                case Entry(position=position, quantities_as_of=day):
                    days[position.position_id] = day
        return days

    def entries_of(self, symbol: str) -> Sequence[date]:
        """The entry dates of the positions of a symbol, or of options on it."""
        return [
            position.entry_on
            for position in self.positions.values()
            if symbol in (position.symbol, position.underlying)
        ]

    def import_of(self, source: ImportSource) -> UUID | None:
        """The first import, not taken back, of the same file and account."""
        return _of_the_same_file(source, self.standing())

    def import_meanwhile_of(self, reverted: TakenIn) -> UUID | None:
        """The first import of the same file and account that came since this one was reverted."""
        return _of_the_same_file(reverted.source, self.came_since(reverted))

    def manual_marks(self, day: date) -> Mapping[str, Revaluation]:
        """The latest manual mark by symbol, up to `day`."""
        marks = [
            (self.positions[position_id].symbol, mark)
            for position_id, known in self.revaluations.items()
            for mark in known
            if mark.on <= day
        ]
        return dict(sorted(marks, key=lambda one: one[1].on))

    def standing(self) -> Iterator[TakenIn]:
        """The imports that are not taken back."""
        return (known for known in self.imports.values() if known.import_id not in self.reverted)

    def came_since(self, reverted: TakenIn) -> list[TakenIn]:
        """The imports that stand now and did not when that one was taken back."""
        before = self.reverted[reverted.import_id].beside
        return [known for known in self.standing() if known.import_id not in before]

    def _count(self, position: Position) -> None:
        lot = lot_of(position)
        self.lots[lot] = self.lots.get(lot, 0) + 1

    def _hold_anew(self) -> None:
        self.positions, self.expiries, self._unsettled = {}, {}, {}
        for deed in self.deeds:
            if not (isinstance(deed, TakenIn) and deed.import_id in self.reverted):
                self._follow(deed)

    def _follow(self, deed: Deed) -> None:
        match deed:
            case TakenIn():
                self._hold(deed)
            case Entry(position=position):
                self.positions[position.position_id] = position
            case Corrected(position_id=position_id, changes=changes):
                self._alter(position_id, changes.applied_to)
                if changes.notes is not None:
                    self.notes[position_id] = changes.notes
            case Closed(position_id=position_id, closing=closing):
                self._alter(position_id, lambda known: _with_closing(known, closing))
            case Expired(position_id=position_id):
                self.expiries[position_id] = deed
                self._alter(position_id, lambda known: known)
            case Removed(position_id=position_id):
                self._remove(position_id)

    def _hold(self, taken: TakenIn) -> None:
        for position in taken.positions:
            self.positions[position.position_id] = position
        for closing in taken.closings:
            known = self.positions[closing.position_id]
            self.positions[closing.position_id] = _with_closing(known, closing.part)

    def _alter(self, position_id: UUID, alteration: Callable[[Position], Position]) -> None:
        """Alter what is held; of an option that expired first what had been held, then the rest."""
        known = self.unsettled(position_id)
        if known is None:
            return
        altered = alteration(known)
        if expiry := self.expiries.get(position_id):
            self._unsettled[position_id] = altered
            altered = expiry.settled(altered)
        self.positions[position_id] = altered

    def _remove(self, position_id: UUID) -> None:
        self.removed.add(position_id)
        self.positions.pop(position_id, None)
        self.notes.pop(position_id, None)
        self.revaluations.pop(position_id, None)
        self.expiries.pop(position_id, None)
        self._unsettled.pop(position_id, None)


def lot_of(position: PositionTerms) -> tuple[str, date]:
    """What lots are counted by, and recognised by when they come again."""
    return position.symbol, position.entry_on


def _with_closing(position: Position, closing: Closing) -> Position:
    return structs.replace(position, closings=(*position.closings, closing))


def _of_the_same_file(source: ImportSource, imports: Iterable[TakenIn]) -> UUID | None:
    wanted = (source.sha256, source.account)
    same = (k.import_id for k in imports if (k.source.sha256, k.source.account) == wanted)
    return next(same, None)
