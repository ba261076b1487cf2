"""Performance of a portfolio: against empyrical, QuantLib and pyxirr on real prices."""

import math
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from datetime import date, timedelta
from typing import Any

import empyrical
import numpy as np
import pandas as pd
import pytest
import pyxirr
import QuantLib
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.risk.finding import Reason, ReasonCode
from domain.risk.panel import Panel
from domain.risk.performance import performance
from domain.risk.performance_figures import (
    AgainstBenchmark,
    DailyFigures,
    DayReturn,
    Drawdown,
    Performance,
)
from domain.risk.return_statistics import Answer, beta, capture
from tests.support.panels import bundled_panel
from tests.support.risk_books import figures, why

CLOSES = bundled_panel(("AAPL", "IBM", "SPY"), 502)
SPY = CLOSES.of(["SPY"])
RATE = 0.04


def days_of(
    returns: list[float | None], flows: dict[int, float] | None = None, nav: float = 100_000.0
) -> DailyFigures:
    """A portfolio with these returns on the last sessions of the real closes, flows by day."""
    moved = flows or {}
    navs, pnl = [nav], [0.0]
    for number, one in enumerate(returns, 1):
        pnl.append(navs[-1] * (one or 0.0))
        navs.append(navs[-1] + pnl[-1] + moved.get(number, 0.0))
    return DailyFigures(
        sessions=CLOSES.sessions[-len(navs) :],
        nav=navs,
        pnl=pnl,
        flows=[moved.get(number, 0.0) for number in range(len(navs))],
        returns=[None, *returns],
    )


def of(days: DailyFigures, closes: Panel = SPY) -> Performance:
    """The figures, which are there."""
    return figures(performance(days, closes, "SPY", RATE))


def against(found: Performance) -> AgainstBenchmark:
    """The comparison, which is there."""
    assert found.against
    return found.against


def reasons(found: Performance) -> dict[str, ReasonCode]:
    """Why figures are none."""
    return {one.measure: one.reason.code for one in found.unavailable}


def numbers(figure: Any) -> Iterator[float]:
    """Every number of figures, however deep."""
    if is_dataclass(figure):
        for one in fields(figure):
            yield from numbers(getattr(figure, one.name))
    elif isinstance(figure, tuple):
        for each in figure:
            yield from numbers(each)
    elif isinstance(figure, float):
        yield figure


REAL = CLOSES.simple_returns[-500:, :2] @ np.array([0.7, 0.4])
THEIRS = SPY.simple_returns[-500:, 0]


def found_of_real() -> Performance:
    """The figures of those days."""
    return of(days_of(REAL.tolist()))


def test_returns_and_ratios_are_empyricals() -> None:
    real = found_of_real()
    daily = RATE / 252
    assert real.time_weighted_return == pytest.approx(empyrical.cum_returns_final(REAL))
    assert real.volatility == pytest.approx(empyrical.annual_volatility(REAL))
    assert real.sharpe_ratio == pytest.approx(empyrical.sharpe_ratio(REAL, daily))
    assert real.max_drawdown
    assert real.max_drawdown.depth == pytest.approx(empyrical.max_drawdown(REAL))
    assert (real.best_day, real.worst_day) == tuple(
        DayReturn(day=CLOSES.sessions[-500:][which], daily_return=float(REAL[which]))
        for which in (REAL.argmax(), REAL.argmin())
    )


def test_the_ratio_to_falls_has_quantlibs_deviation_below_a_target() -> None:
    real = found_of_real()
    daily, below = RATE / 252, REAL[RATE / 252 > REAL]
    theirs = QuantLib.RiskStatistics()
    for one in REAL.tolist():
        theirs.add(one)
    # of the days below the target alone, with one day less: turned into that of all days
    deviation = math.sqrt(theirs.regret(daily) * (len(below) - 1) / len(REAL))
    expected = (REAL.mean() - daily) / deviation * math.sqrt(252)
    assert real.sortino_ratio == pytest.approx(expected)


