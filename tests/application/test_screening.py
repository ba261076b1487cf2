"""Specification of what is put aside before the price book learns it (spec 5.2, 9.5)."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from application.ports import Close, Fetched, PriceSource
from application.prices import Gathered, Prices
from application.screening import Screening
from domain.corporate_action import CorporateAction
from infrastructure.bundled_prices import BundledPrices
from interfaces.bootstrap import Program
from tests.support.price_sources import ToldPrices, told

MONDAY, TUESDAY, WEDNESDAY = date(2024, 1, 8), date(2024, 1, 9), date(2024, 1, 10)
WEEK = (MONDAY, date(2024, 1, 12))
DAYS = [MONDAY + timedelta(days=n) for n in range(5)]


def gather(program: Program, *answers: Fetched) -> Gathered:
    """What comes of asking for XYZ once for each answer; that of the last."""
    prices = asking(program, *answers)
    for _ in answers:
        gathered = prices.gather("live", ["XYZ"], WEEK)
    return gathered


def asking(program: Program, *answers: Fetched) -> Prices:
    """Prices of a provider that answers so."""
    return of(program, ToldPrices(*answers))


def of(program: Program, *providers: PriceSource) -> Prices:
    """Prices of these providers, in order of preference."""
    return replace(program.prices, sources={"live": providers, "sample": []}, benchmarks=())


def known(program: Program) -> dict[date, Decimal]:
    """What the book knows of XYZ that week."""
    closes = program.prices.book.closes("live", ["XYZ"], date(2021, 1, 1), date(2099, 1, 1))
    return {close.session: close.price for close in closes.get("XYZ", ())}


@pytest.mark.parametrize(
    ("on", "price", "why"),
    [
        (TUESDAY, "NaN", "NaN is not a price"),
        (TUESDAY, "sNaN", "sNaN is not a price"),
        (TUESDAY, "Infinity", "Infinity is not a price"),
        (TUESDAY, "0", "0 is not a price"),
        (TUESDAY, "-101", "-101 is not a price"),
        (TUESDAY, "101.1234567", "101.1234567 is not a price"),
        (date(2024, 1, 6), "101", "101 is of a day without trading"),
    ],
)
def test_what_cannot_be_a_price_is_put_aside_with_a_sentence(
    program: Program, on: date, price: str, why: str
) -> None:
    gathered = gather(program, told("XYZ", {MONDAY: "100", on: price, WEDNESDAY: "102"}))
    assert known(program) == {MONDAY: 100, WEDNESDAY: 102}
    assert gathered.rows == 2
    assert gathered.warnings == (f"yahoo, XYZ on {on}: {why}; it was not used.",)


def test_a_day_that_is_not_over_has_no_close(program: Program) -> None:
    latest = program.markets["live"].latest_session()
    tomorrow = program.markets["live"].calendar.session_on_or_after(latest + timedelta(days=1))
    prices = asking(program, told("XYZ", {latest: "100", tomorrow: "101"}))
    gathered = prices.gather("live", ["XYZ"], (latest, tomorrow))
    assert known(program) == {latest: 100}
    assert gathered.warnings == (
        f"yahoo, XYZ on {tomorrow}: 101 is of a session that is not completed; it was not used.",
    )


def test_what_nobody_asked_for_is_not_learnt(program: Program) -> None:
    stranger = Close("ABC", MONDAY, Decimal(5), "yahoo")
    dividend = CorporateAction("ABC", MONDAY, "dividend", Decimal(1), "yahoo")
    answer = Fetched(closes=[stranger, *told("XYZ", {MONDAY: "100"}).closes], actions=[dividend])
    gathered = gather(program, answer)
    assert list(program.prices.book.spans("live", ["ABC", "XYZ"])) == ["XYZ"]
    assert list(program.prices.book.actions("live", ["ABC"])) == []
    assert gathered.warnings == ("A price of ABC came though it was not asked for: not used.",)


def test_a_quote_ten_times_off_is_put_aside_and_named_with_its_neighbours(
    program: Program,
) -> None:
    gathered = gather(program, told("XYZ", {MONDAY: "100", TUESDAY: "1010", WEDNESDAY: "102"}))
    assert known(program) == {MONDAY: 100, WEDNESDAY: 102}
    assert gathered.warnings == (
        "yahoo, XYZ on 2024-01-09: 1010 against 100 on 2024-01-08 and 102 on 2024-01-10;"
        " it was put aside until the next session confirms it.",
    )


def test_a_real_jump_waits_for_the_session_that_confirms_it(program: Program) -> None:
    first = told("XYZ", {MONDAY: "100", TUESDAY: "1010"})
    assert len(gather(program, first).warnings) == 1
    assert known(program) == {MONDAY: 100}
    second = gather(program, told("XYZ", {MONDAY: "100", TUESDAY: "1010", WEDNESDAY: "1020"}))
    assert known(program) == {MONDAY: 100, TUESDAY: 1010, WEDNESDAY: 1020}
    assert second.warnings == ()


def test_the_session_after_a_put_aside_quote_asks_for_both(program: Program) -> None:
    provider = ToldPrices(told("XYZ", dict.fromkeys(DAYS[:3], "100") | {DAYS[3]: "1000"}))
    prices = of(program, provider)
    prices.gather("live", ["XYZ"], (MONDAY, DAYS[3]))
    prices.book.learn("live", told("XYZ", {date(2021, 1, 4): "100"}))
    prices.gather("live", ["XYZ"], (MONDAY, DAYS[4]))
    assert provider.asked[1] == {"XYZ": (DAYS[3], DAYS[4])}


def test_a_quote_that_stays_put_aside_is_told_while_nothing_newer_is_known(
    program: Program,
) -> None:
    nights = [dict.fromkeys(DAYS[:1], "100") | {TUESDAY: "1010"}]
    nights += [nights[0] | dict.fromkeys(DAYS[2:n], "102") for n in (3, 4, 5)]
    prices = asking(program, *(told("XYZ", night) for night in nights))
    warned = [len(prices.gather("live", ["XYZ"], (MONDAY, on)).warnings) for on in DAYS[1:]]

    assert warned == [1, 1, 0, 0]  # the second time with the neighbour that contradicts it
    assert known(program) == {MONDAY: 100} | dict.fromkeys(DAYS[2:], 102)


def test_a_split_that_comes_with_the_closes_explains_its_jump(program: Program) -> None:
    split = CorporateAction("XYZ", TUESDAY, "split", Decimal("0.1"), "yahoo")
    closes = told("XYZ", {MONDAY: "100", TUESDAY: "1010"}).closes
    gathered = gather(program, Fetched(closes=closes, actions=[split]))
    assert known(program) == {MONDAY: 100, TUESDAY: 1010}
    assert gathered.warnings == ()


def test_a_later_provider_is_asked_where_the_first_was_not_believed(program: Program) -> None:
    program.prices.book.learn("live", told("XYZ", {MONDAY: "100"}))
    wrong = ToldPrices(told("XYZ", {TUESDAY: "1010"}))
    right = ToldPrices(told("XYZ", {TUESDAY: "101"}, "csv"), name="csv")
    of(program, wrong, right).gather("live", ["XYZ"], (MONDAY, TUESDAY))
    assert known(program) == {MONDAY: 100, TUESDAY: 101}


def test_many_refusals_are_a_few_sentences(program: Program) -> None:
    sessions = program.markets["live"].calendar.sessions(date(2023, 1, 1), MONDAY)
    gathered = gather(program, told("XYZ", dict.fromkeys(sessions, "0")))
    assert len(gathered.warnings) == 11
    assert gathered.warnings[-1] == f"{len(sessions) - 10} more prices were not used."


def test_none_of_the_bundled_prices_is_doubted(program: Program) -> None:
    everything = (date(1999, 1, 1), date(2013, 3, 1))
    symbols = ("AAPL", "FB", "GOOG", "IBM", "MSFT", "SPY", "TLT", "XLF", "EEM", "FXI", "CSJ")
    fetched = BundledPrices().fetch(dict.fromkeys(symbols, everything))
    screening = Screening("sample", program.markets["sample"], program.prices.book)
    screened = screening.screen(fetched, dict.fromkeys(symbols, everything))
    assert len(screened.closes) == len(fetched.closes) > 19_000
    assert list(screened.warnings) == list(fetched.warnings)
