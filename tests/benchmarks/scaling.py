"""What grows with users, positions, days and events: slopes, measured at sizes x1, x2, x4 and x8.

`make scaling EVENTS=n` writes them to docs/scaling.md (`scaling_document`), with ONLY="users days"
those parts of it. EVENTS is the most of them, 200,000 if not told; ten million take half an hour
and some 60 GB of disk. Only printed: `.venv/bin/python -m tests.benchmarks.scaling users 200`.
"""

import sys
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import date
from time import perf_counter
from typing import Any

import psycopg
from psycopg import sql

from infrastructure.postgres import Pool, app_url, open_pool
from interfaces.rooms import ROOMS
from projections.catch_up import CatchUp
from projections.rebuild import Rebuilding
from projections.room import Room
from projections.valuations.postgres import ROOM as VALUATIONS
from tests.benchmarks import commands, grounds
from tests.benchmarks.databases import silence_logs
from tests.benchmarks.grounds import Ground
from tests.benchmarks.slopes import Slope, least
from tests.support.programs import SECRET
from tests.support.recording import open_log

ROUNDS = 3
SIZES = {"users": 200, "positions": 200, "days": 256, "events": 200_000}
"""The largest of each; the others are a half, a fourth, an eighth of it."""

COMMAND, POSITIONS, VALUED = "command to visible", "view of positions", "view of 50 valuations"
RUN = "run, an account and day"
REBUILD = "rebuild of valuations"
CATCH_UP, VERIFY = "catch-up of all rooms from the first event", "verifying the log"

_REPEATED = 50
_LONG_S = 36_000
_ENOUGH_ROWS = 100
_GROUNDS: Mapping[str, Callable[[int], AbstractContextManager[Ground]]] = {
    "users": grounds.of_users,
    "positions": grounds.of_positions,
    "days": grounds.of_days,
}
_START = "UPDATE rooms.progress SET position = 0"
_EMPTY = sql.SQL("TRUNCATE rooms.{}")
_COMPACT = sql.SQL("VACUUM FULL rooms.{}")
_STORED = (
    "SELECT count(*), pg_total_relation_size('events.stored_events'),"
    " pg_total_relation_size('audit.chain') FROM events.stored_events"
)
_ROWS = sql.SQL("SELECT count(*), pg_total_relation_size({}) FROM {}")
_SIZED = ("valuations", "analytics", "positions", "portfolios", "audit_log")

Costs = Mapping[str, Sequence[Sequence[float]]]
"""By what was measured: the seconds of each round, of each size."""


@dataclass
class Found:
    """What was measured in one dimension.

    Attributes:
        bytes_each: of an event with its indexes and its link, and of a row of each room, at the
            largest size.
    """

    dimension: str
    sizes: Sequence[int]
    costs: Costs
    events: list[int]
    bytes_each: Mapping[str, float] = field(default_factory=dict)

    def slope(self, what: str) -> Slope:
        """How a cost grows with the size."""
        return Slope.through(self.sizes, self.costs[what])


