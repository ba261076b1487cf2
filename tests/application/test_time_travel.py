"""Specification of what was known when: a price corrected later, told in one answer (5.4, 7.4)."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from application.ports import Close, Fetched
from domain.identity import daily_valuation_id
from domain.portfolio import Portfolio
from interfaces.bootstrap import Program
from tests.application.changing_accounts import END, OPENED_ON, Account, Scene
from tests.support.accounts import register, shares

CORRECTED = date(2013, 2, 1)


@pytest.fixture
def account(program: Program) -> Account:
    """A valued account of 100 GOOG and 200 SPY."""
    program.runs.prices.gather("sample", ["GOOG", "SPY", "IBM"], (OPENED_ON, END))
    account = Scene(program, register(program)).open()
    account.catch_up()
    return account


def correct(account: Account, price: str, day: date = CORRECTED) -> None:
    """Learn another close of GOOG, and calculate again."""
    close = Close("GOOG", day, Decimal(price), "handed in")
    account.program.valuations.book.learn("sample", Fetched(closes=[close]))
    account.catch_up()


def test_a_day_that_was_never_said_otherwise_has_one_version(account: Account) -> None:
    [only] = account.program.time_travel.versions(account.portfolio_id, CORRECTED)

    assert (only.number, only.reason, only.caused_by, only.difference) == (1, "", "", None)
    told = account.program.time_travel.as_of(account.portfolio_id, "sample", CORRECTED, None)
    assert told is not None
    assert (told.then, told.difference, told.origins) == (told.now, None, [])


def test_a_price_corrected_three_weeks_later_is_told_in_one_answer(account: Account) -> None:
    travel = account.program.time_travel
    [as_it_was] = travel.versions(account.portfolio_id, CORRECTED)
    shown_at = as_it_was.recorded_at
    correct(account, "700.00")

    told = travel.as_of(account.portfolio_id, "sample", CORRECTED, shown_at)

    assert told is not None
    assert told.then == as_it_was
    assert told.now is not None
    assert (told.now.number, told.now.snapshot.nav < as_it_was.snapshot.nav) == (2, True)
    assert told.difference is not None
    [line] = told.difference.lines
    assert line.symbol == "GOOG"
    assert line.after is not None
    assert line.before is not None
    assert (line.after.mark_price, line.before.mark_price) == (Decimal("700.00"), Decimal("775.60"))
    [origin] = told.origins
    assert origin.row is not None
    assert (origin.row.symbol, origin.row.on, origin.row.value) == ("GOOG", CORRECTED, "700")
    assert (origin.row.source, origin.through) == ("handed in", 0)


def test_the_day_after_differs_through_the_day_before(account: Account) -> None:
    correct(account, "700.00")
    monday = date(2013, 2, 4)

    [first, second] = account.program.time_travel.versions(account.portfolio_id, monday)
    assert second.difference is not None
    assert second.difference.nav_before == second.difference.nav_after
    told = account.program.time_travel.as_of(
        account.portfolio_id, "sample", monday, first.recorded_at
    )
    assert told is not None
    [origin] = told.origins
    assert origin.row is not None
    assert origin.row.on == CORRECTED


def test_a_change_of_the_portfolio_is_found_as_its_event(account: Account) -> None:
    account.take_in(shares("IBM", 40, "191.00", CORRECTED))
    account.catch_up()
    [first, _] = account.program.time_travel.versions(account.portfolio_id, CORRECTED)

    told = account.program.time_travel.as_of(
        account.portfolio_id, "sample", CORRECTED, first.recorded_at
    )

    assert told is not None
    [origin] = told.origins
    assert origin.event is not None
    assert isinstance(origin.event.event, Portfolio.PositionsImported)
    assert origin.event.aggregate_id == account.portfolio_id


def test_before_anything_was_known_there_is_nothing_to_compare_with(account: Account) -> None:
    [only] = account.program.time_travel.versions(account.portfolio_id, CORRECTED)
    long_before = only.recorded_at - timedelta(days=1)
    told = account.program.time_travel.as_of(account.portfolio_id, "sample", CORRECTED, long_before)

    assert told is not None
    assert (told.then, told.now) == (None, only)
    assert told.difference is not None
    assert told.difference.nav_before is None


def test_a_day_off_is_the_session_before(account: Account) -> None:
    told = account.program.time_travel.as_of(account.portfolio_id, "sample", date(2013, 2, 3), None)
    assert told is not None
    assert told.session == CORRECTED


def test_what_it_was_worth_is_told_as_it_stood_at_each_position(account: Account) -> None:
    travel, log = account.program.time_travel, account.program.log
    sessions = account.program.markets["sample"].calendar.sessions(OPENED_ON, CORRECTED)
    days = [travel.versions(account.portfolio_id, session) for session in sessions]
    opened, latest = days[0][0], days[-1][0]
    correct(account, "700.00")
    bounds = [opened.position, opened.position + 1, latest.position + 1, log.position() + 1]

    told = travel.worth(account.portfolio_id, sessions, bounds)

    again = travel.versions(account.portfolio_id, CORRECTED)[-1]
    assert told == [
        None,
        (OPENED_ON, opened.snapshot.nav, 1),
        (CORRECTED, latest.snapshot.nav, 1),
        (CORRECTED, again.snapshot.nav, 2),
    ]
    assert again.snapshot.nav < latest.snapshot.nav


def test_events_are_chosen_by_version_and_none_where_there_is_none(account: Account) -> None:
    log = account.program.time_travel.log
    [portfolio, day] = [account.portfolio_id, daily_valuation_id(account.portfolio_id, CORRECTED)]
    every = log.history([portfolio, day])

    assert log.chosen([(day, 1), (portfolio, 2), (portfolio, 99)]) == every[1:]
    assert log.chosen([]) == []
    assert [(one.aggregate_id, one.version) for one in every] == [
        place[1:] for place in log.places([portfolio, day])
    ]
