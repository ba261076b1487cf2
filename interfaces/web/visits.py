"""Who is at a page, and what every page and form needs to know of that (spec 8).

Forms bear a value that only we can compute from a cookie of the browser: its session's, or of
somebody anonymous one for forms alone. So a form of another site's cannot act in anybody's name.
"""

import hmac
import secrets
from collections.abc import Callable, Coroutine, Set
from contextlib import suppress
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import quote
from uuid import UUID

from fastapi import Depends, Form, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool

from application import policy
from application.errors import PortfolioUnknown, StoreUnavailable, TokenRefused
from application.ports import Cause
from application.quotas import UPLOADS, Allowance
from domain.errors import DomainError
from interfaces.auditing import LastVerified, last_verified
from interfaces.authentication import COOKIE, Caller, caller_of
from interfaces.bootstrap import Program
from interfaces.denying import noting_denials
from interfaces.error_catalogue import CATALOGUE, retry_after
from interfaces.requests import cause_of
from interfaces.web.page import page
from projections.portfolios.view import PortfolioRow
from projections.users.view import UserRow

FORM_COOKIE = "sigmasight_form"
THEME_COOKIE = "sigmasight_theme"
THEMES = ("light", "dark")
_UNREADABLE = "ERR_REQUEST_001"
_NOT_THERE = "ERR_HTTP_404"


class SignInFirst(Exception):
    """The page is for somebody who is signed in; who comes back from signing in gets on."""


class FormOutdated(DomainError):
    """A form was sent that is none of ours, or of a session that is over."""

    code = "ERR_FORM_001"

    def __init__(self) -> None:
        super().__init__("This form is of an earlier session. Go back, reload, and send it again.")


@dataclass(frozen=True, slots=True)
class Visit:
    """Somebody at a page; `caller` is None for somebody anonymous."""

    request: Request
    program: Program
    caller: Caller | None
    form_secret: str

    @property
    def csrf(self) -> str:
        """What every form of this visit bears."""
        return self.program.tokens.companion(self.form_secret)

    @property
    def user(self) -> UserRow:
        """The user who is signed in.

        Raises:
            SignInFirst: nobody is.
        """
        return self.known.user

    @property
    def known(self) -> Caller:
        """Who is signed in, by which token, and who acts as that user.

        Raises:
            SignInFirst: nobody is.
        """
        if self.caller is None:
            raise SignInFirst
        return self.caller

    @property
    def impersonator(self) -> UserRow | None:
        """The superuser who acts as the user."""
        return self.caller.impersonator if self.caller else None

    @property
    def may_change(self) -> bool:
        """Whether forms that change something are for this visitor."""
        return self.caller is not None and policy.may_change(self.caller.user)

    @property
    def administrates(self) -> bool:
        """Whether the pages below /admin are for this visitor."""
        is_impersonated = self.impersonator is not None
        return self.caller is not None and policy.may_administrate(
            self.caller.user, is_impersonated=is_impersonated
        )

    @property
    def audits(self) -> bool:
        """Whether the audit log of everybody is for this visitor."""
        is_impersonated = self.impersonator is not None
        return self.caller is not None and policy.may_audit(
            self.caller.user, is_impersonated=is_impersonated
        )

    @property
    def log_verified(self) -> LastVerified | None:
        """When the log was verified last, and whether it fits; None where it never was."""
        return last_verified(self.program)

    @property
    def theme(self) -> str | None:
        """Light or dark, where the browser was told; else the system decides."""
        chosen = self.request.cookies.get(THEME_COOKIE)
        return chosen if chosen in THEMES else None

    @property
    def back(self) -> str:
        """Where the page can be asked for again; at the answer to a form, the form's page."""
        if self.request.method != "GET":
            return _page_above(self.request)
        return _asked_for(self.request)

    @property
    def cause(self) -> Cause:
        """A command of the user's, known to be an impersonator's where it is."""
        return cause_of(self.request, self.user.user_id)

    def page(self, template: str, status: int = 200, **values: Any) -> HTMLResponse:
        """A page for this visit."""
        answer = page(template, status, visit=self, **values)
        if self.caller is None and self.request.cookies.get(FORM_COOKIE) != self.form_secret:
            self._keep_form_secret(answer)
        return answer

    def portfolio(self, portfolio_id: UUID) -> PortfolioRow:
        """A portfolio that the user may read.

        Raises:
            PortfolioUnknown: ERR_PORT_404. PortfolioForbidden: ERR_PORT_403.
        """
        found = self.program.portfolios_room.one(portfolio_id)
        if found is None:
            raise PortfolioUnknown
        policy.refuse_reading(self.user, found.owner_id)
        return found

    def _keep_form_secret(self, answer: Response) -> None:
        is_production = self.program.terms.is_production
        answer.set_cookie(
            FORM_COOKIE, self.form_secret, httponly=True, secure=is_production, samesite="lax"
        )


