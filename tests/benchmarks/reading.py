"""Reading a portfolio's view of 50 positions: against an ASGI app that returns the same bytes.

Both sides are driven in this process without a socket, so that what is compared is the work of the
application. Run it by `python -m tests.benchmarks.reading`.
"""

import asyncio
from datetime import date
from time import perf_counter

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from interfaces.http import create_http
from tests.benchmarks.databases import durable_database
from tests.benchmarks.row import Row
from tests.support.accounts import SAMPLE_SYMBOLS, calculate, open_sample, register, shares
from tests.support.programs import build_program

ROUNDS = 7
READS = 100


def measure() -> list[Row]:
    """One row."""
    with durable_database() as url, build_program(url) as program:
        owner = register(program)
        terms = [
            shares(symbol, 10, "50.00", date(2012, 1, day))
            for symbol in SAMPLE_SYMBOLS
            for day in (3, 4)
        ]
        portfolio_id = open_sample(program, owner, terms, equity_as_of="2013-02-25")
        calculate(program, owner, portfolio_id)
        path = f"/api/v1/portfolios/{portfolio_id}/positions"
        return [asyncio.run(_compare(create_http(program), path, owner.token))]


async def _compare(app: ASGIApp, path: str, token: str) -> Row:
    body = await _get(app, path, token)
    ours, peer = [], []
    for _ in range(ROUNDS):
        ours.append(await _seconds(app, path, token))
        peer.append(await _seconds(_returning(body), path, token))
    return Row(
        what=f"{READS} reads of a view of 50 positions",
        against=f"ASGI app returning the same {len(body):,} bytes",
        ours_s=tuple(ours),
        peer_s=tuple(peer),
        goal=0.10,
        note="token, user and owner checked, rows through a response model: no fast path yet",
    )


async def _seconds(app: ASGIApp, path: str, token: str) -> float:
    began = perf_counter()
    for _ in range(READS):
        await _get(app, path, token)
    return perf_counter() - began


async def _get(app: ASGIApp, path: str, token: str) -> bytes:
    scope: Scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": b"",
        "headers": [(b"host", b"localhost"), (b"authorization", b"Bearer " + token.encode())],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
    }
    body: list[bytes] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start" and message["status"] != 200:
            raise ValueError(f"{path} answered {message['status']}")
        body.append(message.get("body", b""))

    await app(scope, receive, send)
    return b"".join(body)


def _returning(body: bytes) -> ASGIApp:
    async def app(_scope: Scope, _receive: Receive, send: Send) -> None:
        headers = [(b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    return app


if __name__ == "__main__":
    for measured in measure():
        print(measured)  # noqa: T201 - its purpose
