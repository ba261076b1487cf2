"""Specification of keeping the price book filled: spans, preference, outages (spec 5.2)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from application.ports import Market, PriceSource
from application.prices import BACKFILL, BENCHMARKS, Gathered, Prices
from domain.risk.factors import MACRO
from interfaces.bootstrap import Parts, Program, build
from tests.support.price_sources import ConstantPrices, ToldPrices, down, told
from tests.support.programs import settings_for

FIRST, LAST = date(2024, 1, 2), date(2024, 1, 12)
NEXT_WEEK = date(2024, 1, 19)


@pytest.fixture
def yahoo() -> ConstantPrices:
    """A provider that knows two symbols."""
    return ConstantPrices("yahoo", {"AAPL": "185.00", "MSFT": "380.00"})


def asking(program: Program, *sources: PriceSource, benchmarks: Sequence[str] = ()) -> Prices:
    """The program's prices with these live providers, in order of preference."""
    sources_of: dict[Market, Sequence[PriceSource]] = {"live": sources, "sample": []}
    return replace(program.prices, sources=sources_of, benchmarks=benchmarks)


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
        0, ("yahoo cannot be reached.", "csv cannot be reached."), is_outage=True
    )


def test_rows_are_counted_by_source(program: Program, yahoo: ConstantPrices) -> None:
    second = ConstantPrices("csv", {"BARN": "7.00"})
    gathered = gather(asking(program, yahoo, second), ["AAPL", "BARN"], LAST, LAST)

    assert set(gathered.by_source) == {"yahoo", "csv"}
    assert sum(gathered.by_source.values()) == gathered.rows


def test_sessions_that_the_first_provider_has_not_yet_are_asked_of_the_next(
    program: Program, yahoo: ConstantPrices
) -> None:
    behind = ToldPrices(told("AAPL", {date(2024, 1, 11): "185.00"}, "csv"), name="csv")
    gather(asking(program, behind, yahoo), ["AAPL"], FIRST, LAST)

    assert yahoo.asked == [{"AAPL": (LAST, LAST)}]


def test_gaps_within_what_is_known_are_fetched(program: Program, yahoo: ConstantPrices) -> None:
    prices = asking(program, yahoo)
    prices.book.learn("live", told("AAPL", {date(2024, 1, 8): "185.00", LAST: "185.00"}))
    gather(prices, ["AAPL"], date(2024, 1, 8), LAST)

    assert yahoo.asked == [{"AAPL": (date(2024, 1, 9), date(2024, 1, 11))}]
    gather(prices, ["AAPL"], date(2024, 1, 8), LAST)
    assert len(yahoo.asked) == 1


def test_a_gap_and_a_missing_end_are_fetched_together(
    program: Program, yahoo: ConstantPrices
) -> None:
    prices = asking(program, yahoo)
    known = {date(2024, 1, 8): "185.00", date(2024, 1, 10): "185.00"}
    prices.book.learn("live", told("AAPL", known))
    gather(prices, ["AAPL"], date(2024, 1, 8), LAST)

    assert yahoo.asked == [{"AAPL": (date(2024, 1, 9), LAST)}]


def test_what_is_held_against_accounts_is_gathered_along_without_warnings(
    program: Program, yahoo: ConstantPrices
) -> None:
    prices = asking(program, yahoo, benchmarks=["SPY", "MSFT"])
    gathered = gather(prices, ["AAPL"], FIRST, LAST)

    assert [list(asked) for asked in yahoo.asked] == [["AAPL"], ["SPY", "MSFT"]]
    assert list(prices.book.spans("live", ["AAPL", "MSFT", "SPY"])) == ["AAPL", "MSFT"]
    assert gathered.warnings == ()
    assert gathered.rows == gathered.by_source["yahoo"] > 1000


def test_during_an_outage_nothing_is_asked_along(program: Program) -> None:
    yahoo = down("yahoo")
    gathered = gather(asking(program, yahoo, benchmarks=["SPY"]), ["AAPL"], FIRST, LAST)

    assert [list(asked) for asked in yahoo.asked] == [["AAPL"]]
    assert gathered.is_outage


def test_the_program_gathers_the_market_and_the_factors(database: str) -> None:
    with build(settings_for(database), Parts(live_sources=[])) as program:
        prices = program.prices
        prices.gather("sample", ["GOOG"], (date(2013, 2, 28), date(2013, 3, 1)))
        assert prices.benchmarks == BENCHMARKS
        known = set(prices.book.spans("sample", ("GOOG", *BENCHMARKS)))
        assert known == {"GOOG", *(factor.symbol for factor in MACRO.factors)}


def test_a_backfill_fetches_every_gap_from_its_first_day_on(
    program: Program, yahoo: ConstantPrices
) -> None:
    latest = program.markets["live"].latest_session()
    prices = asking(program, yahoo)
    prices.book.learn("live", told("AAPL", {FIRST: "185.00"}))
    gathered = prices.backfill("live", ["AAPL", "GONE"], FIRST)

    assert yahoo.asked == [{"AAPL": (date(2024, 1, 3), latest), "GONE": (FIRST, latest)}]
    assert gathered.by_source == {"yahoo": gathered.rows}
    assert prices.backfill("live", ["AAPL"], FIRST) == Gathered(0, ())


def test_prices_handed_in_are_learnt_or_refused_with_a_reason(program: Program) -> None:
    prices = asking(program)
    closes = told("BARN", {FIRST: "7.00", date(2024, 1, 3): "7.10", date(2024, 1, 6): "7"}, "admin")
    handed = prices.hand_in("live", closes.closes)

    assert (handed.learnt, handed.unchanged) == (2, 0)
    assert handed.refused == [
        "admin, BARN on 2024-01-06: 7 is of a day without trading; it was not used."
    ]
    assert prices.hand_in("live", closes.closes).unchanged == 2