def test_the_comparison_is_empyricals() -> None:
    real = found_of_real()
    found, daily = against(real), RATE / 252
    alpha, beta = empyrical.alpha_beta(REAL, THEIRS, risk_free=daily)
    assert (found.alpha, found.beta) == pytest.approx((alpha, beta))
    assert found.tracking_error == pytest.approx(empyrical.annual_volatility(REAL - THEIRS))
    ratio = empyrical.excess_sharpe(REAL, THEIRS) * math.sqrt(252)
    assert found.information_ratio == pytest.approx(ratio)
    index = pd.DatetimeIndex(CLOSES.sessions[-500:])
    ours, theirs = pd.Series(REAL, index), pd.Series(THEIRS, index)
    assert found.up_capture == pytest.approx(empyrical.up_capture(ours, theirs))
    assert found.down_capture == pytest.approx(empyrical.down_capture(ours, theirs))
    assert found.benchmark_return == pytest.approx(empyrical.cum_returns_final(THEIRS))
    assert (found.observations, found.dividends_included) == (500, False)


def test_a_year_is_counted_in_calendar_days() -> None:
    real = found_of_real()
    days = (real.to_on - real.from_on).days
    assert real.time_weighted_return is not None
    assert real.time_weighted_annualized == pytest.approx(
        (1 + real.time_weighted_return) ** (365 / days) - 1
    )


def test_money_is_weighted_as_pyxirr_does() -> None:
    real = found_of_real()
    days = days_of(REAL.tolist(), {100: 50_000.0, 101: -2_000.0, 500: 1_000.0})
    found = of(days)
    paid = [(day, -flow) for day, flow in zip(days.sessions, days.flows, strict=True)]
    paid = [(days.sessions[0], -days.nav[0]), *paid, (days.sessions[-1], days.nav[-1])]

    theirs = pyxirr.xirr([day for day, _ in paid], [amount for _, amount in paid])
    assert found.money_weighted_annualized == pytest.approx(theirs, abs=1e-9)
    assert (found.contributions, found.withdrawals) == (51_000.0, 2_000.0)
    assert found.time_weighted_return == real.time_weighted_return
    assert found.nav_end == pytest.approx(found.nav_start + found.pnl + 49_000)


def test_without_flows_both_weightings_are_the_same() -> None:
    real = found_of_real()
    assert real.money_weighted_return == pytest.approx(real.time_weighted_return)
    assert real.money_weighted_annualized == pytest.approx(real.time_weighted_annualized)


def test_less_than_a_year_is_not_made_a_year() -> None:
    found = of(days_of(REAL[-100:].tolist()))
    assert found.time_weighted_annualized is found.money_weighted_annualized is None
    assert found.money_weighted_return == pytest.approx(found.time_weighted_return)
    assert reasons(found) == dict.fromkeys(
        ("time_weighted_annualized", "money_weighted_annualized"), ReasonCode.UNDER_A_YEAR
    )


def test_a_fall_has_its_days() -> None:
    days = days_of([0.1, -0.2, -0.1, 0.1, 0.5, -0.01])
    assert of(days).max_drawdown == Drawdown(
        depth=pytest.approx(-0.28),  # type: ignore[arg-type]  # equals a float
        peak_on=days.sessions[1],
        trough_on=days.sessions[3],
        recovered_on=days.sessions[5],
    )
    fallen = of(days_of([-0.1, 0.05])).max_drawdown
    assert fallen
    assert (fallen.peak_on, fallen.recovered_on) == (CLOSES.sessions[-3], None)


def test_a_fall_begins_with_the_last_day_at_the_peak() -> None:
    days = days_of([0.0, 0.0, -0.1, -0.1, 0.5])
    fall = of(days).max_drawdown
    assert fall
    assert (fall.peak_on, fall.trough_on) == (days.sessions[2], days.sessions[4])
    assert fall.recovered_on == days.sessions[5]


def test_what_never_fell_has_a_fall_of_nothing() -> None:
    nothing = Drawdown(depth=0.0, peak_on=None, trough_on=None, recovered_on=None)
    assert of(days_of([0.1, 0.0])).max_drawdown == nothing


