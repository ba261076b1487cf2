"""Five users with accounts of their own: whatever one reads is free of what belongs to the others.

The reads are all those of the OpenAPI document, so that a new route is among them by itself.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest
from fastapi.testclient import TestClient

from interfaces.bootstrap import Program
from tests.support.postgres import fresh_database
from tests.support.programs import build_program
from tests.support.visitors import Visitor, client_of, csv_file, newcomer, work_off

HELD = [
    ("GOOG", "11", "701.11"),
    ("SPY", "22", "142.22"),
    ("IBM", "33", "191.33"),
    ("DIA", "44", "130.44"),
    ("MSFT", "55", "26.55"),
]


@dataclass(frozen=True)
class Customer:
    """Somebody with two accounts; `marks` are texts that nobody else's answers contain."""

    visitor: Visitor
    portfolio_ids: list[str]
    ids: dict[str, str]
    marks: list[str]
    worth: Decimal


@pytest.fixture(scope="module")
def five(postgres_server: str, template_database: str) -> Iterator[list[Customer]]:
    """The five, each with a valued account, a flow, an action, an import taken back."""
    with (
        fresh_database(postgres_server, template_database) as database,
        build_program(database) as program,
        client_of(program) as client,
    ):
        yield [arrive(program, client, number) for number in range(5)]


def arrive(program: Program, client: TestClient, number: int) -> Customer:
    """A customer with everything that a customer can have."""
    visitor = newcomer(program, client)
    symbol, quantity, price = HELD[number]
    account, note = f"Account of {number}", f"Note of {number}"
    equity = f"{100000 + 1111 * (number + 1)}.{number}{number}"
    row = f"{symbol},{quantity},{price},2012-12-31"
    first = visitor.open_sample(row, account_name=account, equity_balance=equity)
    second = visitor.open_sample(row, account_name=f"{account} too", equity_balance=equity)
    imported = visitor.import_file(first, csv_file(f"TLT,{quantity},118.{number}7,2013-01-15"))
    visitor.post(f"/portfolios/{first}/imports/{imported.json()['import_id']}/revert")
    flow = {"kind": "CONTRIBUTION", "amount": f"77{number}.0{number}", "date": "2013-02-01"}
    noted = visitor.post(f"/portfolios/{first}/cash-flows", json={**flow, "note": note}).json()
    action = {"symbol": symbol, "kind": "dividend", "ex_date": "2013-02-04", "value": "0.5"}
    visitor.post(f"/portfolios/{first}/corporate-actions", json=action)
    runs = [
        work_off(program, visitor.post(f"/portfolio/{each}/calculate")) for each in (first, second)
    ]
    position = visitor.positions_of(first)[0]["id"]
    accounts = visitor.get("/portfolios").json()["portfolios"]
    worth = sum((Decimal(each["net_asset_value"]) for each in accounts), Decimal(0))
    ids = {
        "portfolio_id": first,
        "position_id": position,
        "import_id": imported.json()["import_id"],
        "run_id": runs[0],
        "flow_id": noted["id"],
    }
    marks = [visitor.email, account, note, equity, *ids.values(), second]
    return Customer(visitor, [first, second], ids, marks, worth)


NEEDED = {
    "coverage": "?portfolio_id={portfolio_id}",
    "as-of": "?effective={session}",
    "events": "?portfolio_id={portfolio_id}",
}
FOR_AUDITORS = {
    *("/api/v1/audit/checkpoints", "/api/v1/audit/export", "/api/v1/audit/events/stream"),
    *("/api/v1/audit/restatements", "/api/v1/audit/restatements/export"),
}


def reads_of(customer: Customer) -> Iterator[tuple[str, str]]:
    """The URL of each read that a customer may make, about the customer's own; and its template."""
    document = customer.visitor.client.get("/openapi.json").json()
    known = {**customer.ids, "session": "2013-03-01", "symbol": "GOOG"}
    for path, operations in document["paths"].items():
        read: dict[str, Any] | None = operations.get("get")
        if read is None or "/admin/" in path or not path.startswith("/api/"):
            continue
        needed = [each["name"] for each in read.get("parameters", []) if each["in"] == "path"]
        assert set(needed) <= set(known), f"{path} needs what this test does not know"
        query = NEEDED.get(path.rpartition("/")[2], "")
        yield path, (path + query).format(**known)


def test_no_read_shows_anything_of_anybody_else(five: list[Customer]) -> None:
    for customer in five:
        others = [mark for other in five if other is not customer for mark in other.marks]
        shown = ""
        for path, url in reads_of(customer):
            answer = customer.visitor.ask("GET", url)
            assert answer.status_code in ((403,) if path in FOR_AUDITORS else (200, 404)), path
            assert [mark for mark in others if mark in answer.text] == [], path
            shown += answer.text
        unseen = [mark for mark in customer.marks if mark not in shown]
        assert unseen == [], "the marks are not what answers show, so the test proves nothing"


def test_lists_and_figures_are_of_ones_own_accounts_alone(five: list[Customer]) -> None:
    for customer in five:
        accounts = customer.visitor.get("/portfolios").json()
        assert accounts["total"] == 2
        assert [each["id"] for each in accounts["portfolios"]] == customer.portfolio_ids
        assert sum(each["weight"] for each in accounts["portfolios"]) == pytest.approx(1)
        assert customer.visitor.get("/auth/me").json()["portfolio_count"] == 2
    assert len({customer.worth for customer in five}) == len(five)


def test_what_belongs_to_another_is_refused_by_every_read(five: list[Customer]) -> None:
    for path, url in reads_of(five[0]):
        if "{portfolio_id}" not in path and "portfolio_id=" not in url:
            continue
        for other in five[1:]:
            answer = other.visitor.ask("GET", url)
            assert (answer.status_code, answer.json()["error"]["code"]) == (403, "ERR_PORT_403")
            assert not any(mark in answer.text for mark in five[0].marks)
