"""Specification of measures as they were known then and as they are known now (7.4)."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from msgspec import structs

from application.past_analyses import AnalysisAsOf
from application.ports import Close, Fetched
from domain.edit import Correction
from domain.identity import risk_analysis_id
from domain.risk_analysis import RiskAnalysis
from interfaces.bootstrap import Program
from tests.application.changing_accounts import Account
from tests.support.accounts import Owner, calculate, cause, open_sample, register, shares

ENTRY, BEFORE, LAST = date(2012, 6, 29), date(2013, 2, 28), date(2013, 3, 1)
HELD = (shares("GOOG", 100, "580.07", ENTRY), shares("IBM", 30, "195.58", ENTRY))


@pytest.fixture
def owner(program: Program) -> Owner:
    """Somebody."""
    return register(program)


@pytest.fixture
def account(program: Program, owner: Owner) -> Account:
    """A sample account that a run went through."""
    portfolio_id = open_sample(program, owner, HELD)
    calculate(program, owner, portfolio_id)
    return Account(program, portfolio_id)


def now() -> datetime:
    """An instant between what was recorded and what will be."""
    return datetime.now(UTC)


def as_of(account: Account, known: datetime | None, day: date = LAST) -> AnalysisAsOf:
    """The measures."""
    found = account.program.past_analyses.as_of(account.portfolio, day, known)
    assert found is not None
    return found


def learn(account: Account, symbol: str, day: date) -> None:
    """Learn another close."""
    close = Close(symbol, day, Decimal("190.00"), "handed in")
    account.program.prices.book.learn("sample", Fetched(closes=[close]))


def test_what_nobody_changed_is_the_same_then_and_now(account: Account) -> None:
    for known in (now(), None):
        found = as_of(account, known)
        assert found.then is not None
        assert (found.then, found.difference, found.origins) == (found.now, [], [])
        assert found.then.number == 1


def test_a_close_in_the_window_is_the_origin_of_what_it_moved(
    account: Account, owner: Owner
) -> None:
    before = now()
    learn(account, "IBM", date(2013, 1, 14))
    calculate(account.program, owner, account.portfolio_id)
    found = as_of(account, before)

    assert found.then is not None
    assert found.now is not None
    assert (found.then.number, found.now.number) == (1, 2)
    measures = {one.measure for one in found.difference}
    assert {"volatility", "correlation_matrix"} < measures
    assert "concentration" not in measures
    [origin] = found.origins
    assert origin.row is not None
    assert (origin.row.symbol, origin.row.on) == ("IBM", date(2013, 1, 14))


def test_a_change_of_the_portfolio_is_the_origin_through_its_valuation(
    account: Account, owner: Owner
) -> None:
    before = now()
    ids = {one.symbol: key for key, one in account.portfolio.holdings.positions.items()}
    changes = Correction(quantity=Decimal(50))
    account.change(lambda own: own.correct(ids["GOOG"], changes, "A typo"))
    calculate(account.program, owner, account.portfolio_id)
    found = as_of(account, before)

    assert "concentration" in {one.measure for one in found.difference}
    events = [type(one.event.event).TOPIC for one in found.origins if one.event]
    assert events == ["portfolio.position_corrected"]


def test_of_a_day_restated_and_not_measured_since_those_taken_now_are_told(
    account: Account,
) -> None:
    before = now()
    learn(account, "IBM", LAST)
    account.catch_up(LAST)
    found = as_of(account, before)

    assert found.now is not None
    assert (found.now.number, found.now.recorded_at) == (None, None)
    assert found.now.analysis.valuation_version == 2
    assert found.difference
    assert {one.row.symbol for one in found.origins if one.row} == {"IBM"}


def test_before_anything_was_measured_there_is_nothing_to_compare_with(account: Account) -> None:
    found = as_of(account, now() - timedelta(days=1))
    assert (found.then, found.difference, found.origins) == (None, [], [])
    assert found.now is not None


def test_of_a_day_that_no_run_aimed_at_those_of_now_are_told(account: Account) -> None:
    found = as_of(account, now(), BEFORE)
    assert found.then is None
    assert found.now is not None
    assert found.now.number is None
    never = as_of(account, None, date(2012, 12, 28))
    assert (never.then, never.now) == (None, None)
    assert account.program.past_analyses.as_of(account.portfolio, date(1, 1, 1), None) is None


def test_other_rules_are_an_origin(account: Account) -> None:
    first = as_of(account, None).now
    assert first is not None
    aggregate = account.program.log.load(RiskAnalysis, risk_analysis_id(account.portfolio_id, LAST))
    assert aggregate is not None
    measures, stress = first.analysis.measures, first.analysis.measures.stress_test
    changed = structs.replace(
        first.analysis,
        engine_version=first.analysis.engine_version + 1,
        inputs_digest="of other rules",
        measures=replace(measures, stress_test=replace(stress, quality=measures.greeks.quality)),
    )
    aggregate.analyze(changed)
    account.program.log.save(aggregate, cause=cause())
    found = as_of(account, first.recorded_at)

    assert [one.measure for one in found.difference] == ["stress_test"]
    assert [one.caused_by for one in found.origins] == [f"analysis_engine:{changed.engine_version}"]
