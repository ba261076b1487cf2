"""Specification of the events of the log over HTTP (4.10): all for auditors, else one's own."""

from typing import Any
from uuid import uuid4

import pytest

from tests.interfaces.conftest import World
from tests.support.visitors import Visitor, refusal

NOBODY_S = "00000000-0000-4000-8000-000000000000"


def events(visitor: Visitor, **asked: Any) -> list[dict[str, Any]]:
    """All events asked for, page by page."""
    found: list[dict[str, Any]] = []
    while True:
        page = visitor.get("/audit/events", params={"limit": 200, **asked})
        assert page.status_code == 200, page.text
        found += page.json()["events"]
        if page.json()["next"] is None:
            return found
        asked["after"] = page.json()["next"]


def test_the_log_is_told_whole_in_either_order(world: World) -> None:
    told = events(world.auditor, order="asc")
    assert [one["position"] for one in told] == list(range(1, world.program.log.position() + 1))
    assert [one["version"] for one in told if one["aggregate_id"] == world.valued] == [1, 2]
    assert events(world.superuser) == told[::-1]


def test_what_is_recorded_is_told_at_once(world: World) -> None:
    renamed = world.ada.ask(
        "PUT", f"/api/v1/portfolios/{world.unvalued}", json={"description": "Told at once"}
    )
    [newest] = world.auditor.get("/audit/events?limit=1").json()["events"]
    assert newest["position"] == int(renamed.headers["X-Event-Position"])
    assert (newest["kind"], newest["aggregate"]) == ("portfolio.described", "portfolio")
    assert (newest["actor"], newest["impersonator"]) == (world.ada.id(), None)
    assert (newest["portfolio_id"], newest["text"]) == (world.unvalued, "Described anew.")
    assert newest["correlation_id"] == renamed.headers["X-Request-ID"]


def test_pages_go_on_where_the_last_one_ended(world: World) -> None:
    first = world.auditor.get("/audit/events?order=asc&limit=3").json()
    assert first["next"] == first["events"][-1]["position"] == 3
    second = world.auditor.get("/audit/events?order=asc&limit=3&after=3").json()
    assert [one["position"] for one in second["events"]] == [4, 5, 6]
    beyond = world.auditor.get(f"/audit/events?order=asc&after={world.program.log.position()}")
    assert beyond.json() == {"events": [], "next": None}


def test_filters_are_all_true_of_what_is_found(world: World) -> None:
    everything = events(world.auditor)
    ada = world.ada.id()
    for asked, field, value in [
        ({"aggregate": world.valued}, "aggregate_id", world.valued),
        ({"type": "user.registered"}, "kind", "user.registered"),
        ({"actor": ada}, "actor", ada),
        ({"portfolio_id": world.valued}, "portfolio_id", world.valued),
        ({"user_id": ada}, "user_id", ada),
    ]:
        found = events(world.auditor, **asked)
        assert found == [one for one in everything if one[field] == value]
        assert 0 < len(found) < len(everything)
    at = everything[10]["recorded_at"]
    assert events(world.auditor, to=at) + events(world.auditor, **{"from": at}) != []
    assert all(one["recorded_at"] < at for one in events(world.auditor, to=at))
    assert all(one["recorded_at"] >= at for one in events(world.auditor, **{"from": at}))


def test_an_entry_says_nothing_of_who_anybody_is(world: World) -> None:
    told = str(events(world.auditor))
    assert not any(word in told for word in ("@example.com", "Ada", "Lovelace", "Root"))
    texts = {one["kind"]: one["text"] for one in events(world.auditor)}
    assert texts["user.registered"] == "Registered."
    assert texts["user.impersonation_started"] == f"Began to act as user {world.ada.id()}."
    assert texts["email_claim.claimed"] is None


