"""Calculating again changes nothing: no valuation twice, the same figures, each day one event."""

from datetime import date

import pytest
from msgspec.structs import asdict

from application.commands import RequestRun
from domain.calculation_run import RunStatus
from domain.run_slot import RunAlreadyLive
from interfaces.bootstrap import Program
from projections.valuations.view import ValuationRow
from tests.support.accounts import calculate, cause, open_sample, register, shares
from tests.support.journal import events_recorded, nav_path, valuations

END_OF_2012 = date(2012, 12, 31)
TWO_POSITIONS = [
    shares("GOOG", 100, "707.38", END_OF_2012),
    shares("SPY", 200, "142.41", END_OF_2012),
]


def figures(rows: list[ValuationRow]) -> list[dict[str, object]]:
    return [asdict(row) for row in rows]


def test_calculating_again_records_no_valuation_and_shows_the_same_figures(
    program: Program, database: str
) -> None:
    ada = register(program)
    portfolio_id = open_sample(program, ada, TWO_POSITIONS)
    calculate(program, ada, portfolio_id)
    before = figures(valuations(program, portfolio_id))
    again = calculate(program, ada, portfolio_id)
    assert events_recorded(database, "daily_valuation") == len(before) == 42
    assert figures(valuations(program, portfolio_id)) == before
    run = program.runs_room.one(again)
    assert run is not None
    assert (run.status, run.valued, run.skipped) == (RunStatus.COMPLETED, 0, 0)


def test_four_runs_one_after_the_other_give_the_same_nav(program: Program) -> None:
    ada = register(program)
    portfolio_id = open_sample(program, ada, TWO_POSITIONS)
    paths = []
    for _ in range(4):
        calculate(program, ada, portfolio_id)
        paths.append(nav_path(program, portfolio_id))
    assert len(paths[0]) == 42
    assert paths == [paths[0]] * 4


def test_while_a_run_is_live_a_second_request_names_it_and_later_ones_are_welcome(
    program: Program,
) -> None:
    ada = register(program)
    portfolio_id = open_sample(program, ada, TWO_POSITIONS)
    live = program.runs.request(RequestRun(portfolio_id=portfolio_id), cause(ada.user_id))
    with pytest.raises(RunAlreadyLive) as refused:
        program.runs.request(RequestRun(portfolio_id=portfolio_id), cause(ada.user_id))
    assert refused.value.details == {"batch_run_id": str(live.run_id)}
    program.runs.execute(live.run_id, "test")
    assert calculate(program, ada, portfolio_id) != live.run_id
