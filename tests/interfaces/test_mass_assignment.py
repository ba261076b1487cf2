"""Specification of fields nobody asked for: they change nothing, or are refused (spec 9.3)."""

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest

from tests.interfaces.conftest import World
from tests.interfaces.test_role_table import V1
from tests.support.visitors import PASSWORD, SAMPLE, Visitor, csv_file, newcomer

UNASKED = {
    **dict.fromkeys(("is_superuser", "is_auditor", "is_admin", "is_demo", "is_forgotten"), True),
    **dict.fromkeys(("role", "roles", "rank", "scope"), "superuser"),
    **dict.fromkeys(("is_active", "is_archived"), False),
    **dict.fromkeys(("version", "session_version"), 99),
    "created_at": "1999-01-01T00:00:00Z",
}
"""What is nobody's to say of oneself or of an account, under the names it has with us or others."""

GOOG = {
    "symbol": "GOOG",
    "quantity": "1",
    "entry_price": "700.00",
    "entry_date": "2013-01-02",
}
FUND = GOOG | {"symbol": "FUND", "investment_class": "PRIVATE"}
FORM = {"csv_file": ("positions.csv", csv_file("SPY,7,142.00,2013-01-02"), "text/csv")}
OF_PORTFOLIO = f"{V1}/portfolios/{{portfolio_id}}"

TAKEN: dict[str, tuple[int, dict[str, Any]]] = {
    f"POST {V1}/onboarding/register": (
        201,
        {
            "email": "{new}@example.com",
            "password": PASSWORD,
            "full_name": "Mallory",
            "invite_code": "PRESCOTT-LINNAEAN-COWPERTHWAITE",
        },
    ),
    f"POST {V1}/onboarding/create-portfolio": (201, SAMPLE | {"account_name": "{new}"}),
    f"POST {V1}/onboarding/preview-csv": (200, {"price_source": "sample"}),
    f"POST {V1}/auth/login": (200, {"email": "{email}", "password": PASSWORD}),
    f"POST {V1}/auth/change-password": (
        *(200, {"current_password": PASSWORD, "new_password": "Difference1Engine"}),
    ),
    f"POST {V1}/portfolios": (
        201,
        {
            "name": "Mine",
            "account_name": "{new}",
            "account_type": "taxable",
            "equity_balance": "1000.00",
        },
    ),
    f"PUT {OF_PORTFOLIO}": (200, {"name": "Renamed"}),
    f"PATCH {OF_PORTFOLIO}/opening": (200, {"equity_balance": "600000.00", "reason": "A typo"}),
    f"POST {OF_PORTFOLIO}/positions": (201, GOOG),
    f"POST {OF_PORTFOLIO}/positions/bulk": (201, {"positions": [GOOG | UNASKED]}),
    f"PATCH {OF_PORTFOLIO}/positions/{{position_id}}": (200, {"notes": "Kept", "reason": "So"}),
    f"POST {OF_PORTFOLIO}/positions/{{position_id}}/close": (
        *(200, {"exit_date": "2013-02-01", "exit_price": "750.00"}),
    ),
    f"POST {OF_PORTFOLIO}/positions/{{fund_id}}/revalue": (
        *(200, {"date": "2013-02-01", "price": "710.00", "note": "A round"}),
    ),
    f"POST {OF_PORTFOLIO}/cash-flows": (
        *(201, {"kind": "CONTRIBUTION", "amount": "10.00", "date": "2013-01-03"}),
    ),
    f"POST {OF_PORTFOLIO}/corporate-actions": (
        *(201, {"symbol": "GOOG", "kind": "split", "ex_date": "2013-01-10", "value": "2"}),
    ),
    f"POST {OF_PORTFOLIO}/imports": (201, {"mode": "add"}),
    f"POST {OF_PORTFOLIO}/imports/{{import_id}}/revert": (200, {"reason": "A test"}),
    f"POST {OF_PORTFOLIO}/imports/{{import_id}}/redo": (200, {"dry_run": True}),
    f"POST {V1}/analytics/portfolio/{{portfolio_id}}/stress-test": (
        *(422, {"shocks": {"Market": -0.1}}),
    ),
    f"POST {V1}/admin/impersonate": (200, {"target_user_id": "{user_id}"}),
    f"POST {V1}/admin/batch/run": (422, {}),
    f"POST {V1}/admin/batch/cleanup-incomplete": (422, {}),
    f"POST {V1}/admin/repair/valuations": (422, {"from_date": "2013-02-28", "reason": "A test"}),
    f"POST {V1}/admin/market-data/prices": (422, {"prices": []}),
    f"POST {V1}/admin/invite-codes": (422, {"cohort": "Friends"}),
}
"""Each route that takes a body: the answer to one that is right but for what nobody asked for."""


