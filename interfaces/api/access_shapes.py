"""How access is told: a token, how long it is good, and whose it is."""

from typing import Literal
from uuid import UUID

from pydantic import BaseModel

from application.access import Access
from interfaces.api.documenting import example

USER_EXAMPLE = {
    "id": "0c2f5f0e-6d8e-5b6b-9b5a-0d5a3c2b1a09",
    "email": "ada@example.com",
    "full_name": "Ada Lovelace",
    "is_superuser": False,
}
TOKEN_EXAMPLE = {
    "access_token": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIwYzJmIn0.c2lnbmF0dXJl",
    "token_type": "bearer",
    "expires_in": 2592000,
}


class KnownUser(BaseModel):
    """A user as told with a token."""

    id: UUID
    email: str
    full_name: str
    is_superuser: bool


class GivenAccess(BaseModel):
    """A fresh access token; `expires_in` is its lifetime in seconds."""

    model_config = example({**TOKEN_EXAMPLE, "user": USER_EXAMPLE})

    access_token: str
    token_type: Literal["bearer"] = "bearer"  # noqa: S105 - the kind of token, no secret
    expires_in: int
    user: KnownUser


def given_access(access: Access) -> GivenAccess:
    """Access as it is answered."""
    return GivenAccess(
        access_token=access.token, expires_in=access.expires_in, user=known_user(access)
    )


def known_user(access: Access) -> KnownUser:
    """Whose access it is."""
    return KnownUser(
        id=access.user_id,
        email=access.email,
        full_name=access.full_name,
        is_superuser=access.is_superuser,
    )
