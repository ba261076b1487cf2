"""Specification of signing in and being known (spec 4.3)."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from application.access_ports import Grant
from tests.interfaces.conftest import World
from tests.support.visitors import PASSWORD, Visitor, error_of, newcomer, refusal


def test_signing_in_gives_a_token_and_says_whose_it_is(world: World) -> None:
    ada = newcomer(world.program, world.client)
    answer = ada.log_in()
    body, me = answer.json(), ada.get("/auth/me").json()
    assert answer.status_code == 200
    assert (body["token_type"], body["expires_in"]) == ("bearer", 30 * 24 * 3600)
    assert body["user"] == {
        "id": me["id"],
        "email": ada.email,
        "full_name": "Ada Lovelace",
        "is_superuser": False,
    }
    assert me == {
        **body["user"],
        "is_auditor": False,
        "created_at": me["created_at"],
        "portfolio_count": 0,
        "impersonation": None,
    }
    assert datetime.fromisoformat(me["created_at"]).tzinfo is UTC
    assert me["created_at"].endswith("Z")


def test_a_superuser_is_told_to_be_one(world: World) -> None:
    assert world.superuser.get("/auth/me").json()["is_superuser"] is True


def test_the_number_of_portfolios_is_known(world: World) -> None:
    ada = newcomer(world.program, world.client)
    ada.open_sample()
    assert ada.get("/auth/me").json()["portfolio_count"] == 1


@pytest.mark.parametrize("password", ["Wrong1234", "", "a" * 100_000, "Aa1\x00bcdefg", "Aa1\ud800"])
def test_a_wrong_password_is_refused_like_an_unknown_address(world: World, password: str) -> None:
    wrong = Visitor(world.client, world.ada.email).log_in(password)
    unknown = Visitor(world.client).log_in(PASSWORD)
    assert refusal(wrong) == refusal(unknown) == (401, "ERR_AUTH_001")
    assert error_of(wrong)["message"] == error_of(unknown)["message"]


@pytest.mark.parametrize("body", [{}, {"email": None, "password": None}])
def test_blank_credentials_are_refused(world: World, body: dict[str, None]) -> None:
    assert refusal(world.nobody.post("/auth/login", json=body)) == (401, "ERR_AUTH_001")


@pytest.mark.parametrize(
    "header",
    ["", "Bearer", "Bearer ", "Bearer x", "Bearer a.b.c", "Basic YTpi", "bearer " + "x" * 10_000],
)
def test_without_a_good_token_nobody_is_known(world: World, header: str) -> None:
    answer = world.client.get("/api/v1/auth/me", headers={"Authorization": header})
    assert refusal(answer) == (401, "ERR_AUTH_002")
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_a_token_of_nobody_registered_is_refused(world: World) -> None:
    ghost_s = Grant(user_id=uuid4(), email="g@x.org", is_superuser=True, session_version=0)
    token, _ = world.program.tokens.issue(ghost_s)
    ghost = replace(world.nobody, token=token)
    assert refusal(ghost.get("/auth/me")) == (401, "ERR_AUTH_002")
    assert refusal(ghost.open("SPY,1,142.00,2012-12-31")) == (401, "ERR_AUTH_002")
