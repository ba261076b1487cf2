"""Yahoo's answers turned back into what was traded; its failures told from missing symbols."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from math import inf, nan, prod
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from curl_cffi import requests
from hypothesis import given, settings
from hypothesis import strategies as st

from application.ports import Fetched, PriceSource, TradingCalendar
from domain.corporate_action import CorporateAction
from infrastructure.nyse_calendar import NyseCalendar
from infrastructure.yahoo_line import Transport
from infrastructure.yahoo_prices import YahooPrices
from tests.support import recorded_yahoo as yahoo
from tests.support.recorded_yahoo import FIXTURES, RecordedAnswer, RecordedYahoo

CALENDAR: TradingCalendar = NyseCalendar(built_on=date(2025, 2, 24))
AUTUMN = (date(2020, 9, 1), date(2020, 11, 6))
WEEK = (date(2024, 1, 8), date(2024, 1, 12))
MONDAY, TUESDAY, WEDNESDAY = date(2024, 1, 8), date(2024, 1, 9), date(2024, 1, 10)
SPLIT_DAY = date(2024, 6, 10)


@dataclass(frozen=True)
class StoppedClock:
    """A Clock whose real time is the day after the recordings."""

    def now(self) -> datetime:
        """The real time."""
        return datetime(2025, 2, 24, 12, tzinfo=UTC)

    def market_now(self) -> datetime:
        """The market's time, pinned."""
        return datetime(2020, 11, 7, tzinfo=UTC)


def source(transport: Transport, patience_s: float = 6.0) -> PriceSource:
    """The provider on a recorded line."""
    return YahooPrices(CALENDAR, StoppedClock(), transport, patience_s)


def fetch(chart: yahoo.Chart, span: tuple[date, date] = WEEK) -> Fetched:
    """What is made of `chart`, asked for its own symbol."""
    recorded = RecordedYahoo()
    recorded.record(chart)
    symbol = chart["chart"]["result"][0]["meta"]["symbol"]
    return source(recorded).fetch({symbol: span})


def prices(fetched: Fetched) -> dict[date, Decimal]:
    """The closes of one symbol by session."""
    return {close.session: close.price for close in fetched.closes}


def recorded_closes(name: str) -> dict[date, float]:
    """The closes as the file has them."""
    body = json.loads((FIXTURES / name).read_text(encoding="utf-8"))["response"]["bodyJson"]
    result = body["chart"]["result"][0]
    days = [datetime.fromtimestamp(at, UTC).date() for at in result["timestamp"]]
    return dict(zip(days, result["indicators"]["quote"][0]["close"], strict=True))


def test_apples_autumn_of_2020_is_answered_as_traded() -> None:
    fetched = source(RecordedYahoo()).fetch({"AAPL": AUTUMN})
    recorded = recorded_closes("chart-AAPL-2020-08-31-to-2020-11-07.json")
    assert prices(fetched) == {
        day: Decimal(f"{close:.2f}") for day, close in recorded.items() if day >= AUTUMN[0]
    }
    assert list(prices(fetched)) == CALENDAR.sessions(*AUTUMN)
    assert prices(fetched)[date(2020, 9, 1)] == Decimal("134.18")
    assert prices(fetched)[date(2020, 11, 6)] == Decimal("118.69")
    assert {close.source for close in fetched.closes} == {"yahoo"}
    assert fetched.actions == [
        CorporateAction("AAPL", date(2020, 11, 6), "dividend", Decimal("0.205"), "yahoo")
    ]
    assert (fetched.missing, fetched.warnings) == ([], [])


def test_a_symbol_costs_one_request_up_to_the_real_today() -> None:
    recorded = RecordedYahoo()
    source(recorded).fetch({"AAPL": AUTUMN})
    [(symbol, asked)] = recorded.asked
    assert symbol == "AAPL"
    assert datetime.fromtimestamp(asked["period1"], UTC).date() == date(2020, 9, 1)
    assert datetime.fromtimestamp(asked["period2"], UTC).date() == date(2025, 2, 25)


