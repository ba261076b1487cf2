"""The positions of a portfolio (spec 4.5, 4.7)."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Any, Literal, get_args
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel

from domain.instrument import InvestmentClass
from domain.mark import Mark
from interfaces.api.access import Asked, OwnPortfolio
from interfaces.api.documenting import OWN_PORTFOLIO, answers, example
from interfaces.bootstrap import Program
from interfaces.standing import past_of
from interfaces.values import Amount, Limit, Offset
from projections.positions.view import Listing, Order, PositionRow, Status

router = APIRouter(prefix="/portfolios", tags=["Portfolios"])

MARK_EXAMPLE: dict[str, Any] = {
    "price": "806.19",
    "date": "2013-03-01",
    "source": "close",
    "quality": "good",
    "provider": "bundled",
}
_POSITION: dict[str, Any] = {
    "id": "2c0a4b7e-54a7-5a3c-9f5b-1d4f2b6a7c8d",
    "symbol": "GOOG",
    "import_id": "5b4f6f7c-2f65-4f0f-8ad6-8a0a7f0d9b11",
    "stated_as": None,
    "notes": "",
    "quantity": "150.00",
    "open_quantity": "100.00",
    "entry_price": "580.07",
    "entry_date": "2012-06-29",
    "exit_date": None,
    "exit_price": None,
    "closings": [{"date": "2012-12-31", "quantity": "50.00", "price": "707.38"}],
    "position_type": "LONG",
    "investment_class": "PUBLIC",
    "investment_subtype": "STOCK",
    "multiplier": 1,
    "valuation_date": "2013-03-01",
    "mark": MARK_EXAMPLE,
    "market_value": "80619.00",
    "weight": 0.154,
    "day_pnl": "499.00",
    "unrealized_pnl": "22612.00",
    "realized_pnl": "6365.50",
    "beta": 1.05,
}

Sort = Literal[
    "symbol",
    "-symbol",
    "entry_date",
    "-entry_date",
    "quantity",
    "-quantity",
    "market_value",
    "-market_value",
    "day_pnl",
    "-day_pnl",
    "unrealized_pnl",
    "-unrealized_pnl",
]
ORDERS: Mapping[str, Order] = {order: order for order in get_args(Order)}


class ShownMark(BaseModel):
    """The price a position is valued at, USD a share: of which day, and by which rule."""

    price: Amount
    date: date
    source: str
    quality: str
    provider: str | None


class ShownClosing(BaseModel):
    """A part of a position that was closed, counted and signed as the position's own quantity.

    A split since then makes that another number than the shares traded at `price`.
    """

    date: date
    quantity: Amount
    price: Amount


class Position(BaseModel):
    """One position; its figures are those of `valuation_date`, null before the first one.

    `quantity` is as stated at entry, negative for a short; `open_quantity` is what the `closings`
    left of it, and `exit_date` the day the last of it went. `import_id` is null where it was
    entered by hand; `stated_as` is what the file called the asset, where the symbol was made from
    that. `weight` is the market value as a share of NAV, null where that is 1 % of gross or less;
    `realized_pnl` counts since the opening. `beta` is that of the symbol which moves it, of an
    option its underlying, on SPY over 90 sessions; null where it was not measured.
    """

    model_config = example(_POSITION)

    id: UUID
    symbol: str
    import_id: UUID | None
    stated_as: str | None
    notes: str
    quantity: Amount
    open_quantity: Amount
    entry_price: Amount
    entry_date: date
    exit_date: date | None
    exit_price: Amount | None
    closings: list[ShownClosing]
    position_type: str
    investment_class: str
    investment_subtype: str | None
    multiplier: int
    valuation_date: date | None
    mark: ShownMark | None
    market_value: Amount | None
    weight: float | None
    day_pnl: Amount | None
    unrealized_pnl: Amount | None
    realized_pnl: Amount
    beta: float | None


class PositionList(BaseModel):
    """A page of positions, by symbol and entry date, and how many there are in all."""

    model_config = example({"total": 1, "positions": [_POSITION]})

    total: int
    positions: list[Position]


def listing(
    status: Annotated[Status, Query(description="Which of them.")] = "open",
    investment_class: Annotated[
        InvestmentClass | None, Query(description="Only those of a class.")
    ] = None,
    sort: Annotated[
        Sort, Query(description="What they are ordered by; a minus turns that round.")
    ] = "symbol",
    limit: Limit = 50,
    offset: Offset = 0,
) -> Listing:
    """Which positions are asked for, and in which order."""
    return Listing(
        status=status,
        limit=limit,
        offset=offset,
        order=ORDERS[sort.removeprefix("-")],
        is_descending=sort.startswith("-"),
        investment_class=investment_class,
    )


@router.get(
    "/{portfolio_id}/positions",
    summary="Positions of a portfolio",
    responses=answers(PositionList, *OWN_PORTFOLIO),
)
def list_positions(
    program: Asked,
    portfolio: OwnPortfolio,
    asked: Annotated[Listing, Depends(listing)],
) -> PositionList:
    """The positions with the latest figures known of them.

    An option that had expired by the account's opening is history: closed, without figures.
    """
    rows, total = program.positions_room.listed(
        portfolio.portfolio_id, asked, past_of(program, portfolio)
    )
    betas = betas_of(program, rows)
    return PositionList(total=total, positions=[shown_position(row, betas) for row in rows])


def betas_of(program: Program, rows: Sequence[PositionRow]) -> Mapping[str, float]:
    """The market betas by symbol that were measured at the latest session rows have figures of."""
    sessions = [row.valued_on for row in rows if row.valued_on]
    if not sessions:
        return {}
    return program.analytics_room.betas(rows[0].portfolio_id, max(sessions))


def shown_mark(mark: Mark) -> ShownMark:
    """A mark as answers have it."""
    return ShownMark(
        price=mark.price,
        date=mark.on,
        source=mark.source,
        quality=mark.quality,
        provider=mark.provider,
    )


def shown_position(row: PositionRow, betas: Mapping[str, float]) -> Position:
    """A position as answers have it; `betas` are by symbol."""
    return Position(
        id=row.position_id,
        symbol=row.symbol,
        import_id=row.import_id,
        stated_as=row.stated_as,
        notes=row.notes,
        quantity=row.quantity,
        open_quantity=row.open_quantity,
        entry_price=row.entry_price,
        entry_date=row.entry_on,
        exit_date=row.exit_on,
        exit_price=row.exit_price,
        closings=[
            ShownClosing(date=part.closed_on, quantity=part.quantity, price=part.price)
            for part in row.terms.closings
        ],
        position_type=row.position_type,
        investment_class=row.investment_class,
        investment_subtype=row.investment_subtype,
        multiplier=row.multiplier,
        valuation_date=row.valued_on,
        mark=shown_mark(row.mark) if row.mark else None,
        market_value=row.market_value,
        weight=row.weight,
        day_pnl=row.pnl,
        unrealized_pnl=row.unrealized_pnl,
        realized_pnl=row.realized_pnl,
        beta=betas.get(row.underlying or row.symbol),
    )
