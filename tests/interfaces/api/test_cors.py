"""Specification of who may ask from a browser: pages of origins that are named (9.3)."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

import pytest
from fastapi.testclient import TestClient

from domain.errors import DomainError
from infrastructure import structured_logs
from tests.interfaces.api.test_rate_limits import UsedUp
from tests.interfaces.conftest import World
from tests.support.visitors import client_of, refusal

OURS, THEIRS = "https://app.example.com", "https://app.example.com.evil.example"
ASKS = "Access-Control-Request-Method"
ALLOWED = "Access-Control-Allow-Origin"
NAMED = ("http://localhost:3000", OURS)


@contextmanager
def pages(world: World, origins: Sequence[str] = NAMED) -> Iterator[TestClient]:
    """A browser's requests to a server that lets pages of these origins ask."""
    terms = replace(world.program.terms, origins=origins)
    yield client_of(replace(world.program, terms=terms))


@pytest.mark.parametrize("origin", NAMED)
def test_a_named_origin_may_ask_and_read_what_clients_rely_on(world: World, origin: str) -> None:
    headers = {"Origin": origin, "Authorization": f"Bearer {world.ada.token}"}
    with pages(world) as client:
        answer = client.get("/api/v1/portfolios", headers=headers)
    assert answer.status_code == 200
    assert answer.headers[ALLOWED] == origin
    assert "Origin" in answer.headers["Vary"]
    exposed = answer.headers["Access-Control-Expose-Headers"].split(", ")
    assert {"ETag", "X-Event-Position", "X-Request-ID", "Retry-After"} <= set(exposed)


@pytest.mark.parametrize(
    "origin",
    [
        *(THEIRS, "http://app.example.com", f"{OURS}:8443", f"{OURS}/", "https://App.example.com"),
        *("https://example.com", "null", "*", "", f"{OURS} {THEIRS}"),
    ],
)
def test_another_origin_is_told_nothing_that_lets_it_read(world: World, origin: str) -> None:
    with pages(world) as client:
        asked = client.get("/health/live", headers={"Origin": origin})
        before = client.options("/health/live", headers={"Origin": origin, ASKS: "GET"})
    assert ALLOWED not in asked.headers
    assert "Origin" in asked.headers["Vary"]
    assert refusal(before) == (403, "ERR_CORS_001")
    assert ALLOWED not in before.headers


def test_cookies_are_for_our_own_pages(world: World) -> None:
    with pages(world) as client:
        answer = client.get("/health/live", headers={"Origin": OURS})
        before = client.options("/health/live", headers={"Origin": OURS, ASKS: "GET"})
    for told in (answer, before):
        assert told.headers[ALLOWED] == OURS
        assert "Access-Control-Allow-Credentials" not in told.headers


def test_errors_are_read_by_named_origins_too(world: World) -> None:
    with pages(world) as client:
        for path, status in (("/nowhere", 404), ("/api/v1/auth/me", 401)):
            answer = client.get(path, headers={"Origin": OURS})
            assert (answer.status_code, answer.headers[ALLOWED]) == (status, OURS)
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert answer.json()["error"]["request_id"] == answer.headers["X-Request-ID"]


def test_failures_nobody_foresaw_and_refusals_for_haste_are_read_too(world: World) -> None:
    structured_logs.configure(as_json=False)  # else the trace is drawn with all that it is about

    class Failing:
        def find(self, *_: object) -> DomainError:
            raise RuntimeError("nobody foresaw it")

    terms = replace(world.program.terms, origins=NAMED)
    failing = replace(world.program, terms=terms, tokens=Failing())  # type: ignore[arg-type]  # it only fails
    headers = {"Origin": OURS, "Authorization": "Bearer x"}
    answer = client_of(failing).get("/api/v1/auth/me", headers=headers)
    assert (answer.status_code, answer.headers[ALLOWED]) == (500, OURS)
    hasty = replace(world.program, terms=replace(terms, counters=UsedUp()))
    client = client_of(hasty)
    answer = client.get("/api/v1/auth/me", headers={"Origin": OURS})
    assert (answer.status_code, answer.headers[ALLOWED]) == (429, OURS)
    before = client.options("/api/v1/auth/me", headers={"Origin": OURS, ASKS: "GET"})
    assert before.status_code == 200


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE"])
def test_a_preflight_tells_what_a_named_origin_may_send(world: World, method: str) -> None:
    asked = {"Origin": OURS, ASKS: method}
    asked["Access-Control-Request-Headers"] = "authorization,content-type,idempotency-key,if-match"
    with pages(world) as client:
        answer = client.options("/api/v1/portfolios", headers=asked)
    assert (answer.status_code, answer.headers[ALLOWED]) == (200, OURS)
    assert method in answer.headers["Access-Control-Allow-Methods"].split(", ")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    "asked",
    [{ASKS: "TRACE"}, {ASKS: "GET", "Access-Control-Request-Headers": "x-csrf-token"}],
)
def test_a_preflight_for_what_no_route_takes_is_refused(
    world: World, asked: dict[str, str]
) -> None:
    with pages(world) as client:
        answer = client.options("/api/v1/portfolios", headers={"Origin": OURS, **asked})
    assert refusal(answer) == (403, "ERR_CORS_001")


def test_where_none_is_named_there_is_nothing_for_other_origins(world: World) -> None:
    with pages(world, ()) as client:
        answer = client.get("/health/live", headers={"Origin": OURS})
        before = client.options("/health/live", headers={"Origin": OURS, ASKS: "GET"})
    assert answer.status_code == 200
    assert refusal(before) == (405, "ERR_HTTP_405")
    for told in (answer, before):
        assert not [name for name in told.headers if name.startswith("access-control")]
