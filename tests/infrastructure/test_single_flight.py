"""Specification of single flight: what several ask at the same time is fetched once."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Event, Lock

import pytest

from application.ports import Fetched
from infrastructure.single_flight import SingleFlight
from tests.support.price_sources import ConstantPrices, Span
from tests.support.waiting import eventually

MONDAY, TUESDAY = date(2024, 1, 8), date(2024, 1, 9)
BOTH = (MONDAY, TUESDAY)
WAIT_S = 10


class SlowPrices(ConstantPrices):
    """A provider whose answers wait until they are let go; a fault instead, if it has one."""

    def __init__(self, prices: Mapping[str, str], fault: Exception | None = None) -> None:
        super().__init__("yahoo", prices)
        self.was_asked, self.may_answer = Event(), Event()
        self._fault, self._lock = fault, Lock()

    def fetch(self, spans: Mapping[str, Span]) -> Fetched:
        """See `PriceSource.fetch`."""
        with self._lock:
            fetched = super().fetch(spans)
        self.was_asked.set()
        assert self.may_answer.wait(WAIT_S)
        if self._fault:
            raise self._fault
        return fetched


def test_sixteen_who_ask_for_the_same_at_once_are_answered_by_one_fetch() -> None:
    slow = SlowPrices({"AAPL": "185.00"})
    source = SingleFlight(slow)
    with ThreadPoolExecutor(16) as threads:
        first = threads.submit(source.fetch, {"AAPL": BOTH})
        assert slow.was_asked.wait(WAIT_S)
        others = [threads.submit(source.fetch, {"AAPL": BOTH}) for _ in range(15)]
        eventually(lambda: waiting(source) == 15, what="all wait for the one answer")
        slow.may_answer.set()
        answers = [future.result(WAIT_S) for future in [first, *others]]
    assert slow.asked == [{"AAPL": BOTH}]
    assert [close.session for close in answers[0].closes] == [MONDAY, TUESDAY]
    assert all(answer.closes == answers[0].closes for answer in answers)
    assert source._under_way == {}


def waiting(source: SingleFlight) -> int:
    """How many threads wait for the answer that is under way."""
    [flight] = source._under_way.values()
    waiters: int = len(flight._condition._waiters)  # type: ignore[attr-defined]  # typeshed hides it
    return waiters


def test_who_shares_some_symbols_asks_for_the_others_alone() -> None:
    slow = SlowPrices({"AAPL": "185.00", "MSFT": "370.00", "IBM": "160.00"})
    source = SingleFlight(slow)
    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(source.fetch, {"AAPL": BOTH, "IBM": BOTH})
        assert slow.was_asked.wait(WAIT_S)
        slow.was_asked.clear()
        second = threads.submit(source.fetch, {"AAPL": BOTH, "MSFT": BOTH})
        assert slow.was_asked.wait(WAIT_S)
        slow.may_answer.set()
        told = second.result(WAIT_S)
        assert {close.symbol for close in first.result(WAIT_S).closes} == {"AAPL", "IBM"}
    assert slow.asked == [{"AAPL": BOTH, "IBM": BOTH}, {"MSFT": BOTH}]
    assert {close.symbol for close in told.closes} == {"AAPL", "MSFT"}
    assert len(told.closes) == 4


def test_another_span_of_the_same_symbol_is_another_fetch() -> None:
    slow = SlowPrices({"AAPL": "185.00"})
    source = SingleFlight(slow)
    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(source.fetch, {"AAPL": BOTH})
        assert slow.was_asked.wait(WAIT_S)
        slow.was_asked.clear()
        second = threads.submit(source.fetch, {"AAPL": (MONDAY, MONDAY)})
        assert slow.was_asked.wait(WAIT_S)
        slow.may_answer.set()
        lengths = [len(first.result(WAIT_S).closes), len(second.result(WAIT_S).closes)]
    assert lengths == [2, 1]


def test_one_after_the_other_each_is_fetched() -> None:
    provider = ConstantPrices("yahoo", {"AAPL": "185.00"})
    source = SingleFlight(provider)
    assert source.fetch({"AAPL": BOTH}) == source.fetch({"AAPL": BOTH})
    assert (len(provider.asked), source.name) == (2, "yahoo")


def test_a_fault_reaches_all_who_wait_and_none_waits_for_ever() -> None:
    slow = SlowPrices({}, fault=RuntimeError("a defect"))
    source = SingleFlight(slow)
    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(source.fetch, {"AAPL": BOTH})
        assert slow.was_asked.wait(WAIT_S)
        second = threads.submit(source.fetch, {"AAPL": BOTH})
        slow.may_answer.set()
        for future in (first, second):
            with pytest.raises(RuntimeError, match="a defect"):
                future.result(WAIT_S)
    assert source._under_way == {}
