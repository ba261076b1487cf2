"""Specification of the list of users and of their ranks (spec 4.9)."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from domain.superusers import LastSuperuser
from tests.interfaces.conftest import World
from tests.support.visitors import Visitor, newcomer, refusal, superuser

NOBODY_S = "00000000-0000-4000-8000-000000000000"


def listed(world: World, **query: Any) -> list[str]:
    """The addresses that the superuser is shown."""
    answer = world.superuser.get("/admin/users", params=query)
    assert answer.status_code == 200, answer.text
    return [user["email"] for user in answer.json()["users"]]


def rank(world: World, visitor: Visitor, verb: str) -> dict[str, Any]:
    """What the superuser is answered who decides about somebody's rank."""
    answer = world.superuser.post(f"/admin/users/{visitor.id()}/{verb}")
    assert answer.status_code == 200, answer.text
    assert int(answer.headers["X-Event-Position"]) > 0
    body: dict[str, Any] = answer.json()
    return body


def test_a_user_is_told_whole(world: World) -> None:
    me = world.ada.get("/auth/me").json()
    [told] = world.superuser.get("/admin/users", params={"email": world.ada.email}).json()["users"]
    assert datetime.fromisoformat(told.pop("last_login_at")).tzinfo is UTC
    assert told == {
        "id": me["id"],
        "email": world.ada.email,
        "full_name": "Ada Lovelace",
        "is_superuser": False,
        "is_auditor": False,
        "is_demo": False,
        "is_active": True,
        "has_portfolio": True,
        "portfolio_count": 2,
        "created_at": me["created_at"],
    }


def test_users_come_in_pages_oldest_first(world: World) -> None:
    everybody = world.superuser.get("/admin/users", params={"limit": 200}).json()
    assert everybody["total"] == len(everybody["users"]) >= 4
    page = world.superuser.get("/admin/users", params={"limit": 2, "offset": 1}).json()
    assert page == {"total": everybody["total"], "users": everybody["users"][1:3]}
    assert everybody["users"][0]["email"] == world.ada.email


def test_users_are_found_by_what_is_asked(world: World) -> None:
    assert listed(world, email=world.bob.email[8:20].upper()) == [world.bob.email]
    assert listed(world, has_portfolio="true") == [world.ada.email]
    assert world.bob.email in listed(world, has_portfolio="false")
    today = datetime.now(UTC).date().isoformat()
    assert world.bob.email in listed(world, created_from="0001-01-01", created_to="9999-12-31")
    assert listed(world, created_to="2013-03-01") == []
    assert listed(world, created_from=today, email="no such user") == []
    assert listed(world, email="\x00") == []


@pytest.mark.parametrize(
    "query",
    [
        *({"limit": 0}, {"limit": 201}, {"offset": -1}),
        *({"created_from": "yesterday"}, {"created_to": "2013-02-30"}, {"has_portfolio": "maybe"}),
    ],
)
def test_what_cannot_be_asked_is_refused(world: World, query: dict[str, Any]) -> None:
    answer = world.superuser.get("/admin/users", params=query)
    assert refusal(answer) == (422, "ERR_REQUEST_001")


def test_a_demo_user_is_told_to_be_one(world: World) -> None:
    demo = Visitor(world.client, email="demo_somebody@sigmasight.com")
    assert demo.register(world.program).status_code == 201
    [told] = world.superuser.get("/admin/users", params={"email": demo.email}).json()["users"]
    assert (told["is_demo"], told["last_login_at"]) == (True, None)


def test_a_promoted_user_administrates_after_signing_in_anew(world: World) -> None:
    cid = newcomer(world.program, world.client)
    assert rank(world, cid, "promote")["is_superuser"] is True
    assert refusal(cid.get("/admin/users")) == (401, "ERR_AUTH_002")
    assert cid.log_in().json()["user"]["is_superuser"] is True
    assert cid.get("/admin/users").status_code == 200
    assert rank(world, cid, "demote")["is_superuser"] is False
    cid.log_in()
    assert refusal(cid.get("/admin/users")) == (403, "ERR_ADMIN_001")


def test_an_auditor_reads_others_portfolios_and_changes_nothing_at_once(world: World) -> None:
    cid = newcomer(world.program, world.client)
    own = cid.open_sample()
    assert refusal(cid.get(f"/portfolios/{world.valued}")) == (403, "ERR_PORT_403")
    assert rank(world, cid, "grant-auditor")["is_auditor"] is True
    assert cid.get("/auth/me").json()["is_auditor"] is True
    assert cid.get(f"/portfolios/{world.valued}").status_code == 200
    mine = cid.ask("DELETE", f"/api/v1/portfolios/{own}")
    assert refusal(mine) == (403, "ERR_AUDIT_403")
    assert refusal(cid.open("SPY,1,142.00,2012-12-31")) == (403, "ERR_AUDIT_403")
    preview = cid.preview(b"", portfolio_id=world.valued)
    assert preview.status_code == 200, preview.text
    assert rank(world, cid, "revoke-auditor")["is_auditor"] is False
    assert refusal(cid.get(f"/portfolios/{world.valued}")) == (403, "ERR_PORT_403")
    assert cid.ask("DELETE", f"/api/v1/portfolios/{own}").status_code == 200


def test_a_superuser_who_is_an_auditor_still_administrates(world: World) -> None:
    cid = superuser(world.program, world.client)
    rank(world, cid, "grant-auditor")
    assert cid.post(f"/admin/users/{cid.id()}/revoke-auditor").status_code == 200


@pytest.mark.parametrize("user_id", [NOBODY_S, "nobody", "%00", "1"])
def test_nobody_unknown_has_a_rank(world: World, user_id: str) -> None:
    answer = world.superuser.post(f"/admin/users/{user_id}/promote")
    assert refusal(answer) == (404, "ERR_USER_404")


def test_the_last_superuser_can_neither_be_demoted_nor_shut_out(world: World) -> None:
    cid = superuser(world.program, world.client)
    others = world.superuser.get("/admin/users", params={"limit": 200}).json()["users"]
    for other in others:
        if other["is_superuser"] and other["email"] != cid.email:
            assert cid.post(f"/admin/users/{other['id']}/demote").status_code == 200
    for verb in ("demote", "deactivate"):
        answer = cid.post(f"/admin/users/{cid.id()}/{verb}")
        assert refusal(answer) == (409, LastSuperuser.code)
    root = next(other for other in others if other["email"] == world.superuser.email)
    assert cid.post(f"/admin/users/{root['id']}/promote").status_code == 200
    world.sign_in_again()
    rank(world, cid, "demote")


def test_each_decision_names_who_made_it(world: World) -> None:
    cid = newcomer(world.program, world.client)
    answer = world.superuser.post(f"/admin/users/{cid.id()}/grant-auditor")
    [row] = world.program.log.read(int(answer.headers["X-Event-Position"]) - 1, 1)
    assert str(row.cause.actor) == world.superuser.id()
    assert str(row.aggregate_id) == cid.id()
    assert refusal(replace(cid, token=None).get("/admin/users")) == (401, "ERR_AUTH_002")
