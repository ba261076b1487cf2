"""The HTTP server: uvicorn, which waits for the head of a request only so long.

uvicorn waits without end for the first request of a connection, for a head that comes in crumbs,
and for the rest of a body that was refused; its keep-alive timeout counts silence alone.
"""

import asyncio

import uvicorn
from fastapi import FastAPI
from uvicorn.protocols.http.h11_impl import H11Protocol

from interfaces.api.middleware import PROTECTING
from interfaces.terms import Terms

_STREAMS_END_WITHIN_S = 5
"""Whoever follows a run would keep the server from ending."""


def http_server(
    http: FastAPI,
    terms: Terms,
    host: str,
    port: int,
    streams_end_within_s: int = _STREAMS_END_WITHIN_S,
) -> uvicorn.Server:
    """A server of `http`, not started."""
    return uvicorn.Server(
        uvicorn.Config(
            http,
            host=host,
            port=port,
            http=_punctual(terms.request_timeout_s),
            log_config=None,
            access_log=False,
            ws="none",
            forwarded_allow_ips=terms.proxies,
            timeout_graceful_shutdown=streams_end_within_s,
        )
    )


_NO_HTTP = "\r\n".join(
    (
        "HTTP/1.1 400 Bad Request",
        "Content-Type: text/plain; charset=utf-8",
        *(f"{name}: {value}" for name, value in PROTECTING.items()),
        "Connection: close",
        "",
        "This is no HTTP request.",
    )
).encode()


class PunctualProtocol(H11Protocol):
    """Closes a connection that owes the head of a request, or a refused body, for too long."""

    head_within_s: float
    _closing: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as H11Protocol
        """A caller has come."""
        super().connection_made(transport)
        self._watch()

    def data_received(self, data: bytes) -> None:
        """Something has come, perhaps the end of a head."""
        super().data_received(data)
        self._watch()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - the parser's own words
        """What has come is no HTTP: say so, and hang up."""
        self.transport.write(_NO_HTTP)
        self.transport.close()

    def on_response_complete(self) -> None:
        """An answer is out: the next request may come."""
        super().on_response_complete()
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """The caller has gone."""
        super().connection_lost(exc)
        self._relax()

    def _watch(self) -> None:
        """Let the time run while no request is being served."""
        is_idle = getattr(self.cycle, "response_complete", True)  # at first there is no cycle
        if not is_idle:
            self._relax()
        elif self._closing is None:
            late = self.timeout_keep_alive_handler
            self._closing = self.loop.call_later(self.head_within_s, late)

    def _relax(self) -> None:
        if self._closing is not None:
            self._closing.cancel()
            self._closing = None


def _punctual(within_s: float) -> type[PunctualProtocol]:
    return type("PunctualProtocol", (PunctualProtocol,), {"head_within_s": within_s})
