"""Who may do what: every route of the API with every role (spec 2.4)."""

from typing import Any, NamedTuple

import pytest

from interfaces.web.assets import url_of
from tests.interfaces.conftest import World
from tests.support.visitors import work_off

V1 = "/api/v1"


class Row(NamedTuple):
    """The status each role is answered with."""

    anonymous: int
    owner: int
    other: int
    superuser: int


PUBLIC = Row(200, 200, 200, 200)
SIGNED_IN = Row(401, 200, 200, 200)
OWN = Row(401, 200, 403, 403)
OWN_COMMAND = Row(401, 202, 403, 403)
ADMIN = Row(401, 403, 403, 200)
REFUSED = Row(401, 400, 403, 403)
UNKNOWN = Row(401, 404, 403, 403)
BLANK_CREDENTIALS = Row(401, 401, 401, 401)

TABLE = {
    f"POST {V1}/onboarding/register": BLANK_CREDENTIALS,
    f"GET {V1}/onboarding/csv-template": PUBLIC,
    f"GET {V1}/onboarding/formats": PUBLIC,
    f"POST {V1}/onboarding/preview-csv": Row(401, 400, 400, 400),  # no file
    f"POST {V1}/onboarding/create-portfolio": Row(401, 400, 400, 400),  # nothing filled in
    f"POST {V1}/auth/login": BLANK_CREDENTIALS,
    f"GET {V1}/auth/me": SIGNED_IN,
    f"GET {V1}/portfolios": SIGNED_IN,
    f"POST {V1}/portfolios": Row(401, 400, 400, 400),  # nothing filled in
    f"GET {V1}/portfolios/{{portfolio_id}}": OWN,
    f"PUT {V1}/portfolios/{{portfolio_id}}": OWN,
    f"DELETE {V1}/portfolios/{{portfolio_id}}": Row(401, 412, 403, 403),  # of an old version
    f"GET {V1}/portfolios/{{portfolio_id}}/positions": OWN,
    f"POST {V1}/portfolios/{{portfolio_id}}/positions": REFUSED,  # nothing filled in
    f"POST {V1}/portfolios/{{portfolio_id}}/positions/bulk": REFUSED,
    f"GET {V1}/portfolios/{{portfolio_id}}/positions/{{position_id}}": OWN,
    f"PATCH {V1}/portfolios/{{portfolio_id}}/positions/{{position_id}}": OWN,
    f"DELETE {V1}/portfolios/{{portfolio_id}}/positions/{{position_id}}": UNKNOWN,
    f"POST {V1}/portfolios/{{portfolio_id}}/positions/{{position_id}}/close": REFUSED,
    f"POST {V1}/portfolios/{{portfolio_id}}/positions/{{position_id}}/revalue": REFUSED,
    f"GET {V1}/portfolios/{{portfolio_id}}/cash-flows": OWN,
    f"POST {V1}/portfolios/{{portfolio_id}}/cash-flows": REFUSED,
    f"GET {V1}/portfolios/{{portfolio_id}}/cash-flows/summary": OWN,
    f"DELETE {V1}/portfolios/{{portfolio_id}}/cash-flows/{{flow_id}}": UNKNOWN,
    f"PATCH {V1}/portfolios/{{portfolio_id}}/opening": OWN,
    f"GET {V1}/portfolios/{{portfolio_id}}/corporate-actions": OWN,
    f"POST {V1}/portfolios/{{portfolio_id}}/corporate-actions": REFUSED,
    f"GET {V1}/portfolios/{{portfolio_id}}/export": OWN,
    f"GET {V1}/portfolios/{{portfolio_id}}/imports": OWN,
    f"POST {V1}/portfolios/{{portfolio_id}}/imports": Row(401, 400, 403, 403),  # no file
    f"GET {V1}/portfolios/{{portfolio_id}}/imports/{{import_id}}": OWN,
    f"GET {V1}/portfolios/{{portfolio_id}}/imports/{{import_id}}/rejected-rows": Row(
        *(401, 404, 403, 403)  # none were left out
    ),
    f"POST {V1}/portfolios/{{portfolio_id}}/imports/{{import_id}}/revert": OWN,
    f"POST {V1}/portfolios/{{portfolio_id}}/imports/{{import_id}}/redo": OWN,
    f"POST {V1}/portfolio/{{portfolio_id}}/calculate": OWN_COMMAND,
    f"POST {V1}/portfolios/{{portfolio_id}}/calculate": OWN_COMMAND,
    f"GET {V1}/portfolio/{{portfolio_id}}/batch-status/{{run_id}}": OWN,
    f"GET {V1}/portfolios/{{portfolio_id}}/batch-status/{{run_id}}": OWN,
    f"GET {V1}/portfolio/{{portfolio_id}}/batch-status/{{run_id}}/events": OWN,
    f"GET {V1}/portfolios/{{portfolio_id}}/batch-status/{{run_id}}/events": OWN,
    f"GET {V1}/portfolio/{{portfolio_id}}/batch-status/{{run_id}}/log": OWN,
    f"GET {V1}/portfolios/{{portfolio_id}}/batch-status/{{run_id}}/log": OWN,
    f"GET {V1}/portfolios/{{portfolio_id}}/runs": OWN,
    f"GET {V1}/analytics/portfolio/{{portfolio_id}}/overview": OWN,
    f"GET {V1}/analytics/portfolio/{{portfolio_id}}/valuations": OWN,
    f"GET {V1}/analytics/portfolio/{{portfolio_id}}/valuations/{{session}}": OWN,
    f"GET {V1}/analytics/portfolio/{{portfolio_id}}/reconstructed": OWN,
    f"GET {V1}/market-data/prices/{{symbol}}": SIGNED_IN,
    f"GET {V1}/market-data/securities/{{symbol}}": SIGNED_IN,
    f"GET {V1}/market-data/coverage": OWN,
    f"POST {V1}/admin/market-data/prices": ADMIN,
    f"POST {V1}/admin/batch/run": Row(401, 403, 403, 202),
    f"GET {V1}/admin/batch/runs": ADMIN,
    f"GET {V1}/admin/batch/runs/current": ADMIN,
    f"GET {V1}/admin/batch/runs/{{run_id}}": ADMIN,
    f"GET {V1}/admin/batch/summary": ADMIN,
    f"POST {V1}/admin/batch/cleanup-incomplete": ADMIN,
    f"POST {V1}/admin/repair/valuations": ADMIN,
    f"GET {V1}/admin/invite-codes": ADMIN,
    f"POST {V1}/admin/invite-codes": Row(401, 403, 403, 201),
    f"POST {V1}/admin/invite-codes/{{invite_id}}/revoke": Row(401, 403, 403, 404),
    "GET /health/live": PUBLIC,
    "GET /health/ready": PUBLIC,
    "GET /errors": PUBLIC,
    "GET /errors/{code}": PUBLIC,
}
BODIES: dict[str, dict[str, Any]] = {
    f"POST {V1}/admin/invite-codes": {"json": {"cohort": "Friends"}},
    f"POST {V1}/portfolios": {"json": {}},
    f"PUT {V1}/portfolios/{{portfolio_id}}": {"json": {}},
    f"DELETE {V1}/portfolios/{{portfolio_id}}": {"headers": {"If-Match": '"0"'}},
    f"POST {V1}/admin/batch/run": {"json": {}},
    f"POST {V1}/admin/market-data/prices": {"json": {"prices": []}},
    f"POST {V1}/admin/repair/valuations": {"json": {"from_date": "2013-02-28", "reason": "A test"}},
    f"POST {V1}/onboarding/register": {"json": {}},
    f"POST {V1}/auth/login": {"json": {}},
    f"POST {V1}/onboarding/create-portfolio": {"files": {"csv_file": ("", b"")}},
    f"POST {V1}/portfolios/{{portfolio_id}}/imports/{{import_id}}/revert": {
        "json": {"dry_run": True}
    },
    f"POST {V1}/portfolios/{{portfolio_id}}/positions": {"json": {}},
    f"POST {V1}/portfolios/{{portfolio_id}}/positions/bulk": {"json": {"positions": [{}]}},
    f"PATCH {V1}/portfolios/{{portfolio_id}}/positions/{{position_id}}": {"json": {}},
    f"POST {V1}/portfolios/{{portfolio_id}}/positions/{{position_id}}/close": {"json": {}},
    f"POST {V1}/portfolios/{{portfolio_id}}/positions/{{position_id}}/revalue": {"json": {}},
    f"POST {V1}/portfolios/{{portfolio_id}}/cash-flows": {"json": {"kind": "CONTRIBUTION"}},
    f"PATCH {V1}/portfolios/{{portfolio_id}}/opening": {"json": {}},
    f"POST {V1}/portfolios/{{portfolio_id}}/corporate-actions": {"json": {"kind": "split"}},
}
QUERIES = {f"GET {V1}/market-data/coverage": "?portfolio_id={portfolio_id}"}

