"""Pages of others may ask, if their origin is named exactly (spec 9.3).

Cookies count for our own pages alone: a page of another origin signs in, and sends its token in the
Authorization header.
"""

from collections.abc import Sequence

from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from interfaces.api.errors import error_answer

REFUSED = "ERR_CORS_001"

_METHODS = ("DELETE", "GET", "HEAD", "PATCH", "POST", "PUT")
_ASKED_WITH = (
    *("Authorization", "Idempotency-Key", "If-Match", "If-None-Match", "Last-Event-ID"),
    *("X-Min-Event-Position", "X-Request-ID"),
)
_READ_BY_PAGES = (
    *("Content-Disposition", "ETag", "Retry-After", "X-Event-Position", "X-Read-Model"),
    *("X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset", "X-Request-ID"),
)


class NamedOrigins(CORSMiddleware):
    """Tells browsers which origins may ask; a preflight of others is refused with ERR_CORS_001."""

    def __init__(self, app: ASGIApp, origins: Sequence[str]) -> None:
        super().__init__(
            app,
            allow_origins=origins,
            allow_methods=_METHODS,
            allow_headers=_ASKED_WITH,
            expose_headers=_READ_BY_PAGES,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] == "http" and self._refuses(scope["method"], Headers(scope=scope)):
            await error_answer(scope, REFUSED, headers={"Vary": "Origin"})(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)

    def _refuses(self, method: str, headers: Headers) -> bool:
        asks_before = method == "OPTIONS" and "access-control-request-method" in headers
        return asks_before and "origin" in headers and not self._allows(headers)

    def _allows(self, headers: Headers) -> bool:
        return self.preflight_response(headers).status_code == 200
