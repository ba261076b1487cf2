"""What did the owner pay in and take out?"""

from datetime import date
from decimal import Decimal

import pytest

from infrastructure.postgres import Pool
from projections.cash_flows.postgres import ROOM, TABLE, CashFlowsRoom
from projections.cash_flows.view import CashFlowRow, FlowTotals
from tests.support.books import PORTFOLIO
from tests.support.events import contributed, flow_reverted, number, withdrawn
from tests.support.rooms import History, folded, minute
from tests.support.stories import GOOG, holding

MAY, JUNE, JULY = date(2013, 5, 2), date(2013, 6, 3), date(2013, 7, 1)


@pytest.fixture
def room(pool: Pool) -> CashFlowsRoom:
    """The room after four flows, of which one was taken back, and one of another account."""
    with pool.connection() as connection:
        TABLE.store(connection, list(folded(ROOM, flows().recorded).values()))
    return CashFlowsRoom(pool)


def flows() -> History:
    """Money came and went."""
    story = holding(GOOG)
    story.tell(PORTFOLIO, contributed("a", MAY, "500.00"), withdrawn("b", JUNE, "20.25"))
    story.tell(PORTFOLIO, contributed("c", JULY, "100.00"), contributed("twice", JULY, "100.00"))
    story.tell(PORTFOLIO, flow_reverted("twice"))
    return story.tell(number("other"), contributed("theirs", JULY, "7.00"))


def test_a_contribution_counts_up_and_a_withdrawal_down() -> None:
    rows = folded(ROOM, flows().recorded)
    assert rows[number("a"),] == CashFlowRow(
        flow_id=number("a"),
        portfolio_id=PORTFOLIO,
        dated_on=MAY,
        amount=Decimal("500.00"),
        note="",
        noted_at=minute(3),
        is_reverted=False,
    )
    assert rows[number("b"),].amount == Decimal("-20.25")
    assert rows[number("twice"),].is_reverted


def test_flows_are_listed_in_pages_latest_first_without_what_was_taken_back(
    room: CashFlowsRoom,
) -> None:
    rows, total = room.of_portfolio(PORTFOLIO, 2, 0)
    assert ([row.flow_id for row in rows], total) == ([number("c"), number("b")], 3)
    assert [row.flow_id for row in room.of_portfolio(PORTFOLIO, 2, 2)[0]] == [number("a")]


def test_totals_are_of_all_flows_or_of_those_after_a_day(room: CashFlowsRoom) -> None:
    every = room.totals(PORTFOLIO)
    assert every == FlowTotals(3, Decimal("600.00"), Decimal("20.25"))
    assert every.net == Decimal("579.75")
    assert room.totals(PORTFOLIO, MAY) == FlowTotals(2, Decimal("100.00"), Decimal("20.25"))
    assert room.totals(PORTFOLIO, JULY) == FlowTotals(0, Decimal(0), Decimal(0))
