"""Which splits and dividends did the owner enter?"""

from datetime import date
from decimal import Decimal

from infrastructure.postgres import Pool
from projections.corporate_actions.postgres import ROOM, TABLE, CorporateActionsRoom
from tests.support.books import PORTFOLIO
from tests.support.events import action_entered, number
from tests.support.rooms import folded, minute
from tests.support.stories import GOOG, holding

MAY, JUNE = date(2013, 5, 2), date(2013, 6, 3)
STORY = holding(GOOG).tell(
    PORTFOLIO,
    action_entered("GOOG", MAY, "split", "2"),
    action_entered("AAPL", JUNE, "dividend", "0.85"),
    action_entered("GOOG", MAY, "dividend", "1"),
    action_entered("GOOG", MAY, "split", "3"),
)


def test_the_latest_entry_of_a_symbol_day_and_kind_counts() -> None:
    rows = folded(ROOM, STORY.recorded)
    assert {key[1:]: row.value for key, row in rows.items()} == {
        ("GOOG", MAY, "split"): Decimal(3),
        ("AAPL", JUNE, "dividend"): Decimal("0.85"),
        ("GOOG", MAY, "dividend"): Decimal(1),
    }
    assert rows[PORTFOLIO, "GOOG", MAY, "split"].entered_at == minute(6)


def test_entries_are_listed_in_pages_latest_day_first(pool: Pool) -> None:
    with pool.connection() as connection:
        TABLE.store(connection, list(folded(ROOM, STORY.recorded).values()))
    room = CorporateActionsRoom(pool)
    rows, total = room.of_portfolio(PORTFOLIO, 2, 0)
    assert ([(row.symbol, row.kind) for row in rows], total) == (
        [("AAPL", "dividend"), ("GOOG", "dividend")],
        3,
    )
    assert [row.kind for row in room.of_portfolio(PORTFOLIO, 2, 2)[0]] == ["split"]
    assert room.of_portfolio(number("other"), 2, 0) == ([], 0)
