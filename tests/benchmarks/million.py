"""A log of any size, recorded in a minute: one account as it was lived, thousandfold.

The stored bytes are those of an account that the program opened and valued, made by the mapper
once; each copy has ids of its own. They go in by COPY as the owner, with their links.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Self
from uuid import UUID, uuid4

import psycopg

from application.audit import Entry, link
from interfaces.bootstrap import Program
from tests.support.accounts import (
    SAMPLE_SYMBOLS,
    Owner,
    calculate,
    open_sample,
    register,
    shares,
)

LINES = 5
_TEMPLATE = (
    "SELECT originator_id, originator_version, topic, state FROM events.stored_events"
    " WHERE topic ~ '^(user\\.logged_in|run_slot|calculation_run|portfolio|daily_valuation)'"
    " AND (%s OR topic !~ '^user')"
    " ORDER BY notification_id"
)
_ID = re.compile(rb"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_EVENTS = (
    "COPY events.stored_events (notification_id, originator_id, originator_version, topic, state)"
    " FROM STDIN (FORMAT BINARY)"
)
_LINKS = "COPY audit.chain (position, hash) FROM STDIN (FORMAT BINARY)"
_HEAD = "SELECT coalesce(max(notification_id), 0), audit.head() FROM events.stored_events"
_IN_A_COPY = 50_000

Connection = psycopg.Connection[tuple[Any, ...]]
Row = tuple[int, UUID, int, str, bytes]
"""Position, stream, version, topic, state."""


@dataclass(frozen=True, slots=True)
class _Event:
    """A stored event with gaps for ids: those of `ids` in their order."""

    stream: int
    version: int
    topic: str
    state: bytes
    ids: tuple[int, ...]


def live(program: Program) -> tuple[Owner, UUID]:
    """Open an account of few positions and value it for a year; whose it is, and its id."""
    owner = register(program)
    held = [
        shares(symbol, 10 * nth + 5, "50.00", date(2012, 1, 3))
        for nth, symbol in enumerate(SAMPLE_SYMBOLS[:LINES])
    ]
    portfolio_id = open_sample(program, owner, held, equity_as_of="2012-03-15")
    calculate(program, owner, portfolio_id)
    return owner, portfolio_id


@dataclass(frozen=True, slots=True)
class Life:
    """What happened in the accounts that a log has, to be copied."""

    _events: Sequence[_Event]

    @classmethod
    def read(cls, owner: Connection, *, with_logins: bool = True) -> Self:
        """That of a log as it is now.

        The room of users does not take in logins of copies, since who logs in never registered.
        """
        return cls(list(_template(owner, with_logins=with_logins)))

    def record_copies(self, owner: Connection, events: int) -> int:
        """Record at least so many events more: day by day, of each new account in turn.

        Returns:
            The last position.
        """
        copies = -(-events // len(self._events))
        names = max(max(event.ids, default=0) for event in self._events) + 1
        accounts = [[str(uuid4()).encode() for _ in range(names)] for _ in range(copies)]
        position, head = owner.execute(_HEAD).fetchone() or (0, b"")
        page: list[Row] = []
        for row in _rows(self._events, accounts, position):
            page.append(row)
            if len(page) == _IN_A_COPY:
                head = _copy(owner, page, head)
                page = []
        _copy(owner, page, head)
        last = position + copies * len(self._events)
        owner.execute("SELECT setval('events.stored_events_notification_id_seq', %s)", [last])
        owner.execute("VACUUM (ANALYZE) events.stored_events")
        return int(last)


def _template(owner: Connection, *, with_logins: bool) -> Iterator[_Event]:
    """The account's events; an id is known by the number of its first occurrence."""
    numbers: dict[bytes, int] = {}
    for stream, version, topic, state in owner.execute(
        _TEMPLATE, (with_logins,), binary=True
    ).fetchall():
        found = [str(stream).encode(), *_ID.findall(state)]
        ids = tuple(numbers.setdefault(one, len(numbers)) for one in found)
        gaps = _ID.sub(b"%b", bytes(state).replace(b"%", b"%%"))
        yield _Event(ids[0], version, topic, gaps, ids[1:])


def _rows(
    template: Sequence[_Event], accounts: Sequence[Sequence[bytes]], position: int
) -> Iterator[Row]:
    for event in template:
        for ids in accounts:
            position += 1
            state = event.state % tuple([ids[nth] for nth in event.ids])
            yield position, UUID(ids[event.stream].decode()), event.version, event.topic, state


def _copy(owner: Connection, rows: Sequence[Row], head: bytes) -> bytes:
    """Record rows with their links, in one transaction; the link of the last."""
    with owner.transaction():
        with owner.cursor().copy(_EVENTS) as copy:
            copy.set_types(["int8", "uuid", "int8", "text", "bytea"])
            for row in rows:
                copy.write_row(row)
        with owner.cursor().copy(_LINKS) as copy:
            copy.set_types(["int8", "bytea"])
            for row in rows:
                head = link(head, _entry(*row))
                copy.write_row((row[0], head))
    return head


def _entry(position: int, stream: UUID, version: int, topic: str, state: bytes) -> Entry:
    return Entry(
        position=position, stream=stream, version=version, topic=topic, state=state, hash=None
    )