def visit(request: Request) -> Visit:
    """The visit that a request belongs to; a session that is over is none."""
    program: Program = request.app.state.program
    token = request.cookies.get(COOKIE)
    caller = _caller(program, token) if token else None
    request.state.impersonator = (
        caller.impersonator.user_id if caller and caller.impersonator else None
    )
    if caller:
        request.state.actor = str(caller.user.user_id)
    secret = token if token and caller else request.cookies.get(FORM_COOKIE)
    return Visit(request, program, caller, secret or secrets.token_urlsafe(16))


AnyVisit = Annotated[Visit, Depends(visit)]
"""Whoever it is."""


def page_for_all(request: Request, template: str, **values: Any) -> HTMLResponse:
    """A page that is there while the store is not: then nobody is known to be signed in."""
    try:
        at = visit(request)
    except StoreUnavailable:
        return page(template, **values)
    return at.page(template, **values)


def visit_of_user(at: AnyVisit) -> Visit:
    """The visit of somebody who is signed in.

    Raises:
        SignInFirst: nobody is.
    """
    if at.caller is None:
        raise SignInFirst
    return at


UserVisit = Annotated[Visit, Depends(visit_of_user)]


def visit_of_writer(at: UserVisit) -> Visit:
    """The visit of somebody who may change what is theirs.

    Raises:
        AuditorsOnlyRead: ERR_AUDIT_403.
    """
    policy.refuse_changing(at.user)
    return at


WriterVisit = Annotated[Visit, Depends(visit_of_writer)]


def visit_in_person(at: UserVisit) -> Visit:
    """The visit of somebody as whom nobody acts.

    Raises:
        NotWhileImpersonating: ERR_ADMIN_007.
    """
    policy.refuse_impersonated(is_impersonated=at.impersonator is not None)
    return at


InPersonVisit = Annotated[Visit, Depends(visit_in_person)]


def visit_of_superuser(at: UserVisit) -> Visit:
    """The visit of a superuser, in person.

    Raises:
        NotWhileImpersonating: ERR_ADMIN_007. SuperuserOnly: ERR_ADMIN_001.
    """
    with noting_denials(at.request, at.known):
        policy.refuse_administrating(at.user, is_impersonated=at.impersonator is not None)
    return at


SuperuserVisit = Annotated[Visit, Depends(visit_of_superuser)]


def visit_of_auditor(at: UserVisit) -> Visit:
    """The visit of an auditor or a superuser, in person.

    Raises:
        NotWhileImpersonating: ERR_ADMIN_007. AuditorOnly: ERR_AUDIT_001.
    """
    with noting_denials(at.request, at.known):
        policy.refuse_auditing(at.user, is_impersonated=at.impersonator is not None)
    return at


AuditorVisit = Annotated[Visit, Depends(visit_of_auditor)]


