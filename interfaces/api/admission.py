"""A bounded number of requests is at work and waits for it; who comes beyond is told to come again.

Without a bound everybody waits, longer and longer, and in the end nobody is answered in time. What
is answered late is work for nothing: under twice the load that it can serve, a server that turns
half of it away at once serves as many as ever.
"""

import asyncio
import time
from collections import deque

import structlog
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

CROWDED = "ERR_BUSY_002"
WAITING_FOR_EACH = 4
"""How many may wait for each that is at work: well under a second, where nothing is slow."""

RETRY_AFTER = {"Retry-After": "1"}
EXEMPT = ("/health/", "/metrics")
"""How somebody finds out that it is crowded."""

_TOLD_EVERY_S = 1.0
_log = structlog.get_logger(__name__)


class Admission:
    """Lets `most` requests be at work and four times as many wait, first come, first served.

    A request is at work from when its body is there until its answer begins: neither slow senders
    nor slow readers, nor those who follow a run, keep others out.
    """

    def __init__(self, app: ASGIApp, most: int) -> None:
        self._app = app
        self._most = most
        self._at_work = 0
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._refused = _Refused()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http" or scope["path"].startswith(EXEMPT):
            await self._app(scope, receive, send)
        elif len(self._waiting) >= WAITING_FOR_EACH * self._most:
            scope.setdefault("state", {})["is_told"] = True
            self._refused.tell()
            await scope["app"].state.refuse(scope, CROWDED, RETRY_AFTER)(scope, receive, send)
        else:
            await self._serve(_Place(self), scope, receive, send)

    async def _serve(self, place: "_Place", scope: Scope, receive: Receive, send: Send) -> None:
        try:
            if _has_body(scope):
                receive = place.taken_after(receive)
            else:
                await place.take()
            await self._app(scope, receive, place.left_before(send))
        finally:
            place.leave()

    async def enter(self) -> None:
        """Begin to work, after all who came before."""
        if self._at_work < self._most:
            self._at_work += 1
            return
        turn = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self.leave()
            raise

    def leave(self) -> None:
        """Let the next one begin."""
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                return
        self._at_work -= 1


class _Refused:
    """How many were refused: told once a second, as a line for each would cost more than they."""

    def __init__(self) -> None:
        self._untold = 0
        self._told_at = -_TOLD_EVERY_S

    def tell(self) -> None:
        """One more."""
        self._untold += 1
        now = time.monotonic()
        if now >= self._told_at + _TOLD_EVERY_S:
            _log.warning("crowded", refused=self._untold)
            self._untold, self._told_at = 0, now


class _Place:
    """A request's place among those at work: taken once, left once."""

    def __init__(self, admission: Admission) -> None:
        self._admission = admission
        self._is_taken = False

    async def take(self) -> None:
        await self._admission.enter()
        self._is_taken = True

    def leave(self) -> None:
        if self._is_taken:
            self._is_taken = False
            self._admission.leave()

    def taken_after(self, receive: Receive) -> Receive:
        """A `receive` after whose last piece of the body the request is at work."""
        is_whole = False

        async def taking_receive() -> Message:
            nonlocal is_whole
            message = await receive()
            if not is_whole and not message.get("more_body"):
                is_whole = True
                await self.take()
            return message

        return taking_receive

    def left_before(self, send: Send) -> Send:
        """A `send` before whose first piece of the answer the request is no longer at work."""

        async def leaving_send(message: Message) -> None:
            self.leave()
            await send(message)

        return leaving_send


def _has_body(scope: Scope) -> bool:
    headers = Headers(scope=scope)
    return "transfer-encoding" in headers or headers.get("content-length", "0") != "0"
