"""Stress scenarios on a book: direct and correlated, options repriced, what is missing named."""

import math
from collections.abc import Mapping
from dataclasses import replace

import pytest
import QuantLib
from hypothesis import given
from hypothesis import strategies as st

from domain.risk.book import HeldLine, RiskBook, pooled
from domain.risk.factor_moves import Sensitivities, driver_of, factor_moves
from domain.risk.factors import GROWTH, MARKET, SIZE, STYLE, VALUE, Factor, FactorName
from domain.risk.finding import ReasonCode
from domain.risk.own_scenario import own_scenario
from domain.risk.scenarios import SCENARIOS, Scenario, ScenarioId
from domain.risk.stress import StressedPnl, StressedScenario, StressTest, stress_test
from tests.support.risk_books import (
    RATE,
    book,
    figures,
    option,
    private,
    share,
    skipped,
    unmodelled,
    why,
)

NAMES = [factor.name for factor in STYLE.factors]


def factors(figures: Mapping[str, float]) -> dict[FactorName, float]:
    """Figures by the names of factors."""
    return {FactorName(name): figure for name, figure in figures.items()}


AAPL = factors({"Market": 0.8, "Growth": 0.5, "Value": -0.2, "Interest Rate": 0.1, "Size": -0.3})
IBM = factors({"Market": 0.6, "Growth": -0.1, "Value": 0.4, "Interest Rate": 0.0, "Quality": 0.2})
ALONG = {"Growth": 1.1, "Value": 0.9, "Interest Rate": -0.3, "Size": 1.3, "Quality": 0.8}
BY = Sensitivities(
    market_betas={"AAPL": 1.2, "IBM": 0.7},
    factor_betas={"AAPL": AAPL, "IBM": IBM},
    slopes={
        FactorName.MARKET: factors(ALONG),
        FactorName.INTEREST_RATE: factors({"Market": -0.4, "Growth": -0.2}),
        FactorName.VALUE: factors({"Market": 0.9, "Interest Rate": 7.0}),
    },
    measured=frozenset(NAMES),
    observations=90,
)
HELD = (share("AAPL", 60_000.0), share("IBM", -20_000.0), option("AAPL", 2, is_call=False))


def of(held: RiskBook, scenario_id: str, by: Sensitivities = BY) -> StressedScenario:
    """What a scenario that comes along does."""
    return named(figures(stress_test(held, by)), scenario_id)


def named(test: StressTest, scenario_id: str) -> StressedScenario:
    """One of its scenarios."""
    return next(one for one in test.scenarios if one.scenario_id == scenario_id)


def both(stressed: StressedScenario) -> tuple[StressedPnl, StressedPnl]:
    """Its two figures, which are there."""
    assert stressed.direct
    assert stressed.correlated
    return stressed.direct, stressed.correlated


def moves(pnl: StressedPnl) -> dict[FactorName, float]:
    """What factors moved by."""
    return {one.factor: one.move for one in pnl.moves}


@pytest.mark.parametrize(
    ("scenario_id", "driver"),
    [
        ("market_down_10", "Market"),
        ("rates_up_100bp", "Interest Rate"),
        ("quality_flight_12", "Market"),
        ("value_rotation_20", "Value"),
        ("growth_rally_15", "Growth"),
        ("small_cap_outperformance_10", "Size"),
        ("dotcom_crash_2000", "Market"),
    ],
)
def test_the_driver_is_the_market_else_the_rate_else_the_largest_shock(
    scenario_id: str, driver: str
) -> None:
    scenario = next(one for one in SCENARIOS if one.id == scenario_id)
    assert driver_of(scenario).name == driver


def test_a_shock_of_the_market_alone_acts_by_the_beta_to_it() -> None:
    stressed = of(book(share("AAPL", 60_000.0), share("IBM", -20_000.0)), "market_down_10")
    direct, correlated = both(stressed)

    assert stressed.method == "market_beta"
    assert direct.pnl == pytest.approx(60_000 * -0.12 - 20_000 * -0.07)
    assert direct.pnl_of_nav == pytest.approx(direct.pnl / 40_000)
    assert correlated == direct
    assert moves(correlated) == {"Market": -0.1}


