"""Specification of phases: which a run does, and what becomes of it when one fails (5.4)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, NoReturn

import pytest

from application.commands import RequestRun, RequestRunOfAny
from application.errors import SessionNotCompleted, StoreUnavailable
from application.ports import Market
from application.runs import Runs
from application.security_ports import LookedUp, SecuritySource
from domain.calculation_run import CalculationRun, RunStatus
from domain.identity import run_part_id
from tests.support.accounts import cause, register
from tests.support.openings import open_account, recorded
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


class Asked:
    """A source of securities that is down, and remembers what it was asked."""

    name = "pytickersymbols"

    def __init__(self) -> None:
        self.asked: list[Sequence[str]] = []

    def look_up(self, symbols: Sequence[str]) -> LookedUp:
        """See `SecuritySource.look_up`."""
        self.asked.append(symbols)
        return LookedUp(warnings=["It is down."])


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


def test_a_run_does_all_phases_on_a_weekend_too(database: str) -> None:
    with street(database, accounts=1) as one:
        run = execute(one)

        assert phases_done(run) == [0, 1, 2, 3, 4, 5, 6]
        assert run.status is RunStatus.COMPLETED


def test_a_forced_run_values_with_the_prices_that_are_there(database: str) -> None:
    with street(database, accounts=1) as one:
        run = execute(one, is_forced=True)

        assert phases_done(run) == [3, 4, 5, 6]
        assert one.prices.asked == []
        assert run.warnings == ("Valued at the entry price, for want of any other: AAPL.",)


def test_a_fault_of_the_market_data_leaves_the_run_partial_and_is_reported(database: str) -> None:
    with street(database, accounts=1) as one:
        with pytest.raises(ZeroDivisionError):
            execute(one, prices=Failing(ZeroDivisionError("a fault")))

        run = last_run(one)
        assert run.status is RunStatus.PARTIAL
        assert phases_done(run) == [0, 1, 2, 3, 4, 5, 6]
        assert run.phase_counts[1] == {"done": 0}
        assert run.warnings == (
            "Prices could not be brought up to date (ERR_BATCH_001); the valuation uses those that"
            " were known. Calculate again later.",
            "Valued at the entry price, for want of any other: AAPL.",
        )
        assert one.valued() == {run.portfolio_ids[0]: [FRIDAY]}


def test_a_restatement_of_old_days_leaves_out_what_is_of_today(database: str) -> None:
    with street(database, accounts=1) as one:
        command = RequestRunOfAny(portfolio_id=one.portfolio_ids[0], is_restatement=True)
        run_id = one.program.runs.request_of_any(command, cause()).run_id
        one.work_off()

        assert phases_done(one.run(run_id)) == [1, 3, 4, 6]


def test_names_sectors_and_fundamentals_are_counted(database: str) -> None:
    with street(database, accounts=1) as one:
        run = execute(one)

        assert run.phase_counts[0] == {"done": 1, "known": 1}
        assert run.phase_counts[2] == {"done": 1, "known": 0}
        assert run.phase_counts[5] == {"done": 1, "tagged": 1}


def test_a_part_looks_securities_up_once_for_all_its_accounts(database: str) -> None:
    with street(database, accounts=4) as everyone:
        source = Asked()
        sources: dict[Market, Sequence[SecuritySource]] = {"live": [source], "sample": []}
        securities = replace(everyone.program.securities, sources=sources)
        runs: Runs = replace(everyone.program.runs, securities=securities)
        everyone.program.rooms.catch_up(everyone.program.log.position())
        whole = runs.request_of_any(RequestRunOfAny(), cause()).run_id
        runs.execute(whole, "worker-1")
        runs.execute(run_part_id(whole, 1), "worker-1")

        assert source.asked == [["AAPL", "MSFT"]]
        assert everyone.run(whole).status is RunStatus.PARTIAL  # the source says it is down


def test_a_fault_of_the_security_master_leaves_the_run_partial(database: str) -> None:
    with street(database, accounts=1) as one:
        with pytest.raises(ZeroDivisionError):
            execute(one, securities=Failing(ZeroDivisionError("a fault")))

        run = last_run(one)
        assert run.status is RunStatus.PARTIAL
        assert phases_done(run) == [0, 1, 2, 3, 4, 5, 6]
        assert set(run.warnings) == {
            "Names, sectors and fundamentals could not be looked up (ERR_BATCH_001); those that"
            " were known stay. Calculate again later."
        }
        assert one.valued() == {run.portfolio_ids[0]: [FRIDAY]}


def test_an_account_without_anything_to_look_up_asks_nobody(database: str) -> None:
    with street(database, accounts=0) as nobody:
        owner = register(nobody.program, "bob@example.com")
        empty = open_account(nobody.program, owner, equity_as_of=FRIDAY.isoformat())
        run_id = nobody.program.runs.request(RequestRun(portfolio_id=empty), cause()).run_id
        nobody.work_off()

        run = nobody.run(run_id)
        assert (run.status, run.phase_counts[0]) == (RunStatus.COMPLETED, {"done": 0})


def test_a_fault_of_the_views_fails_the_run_and_the_valuations_stand(database: str) -> None:
    with street(database, accounts=1) as one:
        with pytest.raises(ZeroDivisionError):
            execute(one, rooms=Failing(ZeroDivisionError("a fault")))

        run = last_run(one)
        [(_, failed)] = recorded(one.program, CalculationRun.Failed)
        assert (run.status, failed.error_code) == (RunStatus.FAILED, "ERR_BATCH_008")
        assert one.valued() == {run.portfolio_ids[0]: [FRIDAY]}


@pytest.mark.parametrize("part", ["prices", "valuations", "rooms", "securities"])
def test_a_store_out_of_reach_ends_no_run_whatever_the_phase(database: str, part: str) -> None:
    with street(database, accounts=1) as one:
        unavailable: Any = {part: Failing(StoreUnavailable())}
        with pytest.raises(StoreUnavailable):
            execute(one, **unavailable)

        assert last_run(one).status is RunStatus.RUNNING
        one.work_off()
        assert last_run(one).status is RunStatus.COMPLETED


def test_a_run_that_the_store_keeps_from_its_end_is_failed_for_that(database: str) -> None:
    with street(database, accounts=1) as one:
        with pytest.raises(StoreUnavailable):
            execute(one, valuations=Failing(StoreUnavailable()))
        run, runs = last_run(one), one.program.runs
        runs.fail_for_store(run.id)
        runs.fail_for_store(run.id)

        [(_, failed)] = recorded(one.program, CalculationRun.Failed)
        assert (last_run(one).status, failed.error_code) == (RunStatus.FAILED, "ERR_BATCH_004")
        assert failed.message.startswith("The database did not answer in time")
        again = RequestRun(portfolio_id=one.portfolio_ids[0])
        assert runs.request(again, cause()).run_id != run.id  # the slot is free


def test_a_refusal_fails_the_run_with_its_own_code_and_sentence(database: str) -> None:
    with street(database, accounts=1) as one:
        with pytest.raises(SessionNotCompleted):
            execute(one, valuations=Failing(SessionNotCompleted("2024-01-19")))

        [(_, failed)] = recorded(one.program, CalculationRun.Failed)
        assert failed.error_code == "ERR_VAL_001"
        assert failed.message == SessionNotCompleted("2024-01-19").message
