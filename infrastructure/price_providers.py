"""The providers that MARKET_DATA names: asked once at a time, counted, spared while down."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from application.ports import Clock, Fetched, PriceSource, TradingCalendar
from application.tallies import PROVIDER_CALLS, Tallies
from infrastructure.circuit_breaker import CircuitBreaker
from infrastructure.csv_prices import CsvPrices
from infrastructure.single_flight import SingleFlight
from infrastructure.yahoo_prices import YahooPrices


class MarketDataUnknown(Exception):
    """MARKET_DATA names a provider that does not exist."""


@dataclass(frozen=True, slots=True)
class CountedPrices:
    """A PriceSource that counts how the one behind it answers: answered, partial or outage."""

    source: PriceSource
    tallies: Tallies

    @property
    def name(self) -> str:
        """The name of the provider behind it."""
        return self.source.name

    def fetch(self, spans: Mapping[str, tuple[date, date]]) -> Fetched:
        """What the provider answers."""
        began = time.monotonic()
        fetched = self.source.fetch(spans)
        outcome = "partial" if fetched.missing or fetched.warnings else "answered"
        outcome = "outage" if fetched.is_outage else outcome
        self.tallies.note(PROVIDER_CALLS, outcome, self.name, time.monotonic() - began)
        return fetched


def providers(
    market_data: str, calendar: TradingCalendar, clock: Clock, tallies: Tallies
) -> Sequence[PriceSource]:
    """The providers named in `market_data`, separated by commas, most trusted first.

    Raises:
        MarketDataUnknown: it names one that does not exist.
    """
    names = [name.strip() for name in market_data.split(",")]
    return [_provider(name, calendar, clock, tallies) for name in names]


def _provider(name: str, calendar: TradingCalendar, clock: Clock, tallies: Tallies) -> PriceSource:
    if name == "yahoo":
        counted = CountedPrices(YahooPrices(calendar, clock), tallies)
        return SingleFlight(CircuitBreaker(counted, clock))
    kind, _, folder = name.partition(":")
    if kind == "csv" and folder:
        return CountedPrices(CsvPrices(Path(folder), calendar), tallies)
    raise MarketDataUnknown(
        f"MARKET_DATA names the provider '{name}', which is not known: yahoo, or csv:FOLDER."
    )
