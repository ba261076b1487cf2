"""Specification of denials as entries of the security log (7.4): few, and never in the way."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from fastapi.testclient import TestClient
from structlog.testing import capture_logs

from application.errors import StoreUnavailable, VersionConflict
from application.security_log import SecurityLog
from domain.security_record import SecurityRecord
from interfaces.bootstrap import Program
from interfaces.http import create_http
from tests.interfaces.conftest import World
from tests.support.clocks import SetClock
from tests.support.pages import enter
from tests.support.recording import at_once
from tests.support.visitors import Visitor, client_of, newcomer, refusal

USERS = "/api/v1/admin/users"


def denials(program: Program, after: int) -> list[SecurityRecord.AdminDenied]:
    """The denials recorded after a position."""
    events = (one.event for one in program.log.read(after, 1000))
    return [event for event in events if isinstance(event, SecurityRecord.AdminDenied)]


def denied(user: Visitor, method: str, route: str, error_code: str) -> SecurityRecord.AdminDenied:
    """That somebody was denied something."""
    user_id = UUID(user.id())
    return SecurityRecord.AdminDenied(
        user_id=user_id, method=method, route=route, error_code=error_code
    )


@pytest.fixture
def ann(world: World) -> Visitor:
    """Somebody new, who was never denied anything."""
    return newcomer(world.program, world.client)


def test_a_denied_attempt_is_recorded_with_who_and_what(world: World, ann: Visitor) -> None:
    before = world.program.log.position()
    assert refusal(ann.get("/admin/users")) == (403, "ERR_ADMIN_001")
    assert denials(world.program, before) == [denied(ann, "GET", USERS, "ERR_ADMIN_001")]
    told = world.auditor.get("/audit/events?type=security_record.admin_denied&limit=1").json()
    [entry] = told["events"]
    assert (entry["actor"], entry["user_id"]) == (ann.id(), ann.id())
    assert entry["text"] == f"Was denied GET {USERS}: ERR_ADMIN_001."
    own = ann.get(f"/audit/events?user_id={ann.id()}&limit=1").json()["events"]
    assert own == told["events"]


def test_what_is_asked_for_again_and_again_is_recorded_once(world: World, ann: Visitor) -> None:
    before = world.program.log.position()
    for number in range(5):
        someone = f"00000000-0000-4000-8000-00000000000{number}"
        ann.get("/admin/users")
        ann.get("/audit/checkpoints")
        ann.post(f"/admin/users/{someone}/promote", headers={"Idempotency-Key": someone})
    assert denials(world.program, before) == [
        denied(ann, "GET", USERS, "ERR_ADMIN_001"),
        denied(ann, "GET", "/api/v1/audit/checkpoints", "ERR_AUDIT_001"),
        denied(ann, "POST", f"{USERS}/{{user_id}}/promote", "ERR_ADMIN_001"),
    ]


def test_it_is_recorded_once_of_many_at_once(world: World, ann: Visitor) -> None:
    before = world.program.log.position()
    answers = at_once(lambda _: refusal(ann.get("/admin/users")), 8)
    assert answers == [(403, "ERR_ADMIN_001")] * 8
    assert denials(world.program, before) == [denied(ann, "GET", USERS, "ERR_ADMIN_001")]


def test_in_another_hour_it_is_recorded_again(world: World, ann: Visitor) -> None:
    clock = SetClock(world.program.users.clock.now())
    program = with_security_log(world.program, replace(world.program.security_log, clock=clock))
    before, there = world.program.log.position(), replace(ann, client=client_of(program))
    there.get("/admin/users")
    clock.time += timedelta(hours=1)
    there.get("/admin/users")
    assert denials(world.program, before) == [denied(ann, "GET", USERS, "ERR_ADMIN_001")] * 2


def test_of_an_impersonator_both_are_known(world: World, ann: Visitor) -> None:
    acting = world.superuser.acting_as(ann)
    assert refusal(acting.get("/admin/users")) == (403, "ERR_ADMIN_007")
    [recorded] = world.program.log.read(world.program.log.position() - 1, 1)
    assert recorded.event == denied(ann, "GET", USERS, "ERR_ADMIN_007")
    ids = (recorded.cause.actor, recorded.cause.impersonator)
    assert ids == (UUID(ann.id()), UUID(world.superuser.id()))


def test_a_page_that_is_denied_is_recorded_alike(world: World, ann: Visitor) -> None:
    before = world.program.log.position()
    with TestClient(create_http(world.program), follow_redirects=False) as browser:
        enter(browser, ann)
        assert browser.get("/admin/monitoring").status_code == 403
        assert browser.get("/admin/users/nobody").status_code == 403
    assert denials(world.program, before) == [
        denied(ann, "GET", "/admin/monitoring", "ERR_ADMIN_001"),
        denied(ann, "GET", "/admin/users/{user_id}", "ERR_ADMIN_001"),
    ]


def test_who_is_nobody_and_what_is_none_of_theirs_is_not_recorded(
    world: World, ann: Visitor
) -> None:
    before = world.program.log.position()
    assert world.nobody.get("/admin/users").status_code == 401
    assert ann.get(f"/portfolios/{world.valued}").status_code == 403
    assert denials(world.program, before) == []


class Log:
    """A log that takes nothing in."""

    def __init__(self, failure: Exception, fails_at: str) -> None:
        self._failure = failure
        self._fails_at = fails_at

    def existing(self, _: object) -> set[UUID]:
        """None."""
        if self._fails_at == "existing":
            raise self._failure
        return set()

    def save(self, *_: object, **__: object) -> int:
        """Fails."""
        raise self._failure


@pytest.mark.parametrize("fails_at", ["existing", "save"])
@pytest.mark.parametrize("failure", [StoreUnavailable(), VersionConflict()])
def test_the_refusal_stands_where_the_store_cannot_record_it(
    world: World, ann: Visitor, failure: Exception, fails_at: str
) -> None:
    log: Any = Log(failure, fails_at)
    security_log = SecurityLog(log, world.program.users.clock)
    there = client_of(with_security_log(world.program, security_log))
    with capture_logs() as said:
        answer = replace(ann, client=there).get("/admin/users")
    assert refusal(answer) == (403, "ERR_ADMIN_001")
    told = [line for line in said if line["event"] == "denial_not_recorded"]
    assert len(told) == isinstance(failure, StoreUnavailable)


def with_security_log(program: Program, security_log: SecurityLog) -> Program:
    """The program with another security log."""
    return replace(program, security_log=security_log)
