"""How prices of options move with what they depend on, over arrays (spec 6.2).

Black-Scholes-Merton: Merton, "Theory of Rational Option Pricing", Bell J. Econ. 4 (1973); Haug,
"The Complete Guide to Option Pricing Formulas" (2007), chapter 2.
"""

from collections.abc import Iterable
from dataclasses import dataclass, fields

import numpy as np

from domain.instrument import InvestmentClass
from domain.risk.black_scholes import DAYS_IN_A_YEAR, Column, Options, distances
from domain.risk.book import RiskBook
from domain.risk.finding import Finding, Quality, ReasonCode, Skipped, found, not_found
from domain.risk.normal import Floats, cdf, density

_POINT, _BASIS_POINT, _PERCENT = 0.01, 0.0001, 0.01
_BLOCK = 32_768  # options at a time: their columns stay in the memory of a processor


@dataclass(frozen=True, slots=True, eq=False)
class ShareGreeks:
    """Of options on one share each, arrays [N]; zero once they have expired.

    Attributes:
        delta: USD for 1 USD of the underlying.
        gamma: of delta, for 1 USD of the underlying.
        vega: USD for a point of volatility, from 20 to 21 %.
        theta: USD for a calendar day that passes.
        rho: USD for a basis point of the rate.
    """

    delta: Floats
    gamma: Floats
    vega: Floats
    theta: Floats
    rho: Floats


def share_greeks(options: Options, volatility: Column) -> ShareGreeks:
    """The five of each option at that volatility a year (0.2 is 20 %)."""
    stated = (
        *(options.is_call, options.spot, options.strike, options.years),
        *(options.rate, options.dividend_yield, volatility),
    )
    columns = np.broadcast_arrays(*(np.asarray(one, dtype=np.float64) for one in stated))
    shape = columns[0].shape
    flat = [column.reshape(-1) for column in columns]
    results = np.empty((5, flat[0].size))
    for first in range(0, flat[0].size, _BLOCK):
        block = slice(first, first + _BLOCK)
        _into(results[:, block], [column[block] for column in flat])
    return ShareGreeks(*(row.reshape(shape) for row in results))


def _into(results: Floats, columns: list[Floats]) -> None:
    is_call, spot, strike, years, rate, dividend_yield, volatility = columns
    options = Options(
        is_call=is_call > 0,
        spot=spot,
        strike=strike,
        years=years,
        rate=rate,
        dividend_yield=dividend_yield,
    )
    sign, deviation = options.sign, options.deviation
    share, paid = options.discounted_spot, options.discounted_strike
    spread = volatility * deviation
    d1, d2 = distances(share, paid, spread)
    bell = np.where(spread > 0, density(d1), 0.0)
    held, owed = sign * cdf(sign * d1), sign * paid * cdf(sign * d2)
    step = share * bell
    with np.errstate(divide="ignore", invalid="ignore"):
        results[0] = held * share / spot
        results[1] = np.where(spread > 0, step / (spot * spot * spread), 0.0)
        decay = np.where(spread > 0, step * volatility / (2 * deviation), 0.0)
    results[2] = step * deviation * _POINT
    results[3] = (dividend_yield * share * held - rate * owed - decay) / DAYS_IN_A_YEAR
    results[4] = owed * years * _BASIS_POINT
    results[:, ~options.is_live] = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Greeks:
    """Of a position in options, or of several; signed, so that shorts have the opposite sign.

    Attributes:
        delta: shares of the underlying that move the same; of several underlyings they are
            shares of different price, which `delta_value` compares.
        gamma: shares that delta changes by for 1 USD of the underlying.
        vega: USD for a point of volatility, from 20 to 21 %.
        theta: USD for a calendar day that passes.
        rho: USD for a basis point of the rate.
        delta_value: USD: delta x the underlying's price.
        gamma_value: USD that `delta_value` changes by where the underlying moves by 1 %, but for
            the price that the same shares have then.
    """

    delta: float
    gamma: float
    vega: float
    theta: float
    rho: float
    delta_value: float
    gamma_value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PositionGreeks:
    """A position in options, and what its Greeks are computed from.

    Attributes:
        symbol: the option's.
        shares: signed, quantity x multiplier.
        spot: of the underlying, USD a share.
        years: to the expiration, act/365.
        volatility: a year; 0.2 is 20 %.
        volatility_source: implied, realised.
        greeks: of all shares.
    """

    position_id: str
    symbol: str
    underlying: str
    shares: float
    spot: float
    years: float
    volatility: float
    volatility_source: str
    greeks: Greeks


