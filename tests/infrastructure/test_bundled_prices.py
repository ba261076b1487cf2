"""The bundled data: real, as traded, complete over the sessions of its symbols."""

import csv
import gzip
from collections import defaultdict
from datetime import date
from decimal import Decimal
from importlib import resources

from application.ports import Close, PriceSource
from domain.corporate_action import CorporateAction
from infrastructure.bundled_prices import SAMPLE_MARKET_ENDS_ON, BundledPrices
from infrastructure.nyse_calendar import NyseCalendar

SHARES = ("AAPL", "FB", "GOOG", "IBM", "MSFT")
ALL_TIME = (date(1990, 1, 1), date(2025, 1, 1))
FILE = resources.files("infrastructure").joinpath("bundled", "us_daily_closes.csv.gz")
SOURCE: PriceSource = BundledPrices()


def test_every_close_of_the_file_is_answered_as_written() -> None:
    with gzip.open(FILE.open("rb"), "rt", encoding="ascii") as lines:
        rows = list(csv.DictReader(lines))
    symbols = {row["symbol"] for row in rows}
    fetched = SOURCE.fetch(dict.fromkeys(symbols, ALL_TIME))
    answered = {(c.session.isoformat(), c.symbol, c.price) for c in fetched.closes}
    assert answered == {(row["date"], row["symbol"], Decimal(row["close"])) for row in rows}
    assert len(symbols) == 28
    assert len(fetched.closes) == len(rows) > 58_000
    assert (fetched.missing, fetched.warnings) == ([], ())


def test_both_ends_of_a_span_are_included() -> None:
    fetched = SOURCE.fetch({"GOOG": (date(2012, 12, 31), date(2013, 1, 2))})
    assert fetched.closes == [
        Close("GOOG", date(2012, 12, 31), Decimal("707.38"), "bundled"),
        Close("GOOG", date(2013, 1, 2), Decimal("723.25"), "bundled"),
    ]


def test_each_symbol_has_its_own_span() -> None:
    first, last = date(2013, 2, 28), date(2013, 3, 1)
    fetched = SOURCE.fetch({"SPY": (first, last), "IBM": (last, last)})
    assert [(c.symbol, c.session) for c in fetched.closes] == [
        ("SPY", first),
        ("SPY", last),
        ("IBM", last),
    ]


def test_symbols_outside_the_data_are_missing() -> None:
    day = date(2013, 3, 1)
    fetched = SOURCE.fetch({"NVDA": (day, day), "FB": (date(2012, 1, 3), date(2012, 1, 4))})
    assert fetched.missing == ["NVDA", "FB"]  # Facebook was listed in May 2012
    assert list(fetched.closes) == []


def test_splits_and_dividends_come_with_the_closes_of_their_span() -> None:
    split = SOURCE.fetch({"AAPL": (date(2005, 2, 25), date(2005, 2, 28))})
    assert split.actions == [
        CorporateAction("AAPL", date(2005, 2, 28), "split", Decimal(2), "bundled")
    ]
    assert [c.price for c in split.closes] == [Decimal("88.99"), Decimal("44.86")]  # as traded
    dividend = SOURCE.fetch({"MSFT": (date(2004, 11, 15), date(2004, 11, 15))})
    assert dividend.actions == [
        CorporateAction("MSFT", date(2004, 11, 15), "dividend", Decimal("3.08"), "bundled")
    ]


def test_all_shares_end_with_the_sample_market() -> None:
    fetched = SOURCE.fetch(dict.fromkeys(SHARES, ALL_TIME))
    ends = {c.symbol: c.session for c in fetched.closes}
    assert ends == dict.fromkeys(SHARES, SAMPLE_MARKET_ENDS_ON)


def test_no_series_has_a_gap_in_the_sessions_of_the_exchange() -> None:
    fetched = SOURCE.fetch(dict.fromkeys((*SHARES, "SPY", "TLT", "CSJ"), ALL_TIME))
    days = defaultdict(list)
    for close in fetched.closes:
        days[close.symbol].append(close.session)
    calendar = NyseCalendar(built_on=date(2025, 11, 22))
    assert all(known == calendar.sessions(known[0], known[-1]) for known in days.values())
    assert len(days) == 8