def test_a_position_is_told_by_its_symbol_though_it_came_with_an_earlier_event(
    world: World,
) -> None:
    held = world.ada.positions_of(world.unvalued)[0]
    url = f"/portfolios/{world.unvalued}/positions/{held['id']}/close"
    closing = {"quantity": "1", "exit_price": "700", "exit_date": "2013-01-15"}
    assert world.ada.post(url, json=closing).status_code == 200
    [newest] = world.ada.get(f"/audit/events?portfolio_id={world.unvalued}&limit=1").json()[
        "events"
    ]
    assert newest["text"].startswith(f"Closed 1 {held['symbol']} at 700 USD")


def test_an_impersonated_command_shows_both(world: World) -> None:
    world.impersonator.ask(
        "PUT", f"/api/v1/portfolios/{world.unvalued}", json={"description": "By somebody else"}
    )
    [newest] = world.auditor.get("/audit/events?limit=1").json()["events"]
    assert (newest["actor"], newest["impersonator"]) == (world.ada.id(), world.superuser.id())


@pytest.mark.parametrize("who", ["ada", "impersonator"])
def test_an_owner_reads_the_own_history_and_no_other(world: World, who: str) -> None:
    owner: Visitor = getattr(world, who)
    told = events(owner, portfolio_id=world.valued)
    assert told == events(world.auditor, portfolio_id=world.valued)
    assert {one["portfolio_id"] for one in told} == {world.valued}
    assert {one["user_id"] for one in events(owner, user_id=world.ada.id())} == {world.ada.id()}
    both = events(owner, portfolio_id=world.valued, user_id=world.bob.id())
    assert both == []


def test_what_is_not_ones_own_is_refused(world: World) -> None:
    def asked(by: Visitor, **what: str) -> tuple[int, str]:
        return refusal(by.get("/audit/events", params=what))

    assert asked(world.bob, portfolio_id=world.valued) == (403, "ERR_PORT_403")
    assert asked(world.bob, portfolio_id=NOBODY_S) == (404, "ERR_PORT_404")
    assert asked(world.bob, user_id=world.ada.id()) == (403, "ERR_AUDIT_001")
    assert asked(world.bob, aggregate=world.valued) == (403, "ERR_AUDIT_001")
    assert asked(world.bob) == (403, "ERR_AUDIT_001")
    assert asked(world.impersonator) == (403, "ERR_ADMIN_007")
    own_and_other = {"portfolio_id": world.valued, "user_id": world.bob.id()}
    assert asked(world.bob, **own_and_other) == (403, "ERR_PORT_403")


@pytest.mark.parametrize(
    "wrong",
    [
        *({"type": "user"}, {"type": "user.\x00"}, {"type": "user.registered\n"}, {"order": "up"}),
        *({"after": "-1"}, {"after": str(2**63)}, {"aggregate": "x"}, {"actor": "\x00"}),
        *({"from": "2026-01-05"}, {"to": "2026-01-05T12:00:00"}, {"from": "yesterday"}),
        *({"from": "0001-01-01T00:00:00+14:00"}, {"to": "9999-12-31T23:59:59-14:00"}),
        *({"limit": "0"}, {"limit": "201"}),
    ],
)
def test_what_cannot_be_asked_is_told(world: World, wrong: dict[str, str]) -> None:
    answer = world.auditor.get("/audit/events", params=wrong)
    assert refusal(answer) == (422, "ERR_REQUEST_001")


def test_what_nobody_ever_did_is_an_empty_page(world: World) -> None:
    asked = {"actor": str(uuid4()), "type": "user.unheard_of", "after": str(2**63 - 1)}
    assert world.auditor.get("/audit/events", params=asked).json() == {"events": [], "next": None}


@pytest.mark.parametrize("order", ["asc", "desc"])
def test_the_first_and_the_last_instant_there_is_can_be_asked(world: World, order: str) -> None:
    span = {"from": "0001-01-01T14:00:00+14:00", "to": "9999-12-31T09:59:59-14:00"}
    answer = world.auditor.get("/audit/events", params={**span, "order": order, "limit": 1})
    assert len(answer.json()["events"]) == 1
