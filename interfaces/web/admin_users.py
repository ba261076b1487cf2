"""Users, as superusers see to them: who is there, who may do what, acting as one (spec 8, 4.9)."""

from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, Response

from application.errors import UserUnknown
from domain.identity import is_demo_address
from interfaces.administrating import RANKS, UserSearch
from interfaces.values import Offset
from interfaces.web.accounts import signed_in
from interfaces.web.admin_frame import ADMIN, admin_page, done_there
from interfaces.web.forms import FormWrong, Typed, filled_in, told_at_fields
from interfaces.web.paging import A_PAGE, Paging
from interfaces.web.visits import OURS, PageRoute, SuperuserVisit, Visit
from projections.users.view import UserRow

router = APIRouter(prefix=f"{ADMIN}/users", include_in_schema=False, route_class=PageRoute)

_NOT_THE_ADDRESS = "This is not the address of this user. Nobody was forgotten."


@router.get("")
def users(at: SuperuserVisit, offset: Offset = 0) -> Response:
    """Everybody who is registered, or those of whom all that is asked is true."""
    values = {name: at.request.query_params.get(name, "") for name in UserSearch.model_fields}
    asked, wrong, search = filled_in(values), {}, UserSearch()
    try:
        with told_at_fields():
            search = UserSearch.model_validate(asked)
    except FormWrong as refused:
        wrong = dict(refused.by_field)
    rows, total = search.find(at.program, A_PAGE, offset)
    return admin_page(
        at,
        "admin_users.html",
        422 if wrong else 200,
        users=rows,
        paging=Paging(f"{ADMIN}/users", asked, offset, total),
        values=values,
        wrong=wrong,
    )


@router.get("/{user_id}")
def user(at: SuperuserVisit, user_id: UUID) -> Response:
    """Who somebody is here, and what can be decided about it."""
    return _user(at, _row(at, user_id))


@router.post("/{user_id}/impersonate", dependencies=[OURS])
def impersonate(at: SuperuserVisit, user_id: UUID) -> Response:
    """Be the user for up to 8 hours, recorded under both names."""
    row = _row(at, user_id)
    try:
        with told_at_fields():
            begun = at.program.administration.impersonate(at.user.user_id, user_id, at.cause)
    except FormWrong as wrong:
        return wrong.told_on(_user(at, row, 422, wrong=wrong.by_field))
    return signed_in(at, begun.access, "/command-center")


@router.get("/{user_id}/forget")
def ask_to_forget(at: SuperuserVisit, user_id: UUID) -> Response:
    """What forgetting the user means, before it is done."""
    return _forget(at, _row(at, user_id))


@router.post("/{user_id}/forget", dependencies=[OURS])
def forget(at: SuperuserVisit, user_id: UUID, typed: Typed) -> Response:
    """Forget who the user is, if the address was typed that is to be forgotten."""
    row = _row(at, user_id)
    if not row.is_forgotten and typed.get("email", "").strip().lower() != row.email:
        return _forget(at, row, 422, wrong={"email": _NOT_THE_ADDRESS})
    try:
        with told_at_fields():
            position = at.program.forgetting.forget(user_id, at.cause)
    except FormWrong as wrong:
        return wrong.told_on(_forget(at, row, 422, wrong=wrong.by_field))
    at.program.rooms.catch_up(position)
    return done_there(_url(user_id), "forget")


@router.post("/{user_id}/{verb}", dependencies=[OURS])
def decide(at: SuperuserVisit, user_id: UUID, verb: str) -> Response:
    """Decide about the user's rank; nothing happens where it is so already."""
    row, decision = _row(at, user_id), RANKS.get(verb)
    if decision is None:
        raise UserUnknown
    try:
        with told_at_fields():
            ranked = at.program.administration.change_rank(user_id, decision, at.cause)
    except FormWrong as wrong:
        return wrong.told_on(_user(at, row, 422, wrong=wrong.by_field))
    at.program.rooms.catch_up(ranked.position)
    return done_there(_url(user_id), verb)


def _row(at: Visit, user_id: UUID) -> UserRow:
    row = at.program.users_room.one(user_id)
    if row is None:
        raise UserUnknown
    return row


def _url(user_id: UUID) -> str:
    return f"{ADMIN}/users/{user_id}"


def _user(at: Visit, row: UserRow, code: int = 200, **form: object) -> HTMLResponse:
    return admin_page(
        at,
        "admin_user.html",
        code,
        row=row,
        url=_url(row.user_id),
        is_demo=is_demo_address(row.email),
        is_oneself=row.user_id == at.user.user_id,
        **({"wrong": {}} | form),
    )


def _forget(at: Visit, row: UserRow, code: int = 200, **form: object) -> HTMLResponse:
    told = {"wrong": {}} | form
    return admin_page(at, "admin_forget.html", code, row=row, url=_url(row.user_id), **told)
