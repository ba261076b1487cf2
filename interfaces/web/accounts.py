"""Pages of people and their sessions: sign up, in and out, being oneself again, password, theme."""

from typing import Annotated

from fastapi import APIRouter, Form, Query
from fastapi.responses import Response

from application.access import Access
from application.commands import ChangePassword, LogIn, RegisterUser
from domain.errors import DomainError
from interfaces.authentication import give_cookies, take_cookies
from interfaces.error_catalogue import CATALOGUE, retry_after
from interfaces.requests import address_of, cause_of
from interfaces.web.forms import told_to_wait
from interfaces.web.visits import (
    OURS,
    THEME_COOKIE,
    THEMES,
    AnyVisit,
    InPersonVisit,
    PageRoute,
    UserVisit,
    Visit,
    go_to,
    inside,
)

router = APIRouter(include_in_schema=False, route_class=PageRoute)

Text = Annotated[str, Form()]

_FIELDS = {
    "ERR_INVITE_": "invite_code",
    "ERR_USER_001": "email",
    "ERR_USER_002": "email",
    "ERR_USER_003": "password",
    "ERR_USER_004": "full_name",
}
"""By the beginning of a code, the field of the form that it is about."""

_A_YEAR_S = 31_536_000


@router.get("/register")
def sign_up(at: AnyVisit) -> Response:
    """The form to register by invite."""
    return at.page("register.html", values={}, wrong={})


@router.post("/register", dependencies=[OURS])
def register(
    at: AnyVisit,
    email: Text = "",
    password: Text = "",
    full_name: Text = "",
    invite_code: Text = "",
) -> Response:
    """Register; what was typed stays, but for the password, where something is wrong."""
    asked = RegisterUser(
        email=email, password=password, full_name=full_name, invite_code=invite_code
    )
    try:
        registration = at.program.users.register(asked, cause_of(at.request))
    except DomainError as refusal:
        values = {"email": email, "full_name": full_name, "invite_code": invite_code}
        wrong = _by_field(refusal, _FIELDS)
        return told_to_wait(at.page("register.html", 422, values=values, wrong=wrong), refusal)
    at.program.rooms.catch_up(registration.position)
    return go_to("/login?registered=1")


@router.get("/login")
def sign_in(
    at: AnyVisit,
    *,
    back: Annotated[str, Query(alias="next")] = "",
    registered: bool = False,
) -> Response:
    """The form to sign in; `next` is where one was."""
    return at.page("login.html", values={}, wrong={}, next=back, registered=registered)


@router.post("/login", dependencies=[OURS])
def log_in(
    at: AnyVisit,
    email: Text = "",
    password: Text = "",
    back: Annotated[str, Form(alias="next")] = "",
) -> Response:
    """Sign in, and go back to where one was."""
    asked = LogIn(email=email, password=password, address=address_of(at.request.scope))
    try:
        access = at.program.users.log_in(asked, cause_of(at.request))
    except DomainError as refusal:
        wrong = {"form": refusal.message}
        values = {"email": email}
        status = CATALOGUE[refusal.code].status
        answer = at.page(
            "login.html", status, values=values, wrong=wrong, next=back, registered=False
        )
        answer.headers.update(retry_after(refusal.code, refusal.details))
        return answer
    return signed_in(at, access, inside(back))


@router.post("/logout", dependencies=[OURS])
def log_out(at: UserVisit) -> Response:
    """Sign out; at the end of an impersonation that is all that ends."""
    if at.caller is not None:
        position = at.program.sessions.log_out(at.caller.claims, at.cause)
        at.program.rooms.catch_up(position)
    answer = go_to("/login")
    take_cookies(at.program, answer)
    return answer


@router.post("/stop-impersonation", dependencies=[OURS])
def stop_impersonation(at: UserVisit) -> Response:
    """Be oneself again: who acted as somebody goes back to the users."""
    if at.caller is None:
        return go_to("/login")
    access = at.program.administration.stop_impersonation(at.caller.claims, at.cause)
    return signed_in(at, access, "/admin/users")


@router.get("/settings")
def settings(at: UserVisit, changed: str = "") -> Response:
    """Who one is here, and the form to change the password; `changed` is what just was."""
    return at.page("settings.html", wrong={}, changed=changed == "password")


@router.post("/settings/password", dependencies=[OURS])
def change_password(at: InPersonVisit, current: Text = "", new: Text = "") -> Response:
    """Take another password; every other session ends."""
    asked = ChangePassword(
        user_id=at.user.user_id,
        current=current,
        new=new,
        address=address_of(at.request.scope),
    )
    try:
        access = at.program.sessions.change_password(asked, at.cause)
    except DomainError as refusal:
        fields = {"ERR_AUTH_001": "current", "ERR_USER_003": "new"}
        wrong = _by_field(refusal, fields)
        return told_to_wait(at.page("settings.html", 422, wrong=wrong, changed=False), refusal)
    return signed_in(at, access, "/settings?changed=password")


@router.post("/theme", dependencies=[OURS])
def choose_theme(theme: Text = "", back: Text = "/") -> Response:
    """Keep light or dark for this browser, or let the system decide again."""
    answer = go_to(inside(back))
    if theme in THEMES:
        answer.set_cookie(THEME_COOKIE, theme, max_age=_A_YEAR_S, httponly=True, samesite="lax")
    else:
        answer.delete_cookie(THEME_COOKIE)
    return answer


def signed_in(at: Visit, access: Access, url: str) -> Response:
    """To a page, with access that was given just now in the place of what the browser had."""
    at.program.rooms.catch_up(access.position)
    answer = go_to(url)
    give_cookies(at.program, answer, access)
    return answer


def _by_field(refusal: DomainError, fields: dict[str, str]) -> dict[str, str]:
    """The refusal's sentence under the field that it is about, or of the form as a whole."""
    about = [name for code, name in fields.items() if refusal.code.startswith(code)]
    return {about[0] if about else "form": refusal.message}
