"""Specification of what is around every request: errors, ids, headers, limits, the log (4.1)."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
import structlog
from starlette.types import Message, Scope

from application.errors import StoreUnavailable
from interfaces.api.middleware import BODY_LIMIT_BYTES
from interfaces.http import create_http
from tests.interfaces.conftest import World
from tests.support.failing import Failing
from tests.support.visitors import PASSWORD, Visitor, client_of, error_of, refusal

MEGABYTE = 1024 * 1024
LOGIN = "/api/v1/auth/login"
UPLOAD = "/api/v1/onboarding/create-portfolio"
UPLOADS = [UPLOAD, "/api/v1/onboarding/preview-csv", "/api/v1/portfolios/{}/imports"]
FRAMEWORK = [
    ("GET", "/api/v1/nothing-here", 404, "ERR_HTTP_404"),
    ("GET", "/api/v1/portfolios/", 404, "ERR_HTTP_404"),
    ("DELETE", "/api/v1/auth/me", 405, "ERR_HTTP_405"),
    ("GET", LOGIN, 405, "ERR_HTTP_405"),
]


def visitor_of_failing(world: World, failure: Exception) -> Visitor:
    rooms: Any = Failing(failure)
    client = client_of(replace(world.program, portfolios_room=rooms))
    return replace(world.ada, client=client)


@pytest.mark.parametrize(("method", "path", "status", "code"), FRAMEWORK)
def test_what_the_framework_refuses_comes_in_the_same_envelope(
    world: World, method: str, path: str, status: int, code: str
) -> None:
    answer = world.nobody.ask(method, path)
    assert refusal(answer) == (status, code)
    if status == 405:
        assert answer.headers["Allow"]


@pytest.mark.parametrize(
    ("content", "field"),
    [
        (b"{", "body"),
        (b"[]", "body"),
        (b'"text"', "body"),
        (b'{"email": 5}', "email"),
        (b'{"email": ["a"]}', "email"),
        (b'{"password": {"a": 1}}', "password"),
    ],
)
def test_a_body_of_another_shape_is_refused_field_by_field(
    world: World, content: bytes, field: str
) -> None:
    answer = world.client.post(LOGIN, content=content, headers={"Content-Type": "application/json"})
    assert refusal(answer) == (422, "ERR_REQUEST_001")
    assert [told["field"] for told in error_of(answer)["details"]["fields"]] == [field]


@pytest.mark.parametrize("content", [b"\xff\xfe", b"[" * 100_000, b'{"email": NaN}', b"9" * 10_000])
def test_a_body_that_cannot_be_read_is_refused_without_the_parsers_words(
    world: World, content: bytes
) -> None:
    answer = world.client.post(LOGIN, content=content, headers={"Content-Type": "application/json"})
    assert refusal(answer) == (422, "ERR_REQUEST_001")
    for word in ("codec", "Error", "recursion", "Exception", "Expecting"):
        assert word not in answer.text


def test_a_form_that_cannot_be_read_is_refused(world: World) -> None:
    answer = world.ada.ask(
        "POST", UPLOAD, content=b"--x", headers={"Content-Type": "multipart/form-data"}
    )
    assert refusal(answer) == (422, "ERR_REQUEST_001")
    answer = world.ada.ask("POST", UPLOAD, data={"csv_file": "text"}, files={"x": b""})
    assert refusal(answer) == (422, "ERR_REQUEST_001")
    assert "UploadFile" not in answer.text


def test_a_failure_nobody_foresaw_is_logged_and_answered_without_its_words(world: World) -> None:
    visitor = visitor_of_failing(world, RuntimeError("SELECT secret FROM /srv/app.py"))
    with structlog.testing.capture_logs() as logged:
        answer = visitor.get("/portfolios")
    assert refusal(answer) == (500, "ERR_HTTP_500")
    assert "secret" not in answer.text
    assert "app.py" not in answer.text
    [failed] = [line for line in logged if line["event"] == "request_failed"]
    assert failed["exc_info"]


def test_a_busy_store_asks_to_come_again(world: World) -> None:
    answer = visitor_of_failing(world, StoreUnavailable()).get("/portfolios")
    assert refusal(answer) == (503, "ERR_BUSY_001")
    assert answer.headers["Retry-After"] == "2"


def test_every_request_has_an_id_of_its_own(world: World) -> None:
    ids = {world.nobody.get("/auth/me").headers["X-Request-ID"] for _ in range(3)}
    assert len({UUID(request_id) for request_id in ids}) == 3


@pytest.mark.parametrize("given", ["trace-1.a_B", "x" * 100])
def test_the_callers_request_id_is_taken_over(world: World, given: str) -> None:
    answer = world.nobody.get("/auth/me", headers={"X-Request-ID": given})
    assert answer.headers["X-Request-ID"] == given
    assert error_of(answer)["request_id"] == given


@pytest.mark.parametrize("given", ["x" * 101, "<b>", "a b", ""])
def test_a_request_id_that_is_no_plain_word_is_replaced(world: World, given: str) -> None:
    answer = world.nobody.get("/auth/me", headers={"X-Request-ID": given})
    assert answer.headers["X-Request-ID"] != given
    assert UUID(answer.headers["X-Request-ID"]).version == 4


def megabytes(count: int) -> Iterator[bytes]:
    for _ in range(count):
        yield b"x" * MEGABYTE


def test_a_body_announced_as_too_large_is_refused_before_it_is_read(world: World) -> None:
    size = {"Content-Length": str(BODY_LIMIT_BYTES + 1)}
    assert refusal(world.nobody.ask("POST", LOGIN, content=b"", headers=size)) == (
        *(413, "ERR_HTTP_413"),
    )
    form = size | {"Content-Type": "multipart/form-data; boundary=x"}
    assert refusal(world.nobody.ask("POST", UPLOAD, content=b"", headers=form)) == (
        *(413, "ERR_CSV_001"),
    )


@pytest.mark.parametrize("route", UPLOADS)
def test_an_upload_over_the_limit_is_refused_before_any_handler(world: World, route: str) -> None:
    url = route.format(world.valued)
    form = {"Content-Type": "multipart/form-data; boundary=x"}
    size = form | {"Content-Length": str(BODY_LIMIT_BYTES + 1)}
    assert refusal(world.nobody.ask("POST", url, content=b"", headers=size)) == (
        *(413, "ERR_CSV_001"),
    )
    start = b'--x\r\nContent-Disposition: form-data; name="csv_file"; filename="a.csv"\r\n\r\n'
    growing = iter([start, *megabytes(12)])
    answer = world.ada.ask("POST", url, content=growing, headers=form)
    assert refusal(answer) == (413, "ERR_CSV_001")


def test_reading_stops_where_a_body_grows_too_large(world: World) -> None:
    read, statuses = 0, []

    async def receive() -> Message:
        nonlocal read
        read += 1
        return {"type": "http.request", "body": b"x" * MEGABYTE, "more_body": True}

    async def send(message: Message) -> None:
        statuses.append(message.get("status"))

    scope: Scope = {
        "type": "http",
        "method": "POST",
        "path": LOGIN,
        "query_string": b"",
        "headers": [(b"content-type", b"application/json")],
    }
    asyncio.run(create_http(world.program)(scope, receive, send))
    assert statuses[0] == 413
    assert read == BODY_LIMIT_BYTES // MEGABYTE + 1


def test_the_log_line_names_the_template_and_no_secret(world: World) -> None:
    visitor = replace(world.ada)
    with structlog.testing.capture_logs() as logged:
        visitor.log_in()
        visitor.get(f"/portfolios/{world.valued}", headers={"X-Request-ID": "seen"})
        visitor.get(f"/nothing/{visitor.token}")
    lines = [line for line in logged if line["event"] == "request"]
    assert [(line["method"], line["route"], line["status"]) for line in lines] == [
        ("POST", LOGIN, 200),
        ("GET", "/api/v1/portfolios/{portfolio_id}", 200),
        ("GET", "none", 404),
    ]
    assert all(line["ms"] > 0 for line in lines)
    everything = repr(logged)
    for secret in (str(visitor.token), PASSWORD, world.valued, visitor.email):
        assert secret not in everything
