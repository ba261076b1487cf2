"""Working a run off, phase by phase (spec 5.4)."""

from collections.abc import Callable
from dataclasses import dataclass

from application.analyses import Analyses
from application.errors import PortfolioUnknown, StoreUnavailable
from application.ports import Clock, EventLog, Rooms
from application.prices import Prices
from application.run_analysing import RunAnalysing
from application.run_record import RunRecord
from application.run_securities import RunSecurities
from application.run_valuing import RunValuing
from application.securities import Findings, Securities
from application.tracing import Tracing
from application.valuations import Valuations
from domain.calculation_run import CalculationRun, RunOver
from domain.portfolio import Portfolio
from domain.run_phase import (
    ANALYTICS,
    FUNDAMENTALS,
    MARKET_DATA,
    READ_MODELS,
    SECTOR_TAGS,
    SECURITY_MASTER,
    VALUATION,
    Phase,
)

VIEWS_WITHIN_S = 60.0
"""How long a run waits for the rooms before it says that views are behind."""

MARKET_DATA_LACKING = "ERR_BATCH_001"
"""The code of a phase that could not bring what providers know up to date."""

TAKES_LONG = "ERR_BATCH_003"
"""The code of what goes on after the run has ended."""

_WITHOUT_PRICES = (
    f"Prices could not be brought up to date ({MARKET_DATA_LACKING}); the valuation uses those that"
    " were known. Calculate again later."
)
_WITHOUT_SECURITIES = (
    f"Names, sectors and fundamentals could not be looked up ({MARKET_DATA_LACKING}); those that"
    " were known stay. Calculate again later."
)
_WITHOUT_ANALYTICS = "The analytics could not be computed. Calculate again; the valuations stand."


@dataclass(frozen=True, slots=True)
class Step:
    """The work of a phase, which is told the total its first worker gave.

    `without` warns of what is missing where the work fails; a phase that has none is one that the
    run cannot do without.
    """

    phase: Phase
    total: int
    work: Callable[[int], Findings]
    without: str | None = None


@dataclass(frozen=True, slots=True)
class RunExecution:
    """How a worker gets from the start of a run to its end."""

    log: EventLog
    clock: Clock
    prices: Prices
    valuations: Valuations
    rooms: Rooms
    securities: Securities
    tracing: Tracing
    analyses: Analyses

    def work_off(self, run: CalculationRun) -> list[Exception]:
        """Do the phases of a started run that no earlier worker did, and complete it.

        Returns:
            The faults that the run went on in spite of, for the worker to report.

        Raises:
            RunOver: ERR_BATCH_007, somebody ended it meanwhile.
        """
        valuing = RunValuing(run, self._portfolios(run), self.log, self.prices, self.valuations)
        analysing = RunAnalysing(valuing, self.analyses, self.log)
        steps = self._steps(valuing, analysing)
        faults = [fault for step in steps for fault in self._perform(run, step)]
        self._record.end(run.id, lambda run: run.complete())
        return [*faults, *valuing.faults, *valuing.batch_faults, *analysing.faults]

    @property
    def _record(self) -> RunRecord:
        return RunRecord(self.log)

    def _steps(self, valuing: RunValuing, analysing: RunAnalysing) -> list[Step]:
        symbols, about = valuing.symbols, RunSecurities(self.securities, valuing)
        return [
            Step(SECURITY_MASTER, len(symbols), about.enrich, _WITHOUT_SECURITIES),
            Step(MARKET_DATA, len(symbols), valuing.gather_prices, _WITHOUT_PRICES),
            Step(FUNDAMENTALS, len(symbols), about.count_fundamentals, _WITHOUT_SECURITIES),
            Step(VALUATION, valuing.missing, valuing.value),
            Step(READ_MODELS, 1, self._advance_rooms),
            Step(SECTOR_TAGS, len(symbols), about.count_sectors, _WITHOUT_SECURITIES),
            Step(ANALYTICS, len(valuing.portfolios), analysing.analyse, _WITHOUT_ANALYTICS),
        ]

    def _perform(self, run: CalculationRun, step: Step) -> list[Exception]:
        """Do the work of a phase, unless the run skips it or an earlier worker did it."""
        if not run.does(step.phase):
            return []
        begun = self._record.note(run.id, lambda run: run.start_phase(step.phase, step.total))
        if begun.has_completed(step.phase):
            return []
        began = self.clock.now()
        with self.tracing.span(f"phase {step.phase.name}", {"run_id": str(run.id)}):
            (counts, warnings), faults = _attempt(step, begun.phase_totals[step.phase.id])
        seconds = round((self.clock.now() - began).total_seconds(), 3)
        self._record.note(
            run.id, lambda run: run.complete_phase(step.phase, counts, warnings, seconds)
        )
        return faults

    def _advance_rooms(self, _total: int) -> Findings:
        if self.rooms.catch_up(self.log.position(), timeout_s=VIEWS_WITHIN_S):
            return {"done": 1}, ()
        return {"done": 0}, [
            f"Views are still being brought up to date ({TAKES_LONG}); look again soon."
        ]

    def _portfolios(self, run: CalculationRun) -> list[Portfolio]:
        """Those that the run is about, but what was archived since it was asked for."""
        known = self.log.load_many(Portfolio, run.portfolio_ids)
        if len(known) < len(run.portfolio_ids):
            raise PortfolioUnknown
        portfolios = [known[portfolio_id] for portfolio_id in run.portfolio_ids]
        return [portfolio for portfolio in portfolios if not portfolio.is_archived]


def _attempt(step: Step, total: int) -> tuple[Findings, list[Exception]]:
    """What a phase found, and the fault that kept it from finding more."""
    try:
        return step.work(total), []
    except (RunOver, StoreUnavailable):
        raise
    except Exception as fault:
        if step.without is None:
            raise
        return ({"done": 0}, [step.without]), [fault]