@dataclass(frozen=True, slots=True, kw_only=True)
class UnderlyingGreeks:
    """The positions in options on one underlying together."""

    underlying: str
    greeks: Greeks


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionGreeks:
    """Of all options of a portfolio; shares and other lines are not in it.

    Attributes:
        total: all together.
        underlyings: the largest `delta_value` first, either way.
        positions: as held.
    """

    total: Greeks
    underlyings: tuple[UnderlyingGreeks, ...]
    positions: tuple[PositionGreeks, ...]


def option_greeks(book: RiskBook) -> Finding[OptionGreeks]:
    """The Greeks of the options held, by position, by underlying, and of all.

    Quality counts options alone.
    """
    quality = _quality(book)
    if quality.positions_total == 0:
        return not_found(ReasonCode.NO_OPTIONS, "No options are held.", quality)
    if quality.positions_analyzed == 0:
        text = "No option's underlying has a price: fetch prices, or enter the underlyings' closes."
        return not_found(ReasonCode.NO_PRICES, text, quality)
    positions = _positions(book)
    return found(
        OptionGreeks(
            total=_sum(one.greeks for one in positions),
            underlyings=_by_underlying(positions),
            positions=positions,
        ),
        quality,
    )


def delta_shares(book: RiskBook) -> Floats:
    """[K] shares of the underlying that move like each option that a model prices."""
    delta = share_greeks(book.options, book.volatilities).delta
    return np.asarray(delta * book.shares[book.is_option])


def _quality(book: RiskBook) -> Quality:
    held = sum(line.investment_class is InvestmentClass.OPTIONS for line in book.lines)
    return Quality(
        observations=1,
        positions_analyzed=int(book.is_option.sum()),
        positions_total=held,
        skipped=tuple(Skipped(symbol, reason) for symbol, reason in book.unmodelled.items()),
    )


def _positions(book: RiskBook) -> tuple[PositionGreeks, ...]:
    each, spot = share_greeks(book.options, book.volatilities), np.asarray(book.options.spot)
    shares = book.shares[book.is_option]
    columns = np.stack([
        *(getattr(each, column.name) * shares for column in fields(ShareGreeks)),
        each.delta * shares * spot,
        each.gamma * shares * spot * spot * _PERCENT,
    ])  # fmt: skip
    names = [column.name for column in fields(Greeks)]
    lines = [line for line in book.lines if line.option]
    return tuple(
        PositionGreeks(
            position_id=line.position_id,
            symbol=line.symbol,
            underlying=line.moved_by,
            shares=line.shares,
            spot=line.option.spot,
            years=line.option.years,
            volatility=line.option.volatility,
            volatility_source=line.option.volatility_source,
            greeks=Greeks(**dict(zip(names, column, strict=True))),
        )
        for line, column in zip(lines, columns.T.tolist(), strict=True)
        if line.option
    )


def _by_underlying(positions: Iterable[PositionGreeks]) -> tuple[UnderlyingGreeks, ...]:
    groups: dict[str, list[Greeks]] = {}
    for position in positions:
        groups.setdefault(position.underlying, []).append(position.greeks)
    together = [UnderlyingGreeks(underlying=u, greeks=_sum(of)) for u, of in groups.items()]
    return tuple(sorted(together, key=lambda one: (-abs(one.greeks.delta_value), one.underlying)))


def _sum(greeks: Iterable[Greeks]) -> Greeks:
    each = list(greeks)
    return Greeks(**{f.name: sum(getattr(one, f.name) for one in each) for f in fields(Greeks)})
