"""Signing in and out, and who one is in between (spec 4.3)."""

from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from application.access import Access
from application.commands import ChangePassword, LogIn
from interfaces.api.access import InPerson, Known, cause_of, show_position
from interfaces.api.access_shapes import USER_EXAMPLE, GivenAccess, KnownUser, given_access
from interfaces.api.documenting import SIGNED_IN, TOO_MANY, answers, command_answers, example
from interfaces.authentication import Asked, Caller, give_cookies, take_cookies
from interfaces.bootstrap import Program
from interfaces.requests import address_of
from interfaces.values import Instant, Text

router = APIRouter(prefix="/auth", tags=["Accounts and sessions"])

_CREDENTIALS = ("ERR_AUTH_001", "ERR_AUTH_003")


class LogInBody(BaseModel):
    """Who signs in."""

    email: Text = Field(default="", examples=["ada@example.com"])
    password: Text = Field(default="", repr=False, examples=["Difference1Engine"])


class PasswordBody(BaseModel):
    """The present password, and the one to take."""

    current_password: Text = Field(default="", repr=False, examples=["Difference1Engine"])
    new_password: Text = Field(default="", repr=False, examples=["Analytical2Engine"])


class ActingAs(BaseModel):
    """Who acts in the user's name."""

    id: UUID
    email: str
    full_name: str
    expires_at: Instant


class Me(KnownUser):
    """The user who asks; `impersonation` says who acts in the user's name, if anybody."""

    model_config = example(
        {
            **USER_EXAMPLE,
            "is_auditor": False,
            "created_at": "2026-01-05T14:30:00.123456Z",
            "portfolio_count": 2,
            "impersonation": None,
        }
    )

    is_auditor: bool
    created_at: Instant
    portfolio_count: int
    impersonation: ActingAs | None


class SignedOut(BaseModel):
    """That tokens are refused from now on."""

    model_config = example({"message": "You are signed out."})

    message: str


@router.post(
    "/login",
    summary="Sign in",
    responses=command_answers(
        GivenAccess, *_CREDENTIALS, "ERR_REQUEST_001", TOO_MANY, "ERR_BUSY_001", status=200
    ),
)
def log_in(body: LogInBody, program: Asked, request: Request, response: Response) -> GivenAccess:
    """Answers with an access token, to be sent as `Authorization: Bearer`.

    Browsers get it as a cookie as well.
    """
    command = LogIn(email=body.email, password=body.password, address=address_of(request.scope))
    return _give(program, response, program.users.log_in(command, cause_of(request)))


@router.post(
    "/logout",
    summary="Sign out",
    responses=command_answers(SignedOut, *SIGNED_IN, status=200),
)
def log_out(program: Asked, known: Known, request: Request, response: Response) -> SignedOut:
    """This one token is refused from now on. That of an impersonation ends it."""
    cause = cause_of(request, known.user.user_id)
    return _signed_out(program, response, program.sessions.log_out(known.claims, cause))


@router.post(
    "/logout-all",
    summary="Sign out everywhere",
    responses=command_answers(SignedOut, *SIGNED_IN, status=200),
)
def log_out_everywhere(
    program: Asked, known: Known, request: Request, response: Response
) -> SignedOut:
    """Every token of the user is refused from now on, this one included."""
    user_id = known.user.user_id
    position = program.sessions.log_out_everywhere(user_id, cause_of(request, user_id))
    return _signed_out(program, response, position)


@router.post(
    "/change-password",
    summary="Change the password",
    responses=command_answers(
        GivenAccess, *SIGNED_IN, *_CREDENTIALS, "ERR_USER_003", "ERR_ADMIN_007", status=200
    ),
)
def change_password(
    body: PasswordBody, program: Asked, caller: InPerson, request: Request, response: Response
) -> GivenAccess:
    """Every earlier token of the user is refused from now on; the answer has a fresh one."""
    user_id = caller.user.user_id
    command = ChangePassword(
        user_id=user_id,
        current=body.current_password,
        new=body.new_password,
        address=address_of(request.scope),
    )
    access = program.sessions.change_password(command, cause_of(request, user_id))
    return _give(program, response, access)


@router.post(
    "/refresh",
    summary="Prolong a session",
    responses=command_answers(GivenAccess, *SIGNED_IN, "ERR_ADMIN_007", status=200),
)
def refresh(program: Asked, caller: InPerson, response: Response) -> GivenAccess:
    """A fresh token for a live one. The token of an impersonation cannot be prolonged."""
    return _give(program, response, program.sessions.refresh(caller.claims))


@router.get("/me", summary="Who am I", responses=answers(Me, *SIGNED_IN))
def me(known: Known) -> Me:
    """The user whose token the request bears."""
    user = known.user
    return Me(
        id=user.user_id,
        email=user.email,
        full_name=user.full_name,
        is_superuser=user.is_superuser,
        is_auditor=user.is_auditor,
        created_at=user.created_at,
        portfolio_count=user.portfolio_count,
        impersonation=_acting_as(known),
    )


def _acting_as(known: Caller) -> ActingAs | None:
    if known.impersonator is None:
        return None
    return ActingAs(
        id=known.impersonator.user_id,
        email=known.impersonator.email,
        full_name=known.impersonator.full_name,
        expires_at=known.claims.expires_at,
    )


def _give(program: Program, response: Response, access: Access) -> GivenAccess:
    show_position(program, response, access.position)
    give_cookies(program, response, access)
    return given_access(access)


def _signed_out(program: Program, response: Response, position: int) -> SignedOut:
    show_position(program, response, position)
    take_cookies(program, response)
    return SignedOut(message="You are signed out.")
