"""What stands in the way of taking an import back, or of bringing it back, in sentences."""

from collections.abc import Iterable, Iterator
from itertools import chain
from uuid import UUID

from domain.edit import Edit, Entry
from domain.holdings import Deed, Holdings, lot_of
from domain.position import Position, PositionTerms
from domain.position_import import TakenIn


def hindrances_to_revert(holdings: Holdings, taken: TakenIn) -> list[str]:
    """Sentences on what came later and rests on what the import opened or closed."""
    ids = list(holdings.imports)
    later = set(ids[ids.index(taken.import_id) + 1 :])
    standing = [known for known in holdings.standing() if known.import_id in later]
    since = holdings.deeds[holdings.deeds.index(taken) + 1 :]
    revalued = (p for p in taken.positions if p.position_id in holdings.revaluations)
    return _once(
        _closed_by(holdings, standing, taken.touched),
        _edited(holdings, since, taken.touched),
        (f"{_name(position)} was revalued." for position in revalued),
    )


def hindrances_to_restore(holdings: Holdings, reverted: TakenIn) -> list[str]:
    """Sentences on what came or went since, and contradicts what the import did."""
    stood, came = holdings.reverted[reverted.import_id], holdings.came_since(reverted)
    since = holdings.deeds[stood.deeds :]
    gone = (holdings.imports[key] for key in holdings.reverted if key in stood.beside)
    return _once(
        _closed_by(holdings, came, reverted.touched),
        _edited(holdings, since, reverted.touched),
        _come_again(holdings, came, since, reverted),
        (
            f"The {_file(known)}, on which it builds, was taken back."
            for known in gone
            if known.touched & reverted.closed
        ),
    )


def _closed_by(
    holdings: Holdings, imports: Iterable[TakenIn], positions: frozenset[UUID]
) -> Iterator[str]:
    for known in imports:
        for closing in known.closings:
            if closing.position_id in positions:
                lot = _stated(holdings, closing.position_id)
                yield f"{_name(lot)} was closed by the {_file(known)}."


def _edited(holdings: Holdings, deeds: Iterable[Deed], positions: frozenset[UUID]) -> Iterator[str]:
    for deed in deeds:
        if isinstance(deed, Edit) and deed.position_id in positions:
            yield f"{_name(_stated(holdings, deed.position_id))} {deed.SAID}."


def _come_again(
    holdings: Holdings, imports: Iterable[TakenIn], deeds: Iterable[Deed], reverted: TakenIn
) -> Iterator[str]:
    lots = {lot_of(position) for position in reverted.positions}
    for known in imports:
        for position in known.positions:
            if lot_of(position) in lots:
                yield f"{_name(position)} came again with the {_file(known)}."
    for deed in deeds:
        if isinstance(deed, Entry):
            held = holdings.positions.get(deed.position.position_id)
            if held and lot_of(held) in lots:
                yield f"{_name(held)} came again by hand."


def _stated(holdings: Holdings, position_id: UUID) -> Position:
    """The position as it is held, or as it came where it is not held any more."""
    if held := holdings.positions.get(position_id):
        return held
    entered = (deed.position for deed in holdings.deeds if isinstance(deed, Entry))
    imported = chain.from_iterable(taken.positions for taken in holdings.imports.values())
    return next(p for p in chain(entered, imported) if p.position_id == position_id)


def _once(*sentences: Iterable[str]) -> list[str]:
    """Each sentence once, in order."""
    return list(dict.fromkeys(chain.from_iterable(sentences)))


def _name(position: PositionTerms) -> str:
    return f"{position.symbol} of {position.entry_on}"


def _file(taken: TakenIn) -> str:
    return f"import of '{taken.source.file_name}'"
