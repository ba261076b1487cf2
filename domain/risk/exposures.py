"""What a portfolio gains or loses by, in money and as share of NAV (spec 6, 6.2).

Two values of an option: its market value, and its delta x the underlying's price, which is what
moves. The first serves lists and concentration, the second beta, factors and stress. Both are
counted under the underlying.
"""

from dataclasses import dataclass

import numpy as np

from domain.risk.book import RiskBook
from domain.risk.finding import Finding, found
from domain.risk.greeks import delta_shares
from domain.risk.normal import Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Sides:
    """Sums over lines, in USD or as shares of NAV (1.5 is 150 %).

    Attributes:
        long: above zero.
        short: below zero: 0 or less.
        gross: long - short.
        net: long + short.
    """

    long: float
    short: float
    gross: float
    net: float


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionExposure:
    """What options come to, USD, and as shares of NAV where those say anything.

    Attributes:
        market_value: signed.
        delta_value: signed: delta x the underlying's price x shares.
    """

    market_value: float
    delta_value: float
    market_value_of_nav: float | None
    delta_value_of_nav: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposures:
    """Long, short, gross and net of a portfolio.

    Attributes:
        nav: USD.
        cash: USD, below zero a margin loan.
        market_value: USD, options at their market value.
        market_value_of_nav: None where NAV is 1 % of gross or less.
        delta_adjusted: USD, options at their delta value.
        delta_adjusted_of_nav: None where NAV is 1 % of gross or less.
        leverage: gross by market value / NAV; None likewise.
        options: None where none are held.
    """

    nav: float
    cash: float
    market_value: Sides
    market_value_of_nav: Sides | None
    delta_adjusted: Sides
    delta_adjusted_of_nav: Sides | None
    leverage: float | None
    options: OptionExposure | None


def exposures(book: RiskBook) -> Finding[Exposures]:
    """The exposures of a portfolio; a portfolio of cash alone has them, all 0.

    Options that no model prices have no delta: they are skipped in what is delta-adjusted, and
    stand at their market value in the rest.
    """
    quality = book.quality(1, book.unmodelled)
    by_value, by_delta = _sides(book.market_values), _sides(exposed_values(book))
    return found(
        Exposures(
            nav=book.nav,
            cash=book.cash,
            market_value=by_value,
            market_value_of_nav=_of_nav(book, by_value),
            delta_adjusted=by_delta,
            delta_adjusted_of_nav=_of_nav(book, by_delta),
            leverage=book.of_nav(book.gross),
            options=_of_options(book),
        ),
        quality,
    )


def exposed_values(book: RiskBook) -> Floats:
    """[L] USD that each line moves like: delta value of options, market value of the others.

    Private assets stand at their market value. Options that no model prices have 0.
    """
    values = np.array(
        [0.0 if line.symbol in book.unmodelled else line.market_value for line in book.lines],
        dtype=np.float64,
    )
    values[book.is_option] = delta_shares(book) * np.asarray(book.options.spot)
    return values


def exposure_values(book: RiskBook) -> dict[str, float]:
    """USD that is moved by each symbol's closes, delta-adjusted, in the order of symbols."""
    return _by_symbol(book, exposed_values(book))


def exposure_weights(book: RiskBook) -> dict[str, float] | None:
    """Shares of NAV that are moved by each symbol's closes, delta-adjusted, signed.

    None where NAV is 1 % of gross or less.
    """
    if not book.has_ratios:
        return None
    return {symbol: value / book.nav for symbol, value in exposure_values(book).items()}


def symbol_values(book: RiskBook) -> dict[str, float]:
    """Market values by symbol, USD, options under their underlying, in the order of symbols."""
    return _by_symbol(book, book.market_values)


def _by_symbol(book: RiskBook, values: Floats) -> dict[str, float]:
    return dict(zip(book.movers, book.by_mover(values).tolist(), strict=True))


def _sides(values: Floats) -> Sides:
    long = float(values[values > 0].sum())
    short = float(values[values < 0].sum())
    return Sides(long=long, short=short, gross=long - short, net=long + short)


def _of_nav(book: RiskBook, sides: Sides) -> Sides | None:
    if not book.has_ratios:
        return None
    return Sides(
        long=sides.long / book.nav,
        short=sides.short / book.nav,
        gross=sides.gross / book.nav,
        net=sides.net / book.nav,
    )


def _of_options(book: RiskBook) -> OptionExposure | None:
    is_option = book.is_any_option
    if not is_option.any():
        return None
    market_value = float(book.market_values[is_option].sum())
    delta_value = float(exposed_values(book)[is_option].sum())
    return OptionExposure(
        market_value=market_value,
        delta_value=delta_value,
        market_value_of_nav=book.of_nav(market_value),
        delta_value_of_nav=book.of_nav(delta_value),
    )