def test_a_broken_chain_links_no_returns_across_it() -> None:
    returns: list[float | None] = [*REAL[-60:-30].tolist(), None, *REAL[-29:].tolist()]
    finding = performance(days_of(returns), SPY, "SPY", RATE)
    found = figures(finding)

    assert finding.quality.observations == 59
    assert (found.time_weighted_return, found.max_drawdown) == (None, None)
    assert reasons(found)["time_weighted_return"] is ReasonCode.CHAIN_BROKEN
    assert reasons(found)["max_drawdown"] is ReasonCode.CHAIN_BROKEN
    known = np.array([one for one in returns if one is not None])
    assert found.volatility == pytest.approx(empyrical.annual_volatility(known))
    assert found.growth.portfolio[30] is not None
    assert set(found.growth.portfolio[31:]) == {None}
    assert against(found).observations == 59


def test_months_and_years_are_linked_from_their_days() -> None:
    real = found_of_real()
    index = pd.DatetimeIndex(CLOSES.sessions[-500:])
    monthly = empyrical.aggregate_returns(pd.Series(REAL, index), "monthly")
    assert [one.time_weighted_return for one in real.months] == pytest.approx(monthly.tolist())
    assert real.months[-1].period == "2013-03"
    assert [one.period for one in real.years] == ["2011", "2012", "2013"]
    assert sum(one.pnl for one in real.years) == pytest.approx(real.pnl)
    both = [one.benchmark_return for one in real.years]
    assert math.prod(1 + (one or 0) for one in both) - 1 == pytest.approx(
        against(real).benchmark_return
    )


def test_growth_of_a_hundred_begins_with_it_and_ends_with_the_return() -> None:
    real = found_of_real()
    growth = real.growth
    assert len(growth.sessions) == len(growth.portfolio) == len(growth.benchmark) == 501
    assert growth.portfolio[0] == growth.benchmark[0] == 100.0
    assert real.time_weighted_return is not None
    assert growth.portfolio[-1] == pytest.approx(100 * (1 + real.time_weighted_return))
    theirs = empyrical.cum_returns(np.array([REAL, THEIRS]).T, starting_value=100.0)
    assert growth.portfolio[1:] == pytest.approx(theirs[:, 0].tolist())
    assert growth.benchmark[1:] == pytest.approx(theirs[:, 1].tolist())
    assert growth.sessions == CLOSES.sessions[-501:]
    assert (real.from_on, real.to_on) == (growth.sessions[0], growth.sessions[-1])


def test_without_the_benchmarks_closes_there_is_no_comparison() -> None:
    found = of(days_of(REAL[-40:].tolist()), SPY.of(["AAPL"]))
    assert found.against is None
    assert reasons(found)["against"] is ReasonCode.NO_BENCHMARK
    assert set(found.growth.benchmark) == {None}


def test_few_returns_have_no_deviation() -> None:
    found = of(days_of(REAL[-19:].tolist()))
    few = {name for name, code in reasons(found).items() if code is ReasonCode.TOO_FEW_OBSERVATIONS}
    assert few == {
        *("volatility", "sharpe_ratio", "sortino_ratio"),
        *("against.alpha", "against.beta", "against.tracking_error", "against.information_ratio"),
    }
    assert found.minimum_observations == 20


def test_all_cash_returns_nothing_and_has_no_ratio_to_nothing() -> None:
    found = of(days_of([0.0] * 40))
    assert (found.time_weighted_return, found.volatility, against(found).beta) == (0.0, 0.0, 0.0)
    assert found.sharpe_ratio is None
    assert reasons(found)["sharpe_ratio"] is ReasonCode.CONSTANT_SERIES


def test_a_constant_gain_has_no_ratio_either() -> None:
    found = of(days_of([0.01] * 40))
    assert found.sharpe_ratio is found.sortino_ratio is None
    assert reasons(found)["sortino_ratio"] is ReasonCode.NO_LOSSES


def test_without_nav_money_has_no_return() -> None:
    days = days_of([None] * 30, {1: -150_000.0})
    found = of(days)
    assert found.nav_end == -50_000.0
    assert found.money_weighted_return is None
    assert reasons(found)["money_weighted_return"] is ReasonCode.NAV_TOO_SMALL
    assert found.best_day is None


