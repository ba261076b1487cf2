"""Users as superusers see them: who is there, who may do what, acting as one (spec 4.9)."""

from collections.abc import Callable
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from pydantic import BaseModel, Field

from application.errors import UserUnknown
from domain.identity import is_demo_address
from domain.user import User
from interfaces.administrating import RANKS, UserSearch
from interfaces.api.access import Known, Superuser, cause_of, show_position
from interfaces.api.access_shapes import (
    TOKEN_EXAMPLE,
    USER_EXAMPLE,
    GivenAccess,
    KnownUser,
    given_access,
    known_user,
)
from interfaces.api.documenting import (
    SIGNED_IN,
    SUPERUSER,
    answers,
    command_answers,
    example,
)
from interfaces.authentication import Asked, give_cookies
from interfaces.values import Day, Instant, Limit, Offset
from projections.users.view import UserRow

router = APIRouter(prefix="/admin", tags=["Administration"])

_ROOT = {
    "id": "5b1d54f2-54c5-5b5a-8f0e-6d3a0c4f9b11",
    "email": "root@example.com",
    "full_name": "Grace Hopper",
    "is_superuser": True,
}
_LISTED = {
    **USER_EXAMPLE,
    "is_auditor": False,
    "is_demo": False,
    "is_active": True,
    "has_portfolio": True,
    "portfolio_count": 2,
    "created_at": "2026-01-05T14:30:00.123456Z",
    "last_login_at": "2026-01-06T08:00:00.123456Z",
}


class ListedUser(KnownUser):
    """A user as superusers see one; `last_login_at` may be an hour behind."""

    is_auditor: bool
    is_demo: bool
    is_active: bool
    has_portfolio: bool
    portfolio_count: int
    created_at: Instant
    last_login_at: Instant | None


class UserList(BaseModel):
    """A page of the users, oldest first; `total` counts all that were asked for."""

    model_config = example({"total": 1, "users": [_LISTED]})

    total: int
    users: list[ListedUser]


class RankedUser(KnownUser):
    """What a user may do from now on."""

    model_config = example({**USER_EXAMPLE, "is_auditor": False, "is_active": True})

    is_auditor: bool
    is_active: bool


class ForgottenUser(BaseModel):
    """What is left of somebody who was forgotten."""

    model_config = example({"id": USER_EXAMPLE["id"], "is_forgotten": True})

    id: UUID
    is_forgotten: Literal[True] = True


class ToImpersonate(BaseModel):
    """Whom to act as."""

    target_user_id: UUID = Field(examples=[USER_EXAMPLE["id"]])


class GivenImpersonation(BaseModel):
    """A token to act as another user, with what to do next."""

    model_config = example(
        {
            **TOKEN_EXAMPLE,
            "expires_in": 28800,
            "target_user": USER_EXAMPLE,
            "impersonator": _ROOT,
            "instructions": "Send this token as 'Authorization: Bearer ...' to act as"
            " ada@example.com for up to 8 hours. End it with POST"
            " /api/v1/admin/stop-impersonation.",
        }
    )

    access_token: str
    token_type: Literal["bearer"] = "bearer"  # noqa: S105 - the kind of token, no secret
    expires_in: int
    target_user: KnownUser
    impersonator: KnownUser
    instructions: str


def parse_user_id(
    user_id: Annotated[
        str, Path(json_schema_extra={"format": "uuid"}, examples=[USER_EXAMPLE["id"]])
    ],
) -> UUID:
    """The user's id; a text that is no id is nobody's.

    Raises:
        UserUnknown: ERR_USER_404.
    """
    try:
        return UUID(user_id)
    except ValueError:
        raise UserUnknown from None


UserId = Annotated[UUID, Depends(parse_user_id)]


def wanted_users(
    email: Annotated[str, Query(description="A part of the address, in any case.")] = "",
    has_portfolio: Annotated[bool | None, Query(description="With a live account?")] = None,
    created_from: Annotated[Day | None, Query(description="First day of joining, UTC.")] = None,
    created_to: Annotated[Day | None, Query(description="Last day of joining, UTC.")] = None,
) -> UserSearch:
    """Which users the query asks for."""
    return UserSearch(
        email=email,
        has_portfolio=has_portfolio,
        created_from=created_from,
        created_to=created_to,
    )


@router.get("/users", summary="Users", responses=answers(UserList, *SUPERUSER))
def list_users(
    program: Asked,
    _user: Superuser,
    wanted: Annotated[UserSearch, Depends(wanted_users)],
    limit: Limit = 50,
    offset: Offset = 0,
) -> UserList:
    """Everybody who is registered, or those of whom all that is asked for is true."""
    rows, total = wanted.find(program, limit, offset)
    return UserList(total=total, users=[_listed(row) for row in rows])


