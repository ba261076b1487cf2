"""Who asks: by a token of ours, in the header or a browser's cookie, that still counts (spec 4.3).

The cookie counts for reading. For everything else a page sends the token's companion beside it, in
X-CSRF-Token: a value that only we can compute, which a page of ours reads from a second cookie and
a page of somebody else's cannot read (a signed double submit).
"""

import hmac
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request, Response
from fastapi.security import APIKeyCookie, HTTPAuthorizationCredentials, HTTPBearer

from application.access import Access
from application.access_ports import TokenClaims
from application.errors import TokenRefused
from interfaces.bootstrap import Program
from projections.users.view import UserRow

COOKIE, CSRF_COOKIE, CSRF_HEADER = "sigmasight", "sigmasight_csrf", "X-CSRF-Token"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

_bearer = HTTPBearer(
    auto_error=False,
    scheme_name="bearer",
    bearerFormat="JWT",
    description="The `access_token` of POST /api/v1/auth/login.",
)
_cookie = APIKeyCookie(
    name=COOKIE,
    auto_error=False,
    scheme_name="cookie",
    description=(
        f"Set by signing in, for browsers. It counts for GET; other methods need {CSRF_HEADER} as"
        f" well, with the value of the cookie `{CSRF_COOKIE}`."
    ),
)


async def program_of(request: Request) -> Program:
    """The program that the app was created for."""
    program: Program = request.app.state.program
    return program


Asked = Annotated[Program, Depends(program_of)]
"""The program."""


@dataclass(frozen=True, slots=True)
class Caller:
    """The user who asks, by which token, and who acts as that user, if somebody does."""

    user: UserRow
    claims: TokenClaims
    impersonator: UserRow | None


def claims_of_token(
    program: Asked,
    request: Request,
    header: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
    cookie: Annotated[str | None, Depends(_cookie)],
) -> TokenClaims:
    """What the token that the request bears says.

    Raises:
        TokenRefused: ERR_AUTH_002.
    """
    token = cookie if header is None else header.credentials
    is_safe = header is not None or request.method in SAFE_METHODS
    if token is None or not (is_safe or _is_of_our_page(program, request)):
        raise TokenRefused
    claims = program.tokens.read(token)
    request.state.actor = str(claims.user_id)
    return claims


def _is_of_our_page(program: Program, request: Request) -> bool:
    expected = program.tokens.companion(request.cookies[COOKIE])
    return hmac.compare_digest(expected.encode(), request.headers.get(CSRF_HEADER, "").encode())


Claims = Annotated[TokenClaims, Depends(claims_of_token)]


def caller_of(program: Program, claims: TokenClaims) -> Caller:
    """The caller, if the token still counts, by one look at the users room.

    Raises:
        TokenRefused: ERR_AUTH_002. The user, or the superuser who acts as that user, is not
            registered (any more) or deactivated, has begun a new session version, or gave the
            token back.
    """
    acting, token_id = claims.impersonator, claims.token_id
    ids = [claims.user_id] + ([acting.user_id] if acting else [])
    found = program.users_room.several(ids)
    user = _counting(found.get(claims.user_id), claims.session_version, token_id)
    if acting is None:
        return Caller(user, claims, None)
    impersonator = _counting(found.get(acting.user_id), acting.session_version, token_id)
    return Caller(user, claims, impersonator)


def _counting(user: UserRow | None, session_version: int, token_id: str) -> UserRow:
    if (
        user is None
        or not user.is_active
        or user.session_version != session_version
        or token_id in user.returned_tokens
    ):
        raise TokenRefused
    return user


def give_cookies(program: Program, response: Response, access: Access) -> None:
    """Let a browser keep the token where scripts cannot read it, and its companion where they can.

    Over TLS alone in production.
    """
    values = {COOKIE: access.token, CSRF_COOKIE: program.tokens.companion(access.token)}
    for name, value in values.items():
        response.set_cookie(
            name,
            value,
            max_age=access.expires_in,
            httponly=name == COOKIE,
            secure=program.terms.is_production,
            samesite="lax",
        )


def take_cookies(program: Program, response: Response) -> None:
    """Let a browser forget both."""
    for name in (COOKIE, CSRF_COOKIE):
        response.delete_cookie(
            name, httponly=name == COOKIE, secure=program.terms.is_production, samesite="lax"
        )