def test_a_recorded_split_is_undone_before_its_day_and_not_after() -> None:
    summer = (date(2021, 7, 19), date(2021, 7, 20))
    fetched = source(RecordedYahoo()).fetch({"NVDA": summer})
    recorded = recorded_closes("chart-NVDA-2021-02-01-to-2022-01-31.json")
    assert prices(fetched) == {
        summer[0]: Decimal(f"{recorded[summer[0]] * 4:.2f}"),
        summer[1]: Decimal(f"{recorded[summer[1]]:.2f}"),
    }
    assert fetched.actions == [CorporateAction("NVDA", summer[1], "split", Decimal(4), "yahoo")]


def test_with_the_split_of_2024_nvidias_closes_of_2021_are_those_of_the_newspapers() -> None:
    recorded = RecordedYahoo()
    chart = recorded.recording("NVDA")
    at = int(datetime(2024, 6, 10, 13, 30, tzinfo=UTC).timestamp())
    ten_to_one = {"date": at, "numerator": 10, "denominator": 1}
    chart["chart"]["result"][0]["events"]["splits"][str(at)] = ten_to_one
    fetched = fetch(chart, (date(2021, 7, 19), date(2021, 7, 20)))
    assert list(prices(fetched).values()) == [Decimal("751.19"), Decimal("186.12")]


def test_a_split_after_the_span_is_undone_in_closes_and_dividends_but_not_reported() -> None:
    chart = yahoo.chart(
        "XYZ",
        {MONDAY: 12.5, TUESDAY: 12.61, SPLIT_DAY: 13.0},
        splits={SPLIT_DAY: (10, 1)},
        dividends={TUESDAY: 0.1578},
    )
    fetched = fetch(chart)
    assert prices(fetched) == {MONDAY: Decimal("125.00"), TUESDAY: Decimal("126.10")}
    assert fetched.actions == [
        CorporateAction("XYZ", TUESDAY, "dividend", Decimal("1.578"), "yahoo")
    ]


def test_a_reverse_split_makes_old_closes_small_again() -> None:
    chart = yahoo.chart("XYZ", {MONDAY: 2.0001, TUESDAY: 1.9}, splits={TUESDAY: (1, 3)})
    fetched = fetch(chart)
    assert prices(fetched) == {MONDAY: Decimal("0.6667"), TUESDAY: Decimal("1.90")}
    assert [action.value for action in fetched.actions] == [Decimal("0.3333333333")]


@pytest.mark.parametrize(
    ("arrives", "traded"),
    [(1.125, "1.12"), (1.375, "1.38"), (0.03125, "0.0312"), (0.09375, "0.0938"), (0.99996, "1")],
)
def test_closes_are_rounded_half_even_to_the_cent_and_under_a_dollar_to_four_places(
    arrives: float, traded: str
) -> None:
    fetched = fetch(yahoo.chart("XYZ", {MONDAY: arrives}))
    assert prices(fetched) == {MONDAY: Decimal(traded)}


@settings(max_examples=25, deadline=None)
@given(
    cents=st.lists(st.integers(100, 200_000), min_size=4, max_size=4),
    ratios=st.lists(st.sampled_from([(2, 1), (3, 2), (1, 8), (1, 3), (10, 1)]), max_size=3),
)
def test_whatever_was_split_the_traded_price_comes_back(
    cents: list[int], ratios: list[tuple[int, int]]
) -> None:
    days = CALENDAR.sessions(*WEEK)
    splits = dict(zip(days[1:], ratios, strict=False))
    adjusted: dict[date, float | None] = {
        day: float(np.float32(c / 100 / prod(n / o for on, (n, o) in splits.items() if on > day)))
        for day, c in zip(days[:4], cents, strict=True)
    }
    fetched = fetch(yahoo.chart("XYZ", adjusted, splits=splits))
    assert prices(fetched) == {
        day: Decimal(c) / 100 for day, c in zip(days[:4], cents, strict=True)
    }


