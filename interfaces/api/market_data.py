"""What is known of prices, and handing in some (spec 4.8)."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError

from application.ports import Market
from application.price_files import PriceFile, read_price_file, read_price_rows
from domain.position import PositionTerms
from interfaces.api.access import (
    Asked,
    SignedIn,
    Superuser,
    own_portfolio,
    parse_portfolio_id,
)
from interfaces.api.documenting import OWN_PORTFOLIO, SIGNED_IN, SUPERUSER, answers
from interfaces.api.market_data_shapes import (
    PRICES_EXAMPLE,
    HandedIn,
    PriceList,
    PriceRows,
    ShownCoverage,
    ShownSecurity,
    shown_coverage,
    shown_price,
    shown_security,
)
from interfaces.bootstrap import Program
from interfaces.standing import past_of
from interfaces.values import PORTFOLIO_EXAMPLE, Day
from projections.portfolios.view import PortfolioRow

router = APIRouter(prefix="/market-data", tags=["Market data"])
admin = APIRouter(prefix="/admin/market-data", tags=["Administration"])

_SHOWN_BY_DEFAULT = timedelta(days=92)
_SOURCE = "admin"
_BODY: dict[str, Any] = {
    "required": True,
    "content": {
        "text/csv": {"schema": {"type": "string"}, "example": PRICES_EXAMPLE},
        "application/json": {
            "schema": PriceRows.written_out(),
            "example": {"prices": [{"symbol": "BARN", "date": "2024-01-08", "close": "7.10"}]},
        },
    },
}

Symbol = Annotated[str, Path(max_length=50, examples=["GOOG"])]


@router.get(
    "/prices/{symbol}", summary="Prices of a symbol", responses=answers(PriceList, *SIGNED_IN)
)
def prices_of(
    program: Asked,
    _user: SignedIn,
    symbol: Symbol,
    from_on: Annotated[Day | None, Query(alias="from", examples=["2013-02-01"])] = None,
    to_on: Annotated[Day | None, Query(alias="to", examples=["2013-03-01"])] = None,
    market: Annotated[Market, Query(description="Whose prices: of live or sample accounts.")] = (
        "live"
    ),
) -> PriceList:
    """The newest known closes, as traded; without `from` those of the last three months."""
    last = to_on or program.markets[market].latest_session()
    first = from_on or max(last, date.min + _SHOWN_BY_DEFAULT) - _SHOWN_BY_DEFAULT
    name = symbol.strip().upper()
    records = program.prices.records.of(market, name, first, last)
    return PriceList(symbol=name, market=market, prices=[shown_price(r) for r in records])


@router.get(
    "/securities/{symbol}",
    summary="What a symbol stands for",
    responses=answers(ShownSecurity, *SIGNED_IN),
)
def security_of(program: Asked, _user: SignedIn, symbol: Symbol) -> ShownSecurity:
    """Name, sector and fundamentals, as far as any source was asked and knew them."""
    return shown_security(program.securities.one(symbol.strip().upper()))


def portfolio_of_query(
    program: Asked,
    user: SignedIn,
    portfolio_id: Annotated[
        str, Query(json_schema_extra={"format": "uuid"}, examples=[PORTFOLIO_EXAMPLE])
    ],
) -> PortfolioRow:
    """The portfolio that the query names, if it is the user's own.

    Raises:
        PortfolioUnknown: ERR_PORT_404. PortfolioForbidden: ERR_PORT_403.
    """
    return own_portfolio(program, user, parse_portfolio_id(portfolio_id))


@router.get(
    "/coverage",
    summary="How much of a portfolio has a price",
    responses=answers(ShownCoverage, *OWN_PORTFOLIO),
)
def coverage(
    program: Asked, portfolio: Annotated[PortfolioRow, Depends(portfolio_of_query)]
) -> ShownCoverage:
    """The symbols that need a price, and what is known of each at the latest session."""
    covered = program.readiness.coverage(portfolio.market, held_in(program, portfolio))
    return shown_coverage(portfolio.portfolio_id, covered)


@admin.post(
    "/prices",
    summary="Hand prices in",
    responses=answers(HandedIn, *SUPERUSER),
    openapi_extra={"requestBody": _BODY},
)
async def hand_prices_in(program: Asked, _user: Superuser, request: Request) -> HandedIn:
    """Learns closes of live accounts, as CSV or JSON, for networks without a provider.

    They pass the checks that providers' pass. What was known otherwise stays known; the newest
    counts, and valuations that rest on it are restated by the next calculation.
    """
    body = await request.body()
    is_json = request.headers.get("content-type", "").startswith("application/json")
    return await run_in_threadpool(_learn, program, _of_json if is_json else _of_csv, body)


def _learn(program: Program, read: Callable[[bytes], PriceFile], body: bytes) -> HandedIn:
    """Read what was sent and learn it: a large body takes a while, so not on the event loop."""
    file = read(body)
    handed = program.prices.hand_in("live", [close for _, close in file.closes])
    unread = [f"Row {bad.line}: {bad.reason}" for bad in file.bad_rows]
    if file.actions:
        unread.append("Splits and dividends are not handed in here; their rows were not used.")
    return HandedIn(
        learnt=handed.learnt, unchanged=handed.unchanged, refused=[*unread, *handed.refused]
    )


def _of_csv(body: bytes) -> PriceFile:
    return read_price_file(body.decode("utf-8", errors="replace"), _SOURCE)


def _of_json(body: bytes) -> PriceFile:
    try:
        rows = PriceRows.model_validate_json(body).prices
    except ValidationError as error:
        raise RequestValidationError(_under_body(error.errors(include_url=False))) from None
    return read_price_rows(
        enumerate(([row.symbol, row.date, row.close] for row in rows), start=1), _SOURCE
    )


def _under_body(errors: Iterable[Any]) -> Sequence[Any]:
    return [{**error, "loc": ("body", *error["loc"])} for error in errors]


def held_in(program: Program, portfolio: PortfolioRow) -> list[PositionTerms]:
    """Every position of a portfolio since its opening, closed ones too."""
    rows, past = program.positions_room.all_of(portfolio.portfolio_id), past_of(program, portfolio)
    return [row.terms for row in rows if not row.is_history(past)]
