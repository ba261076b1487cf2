"""Specification of cookies: they count for reading, and with a companion for more (4.3)."""

from collections.abc import Iterator
from http.cookies import Morsel, SimpleCookie

import pytest
from fastapi.testclient import TestClient
from httpx import Response

from infrastructure.settings import Settings
from interfaces.bootstrap import Parts, build
from interfaces.http import create_http
from tests.interfaces.conftest import World
from tests.support.programs import FAST, settings_for
from tests.support.visitors import PASSWORD, Visitor, client_of, newcomer, refusal

COMPANION = "sigmasight_csrf"


@pytest.fixture
def browser(world: World) -> Iterator[Visitor]:
    """Somebody who signed in with a client that keeps cookies, and sends no header."""
    with TestClient(create_http(world.program)) as client:
        visitor = newcomer(world.program, client)
        visitor.token = None
        yield visitor


def cookies_of(answer: Response) -> dict[str, Morsel[str]]:
    """The cookies that an answer sets."""
    jar: SimpleCookie = SimpleCookie()
    for header in answer.headers.get_list("set-cookie"):
        jar.load(header)
    return dict(jar)


def test_signing_in_gives_two_cookies_one_of_them_hidden_from_scripts(world: World) -> None:
    answer = newcomer(world.program, world.client).log_in()
    cookies = cookies_of(answer)
    token, companion = cookies["sigmasight"], cookies[COMPANION]
    assert token.value == answer.json()["access_token"]
    assert (bool(token["httponly"]), bool(companion["httponly"])) == (True, False)
    for cookie in (token, companion):
        assert (cookie["samesite"], cookie["path"]) == ("lax", "/")
        assert cookie["max-age"] == str(30 * 24 * 3600)
        assert not cookie["secure"]


def test_in_production_cookies_go_over_tls_alone(database: str) -> None:
    own = {"sigmasight_env": "production", "beta_invite_code": "A code of our own"}
    settings = Settings.model_validate(settings_for(database).model_dump() | own)
    parts = Parts(live_sources=[], password_cost=FAST, benchmarks=())
    with build(settings, parts) as program, client_of(program) as client:
        visitor = Visitor(client)
        visitor.register(program, invite_code="A code of our own")
        cookies = cookies_of(visitor.log_in())
        assert [bool(cookie["secure"]) for cookie in cookies.values()] == [True, True]


def test_the_cookie_counts_for_reading(browser: Visitor) -> None:
    assert browser.get("/auth/me").json()["email"] == browser.email
    assert browser.get("/portfolios").status_code == 200


@pytest.mark.parametrize("sent", [None, b"", b"x", b"\xe9"])
def test_alone_it_counts_for_nothing_else(browser: Visitor, sent: bytes | None) -> None:
    headers = {} if sent is None else {b"X-CSRF-Token": sent}
    answer = browser.client.post("/api/v1/portfolios", json={}, headers=headers)
    assert refusal(answer) == (401, "ERR_AUTH_002")


def test_with_its_companion_it_counts_for_everything(browser: Visitor) -> None:
    headers = {"X-CSRF-Token": browser.client.cookies[COMPANION]}
    answer = browser.post("/portfolios", json={}, headers=headers)
    assert answer.status_code == 400, answer.text
    assert browser.post("/auth/logout", headers=headers).status_code == 200


def test_another_token_s_companion_does_not_count(world: World, browser: Visitor) -> None:
    foreign = cookies_of(newcomer(world.program, world.client).log_in())[COMPANION].value
    answer = browser.post("/portfolios", json={}, headers={"X-CSRF-Token": foreign})
    assert refusal(answer) == (401, "ERR_AUTH_002")


def test_a_header_is_believed_before_the_cookie(world: World, browser: Visitor) -> None:
    other = newcomer(world.program, world.client)
    browser.token = other.token
    assert browser.get("/auth/me").json()["email"] == other.email
    browser.token = "x"
    assert refusal(browser.get("/auth/me")) == (401, "ERR_AUTH_002")


def test_signing_out_takes_both_cookies_and_ends_their_token(browser: Visitor) -> None:
    token = browser.client.cookies["sigmasight"]
    headers = {"X-CSRF-Token": browser.client.cookies[COMPANION]}
    assert browser.post("/auth/logout", headers=headers).status_code == 200
    assert dict(browser.client.cookies) == {}
    assert refusal(browser.get("/auth/me")) == (401, "ERR_AUTH_002")
    browser.token = token
    assert refusal(browser.get("/auth/me")) == (401, "ERR_AUTH_002")


def test_every_fresh_token_is_the_browser_s_next_cookie(browser: Visitor) -> None:
    change = {"current_password": PASSWORD, "new_password": "Difference1Engine"}
    for url, body in (("/auth/refresh", {}), ("/auth/change-password", change)):
        before = browser.client.cookies["sigmasight"]
        headers = {"X-CSRF-Token": browser.client.cookies[COMPANION]}
        answer = browser.post(url, json=body, headers=headers)
        assert browser.client.cookies["sigmasight"] == answer.json()["access_token"] != before
        assert browser.get("/auth/me").status_code == 200
