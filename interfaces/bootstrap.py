"""Builds the program: the only place where ports meet adapters."""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial
from typing import Self, TypedDict

from application.accounts import Accounts
from application.analyses import Analyses
from application.audit import Audit
from application.cash_flows import CashFlows
from application.edits import Editing
from application.forgetting import Forgetting
from application.identities import Identities
from application.imports import Imports
from application.invites import Invites
from application.login_throttle import LoginThrottle
from application.markets import Markets, MarketTime
from application.nights import Nights
from application.portfolios import Portfolios
from application.ports import Clock, EventLog, Market, PriceSource
from application.positions import Positions
from application.prerequisites import reference_data
from application.prices import BENCHMARKS, Prices
from application.repair import Repair
from application.repeating import DeferringLog
from application.runs import Runs
from application.securities import Securities
from application.security_ports import SecuritySource
from application.staleness import StaleAccounts, Staleness
from application.tallies import Tallies
from application.time_travel import History, TimeTravel
from application.tracing import Tracing
from application.users import Users
from application.valuations import Valuations
from infrastructure import structured_logs
from infrastructure.argon2_passwords import Argon2Passwords, Cost
from infrastructure.audit_chain import PostgresChain
from infrastructure.bundled_prices import SAMPLE_MARKET_ENDS_ON, BundledPrices
from infrastructure.checkpoint_keys import CheckpointKeys
from infrastructure.circuit_breaker import SecuritiesBreaker
from infrastructure.database_state import DatabaseState
from infrastructure.embedded_postgres import EmbeddedPostgres, EmbeddedPostgresError
from infrastructure.event_store.event_log import PostgresEventLog
from infrastructure.event_store.personal_keys import PostgresPersonalKeys
from infrastructure.failed_logins import PostgresFailedLogins
from infrastructure.first_answers import PostgresFirstAnswers
from infrastructure.index_securities import IndexSecurities
from infrastructure.jwt_tokens import JwtTokens
from infrastructure.kept_uploads import PostgresUploads
from infrastructure.linear_algebra import keep_to_one_thread
from infrastructure.migrate import MigrationRefused, migrate
from infrastructure.nyse_calendar import NyseCalendar, SampleCalendar
from infrastructure.postgres import Pool, app_url, open_pool
from infrastructure.postgres_async import AsyncReading
from infrastructure.postgres_tallies import PostgresTallies
from infrastructure.price_book import PostgresPriceBook
from infrastructure.price_providers import MarketDataUnknown, providers
from infrastructure.price_records import PostgresPriceRecords
from infrastructure.procrastinate_jobs import ProcrastinateJobs, RunsToWork, Worker
from infrastructure.rate_counters import RateCounters, RateStorageRefused
from infrastructure.rejected_rows import PostgresRejectedRows
from infrastructure.security_master import PostgresSecurityMaster
from infrastructure.settings import Settings, SettingsRefused, read_settings
from infrastructure.system_clock import SystemClock
from infrastructure.traces import TracedEventLog, TracedPrices, TracedSecurities, tracing_to
from infrastructure.yahoo_securities import YahooSecurities
from interfaces.background import in_background
from interfaces.certifying import certify_on
from interfaces.rooms import ROOMS, rooms_to_ask
from interfaces.terms import Terms
from interfaces.use_cases import UseCases
from projections.analytics.postgres import ROOM as ANALYTICS
from projections.catch_up import CatchUp
from projections.kept_answers import KeptAnswers
from projections.portfolios.postgres import PortfoliosRoom
from projections.positions.postgres import ROOM as POSITIONS
from projections.positions.postgres import PositionsRoom
from projections.runs.postgres import RunsRoom
from projections.valuations.postgres import ValuationsRoom

__all__ = [
    "START_REFUSALS",
    "Parts",
    "Program",
    "Settings",
    "build",
    "configure_logs",
    "markets_of",
    "read_settings",
]

_LIVE_FROM = date(1990, 1, 2)
_SAMPLE_FROM = date(2000, 3, 1)


START_REFUSALS = (
    *(EmbeddedPostgresError, MarketDataUnknown, MigrationRefused),
    *(RateStorageRefused, SettingsRefused),
)
"""What keeps the program from starting; each says in a sentence what to do."""


def configure_logs(settings: Settings) -> None:
    """Send logs to stderr, as lines in development and as JSON in production."""
    structured_logs.configure(as_json=settings.sigmasight_env == "production")


