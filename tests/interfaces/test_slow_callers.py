"""Specification of callers who are slow: their requests are given up, others are not (9.3)."""

import select
import socket
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from dataclasses import replace
from http.client import HTTPResponse
from urllib.parse import urlsplit

import pytest

from interfaces.bootstrap import Program
from tests.interfaces.api.test_run_stream import Scene
from tests.support.served import served

WITHIN_S = 0.25
_HANGS_AFTER_S = 20.0
LOGIN = b"POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
KEY = b"Idempotency-Key: k\r\n"
CREATE = LOGIN.replace(b"auth/login", b"portfolios") + KEY
FORM = LOGIN.replace(b"auth/login", b"onboarding/create-portfolio").replace(
    b"application/json", b"multipart/form-data; boundary=x"
)
PART = b'--x\r\nContent-Disposition: form-data; name="csv_file"; filename="a.csv"\r\n\r\n'
PAGE = (
    b"POST /login HTTP/1.1\r\nHost: x\r\nAccept: text/html\r\n"
    b"Content-Type: application/x-www-form-urlencoded\r\n"
)
LIVE = b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n"


@pytest.fixture
def caller(program: Program) -> Iterator[socket.socket]:
    """A connection to a server that waits for a quarter of a second."""
    terms = replace(program.terms, request_timeout_s=WITHIN_S)
    with served(replace(program, terms=terms)) as server:
        address = urlsplit(server.url)
        with socket.create_connection(("127.0.0.1", address.port or 0)) as connection:
            connection.settimeout(_HANGS_AFTER_S)
            yield connection


def answer_on(connection: socket.socket) -> tuple[int, str]:
    """The next answer on a connection: its status and its body."""
    answer = HTTPResponse(connection)
    answer.begin()
    return answer.status, answer.read().decode()


def trickle(connection: socket.socket, crumb: bytes, crumbs: int = 1_000) -> bool:
    """Send crumb by crumb, never silent for long; whether the server spoke or hung up meanwhile."""
    connection.settimeout(WITHIN_S / 10)
    try:
        for _ in range(crumbs):
            connection.sendall(crumb)
            with suppress(TimeoutError):
                connection.recv(1, socket.MSG_PEEK)
                return True
    except ConnectionError:
        return True
    else:
        return False
    finally:
        connection.settimeout(_HANGS_AFTER_S)


def is_hung_up(connection: socket.socket) -> bool:
    """Whether the server closes the connection and says nothing more."""
    try:
        return connection.recv(1) == b""
    except ConnectionError:
        return True


def test_a_body_that_does_not_come_is_answered_and_the_connection_closed(
    caller: socket.socket,
) -> None:
    caller.sendall(LOGIN + b'Content-Length: 100\r\n\r\n{"email":')
    status, said = answer_on(caller)
    assert status == 408
    assert "ERR_HTTP_408" in said
    assert is_hung_up(caller)


def test_a_browser_is_answered_with_a_page_and_the_connection_closed(
    caller: socket.socket,
) -> None:
    caller.sendall(PAGE + b"Content-Length: 100\r\n\r\nemail=")
    status, said = answer_on(caller)
    assert status == 408
    assert "<!doctype html>" in said.lower()
    assert "/errors/ERR_HTTP_408" in said
    assert is_hung_up(caller)


@pytest.mark.parametrize(
    "sent",
    [
        LOGIN + b"Content-Length: 100000\r\n\r\n",
        LOGIN + b"Transfer-Encoding: chunked\r\n\r\n",
        CREATE + b"Content-Length: 100000\r\n\r\n",
        FORM + b"Content-Length: 100000\r\n\r\n" + PART,
    ],
    ids=["announced", "chunked", "under a key", "a form with a file"],
)
def test_a_body_that_comes_in_crumbs_is_answered_while_it_comes(
    caller: socket.socket, sent: bytes
) -> None:
    caller.sendall(sent)
    assert trickle(caller, b"1\r\nx\r\n" if b"chunked" in sent else b"x")
    status, said = answer_on(caller)
    assert status == 408
    assert "ERR_HTTP_408" in said


@pytest.mark.parametrize("sent", [b"", b"G", b"GET /health/live HTTP/1.1\r\nHost: x\r\n"])
def test_a_head_that_does_not_come_closes_the_connection(
    caller: socket.socket, sent: bytes
) -> None:
    caller.sendall(sent)
    assert is_hung_up(caller)


def test_a_head_that_comes_in_crumbs_closes_the_connection(caller: socket.socket) -> None:
    caller.sendall(b"GET /health/live HTTP/1.1\r\nHost: x\r\n")
    assert trickle(caller, b"X-Y: z\r\n")
    assert is_hung_up(caller)


def test_neither_does_a_second_head_or_the_rest_of_a_refused_body_hold_it(
    caller: socket.socket,
) -> None:
    caller.sendall(LIVE)
    assert answer_on(caller)[0] == 200
    caller.sendall(b"GET /nowhere HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n")
    assert answer_on(caller)[0] == 404
    assert trickle(caller, b"x")
    assert is_hung_up(caller)


def test_who_is_quick_is_served_again_and_again(caller: socket.socket) -> None:
    for _ in range(3):
        caller.sendall(LIVE)
        assert answer_on(caller)[0] == 200
    caller.sendall(LOGIN + b"Content-Length: 2\r\n\r\n")
    caller.sendall(b"{}")
    assert answer_on(caller)[0] == 401


def test_a_large_body_has_a_second_more_for_each_32_kib(caller: socket.socket) -> None:
    caller.sendall(LOGIN + b"Content-Length: %d\r\n\r\n" % (30 * 8 * 1024 + 1))
    assert not trickle(caller, b" " * 8 * 1024, crumbs=30)  # three times as long as a small one has
    caller.sendall(b" ")
    assert answer_on(caller)[0] == 422


def test_who_follows_a_run_is_not_slow(program: Program) -> None:
    terms = replace(program.terms, request_timeout_s=WITHIN_S)
    program = replace(program, terms=terms)
    with served(program) as server, ExitStack() as open_ends:
        scene = Scene(program, server, open_ends)
        run_id = scene.request()
        stream = scene.follow(run_id)
        assert stream.next()
        connection = stream.response.extensions["network_stream"].get_extra_info("socket")
        hung_up, _, _ = select.select([connection], [], [], 3 * WITHIN_S)
        assert hung_up == []
        scene.execute(run_id)
        assert stream.rest()[-1].data["status"] == "completed"
