"""Black-Scholes-Merton prices of European options with a dividend yield, over arrays.

Black and Scholes, "The Pricing of Options and Corporate Liabilities", J. Polit. Econ. 81 (1973);
Merton, "Theory of Rational Option Pricing", Bell J. Econ. 4 (1973). Time is in years of 365 days
(act/365) from the session to the session of the expiration, rates are continuous (spec 5.3).
"""

from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from domain.risk.normal import Floats, cdf

DAYS_IN_A_YEAR = 365
_HARDLY_ANY = 1e-140  # the square of what is divided by it still is a float

Column: TypeAlias = Floats | float
"""One number for each option, or one for all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """Options at a moment, array [N] or a number each; they broadcast.

    Attributes:
        is_call: False for puts.
        spot: what a share of the underlying costs, USD.
        strike: USD a share.
        years: to the expiration, act/365; 0 or less once it has come.
        rate: risk-free, continuous: 0.04 is 4 % a year.
        dividend_yield: of the underlying, continuous.
    """

    is_call: npt.NDArray[np.bool_] | bool
    spot: Column
    strike: Column
    years: Column
    rate: Column
    dividend_yield: Column = 0.0

    @property
    def sign(self) -> Floats:
        """1 for calls, -1 for puts."""
        return np.where(self.is_call, 1.0, -1.0)

    @property
    def is_live(self) -> npt.NDArray[np.bool_]:
        """Whether there is time left."""
        return np.asarray(self.years, dtype=np.float64) > 0

    @property
    def discounted_spot(self) -> Floats:
        """What a share at the expiration is worth now, without the dividends until then."""
        return np.asarray(self.spot * np.exp(-np.multiply(self.dividend_yield, self._left)))

    @property
    def discounted_strike(self) -> Floats:
        """What the strike, paid at the expiration, is worth now."""
        return np.asarray(self.strike * np.exp(-np.multiply(self.rate, self._left)))

    @property
    def deviation(self) -> Floats:
        """The standard deviation of the log return until the expiration, per unit of volatility."""
        return np.sqrt(self._left)

    @property
    def _left(self) -> Floats:
        return np.maximum(np.asarray(self.years, dtype=np.float64), 0.0)


def years_between(day: date, expires_on: date) -> float:
    """The years from one day to another, act/365."""
    return (expires_on - day).days / DAYS_IN_A_YEAR


def intrinsic(options: Options) -> Floats:
    """What exercising at once would bring, USD a share; never negative."""
    return np.maximum(options.sign * (np.asarray(options.spot) - options.strike), 0.0)


def price(options: Options, volatility: Column) -> Floats:
    """What the options are worth at that volatility a year (0.2 is 20 %), USD a share, array [N].

    Once the expiration has come that is the intrinsic value; without volatility the discounted
    one. Never negative.
    """
    sign, spot, strike = options.sign, options.discounted_spot, options.discounted_strike
    spread = np.asarray(volatility * options.deviation, dtype=np.float64)
    d1, d2 = distances(spot, strike, spread)
    modelled = sign * (spot * cdf(sign * d1) - strike * cdf(sign * d2))
    live = np.maximum(np.where(spread > 0, modelled, sign * (spot - strike)), 0.0)
    return np.where(options.is_live, live, intrinsic(options))


def distances(spot: Floats, strike: Floats, spread: Floats) -> tuple[Floats, Floats]:
    """The d1 and d2 of the formula; where there is no spread, infinite, or 0 at the money."""
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        middle = np.log(spot / strike) / np.where(spread > 0, spread, _HARDLY_ANY)
    return middle + 0.5 * spread, middle - 0.5 * spread