@pytest.mark.parametrize(
    ("nav", "withdrawn", "is_told"),
    [(100.0, 100.0, False), (100.0, 150.0, False), (0.5, 0.1, True)],
)
def test_money_has_a_return_where_nav_is_above_zero_at_both_ends(
    nav: float, withdrawn: float, *, is_told: bool
) -> None:
    found = of(days_of([0.0] * 30, {30: -withdrawn}, nav))

    assert (found.money_weighted_return is not None) is is_told
    assert ("money_weighted_return" in reasons(found)) is not is_told


def test_a_large_flow_is_flagged() -> None:
    days = days_of([0.0] * 30, {3: 10_000.0, 4: 11_001.0, 5: -50_000.0})
    assert of(days).days_with_large_flows == (days.sessions[4], days.sessions[5])


def test_the_start_alone_is_no_span() -> None:
    assert why(performance(days_of([]), SPY, "SPY", RATE)) is ReasonCode.TOO_FEW_OBSERVATIONS


@given(
    st.lists(st.floats(-1, 3) | st.none(), min_size=1, max_size=60),
    st.dictionaries(st.integers(1, 60), st.floats(-1e6, 1e6), max_size=4),
)
@settings(max_examples=200)
def test_no_figure_is_ever_not_a_number_and_each_none_has_a_reason(
    returns: list[float | None], flows: dict[int, float]
) -> None:
    found = of(days_of(returns, flows))
    assert all(math.isfinite(one) for one in numbers(found))
    explained = reasons(found)
    for one in fields(Performance):
        if getattr(found, one.name) is None:
            assert one.name in explained, one.name


@given(st.floats(0.001, 1_000))
@settings(max_examples=25)
def test_the_size_of_a_portfolio_is_of_no_account(times: float) -> None:
    flows = {3: 5_000.0, 70: -20_000.0}
    one = of(days_of(REAL[:120].tolist(), flows))
    much = of(
        days_of(
            REAL[:120].tolist(),
            {day: times * flow for day, flow in flows.items()},
            nav=100_000.0 * times,
        )
    )
    assert much.pnl == pytest.approx(one.pnl * times)
    for name in ("time_weighted_return", "money_weighted_return", "sharpe_ratio"):
        assert getattr(much, name) == pytest.approx(getattr(one, name))


def test_days_without_a_session_between_them_count_as_they_are() -> None:
    start = date(2012, 1, 3)
    days = DailyFigures(
        sessions=[start, start + timedelta(days=365)],
        nav=[100.0, 110.0],
        pnl=[0.0, 10.0],
        flows=[0.0, 0.0],
        returns=[None, 0.1],
    )
    assert of(days).money_weighted_annualized == pytest.approx(0.1)
    assert of(days).time_weighted_annualized == pytest.approx(0.1)


def test_on_a_benchmark_that_only_rose_nothing_is_said_of_its_falls() -> None:
    returns, rising = np.array([0.01, -0.01, 0.02]), np.array([0.01, 0.02, 0.01])
    falls, rises = capture(returns, rising, up=False), capture(returns, -rising, up=True)

    assert falls == Reason(ReasonCode.TOO_FEW_OBSERVATIONS, "The benchmark fell on no day.")
    assert rises == Reason(ReasonCode.TOO_FEW_OBSERVATIONS, "The benchmark rose on no day.")


def test_on_a_benchmark_that_never_changes_its_pace_there_is_no_slope() -> None:
    assert reason_of(beta(REAL, np.full(len(REAL), 0.01))) is ReasonCode.CONSTANT_SERIES


def test_of_what_lost_everything_nothing_is_captured() -> None:
    lost, rising = np.array([0.01, -1.0]), np.array([0.01, 0.02])

    assert reason_of(capture(lost, rising, up=True)) is ReasonCode.NO_SOLUTION


def reason_of(answer: Answer) -> ReasonCode:
    """Why there is none."""
    assert isinstance(answer, Reason)
    return answer.code
