"""Specification of who is let in when more come than can be served (9.2)."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from interfaces.api.admission import CROWDED, WAITING_FOR_EACH, Admission
from interfaces.bootstrap import Program
from tests.support.visitors import client_of, refusal

PATIENCE_S = 20
MOST = 2
FULL = MOST + MOST * WAITING_FOR_EACH


@dataclass
class Hall:
    """An app that works on requests until it is told to go on; it begins to answer at once."""

    go_on: asyncio.Event = field(default_factory=asyncio.Event)
    begun: list[str] = field(default_factory=list)
    answers_first: bool = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Read the body if there is one, work, answer."""
        if scope["headers"]:
            while (await receive()).get("more_body"):
                pass
        self.begun.append(scope["path"])
        start = {"type": "http.response.start", "status": 200, "headers": []}
        if self.answers_first:
            await send(start)
        await self.go_on.wait()
        if scope["path"] == "/fails":
            raise ZeroDivisionError
        if not self.answers_first:
            await send(start)
        await send({"type": "http.response.body"})


@dataclass
class Door:
    """Who asks the app through the admission."""

    hall: Hall
    app: Starlette
    asking: list[asyncio.Task[int]] = field(default_factory=list)

    def come(self, path: str, body: Sequence[Message] | None = None) -> asyncio.Task[int]:
        """Ask; with a body whose pieces come as they are given, and then no more."""
        self.asking.append(asyncio.create_task(self._ask(path, body)))
        return self.asking[-1]

    async def _ask(self, path: str, body: Sequence[Message] | None) -> int:
        pieces = iter(body or ())
        status = 0

        async def receive() -> Message:
            piece = next(pieces, None)
            if piece is None:
                await asyncio.Event().wait()
            return piece or {}

        async def send(message: Message) -> None:
            nonlocal status
            status = message.get("status", status)

        headers = [(b"transfer-encoding", b"chunked")] if body is not None else []
        scope = {"type": "http", "method": "GET", "path": path, "headers": headers}
        with suppress(ZeroDivisionError):
            await Admission.__call__(self.admission, {**scope, "app": self.app}, receive, send)
        return status

    @property
    def admission(self) -> Any:
        """What is asked."""
        return self.app.state.admission


@asynccontextmanager
async def door(*, answers_first: bool = False) -> AsyncIterator[Door]:
    """An admission of `MOST` at work before an app; whoever still asks in the end is cut off."""
    hall, app = Hall(answers_first=answers_first), Starlette()
    app.state.refuse = refused
    app.state.admission = Admission(hall, MOST)
    door = Door(hall, app)
    try:
        yield door
    finally:
        for task in door.asking:
            task.cancel()
        await asyncio.gather(*door.asking, return_exceptions=True)


def refused(_scope: Scope, code: str, headers: dict[str, str]) -> ASGIApp:
    """The answer to who is not let in."""
    assert code == CROWDED
    return PlainTextResponse("", 503, headers)


def played(scene: Callable[[], Awaitable[None]]) -> None:
    """Let a scene play to its end, or fail when it hangs."""

    async def bounded() -> None:
        async with asyncio.timeout(PATIENCE_S):
            await scene()

    asyncio.run(bounded())


async def until_all_rest() -> None:
    """Let everybody who can go on do so."""
    for _ in range(50):
        await asyncio.wait([asyncio.create_task(asyncio.Event().wait())], timeout=0)


def test_so_many_are_at_work_and_so_many_wait_in_the_order_they_came() -> None:
    async def scene() -> None:
        async with door() as at:
            asked = [at.come(f"/{number}") for number in range(FULL)]
            await until_all_rest()
            assert at.hall.begun == ["/0", "/1"]
            assert await at.come("/one too many") == 503
            at.hall.go_on.set()
            assert await asyncio.gather(*asked) == [200] * FULL
            assert at.hall.begun == [f"/{number}" for number in range(FULL)]
            assert await at.come("/later") == 200

    played(scene)


def test_whether_it_is_well_is_answered_however_crowded_it_is() -> None:
    async def scene() -> None:
        async with door() as at:
            for number in range(FULL):
                at.come(f"/{number}")
            well = [at.come(path) for path in ("/health/live", "/health/ready", "/metrics")]
            await until_all_rest()
            assert at.hall.begun[MOST:] == ["/health/live", "/health/ready", "/metrics"]
            at.hall.go_on.set()
            assert await asyncio.gather(*well) == [200] * 3

    played(scene)


def test_who_sends_slowly_keeps_nobody_out() -> None:
    async def scene() -> None:
        async with door() as at:
            piece: Message = {"type": "http.request", "body": b"x", "more_body": True}
            slow = [at.come(f"/slow {number}", [piece]) for number in range(FULL)]
            await until_all_rest()
            at.hall.go_on.set()
            whole = [piece, {"type": "http.request", "body": b""}]
            assert await asyncio.gather(*[at.come("/a"), at.come("/b", whole)]) == [200, 200]
            assert not any(task.done() for task in slow)

    played(scene)


def test_who_reads_slowly_or_follows_keeps_nobody_out() -> None:
    async def scene() -> None:
        async with door(answers_first=True) as at:
            asked = [at.come(f"/{number}") for number in range(3 * FULL)]
            await until_all_rest()
            assert len(at.hall.begun) == 3 * FULL
            at.hall.go_on.set()
            assert await asyncio.gather(*asked) == [200] * (3 * FULL)

    played(scene)


@pytest.mark.parametrize("who", range(4), ids=["at work", "at work too", "next", "last"])
def test_who_leaves_early_makes_room(who: int) -> None:
    async def scene() -> None:
        async with door() as at:
            asked = [at.come(f"/{number}") for number in range(4)]
            await until_all_rest()
            asked[who].cancel()
            await until_all_rest()
            others = [task for task in asked if task is not asked[who]]
            at.hall.go_on.set()
            assert await asyncio.gather(*others) == [200] * 3
            assert await asyncio.gather(*(at.come("/later") for _ in range(FULL))) == [200] * FULL

    played(scene)


def test_who_is_let_in_and_leaves_at_the_same_moment_lets_the_next_one_in() -> None:
    async def scene() -> None:
        async with door() as at:
            working = [at.come(f"/{number}") for number in range(MOST)]
            await until_all_rest()
            leaving, next_one = at.come("/leaving"), at.come("/next")
            await until_all_rest()
            for task in working:
                task.cancel()
            await asyncio.gather(*working, return_exceptions=True)
            leaving.cancel()
            at.hall.go_on.set()
            assert await next_one == 200
            assert await asyncio.gather(*(at.come("/later") for _ in range(FULL))) == [200] * FULL

    played(scene)


def test_who_fails_makes_room() -> None:
    async def scene() -> None:
        async with door() as at:
            failing = [at.come("/fails") for _ in range(FULL)]
            at.hall.go_on.set()
            assert await asyncio.gather(*failing) == [0] * FULL
            assert await at.come("/later") == 200

    played(scene)


def test_an_api_and_a_browser_are_told_each_in_their_way(program: Program) -> None:
    crowded = replace(program, terms=replace(program.terms, requests_at_once=0))
    with client_of(crowded) as client:
        for path in ("/api/v1/portfolios", "/api/v1/auth/login"):
            answer = client.post(path, json={})
            assert refusal(answer) == (503, "ERR_BUSY_002")
            assert answer.headers["Retry-After"] == "1"
        page = client.get("/login", headers={"Accept": "text/html"})
        assert (page.status_code, page.headers["Retry-After"]) == (503, "1")
        assert "More requests than can be served" in page.text
        assert client.get("/health/live").status_code == 200
