"""Value at risk: today's holdings through a year of real returns, against empyrical and NumPy."""

import math
from dataclasses import replace
from datetime import date, timedelta

import empyrical
import numpy as np
import pytest
import QuantLib
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.risk.book import HeldLine, RiskBook, pooled
from domain.risk.finding import ReasonCode
from domain.risk.panel import Panel
from domain.risk.value_at_risk import ShortHistory, ValueAtRisk, simulated_losses, value_at_risk
from tests.support.panels import bundled_panel
from tests.support.risk_books import (
    RATE,
    SESSION,
    book,
    figures,
    option,
    private,
    share,
    skipped,
    unmodelled,
    why,
)

CLOSES = bundled_panel(("AAPL", "IBM", "XLE", "TLT", "FB"), 500)
HELD = (share("AAPL", 50_000.0), share("IBM", -20_000.0), share("TLT", 30_000.0))
NUMBERS = ("value_at_risk", "expected_shortfall", "normal_value_at_risk")


def of(held: RiskBook, closes: Panel = CLOSES) -> ValueAtRisk:
    """The figures, which are there."""
    return figures(value_at_risk(held, closes))


def amounts(found: ValueAtRisk) -> list[float]:
    """All losses in USD."""
    return [getattr(level, name).amount for level in found.levels for name in NUMBERS]


def made_up(columns: dict[str, list[float]]) -> Panel:
    """Closes up to SESSION, a day each."""
    rows = np.array(list(columns.values())).T
    days = tuple(SESSION - timedelta(days=n) for n in range(len(rows)))[::-1]
    return Panel(days, tuple(columns), rows)


def test_it_is_empyricals_quantile_and_tail_of_the_weighted_returns() -> None:
    held = book(*HELD, cash=40_000.0)
    weights = np.array([50_000, -20_000, 30_000]) / held.nav
    returns = CLOSES.of(["AAPL", "IBM", "TLT"]).simple_returns[-252:] @ weights

    for level in of(held).levels:
        cutoff = 1 - level.confidence
        value = -empyrical.value_at_risk(returns, cutoff)
        tail = -empyrical.conditional_value_at_risk(returns, cutoff)
        assert level.value_at_risk.of_nav == pytest.approx(value, abs=1e-12)
        assert level.expected_shortfall.of_nav == pytest.approx(tail, abs=1e-12)
        assert level.value_at_risk.amount == pytest.approx(value * held.nav, abs=1e-7)
        normal = -QuantLib.InverseCumulativeNormal(returns.mean(), returns.std(ddof=1))(cutoff)
        assert level.normal_value_at_risk.of_nav == pytest.approx(normal, abs=1e-9)


def test_ten_days_are_scaled_from_one() -> None:
    for level in of(book(*HELD)).levels:
        one, ten = level.value_at_risk.amount, level.value_at_risk_10d_scaled.amount
        assert ten == pytest.approx(math.sqrt(10) * one)
        assert level.expected_shortfall_10d_scaled.amount == pytest.approx(
            math.sqrt(10) * level.expected_shortfall.amount
        )


def test_it_says_what_it_rests_on() -> None:
    finding = value_at_risk(book(*HELD), CLOSES)
    found = figures(finding)
    assert (finding.quality.observations, found.window, found.minimum_observations) == (
        252,
        252,
        126,
    )
    assert finding.quality.flag == "complete"
    assert found.worst_on in CLOSES.sessions[-252:]
    assert found.worst.amount >= found.levels[1].expected_shortfall.amount


def test_options_are_repriced_in_full_each_day() -> None:
    put = option("AAPL", 2, is_call=False)
    moves = CLOSES.of(["AAPL"]).simple_returns[-252:, 0]
    growth = math.exp(RATE * 0.5)
    worth = [
        QuantLib.blackFormula(
            QuantLib.Option.Put, 105.0, 100 * (1 + move) * growth, 0.3 * 0.5**0.5, 1 / growth
        )
        for move in moves.tolist()
    ]
    pnl = 200 * (np.array(worth) - put.price)

    level = of(book(put, cash=10_000.0)).levels[0]
    assert level.value_at_risk.amount == pytest.approx(-float(np.quantile(pnl, 0.05)), abs=1e-6)


def test_what_has_no_history_is_held_constant_and_listed() -> None:
    held = book(*HELD, share("NEW", 9_000.0), private("ART", 500.0), unmodelled("AAPL", 1))
    finding = value_at_risk(held, CLOSES)

    assert skipped(finding) == {
        "NEW": ReasonCode.NO_PRICES,
        "ART": ReasonCode.PRIVATE_ASSET,
        "AAPL C999": ReasonCode.NO_PRICES,
    }
    assert amounts(figures(finding)) == pytest.approx(amounts(of(book(*HELD))))


