"""Specification of keeping the price book filled: spans, preference, outages (spec 5.2)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from application.prices import BACKFILL, Gathered, Prices
from interfaces.bootstrap import Program
from tests.support.price_sources import ConstantPrices, down

FIRST, LAST = date(2024, 1, 2), date(2024, 1, 12)
NEXT_WEEK = date(2024, 1, 19)


@pytest.fixture
def yahoo() -> ConstantPrices:
    """A provider that knows two symbols."""
    return ConstantPrices("yahoo", {"AAPL": "185.00", "MSFT": "380.00"})


def asking(program: Program, *sources: ConstantPrices) -> Prices:
    """The program's prices with these live providers, in order of preference."""
    prices: Prices = program.runs.prices
    return replace(prices, sources={"live": sources, "sample": []})


def gather(prices: Prices, symbols: Sequence[str], first: date, last: date) -> Gathered:
    """Bring the live book up to date."""
    return prices.gather("live", symbols, (first, last))


def test_a_new_symbol_is_fetched_from_800_days_before_the_first_day(
    program: Program, yahoo: ConstantPrices
) -> None:
    gathered = gather(asking(program, yahoo), ["AAPL"], FIRST, LAST)

    assert timedelta(days=800) == BACKFILL
    assert yahoo.asked == [{"AAPL": (date(2021, 10, 24), LAST)}]
    assert gathered.rows > 500
    assert gathered.warnings == ()


def test_a_known_symbol_is_fetched_from_where_the_book_ends(
    program: Program, yahoo: ConstantPrices
) -> None:
    prices = asking(program, yahoo)
    gather(prices, ["AAPL"], FIRST, LAST)
    gathered = gather(prices, ["AAPL", "MSFT"], FIRST, NEXT_WEEK)

    assert yahoo.asked[1] == {
        "AAPL": (date(2024, 1, 13), NEXT_WEEK),
        "MSFT": (FIRST - BACKFILL, NEXT_WEEK),
    }
    spans = prices.book.spans("live", ["AAPL", "MSFT"])
    assert [last for _, last in spans.values()] == [NEXT_WEEK, NEXT_WEEK]
    assert gathered.rows > 500


def test_nothing_is_asked_where_the_book_has_it_all(
    program: Program, yahoo: ConstantPrices
) -> None:
    prices = asking(program, yahoo)
    gather(prices, ["AAPL"], FIRST, LAST)

    assert gather(prices, ["AAPL"], FIRST, LAST) == Gathered(0, ())
    assert gather(prices, [], FIRST, NEXT_WEEK) == Gathered(0, ())
    assert len(yahoo.asked) == 1


def test_an_earlier_opening_reaches_further_back(program: Program, yahoo: ConstantPrices) -> None:
    prices = asking(program, yahoo)
    gather(prices, ["AAPL"], FIRST, LAST)
    earlier = FIRST - BACKFILL - timedelta(days=30)
    gather(prices, ["AAPL"], earlier, LAST)

    assert yahoo.asked[1] == {"AAPL": (earlier - BACKFILL, LAST)}


def test_an_opening_on_the_day_the_book_begins_reaches_no_further(
    program: Program, yahoo: ConstantPrices
) -> None:
    prices = asking(program, yahoo)
    gather(prices, ["AAPL"], FIRST, LAST)
    begins, _ = prices.book.spans("live", ["AAPL"])["AAPL"]
    gather(prices, ["AAPL"], begins, LAST)

    assert len(yahoo.asked) == 1


def test_the_next_provider_is_asked_only_for_what_the_first_has_not(
    program: Program, yahoo: ConstantPrices
) -> None:
    second = ConstantPrices("csv", {"AAPL": "1.00", "BARN": "7.00"})
    prices = asking(program, yahoo, second)
    gathered = gather(prices, ["AAPL", "BARN"], FIRST, LAST)

    assert [list(asked) for asked in second.asked] == [["BARN"]]
    closes = prices.book.closes("live", ["AAPL", "BARN"], LAST, LAST)
    assert {symbol: (c.price, c.source) for symbol, (c,) in closes.items()} == {
        "AAPL": (Decimal("185.00"), "yahoo"),
        "BARN": (Decimal("7.00"), "csv"),
    }
    assert gathered.warnings == ()


def test_a_provider_that_is_down_is_a_warning_and_the_next_one_steps_in(
    program: Program, yahoo: ConstantPrices
) -> None:
    prices = asking(program, down("csv"), yahoo)
    gathered = gather(prices, ["AAPL"], FIRST, LAST)

    assert gathered.warnings == ("csv cannot be reached.",)
    assert prices.book.closes("live", ["AAPL"], LAST, LAST)["AAPL"][0].source == "yahoo"


def test_where_all_are_down_each_says_so(program: Program) -> None:
    prices = asking(program, down("yahoo"), down("csv"))

    assert gather(prices, ["AAPL"], FIRST, LAST) == Gathered(
        0, ("yahoo cannot be reached.", "csv cannot be reached.")
    )
