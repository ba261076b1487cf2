"""Seeing to it that each completed session is valued, and that no dead run stays (spec 5.6)."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

from application.ports import Cause
from application.runs import Runs, order_of
from domain.calculation_run import CalculationRun
from domain.identity import healing_run_id, nightly_run_id
from domain.run_order import RunKind

ATTEMPTS_A_SESSION = 3
"""How often accounts that lack a session are tried before they wait for the next one."""

GRACE = timedelta(hours=1)
"""How long a new account, or one that changed, is left to its owner, who is about to calculate."""


@dataclass(frozen=True, slots=True)
class Nights:
    """What a scheduler does whenever it looks; any number of them may, at the same time."""

    runs: Runs

    def look(self) -> UUID | None:
        """End dead runs, and request the run that is due; returns its id.

        The nightly one is due when a live account lacks a valuation of the latest completed
        session and no nightly run of that session is live. A missed night needs no run of its own:
        the next one values all sessions that are missing. Where none is due and an account that is
        valued lacks something known since, a run that heals is, once an hour at most.
        """
        self.runs.clean_up()
        session = self.runs.markets["live"].latest_session()
        settled_before = self.runs.clock.now() - GRACE
        if self.runs.accounts.active("live", session, settled_before):
            for attempt in range(1, ATTEMPTS_A_SESSION + 1):
                run_id = nightly_run_id("live", session, attempt)
                run = self.runs.log.load(CalculationRun, run_id)
                if run is None:
                    return self._request(run_id, session)
                if run.is_live:
                    return None
        return self._heal(session, settled_before)

    def _heal(self, session: date, settled_before: datetime) -> UUID | None:
        run_id = healing_run_id("live", session, self.runs.clock.now())
        if self.runs.log.load(CalculationRun, run_id):
            return None
        if not self.runs.stale.of("live", session, settled_before):
            return None
        return self._request(run_id, session)

    def _request(self, run_id: UUID, session: date) -> UUID:
        cause = Cause(command_id=uuid4(), correlation_id=run_id)
        self.runs.request_whole(run_id, order_of(RunKind.NIGHTLY, session, cause), cause)
        return run_id
