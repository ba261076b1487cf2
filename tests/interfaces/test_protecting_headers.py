"""Specification of the headers that protect: on every answer, whatever kind of error (9.3)."""

import socket
from collections.abc import Callable
from dataclasses import replace
from http.client import HTTPResponse
from typing import Any
from urllib.parse import urlsplit

import pytest
import structlog
from httpx import Response

from application.errors import StoreUnavailable
from interfaces.api.middleware import BODY_LIMIT_BYTES
from interfaces.authentication import COOKIE
from interfaces.bootstrap import Program
from tests.interfaces.api.test_rate_limits import UsedUp
from tests.interfaces.conftest import World
from tests.support.failing import Failing
from tests.support.served import served
from tests.support.visitors import Visitor, client_of, csv_file

HTML = {"Accept": "text/html"}
TOO_MUCH = {"Content-Length": str(BODY_LIMIT_BYTES + 1)}


def protects(headers: Any) -> bool:
    """Whether all of them are there, and none is weakened."""
    policy = headers["Content-Security-Policy"].split("; ")
    return (
        (headers["X-Content-Type-Options"], headers["X-Frame-Options"]) == ("nosniff", "DENY")
        and {"default-src 'self'", "frame-ancestors 'none'", "base-uri 'none'"} <= set(policy)
        and not any("unsafe" in directive or "*" in directive for directive in policy)
        and headers["Referrer-Policy"] == "same-origin"
        and bool(headers["Cache-Control"])
    )


def of_failing(world: World, failure: Exception) -> Visitor:
    """Ada, where a room fails."""
    rooms: Any = Failing(failure)
    return replace(world.ada, client=client_of(replace(world.program, portfolios_room=rooms)))


def of_limited(world: World) -> Visitor:
    """Ada, who has asked too often."""
    terms = replace(world.program.terms, counters=UsedUp())
    return replace(world.ada, client=client_of(replace(world.program, terms=terms)))


def of_crowded(world: World) -> Visitor:
    """Ada, where nobody is let in, and nobody is looked up."""
    terms = replace(world.program.terms, requests_at_once=0)
    rooms: Any = Failing(RuntimeError())
    program = replace(world.program, terms=terms, users_room=rooms)
    return replace(world.ada, client=client_of(program))


def cookie_of(world: World) -> dict[str, str]:
    """Ada's browser."""
    return HTML | {"Cookie": f"{COOKIE}={world.ada.token}"}


def known_already(world: World) -> Response:
    """What Ada has already is asked for once more."""
    place = f"/portfolios/{world.valued}"
    tag = world.ada.get(place).headers["ETag"]
    return world.ada.get(place, headers={"If-None-Match": tag})


def imported_again(world: World) -> Response:
    """A file comes a second time."""
    for _ in range(2):
        answer = world.ada.import_file(world.unvalued, csv_file("TLT,7,120.00,2012-12-31"))
    return answer


KINDS: list[tuple[int, Callable[[World], Response]]] = [
    (200, lambda world: world.nobody.ask("GET", "/", headers=HTML)),
    (200, lambda world: world.nobody.ask("GET", "/docs", headers=HTML)),
    (200, lambda world: world.nobody.ask("GET", "/openapi.json")),
    (200, lambda world: world.nobody.ask("GET", "/health/live")),
    (200, lambda world: world.ada.get(f"/portfolios/{world.valued}/export")),
    (201, lambda world: world.ada.open("GOOG,1,700.00,2012-12-31")),
    (303, lambda world: world.nobody.ask("GET", "/settings", headers=HTML, follow_redirects=False)),
    (304, known_already),
    (400, lambda world: world.ada.open("GOOG,x,700.00,2012-12-31")),
    (401, lambda world: world.nobody.get("/portfolios")),
    (403, lambda world: world.bob.get(f"/portfolios/{world.valued}")),
    (403, lambda world: world.nobody.ask("POST", "/login", headers=HTML)),
    (404, lambda world: world.ada.get("/portfolios/00000000-0000-4000-8000-000000000000")),
    (404, lambda world: world.nobody.ask("GET", "/nothing", headers=HTML)),
    (405, lambda world: world.nobody.ask("DELETE", "/api/v1/auth/me")),
    (409, imported_again),
    (413, lambda world: world.ada.post("/auth/login", content=b"", headers=TOO_MUCH)),
    (415, lambda world: world.ada.open("GOOG,1,700.00,2012-12-31", file_name="a.xlsx")),
    (422, lambda world: world.nobody.post("/auth/login", json=[])),
    (429, lambda world: of_limited(world).get("/auth/me")),
    (429, lambda world: of_limited(world).get("/auth/me", headers=HTML)),
    (500, lambda world: of_failing(world, RuntimeError()).get("/portfolios")),
    (
        500,
        lambda world: of_failing(world, RuntimeError()).ask(
            "GET", "/command-center", headers=cookie_of(world)
        ),
    ),
    (503, lambda world: of_failing(world, StoreUnavailable()).get("/portfolios")),
    (503, lambda world: of_crowded(world).get("/portfolios")),
    (503, lambda world: of_crowded(world).ask("GET", "/settings", headers=cookie_of(world))),
]


@pytest.mark.parametrize(("status", "kind"), KINDS, ids=[str(status) for status, _ in KINDS])
def test_an_answer_of_any_kind_has_them(
    world: World, status: int, kind: Callable[[World], Response]
) -> None:
    with structlog.testing.capture_logs():  # a trace is told at length where nothing is set up
        answer = kind(world)
    assert (answer.status_code, protects(answer.headers)) == (status, True)


@pytest.mark.parametrize(
    "sent", [b"GET / HTTP/9\r\n\r\n", b"\x16\x03\x01\r\n\r\n", b"nothing\r\n\r\n"]
)
def test_what_is_no_http_is_told_so_with_them(program: Program, sent: bytes) -> None:
    with served(program) as server:
        address = ("127.0.0.1", urlsplit(server.url).port or 0)
        with socket.create_connection(address, timeout=20) as connection:
            connection.sendall(sent)
            answer = HTTPResponse(connection)
            answer.begin()
            assert answer.status == 400
            assert protects(answer.headers)
            assert answer.read() == b"This is no HTTP request."
            assert connection.recv(1) == b""
