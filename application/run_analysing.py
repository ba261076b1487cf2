"""What a run measures of its portfolios once they are valued (spec 5.4, phase 6)."""

from dataclasses import dataclass, field

from application.analyses import Analyses
from application.ports import EventLog
from application.run_record import cause_of
from application.run_valuing import RunValuing
from application.securities import Findings
from domain.portfolio import Portfolio


@dataclass
class RunAnalysing:
    """The analytics of a run; `faults` are what made those of single portfolios fail."""

    valuing: RunValuing
    analyses: Analyses
    log: EventLog
    faults: list[Exception] = field(default_factory=list)

    def analyse(self, _total: int) -> Findings:
        """Measure each portfolio as it stands now; one that fails is warned of."""
        run = self.valuing.run
        ids = [portfolio.id for portfolio in self.valuing.portfolios]
        newest = list(self.log.load_many(Portfolio, ids).values())
        if not newest:
            return {"done": 0}, ()
        analyses = self.analyses.knowing(self.valuing.known_prices)
        done = analyses.record(newest, self.valuing.until, cause_of(run.id))
        self.faults += done.faults
        counts = {"done": done.measured, "recorded": done.recorded}
        if not done.faults:
            return counts, ()
        failed = f"{len(done.faults)} of {len(newest)} accounts could not be analysed."
        return counts | {"failed": len(done.faults)}, [failed]
