"""Who may do what: every route of the API with every role (spec 2.4)."""

import re
from typing import Any, NamedTuple

import pytest

from interfaces.api import fast_reads, measures
from interfaces.http import create_http
from interfaces.web.assets import url_of
from tests.interfaces.conftest import World
from tests.support.visitors import Visitor, refusal, work_off

V1 = "/api/v1"


ROLES = {
    "anonymous": "nobody",
    "owner": "ada",
    "other": "bob",
    "auditor": "auditor",
    "superuser": "superuser",
    "impersonator": "impersonator",
}
"""Who in the world has which role."""

RANK_VERBS = ("promote", "demote", "grant-auditor", "revoke-auditor", "deactivate", "reactivate")
NOBODY_S = "00000000-0000-4000-8000-000000000000"


class Row(NamedTuple):
    """The status each role is answered with; the impersonator acts as the owner."""

    anonymous: int
    owner: int
    other: int
    auditor: int
    superuser: int
    impersonator: int


def everybody(status: int) -> Row:
    """The same for all."""
    return Row(*[status] * len(Row._fields))


def signed_in(status: int) -> Row:
    """For whoever has a token, about oneself or about nobody's."""
    return everybody(status)._replace(anonymous=401)


def reads(status: int) -> Row:
    """About a portfolio: for the owner, who acts as the owner, and auditors."""
    return signed_in(status)._replace(other=403, superuser=403)


def changes(status: int) -> Row:
    """A command about a portfolio: for the owner, and who acts as the owner."""
    return reads(status)._replace(auditor=403)


def administrates(status: int) -> Row:
    """For superusers in person."""
    return everybody(403)._replace(anonymous=401, superuser=status)


def audits(status: int) -> Row:
    """For superusers and auditors in person."""
    return administrates(status)._replace(auditor=status)


