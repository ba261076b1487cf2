"""Exposures in money and of NAV, by market value and delta-adjusted."""

from dataclasses import asdict, replace
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.risk.book import HeldLine, pooled
from domain.risk.exposures import (
    Exposures,
    Sides,
    exposed_values,
    exposure_values,
    exposure_weights,
    exposures,
    symbol_values,
)
from domain.risk.finding import ReasonCode
from tests.support.risk_books import book, figures, option, private, share, skipped, unmodelled

LINES = (
    share("AAPL", 60_000.0),
    share("IBM", -20_000.0),
    option("AAPL", -2),
    option("MSFT", 3, is_call=False),
    private("ART", 5_000.0),
)


def test_long_short_gross_and_net_are_as_published() -> None:
    held = book(share("AAPL", 120_000.0), share("IBM", -30_000.0), cash=10_000.0)
    found = figures(exposures(held))

    assert found.nav == 100_000.0
    assert found.market_value == Sides(long=120_000.0, short=-30_000.0, gross=150_000.0, net=9e4)
    assert found.market_value_of_nav == Sides(long=1.2, short=-0.3, gross=1.5, net=0.9)
    assert found.leverage == 1.5
    assert found.options is None
    assert found.delta_adjusted == found.market_value


def test_an_option_moves_like_its_delta_in_shares() -> None:
    held = book(option("AAPL", -2), cash=100_000.0)
    delta = figures(exposures(held)).delta_adjusted
    # N(d1) of spot 100, strike 105, half a year, 30 %, 4 %
    assert delta.net == pytest.approx(-200 * 100 * 0.48817, abs=2.0)
    found = figures(exposures(held)).options
    assert found
    assert found.delta_value == delta.net
    assert found.market_value == held.market_values[0]
    assert found.delta_value_of_nav == pytest.approx(delta.net / held.nav)


def test_lines_are_counted_under_what_moves_them() -> None:
    held = book(*LINES, cash=50_000.0)
    values, deltas = symbol_values(held), exposure_values(held)

    assert list(values) == list(deltas) == ["AAPL", "ART", "IBM", "MSFT"]
    assert values["AAPL"] == pytest.approx(60_000 + LINES[2].market_value)
    assert deltas["AAPL"] == pytest.approx(60_000 - 200 * 100 * 0.48817, abs=2)
    assert deltas["ART"] == values["ART"] == 5_000
    assert deltas["MSFT"] < 0 < values["MSFT"]


def test_weights_are_of_nav_and_signed() -> None:
    held = book(*LINES, cash=50_000.0)
    weights = exposure_weights(held)
    assert weights
    assert weights["IBM"] == symbol_values(held)["IBM"] / held.nav == -20_000 / held.nav
    assert sum(symbol_values(held).values()) == pytest.approx(held.nav - 50_000)


def test_an_option_without_a_model_is_skipped_where_delta_counts() -> None:
    finding = exposures(book(unmodelled("FB", 5), share("IBM", 1_000.0)))
    found = figures(finding)

    assert skipped(finding) == {"FB C999": ReasonCode.NO_PRICES}
    assert (found.market_value.long, found.delta_adjusted.long) == (2_000.0, 1_000.0)
    assert found.options
    assert (found.options.market_value, found.options.delta_value) == (1_000.0, 0.0)


def test_cash_alone_is_no_exposure() -> None:
    finding = exposures(book(cash=1_000.0))
    found = figures(finding)
    assert found.market_value == Sides(long=0.0, short=0.0, gross=0.0, net=0.0)
    assert found.leverage == 0.0
    assert finding.quality.flag == "complete"


@pytest.mark.parametrize("cash", [-100_000.0, -99_000.0, -150_000.0])
def test_where_nav_is_next_to_nothing_money_stays_and_ratios_go(cash: float) -> None:
    held = book(share("AAPL", 100_000.0), cash=cash)
    found = figures(exposures(held))

    assert found.market_value.long == 100_000.0
    assert (found.market_value_of_nav, found.delta_adjusted_of_nav, found.leverage) == (None,) * 3
    assert exposure_weights(held) is None


def test_all_short_is_all_below_zero() -> None:
    found = figures(exposures(book(share("AAPL", -5_000.0), share("IBM", -1.0), cash=20_000.0)))
    assert (found.market_value.long, found.market_value.short) == (0.0, -5_001.0)
    assert found.market_value.gross == -found.market_value.net == 5_001.0


@given(st.permutations(LINES))
def test_the_order_of_lines_is_of_no_account(lines: list[HeldLine]) -> None:
    ours, theirs = (exposure_values(book(*some)) for some in (LINES, lines))
    assert ours == pytest.approx(theirs)


@given(st.floats(0.01, 1_000))
def test_twice_as_much_has_the_same_shares_of_nav(times: float) -> None:
    def much(times: float) -> Exposures:
        return figures(
            exposures(book(share("A", 60.0 * times), option("B", times), cash=9e3 * times))
        )

    assert asdict(much(times))["delta_adjusted_of_nav"] == pytest.approx(
        asdict(much(1.0))["delta_adjusted_of_nav"]
    )


def test_with_every_sign_flipped_every_exposure_is() -> None:
    ours = exposed_values(book(share("A", 60.0), option("B", 2), option("C", -1)))
    theirs = exposed_values(book(share("A", -60.0), option("B", -2), option("C", 1)))
    assert np.allclose(ours, -theirs, rtol=1e-15)


def test_two_halves_are_one_whole_and_a_pool_of_one_is_the_book() -> None:
    whole = book(share("A", 60.0), option("B", 2), cash=1_000.0)
    halves = book(share("A", 30.0), share("A", 30.0), option("B", 1), option("B", 1), cash=1_000.0)
    assert exposure_values(whole) == pytest.approx(exposure_values(halves))
    assert figures(exposures(pooled([whole]))) == figures(exposures(whole))


def test_several_books_are_pooled_by_symbol() -> None:
    one, other = book(share("A", 60.0), cash=40.0), book(share("A", -20.0), share("B", 20.0))
    together = pooled([one, other])
    assert (together.nav, symbol_values(together)) == (100.0, {"A": 40.0, "B": 20.0})


def test_shares_of_any_nav_above_zero_say_something() -> None:
    assert book(share("A", 0.5)).has_ratios
    assert not book().has_ratios


def test_books_of_no_or_two_sessions_are_not_pooled() -> None:
    one = book(share("A", 1.0))

    with pytest.raises(ValueError, match="one session"):
        pooled([])
    with pytest.raises(ValueError, match="one session"):
        pooled([one, replace(one, session=one.session - timedelta(days=1))])
