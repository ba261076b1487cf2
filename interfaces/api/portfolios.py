"""The caller's portfolios: listed, opened empty, called otherwise, archived (spec 4.5)."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from application.commands import ChangePortfolio, OpenPortfolio
from domain.portfolio import Portfolio as Changed
from interfaces.api.access import Asked, OwnPortfolio, SignedIn, cause_of, show_position
from interfaces.api.documenting import OWN_PORTFOLIO, SIGNED_IN, answers, command_answers
from interfaces.api.portfolio_shapes import (
    AccountBody,
    NamesBody,
    Portfolio,
    PortfolioList,
    row_after,
    shown,
)
from interfaces.bootstrap import Program
from interfaces.standing import past_of
from interfaces.values import Limit, Offset
from projections.portfolios.view import PortfolioRow

router = APIRouter(prefix="/portfolios", tags=["Portfolios"])

_NAME_CODES = [f"ERR_PORT_{n:03}" for n in (1, 2, 3, 9, 10, 11)]


@router.get("", summary="My portfolios", responses=answers(PortfolioList, *SIGNED_IN))
def list_portfolios(
    program: Asked,
    user: SignedIn,
    *,
    include_inactive: Annotated[bool, Query(description="Those that were archived, too.")] = False,
    limit: Limit = 50,
    offset: Offset = 0,
) -> PortfolioList:
    """The caller's portfolios with the figures of their latest valuations."""
    rows, total = program.portfolios_room.of_owner(
        user.user_id, limit, offset, with_archived=include_inactive
    )
    worth = program.portfolios_room.net_asset_value_of(user.user_id)
    held = program.positions_room.open_counts(
        {row.portfolio_id: past_of(program, row) for row in rows}
    )
    portfolios = [shown(row, worth, held[row.portfolio_id]) for row in rows]
    return PortfolioList(total=total, portfolios=portfolios)


@router.get(
    "/{portfolio_id}", summary="One portfolio", responses=answers(Portfolio, *OWN_PORTFOLIO)
)
def one_portfolio(program: Asked, portfolio: OwnPortfolio, request: Request) -> Portfolio:
    """A portfolio with the figures of its latest valuation. An archived one can be read, too."""
    request.state.portfolio_version = portfolio.version
    return _entry(program, portfolio)


@router.post(
    "",
    status_code=201,
    summary="Open an empty account",
    responses=command_answers(
        Portfolio,
        *SIGNED_IN,
        "ERR_AUDIT_403",
        *_NAME_CODES,
        *("ERR_PORT_004", "ERR_PORT_005", "ERR_PORT_006", "ERR_PORT_012"),
        status=201,
    ),
)
def open_portfolio(
    program: Asked,
    user: SignedIn,
    request: Request,
    response: Response,
    body: AccountBody | None = None,
) -> Portfolio:
    """Positions are entered, or imported, afterwards."""
    account = program.portfolios.read_account((body or AccountBody()).texts)
    command = OpenPortfolio(owner_id=user.user_id, account=account)
    opened = program.portfolios.open(command, cause_of(request, user.user_id))
    return _told(program, response, opened.portfolio, opened.position)


@router.put(
    "/{portfolio_id}",
    summary="Call a portfolio otherwise",
    responses=command_answers(Portfolio, *OWN_PORTFOLIO, *_NAME_CODES, status=200),
)
def change_portfolio(
    program: Asked, portfolio: OwnPortfolio, body: NamesBody, request: Request, response: Response
) -> Portfolio:
    """Names, account type and description; never the equity, which `PATCH .../opening` corrects."""
    command = ChangePortfolio(portfolio_id=portfolio.portfolio_id, **body.model_dump())
    changed, position = program.portfolios.change(command, cause_of(request, portfolio.owner_id))
    return _told(program, response, changed, position)


@router.delete(
    "/{portfolio_id}",
    summary="Archive a portfolio",
    responses=command_answers(Portfolio, *OWN_PORTFOLIO, status=200),
)
def archive_portfolio(
    program: Asked, portfolio: OwnPortfolio, request: Request, response: Response
) -> Portfolio:
    """It is listed and calculated no more, and its account name is free; it can still be read."""
    archived, position = program.portfolios.archive(
        portfolio.portfolio_id, cause_of(request, portfolio.owner_id)
    )
    return _told(program, response, archived, position)


def _told(program: Program, response: Response, portfolio: Changed, position: int) -> Portfolio:
    """The entry after a command, as the rooms will show it if they do not yet."""
    show_position(program, response, position)
    row = program.portfolios_room.one(portfolio.id)
    return _entry(program, row_after(portfolio, row, program.runs.clock.now()))


def _entry(program: Program, row: PortfolioRow) -> Portfolio:
    worth = program.portfolios_room.net_asset_value_of(row.owner_id)
    held = program.positions_room.open_counts({row.portfolio_id: past_of(program, row)})
    return shown(row, worth, held[row.portfolio_id])