@pytest.mark.parametrize("nonsense", [None, nan, inf, 0.0, -3.0, 0.00001])
def test_what_is_no_price_is_dropped_with_a_warning(nonsense: float | None) -> None:
    fetched = fetch(yahoo.chart("XYZ", {MONDAY: 10.0, TUESDAY: nonsense, WEDNESDAY: 11.0}))
    assert prices(fetched) == {MONDAY: 10, WEDNESDAY: 11}
    assert fetched.warnings == ["Yahoo has no usable price of XYZ for 2024-01-09."]


def test_many_unusable_days_are_one_warning() -> None:
    chart = yahoo.chart("XYZ", {MONDAY: None, TUESDAY: None, WEDNESDAY: 0.0, SPLIT_DAY: 9.0})
    fetched = fetch(chart)
    assert fetched.warnings == [
        "Yahoo has no usable price of XYZ for 2024-01-08 and 2 other sessions."
    ]
    assert fetched.missing == ["XYZ"]


def test_a_spin_off_told_as_an_odd_split_adjusts_closes_and_is_no_split() -> None:
    closes = {MONDAY: 100.0, TUESDAY: 101.0}
    fetched = fetch(yahoo.chart("XYZ", closes, splits={TUESDAY: (1067, 1000)}))
    assert prices(fetched) == {MONDAY: Decimal("106.70"), TUESDAY: Decimal("101.00")}
    assert list(fetched.actions) == []
    assert fetched.warnings == [
        "Yahoo tells of 1067 shares of XYZ for 1000 on 2024-01-09, which is how it adjusts for a"
        " spin-off: no split was recorded. If shares of another company came to the account,"
        " enter them."
    ]


@pytest.mark.parametrize("ratio", [(3, 2), (1, 10), (1, 150), (101, 100), (10000, 100)])
def test_a_split_in_small_terms_is_a_split(ratio: tuple[int, int]) -> None:
    fetched = fetch(yahoo.chart("XYZ", {MONDAY: 100.0, TUESDAY: 101.0}, splits={TUESDAY: ratio}))
    assert [action.kind for action in fetched.actions] == ["split"]
    assert fetched.warnings == []


def test_a_price_of_a_day_without_session_is_dropped() -> None:
    sunday = date(2024, 1, 7)
    fetched = fetch(yahoo.chart("XYZ", {sunday: 9.0, MONDAY: 10.0}), (sunday, MONDAY))
    assert prices(fetched) == {MONDAY: 10}
    assert fetched.warnings == []


def test_an_answer_for_another_symbol_is_dropped_with_a_warning() -> None:
    recorded = RecordedYahoo()
    recorded.tell("OLD", yahoo.answered(yahoo.chart("NEW", {MONDAY: 10.0})))
    fetched = source(recorded).fetch({"OLD": WEEK})
    assert list(fetched.closes) == []
    assert fetched.warnings == ["Yahoo answered NEW when asked for OLD: not used."]


def test_a_price_in_another_currency_is_dropped_with_a_warning() -> None:
    chart = yahoo.chart("XYZ", {MONDAY: 10.0})
    chart["chart"]["result"][0]["meta"]["currency"] = "CAD"
    fetched = fetch(chart)
    assert list(fetched.closes) == []
    assert fetched.warnings == ["Yahoo quotes XYZ in CAD, not in USD: not used."]


@pytest.mark.parametrize("written", ["BRK.B", "BRK/B", "BRK-B"])
def test_class_shares_are_asked_in_yahoos_spelling_and_kept_in_the_users(written: str) -> None:
    recorded = RecordedYahoo()
    recorded.record(yahoo.chart("BRK-B", {MONDAY: 367.5}))
    fetched = source(recorded).fetch({written: WEEK})
    assert [symbol for symbol, _ in recorded.asked] == ["BRK-B"]
    assert [close.symbol for close in fetched.closes] == [written]


