"""Counters of requests: each subject and quota by itself, whatever the threads."""

import asyncio
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from limits.errors import StorageError

from application.quotas import Quota
from infrastructure.rate_counters import RateCounters, RateStorageRefused
from infrastructure.system_clock import SystemClock
from tests.support.ports import HOST
from tests.support.redis_server import redis_server

TWICE = Quota("twice", 2, 60)
THRICE = Quota("thrice", 3, 3600)


@pytest.fixture(params=["memory", "redis"])
def counters(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[RateCounters]:
    """Counters in memory, and in a Redis."""
    if request.param == "memory":
        yield RateCounters("memory://", SystemClock(None))
        return
    with redis_server(tmp_path) as url:
        yield RateCounters(url, SystemClock(None))


def test_what_is_left_falls_to_nothing_and_the_next_is_one_too_many(
    counters: RateCounters,
) -> None:
    counted = [asyncio.run(counters.count("ada", [TWICE]))[0] for _ in range(4)]
    assert [(one.remaining, one.is_used_up) for one in counted] == [
        *((1, False), (0, False)),
        *((0, True), (0, True)),
    ]
    assert {one.limit for one in counted} == {2}
    assert all(1 <= one.resets_in_s <= 60 for one in counted)


def test_quotas_and_subjects_are_counted_by_themselves(counters: RateCounters) -> None:
    asyncio.run(counters.count("ada", [TWICE, THRICE]))
    both = asyncio.run(counters.count("ada", [TWICE, THRICE]))
    assert [one.remaining for one in both] == [0, 1]
    assert asyncio.run(counters.count("bob", [TWICE]))[0].remaining == 1


def test_looking_counts_nothing_and_says_whether_another_is_too_many(
    counters: RateCounters,
) -> None:
    for remaining, is_used_up in ((2, False), (1, False), (0, True)):
        for _ in range(2):
            [left] = asyncio.run(counters.left("ada", [TWICE]))
            assert (left.remaining, left.is_used_up) == (remaining, is_used_up)
        asyncio.run(counters.count("ada", [TWICE]))


def test_eight_threads_lose_no_count(counters: RateCounters) -> None:
    many = Quota("many", 100_000, 3600)

    def count(_: int) -> None:
        for _ in range(250):
            asyncio.run(counters.count("ada", [many]))

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(count, range(8)))
    assert asyncio.run(counters.left("ada", [many]))[0].remaining == 100_000 - 2000


@pytest.mark.parametrize("url", ["mysql://here", "nonsense", "async+memory://"])
def test_a_store_that_cannot_be_used_is_refused_in_words(url: str) -> None:
    with pytest.raises(RateStorageRefused, match="memory://"):
        RateCounters(url, SystemClock(None))


class Gone:
    """A store that has gone away."""

    def incr(self, key: str, expiry: int) -> int:
        """Fails as a remote store does."""
        raise StorageError(ConnectionError("refused"))


def test_processes_that_share_a_redis_count_together(tmp_path: Path) -> None:
    with redis_server(tmp_path) as url:
        one, another = (RateCounters(url, SystemClock(None)) for _ in range(2))
        left = [asyncio.run(each.count("ada", [TWICE]))[0] for each in (one, another, one)]
    assert [each.is_used_up for each in left] == [False, False, True]


def test_a_redis_that_is_gone_refuses_nobody(tmp_path: Path) -> None:
    with redis_server(tmp_path) as url:
        counters = RateCounters(url, SystemClock(None))
        assert asyncio.run(counters.count("ada", [TWICE])) != []
    assert asyncio.run(counters.count("ada", [TWICE])) == []


def test_a_redis_that_never_answers_holds_nobody_up() -> None:
    with socket.create_server((HOST, 0)) as silent:
        counters = RateCounters(f"redis://{HOST}:{silent.getsockname()[1]}/0", SystemClock(None))
        began = time.monotonic()
        assert asyncio.run(counters.count("ada", [TWICE])) == []
        assert time.monotonic() - began < 10


def test_a_store_that_is_gone_refuses_nobody(counters: RateCounters) -> None:
    counters._storage = Gone()  # type: ignore[assignment]  # all that is called of it
    assert asyncio.run(counters.count("ada", [TWICE])) == []
