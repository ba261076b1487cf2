"""The main figures of risk in a row: what was recorded of the valuation as it stands now."""

from datetime import date

from domain.risk_analysis import RiskAnalysis
from interfaces.bootstrap import Program
from interfaces.web.risk_rows import RiskRow, risk_rows
from interfaces.web.worth import worth_of
from tests.application.changing_accounts import Account
from tests.support.accounts import calculate, open_sample, register, shares
from tests.support.openings import recorded


def row_of(account: Account) -> RiskRow:
    """The account's row."""
    program = account.program
    program.rooms.catch_up(program.log.position())
    portfolio = program.portfolios_room.one(account.portfolio_id)
    assert portfolio is not None
    [row] = risk_rows(program, worth_of(program, [portfolio]))
    return row


def test_a_valuation_that_was_restated_and_not_measured_is_measured_as_it_is_shown(
    program: Program,
) -> None:
    owner = register(program)
    terms = [shares("GOOG", 100, "707.38", date(2012, 12, 31))]
    account = Account(program, open_sample(program, owner, terms))
    calculate(program, owner, account.portfolio_id)
    before = row_of(account)
    measured = len(recorded(program, RiskAnalysis.Analyzed))

    account.take_in(shares("GOOG", -300, "723.25", date(2013, 1, 2)))
    account.catch_up()
    shown = row_of(account)

    assert len(recorded(program, RiskAnalysis.Analyzed)) == measured
    assert shown.figures != before.figures
    calculate(program, owner, account.portfolio_id)
    assert row_of(account).figures == shown.figures
    assert len(recorded(program, RiskAnalysis.Analyzed)) == measured + 1
