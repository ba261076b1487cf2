"""Specification of the watch: one question for all listeners, and only while there are any."""

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack
from uuid import UUID

from msgspec.structs import replace
from pydantic import BaseModel

from application.errors import StoreUnavailable
from interfaces.api.run_following import event_stream
from interfaces.api.run_watch import RunWatch
from projections.runs.postgres import ROOM
from projections.runs.view import RunRow
from tests.support.events import completed, number, requested, started
from tests.support.rooms import History, folded

QUICK_S = 0.002


def row(name: str, *, is_over: bool = False) -> RunRow:
    """A run that is under way, or over."""
    story = History().tell(number(name), requested(), started())
    if is_over:
        story.tell(number(name), completed())
    found: RunRow = folded(ROOM, story.recorded)[number(name),]
    return found


class Table:
    """The rows of the room, and which were asked for."""

    def __init__(self, *rows: RunRow) -> None:
        self.rows = {row.run_id: row for row in rows}
        self.asked: list[set[UUID]] = []
        self.faults: list[Exception] = []

    def read(self, run_ids: Sequence[UUID]) -> Sequence[RunRow]:
        """Those that exist; a fault, where one is to come."""
        self.asked.append(set(run_ids))
        if self.faults:
            raise self.faults.pop()
        return [self.rows[run_id] for run_id in run_ids if run_id in self.rows]

    def move(self, name: str) -> RunRow:
        """Let something happen to a run."""
        moved = replace(self.rows[number(name)], position=self.rows[number(name)].position + 1)
        self.rows[number(name)] = moved
        return moved


def test_all_listeners_are_told_by_one_question() -> None:
    async def scene() -> None:
        table = Table(row("one"), row("two"))
        watch = RunWatch(table.read, QUICK_S)
        async with AsyncExitStack() as stack:
            boxes = [
                await stack.enter_async_context(watch.listen(number(name)))
                for name in ("one", "one", "two")
            ]
            told = [await asyncio.wait_for(box.get(), 5) for box in boxes]
            assert [row.run_id for row in told] == [number(n) for n in ("one", "one", "two")]
            assert table.asked[0] == {number("one"), number("two")}
            moved = table.move("two")
            assert await asyncio.wait_for(boxes[2].get(), 5) == moved
            assert boxes[0].empty()
            assert watch.listeners == 3
        assert watch.listeners == 0

    asyncio.run(scene())


def test_a_slow_listener_gets_the_run_as_it_stands() -> None:
    async def scene() -> None:
        table = Table(row("one"))
        watch = RunWatch(table.read, QUICK_S)
        async with watch.listen(number("one")) as slow, watch.listen(number("one")) as quick:
            await asyncio.wait_for(quick.get(), 5)
            for _ in range(3):
                moved = table.move("one")
                assert await asyncio.wait_for(quick.get(), 5) == moved
            assert slow.get_nowait() == moved
            assert slow.empty()

    asyncio.run(scene())


def test_nobody_is_asked_while_nobody_listens() -> None:
    async def scene() -> None:
        table = Table(row("one"))
        watch = RunWatch(table.read, QUICK_S)
        async with watch.listen(number("one")) as box:
            await asyncio.wait_for(box.get(), 5)
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        await asyncio.wait(tasks, timeout=5) if tasks else None
        assert asyncio.all_tasks() == {asyncio.current_task()}
        async with watch.listen(number("one")) as box:
            assert (await asyncio.wait_for(box.get(), 5)).run_id == number("one")

    asyncio.run(scene())


def test_a_store_out_of_reach_for_a_while_loses_no_listener() -> None:
    async def scene() -> None:
        table = Table(row("one"))
        table.faults = [StoreUnavailable(), StoreUnavailable()]
        watch = RunWatch(table.read, QUICK_S)
        async with watch.listen(number("one")) as box:
            assert (await asyncio.wait_for(box.get(), 5)).run_id == number("one")
        assert len(table.asked) >= 3

    asyncio.run(scene())


class Shape(BaseModel):
    """What is told."""

    position: int


def shape(row: RunRow) -> Shape:
    """A run in its shape."""
    return Shape(position=row.position)


def test_a_stream_on_which_nothing_happens_shows_that_it_lives() -> None:
    async def scene() -> None:
        table = Table(row("one"))
        watch = RunWatch(table.read, QUICK_S)
        stream = event_stream(watch, number("one"), 0, shape, heartbeat_s=0.02)
        assert await anext(stream) == 'id: 2\nevent: status\ndata: {"position":2}\n\n'
        assert await anext(stream) == ": still here\n\n"
        table.rows[number("one")] = row("one", is_over=True)
        rest = [said async for said in stream if not said.startswith(":")]
        assert rest == ['id: 3\nevent: status\ndata: {"position":3}\n\n']
        assert watch.listeners == 0

    asyncio.run(scene())
