"""Who asks, for which portfolio, and how current the answer has to be (spec 4.1, 4.2)."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Header, Path, Request, Response
from pydantic import WithJsonSchema

from application import policy
from application.errors import PortfolioUnknown, ReadModelBehind
from interfaces.api.idempotency import come_from
from interfaces.authentication import SAFE_METHODS, Asked, Caller, Claims, caller_of
from interfaces.bootstrap import Program
from interfaces.denying import noting_denials
from interfaces.requests import cause_of
from interfaces.values import PORTFOLIO_EXAMPLE
from projections.portfolios.view import PortfolioRow
from projections.users.view import UserRow

__all__ = [
    "Asked",
    "Auditor",
    "InPerson",
    "Known",
    "OwnPortfolio",
    "PortfolioId",
    "ReadablePortfolio",
    "Reader",
    "SignedIn",
    "Superuser",
    "cause_of",
    "own_portfolio",
    "parse_portfolio_id",
    "show_position",
]


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


def caller(program: Asked, claims: Claims, _: Fresh, request: Request) -> Caller:
    """Who asks, by a token that still counts; `cause_of` knows from here on who acts as whom.

    Raises:
        TokenRefused: ERR_AUTH_002. KeyUsedOtherwise: ERR_IDEM_001.
    """
    found = caller_of(program, claims)
    come_from(found.user.user_id)
    request.state.impersonator = found.impersonator.user_id if found.impersonator else None
    return found


Known = Annotated[Caller, Depends(caller)]
"""Who asks, for what is everybody's own affair; rooms are as X-Min-Event-Position wants them."""


def reader(known: Known) -> UserRow:
    """The user who asks, for what changes nothing, though it is a POST."""
    return known.user


Reader = Annotated[UserRow, Depends(reader)]


def signed_in(user: Reader, request: Request) -> UserRow:
    """The user who asks, if the user may use this method.

    Raises:
        AuditorsOnlyRead: ERR_AUDIT_403.
    """
    if request.method not in SAFE_METHODS:
        policy.refuse_changing(user)
    return user


SignedIn = Annotated[UserRow, Depends(signed_in)]
"""The user who asks; auditors only where nothing is changed."""


def superuser(known: Known, request: Request) -> UserRow:
    """The user who asks, if that is a superuser, and in person.

    Raises:
        NotWhileImpersonating: ERR_ADMIN_007. SuperuserOnly: ERR_ADMIN_001.
    """
    with noting_denials(request, known):
        policy.refuse_administrating(known.user, is_impersonated=known.impersonator is not None)
    return known.user


Superuser = Annotated[UserRow, Depends(superuser)]
"""For administration: the superuser who asks."""


def auditor(known: Known, request: Request) -> UserRow:
    """The user who asks, if that is an auditor or a superuser, and in person.

    Raises:
        NotWhileImpersonating: ERR_ADMIN_007. AuditorOnly: ERR_AUDIT_001.
    """
    with noting_denials(request, known):
        policy.refuse_auditing(known.user, is_impersonated=known.impersonator is not None)
    return known.user


Auditor = Annotated[UserRow, Depends(auditor)]
"""For the audit log of everybody: who asks for it."""


def in_person(known: Known) -> Caller:
    """Who asks, if nobody acts as that user.

    Raises:
        NotWhileImpersonating: ERR_ADMIN_007.
    """
    policy.refuse_impersonated(is_impersonated=known.impersonator is not None)
    return known


InPerson = Annotated[Caller, Depends(in_person)]
"""For credentials: who asks for one's own."""


def parse_portfolio_id(
    portfolio_id: Annotated[
        str, Path(json_schema_extra={"format": "uuid"}, examples=[PORTFOLIO_EXAMPLE])
    ],
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


def readable_portfolio(program: Asked, user: Reader, portfolio_id: PortfolioId) -> PortfolioRow:
    """The portfolio in the path for what changes nothing, though it is a POST.

    Raises:
        PortfolioUnknown: ERR_PORT_404. PortfolioForbidden: ERR_PORT_403.
    """
    portfolio = program.portfolios_room.one(portfolio_id)
    if portfolio is None:
        raise PortfolioUnknown
    policy.refuse_reading(user, portfolio.owner_id)
    return portfolio


ReadablePortfolio = Annotated[PortfolioRow, Depends(readable_portfolio)]
"""The portfolio that the path names, for auditors too."""


def own_portfolio(program: Asked, user: SignedIn, portfolio_id: PortfolioId) -> PortfolioRow:
    """The portfolio in the path, if the user may read it; changing it is asked of `SignedIn`.

    Raises:
        PortfolioUnknown: ERR_PORT_404. PortfolioForbidden: ERR_PORT_403.
    """
    return readable_portfolio(program, user, portfolio_id)


OwnPortfolio = Annotated[PortfolioRow, Depends(own_portfolio)]
"""The portfolio that the path names: the caller's, or for an auditor's reads anybody's."""


def show_position(program: Program, response: Response, position: int) -> None:
    """Let the rooms catch up with a command's last event, and say which it was.

    What is recorded is recorded: where the rooms cannot follow now, the answer says so.
    """
    response.headers["X-Event-Position"] = str(position)
    if not program.rooms.catch_up(position):
        response.headers["X-Read-Model"] = "behind"
