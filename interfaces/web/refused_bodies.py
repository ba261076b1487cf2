"""A page for who sent more than is read, most often a file that is too large (spec 4.12)."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass

from fastapi import Request
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.types import Receive, Scope, Send

from interfaces.web.visits import refused_page

_HEARD_OUT_BYTES = 128 * 1024 * 1024
_HEARD_OUT_S = 30


@dataclass(frozen=True, slots=True)
class RefusedBodyPage:
    """The answer to a body that is refused for `code`.

    A browser looks for no answer before it has sent everything, so it is heard out; nothing of it
    is kept.
    """

    code: str

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer."""
        with suppress(TimeoutError, HTTPException):  # it is cut off, as it would be without us
            async with asyncio.timeout(_HEARD_OUT_S):
                await _hear_out(receive)
        answer = await run_in_threadpool(refused_page, Request(scope), self.code)
        await answer(scope, receive, send)


async def _hear_out(receive: Receive) -> None:
    heard = 0
    while heard < _HEARD_OUT_BYTES:
        message = await receive()
        heard += len(message.get("body", b""))
        if not message.get("more_body"):
            return
