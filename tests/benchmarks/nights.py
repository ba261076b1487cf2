"""The nightly run of 1,000 accounts: against the raw arithmetic and COPY; and by two workers.

Each round is the night of another session, whose prices the book knows. Ours is all of it as the
scheduler asks for it: divided into parts, each taken from the queue, valued, measured, recorded
durably, rooms brought up to date, ended. The peer has ledgers, books and encoded rows ready; once
it values only, once it measures risk, too. Workers are processes as `sigmasight worker` has them.
Run it by `python -m tests.benchmarks.nights`.
"""

import asyncio
import multiprocessing
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from multiprocessing.synchronize import Event
from time import perf_counter
from typing import Any
from uuid import UUID

import psycopg

from application.nights import Nights
from domain.arithmetic import value
from domain.calculation_run import CalculationRun, RunStatus
from domain.daily_valuation import DailyValuation
from domain.identity import daily_valuation_id, risk_analysis_id
from domain.money import amount_cents
from domain.portfolio import Portfolio
from domain.risk.book import RiskBook
from domain.risk.market_beta import SESSIONS as SESSIONS_OF_BETA
from domain.risk.market_view import MarketView
from domain.risk.measures import DailyReturns, Measures, trailing_returns
from domain.risk.measures import measure as measures_of
from domain.risk.rounding import as_recorded
from domain.risk_analysis import RiskAnalysis
from interfaces.bootstrap import Program
from tests.benchmarks.city import ACCOUNTS, LINES, SESSIONS, City
from tests.benchmarks.copying import Copying
from tests.benchmarks.databases import durable_database, silence_logs
from tests.benchmarks.row import Row, show
from tests.support.clocks import SetClock
from tests.support.programs import build_program
from tests.support.queues import work_off_queue

ROUNDS = 5
ROUNDS_OF_WORKERS = 5
_WITHIN_S = 600.0
_WHAT = f"Nightly run of {ACCOUNTS:,} accounts of {LINES} positions"


def measure() -> list[Row]:
    """A row against the raw work, and one of a second worker against one alone.

    Raises:
        ValueError: the raw work comes to another NAV, or a night was not completed.
    """
    sessions = iter(SESSIONS)
    with durable_database() as url, psycopg.connect(url, autocommit=True) as owner:
        with at_night(url, next(sessions)) as program:
            city = City.build(program)
            night(program, url)
        copying = Copying(owner)
        rounds = [_round(url, city, copying, next(sessions)) for _ in range(ROUNDS)]
        beside = [
            (by_workers(url, 2, next(sessions)), by_workers(url, 1, next(sessions)))
            for _ in range(ROUNDS_OF_WORKERS)
        ]
    whole = [(ours, valuing + measuring) for ours, valuing, measuring in rounds]
    valued = [(ours, valuing) for ours, valuing, _ in rounds]
    return [
        _row(f"{_WHAT}, one worker", "arithmetic of NAV and risk, and COPY", whole, 1 / 20),
        _row("the same", "arithmetic of NAV alone, and COPY", valued, 1 / 20),
        _row(f"{_WHAT}, two workers", "one worker", beside, 1.3),
    ]


def _row(what: str, against: str, rounds: list[tuple[float, float]], goal: float) -> Row:
    return Row(
        what=what,
        against=against,
        ours=tuple(ours for ours, _ in rounds),
        peer=tuple(peer for _, peer in rounds),
        goal=goal,
        note="prices in the book; a session each round, rooms included",
    )


def _round(url: str, city: City, copying: Copying, session: date) -> tuple[float, float, float]:
    """Seconds of a night, and of the raw work for valuations and for measures in it."""
    with at_night(url, session) as program:
        ours = _seconds(lambda: night(program, url))
        valuing = _raw_valuations(program, city, copying, session)
        return ours, valuing, _raw_measures(program, city, copying, session)


def _raw_valuations(program: Program, city: City, copying: Copying, session: date) -> float:
    ids = [daily_valuation_id(account, session) for account in city.accounts]
    copying.read(ids)
    known = program.log.load_many(DailyValuation, city.ids_before(session)).values()
    before = {day.latest.portfolio_id: day.latest for day in known}
    ledgers = city.ledgers(session, before)
    navs: list[int] = []

    def work() -> None:
        navs.extend(int(value(ledger).nav[0]) for ledger in ledgers)
        copying.copy()

    seconds = _seconds(work)
    copying.compare()
    valued = program.log.load_many(DailyValuation, ids)
    if navs != [amount_cents(valued[day].latest.nav) for day in ids]:
        raise ValueError("The raw arithmetic comes to another NAV.")
    return seconds


