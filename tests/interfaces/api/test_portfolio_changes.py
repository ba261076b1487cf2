"""Specification of opening, renaming and archiving portfolios over HTTP (spec 4.1, 4.2, 4.5)."""

from typing import Any

import pytest

from tests.interfaces.conftest import World
from tests.support.visitors import Visitor, error_of, newcomer, refusal, work_off

ACCOUNT = {
    "name": "Retirement",
    "account_name": "Schwab IRA",
    "account_type": "ira",
    "description": "Rolled over",
    "equity_balance": "500000.00",
    "equity_as_of": "2012-12-31",
    "price_source": "sample",
}


@pytest.fixture
def ada(world: World) -> Visitor:
    return newcomer(world.program, world.client)


def opened(visitor: Visitor, **changes: Any) -> dict[str, Any]:
    """An account opened empty, as it is answered."""
    answer = visitor.post("/portfolios", json=ACCOUNT | changes)
    assert answer.status_code == 201, answer.text
    entry: dict[str, Any] = answer.json()
    return entry


def change(visitor: Visitor, entry: dict[str, Any], **changes: Any) -> Any:
    return visitor.ask("PUT", f"/api/v1/portfolios/{entry['id']}", json=changes)


def archive(visitor: Visitor, entry: dict[str, Any]) -> Any:
    return visitor.ask("DELETE", f"/api/v1/portfolios/{entry['id']}")


def test_an_account_is_opened_empty_and_filled_by_hand(world: World, ada: Visitor) -> None:
    entry = opened(ada)
    assert {name: entry[name] for name in ACCOUNT} == ACCOUNT
    assert (entry["currency"], entry["position_count"], entry["is_active"]) == ("USD", 0, True)
    assert (entry["version"], entry["net_asset_value"], entry["weight"]) == (1, None, None)
    assert ada.get("/portfolios").json() == {"total": 1, "portfolios": [entry]}
    row = {"symbol": "GOOG", "quantity": 1, "entry_price": "700", "entry_date": "2012-12-31"}
    assert ada.post(f"/portfolios/{entry['id']}/positions", json=row).status_code == 201
    work_off(world.program, ada.post(f"/portfolio/{entry['id']}/calculate"))
    kept = ada.get(f"/portfolios/{entry['id']}").json()
    assert (kept["position_count"], kept["version"], kept["weight"]) == (1, 2, 1.0)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"name": " "}, "ERR_PORT_002"),
        ({"name": "x" * 256}, "ERR_PORT_003"),
        ({"account_name": None}, "ERR_PORT_011"),
        ({"account_name": "x" * 101}, "ERR_PORT_010"),
        ({"account_type": "savings"}, "ERR_PORT_009"),
        ({"equity_balance": None}, "ERR_PORT_004"),
        ({"equity_balance": 0}, "ERR_PORT_005"),
        ({"equity_balance": "1.001"}, "ERR_PORT_005"),
        ({"equity_balance": 1e9 + 1}, "ERR_PORT_006"),
        ({"equity_as_of": "tomorrow"}, "ERR_PORT_012"),
        ({"currency": "EUR"}, "ERR_REQUEST_001"),
        ({"description": "x" * 1001}, "ERR_REQUEST_001"),
    ],
)
def test_what_is_wrong_has_the_code_of_the_import(
    ada: Visitor, changes: dict[str, Any], code: str
) -> None:
    answer = ada.post("/portfolios", json=ACCOUNT | changes)
    assert refusal(answer)[1] == code
    assert ada.get("/portfolios").json()["total"] == 0


def test_money_may_be_a_number(ada: Visitor) -> None:
    assert opened(ada, equity_balance=250000.5)["equity_balance"] == "250000.50"


def test_an_account_is_called_otherwise_and_its_equity_stays(ada: Visitor) -> None:
    entry = opened(ada)
    named = {"name": "Old age", "account_name": "Roth", "account_type": "roth_ira"}
    changed = change(ada, entry, **named, description="", equity_balance="1.00")
    assert changed.status_code == 200, changed.text
    assert int(changed.headers["X-Event-Position"]) > 0
    told = changed.json()
    assert {**entry, **named, "description": ""} | {
        name: told[name] for name in ("version", "updated_at")
    } == told
    assert told["version"] == 4
    assert ada.get(f"/portfolios/{entry['id']}").json() == told


def test_a_name_of_another_account_is_taken_until_that_has_another_one(ada: Visitor) -> None:
    first, second = opened(ada), opened(ada, account_name="Roth")
    assert refusal(change(ada, second, account_name=" schwab ira ")) == (409, "ERR_PORT_001")
    assert change(ada, first, account_name="Rollover").status_code == 200
    assert change(ada, second, account_name="Schwab IRA").status_code == 200


def test_an_archived_account_is_hidden_unless_it_is_asked_for(world: World, ada: Visitor) -> None:
    entry, other = opened(ada), opened(ada, account_name="Roth")
    for each in (entry, other):
        work_off(world.program, ada.post(f"/portfolio/{each['id']}/calculate"))
    assert ada.get(f"/portfolios/{other['id']}").json()["weight"] == 0.5
    told = archive(ada, entry)
    assert (told.status_code, told.json()["is_active"], told.json()["weight"]) == (200, False, None)
    listed = ada.get("/portfolios").json()
    assert [(each["id"], each["weight"]) for each in listed["portfolios"]] == [(other["id"], 1.0)]
    everything = ada.get("/portfolios?include_inactive=true").json()
    assert [each["is_active"] for each in everything["portfolios"]] == [False, True]
    assert everything["total"] == 2
    assert ada.get(f"/portfolios/{entry['id']}").json() == everything["portfolios"][0]
    assert archive(ada, entry).json() == told.json()


