"""What the price book knew at a row, and what came after it; in memory as on PostgreSQL."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from application.ports import Close, Fetched, PriceBook
from domain.corporate_action import CorporateAction
from infrastructure.price_book import PostgresPriceBook
from tests.simulator.price_book import InMemoryPriceBook, PriceTables
from tests.support.clocks import SetClock
from tests.support.price_sources import CALENDAR
from tests.support.rooms import room_pool

MONDAY, TUESDAY, WEDNESDAY = date(2024, 1, 8), date(2024, 1, 9), date(2024, 1, 10)
NOON = datetime(2024, 1, 15, 17, tzinfo=UTC)


@pytest.fixture(params=["on PostgreSQL", "in memory"])
def book(request: pytest.FixtureRequest, database: str) -> Iterator[PriceBook]:
    """The book, and the one that simulations run on; both empty."""
    if request.param == "in memory":
        yield InMemoryPriceBook(
            PriceTables(), SetClock(datetime(2024, 1, 15, tzinfo=UTC)), CALENDAR
        )
        return
    with room_pool(database) as pool:
        on_postgresql = PostgresPriceBook(pool)
        on_postgresql.ensure_sessions(CALENDAR.sessions(MONDAY, WEDNESDAY))
        yield on_postgresql


def closes(symbol: str, prices: dict[date, str]) -> Fetched:
    """Closes of one symbol as a source fetched them."""
    return Fetched(closes=[Close(symbol, day, Decimal(p), "yahoo") for day, p in prices.items()])


def test_what_came_after_a_row_is_told_by_its_earliest_day(book: PriceBook) -> None:
    book.learn("live", closes("NEWS", {MONDAY: "10", TUESDAY: "11"}))
    row = book.last_row("live")
    assert book.news("live", ["NEWS"], row) == []
    book.learn("live", closes("NEWS", {TUESDAY: "12", WEDNESDAY: "13"}))
    book.learn("live", closes("NEWS", {TUESDAY: "14"}))
    split = CorporateAction("NEWS", MONDAY, "split", Decimal(2), "yahoo")
    book.learn("live", Fetched(actions=[split]))
    [close, action] = book.news("live", ["NEWS", "NOBODY"], row)
    assert (close.symbol, close.on, close.is_split) == ("NEWS", TUESDAY, False)
    assert (action.symbol, action.on, action.is_split) == ("NEWS", MONDAY, True)
    assert row < close.row < action.row == book.last_row("live")
    assert book.learnt("live", row) == {"NEWS": action.row}
    assert book.learnt("live", action.row) == {}


def test_a_book_up_to_a_row_knows_nothing_later(book: PriceBook) -> None:
    book.learn("live", closes("THEN", {MONDAY: "10"}))
    row = book.last_row("live")
    book.learn("live", closes("THEN", {MONDAY: "11", TUESDAY: "12"}))
    then = book.up_to(row)
    assert then.closes("live", ["THEN"], MONDAY, WEDNESDAY) == {
        "THEN": [Close("THEN", MONDAY, Decimal(10), "yahoo")]
    }
    assert then.spans("live", ["THEN"]) == {"THEN": (MONDAY, MONDAY)}
    assert then.last_closes("live", [("THEN", WEDNESDAY)]) == {
        ("THEN", WEDNESDAY): Close("THEN", MONDAY, Decimal(10), "yahoo")
    }
    assert (then.last_row("live"), then.news("live", ["THEN"], row)) == (row, [])
    series = then.price_series("live", ["THEN", "NOBODY"], MONDAY, WEDNESDAY)
    assert {symbol: list(one.closes) for symbol, one in series.items()} == {"THEN": [10.0]}