def test_a_short_history_counts_where_it_is_and_is_said() -> None:
    finding = value_at_risk(book(*HELD, share("FB", 10_000.0)), CLOSES)
    returns = int(np.isfinite(CLOSES.of(["FB"]).simple_returns[-252:]).sum())
    assert 60 < returns < 252
    assert figures(finding).short_histories == (ShortHistory(symbol="FB", returns=returns),)
    assert finding.quality.skipped == ()


def test_a_delisted_name_is_skipped_once_its_history_is_too_short() -> None:
    closes = CLOSES.closes.copy()
    closes[-200:, CLOSES.symbols.index("XLE")] = np.nan
    ended = replace(CLOSES, closes=closes)
    finding = value_at_risk(book(*HELD, share("XLE", 10_000.0)), ended)
    assert skipped(finding) == {"XLE": ReasonCode.TOO_FEW_OBSERVATIONS}


def test_too_few_days_are_no_figure() -> None:
    short = Panel(CLOSES.sessions[-126:], CLOSES.symbols, CLOSES.closes[-126:])
    finding = value_at_risk(book(*HELD), short)
    assert why(finding) is ReasonCode.TOO_FEW_OBSERVATIONS
    assert finding.quality.observations == 125


def test_closes_after_the_session_are_not_known_yet() -> None:
    earlier = replace(book(*HELD), session=date(2012, 6, 29))
    assert amounts(of(earlier)) == amounts(of(earlier, CLOSES.until(earlier.session)))
    assert amounts(of(earlier)) != amounts(of(book(*HELD)))


def test_nothing_but_cash_or_private_assets_has_none() -> None:
    assert why(value_at_risk(book(cash=5.0), CLOSES)) is ReasonCode.NOTHING_HELD
    held = book(private("ART", 5.0))
    assert why(value_at_risk(held, CLOSES)) is ReasonCode.TOO_FEW_OBSERVATIONS


def test_a_share_that_never_moves_loses_nothing() -> None:
    found = of(book(share("FLAT", 1_000.0)), made_up({"FLAT": [7.0] * 253}))
    assert amounts(found) == [0.0] * 6
    assert found.worst.of_nav == 0.0


def test_without_nav_money_stays() -> None:
    found = of(book(share("AAPL", 1_000.0), cash=-1_000.0))
    assert found.levels[0].value_at_risk.amount > 0
    assert found.levels[0].value_at_risk.of_nav is None


def test_losses_at_the_quantile_count_in_the_shortfall() -> None:
    pnl = np.array([-10.0, -10.0, *[1.0] * 19])  # the 5 % quantile is the second of 21
    assert simulated_losses(pnl, 0.95) == (10.0, 10.0)


LINES = (*HELD, option("AAPL", 1), option("XLE", -2, is_call=False), share("XLE", 8_000.0))


@given(st.permutations(LINES), st.floats(0.01, 100))
@settings(max_examples=25)
def test_order_and_scale(lines: list[HeldLine], times: float) -> None:
    once = amounts(of(book(*LINES)))
    assert amounts(of(book(*lines))) == pytest.approx(once)
    many = [
        replace(line, shares=times * line.shares, market_value=times * line.market_value)
        for line in lines
    ]
    assert amounts(of(book(*many))) == pytest.approx([times * one for one in once])


def test_with_every_sign_flipped_gains_are_losses() -> None:
    flipped = [
        replace(line, shares=-line.shares, market_value=-line.market_value) for line in LINES
    ]
    ours, theirs = of(book(*LINES)), of(book(*flipped, cash=500_000.0))
    assert theirs.mean_pnl == pytest.approx(-ours.mean_pnl)
    assert theirs.deviation == pytest.approx(ours.deviation)


@given(st.lists(st.floats(0, 1e5), min_size=3, max_size=3).filter(any))
@settings(max_examples=25)
def test_who_is_long_loses_no_more_than_what_is_held(values: list[float]) -> None:
    held = book(*(share(symbol, value) for symbol, value in zip(("AAPL", "IBM", "TLT"), values,
                                                               strict=True)))  # fmt: skip
    found = of(held)
    assert found.worst.amount <= held.gross
    assert found.levels[1].value_at_risk.amount >= found.levels[0].value_at_risk.amount
    for level in found.levels:
        assert level.expected_shortfall.amount >= level.value_at_risk.amount - 1e-9


def test_two_halves_are_one_whole_and_a_pool_of_one_is_the_book() -> None:
    halves = (share("AAPL", 25_000.0), share("AAPL", 25_000.0), *HELD[1:])
    assert amounts(of(book(*halves))) == pytest.approx(amounts(of(book(*HELD))))
    assert of(pooled([book(*LINES)])) == of(book(*LINES))