def test_the_name_of_an_archived_account_is_free(ada: Visitor) -> None:
    entry = opened(ada)
    archive(ada, entry)
    again = opened(ada)
    assert again["id"] != entry["id"]
    assert again["account_name"] == entry["account_name"]


CHANGES: list[tuple[str, str, dict[str, Any]]] = [
    ("PUT", "", {"json": {"name": "Other"}}),
    ("PATCH", "/opening", {"json": {"equity_balance": "1.00"}}),
    (
        "POST",
        "/positions",
        {
            "json": {
                "symbol": "SPY",
                "quantity": 1,
                "entry_price": "142.00",
                "entry_date": "2012-12-31",
            }
        },
    ),
    (
        "POST",
        "/cash-flows",
        {"json": {"kind": "CONTRIBUTION", "amount": "1.00", "date": "2013-01-15"}},
    ),
    (
        "POST",
        "/corporate-actions",
        {"json": {"symbol": "SPY", "kind": "split", "ex_date": "2013-01-15", "value": "2"}},
    ),
    (
        "POST",
        "/imports",
        {
            "files": {
                "csv_file": (
                    "more.csv",
                    b"Symbol,Quantity,Entry Price Per Share,Entry Date\nIBM,1,190.00,2012-12-31\n",
                )
            }
        },
    ),
    ("POST", "/calculate", {}),
]


@pytest.mark.parametrize(("method", "below", "what"), CHANGES, ids=lambda each: str(each)[:20])
def test_nothing_of_an_archived_account_changes(
    ada: Visitor, method: str, below: str, what: dict[str, Any]
) -> None:
    entry = opened(ada)
    archive(ada, entry)
    answer = ada.ask(method, f"/api/v1/portfolios/{entry['id']}{below}", **what)
    assert refusal(answer) == (409, "ERR_PORT_015")


@pytest.mark.parametrize(("method", "below", "what"), CHANGES, ids=lambda each: str(each)[:20])
def test_a_change_meant_for_another_version_is_refused(
    ada: Visitor, method: str, below: str, what: dict[str, Any]
) -> None:
    entry = opened(ada)
    url = f"/api/v1/portfolios/{entry['id']}{below}"
    late = ada.ask(method, url, headers={"If-Match": '"2"'}, **what)
    assert refusal(late) == (412, "ERR_VERSION_001")
    assert error_of(late)["details"] == {"version": 1}
    assert ada.get(f"/portfolios/{entry['id']}").json() == entry
    in_time = ada.ask(method, url, headers={"If-Match": '"7", "1"'}, **what)
    assert in_time.status_code < 300, in_time.text


@pytest.mark.parametrize("tag", ["1", 'W/"1"', '"one"', "", '"1-"', '"-1"'])
def test_what_is_no_strong_tag_of_a_version_is_no_version(ada: Visitor, tag: str) -> None:
    entry = opened(ada)
    url = f"/api/v1/portfolios/{entry['id']}"
    answer = ada.ask("DELETE", url, headers={"If-Match": tag})
    assert refusal(answer) == (412, "ERR_VERSION_001")
    assert ada.ask("DELETE", url, headers={"If-Match": "*"}).status_code == 200


def test_the_tag_of_a_portfolio_is_good_for_reads_and_for_changes(
    world: World, ada: Visitor
) -> None:
    entry = opened(ada)
    url = f"/api/v1/portfolios/{entry['id']}"
    tag = ada.ask("GET", url).headers["ETag"]
    assert tag.startswith('"1-')
    known = ada.ask("GET", url, headers={"If-None-Match": f'"x", W/{tag}'})
    assert (known.status_code, known.content, known.headers["ETag"]) == (304, b"", tag)
    work_off(world.program, ada.post(f"/portfolio/{entry['id']}/calculate"))
    anew = ada.ask("GET", url, headers={"If-None-Match": tag})
    assert anew.status_code == 200
    assert anew.json()["net_asset_value"] == "500000.00"
    assert ada.ask("PUT", url, headers={"If-Match": tag}, json={"name": "A"}).status_code == 200
    assert ada.ask("PUT", url, headers={"If-Match": tag}, json={"name": "B"}).status_code == 412


@pytest.mark.parametrize(
    "url",
    [
        "/portfolios",
        "/portfolios/{}",
        "/portfolios/{}/positions",
        "/portfolios/{}/positions?status=all",
        "/portfolios/{}/cash-flows",
        "/portfolios/{}/imports",
        "/portfolios/{}/export",
        "/analytics/portfolio/{}/overview",
        "/analytics/portfolio/{}/valuations",
        "/auth/me",
    ],
)
def test_every_read_has_a_tag_and_is_not_sent_twice(world: World, url: str) -> None:
    url = url.format(world.valued)
    first = world.ada.get(url)
    again = world.ada.get(url, headers={"If-None-Match": first.headers["ETag"]})
    assert (first.status_code, again.status_code, again.content) == (200, 304, b"")
    other = world.ada.get(url, headers={"If-None-Match": '"other"'})
    assert (other.status_code, other.content) == (200, first.content)


def test_refusals_have_no_tag(world: World) -> None:
    answer = world.bob.get(f"/portfolios/{world.valued}", headers={"If-None-Match": "*"})
    assert refusal(answer) == (403, "ERR_PORT_403")
    assert "ETag" not in answer.headers
