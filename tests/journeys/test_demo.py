"""The demo: two sample accounts, seeded once, calculated to the end of the bundled prices."""

from datetime import date
from decimal import Decimal

from application.commands import LogIn
from domain.calculation_run import CalculationRun, RunStatus
from interfaces.bootstrap import Program
from interfaces.demo.seeding import EMAIL, PASSWORD, seed
from tests.support.accounts import cause
from tests.support.journal import events_recorded, valuations

END_OF_DATA = date(2013, 3, 1)


def runs_of(program: Program, database: str) -> list[CalculationRun]:
    ids = [
        recorded.aggregate_id
        for recorded in program.log.read(0, events_recorded(database))
        if isinstance(recorded.event, CalculationRun.Requested)
    ]
    return list(program.log.load_many(CalculationRun, ids).values())


def test_the_demo_is_two_accounts_calculated_to_the_end_of_the_data(
    program: Program, database: str
) -> None:
    ordinary, long_short = seed(program)
    for portfolio_id in (ordinary, long_short):
        path = valuations(program, portfolio_id)
        assert [row.session for row in path] == program.markets["sample"].calendar.sessions(
            date(2012, 6, 29), END_OF_DATA
        )
        assert path[0].opening
        assert all(row.counts.priced == row.counts.need_price for row in path)
    assert [run.status for run in runs_of(program, database)] == [RunStatus.COMPLETED] * 2
    assert program.users.log_in(LogIn(email=EMAIL, password=PASSWORD), cause()).email == EMAIL


def test_the_hedge_fund_style_account_is_at_150_percent_of_nav_without_a_warning(
    program: Program, database: str
) -> None:
    _, long_short = seed(program)
    for row in valuations(program, long_short):
        assert Decimal("1.35") < row.gross_exposure / row.nav < Decimal("1.65")
        assert row.short_value < 0 < row.cash
    assert [run.warnings for run in runs_of(program, database)] == [(), ()]


def test_the_demo_is_seeded_once(program: Program, database: str) -> None:
    first = seed(program)
    recorded = events_recorded(database)
    assert seed(program) == first
    assert events_recorded(database) == recorded