NOBODY_S = "00000000-0000-4000-8000-000000000000"


@pytest.mark.parametrize("role", Row._fields)
@pytest.mark.parametrize("route", TABLE)
def test_each_role_is_answered_as_the_table_says(world: World, route: str, role: str) -> None:
    visitor = {
        "anonymous": world.nobody,
        "owner": world.ada,
        "other": world.bob,
        "superuser": world.superuser,
    }[role]
    method, path = route.split()
    held = world.ada.positions_of(world.valued)[0]
    url = (path + QUERIES.get(route, "")).format(
        symbol="GOOG",
        portfolio_id=world.valued,
        import_id=world.ada.imports_of(world.valued)[0]["import_id"],
        run_id=world.run,
        position_id=NOBODY_S if method == "DELETE" else held["id"],
        flow_id=NOBODY_S,
        invite_id=NOBODY_S,
        session="2013-03-01",
        code="ERR_PORT_404",
    )
    answer = visitor.ask(method, url, **BODIES.get(route, {}))
    assert answer.status_code == getattr(TABLE[route], role), answer.text
    if answer.status_code == 202:
        work_off(world.program, answer)


def test_every_published_route_has_a_row(world: World) -> None:
    paths = world.client.get("/openapi.json").json()["paths"]
    routes = {f"{method.upper()} {path}" for path in paths for method in paths[path]}
    assert routes == set(TABLE)


@pytest.mark.parametrize("page", ["/", "/docs", url_of("style.css"), "/openapi.json"])
def test_the_pages_are_for_everybody(world: World, page: str) -> None:
    assert world.nobody.ask("GET", page).status_code == 200
