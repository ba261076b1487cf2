"""Providers of prices for tests: one that knows some symbols, and one that is down."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from application.ports import Close, Fetched
from infrastructure.nyse_calendar import NyseCalendar

CALENDAR = NyseCalendar(date(2024, 1, 1))
Span = tuple[date, date]


class ConstantPrices:
    """Knows some symbols, each at one price on every session; `asked` keeps what was asked."""

    def __init__(self, name: str, prices: Mapping[str, str], warnings: Sequence[str] = ()) -> None:
        self.name = name
        self.asked: list[Mapping[str, Span]] = []
        self._prices = prices
        self._warnings = warnings

    def fetch(self, spans: Mapping[str, Span]) -> Fetched:
        """See `PriceSource.fetch`."""
        self.asked.append(dict(spans))
        closes = [
            Close(symbol, session, Decimal(self._prices[symbol]), self.name)
            for symbol, (first, last) in spans.items()
            if symbol in self._prices
            for session in CALENDAR.sessions(first, last)
        ]
        missing = [symbol for symbol in spans if symbol not in self._prices]
        is_outage = bool(self._warnings) and not closes
        missing = [] if is_outage else missing
        return Fetched(closes=closes, missing=missing, warnings=self._warnings, is_outage=is_outage)


class ToldPrices:
    """Answers each fetch with the next of what it is told, then always with the last."""

    def __init__(self, *answers: Fetched, name: str = "yahoo") -> None:
        self.name = name
        self.asked: list[Mapping[str, Span]] = []
        self._answers = list(answers)

    def fetch(self, spans: Mapping[str, Span]) -> Fetched:
        """See `PriceSource.fetch`."""
        self.asked.append(dict(spans))
        return self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]


def told(symbol: str, prices: Mapping[date, str], source: str = "yahoo") -> Fetched:
    """An answer of these closes of one symbol."""
    return Fetched(closes=[Close(symbol, on, Decimal(p), source) for on, p in prices.items()])


OUTAGE = Fetched(warnings=["yahoo cannot be reached."], is_outage=True)


def down(name: str) -> ConstantPrices:
    """A provider that cannot be reached, and says so."""
    return ConstantPrices(name, {}, [f"{name} cannot be reached."])
