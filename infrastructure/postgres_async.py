"""Connections for reading from an event loop, for as long as that runs."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from psycopg_pool import AsyncConnectionPool

from infrastructure.postgres_pool import BOUNDED, OUTAGES

_MOST = 4
_PATIENCE_S = 1.0


class AsyncReading:
    """Implements `projections.kept_answers.Reading`; finds nothing while it is not open."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._pool: AsyncConnectionPool | None = None

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[None]:
        """Have connections until the end of the block, in the loop that runs now."""
        pool = AsyncConnectionPool(
            self._url,
            kwargs={**BOUNDED, "autocommit": True, "prepare_threshold": 0},
            min_size=1,
            max_size=_MOST,
            timeout=_PATIENCE_S,
            open=False,
        )
        await pool.open()
        self._pool = pool
        try:
            yield
        finally:
            self._pool = None
            await pool.close()

    async def first(self, statement: bytes, values: Sequence[Any]) -> tuple[Any, ...] | None:
        """See `Reading.first`."""
        if self._pool is None:
            return None
        try:
            async with self._pool.connection() as connection:
                cursor = connection.cursor(binary=True)
                await cursor.execute(statement, values)
                return await cursor.fetchone()
        except OUTAGES:
            return None
