"""Pages for what goes wrong outside of every page: no such page, too large a file, a failure."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

from fastapi import Request
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.types import Receive, Scope, Send

from interfaces.error_catalogue import CATALOGUE
from interfaces.web.visits import refused_page

_TOO_LARGE = 413
_AT_THE_DOOR = {"ERR_RATE_001", "ERR_BUSY_002"}
"""Who is turned away so is looked up by nobody."""

_HEARD_OUT_BYTES = 128 * 1024 * 1024
_HEARD_OUT_S = 30


@dataclass(frozen=True, slots=True)
class RefusalPage:
    """The answer to a browser that is refused for `code`, with these headers beside it.

    A browser looks for no answer before it has sent everything, so who sends too much is heard
    out; nothing of it is kept.
    """

    code: str
    headers: Mapping[str, str]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer."""
        is_whole = scope.get("state", {}).get("body_is_whole", False)
        if CATALOGUE[self.code].status == _TOO_LARGE and not is_whole:
            with suppress(TimeoutError, HTTPException):  # it is cut off, as it would be without us
                async with asyncio.timeout(_HEARD_OUT_S):
                    await _hear_out(receive)
        if self.code in _AT_THE_DOOR:
            answer = refused_page(None, self.code)
        else:
            answer = await run_in_threadpool(refused_page, Request(scope), self.code)
        answer.headers.update(self.headers)
        await answer(scope, receive, send)


async def _hear_out(receive: Receive) -> None:
    heard = 0
    while heard < _HEARD_OUT_BYTES:
        message = await receive()
        heard += len(message.get("body", b""))
        if not message.get("more_body"):
            return
