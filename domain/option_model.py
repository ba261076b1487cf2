"""The model's price of an option on a session: what goes in, and which volatility (spec 5.3, 6).

Prices here are in the share terms of the option: what its strike and its premium are stated in.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cached_property

import numpy as np

from domain.closing_price import LONGEST_CLOSURE, ClosingPrice
from domain.instrument import OptionTerms
from domain.risk.black_scholes import Options, price, years_between
from domain.risk.implied_volatility import (
    Answer,
    Implied,
    implied_volatility,
)
from domain.risk.normal import Floats
from domain.risk.realised_volatility import SESSIONS, realised_volatility

LEAST_REALISED = 0.05
"""A share that hardly moved in the window is taken to move by 5 % a year (spec 6, Greeks)."""

_MILLIONTH = Decimal("0.000001")


class VolatilityKind(StrEnum):
    """Where a volatility comes from: the premium that was paid, or what the share did since."""

    IMPLIED = "implied"
    REALISED = "realised"


@dataclass(frozen=True, slots=True)
class Volatility:
    """A volatility a year (0.2 is 20 %) and where it comes from."""

    a_year: float
    kind: VolatilityKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Underlying:
    """What is known of the share that an option is on, in the share terms of the option.

    Attributes:
        closes: above zero, oldest first, on any of the sessions to be priced and of the 63
            before the first of them; an earlier last one where these have none.
        at_entry: the close of the session on which the option was entered, or the last before.
        expires_on: the session of the expiration; of one on a Saturday the session before.
        rate: risk-free, a year, continuous: 0.04 is 4 %.
    """

    closes: Sequence[ClosingPrice]
    at_entry: ClosingPrice | None
    expires_on: date
    rate: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """What a price on a session is computed from, beside the option's terms and the rate.

    Attributes:
        spot: the close of the underlying that it rests on.
        years: from the session to that of the expiration, act/365; 0 from that on.
        volatility: None from the expiration on, when the price is the intrinsic value.
    """

    spot: ClosingPrice
    years: float
    volatility: Volatility | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelPrice(Basis):
    """A price in USD a share, 0 and up, rounded half-even to 6 decimals, and what it rests on."""

    price: Decimal


@dataclass(frozen=True)
class OptionModel:
    """Prices one option by Black-Scholes-Merton, on any session, without dividends.

    The same inputs give the same price again, so a mark can be explained whenever it is asked for.

    Attributes:
        terms: what the option is on.
        premium: what was paid for it, USD a share.
        entered_on: the day it was.
        underlying: the share it is on.
        calendar: all sessions from 63 before the first to be priced to the last, oldest first.
    """

    terms: OptionTerms
    premium: Decimal
    entered_on: date
    underlying: Underlying
    calendar: Sequence[date]

    def basis_on(self, session: date) -> Basis | None:
        """What the price of a session rests on; None without a close or a volatility."""
        spot = self._last_close(min(session, self.underlying.expires_on))
        if spot is None:
            return None
        years = years_between(session, self.underlying.expires_on)
        if years <= 0:
            return Basis(spot=spot, years=0.0, volatility=None)
        volatility = self.volatility_on(session)
        if volatility is None:
            return None
        return Basis(spot=spot, years=years, volatility=volatility)

    @property
    def settlement(self) -> Decimal | None:
        """The intrinsic value at the close of the expiration; None until that close is known."""
        spot = self._last_close(self.underlying.expires_on)
        if spot is None or spot.session != self.underlying.expires_on:
            return None
        return self.intrinsic(spot)

    @cached_property
    def implied(self) -> Answer | None:
        """The volatility at which the premium was the option's price; or why there is none.

        None where no close of the day of the entry is known.
        """
        spot = self.underlying.at_entry
        if spot is None or self.entered_on - spot.session > LONGEST_CLOSURE:
            return None
        years = years_between(self.entered_on, self.underlying.expires_on)
        return implied_volatility(self._options(spot, years), float(self.premium))

    def volatility_on(self, session: date) -> Volatility | None:
        """The implied volatility; else what was realised up to the session, at least 5 %.

        None where the premium has none and fewer than 20 returns are known. The floor is for
        what was realised: an implied volatility is what gives the premium back, however low.
        """
        if isinstance(self.implied, Implied):
            return Volatility(self.implied.volatility, VolatilityKind.IMPLIED)
        realised = realised_volatility(self._window(session))
        if realised is None:
            return None
        return Volatility(max(realised, LEAST_REALISED), VolatilityKind.REALISED)

    def _window(self, session: date) -> list[float]:
        """The closes on the session and the 63 before it, whichever are known."""
        last = bisect_right(self.calendar, session)
        begins_on = self.calendar[max(last - 1 - SESSIONS, 0)]
        known = slice(bisect_left(self._days, begins_on), bisect_right(self._days, session))
        return [float(close.price) for close in self.underlying.closes[known]]

    def _last_close(self, day: date) -> ClosingPrice | None:
        known = bisect_right(self._days, day)
        return self.underlying.closes[known - 1] if known else None

    @cached_property
    def _days(self) -> Sequence[date]:
        return [close.session for close in self.underlying.closes]

    def _options(self, spot: ClosingPrice, years: float) -> Options:
        return Options(
            is_call=self.terms.right == "CALL",
            spot=float(spot.price),
            strike=float(self.terms.strike),
            years=years,
            rate=float(self.underlying.rate),
        )

    def intrinsic(self, spot: ClosingPrice) -> Decimal:
        """What exercising at a close brings, USD a share, 6 decimals; exact, never negative."""
        gain = spot.price - self.terms.strike
        return max(gain if self.terms.right == "CALL" else -gain, Decimal(0)).quantize(_MILLIONTH)


def price_all(
    models: Sequence[OptionModel], sessions: Sequence[date]
) -> list[list[ModelPrice | None]]:
    """The price of each option at the close of each of the sessions, all at once.

    From the expiration on that is the intrinsic value by the last close up to it.

    Returns:
        For each model its prices by session; None without a close or a volatility.
    """
    bases = [[model.basis_on(session) for session in sessions] for model in models]
    pairs = [(model, basis) for model, row in zip(models, bases, strict=True) for basis in row]
    worths = iter(_worths([(model, basis) for model, basis in pairs if basis]))
    return [[_priced(basis, next(worths)) if basis else None for basis in row] for row in bases]


def _priced(basis: Basis, worth: Decimal) -> ModelPrice:
    return ModelPrice(price=worth, spot=basis.spot, years=basis.years, volatility=basis.volatility)


def _worths(priceable: Sequence[tuple[OptionModel, Basis]]) -> Iterator[Decimal]:
    """The price of each: intrinsic once expired, else the model's."""
    live = [(model, basis, basis.volatility) for model, basis in priceable if basis.volatility]
    options = Options(
        is_call=np.array([model.terms.right == "CALL" for model, _, _ in live], dtype=np.bool_),
        spot=_column(basis.spot.price for _, basis, _ in live),
        strike=_column(model.terms.strike for model, _, _ in live),
        years=_column(basis.years for _, basis, _ in live),
        rate=_column(model.underlying.rate for model, _, _ in live),
    )
    modelled = iter(price(options, _column(v.a_year for _, _, v in live)).tolist())
    for model, basis in priceable:
        if basis.volatility is None:
            yield model.intrinsic(basis.spot)
        else:
            yield Decimal(next(modelled)).quantize(_MILLIONTH)


def _column(numbers: Iterable[Decimal | float]) -> Floats:
    return np.fromiter(map(float, numbers), dtype=np.float64)
