"""Around every request: its id, headers that protect, one log line, limits on what it sends."""

import asyncio
import re
import time
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from interfaces.api.errors import (
    INTERNAL,
    BodyTooLarge,
    BodyTooSlow,
    code_of_refused_body,
)
from interfaces.requests import template_of

BODY_LIMIT_BYTES = 11 * 1024 * 1024
"""A file of 10 MB with the fields beside it (spec 4.12)."""

SLOWEST_BYTES_PER_S = 32 * 1024
"""A body may take a second for each so many bytes, beside the time any request may take."""

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,100}")
PROTECTING = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' data: blob:; frame-ancestors 'none'; base-uri 'none'"
    ),
    "Cache-Control": "no-store",
}
"""On every answer, unless the route says otherwise (CSP: spec 8)."""

_log = structlog.get_logger(__name__)


class RequestFrame:
    """Gives each request an id, puts it and the protecting headers on the answer, logs one line.

    `observe` is told method, route, status and seconds of each.

    One of many refused alike has no line of its own (`admission`).
    The caller's X-Request-ID is taken over if it is a plain word. The line names the route's
    template, never the path itself, a header or a body.
    """

    def __init__(self, app: ASGIApp, observe: Callable[[str, str, int, float], None]) -> None:
        self._app = app
        self._observe = observe

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = _request_id(scope)
        scope.setdefault("state", {})["request_id"] = request_id
        began, status = time.perf_counter(), 0

        async def framed_send(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                _put_headers(message, request_id)
            await send(message)

        with structlog.contextvars.bound_contextvars(request_id=request_id):
            try:
                await self._app(scope, receive, framed_send)
            finally:
                self._tell(scope, status, time.perf_counter() - began)

    def _tell(self, scope: Scope, status: int, seconds: float) -> None:
        method, route = scope["method"], template_of(scope)
        self._observe(method, route, status, seconds)
        if scope["state"].get("is_told"):
            return
        actor = scope["state"].get("actor")
        ms = round(seconds * 1000, 1)
        _log.info("request", method=method, route=route, status=status, ms=ms, actor=actor)


def _request_id(scope: Scope) -> str:
    given = Headers(scope=scope).get("x-request-id", "")
    return given if _REQUEST_ID.fullmatch(given) else str(uuid4())


def _put_headers(message: Message, request_id: str) -> None:
    headers = MutableHeaders(scope=message)
    headers["X-Request-ID"] = request_id
    for name, value in PROTECTING.items():
        headers.setdefault(name, value)


class Unforeseen:
    """Logs a failure nobody foresaw with its trace, and answers it without."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        has_begun = False

        async def noting_send(message: Message) -> None:
            nonlocal has_begun
            has_begun = True
            await send(message)

        try:
            await self._app(scope, receive, noting_send)
        except Exception:
            _log.exception("request_failed")
            if has_begun:
                raise  # half an answer is out: the server cuts the connection
            await scope["app"].state.refuse(scope, INTERNAL, {})(scope, receive, send)


class BodyLimit:
    """Refuses bodies over the limit: announced ones at once, others while they stream in.

    Those that keep it waiting are refused too: for `within_s`, and a second for each 32 KiB.

    FastAPI reads a whole form before a handler runs, so a handler cannot do this.
    """

    def __init__(self, app: ASGIApp, within_s: float) -> None:
        self._app = app
        self._within_s = within_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        announced = Headers(scope=scope).get("content-length", "0")
        if announced.isdecimal() and int(announced) > BODY_LIMIT_BYTES:
            code = code_of_refused_body(scope, BodyTooLarge())
            await scope["app"].state.refuse(scope, code, {})(scope, receive, send)
            return
        arriving = _Arriving(receive, self._within_s, scope.setdefault("state", {}))
        await self._app(scope, arriving.receive, send)


class _Arriving:
    """A body on its way in: measured, and timed while it is waited for.

    `state` is told once it is whole, so that nobody waits for more of it.
    """

    def __init__(self, receive: Receive, within_s: float, state: dict[str, Any]) -> None:
        self._receive = receive
        self._state = state
        self._left_s = within_s
        self._received = 0
        self._is_whole = False

    async def receive(self) -> Message:
        """The next piece; when all are there, whatever the server has to tell, however late.

        Raises:
            BodyTooLarge, BodyTooSlow: ERR_HTTP_413, ERR_HTTP_408.
        """
        if self._is_whole:
            return await self._receive()
        began = time.monotonic()
        try:
            async with asyncio.timeout(self._left_s):
                message = await self._receive()
        except TimeoutError:
            raise BodyTooSlow from None
        size = len(message.get("body", b""))
        self._received += size
        self._state["body_is_whole"] = self._is_whole = not message.get("more_body")
        if self._received > BODY_LIMIT_BYTES:
            raise BodyTooLarge
        self._left_s += size / SLOWEST_BYTES_PER_S - (time.monotonic() - began)
        return message
