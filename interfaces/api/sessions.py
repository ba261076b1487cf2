"""Signing in, and who one is then (spec 4.3)."""

from typing import Literal
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from application.commands import LogIn
from interfaces.api.access import Asked, SignedIn, cause_of, show_position
from interfaces.api.documenting import SIGNED_IN, TOO_MANY, answers, command_answers, example
from interfaces.api.values import Instant, Text

router = APIRouter(prefix="/auth", tags=["Accounts and sessions"])

_USER = {
    "id": "0c2f5f0e-6d8e-5b6b-9b5a-0d5a3c2b1a09",
    "email": "ada@example.com",
    "full_name": "Ada Lovelace",
    "is_superuser": False,
}


class LogInBody(BaseModel):
    """Who signs in."""

    email: Text = Field(default="", examples=["ada@example.com"])
    password: Text = Field(default="", repr=False, examples=["Difference1Engine"])


class User(BaseModel):
    """A user as told with a token."""

    id: UUID
    email: str
    full_name: str
    is_superuser: bool


class Access(BaseModel):
    """A fresh access token; `expires_in` is its lifetime in seconds."""

    model_config = example(
        {
            "access_token": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIwYzJmIn0.c2lnbmF0dXJl",
            "token_type": "bearer",
            "expires_in": 2592000,
            "user": _USER,
        }
    )

    access_token: str
    token_type: Literal["bearer"] = "bearer"  # noqa: S105 - the kind of token, no secret
    expires_in: int
    user: User


class Me(User):
    """The user who asks; `impersonation` says who acts in the user's name, if anybody."""

    model_config = example(
        {
            **_USER,
            "created_at": "2026-01-05T14:30:00.123456Z",
            "portfolio_count": 2,
            "impersonation": None,
        }
    )

    created_at: Instant
    portfolio_count: int
    impersonation: None = None


@router.post(
    "/login",
    summary="Sign in",
    responses=command_answers(
        Access, "ERR_AUTH_001", "ERR_REQUEST_001", TOO_MANY, "ERR_BUSY_001", status=200
    ),
)
def log_in(body: LogInBody, program: Asked, request: Request, response: Response) -> Access:
    """Answers with an access token, to be sent as `Authorization: Bearer`."""
    access = program.users.log_in(
        LogIn(email=body.email, password=body.password), cause_of(request)
    )
    show_position(program, response, access.position)
    user = User(
        id=access.user_id,
        email=access.email,
        full_name=access.full_name,
        is_superuser=access.is_superuser,
    )
    return Access(access_token=access.token, expires_in=access.expires_in, user=user)


@router.get("/me", summary="Who am I", responses=answers(Me, *SIGNED_IN))
def me(user: SignedIn) -> Me:
    """The user whose token the request bears."""
    return Me(
        id=user.user_id,
        email=user.email,
        full_name=user.full_name,
        is_superuser=user.is_superuser,
        created_at=user.created_at,
        portfolio_count=user.portfolio_count,
    )