def grow(dimension: str, most: int) -> Iterator[Found]:
    """One dimension at x1, x2, x4 and x8: what was found so far, at last all of it.

    Each round is of all sizes, so that what disturbs it disturbs them alike. Of events there is one
    log that grows, which takes long: what reads all of it is timed once a size, and found so far is
    what is of two sizes or more.
    """
    sizes = [most // 8, most // 4, most // 2, most]
    if dimension == "events":
        yield from _grow_log(sizes)
    else:
        yield _grow_all(dimension, sizes)


def _grow_all(dimension: str, sizes: Sequence[int]) -> Found:
    costs: defaultdict[str, list[list[float]]] = defaultdict(lambda: [[] for _ in range(ROUNDS)])
    with ExitStack() as held:
        grounds_of = [held.enter_context(_GROUNDS[dimension](size)) for size in sizes]
        all_sides = [held.enter_context(_sides(ground)) for ground in grounds_of]
        for nth in range(ROUNDS):
            for sides in all_sides:
                for what, seconds in sides.round().items():
                    costs[what][nth].append(seconds)
        for name in _SIZED:
            all_sides[-1].owner.execute(_COMPACT.format(sql.Identifier(name)))
        positions = [ground.program.log.position() for ground in grounds_of]
        return Found(dimension, sizes, costs, positions, all_sides[-1].bytes_each())


def _grow_log(sizes: Sequence[int]) -> Iterator[Found]:
    costs: defaultdict[str, list[list[float]]] = defaultdict(lambda: [[] for _ in range(ROUNDS)])
    positions: list[int] = []
    with grounds.of_events() as log, _sides(log.ground) as sides:
        for size in sizes:
            log.grow(size)
            for what, seconds in sides.whole_log().items():
                costs[what][0].append(seconds)
            bytes_each = sides.bytes_each()
            for nth in range(ROUNDS):
                for what, seconds in sides.small().items():
                    costs[what][nth].append(seconds)
            positions.append(log.ground.program.log.position())
            if len(positions) > 1:
                measured = {what: [one for one in rounds if one] for what, rounds in costs.items()}
                yield Found("events", sizes[: len(positions)], measured, positions, bytes_each)


@contextmanager
def _sides(ground: Ground) -> "Iterator[_Sides]":
    with (
        psycopg.connect(ground.url, autocommit=True) as owner,
        open_pool(app_url(ground.url, SECRET), is_durable=False) as pool,
    ):
        yield _Sides(ground, owner, pool)


@dataclass(frozen=True, slots=True)
class _Sides:
    """What is timed on a ground."""

    ground: Ground
    owner: "psycopg.Connection[Any]"
    pool: Pool

    def round(self) -> dict[str, float]:
        """Everything once."""
        return self.small() | {
            REBUILD: self._rebuild(VALUATIONS),
            CATCH_UP: self._catch_up(),
            VERIFY: _seconds(self.ground.program.audit.verify),
        }

    def small(self) -> dict[str, float]:
        """What is of one account, as the mean of fifty; and a run."""
        program, account = self.ground.program, self.ground.portfolio_id
        positions, valuations = program.positions_room, program.valuations_room
        every, users = (date.min, date.max), iter(self.ground.users)
        return {
            COMMAND: _mean(lambda: commands.command(program, next(users), _LONG_S)),
            POSITIONS: _mean(lambda: positions.of_portfolio(account, "open", 200, 0)),
            VALUED: _mean(lambda: valuations.span(account, every, 50, 0)),
            RUN: self.ground.run(),
        }

    def whole_log(self) -> dict[str, float]:
        """What reads all of the log: the largest room is made anew, and the chain is verified."""
        return {
            REBUILD: self._rebuild(VALUATIONS),
            VERIFY: _seconds(self.ground.program.audit.verify),
        }

    def bytes_each(self) -> dict[str, float]:
        """Bytes on disk of an event and of a row, indexes included."""
        [events, stored, links] = self.owner.execute(_STORED).fetchone() or (1, 0, 0)
        found = {"event": stored / events, "link of the chain": links / events}
        for name in _SIZED:
            query = _ROWS.format(sql.Literal(f"rooms.{name}"), sql.Identifier("rooms", name))
            [rows, size] = self.owner.execute(query).fetchone() or (0, 0)
            if rows >= _ENOUGH_ROWS:
                found[f"row of {name}"] = size / rows
        return found

    def _rebuild(self, room: Room[Any]) -> float:
        with open_log(self.ground.url) as log:
            return _seconds(Rebuilding(log, self.pool, room).rebuild)

    def _catch_up(self) -> float:
        """Empty every room, and let it read the log again."""
        for room in ROOMS:
            self.owner.execute(_EMPTY.format(sql.Identifier(room.name)))
        self.owner.execute(_START)
        with open_log(self.ground.url) as log:
            rooms = CatchUp(log, self.pool, ROOMS)
            took = _seconds(lambda: rooms.catch_up(log.position(), rooms.rooms, _LONG_S))
            if rooms.failures or min(rooms.positions().values()) != log.position():
                raise ValueError(f"The rooms did not catch up: {rooms.failures}")
        return took


def _mean(work: Callable[[], object]) -> float:
    def often() -> None:
        for _ in range(_REPEATED):
            work()

    return _seconds(often) / _REPEATED


def _seconds(work: Callable[[], object]) -> float:
    began = perf_counter()
    work()
    return perf_counter() - began


def show(found: Found) -> None:
    """Print the slopes of a dimension."""
    lines = [f"{found.dimension} {list(found.sizes)}, events {found.events}"]
    lines += [
        f"  {what}: {found.slope(what)} {least(rounds)}" for what, rounds in found.costs.items()
    ]
    lines += [f"  bytes of {what}: {size:,.0f}" for what, size in found.bytes_each.items()]
    print("\n".join(lines), flush=True)  # noqa: T201 - whoever measures reads the terminal


def main(dimension: str, size: str = "") -> None:
    """Measure one dimension and print it."""
    silence_logs()
    for found in grow(dimension, int(size or SIZES[dimension])):
        show(found)


if __name__ == "__main__":
    main(*sys.argv[1:])
