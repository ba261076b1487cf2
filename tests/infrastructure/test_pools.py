"""Pools are whole again a moment after PostgreSQL is, whatever they held when it went."""

import asyncio
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from threading import Barrier

import pytest

from application.errors import StoreUnavailable
from infrastructure.event_store.recorder import BoundedDatastore
from infrastructure.migrate import turn_to_migrate
from infrastructure.postgres import Pool, open_pool
from infrastructure.postgres_async import AsyncReading
from tests.support.own_database import OwnDatabase, own_database
from tests.support.postgres import FORGETFUL
from tests.support.programs import connect_owner, move_to_berlin
from tests.support.recording import only_reading
from tests.support.waiting import eventually

CONNECTIONS = 8


@pytest.fixture(scope="module")
def own() -> Iterator[OwnDatabase]:
    """A PostgreSQL of this module's own."""
    with own_database(FORGETFUL) as own:
        yield own


@pytest.fixture
def pool(own: OwnDatabase) -> Iterator[Pool]:
    """A pool with eight idle connections."""
    with open_pool(own.url, size=CONNECTIONS, timeout_s=1) as pool:
        all_at_once(pool)
        yield pool


def all_at_once(pool: Pool) -> None:
    """Use as many connections at a time as the pool may have."""
    line = Barrier(CONNECTIONS, timeout=10)

    def ask() -> None:
        with pool.connection() as connection:
            line.wait()
            connection.execute("SELECT 1")

    with ThreadPoolExecutor(CONNECTIONS) as threads:
        for asked in [threads.submit(ask) for _ in range(CONNECTIONS)]:
            asked.result()


def answers(pool: Pool) -> bool:
    try:
        with pool.connection() as connection:
            return connection.execute("SELECT 1").fetchone() == (1,)
    except StoreUnavailable:
        return False


def test_after_a_restart_all_its_idle_connections_are_replaced_at_once(
    own: OwnDatabase, pool: Pool
) -> None:
    own.restart_at_once()
    began = time.monotonic()
    all_at_once(pool)
    assert time.monotonic() - began < 10


def test_after_an_outage_that_was_noticed_it_answers_as_soon_as_the_server_does(
    own: OwnDatabase, pool: Pool
) -> None:
    own.drop()
    assert not answers(pool)
    assert not answers(pool)
    own.bring_back()
    eventually(lambda: answers(pool), 1, "an answer by the pool")
    all_at_once(pool)


def test_who_waits_when_the_server_comes_back_is_answered(own: OwnDatabase, pool: Pool) -> None:
    own.drop()
    with ThreadPoolExecutor(1) as beside:
        asked = beside.submit(answers, pool)
        own.bring_back()
        assert asked.result() or answers(pool)


@pytest.mark.parametrize(("has_replicas", "waits"), [(False, "off"), (True, "local")])
def test_what_is_derived_waits_for_the_disk_where_replicas_are_sent_it(
    own: OwnDatabase, *, has_replicas: bool, waits: str
) -> None:
    with (
        open_pool(own.url, is_durable=False, has_replicas=has_replicas) as pool,
        pool.connection() as connection,
    ):
        assert connection.execute("SHOW synchronous_commit").fetchone() == (waits,)
        assert connection.execute("SHOW lock_timeout").fetchone() == ("2s",)


def test_a_database_that_only_reads_is_unavailable_to_who_writes(own: OwnDatabase) -> None:
    with only_reading(own.url), open_pool(own.url) as pool:
        with pytest.raises(StoreUnavailable), pool.connection() as connection:
            connection.execute("CREATE TABLE written (one int)")
        assert answers(pool)


def test_who_was_idle_for_too_long_in_a_transaction_finds_it_unavailable(
    own: OwnDatabase, pool: Pool
) -> None:
    with pytest.raises(StoreUnavailable):
        idle_for_too_long(own, pool)
    assert answers(pool)


def idle_for_too_long(own: OwnDatabase, pool: Pool) -> None:
    """Have a transaction, do nothing until its session was ended for it, and go on."""
    with pool.connection() as connection:
        connection.execute("SET LOCAL idle_in_transaction_session_timeout = 1")
        eventually(lambda: not is_there(own, connection.info.backend_pid))
        connection.execute("SELECT 1")


def is_there(own: OwnDatabase, pid: int) -> bool:
    """Whether a session has not ended."""
    with connect_owner(own.url) as owner:
        found = owner.execute("SELECT 1 FROM pg_stat_activity WHERE pid = %s", [pid]).fetchone()
    return found is not None


def test_each_kind_of_connection_tells_instants_in_utc_whatever_zone_the_server_is_in(
    own: OwnDatabase,
) -> None:
    move_to_berlin(own.url)
    zone = b"SELECT current_setting('TimeZone')"
    reading = AsyncReading(own.url)

    async def read() -> tuple[object, ...] | None:
        async with reading.opened():
            return await reading.first(zone, [])

    with (
        open_pool(own.url) as pool,
        pool.connection() as of_pool,
        closing(BoundedDatastore(own.url)) as datastore,
        datastore.get_connection() as of_store,
        turn_to_migrate(own.url) as of_owner,
        connect_owner(own.url) as of_others,
    ):
        assert of_others.execute(zone).fetchone() == ("Europe/Berlin",)
        assert of_pool.execute(zone).fetchone() == ("UTC",)
        assert of_store.execute(zone).fetchone() == {"current_setting": "UTC"}
        assert of_owner.execute(zone).fetchone() == ("UTC",)
    assert asyncio.run(read()) == ("UTC",)
