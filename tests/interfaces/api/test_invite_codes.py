"""Specification of invite codes: issued, used up, revoked (spec 4.9)."""

from typing import Any

import psycopg
import pytest

from tests.interfaces.conftest import World
from tests.support.visitors import AFTER_ALL, BEFORE_ALL, Visitor, refusal

CODES = "/admin/invite-codes"


def issue(world: World, **terms: Any) -> dict[str, Any]:
    """A fresh code."""
    answer = world.superuser.post(CODES, json={"cohort": "Friends", **terms})
    assert answer.status_code == 201, answer.text
    issued: dict[str, Any] = answer.json()
    return issued


def listed(world: World, invite_id: str) -> dict[str, Any]:
    """The code as it stands in the list."""
    answer = world.superuser.get(CODES, params={"limit": 200}).json()
    [found] = [code for code in answer["invite_codes"] if code["id"] == invite_id]
    shown: dict[str, Any] = found
    return shown


def join(world: World, code: str) -> tuple[int, str]:
    """Register somebody new with a code; how that was answered."""
    answer = Visitor(world.client).register(world.program, invite_code=code)
    return (201, "") if answer.status_code == 201 else refusal(answer)


def test_a_code_admits_as_many_as_it_says(world: World) -> None:
    issued = issue(world, max_uses=2, expires_at="2099-12-31T00:00:00+01:00")
    assert issued["expires_at"] == "2099-12-30T23:00:00Z"
    assert listed(world, issued["id"])["state"] == "active"
    assert join(world, f" {issued['code'].lower()} ") == (201, "")
    assert join(world, issued["code"]) == (201, "")
    assert join(world, issued["code"]) == (401, "ERR_INVITE_003")
    shown = listed(world, issued["id"])
    assert (shown["uses"], shown["max_uses"], shown["state"]) == (2, 2, "used_up")


def test_a_code_is_shown_once_and_kept_as_a_hash(world: World) -> None:
    issued = issue(world)
    assert issued["code"] not in world.superuser.get(CODES).text
    with psycopg.connect(world.program.database_url) as connection:
        found = connection.execute(
            "SELECT count(*) FROM events.stored_events WHERE convert_from(state, 'UTF8') ILIKE %s",
            [f"%{issued['code']}%"],
        ).fetchone()
    assert found == (0,)


def test_a_revoked_code_admits_nobody(world: World) -> None:
    issued = issue(world)
    revoked = world.superuser.post(f"{CODES}/{issued['id']}/revoke")
    assert revoked.json() == {"id": issued["id"], "state": "revoked"}
    assert join(world, issued["code"]) == (401, "ERR_INVITE_004")
    assert listed(world, issued["id"])["state"] == "revoked"
    again = world.superuser.post(f"{CODES}/{issued['id']}/revoke")
    assert again.status_code == 200


def test_the_list_says_who_issued_and_has_a_total(world: World) -> None:
    issued = issue(world)
    me = world.superuser.get("/auth/me").json()["id"]
    page = world.superuser.get(CODES, params={"limit": 1}).json()
    assert page["total"] >= 1
    assert [(code["id"], code["issued_by"]) for code in page["invite_codes"]] == [
        (issued["id"], me)
    ]


@pytest.mark.parametrize("unknown", ["none", "00000000-0000-4000-8000-000000000000"])
def test_an_unknown_code_cannot_be_revoked(world: World, unknown: str) -> None:
    answer = world.superuser.post(f"{CODES}/{unknown}/revoke")
    assert refusal(answer) == (404, "ERR_INVITE_404")


@pytest.mark.parametrize(
    ("terms", "refused"),
    [
        ({"cohort": " "}, (422, "ERR_INVITE_005")),
        ({"expires_at": "2020-01-01T00:00:00Z"}, (422, "ERR_INVITE_005")),
        ({"expires_at": "2099-01-01T00:00:00"}, (422, "ERR_REQUEST_001")),
        ({"expires_at": BEFORE_ALL}, (422, "ERR_REQUEST_001")),
        ({"expires_at": AFTER_ALL}, (422, "ERR_REQUEST_001")),
        ({"max_uses": 0}, (422, "ERR_REQUEST_001")),
        ({"code": "LET-ME-IN"}, (422, "ERR_REQUEST_001")),
    ],
)
def test_terms_that_make_no_sense_are_refused(
    world: World, terms: dict[str, Any], refused: tuple[int, str]
) -> None:
    position = world.program.log.position()
    answer = world.superuser.post(CODES, json={"cohort": "Friends", **terms})
    assert refusal(answer) == refused
    assert world.program.log.position() == position
    assert world.superuser.get(CODES).status_code == 200


def test_the_last_instant_there_is_may_be_the_expiry(world: World) -> None:
    issued = issue(world, expires_at="9999-12-31T18:59:59.999999-05:00")
    assert issued["expires_at"] == "9999-12-31T23:59:59.999999Z"
    assert listed(world, issued["id"])["expires_at"] == issued["expires_at"]