@dataclass(frozen=True)
class Standing:
    """Who there is with which rank, and what accounts there are with what they never lose."""

    users: dict[str, Any]
    accounts: dict[str, Any]


def standing(world: World) -> Standing:
    """What the rooms say now."""
    users, accounts = {}, {}
    with world.program.database.pool.connection() as connection:
        for (row,) in connection.execute("SELECT to_jsonb(u) FROM rooms.users u"):
            ranks = {name: row[name] for name in row if name.startswith("is_")}
            users[row["user_id"]] = (ranks, row["email"], row["created_at"])
        for (row,) in connection.execute("SELECT to_jsonb(p) FROM rooms.portfolios p"):
            lasting = ("owner_id", "currency", "is_active", "price_source", "created_at")
            accounts[row["portfolio_id"]] = {name: row[name] for name in lasting}
    return Standing(users, accounts)


def places_of(world: World, owner: Visitor) -> dict[str, str]:
    """What stands in the braces of routes and bodies: an account of the owner's, and others."""
    portfolio_id = owner.open_sample()
    added = owner.post(f"/portfolios/{portfolio_id}/positions", json=FUND)
    assert added.status_code == 201, added.text
    held = {one["symbol"]: one["id"] for one in owner.positions_of(portfolio_id)}
    return {
        "portfolio_id": portfolio_id,
        "position_id": held["GOOG"],
        "fund_id": held["FUND"],
        "import_id": owner.imports_of(portfolio_id)[0]["import_id"],
        "user_id": owner.id(),
        "email": owner.email,
        "new": f"new-{uuid4().hex}",
    }


@pytest.mark.parametrize("route", TAKEN)
def test_what_nobody_asked_for_changes_nothing(world: World, route: str) -> None:
    status, fields = TAKEN[route]
    owner, victim = newcomer(world.program, world.client), world.bob.id()
    places = places_of(world, owner)
    said = {
        name: value.format(**places) if isinstance(value, str) else value
        for name, value in fields.items()
    }
    unasked = UNASKED | {"id": victim, "user_id": victim, "owner_id": victim, "actor": victim}
    unasked = {name: value for name, value in unasked.items() if name not in said}
    method, path = route.format(**places).split()
    before = standing(world)
    is_form = "multipart/form-data" in str(request_of(world, route))
    what = {"data": unasked | said, "files": FORM} if is_form else {"json": unasked | said}
    asker = world.superuser if "/admin/" in route else owner
    answer = asker.ask(method, path, **what)
    assert answer.status_code == status, answer.text

    after = standing(world)
    assert {user: after.users[user] for user in before.users} == before.users
    assert {one: after.accounts[one] for one in before.accounts} == before.accounts
    for user in after.users.keys() - before.users.keys():
        ranks, _, created_at = after.users[user]
        assert {name for name, value in ranks.items() if value} == {"is_active"}
        assert created_at > "2000"
    for account in after.accounts.keys() - before.accounts.keys():
        opened = after.accounts[account]
        assert (opened["owner_id"], opened["is_active"]) == (places["user_id"], True)
        assert opened["created_at"] > "2000"


def request_of(world: World, route: str) -> dict[str, Any]:
    """What the document says of a route's body."""
    method, path = route.replace("{fund_id}", "{position_id}").split()
    paths = world.client.get("/openapi.json").json()["paths"]
    request: dict[str, Any] = paths[path][method.lower()]["requestBody"]
    return request


def test_every_route_that_takes_a_body_is_asked(world: World) -> None:
    paths = world.client.get("/openapi.json").json()["paths"]
    taking = {
        f"{method.upper()} {path}"
        for path, operations in paths.items()
        for method, operation in operations.items()
        if "requestBody" in operation
    }
    assert taking == {route.replace("{fund_id}", "{position_id}") for route in TAKEN}