@pytest.mark.parametrize("answer", [yahoo.unknown_symbol(), yahoo.no_data_in_span()])
def test_a_symbol_without_prices_is_missing_without_a_warning(answer: RecordedAnswer) -> None:
    recorded = RecordedYahoo()
    recorded.tell("GONE", answer)
    fetched = source(recorded).fetch({"GONE": WEEK, "AAPL": AUTUMN})
    assert fetched.missing == ["GONE"]
    assert fetched.warnings == []
    assert {close.symbol for close in fetched.closes} == {"AAPL"}


def test_a_symbol_traded_only_outside_the_span_is_missing() -> None:
    fetched = fetch(yahoo.chart("XYZ", {SPLIT_DAY: 10.0}))
    assert (list(fetched.closes), fetched.missing, fetched.warnings) == ([], ["XYZ"], [])


def error_json(status: int) -> RecordedAnswer:
    """An outage that speaks JSON, in the shape of a chart's refusal."""
    error = {"code": "Internal Server Error", "description": "try again"}
    return yahoo.answered({"chart": {"result": None, "error": error}}, status)


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (yahoo.page(), "answered with a page instead of prices"),
        (yahoo.page(404), "answered with a page instead of prices"),
        (yahoo.page(503), "answered 503 instead of prices"),
        (error_json(500), "answered 500 instead of prices"),
        (error_json(401), "answered 401 instead of prices"),
        (RecordedAnswer(200, ""), "answered with a page instead of prices"),
        (RecordedAnswer(200, "{}"), "answered with a page instead of prices"),
    ],
)
def test_an_outage_is_a_warning_and_never_a_missing_symbol(
    answer: RecordedAnswer, why: str
) -> None:
    recorded = RecordedYahoo()
    recorded.tell("IBM", answer)
    fetched = source(recorded).fetch({"IBM": WEEK, "AAPL": AUTUMN})
    assert fetched.missing == []
    assert fetched.warnings == [f"Yahoo {why}: no prices for IBM."]
    assert {close.symbol for close in fetched.closes} == {"AAPL"}


def test_an_answer_of_an_unknown_shape_is_a_warning() -> None:
    body: dict[str, Any] = yahoo.chart("XYZ", {MONDAY: 10.0})
    del body["chart"]["result"][0]["indicators"]["quote"][0]["volume"]
    recorded = RecordedYahoo()
    recorded.tell("XYZ", yahoo.answered(body))
    fetched = source(recorded).fetch({"XYZ": WEEK})
    assert fetched.missing == []
    [warning] = fetched.warnings
    assert warning.startswith("Yahoo answered what cannot be read (KeyError")


@pytest.mark.parametrize("failure", [yahoo.timed_out(), yahoo.refused(), yahoo.page(502)])
def test_a_passing_failure_is_asked_again(failure: RecordedAnswer | OSError) -> None:
    recorded = RecordedYahoo()
    body = yahoo.answered(yahoo.chart("XYZ", {MONDAY: 10.0}))
    recorded.tell("XYZ", failure, failure, body)
    fetched = source(recorded).fetch({"XYZ": WEEK})
    assert prices(fetched) == {MONDAY: 10}
    assert fetched.warnings == []


def test_a_refusal_of_too_many_requests_ends_the_fetch_and_is_reported() -> None:
    recorded = RecordedYahoo()
    symbols = [f"S{n}" for n in range(60)]
    recorded.tell("*", yahoo.too_many_requests())
    fetched = source(recorded).fetch(dict.fromkeys(symbols, WEEK))
    assert len(recorded.asked) <= 5  # those under way, none a second time
    assert fetched.missing == []
    assert fetched.warnings == [
        "Yahoo refused further requests (429, too many): no prices for"
        " S0, S1, S2, S3, S4, S5, S6, S7, S8, S9 and 50 others."
    ]


