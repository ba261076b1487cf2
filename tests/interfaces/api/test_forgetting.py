"""A superuser forgets somebody; from that answer on nobody is there any more."""

from uuid import UUID

import pytest
from fastapi.testclient import TestClient

from domain.kernel import FORGOTTEN
from interfaces.bootstrap import Program
from tests.interfaces.conftest import World
from tests.support.accounts import cause
from tests.support.programs import build_program
from tests.support.visitors import Visitor, client_of, error_of, newcomer


def id_of(visitor: Visitor) -> str:
    """The id of who is signed in."""
    return str(visitor.get("/auth/me").json()["id"])


def test_forgetting_is_answered_alike_however_often_it_is_asked_for(world: World) -> None:
    somebody = newcomer(world.program, world.client)
    user_id = id_of(somebody)
    for _ in range(2):
        answer = world.superuser.post(f"/admin/users/{user_id}/forget")
        assert answer.status_code == 200, answer.text
        assert answer.json() == {"id": user_id, "is_forgotten": True}
        assert int(answer.headers["X-Event-Position"]) <= world.program.log.position()

    assert somebody.get("/auth/me").status_code == 401
    assert error_of(somebody.log_in())["code"] == "ERR_AUTH_001"


def test_the_list_of_users_says_forgotten_and_the_address_finds_nobody(world: World) -> None:
    somebody = newcomer(world.program, world.client)
    user_id = id_of(somebody)
    world.superuser.post(f"/admin/users/{user_id}/forget")

    found = world.superuser.get("/admin/users", params={"email": somebody.email}).json()
    assert found == {"total": 0, "users": []}
    users = world.superuser.get("/admin/users", params={"limit": 200}).json()["users"]
    [listed] = [user for user in users if user["id"] == user_id]
    assert (listed["email"], listed["full_name"]) == (FORGOTTEN, FORGOTTEN)
    assert not listed["is_active"]


def test_the_address_registers_again_as_another_user(world: World) -> None:
    somebody = newcomer(world.program, world.client)
    user_id, token = id_of(somebody), somebody.token
    world.superuser.post(f"/admin/users/{user_id}/forget")

    assert somebody.register(world.program).status_code == 201
    assert somebody.log_in().status_code == 200
    assert id_of(somebody) != user_id
    assert Visitor(world.client, token=token).get("/auth/me").status_code == 401


@pytest.mark.parametrize("user_id", [str(UUID(int=1)), "nobody"])
def test_nobody_unknown_is_forgotten(world: World, user_id: str) -> None:
    answer = world.superuser.post(f"/admin/users/{user_id}/forget")
    assert (answer.status_code, error_of(answer)["code"]) == (404, "ERR_USER_404")


def test_the_last_superuser_stays(world: World) -> None:
    answer = world.superuser.post(f"/admin/users/{id_of(world.superuser)}/forget")
    assert (answer.status_code, error_of(answer)["code"]) == (409, "ERR_ADMIN_006")
    assert world.superuser.get("/admin/users").status_code == 200


def test_the_token_is_refused_by_other_programs_and_after_a_restart(database: str) -> None:
    with build_program(database) as one, client_of(one) as client:
        somebody = newcomer(one, client)
        user_id = id_of(somebody)
        with build_program(database) as other, client_of(other) as elsewhere:
            assert knows(elsewhere, somebody)
            forget(one, user_id)
            assert not knows(elsewhere, somebody)
        assert not knows(client, somebody)
    with build_program(database) as restarted, client_of(restarted) as client:
        assert not knows(client, somebody)


def forget(program: Program, user_id: str) -> None:
    """Forget somebody in one process, and let its rooms know."""
    position = program.forgetting.forget(UUID(user_id), cause())
    program.rooms.catch_up(position)


def knows(client: TestClient, visitor: Visitor) -> bool:
    """Whether a process still takes the visitor's token."""
    return Visitor(client, token=visitor.token).get("/auth/me").status_code == 200
