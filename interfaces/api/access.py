"""Who asks, for which portfolio, and how current the answer has to be (spec 4.1, 4.2)."""

from typing import Annotated
from uuid import NAMESPACE_OID, UUID, uuid4, uuid5

from fastapi import Depends, Header, Path, Request, Response
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import WithJsonSchema

from application.errors import PortfolioForbidden, PortfolioUnknown, SuperuserOnly, TokenRefused
from application.ports import Cause, TokenClaims
from domain.errors import DomainError
from interfaces.bootstrap import Program
from projections.portfolios.view import PortfolioRow
from projections.users.view import UserRow

_EXAMPLE = "f3c1b1de-0f0e-5d06-8a3a-6f3a1c1a2b3c"
_bearer = HTTPBearer(
    auto_error=False,
    scheme_name="bearer",
    bearerFormat="JWT",
    description="The `access_token` of POST /api/v1/auth/login.",
)


class ReadModelBehind(DomainError):
    """The rooms have not reached the position that a read asked for, within 2 s."""

    code = "ERR_READ_001"

    def __init__(self, wanted: int) -> None:
        super().__init__(
            "The view has not caught up with this position yet; ask again in a moment.",
            position=wanted,
        )


async def program_of(request: Request) -> Program:
    """The program that the app was created for."""
    program: Program = request.app.state.program
    return program


Asked = Annotated[Program, Depends(program_of)]
"""The program."""


def claims_of_token(
    program: Asked, given: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
) -> TokenClaims:
    """What the token that the request bears says.

    Raises:
        TokenRefused: ERR_AUTH_002.
    """
    if given is None:
        raise TokenRefused
    return program.tokens.read(given.credentials)


Claims = Annotated[TokenClaims, Depends(claims_of_token)]


def wait_until_current(
    program: Asked,
    _: Claims,
    x_min_event_position: Annotated[
        int | None,
        Header(ge=0, description="Answer only when this event can be seen, within 2 s."),
        WithJsonSchema({"type": "integer", "minimum": 0}),
    ] = None,
) -> None:
    """Wait until the rooms have reached the position the caller names.

    Raises:
        ReadModelBehind: ERR_READ_001.
    """
    wanted = x_min_event_position
    if wanted is not None and not program.rooms.catch_up(wanted):
        raise ReadModelBehind(wanted)


Fresh = Annotated[None, Depends(wait_until_current)]


def signed_in(program: Asked, claims: Claims, _: Fresh) -> UserRow:
    """The user whose token the request bears.

    Raises:
        TokenRefused: ERR_AUTH_002, also where the token's user is not registered (any more).
    """
    user = program.users_room.one(claims.user_id)
    if user is None:
        raise TokenRefused
    return user


SignedIn = Annotated[UserRow, Depends(signed_in)]
"""The user who asks; rooms are as current as X-Min-Event-Position wants them."""


def superuser(user: SignedIn) -> UserRow:
    """The user who asks, if that is a superuser.

    Raises:
        SuperuserOnly: ERR_ADMIN_001.
    """
    if not user.is_superuser:
        raise SuperuserOnly
    return user


Superuser = Annotated[UserRow, Depends(superuser)]
"""For administration: the superuser who asks."""


def parse_portfolio_id(
    portfolio_id: Annotated[str, Path(json_schema_extra={"format": "uuid"}, examples=[_EXAMPLE])],
) -> UUID:
    """The portfolio's id; a text that is no id is nobody's portfolio.

    Raises:
        PortfolioUnknown: ERR_PORT_404.
    """
    try:
        return UUID(portfolio_id)
    except ValueError:
        raise PortfolioUnknown from None


PortfolioId = Annotated[UUID, Depends(parse_portfolio_id)]
"""For commands, whose use case checks whose portfolio it is."""


def own_portfolio(program: Asked, user: SignedIn, portfolio_id: PortfolioId) -> PortfolioRow:
    """The portfolio in the path, if it is the user's own.

    Raises:
        PortfolioUnknown: ERR_PORT_404. PortfolioForbidden: ERR_PORT_403.
    """
    portfolio = program.portfolios_room.one(portfolio_id)
    if portfolio is None:
        raise PortfolioUnknown
    if portfolio.owner_id != user.user_id:
        raise PortfolioForbidden
    return portfolio


OwnPortfolio = Annotated[PortfolioRow, Depends(own_portfolio)]
"""For reads: the caller's portfolio that the path names."""


def cause_of(request: Request, actor: UUID | None = None) -> Cause:
    """A command of `actor`, correlated with the request: its id, or a digest of a foreign one."""
    request_id: str = request.state.request_id
    try:
        correlation_id = UUID(request_id)
    except ValueError:
        correlation_id = uuid5(NAMESPACE_OID, request_id)
    return Cause(command_id=uuid4(), correlation_id=correlation_id, actor=actor)


def show_position(program: Program, response: Response, position: int) -> None:
    """Let the rooms catch up with a command's last event, and say which it was.

    What is recorded is recorded: where the rooms cannot follow now, the answer says so.
    """
    response.headers["X-Event-Position"] = str(position)
    if not program.rooms.catch_up(position):
        response.headers["X-Read-Model"] = "behind"
