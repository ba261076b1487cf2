"""Specification of how listeners to the log wait for it to grow."""

import asyncio
from collections.abc import Sequence

from application.errors import AuditorOnly, StoreUnavailable
from interfaces.api.audit_stream import BATCH, Span, log_stream
from interfaces.api.log_watch import LogWatch
from projections.audit_log.postgres import ROOM
from projections.audit_log.view import AuditRow
from tests.support.events import number, registered
from tests.support.rooms import History, folded

QUICK_S, HANG_S = 0.005, 20.0


def rows(count: int) -> list[AuditRow]:
    """Events of one user, at the positions from 1 on."""
    story = History().tell(number("ann"), *[registered()] * count)
    return list(folded(ROOM, story.recorded).values())


class Log:
    """A log that grows when a test says so, and can be out of reach, or not all there."""

    def __init__(self, count: int) -> None:
        self.rows = rows(count)
        self.faults: list[Exception] = []
        self.refusal: Exception | None = None
        self.vain_reads = 0

    def reach(self) -> int:
        """How far it goes."""
        if self.faults:
            raise self.faults.pop()
        return len(self.rows)

    def read(self, after: int) -> Sequence[AuditRow]:
        """The next ones."""
        if fault := self.faults.pop() if self.faults else self.refusal:
            raise fault
        if self.vain_reads:
            self.vain_reads -= 1
            return []
        return self.rows[after : after + BATCH]


def ids(said: str) -> list[int]:
    """The ids of the events in a piece of a stream."""
    return [int(line[4:]) for line in said.splitlines() if line.startswith("id: ")]


def test_all_listeners_are_told_by_one_question() -> None:
    async def scene() -> None:
        log = Log(2)
        watch = LogWatch(log.reach, QUICK_S)
        async with watch.listening(), watch.listening():
            assert watch.listeners == 2
            waiting = [watch.beyond(position, HANG_S) for position in (0, 1, 1)]
            assert await asyncio.gather(*waiting) == [True] * 3
            assert not await watch.beyond(2, 0.05)
            log.rows = rows(3)
            assert await watch.beyond(2, HANG_S)
        assert watch.listeners == 0

    asyncio.run(scene())


def test_nobody_is_asked_while_nobody_listens() -> None:
    async def scene() -> None:
        log = Log(1)
        watch = LogWatch(log.reach, QUICK_S)
        for _ in range(2):
            async with watch.listening():
                assert await watch.beyond(0, HANG_S)
            tasks = asyncio.all_tasks() - {asyncio.current_task()}
            await asyncio.wait(tasks, timeout=HANG_S) if tasks else None
            assert asyncio.all_tasks() == {asyncio.current_task()}

    asyncio.run(scene())


def test_a_store_out_of_reach_for_a_while_loses_no_listener() -> None:
    async def scene() -> None:
        log = Log(1)
        log.faults = [StoreUnavailable(), StoreUnavailable(), StoreUnavailable()]
        watch = LogWatch(log.reach, QUICK_S)
        stream = log_stream(watch, Span(0), log.read, HANG_S)
        assert ids(await asyncio.wait_for(anext(stream), HANG_S)) == [1]
        assert log.faults == []
        await stream.aclose()
        assert watch.listeners == 0

    asyncio.run(scene())


def test_a_stream_goes_on_in_batches_and_shows_that_it_lives() -> None:
    async def scene() -> None:
        log = Log(BATCH + 2)
        stream = log_stream(LogWatch(log.reach, QUICK_S), Span(1), log.read, heartbeat_s=0.02)
        assert ids(await anext(stream)) == list(range(2, BATCH + 2))
        assert ids(await anext(stream)) == [BATCH + 2]
        assert await anext(stream) == ": still here\n\n"
        log.rows = rows(BATCH + 4)
        while not (told := ids(await anext(stream))):
            pass
        assert told == [BATCH + 3, BATCH + 4]
        await stream.aclose()

    asyncio.run(scene())


def test_a_stream_ends_with_the_position_asked_for() -> None:
    async def scene() -> None:
        log = Log(5)
        stream = log_stream(LogWatch(log.reach, QUICK_S), Span(1, 4), log.read)
        assert [ids(said) async for said in stream] == [[2, 3, 4]]

    asyncio.run(scene())


def test_a_stream_ends_when_its_reader_is_refused() -> None:
    async def scene() -> None:
        log = Log(1)
        watch = LogWatch(log.reach, QUICK_S)
        stream = log_stream(watch, Span(0), log.read, heartbeat_s=0.02)
        assert ids(await anext(stream)) == [1]
        log.refusal = AuditorOnly()
        assert [said async for said in stream if not said.startswith(":")] == []
        assert watch.listeners == 0

    asyncio.run(scene())


def test_what_was_there_and_is_built_anew_is_waited_for() -> None:
    async def scene() -> None:
        log = Log(3)
        watch = LogWatch(log.reach, QUICK_S)
        stream = log_stream(watch, Span(0), log.read, HANG_S)
        assert ids(await anext(stream)) == [1, 2, 3]
        log.rows, log.vain_reads = rows(5), 4
        assert ids(await asyncio.wait_for(anext(stream), HANG_S)) == [4, 5]
        assert log.vain_reads == 0
        await stream.aclose()

    asyncio.run(scene())
