"""Instruments: classes, subtypes, option symbols, and which of them are cash."""

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Self


class InvestmentClass(StrEnum):
    """What kind of asset a position is; decides how it is priced."""

    PUBLIC = "PUBLIC"
    OPTIONS = "OPTIONS"
    PRIVATE = "PRIVATE"


SUBTYPES: dict[InvestmentClass, tuple[str, ...]] = {
    InvestmentClass.PUBLIC: ("STOCK", "ETF", "MUTUAL_FUND", "BOND", "CASH"),
    InvestmentClass.OPTIONS: ("CALL", "PUT"),
    InvestmentClass.PRIVATE: (
        "PRIVATE_EQUITY",
        "VENTURE_CAPITAL",
        "HEDGE_FUND",
        "PRIVATE_REIT",
        "REAL_ESTATE",
        "CRYPTOCURRENCY",
        "ART",
        "MONEY_MARKET",
        "TREASURY_BILLS",
        "CASH",
        "COMMODITY",
        "OTHER",
    ),
}
"""Allowed subtypes by class (spec 3.4), in the order messages list them."""

FUND_SUBTYPES = frozenset({"ETF", "MUTUAL_FUND"})
"""Of what is of many sectors, or of none."""

SUBTYPE_SPELLINGS = {"CRYPTO": "CRYPTOCURRENCY"}
"""Spellings read as another subtype."""

MONEY_FUNDS = frozenset(
    {
        "SPAXX",
        "FDRXX",
        "FZFXX",
        "SPRXX",
        "FZDXX",
        "FDLXX",
        "FTEXX",
        "VMFXX",
        "VUSXX",
        "VMRXX",
        "VYFXX",
        "SWVXX",
        "SNVXX",
        "SNOXX",
        "SNSXX",
        "SWKXX",
        "SWYXX",
        "SCOXX",
        "SUTXX",
        "TTTXX",
        "JTSXX",
        "GVMXX",
        "PRTXX",
        "PMMXX",
        "TIMXX",
    }
)
"""Listed money-market funds: shown as positions, priced at 1.00, counted in cash (spec 2.1)."""

SHORTEST_OCC_SYMBOL = 16
"""Characters of the shortest symbol that `OptionTerms.parse` reads: a root of one letter."""

_CASH_SUBTYPES = frozenset({"CASH", "MONEY_MARKET"})
_OCC = re.compile(
    r"(?P<root>[A-Z][A-Z0-9]{0,5}) *(?P<ymd>[0-9]{6})(?P<right>[CP])(?P<strike>[0-9]{8})\Z"
)
_PUNCTUATION = re.compile(r"[^A-Z0-9]")


@dataclass(frozen=True, slots=True)
class OptionTerms:
    """What an option is on. `right` is CALL or PUT; strike in USD a share."""

    underlying: str
    expires_on: date
    right: str
    strike: Decimal

    @classmethod
    def parse(cls, symbol: str) -> Self | None:
        """Read an OCC symbol, padded or compact; None if `symbol` is not one.

        OCC: root of 1-6 letters or digits (a letter first), YYMMDD, C or P, strike x 1000 in
        8 digits, as in `SPY250919C00460000`. Source: OCC Options Symbology Initiative, 2010.
        """
        found = _OCC.match(symbol)
        if found is None:
            return None
        ymd = found["ymd"]
        try:
            expires_on = date(2000 + int(ymd[:2]), int(ymd[2:4]), int(ymd[4:]))
        except ValueError:
            return None
        strike = Decimal(found["strike"]) / 1000
        if strike == 0:
            return None
        right = "CALL" if found["right"] == "C" else "PUT"
        return cls(found["root"], expires_on, right, strike)

    @property
    def occ_symbol(self) -> str | None:
        """The compact OCC symbol of these terms, None where OCC's form cannot express them.

        Punctuation of the underlying is left out (BRK.B is BRKB). Beyond the form are roots over
        6 characters, expirations outside 2000-2099, strikes finer than 0.001 or from 100,000 up.
        """
        if not self.strike < 100_000:
            return None
        ymd = f"{self.expires_on:%y%m%d}"
        symbol = f"{_root(self.underlying)}{ymd}{self.right[0]}{int(self.strike * 1000):08d}"
        expressed = OptionTerms.parse(symbol)
        if expressed is None or expressed.expires_on != self.expires_on:
            return None
        return symbol if expressed.strike == self.strike else None

    def is_on(self, underlying: str) -> bool:
        """Whether this option's root is the one OCC writes for `underlying`.

        Punctuation does not count, nor the digit an adjusted series adds to its root (AAPL1).
        """
        return _root(underlying) in (self.underlying, self.underlying.rstrip("0123456789"))


def _root(underlying: str) -> str:
    return _PUNCTUATION.sub("", underlying)


def is_cash_like(symbol: str, subtype: str | None) -> bool:
    """Whether a line is counted in cash, never in long, short or gross (spec 2.1)."""
    return subtype in _CASH_SUBTYPES or symbol in MONEY_FUNDS


def multiplier(investment_class: InvestmentClass) -> int:
    """Shares one unit of quantity stands for: 100 for options, 1 otherwise."""
    return 100 if investment_class is InvestmentClass.OPTIONS else 1