def _raw_measures(program: Program, city: City, copying: Copying, session: date) -> float:
    ids = [risk_analysis_id(account, session) for account in city.accounts]
    copying.read(ids)
    books = list(_books(program, city.accounts, session))
    measures: list[Measures] = []

    def work() -> None:
        measures.extend(measures_of(*book, frozenset()) for book in books)
        copying.copy()

    seconds = _seconds(work)
    copying.compare()
    recorded = {
        one.aggregate_id: one.event.measures
        for one in program.time_travel.log.history(ids)
        if isinstance(one.event, RiskAnalysis.Analyzed)
    }
    if [as_recorded(one) for one in measures] != [recorded[analysis] for analysis in ids]:
        raise ValueError("The raw arithmetic comes to other measures.")
    return seconds


def _books(
    program: Program, accounts: Sequence[UUID], session: date
) -> Iterator[tuple[RiskBook, MarketView, DailyReturns]]:
    """What measures are taken of, read before anything is timed."""
    analyses = program.analyses
    portfolios = program.log.load_many(Portfolio, accounts)
    view = analyses.view(list(portfolios.values()), session)
    window = view.panel.sessions[-SESSIONS_OF_BETA - 1 :]
    for account in accounts:
        book = analyses.book(portfolios[account], session)
        if book is None:
            raise ValueError("An account was not valued.")
        days = analyses.valued_days.days(account, window[0], window[-1])
        yield book, view, trailing_returns(days)


def _seconds(work: Callable[[], None]) -> float:
    began = perf_counter()
    work()
    return perf_counter() - began


@contextmanager
def at_night(url: str, session: date) -> Iterator[Program]:
    """The program in the night after a session, the accounts being older than an hour."""
    with build_program(url, _night_of(session)) as program:
        yield program


def _night_of(session: date) -> datetime:
    return datetime(session.year, session.month, session.day, 23, tzinfo=UTC)


def _request(program: Program) -> UUID:
    clock = SetClock(datetime.now(UTC) + timedelta(hours=2))
    due = Nights(replace(program.runs, clock=clock)).look()
    if due is None:
        raise ValueError("No nightly run is due.")
    return due


def night(program: Program, url: str, accounts: int = ACCOUNTS) -> None:
    """Ask for the run and work it off in this process."""
    whole = _request(program)
    work_off_queue(program, url)
    _check(program.log.load(CalculationRun, whole), accounts)


def _check(run: CalculationRun | None, accounts: int) -> None:
    if run is None or run.status is not RunStatus.COMPLETED or run.counts.valued != accounts:
        raise ValueError(f"The nightly run ended as {run and run.status}: {run and run.counts}.")


def by_workers(url: str, workers: int, session: date, accounts: int = ACCOUNTS) -> float:
    """Seconds from asking for the run to its end, by processes that wait for work."""
    with at_night(url, session) as program, _working(url, workers, session):
        began = perf_counter()
        whole = _request(program)
        pause = threading.Event()
        while (run := program.log.load(CalculationRun, whole)) and run.is_live:
            if perf_counter() - began > _WITHIN_S:
                break
            pause.wait(0.05)
        seconds = perf_counter() - began
        _check(run, accounts)
    return seconds


@contextmanager
def _working(url: str, workers: int, session: date) -> Iterator[None]:
    """Processes that listen for work."""
    spawn = multiprocessing.get_context("spawn")
    stop = spawn.Event()
    processes = [
        spawn.Process(target=_work, args=(url, session, f"worker-{number}", stop))
        for number in range(workers)
    ]
    try:
        for process in processes:
            process.start()
        _await_workers(url, workers)
        yield
    finally:
        stop.set()
        for process in processes:
            process.join(30)
            process.kill()


def _await_workers(url: str, workers: int) -> None:
    deadline, pause = perf_counter() + 60, threading.Event()
    with psycopg.connect(url, autocommit=True) as owner:
        while _workers(owner) != workers:
            if perf_counter() > deadline:
                raise TimeoutError("The workers did not come up.")
            pause.wait(0.1)


def _workers(owner: "psycopg.Connection[Any]") -> int:
    row = owner.execute("SELECT count(*) FROM jobs.procrastinate_workers").fetchone()
    return int(row[0]) if row else 0


def _work(url: str, session: date, name: str, stop: Event) -> None:
    silence_logs()

    async def until_stopped(program: Program) -> None:
        stopping = asyncio.Event()
        working = asyncio.create_task(program.worker(name).run(stopping))
        await asyncio.to_thread(stop.wait)
        stopping.set()
        await working

    with at_night(url, session) as program:
        asyncio.run(until_stopped(program))


if __name__ == "__main__":
    silence_logs()
    show(measure())
