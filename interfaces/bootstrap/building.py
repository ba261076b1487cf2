"""Puts the program together on a database."""

from contextlib import ExitStack

from application.accounts import Accounts
from application.cash_flows import CashFlows
from application.edits import Editing
from application.identities import Identities
from application.portfolios import Portfolios
from application.positions import Positions
from application.repair import Repair
from application.valuations import Valuations
from infrastructure.allocator import give_back_memory
from infrastructure.database_state import DatabaseState
from infrastructure.first_answers import PostgresFirstAnswers
from infrastructure.kept_uploads import PostgresUploads
from infrastructure.linear_algebra import keep_to_one_thread
from infrastructure.postgres_async import AsyncReading
from infrastructure.settings import Settings
from infrastructure.system_clock import SystemClock
from interfaces.bootstrap.evidence import evidence_of
from interfaces.bootstrap.market_data import markets_on, prices_of, securities_of
from interfaces.bootstrap.parts import Parts
from interfaces.bootstrap.program import Program
from interfaces.bootstrap.store import Store
from interfaces.bootstrap.ways_in import terms_of, users_of
from interfaces.bootstrap.work import imports_of, runs_of
from interfaces.rooms import rooms_to_ask
from projections.portfolios.postgres import PortfoliosRoom


def build(settings: Settings, parts: Parts | None = None) -> Program:
    """Put the program together on the database that the settings name, or on its own.

    Starts or joins the embedded PostgreSQL where DATABASE_URL is unset; migrates the database.

    Raises:
        One of START_REFUSALS, with a sentence that says what to do.
    """
    parts = parts or Parts()
    _keep_small()
    with ExitStack() as held:
        store = Store.open(settings, parts.clock or SystemClock(settings.sigmasight_now), held)
        identities = Identities(settings.uses_deterministic_ids)
        users = users_of(settings, parts, store, identities)
        markets = markets_on(store.clock)
        prices = prices_of(settings, parts, store, markets)
        valuations = Valuations(store.log, markets, prices.book, settings.risk_free_rate)
        editing = Editing(store.log, markets)
        securities = securities_of(settings, parts, store)
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
            imports=imports_of(store, identities, valuations),
            uploads=PostgresUploads(store.pool, store.clock),
            prices=prices,
            securities=securities,
            valuations=valuations,
            **evidence_of(settings, store, markets),
            repair=Repair(store.log, valuations, PortfoliosRoom(store.pool)),
            runs=runs_of(store, markets, prices, valuations, securities),
            **store.kept,
            **rooms_to_ask(store.pool, store.reads),
            reading=AsyncReading(store.url),
            database_url=store.url,
            database=DatabaseState(store.pool),
            terms=terms_of(settings, store.clock),
            tracing=store.tracing,
            _held=held.pop_all(),
        )


def _keep_small() -> None:
    """Take no more threads and memory than one process of several should."""
    give_back_memory()
    keep_to_one_thread()
