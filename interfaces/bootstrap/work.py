"""Imports and runs: the long work, on everything else."""

from application.analyses import Analyses
from application.identities import Identities
from application.imports import Imports
from application.markets import Markets
from application.prerequisites import reference_data
from application.prices import Prices
from application.runs import Runs
from application.securities import Securities
from application.staleness import StaleAccounts, Staleness
from application.valuations import Valuations
from infrastructure.procrastinate_jobs import ProcrastinateJobs
from interfaces.bootstrap.store import Store
from projections.portfolios.postgres import PortfoliosRoom
from projections.positions.postgres import PositionsRoom
from projections.runs.postgres import RunsRoom
from projections.valuations.postgres import ValuationsRoom


def imports_of(store: Store, identities: Identities, valuations: Valuations) -> Imports:
    """Imports into the accounts of a store."""
    book, options = valuations.book, valuations.marking.options
    return Imports(store.log, identities, book, store.rejected_rows, options)


def runs_of(
    store: Store,
    markets: Markets,
    prices: Prices,
    valuations: Valuations,
    securities: Securities,
) -> Runs:
    """Runs, and what each of their phases asks."""
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
        analyses=Analyses(store.log, valuations, securities, ValuationsRoom(store.reads)),
    )
