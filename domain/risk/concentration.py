"""How much of a portfolio is in how few names (spec 6.2).

Hirschman, "The Paternity of an Index", Am. Econ. Rev. 54 (1964).
"""

from dataclasses import dataclass

import numpy as np

from domain.risk.book import RiskBook
from domain.risk.exposures import symbol_values
from domain.risk.finding import Finding, ReasonCode, found, not_found

_LISTED = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Name:
    """A symbol with all that is held of it, options on it too.

    Attributes:
        market_value: USD, signed: longs and shorts in it net.
        share: its amount, of the sum of all names' amounts; 0.1 is 10 %.
        of_nav: market value as a share of NAV, signed; None where NAV is 1 % of gross or less.
    """

    symbol: str
    market_value: float
    share: float
    of_nav: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Concentration:
    """How shares of names are spread; shares are amounts, shorts count like longs.

    Attributes:
        herfindahl: the sum of squared shares x 10,000: 10,000 with a single name.
        effective_names: as many equal names would be as concentrated.
        names: how many there are.
        top_3: the share of the three largest; 0.1 is 10 %.
        top_10: the share of the ten largest.
        largest: up to ten, the largest first.
    """

    herfindahl: float
    effective_names: float
    names: int
    top_3: float
    top_10: float
    largest: tuple[Name, ...]


def concentration(book: RiskBook) -> Finding[Concentration]:
    """The concentration by market value over symbols, options under their underlying."""
    quality = book.quality(1)
    values = {symbol: value for symbol, value in symbol_values(book).items() if value}
    total = sum(abs(value) for value in values.values())
    if total == 0:
        return not_found(ReasonCode.NOTHING_HELD, "Nothing but cash is held.", quality)
    ranked = sorted(values, key=lambda symbol: (-abs(values[symbol]), symbol))
    shares = np.abs([values[symbol] for symbol in ranked]) / total
    squares = float(shares @ shares)
    return found(
        Concentration(
            herfindahl=squares * 10_000,
            effective_names=1 / squares,
            names=len(ranked),
            top_3=float(shares[:3].sum()),
            top_10=float(shares[:10].sum()),
            largest=tuple(
                Name(
                    symbol=symbol,
                    market_value=values[symbol],
                    share=share,
                    of_nav=book.of_nav(values[symbol]),
                )
                for symbol, share in zip(ranked[:_LISTED], shares[:_LISTED].tolist(), strict=True)
            ),
        ),
        quality,
    )
