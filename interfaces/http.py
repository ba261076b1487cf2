"""What the server serves: the API, and around it the pages."""

from collections.abc import Mapping

from fastapi import FastAPI
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Scope

from interfaces.api.app import create_app
from interfaces.api.errors import plain_answer
from interfaces.bootstrap import Program
from interfaces.reports import pages as report
from interfaces.reports import routes as reports
from interfaces.web import (
    accounts,
    admin,
    admin_invites,
    admin_monitoring,
    admin_repair,
    admin_runs,
    admin_users,
    assets,
    cash_flows,
    command_center,
    error_pages,
    import_help,
    imports,
    landing,
    onboarding,
    opening,
    performance,
    portfolio,
    positions,
    processing,
    reference,
    risk,
)
from interfaces.web.refusals import RefusalPage

PAGE_MODULES = (
    *(landing, accounts, onboarding, processing, command_center),
    *(portfolio, positions, cash_flows, risk, performance, report, opening, imports),
    *(admin, admin_users, admin_invites, admin_runs, admin_repair, admin_monitoring),
    *(import_help, reference, error_pages, assets),
)


def create_http(program: Program) -> FastAPI:
    """The API over a program together with the pages; the caller closes the program."""
    app = create_app(program)
    app.include_router(reports.router)
    for pages in PAGE_MODULES:
        app.include_router(pages.router)
    app.state.refuse = _refuse
    return app


def _refuse(scope: Scope, code: str, headers: Mapping[str, str]) -> ASGIApp:
    accepted = Headers(scope=scope).get("accept", "")
    if scope["path"].startswith("/api/") or "text/html" not in accepted:
        return plain_answer(scope, code, headers)
    return RefusalPage(code, headers)