def sent_from_here(at: AnyVisit, csrf: Annotated[str, Form()] = "") -> None:
    """Refuse a form that is not of this visit.

    Raises:
        FormOutdated: ERR_FORM_001.
    """
    if not hmac.compare_digest(at.csrf.encode(), csrf.encode()):
        raise FormOutdated


OURS = Depends(sent_from_here)
"""For every route that takes a form."""


class TooManyUploads(DomainError):
    """The user has sent as many files within an hour as there may be."""

    code = "ERR_RATE_001"

    def __init__(self, allowance: Allowance) -> None:
        super().__init__(
            f"At most {allowance.limit} files an hour are taken; wait {allowance.resets_in_s} s.",
            retry_after_s=allowance.resets_in_s,
        )


async def count_upload(at: UserVisit) -> None:
    """Count a file that is sent; superusers are exempt.

    Raises:
        TooManyUploads: ERR_RATE_001.
    """
    if at.program.terms.counters is None or at.user.is_superuser:
        return
    for allowance in await at.program.terms.counters.count(str(at.user.user_id), [UPLOADS]):
        if allowance.is_used_up:
            raise TooManyUploads(allowance)


COUNTED = Depends(count_upload)
"""For every route that takes a file, after `OURS`."""


class PageRoute(APIRoute):
    """Answers what goes wrong at a page with a page."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler of the framework, with pages for refusals."""
        handle = super().get_route_handler()

        async def handle_with_pages(request: Request) -> Response:
            try:
                return await handle(request)
            except SignInFirst:
                return _to_sign_in(request)
            except DomainError as refusal:
                return await run_in_threadpool(_page_of, request, refusal)
            except RequestValidationError as refused:
                code = _NOT_THERE if _is_about_path(refused) else _UNREADABLE
                return await run_in_threadpool(refused_page, request, code)

        return handle_with_pages


def _is_about_path(refused: RequestValidationError) -> bool:
    """Whether part of the address can be nothing's, such as a text where an id belongs."""
    return any(error["loc"][0] == "path" for error in refused.errors())


def go_to(url: str) -> RedirectResponse:
    """The answer to a form that led somewhere: the browser asks for that page."""
    return RedirectResponse(url, 303)


def inside(url: str) -> str:
    """A path of ours to go back to; anything else leads to the command center."""
    return url if url.startswith("/") and not url.startswith(("//", "/\\")) else "/command-center"


def _caller(program: Program, token: str) -> Caller | None:
    try:
        return caller_of(program, program.tokens.read(token))
    except TokenRefused:
        return None


def _asked_for(request: Request) -> str:
    """Path and query."""
    url = request.url
    return f"{url.path}?{url.query}" if url.query else url.path


def _page_above(request: Request) -> str:
    """The nearest page on the way up from where a form was sent, by the routes there are."""
    pages: Set[str] = request.app.state.page_paths
    path = request.url.path
    route = getattr(request.scope.get("route"), "path", path)
    while route and route not in pages:
        route, path = route.rpartition("/")[0], path.rpartition("/")[0]
    return path or "/"


def _to_sign_in(request: Request) -> Response:
    back = _asked_for(request) if request.method == "GET" else ""
    return go_to(f"/login?next={quote(back)}" if back else "/login")


def refused_page(request: Request | None, code: str, message: str = "") -> Response:
    """The page that says why not, and what to do; the catalogue's words where it has no others.

    Without `request` it is for nobody in particular.
    """
    entry = CATALOGUE[code]
    words = {"code": code, "entry": entry, "message": message or entry.meaning}
    with suppress(StoreUnavailable):  # who it is cannot be said without the database
        if request is not None:
            return visit(request).page("refused.html", entry.status, **words)
    return page("refused.html", entry.status, **words)


def _page_of(request: Request, refusal: DomainError) -> Response:
    answer = refused_page(request, refusal.code, refusal.message)
    answer.headers.update(retry_after(refusal.code, refusal.details))
    return answer
