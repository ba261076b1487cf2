"""The shortest way to an answer that is finished already (spec 9.1).

What a route answered to the owner is kept with its ETag, and sent again as it was while nothing it
was made of has changed: token, user, owner and answer are found by one statement. Whatever is not
exactly that case goes to the route, so there is one truth about what is right to answer.
"""

import re
from dataclasses import dataclass
from hashlib import blake2b
from uuid import UUID

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from application.access_ports import Tokens
from application.errors import TokenRefused
from projections.kept_answers import Asker, KeptAnswer, KeptAnswers

_POSITIONS = re.compile(r"/api/v1/portfolios/([0-9a-f-]{36})/positions")
_VIEW = "positions"
TEMPLATE = "/api/v1/portfolios/{portfolio_id}/positions"


@dataclass(frozen=True, slots=True)
class _Asked:
    """A request that a kept answer may answer."""

    portfolio_id: UUID
    token: str
    etag: str


class FastReads:
    """Answers with what is kept; else lets the route answer, and keeps that."""

    def __init__(self, app: ASGIApp, tokens: Tokens, kept: KeptAnswers) -> None:
        self._app = app
        self._tokens = tokens
        self._kept = kept

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        asked = _asked(scope)
        if asked is None:
            await self._app(scope, receive, send)
            return
        answer = await self._find(asked)
        if answer is None:
            await self._pass_on(asked, scope, receive, send)
            return
        scope["path_params"] = {"portfolio_id": asked.portfolio_id}
        scope["route"] = TEMPLATE
        await _answer(answer, send)

    async def _find(self, asked: _Asked) -> KeptAnswer | None:
        try:
            claims = self._tokens.read(asked.token)
        except TokenRefused:
            return None
        if claims.impersonator is not None:
            return None
        asker = Asker(claims.user_id, claims.session_version, claims.token_id)
        return await self._kept.find(asked.portfolio_id, _VIEW, asker, asked.etag)

    async def _pass_on(self, asked: _Asked, scope: Scope, receive: Receive, send: Send) -> None:
        positions = await self._kept.positions()
        start: Message = {}
        body = bytearray()

        async def noting_send(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start":
                start = message
                return
            body.extend(message.get("body", b""))
            if message.get("more_body"):
                return
            if start["status"] == 200:
                MutableHeaders(scope=start)["ETag"] = _etag(body)
            await send(start)
            await send({"type": "http.response.body", "body": bytes(body)})

        await self._app(scope, receive, noting_send)
        if positions is not None and start.get("status") == 200:
            answer = KeptAnswer(_etag(body), bytes(body))
            await self._kept.keep(asked.portfolio_id, _VIEW, answer, positions)


def _asked(scope: Scope) -> _Asked | None:
    """The request, if it is a plain one for a kept view."""
    if scope["type"] != "http" or scope["method"] != "GET" or scope["query_string"]:
        return None
    path = _POSITIONS.fullmatch(scope["path"])
    if path is None:
        return None
    headers = Headers(scope=scope)
    kind, _, token = headers.get("authorization", "").partition(" ")
    if kind.lower() != "bearer" or "x-min-event-position" in headers:
        return None
    try:
        portfolio_id = UUID(path[1])
    except ValueError:
        return None
    return _Asked(portfolio_id, token.strip(), headers.get("if-none-match", ""))


async def _answer(answer: KeptAnswer, send: Send) -> None:
    headers = [(b"etag", answer.etag.encode())]
    if answer.body is not None:
        headers += [
            (b"content-type", b"application/json"),
            (b"content-length", b"%d" % len(answer.body)),
        ]
    status = 304 if answer.body is None else 200
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body or b""})


def _etag(body: bytes | bytearray) -> str:
    """A strong ETag: equal for equal bytes."""
    return f'"{blake2b(body, digest_size=16).hexdigest()}"'
