"""The real prices that come with the program: 28 symbols, 2000 to 2016 (see bundled/README.md)."""

import gzip
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from importlib import resources
from operator import itemgetter
from typing import Literal

from application.ports import Close, Fetched
from domain.corporate_action import CorporateAction

SAMPLE_MARKET_ENDS_ON = date(2013, 3, 1)
"""The last session of all bundled shares: where the market of sample portfolios ends (spec 5.2)."""

_Series = Mapping[str, list[tuple[date, Decimal]]]
_DAY = itemgetter(0)


class BundledPrices:
    """The PriceSource named `bundled`: closes as traded, splits and dividends, from two files.

    The files are read on first use, in about a tenth of a second, and shared by the process.
    """

    name = "bundled"

    def fetch(self, spans: Mapping[str, tuple[date, date]]) -> Fetched:
        """What the files hold of each symbol within its span, both ends included."""
        closes: list[Close] = []
        missing: list[str] = []
        for symbol, (first, last) in spans.items():
            series = _closes().get(symbol, [])
            found = series[
                bisect_left(series, first, key=_DAY) : bisect_right(series, last, key=_DAY)
            ]
            closes += [Close(symbol, session, price, self.name) for session, price in found]
            if not found:
                missing.append(symbol)
        actions = [action for action in _actions() if _within(spans.get(action.symbol), action)]
        return Fetched(closes=closes, actions=actions, missing=missing)


def _within(span: tuple[date, date] | None, action: CorporateAction) -> bool:
    return span is not None and span[0] <= action.ex_on <= span[1]


@cache
def _closes() -> _Series:
    series: dict[str, list[tuple[date, Decimal]]] = {}
    for day, symbol, close in _rows("us_daily_closes.csv.gz"):
        series.setdefault(symbol, []).append((date.fromisoformat(day), Decimal(close)))
    return series


@cache
def _actions() -> tuple[CorporateAction, ...]:
    return tuple(
        CorporateAction(symbol, date.fromisoformat(day), _kind(kind), Decimal(value), "bundled")
        for day, symbol, kind, value in _rows("us_corporate_actions.csv")
    )


def _kind(text: str) -> Literal["split", "dividend"]:
    return "split" if text == "split" else "dividend"


def _rows(name: str) -> Iterator[list[str]]:
    """The file's rows without its heading; closes come oldest first per symbol."""
    content = resources.files("infrastructure").joinpath("bundled", name).read_bytes()
    if name.endswith(".gz"):
        content = gzip.decompress(content)
    return (line.split(",") for line in content.decode("ascii").splitlines()[1:])
