"""What is kept of an attribution is of the days as they stand."""

from datetime import date

from interfaces.bootstrap import Program
from interfaces.performing import attribution_by
from projections.portfolios.view import PortfolioRow
from tests.application.changing_accounts import END, OPENED_ON, Account, Scene
from tests.support.accounts import register, shares


def row_of(account: Account) -> PortfolioRow:
    """The account as it is listed."""
    program = account.program
    program.rooms.catch_up(program.log.position())
    row = program.portfolios_room.one(account.portfolio_id)
    assert row is not None
    return row


def test_a_restated_day_is_attributed_anew(program: Program) -> None:
    program.runs.prices.gather("sample", ["GOOG", "SPY", "IBM"], (OPENED_ON, END))
    scene = Scene(program, register(program))
    account, twin = scene.open(), scene.open("Twin")
    account.catch_up()
    before, last = attribution_by(program, row_of(account), (None, None), "position")
    assert attribution_by(program, row_of(account), (None, None), "position") == (before, last)

    for one in (account, twin):
        one.take_in(shares("IBM", 40, "191.00", date(2013, 1, 2)))
        one.catch_up()

    found, same = attribution_by(program, row_of(account), (None, None), "position")
    of_twin, _ = attribution_by(program, row_of(twin), (None, None), "position")
    assert same == last
    assert found.figures is not None
    assert of_twin.figures is not None
    assert before.figures is not None
    assert found.figures.total == of_twin.figures.total != before.figures.total
    assert [part.title for part in found.figures.parts] == [
        part.title for part in of_twin.figures.parts
    ]
