"""What is owned, by class and by sector: long, short, and against what all is worth (spec 8)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from domain.money import ZERO
from domain.sector import SECTORS
from interfaces.web.holdings import CLASSES, UNCLASSIFIED, Holding
from interfaces.web.worth import Worth

CASH = "Cash"
"""Cash, with all that counts as such."""
GONE = "No longer held"
"""Class and sector of what was closed or removed since the figures were made."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A line of a latest valuation that is no cash."""

    position_id: UUID
    symbol: str
    value: Decimal
    class_name: str
    sector: str


@dataclass(frozen=True, slots=True)
class Share:
    """A part of what is owned: what is long, what is short, and net as a share of NAV."""

    name: str
    long: Decimal
    short: Decimal
    share: float | None

    @property
    def net(self) -> Decimal:
        """Long plus short."""
        return self.long + self.short


def pieces_of(worth: Worth, holdings: Iterable[Holding]) -> list[Piece]:
    """The lines of the valuations, with what the holdings say of them; with cash they are NAV."""
    held = {one.position.position_id: one for one in holdings}
    return [
        Piece(position_id, symbol, value, one.class_name, one.sector)
        if (one := held.get(position_id))
        else Piece(position_id, symbol, value, GONE, GONE)
        for position_id, symbol, value in worth.invested
    ]


def by_class(worth: Worth, pieces: Sequence[Piece]) -> list[Share]:
    """What the classes are worth, cash last; they add up to NAV."""
    parts = ((piece.class_name, piece.value) for piece in pieces)
    return _shares(worth, (*CLASSES.values(), GONE), parts)


def by_sector(worth: Worth, pieces: Sequence[Piece]) -> list[Share]:
    """What the sectors are worth, then what has none, cash last; they add up to NAV."""
    parts = ((piece.sector, piece.value) for piece in pieces)
    return _shares(worth, (*SECTORS, UNCLASSIFIED, GONE), parts)


def _shares(
    worth: Worth, names: Iterable[str], parts: Iterable[tuple[str, Decimal]]
) -> list[Share]:
    sides = dict.fromkeys(names, (ZERO, ZERO))
    for name, value in parts:
        long, short = sides.get(name, (ZERO, ZERO))
        sides[name] = (long + max(value, ZERO), short + min(value, ZERO))
    told = {name: side for name, side in sides.items() if any(side)}
    told[CASH] = (max(worth.cash, ZERO), min(worth.cash, ZERO))
    return [
        Share(name, long, short, worth.share(long + short)) for name, (long, short) in told.items()
    ]
