"""Reading a portfolio's view of 50 positions: against an ASGI app that returns the same bytes.

Each side is served by uvicorn in a process of its own and read over one kept connection.
Run it by `python -m tests.benchmarks.reading`.
"""

import multiprocessing
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from http.client import HTTPConnection
from time import perf_counter
from typing import Any
from uuid import UUID

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from interfaces.http import create_http
from tests.benchmarks.databases import durable_database, silence_logs
from tests.benchmarks.row import Row
from tests.support.accounts import (
    SAMPLE_SYMBOLS,
    Owner,
    calculate,
    open_sample,
    register,
    shares,
)
from tests.support.programs import build_program

ROUNDS = 7
READS = 200
_SERVED_WITHIN_S = 30.0


def measure() -> list[Row]:
    """One row."""
    with durable_database() as url:
        owner, portfolio_id = _account_of_fifty(url)
        path = f"/api/v1/portfolios/{portfolio_id}/positions"
        with _served(_serve_program, url) as ours:
            body = _read(ours, path, owner.token)
            with _served(_serve_bytes, body) as peer:
                return [_compare(ours, peer, path, owner.token, len(body))]


def _account_of_fifty(url: str) -> tuple[Owner, UUID]:
    with build_program(url) as program:
        owner = register(program)
        terms = [
            shares(symbol, 10, "50.00", date(2012, 1, day))
            for symbol in SAMPLE_SYMBOLS
            for day in (3, 4)
        ]
        portfolio_id = open_sample(program, owner, terms, equity_as_of="2013-02-25")
        calculate(program, owner, portfolio_id)
        return owner, portfolio_id


def _compare(ours: HTTPConnection, peer: HTTPConnection, path: str, token: str, size: int) -> Row:
    rounds = [(_seconds(ours, path, token), _seconds(peer, path, token)) for _ in range(ROUNDS)]
    return Row(
        what=f"{READS} reads of a view of 50 positions",
        against=f"ASGI app returning the same {size:,} bytes",
        ours_s=tuple(seconds for seconds, _ in rounds),
        peer_s=tuple(seconds for _, seconds in rounds),
        goal=0.10,
        note="token, user and owner checked, rows through a response model: no fast path yet",
    )


def _seconds(connection: HTTPConnection, path: str, token: str) -> float:
    began = perf_counter()
    for _ in range(READS):
        _read(connection, path, token)
    return perf_counter() - began


def _read(connection: HTTPConnection, path: str, token: str) -> bytes:
    connection.request("GET", path, headers={"Authorization": f"Bearer {token}"})
    answer = connection.getresponse()
    body = answer.read()
    if answer.status != 200:
        raise ValueError(f"{path} answered {answer.status}")
    return body


@contextmanager
def _served(serve: Callable[[Any, int], None], given: str | bytes) -> Iterator[HTTPConnection]:
    """A connection to an app that a process of its own serves."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = multiprocessing.get_context("spawn").Process(target=serve, args=(given, port))
    process.start()
    connection = HTTPConnection("127.0.0.1", port)
    try:
        _await(connection)
        yield connection
    finally:
        connection.close()
        process.terminate()
        process.join()


def _await(connection: HTTPConnection) -> None:
    deadline = perf_counter() + _SERVED_WITHIN_S
    while True:
        try:
            connection.connect()
        except ConnectionRefusedError:
            if perf_counter() > deadline:
                raise
        else:
            return


def _serve_program(url: str, port: int) -> None:
    with build_program(url) as program:
        _run(create_http(program), port)


def _serve_bytes(body: bytes, port: int) -> None:
    async def app(_scope: Scope, _receive: Receive, send: Send) -> None:
        headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    _run(app, port)


def _run(app: ASGIApp, port: int) -> None:
    silence_logs()
    uvicorn.run(app, port=port, log_config=None, access_log=False, lifespan="off")


if __name__ == "__main__":
    for measured in measure():
        print(measured)  # noqa: T201 - its purpose
