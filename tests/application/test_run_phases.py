"""Specification of phases: which a run does, and what becomes of it when one fails (5.4)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, NoReturn

import pytest

from application.commands import RequestRun
from application.errors import SessionNotCompleted, StoreUnavailable
from application.runs import Runs
from domain.calculation_run import CalculationRun, RunStatus
from tests.support.accounts import cause
from tests.support.openings import recorded
from tests.support.streets import FRIDAY, Street, street


@dataclass(frozen=True)
class Failing:
    """Something whose every method meets a fault."""

    fault: Exception

    def __getattr__(self, name: str) -> Any:
        """The method of that name."""

        def fail(*_: object, **__: object) -> NoReturn:
            raise self.fault

        return fail


def execute(street: Street, *, is_forced: bool = False, **parts: Any) -> CalculationRun:
    """Calculate the only account, with `parts` of the runs in place of the real ones."""
    [portfolio_id] = street.portfolio_ids
    command = RequestRun(portfolio_id=portfolio_id, is_forced=is_forced)
    run_id = street.program.runs.request(command, cause()).run_id
    runs: Runs = replace(street.program.runs, **parts)
    runs.execute(run_id, "worker-1")
    return street.run(run_id)


def last_run(street: Street) -> CalculationRun:
    """The run that was requested last."""
    row, _ = recorded(street.program, CalculationRun.Requested)[-1]
    return street.run(row.aggregate_id)


def phases_done(run: CalculationRun) -> Sequence[int]:
    """The phases that came to an end, in order."""
    return list(run.phase_counts)


def test_a_run_does_the_phases_whose_work_has_a_source(database: str) -> None:
    with street(database, accounts=1) as one:
        run = execute(one)

        assert phases_done(run) == [1, 3, 4, 6]
        assert run.status is RunStatus.COMPLETED


def test_a_forced_run_values_with_the_prices_that_are_there(database: str) -> None:
    with street(database, accounts=1) as one:
        run = execute(one, is_forced=True)

        assert phases_done(run) == [3, 4, 6]
        assert one.prices.asked == []
        assert run.warnings == ("Valued at the entry price, for want of any other: AAPL.",)


def test_a_fault_of_the_market_data_leaves_the_run_partial_and_is_reported(database: str) -> None:
    with street(database, accounts=1) as one:
        with pytest.raises(ZeroDivisionError):
            execute(one, prices=Failing(ZeroDivisionError("a fault")))

        run = last_run(one)
        assert run.status is RunStatus.PARTIAL
        assert phases_done(run) == [1, 3, 4, 6]
        assert run.phase_counts[1] == {"done": 0}
        assert run.warnings == (
            "Prices could not be brought up to date (ERR_BATCH_001); the valuation uses those that"
            " were known. Calculate again later.",
            "Valued at the entry price, for want of any other: AAPL.",
        )
        assert one.valued() == {run.portfolio_ids[0]: [FRIDAY]}


def test_a_fault_of_the_views_fails_the_run_and_the_valuations_stand(database: str) -> None:
    with street(database, accounts=1) as one:
        with pytest.raises(ZeroDivisionError):
            execute(one, rooms=Failing(ZeroDivisionError("a fault")))

        run = last_run(one)
        [(_, failed)] = recorded(one.program, CalculationRun.Failed)
        assert (run.status, failed.error_code) == (RunStatus.FAILED, "ERR_BATCH_008")
        assert one.valued() == {run.portfolio_ids[0]: [FRIDAY]}


@pytest.mark.parametrize("part", ["prices", "valuations", "rooms"])
def test_a_store_out_of_reach_ends_no_run_whatever_the_phase(database: str, part: str) -> None:
    with street(database, accounts=1) as one:
        unavailable: Any = {part: Failing(StoreUnavailable())}
        with pytest.raises(StoreUnavailable):
            execute(one, **unavailable)

        assert last_run(one).status is RunStatus.RUNNING
        one.work_off()
        assert last_run(one).status is RunStatus.COMPLETED


def test_a_refusal_fails_the_run_with_its_own_code_and_sentence(database: str) -> None:
    with street(database, accounts=1) as one:
        with pytest.raises(SessionNotCompleted):
            execute(one, valuations=Failing(SessionNotCompleted("2024-01-19")))

        [(_, failed)] = recorded(one.program, CalculationRun.Failed)
        assert failed.error_code == "ERR_VAL_001"
        assert failed.message == SessionNotCompleted("2024-01-19").message
