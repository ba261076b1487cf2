"""Seeing to it that each completed session is valued, and that no dead run stays (spec 5.6)."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4

from application.ports import Cause
from application.runs import Runs, order_of
from domain.calculation_run import CalculationRun
from domain.identity import nightly_run_id
from domain.run_order import RunKind

ATTEMPTS_A_SESSION = 3
"""How often accounts that lack a session are tried before they wait for the next one."""

GRACE = timedelta(hours=1)
"""How long a new account is left to its owner, who is about to calculate it."""


@dataclass(frozen=True, slots=True)
class Nights:
    """What a scheduler does whenever it looks; any number of them may, at the same time."""

    runs: Runs

    def look(self) -> UUID | None:
        """End dead runs, and request the nightly run that is due; returns its id.

        It is due when a live account lacks a valuation of the latest completed session and no
        nightly run of that session is live. A missed night needs no run of its own: the next one
        values all sessions that are missing.
        """
        runs = self.runs
        runs.clean_up()
        session = runs.markets["live"].latest_session()
        opened_before = runs.clock.now() - GRACE
        if not runs.accounts.active("live", session, opened_before):
            return None
        for attempt in range(1, ATTEMPTS_A_SESSION + 1):
            run_id = nightly_run_id("live", session, attempt)
            run = runs.log.load(CalculationRun, run_id)
            if run is None:
                cause = Cause(command_id=uuid4(), correlation_id=run_id)
                runs.request_whole(run_id, order_of(RunKind.NIGHTLY, session, cause), cause)
                return run_id
            if run.is_live:
                break
        return None