def test_other_shocks_act_by_all_betas_and_what_goes_along_with_the_driver() -> None:
    stressed = of(book(share("AAPL", 10_000.0)), "quality_flight_12")
    direct, correlated = both(stressed)

    assert stressed.method == "factor_betas"
    assert direct.pnl == pytest.approx(10_000 * 0.8 * -0.05)
    along = {"Growth": -0.055, "Value": -0.045, "Interest Rate": 0.015, "Size": -0.065}
    assert moves(correlated) == pytest.approx({"Quality": 0.12, "Market": -0.05} | along)
    expected = 0.8 * -0.05 + 0.5 * -0.055 - 0.2 * -0.045 + 0.1 * 0.015 - 0.3 * -0.065
    assert correlated.pnl == pytest.approx(10_000 * expected)


def test_what_goes_along_moves_by_a_hundred_percent_at_most() -> None:
    scenario = Scenario(ScenarioId.OWN, "x", {VALUE: 0.5})
    assert factor_moves(scenario, BY).correlated == {
        "Value": 0.5,
        "Market": pytest.approx(0.45),
        "Interest Rate": 1.0,
    }


def test_no_symbol_loses_more_than_everything_be_it_held_long_or_short() -> None:
    betas = replace(BY, market_betas={"AAPL": 5.0, "IBM": 4.0})
    held = book(share("AAPL", 1_000.0), share("IBM", -500.0))
    direct, _ = both(of(held, "market_crash_35", betas))
    assert direct.pnl == -1_000 + 500
    assert {one.symbol_return for one in direct.contributions} == {-1.0}


def test_options_are_repriced_in_full() -> None:
    put = option("AAPL", -3, is_call=False)
    direct, _ = both(of(book(put, cash=50_000.0), "market_crash_35"))

    growth = math.exp(RATE * 0.5)
    forward = 100.0 * (1 - 0.35 * 1.2) * growth
    worth = QuantLib.blackFormula(QuantLib.Option.Put, 105.0, forward, 0.3 * 0.5**0.5, 1 / growth)
    assert direct.pnl == pytest.approx(-300 * (worth - put.price), abs=1e-6)


def test_an_option_loses_its_mark_at_most() -> None:
    call = replace(option("AAPL", 1), price=1.0, market_value=100.0)
    direct, _ = both(of(book(call, cash=1_000.0), "market_crash_35"))
    assert direct.pnl == -100.0


def test_a_shocked_factor_without_data_is_named_and_the_rest_counts() -> None:
    by = replace(BY, measured=BY.measured - {FactorName.QUALITY, FactorName.SIZE})
    stressed = of(book(share("AAPL", 10_000.0)), "quality_flight_12", by)

    assert (stressed.status, stressed.factors_missing) == ("partial", ("Quality",))
    assert "Size" in stressed.factors_unmoved
    direct, correlated = both(stressed)
    assert direct.pnl == pytest.approx(10_000 * 0.8 * -0.05)
    assert "Size" not in moves(correlated)


def test_a_scenario_without_data_on_any_of_its_factors_is_unavailable() -> None:
    by = replace(BY, measured=frozenset({FactorName.MARKET}))
    stressed = of(book(share("AAPL", 10_000.0)), "value_rotation_20", by)
    assert (stressed.status, stressed.direct, stressed.correlated) == ("unavailable", None, None)
    assert stressed.factors_missing == ("Value", "Growth")
    assert of(book(share("AAPL", 10_000.0)), "market_down_10", by).status == "complete"


def test_the_driver_may_be_what_lacks_data_and_then_nothing_goes_along() -> None:
    by = replace(BY, measured=BY.measured - {FactorName.MARKET})
    _, correlated = both(of(book(share("IBM", 10_000.0)), "quality_flight_12", by))
    assert moves(correlated) == {"Quality": 0.12}


def test_symbols_without_betas_contribute_nothing_and_are_listed() -> None:
    held = book(
        *(share("AAPL", 1_000.0), share("NEW", 500.0), share("OLD", 400.0)),
        *(private("ART", 300.0), unmodelled("AAPL", 1)),
    )
    by = replace(BY, lacking={"NEW": ReasonCode.TOO_FEW_OBSERVATIONS})
    finding = stress_test(held, by)
    stressed = named(figures(finding), "market_up_10")

    assert skipped(finding) == {
        "NEW": ReasonCode.TOO_FEW_OBSERVATIONS,
        "OLD": ReasonCode.NO_PRICES,
        "ART": ReasonCode.PRIVATE_ASSET,
        "AAPL C999": ReasonCode.NO_PRICES,
    }
    assert stressed.skipped == ("AAPL C999", "ART", "NEW", "OLD")
    assert both(stressed)[0].pnl == pytest.approx(120.0)
    assert (finding.quality.positions_analyzed, finding.quality.flag) == (1, "partial")


