"""Calculation runs: asking for one, and working it off phase by phase (spec 5.4, 5.6)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID, uuid4

from application.commands import RequestRun
from application.deciding import decide
from application.errors import RunUnknown, StoreUnavailable
from application.markets import Markets
from application.marking import price_warnings, symbols_to_price
from application.ownership import own_portfolio
from application.ports import Cause, Clock, EventLog, Jobs, Rooms
from application.prices import Prices
from application.valuations import Valuations
from domain import identity
from domain.calculation_run import (
    MARKET_DATA,
    READ_MODELS,
    VALUATION,
    CalculationRun,
    Phase,
    RunKind,
    RunOver,
)
from domain.portfolio import Portfolio
from domain.run_slot import RunSlot

VIEWS_WITHIN_S = 60.0
"""How long a run waits for the rooms before it says that views are behind."""

FAULT = "ERR_BATCH_008"
"""The code of a run that met a fault of the program."""


Findings = tuple[dict[str, int], Sequence[str]]
"""What a phase counted, and sentences that warn the user."""


@dataclass(frozen=True, slots=True)
class RequestedRun:
    """A queued run. `position` is that of its last event."""

    run_id: UUID
    portfolio_id: UUID
    calculation_on: date
    symbols: int
    position: int


@dataclass(frozen=True, slots=True)
class Runs:
    """The use cases around runs; `execute` and `abandon` are for workers."""

    log: EventLog
    clock: Clock
    markets: Markets
    jobs: Jobs
    prices: Prices
    valuations: Valuations
    rooms: Rooms

    def request(self, command: RequestRun, cause: Cause) -> RequestedRun:
        """Queue a run, unless the portfolio has a live one.

        Raises:
            PortfolioUnknown: ERR_PORT_404. PortfolioForbidden: ERR_PORT_403.
            SessionNotCompleted: ERR_VAL_001. RunAlreadyLive: ERR_BATCH_005, with its id.
        """
        portfolio = own_portfolio(self.log, command.portfolio_id, cause)
        market = self.markets[portfolio.opening.price_source]
        until = market.completed_session(command.calculation_on)
        run_id = uuid4()

        def attempt() -> RequestedRun:
            slot_id = identity.run_slot_id(portfolio.id)
            slot = self.log.load(RunSlot, slot_id) or RunSlot(slot_id)
            slot.claim(run_id)
            run = CalculationRun.request(
                run_id, [portfolio.id], until, RunKind.ON_DEMAND, cause.actor
            )
            queue = self.jobs.execute_run(run_id)
            position = self.log.save(run, slot, cause=cause, also=[queue])
            symbols = len(symbols_to_price(portfolio))
            return RequestedRun(run_id, portfolio.id, until, symbols, position)

        return decide(attempt)

    def execute(self, run_id: UUID, worker: str) -> None:
        """Work a run off, or go on where a dead worker left it; nothing to do if it is over.

        A fault ends the run as failed and is raised again for the worker to report. What was
        valued until then stands.
        """
        try:
            run = self._note(run_id, lambda run: run.start(worker))
            self._work_off(run)
        except RunOver:
            return
        except StoreUnavailable:
            raise  # the queue tries again
        except Exception:
            self._end(run_id, lambda run: run.fail(FAULT, "The calculation met a fault."))
            raise

    def abandon(self, run_id: UUID, reason: str) -> None:
        """Give a run up from outside; nothing to do if it is over."""
        self._end(run_id, lambda run: run.abandon(reason))

    def _work_off(self, run: CalculationRun) -> None:
        portfolio = self._portfolio(run)
        symbols, until = symbols_to_price(portfolio), run.calculation_on
        missing = len(self.valuations.missing(portfolio, until))
        self._perform(
            run.id, MARKET_DATA, len(symbols), lambda _: self._gather_prices(portfolio, until)
        )
        self._perform(
            run.id, VALUATION, missing, lambda total: self._value(run, portfolio, total, missing)
        )
        self._perform(run.id, READ_MODELS, 1, lambda _: self._advance_rooms())
        self._end(run.id, lambda run: run.complete())

    def _perform(
        self, run_id: UUID, phase: Phase, total: int, work: Callable[[int], Findings]
    ) -> None:
        """Do the work of a phase, unless an earlier worker did; `work` is told the first total."""
        run = self._note(run_id, lambda run: run.start_phase(phase, total))
        if run.has_completed(phase):
            return
        began = self.clock.now()
        counts, warnings = work(run.phase_totals[phase.id])
        seconds = round((self.clock.now() - began).total_seconds(), 3)
        self._note(run_id, lambda run: run.complete_phase(phase, counts, warnings, seconds))

    def _gather_prices(self, portfolio: Portfolio, until: date) -> Findings:
        symbols, opening = symbols_to_price(portfolio), portfolio.opening
        needed = (opening.equity_as_of, until)
        gathered = self.prices.gather(opening.price_source, symbols, needed)
        return {"done": len(symbols), "prices": gathered.rows}, gathered.warnings

    def _value(
        self, run: CalculationRun, portfolio: Portfolio, total: int, missing: int
    ) -> Findings:
        """Bring the valuations up to date; `missing` of `total` lacked when this worker came.

        A portfolio that changed meanwhile is caught up with again, from where anything counts that
        was recorded since the beginning: not knowing of the change, this worker may have restated
        what somebody who knew of it had found in order.
        """
        until, cause, began = run.calculation_on, _cause_of(run.id), portfolio.version
        warnings: list[str] = []
        if run.has_completed(MARKET_DATA):  # by one that died; what was imported since lacks prices
            warnings += self._gather_prices(portfolio, until)[1]
        settled = self.valuations.settle(portfolio, until, cause)
        progress = self.valuations.catch_up(settled.portfolio, until, cause)
        while (newest := self._portfolio(run)).version > settled.portfolio.version:
            warnings += self._gather_prices(newest, until)[1]
            settled = self.valuations.settle(newest, until, cause)
            progress += self.valuations.catch_up(settled.portfolio, until, cause, since=began)
        portfolio = settled.portfolio
        warnings += settled.warnings
        latest = self.valuations.latest(portfolio, until)
        warnings += price_warnings(portfolio, latest) if latest else []
        skipped, restated = missing - progress.valued, progress.restated
        if VALUATION.id in run.phase_totals:  # begun by a worker that died
            restated += progress.restated_already
        return {"valued": total - skipped, "skipped": skipped, "restated": restated}, warnings

    def _advance_rooms(self) -> Findings:
        if self.rooms.catch_up(self.log.position(), timeout_s=VIEWS_WITHIN_S):
            return {"done": 1}, ()
        return {"done": 0}, ["Views are being brought up to date; look again soon."]

    def _note(self, run_id: UUID, step: Callable[[CalculationRun], None]) -> CalculationRun:
        """Record a step of a run as it stands now."""

        def attempt() -> CalculationRun:
            run = self._run(run_id)
            step(run)
            self.log.save(run, cause=_cause_of(run_id))
            return run

        return decide(attempt)

    def _end(self, run_id: UUID, ending: Callable[[CalculationRun], None]) -> None:
        """Record how a run ended and free its slots, in one save."""

        def attempt() -> None:
            run = self._run(run_id)
            ending(run)
            ids = [identity.run_slot_id(portfolio_id) for portfolio_id in run.portfolio_ids]
            slots = self.log.load_many(RunSlot, ids).values()
            for slot in slots:
                slot.release(run_id)
            self.log.save(run, *slots, cause=_cause_of(run_id))

        decide(attempt)

    def _portfolio(self, run: CalculationRun) -> Portfolio:
        return own_portfolio(self.log, run.portfolio_ids[0], _cause_of(run.id))

    def _run(self, run_id: UUID) -> CalculationRun:
        run = self.log.load(CalculationRun, run_id)
        if run is None:
            raise RunUnknown
        return run


def _cause_of(run_id: UUID) -> Cause:
    """What the system does for a run, caused by and correlated with it."""
    return Cause(command_id=uuid4(), correlation_id=run_id, causation=run_id)
