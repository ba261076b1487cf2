"""What is held, line by line: worth, weight and mark, of one account or of several together."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from domain.instrument import InvestmentClass
from domain.mark import MarkQuality
from domain.money import ZERO
from projections.portfolios.view import PortfolioRow
from projections.positions.view import PositionRow

_CLASSES = {
    InvestmentClass.PUBLIC: "Stocks, funds and bonds",
    InvestmentClass.OPTIONS: "Options",
    InvestmentClass.PRIVATE: "Private assets",
}
_UNRELIABLE = (MarkQuality.STALE, MarkQuality.ASSUMED)
_BADGES = {MarkQuality.GOOD: "good", MarkQuality.CARRIED: "warn"}


@dataclass(frozen=True, slots=True)
class Holding:
    """A position in its account; `nav` is that of all accounts shown, None before a valuation."""

    portfolio: PortfolioRow
    position: PositionRow
    nav: Decimal | None

    @property
    def url(self) -> str:
        """The page of the position, with where its figures come from."""
        return f"/portfolios/{self.portfolio.portfolio_id}/positions/{self.position.position_id}"

    @property
    def class_name(self) -> str:
        """What the class of the position is called."""
        return _CLASSES[self.position.investment_class]

    @property
    def weight(self) -> float | None:
        """Market value as a share of NAV, signed; None where NAV is not positive."""
        value = self.position.market_value
        if value is None or self.nav is None or self.nav <= 0:
            return None
        return float(value / self.nav)

    @property
    def day_return(self) -> float | None:
        """P&L of the day against what the line was worth before, where that can be told."""
        value, pnl = self.position.market_value, self.position.pnl
        before = None if value is None or pnl is None else value - pnl
        return float(pnl / abs(before)) if pnl is not None and before else None

    @property
    def badge(self) -> str:
        """How much the mark's quality is to catch the eye: good, warn or bad."""
        mark = self.position.mark
        return _BADGES.get(mark.quality, "bad") if mark else "bad"

    @property
    def is_unreliable(self) -> bool:
        """Whether the mark is stale, or no market price at all."""
        mark = self.position.mark
        return mark is not None and mark.quality in _UNRELIABLE


Key = Callable[[Holding], Any]

_KEYS: Mapping[str, Key] = {
    "symbol": lambda held: held.position.symbol,
    "account": lambda held: held.portfolio.account_name.casefold(),
    "quantity": lambda held: held.position.open_quantity,
    "price": lambda held: held.position.mark.price if held.position.mark else None,
    "value": lambda held: held.position.market_value,
    "weight": lambda held: held.weight,
    "day": lambda held: held.position.pnl,
    "unrealized": lambda held: held.position.unrealized_pnl,
}
COLUMNS = tuple(_KEYS)
"""What holdings can be put in order by."""


def in_order(holdings: Iterable[Holding], column: str, *, falling: bool) -> list[Holding]:
    """The holdings by a column; those without a figure come last either way."""
    keyed = [(_KEYS[column](held), held) for held in holdings]
    told = [(key, held) for key, held in keyed if key is not None]
    untold = [held for key, held in keyed if key is None]
    told.sort(key=lambda pair: pair[0], reverse=falling)
    return [*(held for _, held in told), *untold]


def movers(holdings: Iterable[Holding], most: int) -> list[Holding]:
    """Those that gained or lost most on the day, the largest first."""
    moved = [(abs(held.position.pnl), held) for held in holdings if held.position.pnl]
    return [held for _, held in sorted(moved, key=lambda pair: pair[0], reverse=True)[:most]]


@dataclass(frozen=True, slots=True)
class ClassShare:
    """What a class of assets is worth: what is long, what is short, and both against NAV."""

    name: str
    long: Decimal
    short: Decimal
    nav: Decimal

    @property
    def net(self) -> Decimal:
        """Long plus short."""
        return self.long + self.short

    @property
    def share(self) -> float | None:
        """Net as a share of NAV; None where NAV is not positive."""
        return float(self.net / self.nav) if self.nav > 0 else None


def allocation(
    holdings: Sequence[Holding], cash_like: frozenset[UUID], cash: Decimal, nav: Decimal
) -> list[ClassShare]:
    """What the classes are worth, cash with all that counts as cash last; they add up to NAV."""
    shares = []
    for kind, name in _CLASSES.items():
        values = [
            held.position.market_value or ZERO
            for held in holdings
            if held.position.investment_class is kind and held.position.position_id not in cash_like
        ]
        long = sum((value for value in values if value > 0), ZERO)
        short = sum((value for value in values if value < 0), ZERO)
        if long or short:
            shares.append(ClassShare(name, long, short, nav))
    return [*shares, ClassShare("Cash", max(cash, ZERO), min(cash, ZERO), nav)]
