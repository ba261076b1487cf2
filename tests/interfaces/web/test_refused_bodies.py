"""Specification of what somebody sees whose file is too large to be read (spec 4.12, 8)."""

from collections.abc import Iterator
from html import unescape

import pytest
from fastapi.testclient import TestClient

from interfaces.error_catalogue import CATALOGUE
from tests.interfaces.conftest import World
from tests.support.browsing import signed_in
from tests.support.visitors import refusal

UPLOAD = "/onboarding/upload"
FORM = {"Content-Type": "multipart/form-data; boundary=x"}
START = b'--x\r\nContent-Disposition: form-data; name="csv_file"; filename="a.csv"\r\n\r\n'
MEGABYTES = 12


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
    answer = browser.post(UPLOAD, content=growing(), headers=FORM | length)
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
    answer = browser.post("/login", content=growing(), headers=body)
    assert (answer.status_code, "/errors/ERR_HTTP_413" in answer.text) == (413, True)
    assert "Sign in" in answer.text


def test_programs_are_answered_as_ever(browser: TestClient) -> None:
    answer = browser.post("/api/v1/auth/login", content=growing())
    assert refusal(answer) == (413, "ERR_HTTP_413")
