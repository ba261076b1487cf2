"""Who asks too often is refused for a while, before anything of the request is read (spec 4.12)."""

import re
from collections.abc import Sequence

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import cookie_parser
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from application.access_ports import TokenClaims, Tokens
from application.errors import TokenRefused
from application.quotas import UPLOADS, Allowance, Counters, Quota
from interfaces.authentication import COOKIE
from interfaces.requests import address_of

API = (Quota("api", 1_000, 60), Quota("api", 10_000, 3_600))
"""For a user; for an address where nobody is signed in. Superusers are exempt."""

ATTEMPTS = Quota("registration attempts", 100, 3_600)
ACCOUNTS = Quota("registrations", 50, 86_400)
"""For an address."""

_PREFIX = "/api/v1/"
_REGISTERED = {"/api/v1/onboarding/register": 201, "/register": 303}
"""By the path to register at, the status of whoever has: over the API, and on pages."""

_UPLOAD = re.compile(
    r"/api/v1/(onboarding/(preview-csv|create-portfolio)|portfolios/[^/]+/imports)"
)


class RateLimits:
    """Counts each request to the API, and each registration on pages, and says what is left.

    Who asks for more is refused with ERR_RATE_001.

    The answer's X-RateLimit headers are those of the quota with the least left.
    """

    def __init__(self, app: ASGIApp, counters: Counters, tokens: Tokens) -> None:
        self._app = app
        self._counters = counters
        self._tokens = tokens

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http" or not _is_counted(scope):
            await self._app(scope, receive, send)
            return
        claims = self._claims(scope)
        if claims is not None and claims.is_superuser:
            await self._app(scope, receive, send)
            return
        least = _least(await self._left(scope, claims))
        if least is None:
            await self._app(scope, receive, send)
        elif least.is_used_up:
            await _refuse(scope, receive, send, least)
        else:
            await self._app(scope, receive, self._telling(scope, send, least))

    async def _left(self, scope: Scope, claims: TokenClaims | None) -> Sequence[Allowance]:
        """Count the request, and say what is left of each quota it counts for."""
        address = address_of(scope)
        subject = str(claims.user_id) if claims else address
        if _is_registration(scope):
            return [
                *await self._counters.count(address, (*API, ATTEMPTS)),
                *await self._counters.left(address, [ACCOUNTS]),
            ]
        if scope["method"] == "POST" and _UPLOAD.fullmatch(scope["path"]):
            return await self._counters.count(subject, (*API, UPLOADS))
        return await self._counters.count(subject, API)

    def _telling(self, scope: Scope, send: Send, least: Allowance) -> Send:
        """A `send` that puts what is left on the answer, and counts who has registered."""

        async def telling_send(message: Message) -> None:
            if message["type"] == "http.response.start":
                _tell(message, least)
                if _is_registration(scope) and message["status"] == _REGISTERED[scope["path"]]:
                    await self._counters.count(address_of(scope), [ACCOUNTS])
            await send(message)

        return telling_send

    def _claims(self, scope: Scope) -> TokenClaims | None:
        """What the request's token says, None where it bears none of ours."""
        headers = Headers(scope=scope)
        kind, _, token = headers.get("authorization", "").partition(" ")
        if kind.lower() != "bearer":
            token = cookie_parser(headers.get("cookie", "")).get(COOKIE, "")
        if not token:
            return None
        try:
            return self._tokens.read(token.strip())
        except TokenRefused:
            return None


def _is_registration(scope: Scope) -> bool:
    return scope["method"] == "POST" and scope["path"] in _REGISTERED


def _is_counted(scope: Scope) -> bool:
    return _is_registration(scope) or scope["path"].startswith(_PREFIX)


def _least(left: Sequence[Allowance]) -> Allowance | None:
    """The quota that is used up, of several the one for longest; else the one with least left."""
    return min(
        left, key=lambda one: (not one.is_used_up, one.remaining, -one.resets_in_s), default=None
    )


async def _refuse(scope: Scope, receive: Receive, send: Send, least: Allowance) -> None:
    headers = {**_headers(least), "Retry-After": str(least.resets_in_s)}
    details = {"retry_after_s": least.resets_in_s}
    answer: ASGIApp = scope["app"].state.refuse(scope, "ERR_RATE_001", headers, details)
    await answer(scope, receive, send)


def _tell(message: Message, least: Allowance) -> None:
    headers = MutableHeaders(scope=message)
    for name, value in _headers(least).items():
        headers[name] = value


def _headers(least: Allowance) -> dict[str, str]:
    return {
        "X-RateLimit-Limit": str(least.limit),
        "X-RateLimit-Remaining": str(least.remaining),
        "X-RateLimit-Reset": str(least.resets_at),
    }