def test_each_method_asks_for_betas_of_its_own() -> None:
    by = replace(BY, market_betas={"AAPL": 1.2}, factor_betas={"IBM": IBM})

    assert (by.knows("AAPL", "market_beta"), by.knows("AAPL", "factor_betas")) == (True, False)
    assert (by.knows("IBM", "market_beta"), by.knows("IBM", "factor_betas")) == (False, True)


def test_private_assets_alone_stand_still() -> None:
    finding = stress_test(book(private("ART", 300.0)), BY)
    assert {both(one)[1].pnl for one in figures(finding).scenarios} == {0.0}
    assert finding.quality.flag == "none"


def test_beside_a_private_asset_a_symbol_without_betas_leaves_nothing_to_say() -> None:
    finding = stress_test(book(private("ART", 300.0), share("NEW", 300.0)), BY)

    assert why(finding) is ReasonCode.FACTOR_MISSING


def test_where_nothing_has_betas_there_is_no_figure() -> None:
    finding = stress_test(book(share("NEW", 300.0)), BY)
    assert why(finding) is ReasonCode.FACTOR_MISSING


def test_nothing_but_cash_is_not_stressed() -> None:
    assert why(stress_test(book(cash=5.0), BY)) is ReasonCode.NOTHING_HELD


def test_the_worst_and_the_best_are_named_by_the_correlated_figure() -> None:
    test = figures(stress_test(book(*HELD, cash=1_000.0), BY))
    pnl = {one.scenario_id: both(one)[1].pnl for one in test.scenarios}
    assert len(pnl) == 18
    assert test.worst == min(pnl, key=pnl.__getitem__)
    assert test.best == max(pnl, key=pnl.__getitem__)


def test_contributions_add_up_and_the_largest_come_first() -> None:
    direct, _ = both(of(book(*HELD), "liquidity_crisis"))
    amounts = [one.pnl for one in direct.contributions]
    assert sum(amounts) == pytest.approx(direct.pnl)
    assert amounts == sorted(amounts, key=abs, reverse=True)


def test_without_nav_money_stays() -> None:
    direct, _ = both(of(book(share("AAPL", 100.0), cash=-100.0), "market_down_10"))
    assert direct.pnl == pytest.approx(-12.0)
    assert direct.pnl_of_nav is None


@pytest.mark.parametrize("shocked", [MARKET, GROWTH, SIZE])
def test_no_shock_is_no_loss(shocked: Factor) -> None:
    nothing = Scenario(ScenarioId.OWN, "Nothing", {shocked: 0.0})
    for pnl in both(named(figures(stress_test(book(*HELD), BY, [nothing])), "own")):
        assert pnl.pnl == 0.0


SHOCKS = st.dictionaries(st.sampled_from(NAMES), st.floats(-1, 1), min_size=1)
LONG = (
    *(share("AAPL", 500.0), share("IBM", 70.0)),
    *(option("AAPL", 1), option("IBM", 2, is_call=False)),
)


@given(SHOCKS)
def test_who_is_long_loses_no_more_than_what_is_held(shocks: Mapping[str, float]) -> None:
    held = book(*LONG)
    test = figures(stress_test(held, BY, [own_scenario("Mine", shocks)]))
    for pnl in both(test.scenarios[0]):
        assert pnl.pnl >= -held.gross * (1 + 1e-12)


@given(SHOCKS, st.permutations(LONG), st.floats(0.01, 100))
def test_signs_scale_and_order(
    shocks: Mapping[str, float], lines: list[HeldLine], times: float
) -> None:
    def pnl(sign: float, lines: list[HeldLine]) -> list[float]:
        many = [
            replace(line, shares=sign * line.shares, market_value=sign * line.market_value)
            for line in lines
        ]
        test = figures(stress_test(book(*many), BY, [own_scenario("Mine", shocks)]))
        return [one.pnl for one in both(test.scenarios[0])]

    once = pnl(1.0, list(LONG))
    assert pnl(1.0, lines) == pytest.approx(once, abs=1e-9)
    assert pnl(-times, lines) == pytest.approx([-times * one for one in once], abs=1e-7)


def test_two_halves_are_one_whole_and_a_pool_of_one_is_the_book() -> None:
    whole, halves = book(*HELD), book(*(share("AAPL", 30_000.0),) * 2, *HELD[1:])
    ours, theirs = (figures(stress_test(held, BY)) for held in (whole, halves))
    for one, other in zip(ours.scenarios, theirs.scenarios, strict=True):
        assert both(one)[1].pnl == pytest.approx(both(other)[1].pnl)
    assert stress_test(pooled([whole]), BY) == stress_test(whole, BY)