def markets_of(settings: Settings) -> Markets:
    """The markets by the clock of the settings: what day it is, without a database."""
    return _markets(SystemClock(settings.sigmasight_now))


@dataclass(frozen=True, slots=True)
class Parts:
    """What a test or a tool may put in place of what the settings would choose."""

    live_sources: Sequence[PriceSource] | None = None
    password_cost: Cost | None = None
    benchmarks: Sequence[str] = BENCHMARKS
    security_sources: Sequence[SecuritySource] | None = None
    clock: Clock | None = None


@dataclass(frozen=True, kw_only=True)
class Program(UseCases):
    """The program, ready to be asked. Closing it gives back what it holds."""

    reading: AsyncReading
    database_url: str
    database: DatabaseState
    terms: Terms
    tracing: Tracing
    _held: ExitStack = field(repr=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Stop following the log, give back connections, stop the embedded database if last."""
        self._held.close()

    @property
    def tallies(self) -> Tallies:
        """What is counted beside the log."""
        return PostgresTallies(self.database.pool, self.users.clock)

    @property
    def kept_positions(self) -> KeptAnswers:
        """Finished answers about positions, for whoever runs an event loop."""
        return KeptAnswers(self.reading, POSITIONS.name, beside=(ANALYTICS.name,))

    @property
    def forgetting(self) -> Forgetting:
        """Forgetting who somebody is."""
        keys = PostgresPersonalKeys()
        return Forgetting(self.log, self.users.passwords, keys, self.uploads)

    def follow_log(self) -> None:
        """Keep the rooms current in the background, whoever records, until closed."""
        self._held.enter_context(in_background("rooms", self.rooms.follow))

    def certify_log(self) -> None:
        """Sign the chain of the log in the background, until closed."""
        self._held.enter_context(in_background("audit", partial(certify_on, self.audit)))

    def worker(self, name: str) -> Worker:
        """A worker of this program's queue."""
        runs = self.runs
        work = RunsToWork(runs.execute, runs.abandon, runs.fail_for_store, self._look)
        return Worker(self.database_url, name, work)

    def _look(self) -> None:
        """See to what is due, whether anybody asks or not."""
        self.uploads.sweep()
        Nights(self.runs).look()


def build(settings: Settings, parts: Parts | None = None) -> Program:
    """Put the program together on the database that the settings name, or on its own.

    Starts or joins the embedded PostgreSQL where DATABASE_URL is unset; migrates the database.

    Raises:
        One of START_REFUSALS, with a sentence that says what to do.
    """
    parts = parts or Parts()
    keep_to_one_thread()
    with ExitStack() as held:
        store = _Store.open(settings, parts.clock or SystemClock(settings.sigmasight_now), held)
        identities = Identities(settings.uses_deterministic_ids)
        users = _users(settings, parts, store, identities)
        markets = _markets(store.clock)
        prices = _prices(settings, parts, store, markets)
        valuations = Valuations(store.log, markets, prices.book, settings.risk_free_rate)
        editing = Editing(store.log, markets)
        securities = _securities(settings, parts, store)
        return Program(
            log=store.log,
            first_answers=PostgresFirstAnswers(store.pool, store.clock, settings.secret()),
            tokens=users.tokens,
            markets=markets,
            users=users,
            invites=users.invites,
            portfolios=Portfolios(store.log, markets, identities, store.rejected_rows),
            accounts=Accounts(editing),
            positions=Positions(editing, identities, prices.book),
            cash_flows=CashFlows(editing),
            imports=_imports(store, identities, valuations),
            uploads=PostgresUploads(store.pool, store.clock),
            prices=prices,
            securities=securities,
            valuations=valuations,
            **_evidence(settings, store, markets),
            repair=Repair(store.log, valuations, PortfoliosRoom(store.pool)),
            runs=_runs(store, markets, prices, valuations, securities),
            rooms=store.rooms,
            **rooms_to_ask(store.pool),
            reading=AsyncReading(store.url),
            database_url=store.url,
            database=DatabaseState(store.pool),
            terms=_terms(settings, store.clock),
            tracing=store.tracing,
            _held=held.pop_all(),
        )


@dataclass(frozen=True, slots=True)
class _Store:
    """The database at this version, and what talks to it; `pool` is for whoever reads rooms."""

    url: str
    clock: Clock
    log: EventLog
    history: History
    rooms: CatchUp
    pool: Pool
    rejected_rows: PostgresRejectedRows
    tracing: Tracing

    @classmethod
    def open(cls, settings: Settings, clock: Clock, held: ExitStack) -> Self:
        owner_url = settings.database_url or _own_database(settings, held)
        secret = settings.secret()
        migrate(owner_url, secret)
        url = app_url(owner_url, secret)
        tracing = tracing_to(settings.otel_exporter_otlp_endpoint, held)
        log = TracedEventLog(url, clock, tracing) if tracing.is_on else PostgresEventLog(url, clock)
        held.callback(log.close)
        rooms_pool = held.enter_context(open_pool(url, size=4, is_durable=False))
        rooms = CatchUp(log, rooms_pool, ROOMS)
        rooms.prepare()
        pool = held.enter_context(open_pool(url, before_use=rooms.recover))
        return cls(
            url=url,
            clock=clock,
            log=DeferringLog(log),
            history=log,
            rooms=rooms,
            pool=pool,
            rejected_rows=PostgresRejectedRows(pool),
            tracing=tracing,
        )


class _Evidence(TypedDict):
    """What reads the log as it was recorded."""

    audit: Audit
    time_travel: TimeTravel


def _evidence(settings: Settings, store: _Store, markets: Markets) -> _Evidence:
    keys = CheckpointKeys.of_secret(settings.secret())
    return _Evidence(
        audit=Audit(PostgresChain(store.pool), keys, store.clock),
        time_travel=TimeTravel(store.history, PostgresPriceRecords(store.pool), markets),
    )


def _imports(store: _Store, identities: Identities, valuations: Valuations) -> Imports:
    book, options = valuations.book, valuations.marking.options
    return Imports(store.log, identities, book, store.rejected_rows, options)


def _runs(
    store: _Store,
    markets: Markets,
    prices: Prices,
    valuations: Valuations,
    securities: Securities,
) -> Runs:
    return Runs(
        log=store.log,
        clock=store.clock,
        markets=markets,
        jobs=ProcrastinateJobs(store.pool),
        prices=prices,
        valuations=valuations,
        rooms=store.rooms,
        accounts=PortfoliosRoom(store.pool),
        live_runs=RunsRoom(store.pool),
        securities=securities,
        tracing=store.tracing,
        prerequisites=reference_data(),
        stale=StaleAccounts(
            Staleness(store.log, valuations), PortfoliosRoom(store.pool), PositionsRoom(store.pool)
        ),
        analyses=Analyses(store.log, valuations, securities, ValuationsRoom(store.pool)),
    )


def _terms(settings: Settings, clock: Clock) -> Terms:
    return Terms(
        is_production=settings.sigmasight_env == "production",
        counters=_counters(settings, clock),
        origins=settings.origins,
        proxies=settings.forwarded_allow_ips,
        request_timeout_s=settings.request_timeout_s,
        metrics_token=settings.secret_for_metrics,
    )


def _counters(settings: Settings, clock: Clock) -> RateCounters | None:
    """Who counts requests; nobody where limits are off."""
    if settings.rate_limits == "off":
        return None
    return RateCounters(settings.rate_limits_storage, clock)


def _own_database(settings: Settings, held: ExitStack) -> str:
    """The owner's URL of the embedded PostgreSQL, relaunched if it dies while we hold it."""
    server = EmbeddedPostgres(settings.home)
    url = held.enter_context(server)
    held.enter_context(in_background("postgres-guard", server.keep_up))
    return url


def _markets(clock: Clock) -> Markets:
    built_on = clock.now().date()
    return {
        "live": MarketTime(NyseCalendar(built_on), clock, _LIVE_FROM),
        "sample": MarketTime(SampleCalendar(built_on, SAMPLE_MARKET_ENDS_ON), clock, _SAMPLE_FROM),
    }


def _prices(settings: Settings, parts: Parts, store: _Store, markets: Markets) -> Prices:
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


def _users(settings: Settings, parts: Parts, store: _Store, identities: Identities) -> Users:
    lifetime = timedelta(days=settings.token_lifetime_days)
    is_limited = settings.rate_limits == "on"
    failures = PostgresFailedLogins(store.pool, settings.secret()) if is_limited else None
    return Users(
        log=store.log,
        clock=store.clock,
        passwords=Argon2Passwords(
            store.pool, parts.password_cost, are_composed=settings.password_composition
        ),
        throttle=LoginThrottle(failures, store.clock),
        tokens=JwtTokens(settings.secret(), lifetime, store.clock, settings.token_key),
        identities=identities,
        invites=Invites(store.log, store.clock, settings.beta_invite_code),
    )


def _securities(settings: Settings, parts: Parts, store: _Store) -> Securities:
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
