"""Specification of acting as another user, to the letter (spec 4.9)."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import jwt
import pytest

from tests.interfaces.conftest import World
from tests.support.visitors import PASSWORD, Visitor, newcomer, refusal

NOBODY_S = "00000000-0000-4000-8000-000000000000"


@pytest.fixture
def ada(world: World) -> Visitor:
    """Somebody to act as."""
    return newcomer(world.program, world.client)


def test_the_answer_says_who_acts_as_whom_and_what_to_do(world: World, ada: Visitor) -> None:
    answer = world.superuser.post("/admin/impersonate", json={"target_user_id": ada.id()})
    body = answer.json()
    said = jwt.decode(body["access_token"], options={"verify_signature": False})
    assert (answer.status_code, body["token_type"], body["expires_in"]) == (200, "bearer", 28800)
    assert body["target_user"]["email"] == ada.email
    assert body["impersonator"]["email"] == world.superuser.email
    assert "stop-impersonation" in body["instructions"]
    assert said["sub"] == ada.id()
    assert (said["is_impersonation"], said["impersonator_id"]) == (True, world.superuser.id())
    assert said["exp"] - said["iat"] == 8 * 3600


def test_one_is_the_other_user_and_can_see_who_acts(world: World, ada: Visitor) -> None:
    acting = world.superuser.acting_as(ada)
    me = acting.get("/auth/me").json()
    ends_at = datetime.fromisoformat(me["impersonation"].pop("expires_at"))
    assert me["id"] == ada.id()
    assert me["impersonation"] == {
        "id": world.superuser.id(),
        "email": world.superuser.email,
        "full_name": "Root",
    }
    left = ends_at - datetime.now(UTC)
    assert timedelta(hours=7) < left <= timedelta(hours=8)
    assert ada.get("/auth/me").json()["impersonation"] is None


def test_everything_recorded_meanwhile_carries_both(world: World, ada: Visitor) -> None:
    acting, both = world.superuser.acting_as(ada), (ada.id(), world.superuser.id())
    before = world.program.log.position()
    portfolio_id = acting.open_sample()
    done = [
        acting.post(
            f"/portfolios/{portfolio_id}/cash-flows",
            json={"kind": "CONTRIBUTION", "amount": "10.00", "date": "2013-01-15"},
        ),
        acting.ask("PUT", f"/api/v1/portfolios/{portfolio_id}", json={"name": "Another"}),
        acting.post(f"/portfolio/{portfolio_id}/calculate"),
        acting.ask("DELETE", f"/api/v1/portfolios/{portfolio_id}"),
        acting.post("/admin/stop-impersonation"),
    ]
    assert [answer.status_code < 300 for answer in done] == [True] * 5, [a.text for a in done]
    rows = world.program.log.read(before, 100)
    assert len(rows) >= 7
    assert {(str(row.cause.actor), str(row.cause.impersonator)) for row in rows} == {both}


def test_what_is_recorded_otherwise_carries_one(world: World, ada: Visitor) -> None:
    before = world.program.log.position()
    ada.open_sample()
    world.superuser.acting_as(ada)
    causes = [row.cause for row in world.program.log.read(before, 100)]
    assert [cause.impersonator for cause in causes] == [None] * len(causes)
    assert causes[-1].actor == UUID(world.superuser.id())


def test_a_superuser_sees_what_is_another_s_only_so(world: World, ada: Visitor) -> None:
    portfolio_id = ada.open_sample()
    url = f"/portfolios/{portfolio_id}/positions"
    assert refusal(world.superuser.get(url)) == (403, "ERR_PORT_403")
    acting = world.superuser.acting_as(ada)
    assert [acting.get(url).status_code for _ in range(2)] == [200, 200]


@pytest.mark.parametrize(
    ("url", "body"),
    [
        ("/admin/impersonate", {"target_user_id": NOBODY_S}),
        ("/auth/change-password", {"current_password": PASSWORD, "new_password": "Xq7zzzzz"}),
        ("/auth/refresh", {}),
        ("/admin/batch/run", {}),
    ],
)
def test_neither_administration_nor_credentials(
    world: World, ada: Visitor, url: str, body: dict[str, str]
) -> None:
    for target in (ada, other_superuser(world)):
        acting = world.superuser.acting_as(target)
        assert refusal(acting.post(url, json=body)) == (403, "ERR_ADMIN_007")
        assert refusal(acting.get("/admin/users")) == (403, "ERR_ADMIN_007")


def other_superuser(world: World) -> Visitor:
    """A superuser to act as: the rights to administrate are not lent."""
    other = newcomer(world.program, world.client)
    world.superuser.post(f"/admin/users/{other.id()}/promote")
    other.log_in()
    return other


def test_stopping_gives_a_token_of_one_s_own(world: World, ada: Visitor) -> None:
    acting = world.superuser.acting_as(ada)
    answer = acting.post("/admin/stop-impersonation")
    assert answer.status_code == 200
    own = Visitor(world.client, token=answer.json()["access_token"])
    assert own.get("/auth/me").json()["impersonation"] is None
    assert own.get("/admin/users").status_code == 200
    assert answer.json()["user"]["email"] == world.superuser.email
    assert refusal(acting.post("/admin/stop-impersonation")) == (401, "ERR_AUTH_002")
    assert ada.get("/auth/me").status_code == 200


def test_what_is_no_impersonation_cannot_be_stopped(world: World, ada: Visitor) -> None:
    for visitor in (ada, world.superuser):
        assert refusal(visitor.post("/admin/stop-impersonation")) == (401, "ERR_ADMIN_004")


def test_nobody_acts_as_nobody_or_as_oneself(world: World, ada: Visitor) -> None:
    def ask(target: object) -> tuple[int, str]:
        return refusal(world.superuser.post("/admin/impersonate", json={"target_user_id": target}))

    assert ask(NOBODY_S) == (404, "ERR_ADMIN_002")
    assert ask(world.superuser.id()) == (400, "ERR_ADMIN_003")
    assert ask("nobody") == ask(None) == (422, "ERR_REQUEST_001")
    world.superuser.post(f"/admin/users/{(shut_out := ada.id())}/deactivate")
    assert ask(shut_out) == (404, "ERR_ADMIN_002")


def test_only_a_superuser_does(world: World, ada: Visitor) -> None:
    answer = ada.post("/admin/impersonate", json={"target_user_id": world.bob.id()})
    assert refusal(answer) == (403, "ERR_ADMIN_001")


def test_no_token_is_kept_to_be_given_again(world: World, ada: Visitor) -> None:
    body, headers = {"target_user_id": ada.id()}, {"Idempotency-Key": "act"}
    answers = [
        world.superuser.post("/admin/impersonate", json=body, headers=headers) for _ in range(2)
    ]
    first, second = (Visitor(world.client, token=a.json()["access_token"]) for a in answers)
    assert first.token != second.token
    stops = [
        acting.post("/admin/stop-impersonation", headers=headers) for acting in (first, second)
    ]
    assert stops[0].json()["access_token"] != stops[1].json()["access_token"]
