"""Who fails to sign in too often is told to wait, whoever it is (spec 4.3)."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx import Response

from interfaces.bootstrap import Parts, Program, build
from interfaces.http import create_http
from tests.support.browsing import send
from tests.support.programs import FAST, settings_for
from tests.support.visitors import PASSWORD, Visitor, error_of, newcomer, refusal, superuser

WRONG = "Wrong1234"


@pytest.fixture
def limited(database: str) -> Iterator[Program]:
    """A program that counts failures, from none on."""
    settings = settings_for(database).model_copy(update={"rate_limits": "on"})
    with build(settings, Parts(live_sources=[], password_cost=FAST, benchmarks=())) as program:
        yield program


def at(program: Program, address: str) -> TestClient:
    """A client that calls from an address."""
    return TestClient(create_http(program), client=(address, 50_000))


def said(answer: Response) -> dict[str, Any]:
    """All that a refusal says but for what differs each time."""
    error = error_of(answer) | {"request_id": ""}
    return {"status": answer.status_code, "error": error, "length": len(answer.content)}


def test_after_ten_failures_one_waits_for_as_long_as_is_told(limited: Program) -> None:
    home = at(limited, "203.0.113.7")
    ada = newcomer(limited, home)
    codes = [refusal(ada.log_in(WRONG)) for _ in range(10)]
    assert codes == [(401, "ERR_AUTH_001")] * 10
    answer = ada.log_in()
    assert refusal(answer) == (429, "ERR_AUTH_003")
    wait_s = int(answer.headers["Retry-After"])
    assert 800 < wait_s <= 900
    assert error_of(answer)["details"] == {"retry_after_s": wait_s}
    assert replace(ada, client=at(limited, "203.0.113.8")).log_in().status_code == 429
    assert Visitor(home).log_in(WRONG).status_code == 429
    assert ada.get("/auth/me").status_code == 200


def test_the_form_to_sign_in_says_so_too(limited: Program) -> None:
    home = at(limited, "203.0.113.7")
    home.follow_redirects = False
    ada = newcomer(limited, home)
    tries = [send(home, "/login", "/login", email=ada.email, password=WRONG) for _ in range(10)]
    assert {answer.status_code for answer in tries} == {401}
    refused = send(home, "/login", "/login", email=ada.email, password=PASSWORD)
    assert refused.status_code == 429
    assert 800 < int(refused.headers["Retry-After"]) <= 900
    assert "Sign in" in refused.text


def test_the_form_to_change_the_password_says_so_too(limited: Program) -> None:
    home = at(limited, "203.0.113.7")
    home.follow_redirects = False
    ada = newcomer(limited, home)
    send(home, "/login", "/login", email=ada.email, password=PASSWORD)
    changed = {"current": WRONG, "new": "Another1One"}
    tries = [send(home, "/settings", "/settings/password", **changed) for _ in range(11)]
    assert [answer.status_code for answer in tries] == [422] * 10 + [429]
    assert 800 < int(tries[-1].headers["Retry-After"]) <= 900
    assert "Signing in failed too often" in tries[-1].text


def test_unknown_wrong_and_deactivated_are_told_the_same(limited: Program) -> None:
    away = at(limited, "198.51.100.1")
    wrong, shut_out, unknown = newcomer(limited, away), newcomer(limited, away), Visitor(away)
    root = superuser(limited, away)
    assert root.post(f"/admin/users/{shut_out.id()}/deactivate").status_code == 200
    tries = [(wrong, WRONG), (shut_out, PASSWORD), (unknown, PASSWORD)]
    for n, (visitor, password) in enumerate(tries):
        visitor.client = at(limited, f"198.51.100.{n + 2}")
        first = said(visitor.log_in(password))
        assert first["error"]["code"] == "ERR_AUTH_001"
        assert first == said(Visitor(away).log_in(password)) if n == 0 else first
        for _ in range(9):
            assert said(visitor.log_in(password)) == first
        assert refusal(visitor.log_in(password)) == (429, "ERR_AUTH_003")
