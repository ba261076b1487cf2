"""Replacing what a portfolio holds by what a file says, symbol by symbol (spec 3.7)."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from itertools import chain
from typing import TypeVar

from msgspec import structs

from domain.closing_price import LARGEST_PRICE
from domain.instrument import MONEY_FUNDS, InvestmentClass
from domain.position import Position, PositionTerms
from domain.position_import import ClosingPriceMissing, Intake, PositionClosing

_PRICE = Decimal("0.000001")
_PAR = Decimal(1)
_NOTHING = Decimal(0)
Terms = TypeVar("Terms", bound=PositionTerms)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What replacing does to one symbol: `held` becomes `stated`, both signed quantities."""

    symbol: str
    held: Decimal
    stated: Decimal
    openings: tuple[PositionTerms, ...]
    closings: tuple[PositionClosing, ...]


def replacement(held: Iterable[Position], intake: Intake) -> list[Change]:
    """The changes that make `held` equal to the file, by symbol; symbols that agree are left out.

    Long is compared with long and short with short. A surplus is closed first-in-first-out, all
    of it where the file has none. A shortfall opens a lot at (new cost - old cost) / quantity
    where that is a price above zero, else at the price known, 6 decimals half-even; where none
    is held, the file's lots are opened as they are. Cash without a ticker is an amount: another
    one takes the place of what is held. Closings, the lots of shortfalls and amounts that take
    another's place are dated on the file's day, or on the entry where that is later.

    Raises:
        ClosingPriceMissing: ERR_PORT_016, naming every symbol without a price.
    """
    before, after = _by_symbol(held), _by_symbol(intake.terms)
    changes, unpriced = [], []
    for symbol in sorted(before.keys() | after.keys()):
        sides = [
            _Side(symbol, before[symbol][is_long], after[symbol][is_long], intake)
            for is_long in (True, False)
        ]
        if any(side.lacks_price for side in sides):
            unpriced.append(symbol)
        elif any(side.differs for side in sides):
            changes.append(_change(symbol, sides))
    if unpriced:
        raise ClosingPriceMissing(unpriced)
    return changes


def _by_symbol(positions: Iterable[Terms]) -> Mapping[str, Mapping[bool, list[Terms]]]:
    """What is open of each symbol, long (True) apart from short, oldest first."""
    lots: dict[str, dict[bool, list[Terms]]] = defaultdict(lambda: {True: [], False: []})
    for lot in sorted(positions, key=lambda lot: lot.entry_on):
        if lot.open_quantity:
            lots[lot.symbol][lot.quantity > 0].append(lot)
    return lots


def _change(symbol: str, sides: Sequence["_Side"]) -> Change:
    return Change(
        symbol=symbol,
        held=sum((side.held for side in sides), _NOTHING),
        stated=sum((side.stated for side in sides), _NOTHING),
        openings=tuple(chain.from_iterable(side.openings for side in sides)),
        closings=tuple(chain.from_iterable(side.closings for side in sides)),
    )


class _Side:
    """The long lots of a symbol, or the short ones: held, stated, and what follows from them."""

    def __init__(
        self, symbol: str, held: Sequence[Position], stated: Sequence[PositionTerms], intake: Intake
    ) -> None:
        self.held, self.stated = _open(held), _open(stated)
        self._lots_held, self._lots_stated = held, stated
        self._day = intake.stated_on
        self._is_cash = all(
            lot.investment_class is InvestmentClass.PRIVATE and lot.is_cash_like
            for lot in chain(held, stated)
        )
        self._price = intake.prices.get(symbol, _PAR if symbol in MONEY_FUNDS else None)

    @property
    def differs(self) -> bool:
        """Whether something else is held than the file states."""
        if self._is_cash and _cost(self._lots_held) != _cost(self._lots_stated):
            return True
        return self.held != self.stated

    @property
    def lacks_price(self) -> bool:
        """Whether a price is needed that nobody knows."""
        if self._is_cash:
            return False
        if self._surplus:
            return self._price is None
        return self._is_extended and self._extension_price is None

    @property
    def openings(self) -> Sequence[PositionTerms]:
        """The lots that come."""
        if not self.differs:
            return ()
        if self._is_extended:
            return (self._extension(self._extension_price or _NOTHING),)
        if not self._lots_held:
            return self._lots_stated
        return [self._from_the_day_on(lot) for lot in self._lots_stated] if self._is_cash else ()

    @property
    def closings(self) -> Iterator[PositionClosing]:
        """First in, first out, until the surplus is gone."""
        left = self._surplus
        for lot in self._lots_held:
            part = min(lot.open_quantity, left, key=abs)
            if not part:
                return
            left -= part
            price = lot.entry_price if self._is_cash else self._price
            yield PositionClosing(
                position_id=lot.position_id,
                closed_on=max(self._day, lot.entry_on),
                quantity=part,
                price=price or _NOTHING,
            )

    @property
    def _surplus(self) -> Decimal:
        """How much of what is held goes, signed: of cash all that is held."""
        if self._is_cash:
            return self.held if self.differs else _NOTHING
        return self.held - self.stated if abs(self.held) > abs(self.stated) else _NOTHING

    @property
    def _is_extended(self) -> bool:
        """Whether a lot is opened beside what is held."""
        return not self._is_cash and _NOTHING < abs(self.held) < abs(self.stated)

    def _extension(self, price: Decimal) -> PositionTerms:
        """The lot of a shortfall; in all but quantity, price and day like the file's last one."""
        return structs.replace(
            self._lots_stated[-1],
            quantity=self.stated - self.held,
            entry_price=price,
            entry_on=self._day,
            closings=(),
        )

    @property
    def _extension_price(self) -> Decimal | None:
        """(New cost - old cost) / quantity where that is a price, else the one known above 0."""
        units = (self.stated - self.held) * self._lots_stated[-1].multiplier
        price = (_cost(self._lots_stated) - _cost(self._lots_held)) / units
        if _PRICE <= price <= LARGEST_PRICE:
            return price.quantize(_PRICE, rounding=ROUND_HALF_EVEN)
        return self._price or None

    def _from_the_day_on(self, lot: PositionTerms) -> PositionTerms:
        return structs.replace(
            lot,
            quantity=lot.open_quantity,
            entry_on=max(self._day, lot.entry_on),
            closings=(),
        )


def _open(lots: Iterable[PositionTerms]) -> Decimal:
    return sum((lot.open_quantity for lot in lots), _NOTHING)


def _cost(lots: Iterable[PositionTerms]) -> Decimal:
    """What the open part of the lots cost, in USD."""
    return sum((lot.open_quantity * lot.multiplier * lot.entry_price for lot in lots), _NOTHING)
