"""What is held at the close of a session, as arrays: what measures of risk are taken of (spec 6).

Lines held, one entry each; cash and what counts as cash has none, lines of quantity 0 neither.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from domain.instrument import InvestmentClass
from domain.risk.black_scholes import Options
from domain.risk.finding import Quality, ReasonCode, Skipped
from domain.risk.normal import Floats
from domain.share_of_nav import LEAST_NAV

NOTHING: Mapping[str, ReasonCode] = MappingProxyType({})
"""No symbol is lacking."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldOption:
    """What a price of an option is computed from.

    Attributes:
        is_call: False for a put.
        spot: the underlying's close, USD, in the option's share terms.
        strike: USD a share.
        years: to the expiration, act/365, above 0.
        volatility: a year; 0.2 is 20 %.
        volatility_source: implied, realised.
        dividend_yield: of the underlying, continuous; 0.01 is 1 % a year.
    """

    is_call: bool
    spot: float
    strike: float
    years: float
    volatility: float
    volatility_source: str
    dividend_yield: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldLine:
    """A line of a valuation that is not cash.

    Attributes:
        symbol: as held.
        moved_by: the symbol whose closes move it: of an option its underlying, else its own.
        investment_class: how it is priced.
        subtype: e.g. STOCK, ETF, CALL; None where nobody said.
        sector: GICS name of `moved_by`, None where unknown.
        shares: signed quantity x multiplier.
        price: the mark, USD a share.
        market_value: USD, signed.
        option: None for anything else, and for an option that no model prices.
    """

    position_id: str
    symbol: str
    moved_by: str
    investment_class: InvestmentClass
    subtype: str | None
    sector: str | None
    shares: float
    price: float
    market_value: float
    option: HeldOption | None = None

    @property
    def has_history(self) -> bool:
        """Whether closes of it could be known: private assets have none."""
        return self.investment_class is not InvestmentClass.PRIVATE


@dataclass(frozen=True)
class RiskBook:
    """Lines at the close of a session, USD; one portfolio's, or several pooled.

    Attributes:
        session: of the valuation.
        nav: USD.
        cash: NAV less the lines.
        lines: those that are not cash, quantity other than 0.
        rate: risk-free a year, continuous.
    """

    session: date
    nav: float
    cash: float
    lines: tuple[HeldLine, ...]
    rate: float

    @cached_property
    def market_values(self) -> Floats:
        """[L] USD, signed."""
        return np.array([line.market_value for line in self.lines], dtype=np.float64)

    @property
    def gross(self) -> float:
        """Long plus the amount of short."""
        return float(np.abs(self.market_values).sum())

    @property
    def has_ratios(self) -> bool:
        """Whether shares of NAV say anything: NAV over 1 % of gross, and above 0."""
        return self.nav > 0 and self.nav > float(LEAST_NAV) * self.gross

    @cached_property
    def movers(self) -> tuple[str, ...]:
        """The symbols whose closes move the lines, each once, in order."""
        return tuple(sorted({line.moved_by for line in self.lines}))

    @cached_property
    def mover(self) -> npt.NDArray[np.intp]:
        """[L] where in `movers` the one of each line is."""
        place = {symbol: number for number, symbol in enumerate(self.movers)}
        return np.array([place[line.moved_by] for line in self.lines], dtype=np.intp)

    def by_mover(self, values: Floats) -> Floats:
        """Sums over the lines of each of `movers`: of [L] an array [N], of [L, S] one [N, S]."""
        sums = np.zeros((len(self.movers), *values.shape[1:]))
        np.add.at(sums, self.mover, values)
        return sums

    @cached_property
    def is_private(self) -> npt.NDArray[np.bool_]:
        """[L] of assets that no closes move."""
        return np.array([not line.has_history for line in self.lines], dtype=np.bool_)

    @cached_property
    def is_option(self) -> npt.NDArray[np.bool_]:
        """[L] of lines that a model prices."""
        return np.array([line.option is not None for line in self.lines], dtype=np.bool_)

    @cached_property
    def is_any_option(self) -> npt.NDArray[np.bool_]:
        """[L] of options, priced by a model or not."""
        classes = [line.investment_class for line in self.lines]
        return np.array([one is InvestmentClass.OPTIONS for one in classes], dtype=np.bool_)

    @cached_property
    def options(self) -> Options:
        """Those that a model prices, in the order of their lines; [K] arrays."""
        held = [line.option for line in self.lines if line.option]
        return Options(
            is_call=np.array([one.is_call for one in held], dtype=np.bool_),
            spot=np.array([one.spot for one in held], dtype=np.float64),
            strike=np.array([one.strike for one in held], dtype=np.float64),
            years=np.array([one.years for one in held], dtype=np.float64),
            rate=self.rate,
            dividend_yield=np.array([one.dividend_yield for one in held], dtype=np.float64),
        )

    @cached_property
    def volatilities(self) -> Floats:
        """[K] of the options, a year."""
        held = [line.option for line in self.lines if line.option]
        return np.array([one.volatility for one in held], dtype=np.float64)

    @cached_property
    def shares(self) -> Floats:
        """[L] signed quantity x multiplier."""
        return np.array([line.shares for line in self.lines], dtype=np.float64)

    def of_nav(self, amount: float) -> float | None:
        """An amount in USD as a share of NAV; None where NAV says nothing."""
        return amount / self.nav if self.has_ratios else None

    def quality(self, observations: int, lacking: Mapping[str, ReasonCode] = NOTHING) -> Quality:
        """What a measure of the book rests on.

        Args:
            observations: sessions or returns that entered.
            lacking: the symbols held that contribute 0, and why.
        """
        return Quality(
            observations=observations,
            positions_analyzed=sum(line.symbol not in lacking for line in self.lines),
            positions_total=len(self.lines),
            skipped=tuple(Skipped(symbol, lacking[symbol]) for symbol in sorted(lacking)),
        )

    @cached_property
    def unmoved(self) -> Mapping[str, ReasonCode]:
        """What no closes move: private assets, and options that no model prices."""
        private = {
            line.symbol: ReasonCode.PRIVATE_ASSET for line in self.lines if not line.has_history
        }
        return private | dict(self.unmodelled)

    @cached_property
    def unmodelled(self) -> Mapping[str, ReasonCode]:
        """The options that no model prices, for want of a close of what they are on."""
        return {
            line.symbol: ReasonCode.NO_PRICES
            for line in self.lines
            if line.investment_class is InvestmentClass.OPTIONS and line.option is None
        }


def pooled(books: Sequence[RiskBook]) -> RiskBook:
    """Several portfolios' books at one session as one (spec 6.2, Aggregate).

    Lines stand beside each other: measures add up what has the same symbol.
    """
    sessions = {book.session for book in books}
    if len(sessions) != 1:
        raise ValueError("books of one session are pooled")
    return RiskBook(
        session=sessions.pop(),
        nav=sum(book.nav for book in books),
        cash=sum(book.cash for book in books),
        lines=tuple(line for book in books for line in book.lines),
        rate=books[0].rate,
    )
