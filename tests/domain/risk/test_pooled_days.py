"""Specification of several portfolios' days as those of one (6.2; 9.5: opened on other days)."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.risk.pooled_days import PooledDay, pooled_days

FIRST = date(2024, 1, 8)


@dataclass(frozen=True)
class Day:
    """A portfolio's day; what is not told is nothing."""

    session: date
    nav: Decimal
    previous_nav: Decimal | None = None
    pnl: Decimal = Decimal(0)
    flows: Decimal = Decimal(0)
    gross_exposure: Decimal = Decimal(0)
    daily_return: float | None = None


def history(begins: int, *moves: tuple[str, str], nav: str = "1000.00") -> list[Day]:
    """An opening, and a day for each P&L and flow."""
    days = [Day(FIRST + timedelta(days=begins), Decimal(nav))]
    for number, (pnl, flow) in enumerate(moves, begins + 1):
        before = days[-1].nav
        after = before + Decimal(pnl) + Decimal(flow)
        session = FIRST + timedelta(days=number)
        days.append(Day(session, after, before, Decimal(pnl), Decimal(flow)))
    return days


def test_one_portfolio_is_itself() -> None:
    days = history(0, ("10", "0"), ("-5", "100"))

    assert [(day.nav, day.pnl, day.flows) for day in pooled_days([days])] == [
        (day.nav, day.pnl, day.flows) for day in days
    ]
    assert pooled_days([days])[1].daily_return == 0.01
    assert pooled_days([days])[0].daily_return is None


def test_a_portfolio_that_opens_later_is_a_flow_and_no_return() -> None:
    first = history(0, ("10", "0"), ("10.10", "0"))
    second = history(1, ("50", "0"), nav="5000.00")

    [_, opening, both] = pooled_days([first, second])

    assert (opening.nav, opening.flows) == (Decimal(6010), Decimal(5000))
    assert opening.daily_return == 0.01
    assert (both.pnl, both.flows) == (Decimal("60.10"), Decimal(0))
    assert both.daily_return == float(Decimal("60.10") / 6010)


def test_days_on_which_one_lacks_its_valuation_are_left_out() -> None:
    whole, gap = history(0, ("1", "0"), ("1", "0")), history(0, ("1", "0"), ("1", "0"))
    del gap[1]

    assert [day.session for day in pooled_days([whole, gap])] == [
        whole[0].session,
        whole[2].session,
    ]


@pytest.mark.parametrize("nav", ["0", "-10", "9.99"])
def test_a_return_of_next_to_nothing_is_none(nav: str) -> None:
    day = PooledDay(FIRST, Decimal(nav), Decimal(nav), Decimal(1), Decimal(0), Decimal(1000))

    assert day.daily_return is None


moves = st.lists(
    st.tuples(*[st.integers(-500, 500).map(lambda n: str(Decimal(n) / 100))] * 2), max_size=5
)


@given(st.lists(st.tuples(st.integers(0, 3), moves), min_size=1, max_size=4))
def test_nav_is_what_it_was_with_pnl_and_flows(
    told: list[tuple[int, list[tuple[str, str]]]],
) -> None:
    days = pooled_days([history(begins, *some) for begins, some in told])

    for day in days:
        if day.previous_nav is not None:
            assert day.nav == day.previous_nav + day.pnl + day.flows
