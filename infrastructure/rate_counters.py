"""Counters of requests in fixed windows, by the `limits` library: in memory, or in Redis by URL.

In memory a count costs some five microseconds; each process counts for itself. Redis counts for all
processes and is asked in a thread, so that nobody waits for it on the event loop.
"""

import asyncio
import math
from collections.abc import Callable, Sequence

import structlog
from limits.errors import ConfigurationError, StorageError
from limits.storage import MemoryStorage, Storage, storage_from_string

from application.ports import Clock
from application.quotas import Allowance, Quota

_REDIS = ("redis", "valkey")
_BOUNDS = {"socket_timeout": 0.5, "socket_connect_timeout": 0.5}
"""Seconds that a request is held up where a remote store does not answer."""

_log = structlog.get_logger(__name__)

Asking = Callable[[str, Quota], Allowance]


class RateStorageRefused(Exception):
    """RATE_LIMITS_STORAGE names a store that cannot be used; the message says why."""


class RateCounters:
    """Implements `application.quotas.Counters` in the store at `url`.

    Raises:
        RateStorageRefused: no such store.
    """

    def __init__(self, url: str, clock: Clock) -> None:
        self._clock = clock
        self._storage = _opened(url)

    async def count(self, subject: str, quotas: Sequence[Quota]) -> Sequence[Allowance]:
        """See `Counters.count`."""
        return await self._ask(self._counted, subject, quotas)

    async def left(self, subject: str, quotas: Sequence[Quota]) -> Sequence[Allowance]:
        """See `Counters.left`."""
        return await self._ask(self._looked_at, subject, quotas)

    async def _ask(
        self, asking: Asking, subject: str, quotas: Sequence[Quota]
    ) -> Sequence[Allowance]:
        if isinstance(self._storage, MemoryStorage):
            return [asking(subject, quota) for quota in quotas]
        try:
            return await asyncio.to_thread(lambda: [asking(subject, quota) for quota in quotas])
        except StorageError as failure:
            _log.warning("rate_counters_unreachable", error=str(failure.storage_error))
            return []

    def _counted(self, subject: str, quota: Quota) -> Allowance:
        key = _key(subject, quota)
        times = self._storage.incr(key, quota.window_s)
        return self._allowance(key, quota, times, is_used_up=times > quota.limit)

    def _looked_at(self, subject: str, quota: Quota) -> Allowance:
        key = _key(subject, quota)
        times = self._storage.get(key)
        return self._allowance(key, quota, times, is_used_up=times >= quota.limit)

    def _allowance(self, key: str, quota: Quota, times: int, *, is_used_up: bool) -> Allowance:
        now, ends_at = self._clock.now().timestamp(), self._storage.get_expiry(key)
        resets_in_s = max(1, min(math.ceil(ends_at - now), quota.window_s))
        return Allowance(
            limit=quota.limit,
            remaining=max(0, quota.limit - times),
            resets_in_s=resets_in_s,
            resets_at=math.ceil(now) + resets_in_s,
            is_used_up=is_used_up,
        )


def _opened(url: str) -> Storage:
    try:
        bounds = _BOUNDS if url.startswith(_REDIS) else {}
        storage = storage_from_string(url, wrap_exceptions=True, **bounds)
    except (ConfigurationError, ValueError):
        storage = None
    if not isinstance(storage, Storage):
        raise RateStorageRefused(
            "RATE_LIMITS_STORAGE cannot be used: it takes memory:// or redis://HOST:PORT/NUMBER."
        )
    return storage


def _key(subject: str, quota: Quota) -> str:
    return f"sigmasight:{quota.name}:{quota.window_s}:{subject}"
