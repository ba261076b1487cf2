"""A span for each request, named as in the log: by its route's template, nothing of its own."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from application.tracing import Tracing
from interfaces.requests import template_of

_METHODS = {"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"}


class RequestSpans:
    """Tells of each request its method, route and status."""

    def __init__(self, app: ASGIApp, tracing: Tracing) -> None:
        self._app = app
        self._tracing = tracing

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status = 0

        async def noting_send(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        method = scope["method"] if scope["method"] in _METHODS else "another method"
        with self._tracing.span(method) as span:
            await self._app(scope, receive, noting_send)
            route = template_of(scope)
            facts: dict[str, str | int] = {
                "http.request.method": method,
                "http.route": route,
                "http.response.status_code": status,
            }
            span.tell(f"{method} {route}", facts)