def _listed(row: UserRow) -> ListedUser:
    return ListedUser(
        id=row.user_id,
        email=row.email,
        full_name=row.full_name,
        is_superuser=row.is_superuser,
        is_auditor=row.is_auditor,
        is_demo=is_demo_address(row.email),
        is_active=row.is_active,
        has_portfolio=row.portfolio_count > 0,
        portfolio_count=row.portfolio_count,
        created_at=row.created_at,
        last_login_at=row.logged_in_at,
    )


def _changing_rank(decision: Callable[[User], None]) -> Callable[..., RankedUser]:
    """The handler of a route that lets a decision about a user's rank be made."""

    def handle(
        user_id: UserId, program: Asked, user: Superuser, request: Request, response: Response
    ) -> RankedUser:
        cause = cause_of(request, user.user_id)
        ranked = program.administration.change_rank(user_id, decision, cause)
        show_position(program, response, ranked.position)
        return RankedUser(
            **_known(ranked.user).model_dump(),
            is_auditor=ranked.user.is_auditor,
            is_active=ranked.user.is_active,
        )

    return handle


_TOLD = {
    "promote": ("Make a user a superuser", "Whoever signs in anew administrates."),
    "demote": ("Make a superuser a user", "Every token of the user's is refused."),
    "grant-auditor": ("Make a user an auditor", "Reads all, changes nothing."),
    "revoke-auditor": ("Make an auditor a user", "Takes effect at once."),
    "deactivate": ("Shut a user out", "Everything of the user's stays."),
    "reactivate": ("Let a user in again", "Earlier tokens stay refused."),
}
for _verb, _decision in RANKS.items():
    _summary, _description = _TOLD[_verb]
    router.add_api_route(
        f"/users/{{user_id}}/{_verb}",
        _changing_rank(_decision),
        methods=["POST"],
        name=_verb,
        summary=_summary,
        description=f"{_description} Nothing happens where it is so already.",
        responses=command_answers(
            RankedUser, *SUPERUSER, "ERR_USER_404", "ERR_ADMIN_006", status=200
        ),
    )


@router.post(
    "/users/{user_id}/forget",
    summary="Forget who a user is",
    responses=command_answers(
        ForgottenUser, *SUPERUSER, "ERR_USER_404", "ERR_ADMIN_006", status=200
    ),
)
def forget(
    user_id: UserId, program: Asked, user: Superuser, request: Request, response: Response
) -> ForgottenUser:
    """Shuts the user out for ever, and nobody can read any more who it was. Cannot be undone.

    What the user did stays, accounts included; the address can be registered again. Nothing
    happens where it is so already.
    """
    position = program.forgetting.forget(user_id, cause_of(request, user.user_id))
    show_position(program, response, position)
    return ForgottenUser(id=user_id)


@router.post(
    "/impersonate",
    summary="Act as another user",
    responses=command_answers(
        GivenImpersonation, *SUPERUSER, "ERR_ADMIN_002", "ERR_ADMIN_003", status=200
    ),
)
def impersonate(
    body: ToImpersonate, program: Asked, user: Superuser, request: Request, response: Response
) -> GivenImpersonation:
    """Answers with a token good for 8 hours. What is done by it is recorded under both names."""
    cause = cause_of(request, user.user_id)
    begun = program.administration.impersonate(user.user_id, body.target_user_id, cause)
    show_position(program, response, begun.access.position)
    give_cookies(program, response, begun.access)
    return GivenImpersonation(
        access_token=begun.access.token,
        expires_in=begun.access.expires_in,
        target_user=known_user(begun.access),
        impersonator=_known(begun.superuser),
        instructions=f"Send this token as 'Authorization: Bearer ...' to act as"
        f" {begun.access.email} for up to 8 hours. End it with POST"
        f" /api/v1/admin/stop-impersonation.",
    )


@router.post(
    "/stop-impersonation",
    summary="Be oneself again",
    responses=command_answers(GivenAccess, *SIGNED_IN, "ERR_ADMIN_004", status=200),
)
def stop_impersonation(
    program: Asked, known: Known, request: Request, response: Response
) -> GivenAccess:
    """The token of the impersonation is refused from now on; the answer has one of one's own."""
    access = program.administration.stop_impersonation(
        known.claims, cause_of(request, known.user.user_id)
    )
    show_position(program, response, access.position)
    give_cookies(program, response, access)
    return given_access(access)


def _known(user: User) -> KnownUser:
    return KnownUser(
        id=user.id, email=user.email, full_name=user.full_name, is_superuser=user.is_superuser
    )
