"""Specification of how reads follow commands (spec 4.2)."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any
from uuid import NAMESPACE_OID, UUID, uuid5

from interfaces.bootstrap import Program
from tests.interfaces.conftest import World
from tests.support.visitors import Visitor, client_of, error_of, newcomer, refusal


class Standing:
    """Rooms that stand still, however long one waits."""

    def catch_up(self, position: int, names: Iterable[str] | None = None) -> bool:
        """Never gets there."""
        return False


def standing_still(program: Program) -> Program:
    rooms: Any = Standing()
    return replace(program, rooms=rooms)


def test_a_command_says_the_position_of_its_last_event(world: World) -> None:
    ada = Visitor(world.client)
    commands = [
        ada.register(world.program),
        ada.log_in(),
        ada.open("SPY,1,142.00,2012-12-31"),
    ]
    portfolio_id = commands[-1].json()["portfolio_id"]
    commands.append(ada.post(f"/portfolio/{portfolio_id}/calculate"))
    positions = [int(answer.headers["X-Event-Position"]) for answer in commands]
    assert positions == sorted(set(positions))
    assert positions[-1] == world.program.log.position()
    assert not any("X-Read-Model" in answer.headers for answer in commands)


def test_where_the_rooms_stand_still_a_command_succeeds_and_says_so(world: World) -> None:
    behind = Visitor(client_of(standing_still(world.program)))
    answer = behind.register(world.program)
    assert answer.status_code == 201
    assert answer.headers["X-Read-Model"] == "behind"
    assert answer.json()["created_at"].endswith("Z")
    world.program.rooms.catch_up(world.program.log.position())
    behind.log_in()
    opened = behind.open("SPY,1,142.00,2012-12-31")
    assert (opened.status_code, opened.headers["X-Read-Model"]) == (201, "behind")


def test_a_read_waits_for_the_position_it_names(world: World) -> None:
    ada = newcomer(world.program, world.client)
    behind = replace(ada, client=client_of(standing_still(world.program)))
    opened = behind.open("SPY,1,142.00,2012-12-31")
    wanted = {"X-Min-Event-Position": opened.headers["X-Event-Position"]}
    assert ada.get("/portfolios").json()["total"] == 0
    assert ada.get("/portfolios", headers=wanted).json()["total"] == 1


def test_a_read_that_waits_in_vain_asks_to_come_again(world: World) -> None:
    wanted = {"X-Min-Event-Position": str(world.program.log.position() + 1000)}
    answer = world.ada.get("/portfolios", headers=wanted)
    assert refusal(answer) == (503, "ERR_READ_001")
    assert answer.headers["Retry-After"] == "2"
    assert error_of(answer)["details"] == {"position": int(wanted["X-Min-Event-Position"])}


def test_a_position_is_a_number_that_is_not_negative(world: World) -> None:
    for wrong in ("x", "-1", "1.5"):
        answer = world.ada.get("/portfolios", headers={"X-Min-Event-Position": wrong})
        assert refusal(answer) == (422, "ERR_REQUEST_001")


def test_who_is_nobody_waits_for_nothing(world: World) -> None:
    wanted = {"X-Min-Event-Position": str(10**9)}
    assert refusal(world.nobody.get("/portfolios", headers=wanted)) == (401, "ERR_AUTH_002")


def test_events_carry_who_asked_and_the_request_that_did(world: World) -> None:
    ada = newcomer(world.program, world.client)
    user_id = UUID(ada.get("/auth/me").json()["id"])
    for request_id, expected in [
        ("4b367ba6-1cfc-42fc-b73f-1c0f916cd691", UUID("4b367ba6-1cfc-42fc-b73f-1c0f916cd691")),
        ("trace-7", uuid5(NAMESPACE_OID, "trace-7")),
    ]:
        fields = {
            "portfolio_name": "P",
            "account_name": request_id,
            "account_type": "ira",
            "equity_balance": "1",
            "price_source": "sample",
        }
        content = b"Symbol,Quantity,Entry Price Per Share,Entry Date\nSPY,1,142.00,2012-12-31\n"
        answer = ada.post(
            "/onboarding/create-portfolio",
            data=fields,
            files={"csv_file": ("p.csv", content)},
            headers={"X-Request-ID": request_id},
        )
        position = int(answer.headers["X-Event-Position"])
        [recorded] = world.program.log.read(position - 1, 1)
        assert recorded.cause.actor == user_id
        assert recorded.cause.correlation_id == expected
