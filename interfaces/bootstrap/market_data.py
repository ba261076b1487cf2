"""Markets, prices and securities: what the world outside says."""

from collections.abc import Sequence
from datetime import date

from application.markets import Markets, MarketTime
from application.ports import Clock, Market
from application.prices import Prices
from application.securities import Securities
from application.security_ports import SecuritySource
from infrastructure.bundled_prices import SAMPLE_MARKET_ENDS_ON, BundledPrices
from infrastructure.circuit_breaker import SecuritiesBreaker
from infrastructure.index_securities import IndexSecurities
from infrastructure.nyse_calendar import NyseCalendar, SampleCalendar
from infrastructure.postgres_tallies import PostgresTallies
from infrastructure.price_book import PostgresPriceBook
from infrastructure.price_providers import providers
from infrastructure.price_records import PostgresPriceRecords
from infrastructure.security_master import PostgresSecurityMaster
from infrastructure.settings import Settings
from infrastructure.traces import TracedPrices, TracedSecurities
from infrastructure.yahoo_securities import YahooSecurities
from interfaces.bootstrap.parts import Parts
from interfaces.bootstrap.store import Store

_LIVE_FROM = date(1990, 1, 2)
_SAMPLE_FROM = date(2000, 3, 1)


def markets_on(clock: Clock) -> Markets:
    """The live market and the sample one, by a clock."""
    built_on = clock.now().date()
    return {
        "live": MarketTime(NyseCalendar(built_on), clock, _LIVE_FROM),
        "sample": MarketTime(SampleCalendar(built_on, SAMPLE_MARKET_ENDS_ON), clock, _SAMPLE_FROM),
    }


def prices_of(settings: Settings, parts: Parts, store: Store, markets: Markets) -> Prices:
    """Prices from the providers that the settings name; the bundled ones for samples."""
    live = parts.live_sources
    if live is None:
        calendar, tallies = markets["live"].calendar, PostgresTallies(store.pool, store.clock)
        live = providers(settings.market_data, calendar, store.clock, tallies)
    if store.tracing.is_on:
        live = [TracedPrices(source, store.tracing) for source in live]
    book = PostgresPriceBook(store.pool)
    ends_on = date(store.clock.now().year + 2, 12, 31)
    book.ensure_sessions(markets["live"].calendar.sessions(_LIVE_FROM, ends_on))
    records = PostgresPriceRecords(store.pool)
    return Prices(
        book, {"live": live, "sample": [BundledPrices()]}, markets, records, parts.benchmarks
    )


def securities_of(settings: Settings, parts: Parts, store: Store) -> Securities:
    """What is known offline for all; Yahoo for live portfolios, where their prices come from it."""
    offline = IndexSecurities()
    live = parts.security_sources
    if live is None:
        is_asked = "yahoo" in map(str.strip, settings.market_data.split(","))
        asks_yahoo = is_asked and parts.live_sources is None
        live = [SecuritiesBreaker(YahooSecurities(), store.clock)] if asks_yahoo else []
    if store.tracing.is_on:
        live = [TracedSecurities(source, store.tracing) for source in live]
    known: Sequence[SecuritySource] = [offline, *live]
    sources: dict[Market, Sequence[SecuritySource]] = {"live": known, "sample": [offline]}
    return Securities(PostgresSecurityMaster(store.pool), sources, store.clock)
