"""Calculation runs: asking for one, executing it, ending what nobody executes (spec 5.4, 5.6)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID, uuid4

from application.analyses import Analyses
from application.at_ease import collector_at_ease
from application.commands import RequestRun, RequestRunOfAny
from application.deciding import decide
from application.errors import PortfolioUnknown, StoreUnavailable
from application.markets import Markets
from application.marking import symbols_to_price
from application.ownership import portfolio_to_change
from application.ports import Accounts, Cause, Clock, EventLog, Jobs, LiveRuns, Rooms
from application.prerequisites import Prerequisite, refuse_if_lacking
from application.prices import Prices
from application.run_execution import RunExecution
from application.run_parts import FanOut
from application.run_record import RunRecord
from application.securities import Securities
from application.staleness import StaleAccounts
from application.tracing import Tracing
from application.valuations import Valuations
from domain import identity
from domain.calculation_run import CalculationRun, RunOver
from domain.errors import DomainError
from domain.portfolio import Portfolio
from domain.run_order import RunKind, RunOrder, Span
from domain.run_phase import skipped_phases
from domain.run_slot import RunSlot

FAULT = "ERR_BATCH_008"
"""The code of a run that met a fault of the program."""

STORE_LACKING = "ERR_BATCH_004"
"""The code of a run that the store kept from going on."""

_STORE_LACKED = (
    "The database did not answer in time, however often that was tried. What was valued until then"
    " is saved; calculate again."
)


@dataclass(frozen=True, slots=True)
class RequestedRun:
    """A queued run. `position` is that of its last event."""

    run_id: UUID
    portfolio_id: UUID | None
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
    accounts: Accounts
    live_runs: LiveRuns
    securities: Securities
    stale: StaleAccounts
    tracing: Tracing
    prerequisites: Sequence[Prerequisite]
    analyses: Analyses

    def request(self, command: RequestRun, cause: Cause) -> RequestedRun:
        """Queue a run, unless the portfolio has a live one.

        Raises:
            PortfolioUnknown: ERR_PORT_404. PortfolioForbidden: ERR_PORT_403.
            VersionMovedOn: ERR_VERSION_001. PortfolioArchived: ERR_PORT_015.
            SessionNotCompleted: ERR_VAL_001. RunAlreadyLive: ERR_BATCH_005, with its id.
            PrerequisitesLacking: ERR_BATCH_002.
        """
        portfolio = portfolio_to_change(self.log, command.portfolio_id, cause)
        refuse_if_lacking(self.prerequisites)
        market = self.markets[portfolio.opening.price_source]
        order = order_of(
            RunKind.ON_DEMAND,
            market.completed_session(command.calculation_on),
            cause,
            is_forced=command.is_forced,
        )
        return self._request(portfolio, order, cause)

    def request_of_any(self, command: RequestRunOfAny, cause: Cause) -> RequestedRun:
        """Queue a run of anybody's portfolio, or one over all accounts, for a superuser.

        A forced run abandons the live run of its portfolio first; one over all accounts every run.

        Raises:
            PortfolioUnknown: ERR_PORT_404. PortfolioArchived: ERR_PORT_015.
            RunAlreadyLive: ERR_BATCH_005, with its id, unless forced.
            PrerequisitesLacking: ERR_BATCH_002.
        """
        refuse_if_lacking(self.prerequisites)
        kind = RunKind.RESTATEMENT if command.is_restatement else RunKind.ON_DEMAND
        if command.portfolio_id is None:
            run_id = command.run_id or uuid4()
            if command.is_forced and not self.log.existing([run_id]):
                self._abandon_all(command.reason)
            until = self.markets["live"].latest_session()
            order = order_of(kind, until, cause, reason=command.reason, restate=command.restate)
            return self.request_whole(run_id, order, cause)
        portfolio = self.log.load(Portfolio, command.portfolio_id)
        if portfolio is None:
            raise PortfolioUnknown
        portfolio.refuse_if_archived()
        market = self.markets[portfolio.opening.price_source]
        until = market.latest_session()
        order = order_of(kind, until, cause, reason=command.reason, restate=command.restate)
        if command.is_forced:
            self._abandon_holder(portfolio.id, command.reason)
        return self._request(portfolio, order, cause)

    def request_whole(self, run_id: UUID, order: RunOrder, cause: Cause) -> RequestedRun:
        """Queue a run over all accounts; one of that id that exists is that one.

        Raises:
            PrerequisitesLacking: ERR_BATCH_002.
        """
        refuse_if_lacking(self.prerequisites)

        def attempt() -> RequestedRun:
            run = self.log.load(CalculationRun, run_id)
            if run is None:
                run = CalculationRun.request(run_id, order)
                job = self.jobs.execute_run(run_id, is_urgent=False)
                position = self.log.save(run, cause=cause, also=[job])
            else:
                position = self.log.position()
            return RequestedRun(run_id, None, run.order.calculation_on, 0, position)

        return decide(attempt)

    def execute(self, run_id: UUID, worker: str) -> None:
        """Work a run off, or go on where a dead worker left it; nothing to do if it is over.

        A fault ends the run as failed and is raised again for the worker to report; so is one
        that the run could go on in spite of. What was valued until then stands.
        """
        record = RunRecord(self.log)
        try:
            run = record.take_up(run_id, worker)
            with self.tracing.span("run", {"run_id": str(run_id)}), collector_at_ease():
                faults = self._execute(run)
        except RunOver:
            return
        except StoreUnavailable:
            raise  # the queue tries again
        except DomainError as refusal:
            code, message = refusal.code, refusal.message
            record.end(run_id, lambda run: run.fail(code, message))
            raise
        except Exception:
            record.end(run_id, lambda run: run.fail(FAULT, "The calculation met a fault."))
            raise
        if faults:
            raise faults[0]

    def fail_for_store(self, run_id: UUID) -> None:
        """Give a run up that the store did not let come to an end; nothing to do if it is over.

        Raises:
            StoreUnavailable: ERR_BUSY_001, the store does not take this either.
        """
        RunRecord(self.log).end(run_id, lambda run: run.fail(STORE_LACKING, _STORE_LACKED))

    def abandon(self, run_id: UUID, reason: str) -> None:
        """Give a run up from outside; nothing to do if it is over."""
        RunRecord(self.log).end(run_id, lambda run: run.abandon(reason))

    def clean_up(self, portfolio_id: UUID | None = None) -> Sequence[UUID]:
        """End the live runs that no job is at or will ever take up, a portfolio's or any.

        A run over all accounts that waits for its parts is none of them: it ends with those.
        """
        live = self.live_runs.live(portfolio_id)
        queued = self.jobs.runs()  # asked later: who ended in between is over, not abandoned
        ended = []
        for run_id in [run_id for run_id in live if run_id not in queued]:
            run = self.log.load(CalculationRun, run_id)
            if run is None or not run.is_live or run.parts is not None:
                continue
            self.abandon(run_id, "Its worker died, and no other would have taken it up.")
            ended.append(run_id)
        return ended

    def _execute(self, run: CalculationRun) -> list[Exception]:
        if not run.is_whole:
            execution = RunExecution(
                log=self.log,
                clock=self.clock,
                prices=self.prices,
                valuations=self.valuations,
                rooms=self.rooms,
                securities=self.securities,
                tracing=self.tracing,
                analyses=self.analyses,
            )
            return execution.work_off(run)
        if run.parts is None:
            FanOut(self.log, self.markets, self.jobs, self.accounts, self.stale).divide(run)
        return []

    def _request(self, portfolio: Portfolio, order: RunOrder, cause: Cause) -> RequestedRun:
        run_id = uuid4()
        symbols = len(symbols_to_price(portfolio))

        def attempt() -> RequestedRun:
            slot_id = identity.run_slot_id(portfolio.id)
            slot = self.log.load(RunSlot, slot_id) or RunSlot(slot_id)
            slot.claim(run_id)
            run = CalculationRun.request(run_id, order.over(portfolio.id))
            job = self.jobs.execute_run(run_id, is_urgent=True)
            position = self.log.save(run, slot, cause=cause, also=[job])
            return RequestedRun(run_id, portfolio.id, order.calculation_on, symbols, position)

        return decide(attempt)

    def _abandon_holder(self, portfolio_id: UUID, reason: str) -> None:
        slot = self.log.load(RunSlot, identity.run_slot_id(portfolio_id))
        if slot and slot.run_id:
            self.abandon(slot.run_id, _forced(reason))

    def _abandon_all(self, reason: str) -> None:
        """Abandon every live run.

        Those over all accounts begin no more parts then; the second look finds the parts that had
        begun since the first.
        """
        for _ in range(2):
            self.rooms.catch_up(self.log.position())
            for run_id in self.live_runs.live():
                self.abandon(run_id, _forced(reason))


def _forced(reason: str) -> str:
    return f"Another run was forced in its place. {reason}".strip()


def order_of(
    kind: RunKind,
    until: date,
    cause: Cause,
    *,
    is_forced: bool = False,
    reason: str = "",
    restate: Span | None = None,
) -> RunOrder:
    """What a run of a kind is asked to do up to a session, over all accounts until narrowed."""
    return RunOrder(
        kind=kind,
        calculation_on=until,
        requested_by=cause.actor,
        skips=skipped_phases(kind, is_forced=is_forced),
        reason=reason,
        restate=restate,
    )
