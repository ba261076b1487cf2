"""What the server serves: the API, and around it the pages."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute
from starlette.datastructures import Headers
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Scope

from interfaces.api.app import create_app
from interfaces.api.documenting import operation_id
from interfaces.api.errors import plain_answer
from interfaces.bootstrap import Program
from interfaces.reports import pages as report
from interfaces.reports import routes as reports
from interfaces.web import (
    accounts,
    admin,
    admin_audit,
    admin_invites,
    admin_monitoring,
    admin_projections,
    admin_repair,
    admin_runs,
    admin_users,
    assets,
    cash_flows,
    command_center,
    error_pages,
    history,
    import_help,
    imports,
    landing,
    onboarding,
    opening,
    performance,
    portfolio,
    positions,
    processing,
    provenance,
    reference,
    risk,
)
from interfaces.web.refusals import RefusalPage

PAGE_MODULES = (
    *(landing, accounts, onboarding, processing, command_center),
    *(portfolio, positions, cash_flows, risk, performance, report, opening, imports),
    *(history, provenance),
    *(admin, admin_users, admin_invites, admin_runs),
    *(admin_projections, admin_repair, admin_monitoring, admin_audit),
    *(import_help, reference, error_pages, assets),
)


def create_http(program: Program) -> FastAPI:
    """The API over a program together with the pages; the caller closes the program."""
    app = create_app(program, _others())
    app.state.refuse = _refuse
    app.state.page_paths = _page_paths()
    return app


@cache
def _others() -> Sequence[BaseRoute]:
    """The routes of pages and reports, which like those of the API know no program."""
    others = APIRouter(generate_unique_id_function=operation_id)
    for module in (reports, *PAGE_MODULES):
        others.include_router(module.router)
    return others.routes


@cache
def _page_paths() -> frozenset[str]:
    """The paths of pages as their routes have them, with the names of what differs."""
    routes = [route for module in PAGE_MODULES for route in module.router.routes]
    return frozenset(
        route.path
        for route in routes
        if isinstance(route, APIRoute) and "GET" in (route.methods or ())
    )


def _refuse(
    scope: Scope,
    code: str,
    headers: Mapping[str, str],
    details: Mapping[str, Any] | None = None,
) -> ASGIApp:
    """A page for who looks at pages, or followed a link from one into the API."""
    is_page = not scope["path"].startswith("/api/") or scope["method"] == "GET"
    if is_page and "text/html" in Headers(scope=scope).get("accept", ""):
        return RefusalPage(code, headers)
    return plain_answer(scope, code, headers, details)
