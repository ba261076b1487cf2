"""A command, durable, to its read model visible: against a plain INSERT of the same row.

Ours loads the aggregate, decides, records the event and brings the rooms up to it. The peer is
psycopg: BEGIN, INSERT, COMMIT of the same bytes into a table with the same key.
Run it by `python -m tests.benchmarks.commands`.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from time import perf_counter
from uuid import UUID, uuid4

import psycopg

from domain.email_address import EmailAddress
from domain.user import User
from infrastructure.postgres import Pool, open_pool
from interfaces.bootstrap import Program
from tests.benchmarks.databases import durable_database
from tests.benchmarks.row import Row, show
from tests.support.accounts import cause
from tests.support.programs import build_program

ROUNDS = 7
COMMANDS = 200
AT_ONCE = 40
_PLAIN = (
    "CREATE TABLE plain"
    " (id uuid, version bigint, topic text, state bytea, PRIMARY KEY (id, version))"
)
_STATE = (
    b'{"at":"2012-06-29T20:30:00Z","cause":{},"data":{"logged_in_at":"2012-06-29T20:30:00Z"}}' * 3
)


def measure() -> list[Row]:
    """Two rows: one command at a time, and forty at once."""
    with durable_database() as url:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(_PLAIN)
        with build_program(url) as program, open_pool(url, size=AT_ONCE) as pool:
            users = registered(program)
            return [
                _row(program, pool, users, at_once=1, goal=0.25),
                _row(program, pool, users, at_once=AT_ONCE, goal=1.0),
            ]


def _row(program: Program, pool: Pool, users: list[UUID], *, at_once: int, goal: float) -> Row:
    ours, peer = [], []
    with ThreadPoolExecutor(at_once) as threads:
        for _ in range(ROUNDS):
            ours.append(_seconds(threads, users, lambda user: command(program, user)))
            peer.append(_seconds(threads, users, lambda _: _insert(pool)))
    how = "one at a time" if at_once == 1 else f"{at_once} at once"
    return Row(
        what=f"{COMMANDS} commands to visible, {how}",
        against="plain psycopg INSERT",
        ours=tuple(ours),
        peer=tuple(peer),
        goal=goal,
        note="load, decide, record one event durably, advance five rooms",
    )


def _seconds(threads: ThreadPoolExecutor, users: list[UUID], work: Callable[[UUID], None]) -> float:
    began = perf_counter()
    list(threads.map(work, users))
    return perf_counter() - began


def command(program: Program, user_id: UUID, within_s: float = 2) -> None:
    """Load a user, decide, record one event, bring the rooms up to it."""
    user = program.log.load(User, user_id)
    if user is None:
        raise LookupError(user_id)
    user.log_in((user.logged_in_at or datetime.now(UTC)) + timedelta(hours=2))
    position = program.log.save(user, cause=cause())
    if not program.rooms.catch_up(position, timeout_s=within_s):
        raise TimeoutError("The rooms fell behind")


def _insert(pool: Pool) -> None:
    with pool.connection() as connection:
        connection.execute(
            "INSERT INTO plain VALUES (%s, 1, 'user.logged_in', %s)", (uuid4(), _STATE)
        )


def registered(program: Program) -> list[UUID]:
    """So many users, as their ids."""
    people = [
        User.register(uuid4(), EmailAddress.parse(f"user{n}@example.com"), "A User", "master")
        for n in range(COMMANDS)
    ]
    program.log.save(*people, cause=cause())
    return [user.id for user in people]


if __name__ == "__main__":
    show(measure())
