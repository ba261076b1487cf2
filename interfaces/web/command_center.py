"""What one's accounts are worth, and why; for who has none, the way to the first (spec 8)."""

from collections.abc import Sequence
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from application.errors import PortfolioUnknown
from interfaces.web.allocation import Share, by_class, by_sector, pieces_of
from interfaces.web.charting import WHOLE, charts_of, file_of
from interfaces.web.holding_rows import holding_rows
from interfaces.web.holdings import Holding
from interfaces.web.notices import notices_of
from interfaces.web.ordering import OF_ACCOUNT, OF_ACCOUNTS, Order
from interfaces.web.risk_rows import risk_rows
from interfaces.web.sparklines import sparklines_of
from interfaces.web.visits import PageRoute, UserVisit, Visit
from interfaces.web.worth import Worth, holdings_of, worth_of
from projections.portfolios.view import PortfolioRow

router = APIRouter(include_in_schema=False, route_class=PageRoute)

ALL = "all"
_MOST_LISTED = 1_000
_MOST_TOGETHER = 200
_MOST_MOVERS = 5


@router.get("/command-center")
def command_center(at: UserVisit, portfolio: str = ALL) -> Response:
    """All accounts together or one of them, at the latest valued session."""
    own, total = at.program.portfolios_room.of_owner(at.user.user_id, _MOST_LISTED, 0)
    if not own:
        return at.page("welcome.html")
    shown = _chosen(at, own, portfolio)
    worth = worth_of(at.program, shown)
    holdings = holdings_of(at.program, shown, worth)
    columns = OF_ACCOUNTS if portfolio == ALL else OF_ACCOUNT
    order = Order.asked(columns, at.request.query_params)
    listed, paging = order.page_of(holdings, "/command-center", {"portfolio": portfolio})
    sparklines = sparklines_of(at.program, worth)
    return at.page(
        "command_center.html",
        portfolios=own,
        left_out=total - len(shown) if portfolio == ALL else 0,
        shown=shown,
        chosen=str(shown[0].portfolio_id) if portfolio != ALL else ALL,
        worth=worth,
        risk_rows=risk_rows(at.program, worth),
        holdings=listed,
        rows=holding_rows(listed, sparklines, with_account=portfolio == ALL),
        order=order,
        paging=paging,
        movers=worth.movers(_MOST_MOVERS) if worth else [],
        allocations=_allocations(worth, holdings),
        charts=charts_of(at.program, shown, worth, holdings),
        notices=notices_of(at.program, shown, worth, holdings),
    )


@router.get("/command-center/charts/{name}.csv")
def chart_table(at: UserVisit, name: str, portfolio: str = ALL) -> Response:
    """The table behind a chart, as a file."""
    own, _ = at.program.portfolios_room.of_owner(at.user.user_id, _MOST_LISTED, 0)
    shown = _chosen(at, own, portfolio)
    worth = worth_of(at.program, shown)
    holdings = holdings_of(at.program, shown, worth)
    for chart in charts_of(at.program, shown, worth, holdings, rows=WHOLE):
        if chart.name == name:
            return file_of(at, chart, shown[0].portfolio_id if len(shown) == 1 else None)
    raise HTTPException(404)


def _allocations(
    worth: Worth | None, holdings: Sequence[Holding]
) -> list[tuple[str, Sequence[Share]]]:
    if worth is None:
        return []
    pieces = pieces_of(worth, holdings)
    return [("Class", by_class(worth, pieces)), ("Sector", by_sector(worth, pieces))]


def _chosen(at: Visit, own: Sequence[PortfolioRow], chosen: str) -> Sequence[PortfolioRow]:
    """The accounts to show: of very many together those that were opened first.

    Raises:
        PortfolioUnknown: ERR_PORT_404. PortfolioForbidden: ERR_PORT_403.
    """
    if chosen == ALL:
        return own[:_MOST_TOGETHER]
    try:
        portfolio_id = UUID(chosen)
    except ValueError:
        raise PortfolioUnknown from None
    known = [portfolio for portfolio in own if portfolio.portfolio_id == portfolio_id]
    return known or [at.portfolio(portfolio_id)]