TABLE = {
    f"POST {V1}/onboarding/register": everybody(401),
    f"GET {V1}/onboarding/csv-template": everybody(200),
    f"GET {V1}/onboarding/status/{{portfolio_id}}": reads(200),
    f"GET {V1}/onboarding/formats": everybody(200),
    f"POST {V1}/onboarding/preview-csv": signed_in(400),  # no file
    f"POST {V1}/onboarding/create-portfolio": signed_in(400)._replace(
        auditor=403
    ),  # nothing filled in
    f"POST {V1}/auth/login": everybody(401),
    f"GET {V1}/auth/me": signed_in(200),
    f"POST {V1}/auth/logout": signed_in(200),
    f"POST {V1}/auth/logout-all": signed_in(200),
    f"POST {V1}/auth/refresh": signed_in(200)._replace(impersonator=403),
    f"POST {V1}/auth/change-password": everybody(401)._replace(impersonator=403),  # blank
    f"GET {V1}/portfolios": signed_in(200),
    f"POST {V1}/portfolios": signed_in(400)._replace(auditor=403),  # nothing filled in
    f"GET {V1}/portfolios/{{portfolio_id}}": reads(200),
    f"PUT {V1}/portfolios/{{portfolio_id}}": changes(200),
    f"DELETE {V1}/portfolios/{{portfolio_id}}": changes(412),  # of an old version
    f"GET {V1}/portfolios/{{portfolio_id}}/positions": reads(200),
    f"POST {V1}/portfolios/{{portfolio_id}}/positions": changes(400),  # nothing filled in
    f"POST {V1}/portfolios/{{portfolio_id}}/positions/bulk": changes(400),
    f"GET {V1}/portfolios/{{portfolio_id}}/positions/{{position_id}}": reads(200),
    f"PATCH {V1}/portfolios/{{portfolio_id}}/positions/{{position_id}}": changes(200),
    f"DELETE {V1}/portfolios/{{portfolio_id}}/positions/{{position_id}}": changes(404),
    f"POST {V1}/portfolios/{{portfolio_id}}/positions/{{position_id}}/close": changes(400),
    f"POST {V1}/portfolios/{{portfolio_id}}/positions/{{position_id}}/revalue": changes(400),
    f"GET {V1}/portfolios/{{portfolio_id}}/cash-flows": reads(200),
    f"POST {V1}/portfolios/{{portfolio_id}}/cash-flows": changes(400),
    f"GET {V1}/portfolios/{{portfolio_id}}/cash-flows/summary": reads(200),
    f"DELETE {V1}/portfolios/{{portfolio_id}}/cash-flows/{{flow_id}}": changes(404),
    f"PATCH {V1}/portfolios/{{portfolio_id}}/opening": changes(200),
    f"GET {V1}/portfolios/{{portfolio_id}}/corporate-actions": reads(200),
    f"POST {V1}/portfolios/{{portfolio_id}}/corporate-actions": changes(400),
    f"GET {V1}/portfolios/{{portfolio_id}}/export": reads(200),
    f"GET {V1}/portfolios/{{portfolio_id}}/imports": reads(200),
    f"POST {V1}/portfolios/{{portfolio_id}}/imports": changes(400),  # no file
    f"GET {V1}/portfolios/{{portfolio_id}}/imports/{{import_id}}": reads(200),
    f"GET {V1}/portfolios/{{portfolio_id}}/imports/{{import_id}}/rejected-rows": reads(404),
    f"POST {V1}/portfolios/{{portfolio_id}}/imports/{{import_id}}/revert": changes(200),
    f"POST {V1}/portfolios/{{portfolio_id}}/imports/{{import_id}}/redo": changes(200),
    f"POST {V1}/portfolio/{{portfolio_id}}/calculate": changes(202),
    f"POST {V1}/portfolios/{{portfolio_id}}/calculate": changes(202),
    f"GET {V1}/portfolio/{{portfolio_id}}/batch-status/{{run_id}}": reads(200),
    f"GET {V1}/portfolios/{{portfolio_id}}/batch-status/{{run_id}}": reads(200),
    f"GET {V1}/portfolio/{{portfolio_id}}/batch-status/{{run_id}}/events": reads(200),
    f"GET {V1}/portfolios/{{portfolio_id}}/batch-status/{{run_id}}/events": reads(200),
    f"GET {V1}/portfolio/{{portfolio_id}}/batch-status/{{run_id}}/log": reads(200),
    f"GET {V1}/portfolios/{{portfolio_id}}/batch-status/{{run_id}}/log": reads(200),
    f"GET {V1}/portfolios/{{portfolio_id}}/runs": reads(200),
    f"GET {V1}/analytics/portfolio/{{portfolio_id}}/overview": reads(200),
    f"GET {V1}/analytics/portfolio/{{portfolio_id}}/valuations": reads(200),
    f"GET {V1}/analytics/portfolio/{{portfolio_id}}/valuations/{{session}}": reads(200),
    f"GET {V1}/analytics/portfolio/{{portfolio_id}}/reconstructed": reads(200),
    f"GET {V1}/analytics/portfolio/{{portfolio_id}}/export": reads(200),
    f"GET {V1}/analytics/portfolio/{{portfolio_id}}/report": reads(200),
    **{
        f"GET {V1}/analytics/portfolio/{{portfolio_id}}/{path}": reads(200)
        for path in (
            "beta",
            "factor-exposures",
            "performance",
            "attribution",
            "positions/factor-exposures",
        )
    },
    f"POST {V1}/analytics/portfolio/{{portfolio_id}}/stress-test": reads(422),  # no shock
    **{
        f"GET {V1}/analytics/portfolio/{{portfolio_id}}/{route.path}": reads(200)
        for route in measures.ROUTES
    },
    **{
        f"GET {V1}/analytics/aggregate/{path}": signed_in(200)
        for path in (
            *("overview", "breakdown", "factor-exposures", "performance"),
            *("attribution", "positions/factor-exposures"),
            *(route.path for route in measures.ROUTES),
        )
    },
    f"POST {V1}/audit/verify": audits(200),
    f"GET {V1}/audit/checkpoints": audits(200),
    f"GET {V1}/audit/export": audits(200),
    f"GET {V1}/audit/events": audits(200),  # own ones: test_audit_events
    f"GET {V1}/audit/events/stream": audits(200),
    f"GET {V1}/audit/valuations/{{portfolio_id}}/{{session}}/versions": reads(200),
    f"GET {V1}/audit/valuations/{{portfolio_id}}/{{session}}/manifest": reads(200),
    f"POST {V1}/audit/valuations/{{portfolio_id}}/{{session}}/recompute": reads(200),
    f"GET {V1}/audit/portfolios/{{portfolio_id}}/restatements": reads(200),
    f"GET {V1}/audit/portfolios/{{portfolio_id}}/restatements/export": reads(200),
    f"GET {V1}/audit/restatements": audits(200),
    f"GET {V1}/audit/restatements/export": audits(200),
    f"GET {V1}/audit/portfolios/{{portfolio_id}}/history": reads(200),
    f"GET {V1}/audit/portfolios/{{portfolio_id}}/as-of": reads(422),  # no day
    f"GET {V1}/audit/portfolios/{{portfolio_id}}/positions/as-of": reads(422),
    f"GET {V1}/audit/portfolios/{{portfolio_id}}/account/as-of": reads(422),
    f"GET {V1}/audit/portfolios/{{portfolio_id}}/measures/as-of": reads(422),
    f"GET {V1}/market-data/prices/{{symbol}}": signed_in(200),
    f"GET {V1}/market-data/securities/{{symbol}}": signed_in(200),
    f"GET {V1}/market-data/coverage": reads(200),
    f"POST {V1}/admin/market-data/prices": administrates(200),
    f"POST {V1}/admin/batch/run": administrates(202),
    f"GET {V1}/admin/batch/runs": administrates(200),
    f"GET {V1}/admin/batch/runs/current": administrates(200),
    f"GET {V1}/admin/batch/runs/{{run_id}}": administrates(200),
    f"GET {V1}/admin/batch/runs/{{run_id}}/events": administrates(200),
    f"GET {V1}/admin/batch/summary": administrates(200),
    f"POST {V1}/admin/batch/cleanup-incomplete": administrates(200),
    f"POST {V1}/admin/repair/valuations": administrates(200),
    f"GET {V1}/admin/projections": administrates(200),
    f"POST {V1}/admin/projections/{{name}}/rebuild": administrates(404),
    f"POST {V1}/admin/projections/{{name}}/verify": administrates(200),
    f"GET {V1}/admin/users": administrates(200),
    **{f"POST {V1}/admin/users/{{user_id}}/{verb}": administrates(404) for verb in RANK_VERBS},
    f"POST {V1}/admin/users/{{user_id}}/forget": administrates(404),
    f"POST {V1}/admin/impersonate": administrates(404),
    f"POST {V1}/admin/stop-impersonation": everybody(401)._replace(impersonator=200),
    f"GET {V1}/admin/invite-codes": administrates(200),
    f"POST {V1}/admin/invite-codes": administrates(201),
    f"POST {V1}/admin/invite-codes/{{invite_id}}/revoke": administrates(404),
    f"GET {V1}/admin/monitoring": administrates(200),
    "GET /metrics": everybody(401),  # who asks from afar without the token
    "GET /health/live": everybody(200),
    "GET /health/ready": everybody(503),  # no worker
    "GET /health/prerequisites": everybody(200),
    "GET /errors": everybody(200),
    "GET /errors/{code}": everybody(200),
}
ENDS_SESSIONS = {
    *(f"POST {V1}/auth/logout", f"POST {V1}/auth/logout-all"),
    f"POST {V1}/admin/stop-impersonation",
}
BODIES: dict[str, dict[str, Any]] = {
    f"POST {V1}/auth/change-password": {"json": {}},
    f"POST {V1}/admin/impersonate": {"json": {"target_user_id": NOBODY_S}},
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
QUERIES = {
    f"GET {V1}/market-data/coverage": "?portfolio_id={portfolio_id}",
    f"GET {V1}/audit/events/stream": "?until=1",  # for nobody waits for its end
}


@pytest.mark.parametrize("role", Row._fields)
@pytest.mark.parametrize("route", TABLE)
def test_each_role_is_answered_as_the_table_says(world: World, route: str, role: str) -> None:
    visitor: Visitor = getattr(world, ROLES[role])
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
        user_id=NOBODY_S,
        session="2013-03-01",
        code="ERR_PORT_404",
        name="nothing" if path.endswith("/rebuild") else "users",
    )
    answer = visitor.ask(method, url, **BODIES.get(route, {}))
    if route in ENDS_SESSIONS:
        world.sign_in_again()
    assert answer.status_code == getattr(TABLE[route], role), answer.text
    if answer.status_code == 202:
        work_off(world.program, answer)


