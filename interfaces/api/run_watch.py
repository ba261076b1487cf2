"""Telling any number of listeners how runs go, with one question to the database for all.

While anybody listens, one task of the process asks every half second for the runs listened to.
A listener that is slow misses steps, never the last one: what it gets is the run as it stands.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from uuid import UUID

import structlog

from projections.runs.view import RunRow

ASK_EVERY_S = 0.5

Mailbox = asyncio.Queue[RunRow]

_log = structlog.get_logger(__name__)


class RunWatch:
    """Asks `read` for the runs that are listened to, and tells each listener of what is new."""

    def __init__(
        self, read: Callable[[Sequence[UUID]], Sequence[RunRow]], every_s: float = ASK_EVERY_S
    ) -> None:
        self._read = read
        self._every_s = every_s
        self._mailboxes: dict[UUID, set[Mailbox]] = defaultdict(set)
        self._asking: asyncio.Task[None] | None = None

    @property
    def listeners(self) -> int:
        """How many there are."""
        return sum(len(mailboxes) for mailboxes in self._mailboxes.values())

    @asynccontextmanager
    async def listen(self, run_id: UUID) -> AsyncIterator[Mailbox]:
        """A mailbox that holds the run as it stands, once it is read and whenever it changed."""
        mailbox: Mailbox = asyncio.Queue(maxsize=1)
        self._mailboxes[run_id].add(mailbox)
        if self._asking is None:
            self._asking = asyncio.create_task(self._ask_for_ever())
        try:
            yield mailbox
        finally:
            self._mailboxes[run_id].discard(mailbox)
            if not self._mailboxes[run_id]:
                del self._mailboxes[run_id]
            if not self._mailboxes:
                self._asking.cancel()
                self._asking = None

    async def _ask_for_ever(self) -> None:
        told: dict[Mailbox, int] = {}
        while True:
            try:
                rows = await asyncio.to_thread(self._read, list(self._mailboxes))
                told = self._tell(rows, told)
            except Exception as failure:  # noqa: BLE001 - whatever it was, listeners stay
                _log.warning("run_watch_disturbed", error=str(failure.__cause__ or failure))
            await asyncio.sleep(self._every_s)

    def _tell(self, rows: Sequence[RunRow], told: dict[Mailbox, int]) -> dict[Mailbox, int]:
        """Put rows that are news into mailboxes; the positions that each listener was told."""
        for row in rows:
            for mailbox in self._mailboxes.get(row.run_id, ()):
                if told.get(mailbox) == row.position:
                    continue
                if mailbox.full():
                    mailbox.get_nowait()
                mailbox.put_nowait(row)
                told[mailbox] = row.position
        listening = set().union(*self._mailboxes.values())
        return {mailbox: position for mailbox, position in told.items() if mailbox in listening}