def test_what_was_answered_before_a_refusal_is_kept() -> None:
    recorded = RecordedYahoo()
    symbols = [f"S{n}" for n in range(60)]
    body = yahoo.answered(yahoo.chart("S0", {MONDAY: 10.0}))
    recorded.tell("*", *[body] * 20, yahoo.too_many_requests())
    fetched = source(recorded).fetch(dict.fromkeys(symbols, WEEK))
    assert {close.symbol for close in fetched.closes} == {"S0"}
    assert fetched.warnings[-1].startswith("Yahoo refused further requests")


@pytest.mark.parametrize("failure", [yahoo.no_name(), yahoo.refused(), yahoo.timed_out()])
def test_a_fetch_in_which_nobody_was_answered_is_an_outage(failure: OSError) -> None:
    recorded = RecordedYahoo()
    recorded.tell("IBM", failure)
    assert source(recorded).fetch({"IBM": WEEK}).is_outage
    assert not source(recorded).fetch({"IBM": WEEK, "GONE": WEEK}).is_outage  # 404 is an answer


@pytest.mark.parametrize("failure", [yahoo.no_name(), yahoo.refused(), yahoo.timed_out()])
def test_without_network_the_fetch_ends_within_seconds(failure: OSError) -> None:
    recorded = RecordedYahoo()
    recorded.tell("*", failure)
    started = time.perf_counter()
    fetched = source(recorded).fetch(dict.fromkeys((f"S{n}" for n in range(500)), WEEK))
    assert time.perf_counter() - started < 20
    assert len(recorded.asked) <= 15
    assert fetched.missing == []
    [warning] = fetched.warnings
    assert warning.startswith(f"Yahoo could not be reached ({type(failure).__name__}): no prices")


@pytest.fixture
def silent_proxy() -> Iterator[str]:
    """A host that accepts connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


def test_a_network_that_swallows_everything_costs_its_patience_once(silent_proxy: str) -> None:
    swallowed: Transport = requests.Session(impersonate="chrome", proxy=silent_proxy)
    started = time.perf_counter()
    fetched = source(swallowed, patience_s=0.8).fetch(
        dict.fromkeys((f"S{n}" for n in range(20)), WEEK)
    )
    assert time.perf_counter() - started < 15
    assert fetched.missing == []
    assert all(warning.startswith("Yahoo ") for warning in fetched.warnings)
    assert fetched.warnings


def test_a_provider_that_fails_for_every_symbol_is_given_up_when_patience_runs_out() -> None:
    recorded = RecordedYahoo()
    recorded.tell("*", yahoo.page(503))
    started = time.perf_counter()
    fetched = source(recorded, patience_s=0.5).fetch(
        dict.fromkeys((f"S{n}" for n in range(200)), WEEK)
    )
    assert time.perf_counter() - started < 20
    reasons = {warning.partition(":")[0] for warning in fetched.warnings}
    assert "Yahoo gave nothing usable for 0.5 s" in reasons
    assert len(recorded.asked) < 100


def test_asking_for_nothing_asks_nobody() -> None:
    recorded = RecordedYahoo()
    fetched = source(recorded).fetch({})
    assert (list(fetched.closes), fetched.missing, fetched.warnings) == ([], [], [])
    assert recorded.asked == []


def test_a_fetch_writes_nothing_to_the_users_home_and_nothing_to_the_terminal(
    tmp_path: Path,
) -> None:
    fetch_apple = """
from datetime import date
from infrastructure.nyse_calendar import NyseCalendar
from infrastructure.system_clock import SystemClock
from infrastructure.yahoo_prices import YahooPrices
from tests.support.recorded_yahoo import RecordedYahoo
day = date(2020, 11, 6)
source = YahooPrices(NyseCalendar(date(2025, 2, 24)), SystemClock(), RecordedYahoo())
assert len(source.fetch({"AAPL": (day, day), "GONE": (day, day)}).closes) == 1
"""
    home = {"HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, "-c", fetch_apple],
        env={**os.environ, **home},
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert list(tmp_path.iterdir()) == []