@pytest.mark.parametrize("route", [route for route in TABLE if TABLE[route].auditor == 403])
def test_an_auditor_is_told_that_auditors_only_read(world: World, route: str) -> None:
    method, path = route.split()
    url = re.sub(r"{\w+}", NOBODY_S, path)
    code = "ERR_ADMIN_001" if "/admin/" in route else "ERR_AUDIT_403"
    assert refusal(world.auditor.ask(method, url, **BODIES.get(route, {}))) == (403, code)


@pytest.mark.parametrize("route", [route for route in TABLE if TABLE[route].impersonator == 403])
def test_an_impersonator_is_told_to_stop_before(world: World, route: str) -> None:
    method, path = route.split()
    url = re.sub(r"{\w+}", NOBODY_S, path)
    answer = world.impersonator.ask(method, url, **BODIES.get(route, {}))
    assert refusal(answer) == (403, "ERR_ADMIN_007")


def test_every_published_route_has_a_row(world: World) -> None:
    paths = world.client.get("/openapi.json").json()["paths"]
    routes = {f"{method.upper()} {path}" for path in paths for method in paths[path]}
    assert routes == set(TABLE)


def test_what_the_app_answers_is_what_its_document_says_and_pages(world: World) -> None:
    answered = {
        f"{method} {route.path}"
        for included in create_http(world.program).routes
        if hasattr(included, "effective_route_contexts")
        for route in included.effective_route_contexts()
        for method in route.methods
        if not is_page(route.path)
    }
    assert answered == set(TABLE)
    assert f"GET {fast_reads.TEMPLATE}" in TABLE


def is_page(path: str) -> bool:
    """Whether a path is for people with a browser: none of the API's, nor of operations."""
    return not path.startswith((V1, "/health", "/errors", "/metrics"))


@pytest.mark.parametrize("page", ["/", "/docs", url_of("style.css"), "/openapi.json"])
def test_the_pages_are_for_everybody(world: World, page: str) -> None:
    assert world.nobody.ask("GET", page).status_code == 200
