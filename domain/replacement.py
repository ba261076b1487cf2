"""Replacing what a portfolio holds by what a file says, symbol by symbol (spec 3.7)."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from itertools import chain
from typing import TypeVar

from msgspec import structs

from domain.instrument import MONEY_FUNDS, InvestmentClass
from domain.position import Position, PositionTerms
from domain.position_import import ClosingPriceMissing, Intake, PositionClosing

_PRICE = Decimal("0.000001")
_PAR = Decimal(1)
_NONE_HELD = Decimal(0)
Terms = TypeVar("Terms", bound=PositionTerms)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What replacing does to one symbol: `held` becomes `stated`, both signed quantities."""

    symbol: str
    held: Decimal
    stated: Decimal
    openings: tuple[PositionTerms, ...] = ()
    closings: tuple[PositionClosing, ...] = ()


def replacement(held: Iterable[Position], intake: Intake) -> list[Change]:
    """The changes that make `held` equal to the file, by symbol; symbols that agree are left out.

    A surplus is closed first-in-first-out. A shortfall opens a lot at (new cost - old cost) /
    quantity where that is positive, else at the price known, 6 decimals half-even. A symbol held
    the other way round is closed and opened as the file has it, and so is cash without a ticker
    where the amount differs. Closings and the lots of shortfalls are dated on the file's day, or
    on the entry where that is later.

    Raises:
        ClosingPriceMissing: ERR_PORT_016, naming every symbol without a price.
    """
    before, after = _by_symbol(held), _by_symbol(intake.terms)
    changes = [
        _Symbol(symbol, before.get(symbol, []), after.get(symbol, []), intake)
        for symbol in sorted(before.keys() | after.keys())
    ]
    unpriced = [change.symbol for change in changes if change.lacks_price]
    if unpriced:
        raise ClosingPriceMissing(unpriced)
    return [change.decided for change in changes if change.is_needed]


def _by_symbol(positions: Iterable[Terms]) -> dict[str, list[Terms]]:
    """What is open, oldest first."""
    lots = defaultdict(list)
    for lot in positions:
        if lot.open_quantity:
            lots[lot.symbol].append(lot)
    for of_symbol in lots.values():
        of_symbol.sort(key=lambda lot: lot.entry_on)
    return lots


class _Symbol:
    """One symbol: the lots held, the lots stated, and what follows from them."""

    def __init__(
        self, symbol: str, held: Sequence[Position], stated: Sequence[PositionTerms], intake: Intake
    ) -> None:
        self.symbol = symbol
        self._held, self._stated, self._intake = held, stated, intake
        self._before, self._after = _open(held), _open(stated)
        self._is_cash = all(
            lot.investment_class is InvestmentClass.PRIVATE and lot.is_cash_like
            for lot in chain(held, stated)
        )
        self._price = intake.prices.get(symbol, _PAR if symbol in MONEY_FUNDS else None)

    @property
    def is_needed(self) -> bool:
        """Whether the portfolio does not hold what the file states."""
        differs = self._before != self._after
        return differs or (self._is_cash and _cost(self._held) != _cost(self._stated))

    @property
    def lacks_price(self) -> bool:
        """Whether a price is needed that nobody knows."""
        if not self.is_needed or self._is_cash or self._price is not None:
            return False
        return bool(self._closed) or (self._extends and self._cost_price is None)

    @property
    def decided(self) -> Change:
        """What is done."""
        openings = tuple(self._stated) if self._starts_anew else ()
        if self._extends:
            openings = (self._extension,)
        return Change(
            symbol=self.symbol,
            held=self._before,
            stated=self._after,
            openings=openings,
            closings=tuple(self._closings()),
        )

    @property
    def _starts_anew(self) -> bool:
        """Whether nothing of what is held stays: none, the other way round, or another amount."""
        return self._is_cash or self._before * self._after <= 0

    @property
    def _closed(self) -> Decimal:
        """How much of what is held goes, signed."""
        if self._starts_anew:
            return self._before
        is_surplus = abs(self._before) > abs(self._after)
        return self._before - self._after if is_surplus else _NONE_HELD

    @property
    def _extends(self) -> bool:
        """Whether a lot is opened beside what is held."""
        return not self._starts_anew and abs(self._after) > abs(self._before)

    def _closings(self) -> Iterable[PositionClosing]:
        """First in, first out, until the surplus is gone."""
        left = self._closed
        for lot in self._held:
            part = lot.open_quantity if abs(lot.open_quantity) < abs(left) else left
            if not part:
                return
            left -= part
            price = lot.entry_price if self._is_cash else self._price
            yield PositionClosing(
                position_id=lot.position_id,
                closed_on=max(self._intake.stated_on, lot.entry_on),
                quantity=part,
                price=price or _NONE_HELD,
            )

    @property
    def _extension(self) -> PositionTerms:
        """The lot of a shortfall; in all but quantity, price and day like the file's last one."""
        price = self._cost_price if self._cost_price is not None else self._price
        return structs.replace(
            self._stated[-1],
            quantity=self._after - self._before,
            entry_price=price or _NONE_HELD,
            entry_on=self._intake.stated_on,
            closings=(),
        )

    @property
    def _cost_price(self) -> Decimal | None:
        """(New cost - old cost) / quantity, None where that is not positive."""
        units = (self._after - self._before) * self._stated[-1].multiplier
        price = (_cost(self._stated) - _cost(self._held)) / units
        rounded = price.quantize(_PRICE, rounding=ROUND_HALF_EVEN)
        return rounded if rounded > 0 else None


def _open(lots: Iterable[PositionTerms]) -> Decimal:
    return sum((lot.open_quantity for lot in lots), _NONE_HELD)


def _cost(lots: Iterable[PositionTerms]) -> Decimal:
    """What the open part of the lots cost, in USD."""
    return sum((lot.open_quantity * lot.multiplier * lot.entry_price for lot in lots), _NONE_HELD)
