"""What the server serves: the API, and around it the pages."""

from fastapi import FastAPI
from starlette.types import ASGIApp, Scope

from interfaces.api.app import create_app
from interfaces.api.errors import BodyRefused, code_of_refused_body, refused_body_answer
from interfaces.bootstrap import Program
from interfaces.web import (
    accounts,
    admin,
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
    portfolio,
    positions,
    processing,
    reference,
)
from interfaces.web.refused_bodies import RefusedBodyPage

PAGE_MODULES = (
    *(landing, accounts, onboarding, processing, command_center),
    *(portfolio, positions, cash_flows, opening, imports),
    *(admin, admin_users),
    *(import_help, reference, error_pages, assets),
)


def create_http(program: Program) -> FastAPI:
    """The API over a program together with the pages; the caller closes the program."""
    app = create_app(program)
    for pages in PAGE_MODULES:
        app.include_router(pages.router)
    app.state.refuse_body = _refuse_body
    return app


def _refuse_body(scope: Scope, refused: BodyRefused) -> ASGIApp:
    if scope["path"].startswith("/api/"):
        return refused_body_answer(scope, refused)
    return RefusedBodyPage(code_of_refused_body(scope, refused))
