"""Somebody who used all of it is forgotten: who it was is found nowhere, what happened is."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import psycopg
import pytest
from psycopg import sql

from domain.email_address import EmailAddress
from domain.user import User
from interfaces.bootstrap import Program
from tests.support.accounts import cause
from tests.support.client import INVITE, PASSWORD, Client, body
from tests.support.homes import database_of, server_at_home
from tests.support.programs import build_program, connect_owner
from tests.support.recording import everything
from tests.support.server import RunningServer

EMAIL = "Quirinus.Quillfeather@Example.net"
FULL_NAME = "Quirinus Zanzibar Quillfeather"
TRACES = (b"quirinus", b"quillfeather", b"zanzibar")
"""In lower case: what address and name are made of, and nothing else of this journey is."""

_BYTES = re.compile(r"\\x((?:[0-9a-f]{2})+)")
_TABLES = (
    "SELECT schemaname, tablename FROM pg_tables"
    " WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1, 2"
)


@dataclass(frozen=True)
class Journey:
    """A server, a program beside it on the same database, who is to be forgotten, and others."""

    server: RunningServer
    program: Program
    person: Client
    root: Client
    auditor: Client

    @property
    def database(self) -> str:
        """The owner's URL."""
        return database_of(self.server)


@pytest.fixture
def journey() -> Iterator[Journey]:
    """A server on a home of its own, so that the database's log is there to be searched, too."""
    with (
        server_at_home() as server,
        build_program(database_of(server)) as program,
        Client(server.url, EMAIL) as person,
        Client(server.url, "root@example.com") as root,
        Client(server.url, "auditor@example.com") as auditor,
    ):
        address = EmailAddress(root.email)
        program.users.create_superuser(address, PASSWORD, "Root", cause())
        body(root.log_in())
        auditor.arrive()
        body(root.http.post(f"/admin/users/{id_of(auditor)}/grant-auditor"))
        yield Journey(server, program, person, root, auditor)


def test_after_forgetting_address_and_name_are_found_nowhere(journey: Journey) -> None:
    user_id, portfolio_id = live(journey)
    forget = f"/admin/users/{user_id}/forget"
    assert traces_in(journey.database) == {"rooms.users"}
    assert has_traces(shown(journey, portfolio_id))

    body(journey.root.http.post(forget))
    body(journey.root.http.post(forget))
    linger(journey, user_id)

    assert traces_in(journey.database) == set()
    assert not has_traces(shown(journey, portfolio_id))
    events = everything(journey.program.log)
    assert not has_traces(msgspec.json.encode([each.event for each in events]))
    assert [type(each.event) for each in events].count(User.Forgotten) == 1
    journey.program.upkeep.rebuild("users")
    assert traces_in(journey.database) == set()
    logs = logs_of(journey.server)
    assert len(logs) > 1
    assert [log.name for log in logs if has_traces(log.read_bytes())] == []


def live(journey: Journey) -> tuple[str, str]:
    """Do all that a person does, mistakes included; the ids of user and portfolio."""
    person, root = journey.person, journey.root
    registration = {"email": EMAIL, "password": PASSWORD, "full_name": FULL_NAME}
    for invite, status in (("none", 401), (INVITE, 201), (INVITE, 409)):
        asked = registration | {"invite_code": invite}
        assert person.http.post("/onboarding/register", json=asked).status_code == status
    wrong = {"email": EMAIL, "password": FULL_NAME}
    assert person.http.post("/auth/login", json=wrong).status_code == 401
    assert person.http.post("/auth/login", json={"email": [EMAIL]}).status_code == 422
    body(person.log_in())
    user_id = id_of(person)
    portfolio_id = body(person.create_portfolio("GOOG,100,707.38,2012-12-31"))["portfolio_id"]
    run = body(person.calculate(portfolio_id))["batch_run_id"]
    assert person.wait_for_run(portfolio_id, run)["status"] == "completed"
    assert person.create_portfolio(f"{FULL_NAME},1,x,{EMAIL}", name="Bad").status_code == 400
    assert person.http.get(f"/portfolios/{EMAIL}").status_code == 404
    body(root.http.get("/admin/users", params={"email": EMAIL}))
    body(root.http.post("/admin/impersonate", json={"target_user_id": user_id}))
    body(root.log_in())
    for verb in ("grant-auditor", "revoke-auditor"):
        kept = {"Idempotency-Key": verb}
        body(root.http.post(f"/admin/users/{user_id}/{verb}", headers=kept))
    changed = {"current_password": PASSWORD, "new_password": f"{PASSWORD}x"}
    body(person.http.post("/auth/change-password", json=changed))
    person.password = f"{PASSWORD}x"
    body(person.log_in())
    body(person.http.post("/auth/refresh"))
    return user_id, portfolio_id


def linger(journey: Journey, user_id: str) -> None:
    """Try whatever might still work after it."""
    person = journey.person
    for method, route in (("GET", "/auth/me"), ("POST", "/auth/refresh"), ("GET", "/portfolios")):
        assert person.http.request(method, route).status_code == 401
    assert person.log_in().status_code == 401
    for verb in ("reactivate", "promote"):
        assert journey.root.http.post(f"/admin/users/{user_id}/{verb}").status_code == 404


def id_of(client: Client) -> str:
    """The id of who is signed in."""
    return str(body(client.http.get("/auth/me"))["id"])


def shown(journey: Journey, portfolio_id: str) -> bytes:
    """What superuser and auditor are answered about the person and the account."""
    of_portfolio = ("", "/positions", "/export", "/imports", "/cash-flows", "/runs")
    asked = [
        journey.root.http.get("/admin/users"),
        journey.root.http.get("/admin/batch/runs"),
        *(journey.auditor.http.get(f"/portfolios/{portfolio_id}{part}") for part in of_portfolio),
        journey.auditor.http.get(f"/analytics/portfolio/{portfolio_id}/overview"),
    ]
    assert [answer.status_code for answer in asked] == [200] * len(asked)
    return b"".join(answer.content for answer in asked)


def has_traces(content: bytes) -> bool:
    """Whether anything of address or name is in it, in any case."""
    return any(trace in content.lower() for trace in TRACES)


def traces_in(database: str) -> set[str]:
    """The tables of all schemas that hold anything of address or name in any of their columns."""
    with connect_owner(database) as connection:
        tables = connection.execute(_TABLES).fetchall()
        return {f"{schema}.{name}" for schema, name in tables if _is_in(connection, schema, name)}


def _is_in(connection: "psycopg.Connection[Any]", schema: Any, name: Any) -> bool:
    """Whether a row of the table does, as text, or a bytea in it as bytes."""
    table = sql.Identifier(schema, name)
    rows = connection.execute(sql.SQL("SELECT t::text FROM {} AS t").format(table)).fetchall()
    texts = [row for (row,) in rows]
    in_bytes = [bytes.fromhex(found) for text in texts for found in _BYTES.findall(text)]
    return any(map(has_traces, [*in_bytes, *(text.encode() for text in texts)]))


def logs_of(server: RunningServer) -> list[Path]:
    """What server, worker and database wrote down of the run."""
    return [path for path in server.folder.rglob("*log*") if path.is_file()]
