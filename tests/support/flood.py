"""Requests at a rate of the test's own, from a process of their own: more than a server can answer.

Closed loop: each of a few callers asks again as soon as it is answered, which finds the most that
the server can do. Open loop: requests come when they are due, whether the others are answered or
not, each on a connection that is free, or a new one.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from itertools import cycle, islice

from tests.support.forking import forking

CALLERS = 8
_PATIENCE_S = 60


@dataclass
class Answers:
    """How often each status came, and after how many seconds from when the request was due.

    `seconds` is how long requests came.
    """

    seconds: float
    waits: dict[int, list[float]] = field(default_factory=dict)

    def note(self, status: int, waited_s: float) -> None:
        """Count an answer."""
        self.waits.setdefault(status, []).append(waited_s)

    @property
    def counts(self) -> Counter[int]:
        """How many there were of each status."""
        return Counter({status: len(waits) for status, waits in self.waits.items()})

    def p95(self, status: int) -> float:
        """The time within which 95 % of the answers of a status came."""
        waits = sorted(self.waits[status])
        return waits[int(0.95 * (len(waits) - 1))]


def peak(port: int, requests: Sequence[bytes], seconds: float) -> Answers:
    """What a server does for a few callers who never pause."""
    return _elsewhere(_Closed(port, requests, seconds))


def flood(port: int, requests: Sequence[bytes], rate: float, seconds: float) -> Answers:
    """What a server does with so many requests a second."""
    return _elsewhere(_Open(port, requests, rate, seconds))


Loop = Callable[[], Awaitable[Answers]]


@dataclass(frozen=True)
class _Closed:
    port: int
    requests: Sequence[bytes]
    seconds: float

    async def __call__(self) -> Answers:
        answers = Answers(self.seconds)
        ends = time.perf_counter() + self.seconds

        async def ask(first: int) -> None:
            connection = await _Connection.to(self.port)
            for request in islice(cycle(self.requests), first, None):
                due = time.perf_counter()
                if due >= ends:
                    break
                answers.note(await connection.ask(request), time.perf_counter() - due)
            connection.close()

        await asyncio.gather(*map(ask, range(CALLERS)))
        return answers


@dataclass(frozen=True)
class _Open:
    port: int
    requests: Sequence[bytes]
    rate: float
    seconds: float

    async def __call__(self) -> Answers:
        answers = Answers(self.seconds)
        free: list[_Connection] = []
        asking: set[asyncio.Task[None]] = set()

        async def ask(request: bytes, due: float) -> None:
            connection = free.pop() if free else await _Connection.to(self.port)
            answers.note(await connection.ask(request), time.perf_counter() - due)
            free.append(connection)

        began = time.perf_counter()
        for number, request in enumerate(
            islice(cycle(self.requests), int(self.rate * self.seconds))
        ):
            due = began + number / self.rate
            if (early := due - time.perf_counter()) > 0:
                await asyncio.sleep(early)
            task = asyncio.create_task(ask(request, due))
            asking.add(task)
            task.add_done_callback(asking.discard)
        await asyncio.gather(*asking)
        for connection in free:
            connection.close()
        return answers


class _Connection:
    """One connection that is asked one thing after the other."""

    def __init__(self, port: int) -> None:
        self._port = port

    @classmethod
    async def to(cls, port: int) -> "_Connection":
        connection = cls(port)
        await connection.open()
        return connection

    async def open(self) -> None:
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)

    async def ask(self, request: bytes) -> int:
        """The status of the answer; asked anew where the server had closed the idle connection."""
        async with asyncio.timeout(_PATIENCE_S):
            try:
                return await self._ask(request)
            except (OSError, EOFError):
                await self.open()
                return await self._ask(request)

    async def _ask(self, request: bytes) -> int:
        self._writer.write(request)
        head = await self._reader.readuntil(b"\r\n\r\n")
        length = head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]
        await self._reader.readexactly(int(length))
        return int(head[9:12])

    def close(self) -> None:
        self._writer.close()


def _elsewhere(loop: Loop) -> Answers:
    with ProcessPoolExecutor(1, forking()) as process:
        return process.submit(_run, loop).result()


def _run(loop: Loop) -> Answers:
    return asyncio.run(loop())  # type: ignore[arg-type]  # a coroutine it is
