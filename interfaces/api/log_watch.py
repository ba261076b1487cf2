"""Telling any number of listeners that the log has grown, by one question for all.

While anybody listens, one task of the process asks every half second how far the audit log goes.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import structlog

ASK_EVERY_S = 0.5

_log = structlog.get_logger(__name__)


class LogWatch:
    """Asks `reach` for the position that can be read up to, while anybody listens."""

    def __init__(self, reach: Callable[[], int], every_s: float = ASK_EVERY_S) -> None:
        self._reach = reach
        self.every_s = every_s
        self._reached = 0
        self._grown = asyncio.Event()
        self._asking: asyncio.Task[None] | None = None
        self.listeners = 0

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        """Be one of those for whom is asked, until the end of the block."""
        self.listeners += 1
        if self._asking is None:
            self._grown = asyncio.Event()
            self._asking = asyncio.create_task(self._ask_for_ever())
        try:
            yield
        finally:
            self.listeners -= 1
            if not self.listeners and self._asking is not None:
                self._asking.cancel()
                self._asking = None

    async def beyond(self, position: int, within_s: float) -> bool:
        """Wait until there is more than up to a position; False if there was not in that time."""
        try:
            async with asyncio.timeout(within_s):
                while self._reached <= position:
                    await self._grown.wait()
        except TimeoutError:
            return False
        return True

    async def _ask_for_ever(self) -> None:
        while True:
            try:
                reached = await asyncio.to_thread(self._reach)
            except Exception as failure:  # noqa: BLE001 - whatever it was, listeners stay
                _log.warning("log_watch_disturbed", error=str(failure.__cause__ or failure))
            else:
                self._tell(reached)
            await asyncio.sleep(self.every_s)

    def _tell(self, reached: int) -> None:
        if reached > self._reached:
            self._reached = reached
            self._grown.set()  # wakes all who wait by now
            self._grown.clear()
