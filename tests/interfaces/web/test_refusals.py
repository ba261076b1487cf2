"""Specification of what a browser is shown where no page could answer (spec 4.12, 8)."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from html import unescape
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx import Response

from application.errors import NoRoom, StoreUnavailable
from interfaces.authentication import COOKIE
from interfaces.error_catalogue import CATALOGUE
from interfaces.http import create_http
from tests.interfaces.conftest import World
from tests.support.browsing import send, signed_in
from tests.support.failing import Failing
from tests.support.visitors import GOOG_AND_SPY, SAMPLE, csv_file, refusal

UPLOAD = "/onboarding/upload"
FORM = {"Content-Type": "multipart/form-data; boundary=x"}
START = b'--x\r\nContent-Disposition: form-data; name="csv_file"; filename="a.csv"\r\n\r\n'
MEGABYTES = 12
BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


def growing() -> Iterator[bytes]:
    yield START
    for _ in range(MEGABYTES):
        yield b"x" * 1024**2


@pytest.mark.parametrize("is_announced", [True, False])
def test_a_file_that_is_too_large_is_refused_by_a_page(
    world: World, browser: TestClient, *, is_announced: bool
) -> None:
    signed_in(world.program, browser)
    length = {"Content-Length": str(len(START) + MEGABYTES * 1024**2)} if is_announced else {}
    answer = browser.post(UPLOAD, content=growing(), headers=BROWSER | FORM | length)
    assert answer.status_code == 413
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    text = unescape(answer.text)
    entry = CATALOGUE["ERR_CSV_001"]
    assert entry.title in text
    assert entry.cure in text
    assert 'href="/errors/ERR_CSV_001"' in text
    assert "Sign out" in text


def test_any_other_form_says_that_it_was_too_much(browser: TestClient) -> None:
    body = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = browser.post("/login", content=growing(), headers=BROWSER | body)
    assert (answer.status_code, "/errors/ERR_HTTP_413" in answer.text) == (413, True)
    assert "Sign in" in answer.text


@pytest.mark.parametrize("path", ["/nothing", "/errors/ERR_NO_000", "/assets/x/none.js"])
def test_what_is_not_there_is_said_by_a_page(browser: TestClient, path: str) -> None:
    answer = browser.get(path, headers=BROWSER)
    assert (answer.status_code, CATALOGUE["ERR_HTTP_404"].title in answer.text) == (404, True)
    assert refusal(browser.get(path)) == (404, "ERR_HTTP_404")


@contextmanager
def failing_browser(world: World, **parts: Any) -> Iterator[TestClient]:
    """Ada's browser at a program of which some parts fail."""
    program = replace(world.program, **parts)
    with TestClient(create_http(program), follow_redirects=False) as browser:
        browser.cookies.set(COOKIE, str(world.ada.token))
        yield browser


@pytest.mark.parametrize(
    "path",
    ["/portfolios/x", "/portfolios/{valued}/positions/x", "/portfolios/{valued}/history/soon"],
)
def test_an_address_with_what_can_be_no_id_leads_to_nothing(
    world: World, browser: TestClient, path: str
) -> None:
    browser.cookies.set(COOKIE, str(world.ada.token))
    answer = browser.get(path.format(valued=world.valued), headers=BROWSER)
    assert (answer.status_code, CATALOGUE["ERR_HTTP_404"].title in answer.text) == (404, True)


def answer_of_failing(world: World, failure: Exception, room: str) -> Response:
    """The command center asked for where a room fails."""
    with failing_browser(world, **{room: Failing(failure)}) as browser:
        answer: Response = browser.get("/command-center", headers=BROWSER)
    return answer


def test_a_failure_nobody_foresaw_is_told_by_a_page_without_its_words(world: World) -> None:
    answer = answer_of_failing(world, RuntimeError("SELECT secret"), "portfolios_room")
    assert (answer.status_code, CATALOGUE["ERR_HTTP_500"].title in answer.text) == (500, True)
    assert "secret" not in answer.text
    assert "Sign out" in answer.text


@pytest.mark.parametrize("room", ["portfolios_room", "users_room"])
def test_without_the_store_a_page_says_to_come_again(world: World, room: str) -> None:
    answer = answer_of_failing(world, StoreUnavailable(), room)
    assert (answer.status_code, CATALOGUE["ERR_BUSY_001"].title in answer.text) == (503, True)
    assert int(answer.headers["Retry-After"]) > 0


def test_who_registers_while_the_store_is_away_keeps_what_was_typed(world: World) -> None:
    with failing_browser(world, users=Failing(StoreUnavailable())) as browser:
        browser.cookies.clear()
        answer = send(browser, "/register", "/register", full_name="Grace Hopper")
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert 'value="Grace Hopper"' in answer.text


def test_a_form_sent_while_the_store_is_away_keeps_what_was_typed(world: World) -> None:
    flow = {"kind": "WITHDRAWAL", "amount": "12.50", "date": "2013-02-01"}
    with failing_browser(world, cash_flows=Failing(NoRoom())) as browser:
        page = f"/portfolios/{world.valued}/cash-flows"
        answer = send(browser, page, page, **flow)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "10")
    assert 'value="12.50"' in answer.text


def test_an_upload_confirmed_while_the_store_is_away_is_there_to_confirm_again(
    world: World,
) -> None:
    with failing_browser(world, portfolios=Failing(StoreUnavailable())) as browser:
        sent = {"csv_file": ("positions.csv", csv_file(*GOOG_AND_SPY), "text/csv")}
        form = SAMPLE | {"account_name": "Another one"}
        preview = send(browser, UPLOAD, UPLOAD, files=sent, **form).headers["location"]
        answer = send(browser, preview, f"{preview}/confirm")
        again = browser.get(preview)
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert 'value="Another one"' in answer.text
    assert again.status_code == 200


def test_programs_are_answered_as_ever(browser: TestClient) -> None:
    answer = browser.post("/api/v1/auth/login", content=growing())
    assert refusal(answer) == (413, "ERR_HTTP_413")
