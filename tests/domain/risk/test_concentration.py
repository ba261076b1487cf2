"""Concentration over names by market value."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.risk.book import pooled
from domain.risk.concentration import Concentration, Name, concentration
from domain.risk.finding import ReasonCode
from tests.support.risk_books import book, figures, option, share, why

VALUES = st.lists(st.floats(1, 1e7) | st.floats(-1e7, -1), min_size=1, max_size=30)


def of(*values: float, cash: float = 1_000.0) -> Concentration:
    """Of names with these market values."""
    lines = (share(f"S{n:02}", value) for n, value in enumerate(values))
    return figures(concentration(book(*lines, cash=cash)))


def test_a_quarter_each_is_as_four_names() -> None:
    found = of(100.0, 100.0, -100.0, 100.0)
    assert found.herfindahl == pytest.approx(2_500)
    assert found.effective_names == pytest.approx(4)
    assert (found.names, found.top_3, found.top_10) == (4, 0.75, 1.0)


def test_a_single_name_is_all_there_is() -> None:
    found = of(-50.0)
    assert (found.herfindahl, found.effective_names, found.top_3) == (10_000.0, 1.0, 1.0)
    assert found.largest == (
        Name(symbol="S00", market_value=-50.0, share=1.0, of_nav=-50.0 / 950.0),
    )


def test_the_ten_largest_are_named_the_largest_first() -> None:
    found = of(*(float(n) for n in range(1, 13)))
    assert [name.market_value for name in found.largest] == [float(n) for n in range(12, 2, -1)]
    assert found.top_3 == pytest.approx((12 + 11 + 10) / 78)
    assert found.top_10 == pytest.approx(sum(name.share for name in found.largest))


def test_what_is_held_of_a_name_nets_with_its_options() -> None:
    call = option("AAPL", -1)
    found = figures(concentration(book(share("AAPL", 5_000.0), call, share("IBM", 1_000.0))))
    assert [name.symbol for name in found.largest] == ["AAPL", "IBM"]
    assert found.largest[0].market_value == pytest.approx(5_000 + call.market_value)


def test_without_nav_shares_of_the_sum_stay() -> None:
    found = of(100.0, 300.0, cash=-400.0)
    assert found.largest[0].share == 0.75
    assert found.largest[0].of_nav is None


def test_nothing_but_cash_is_not_concentrated() -> None:
    assert why(concentration(book(cash=5.0))) is ReasonCode.NOTHING_HELD


def test_a_long_and_a_short_that_cancel_are_no_name() -> None:
    held = book(share("A", 10.0), share("A", -10.0), cash=5.0)
    assert why(concentration(held)) is ReasonCode.NOTHING_HELD


@given(VALUES)
def test_it_is_between_all_equal_and_one_alone(values: list[float]) -> None:
    found = of(*values)
    assert 10_000 / len(values) * (1 - 1e-9) <= found.herfindahl <= 10_000 * (1 + 1e-9)
    assert 1 - 1e-9 <= found.effective_names <= len(values) * (1 + 1e-9)
    assert 0 < found.top_3 <= found.top_10 <= 1 + 1e-9


@given(VALUES, st.floats(0.01, 100))
def test_signs_scale_and_order_are_of_no_account(values: list[float], times: float) -> None:
    for other in ([-v for v in values], [times * v for v in values], values[::-1]):
        assert of(*other, cash=1e9).herfindahl == pytest.approx(of(*values).herfindahl)


def test_two_halves_are_one_whole_and_a_pool_of_one_is_the_book() -> None:
    whole = book(share("A", 60.0), share("B", 20.0))
    halves = book(share("A", 30.0), share("A", 30.0), share("B", 20.0))
    assert concentration(whole).figures == concentration(halves).figures
    assert concentration(pooled([whole])) == concentration(whole)
