"""Reading a portfolio's view of 50 positions: against the same bytes, and our own route.

Each side is served by uvicorn in a process of its own and read over one kept connection.
Run it by `python -m tests.benchmarks.reading`.
"""

from dataclasses import dataclass
from datetime import date
from http.client import HTTPConnection
from time import perf_counter
from uuid import UUID

from starlette.types import Receive, Scope, Send

from interfaces.http import create_http
from tests.benchmarks.databases import durable_database
from tests.benchmarks.row import Row, show
from tests.benchmarks.serving import run, served
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


@dataclass(frozen=True, slots=True)
class Side:
    """What is read, over one connection, by whom."""

    connection: HTTPConnection
    path: str
    headers: dict[str, str]

    def seconds(self) -> float:
        """How long the reads take, one after the other."""
        began = perf_counter()
        for _ in range(READS):
            self.read()
        return perf_counter() - began

    def read(self) -> tuple[bytes, str]:
        """One answer and its ETag."""
        self.connection.request("GET", self.path, headers=self.headers)
        answer = self.connection.getresponse()
        body = answer.read()
        if answer.status not in (200, 304):
            raise ValueError(f"{self.path} answered {answer.status}")
        return body, answer.headers.get("etag", "")


def measure() -> list[Row]:
    """Against the bytes, against the route that makes them, and 304 against the bytes."""
    with durable_database() as url:
        owner, portfolio_id = account_of_fifty(url)
        path = f"/api/v1/portfolios/{portfolio_id}/positions"
        token = {"Authorization": f"Bearer {owner.token}"}
        with served(serve_program, url) as connection:
            ours = Side(connection, path, token)
            body, etag = ours.read()
            knowing = Side(connection, path, {**token, "If-None-Match": etag})
            with served(_serve_bytes, body) as peer:
                by_route = Side(connection, f"{path}?limit=50", token)
                sides = [ours, knowing, Side(peer, path, token), by_route]
                if by_route.read()[0] != body:
                    raise ValueError("the route says otherwise")
                times = [[side.seconds() for side in sides] for _ in range(ROUNDS)]
        return _rows(times, len(body))


def _rows(times: list[list[float]], size: int) -> list[Row]:
    ours, knowing, of_bytes, of_rows = (tuple(seconds) for seconds in zip(*times, strict=True))
    view = f"{READS} reads of a view of 50 positions"
    same = f"ASGI app returning the same {size:,} bytes"
    checked = "token, user, owner and answer found by one statement"
    model = "its route: 50 rows read and put through a response model"
    return [
        Row(what=view, against=same, ours=ours, peer=of_bytes, goal=0.10, note=checked),
        Row(what=view, against=model, ours=ours, peer=of_rows, goal=6, note=checked),
        Row(
            what=f"{view}, known already (304)",
            against=same,
            ours=knowing,
            peer=of_bytes,
            goal=0.12,
            note=checked,
        ),
    ]


def account_of_fifty(url: str, equity_as_of: str = "2013-02-25") -> tuple[Owner, UUID]:
    """Somebody with an account of 50 positions, valued from that day on."""
    with build_program(url) as program:
        owner = register(program)
        terms = [
            shares(symbol, 10, "50.00", date(2012, 1, day))
            for symbol in SAMPLE_SYMBOLS
            for day in (3, 4)
        ]
        portfolio_id = open_sample(program, owner, terms, equity_as_of=equity_as_of)
        calculate(program, owner, portfolio_id)
        return owner, portfolio_id


def serve_program(url: str, port: int) -> None:
    """Serve the program on a database until this process is ended."""
    with build_program(url) as program:
        run(create_http(program), port)


def _serve_bytes(body: bytes, port: int) -> None:
    async def app(_scope: Scope, _receive: Receive, send: Send) -> None:
        headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    run(app, port)


if __name__ == "__main__":
    show(measure())
