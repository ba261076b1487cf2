"""What several portfolios are worth together, and what that is made of (spec 4.7)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel

from domain.money import ZERO
from domain.share_of_nav import share_of_nav
from interfaces.api.access import Asked
from interfaces.api.answer_shapes import Answered
from interfaces.api.documenting import OWN_PORTFOLIO, answers, example
from interfaces.api.measure_shapes import NotPooled
from interfaces.api.pooled_measures import Chosen, not_pooled
from interfaces.api.valuation_shapes import (
    EXPOSURES_EXAMPLE,
    PNL_EXAMPLE,
    Exposure,
    Exposures,
    PnlOfSpans,
    Priced,
)
from interfaces.bootstrap import Program
from interfaces.pooling import NOT_VALUED
from interfaces.values import PORTFOLIO_EXAMPLE, Amount
from projections.portfolios.view import PortfolioRow
from projections.valuations.view import ValuationRow

router = APIRouter(prefix="/analytics/aggregate", tags=["Analytics"])

_UNCLASSIFIED = "Unclassified"


class PooledOverview(Answered):
    """Several portfolios at their latest valuations, added up.

    `calculation_date` is the earliest of their sessions, `latest_session` the latest; P&L of the
    day is of each one's own. Gross does not set one's long off against another's short, and a
    symbol in two portfolios counts twice among those priced.
    """

    model_config = example(
        {
            "available": True,
            "reason": None,
            "calculation_date": "2013-03-01",
            "latest_session": "2013-03-01",
            "portfolio_ids": [PORTFOLIO_EXAMPLE],
            "net_asset_value": "523114.07",
            "cash": "412021.07",
            "exposures": EXPOSURES_EXAMPLE,
            "pnl": PNL_EXAMPLE,
            "priced": {"n": 2, "of": 2},
        }
    )

    latest_session: date
    portfolio_ids: list[UUID]
    net_asset_value: Amount
    cash: Amount
    exposures: Exposures
    pnl: PnlOfSpans
    priced: Priced


class Slice(BaseModel):
    """A part of what is held, USD; `weight` is its share of NAV."""

    name: str
    market_value: Amount
    weight: float | None


class PortfolioSlice(BaseModel):
    """A portfolio in the sum of several."""

    portfolio_id: UUID
    name: str
    session: date
    net_asset_value: Amount
    day_pnl: Amount
    weight: float | None


class Breakdown(Answered):
    """What several portfolios are made of. Each list adds up to NAV: cash is a part of its own."""

    model_config = example(
        {
            "available": True,
            "reason": None,
            "calculation_date": "2013-03-01",
            "portfolio_ids": [PORTFOLIO_EXAMPLE],
            "net_asset_value": "523114.07",
            "by_portfolio": [
                {
                    "portfolio_id": PORTFOLIO_EXAMPLE,
                    "name": "Retirement",
                    "session": "2013-03-01",
                    "net_asset_value": "523114.07",
                    "day_pnl": "812.00",
                    "weight": 1.0,
                }
            ],
            "by_class": [
                {"name": "PUBLIC", "market_value": "111093.00", "weight": 0.2124},
                {"name": "CASH", "market_value": "412021.07", "weight": 0.7876},
            ],
            "by_sector": [
                {
                    "name": "Communication Services",
                    "market_value": "111093.00",
                    "weight": 0.2124,
                },
                {"name": "CASH", "market_value": "412021.07", "weight": 0.7876},
            ],
        }
    )

    portfolio_ids: list[UUID]
    net_asset_value: Amount
    by_portfolio: list[PortfolioSlice]
    by_class: list[Slice]
    by_sector: list[Slice]


@router.get(
    "/overview",
    summary="Several portfolios as one: worth, exposures and P&L",
    responses=answers(PooledOverview, *OWN_PORTFOLIO, otherwise=NotPooled),
)
def pooled_overview(program: Asked, rows: Chosen) -> PooledOverview | NotPooled:
    """The sums of their latest valuations, whatever market they are of."""
    valued = _valued(program, rows)
    if not valued:
        return not_pooled(rows, NOT_VALUED)
    spans = [program.valuations_room.pnl_spans(day.portfolio_id, day.session) for _, day in valued]
    nav, gross = _sum(day.nav for _, day in valued), _sum(d.gross_exposure for _, d in valued)

    def exposure(amounts: Iterable[Decimal]) -> Exposure:
        amount = _sum(amounts)
        return Exposure(amount=amount, share_of_nav=share_of_nav(amount, nav, gross))

    return PooledOverview(
        calculation_date=min(day.session for _, day in valued),
        latest_session=max(day.session for _, day in valued),
        portfolio_ids=[row.portfolio_id for row, _ in valued],
        net_asset_value=nav,
        cash=_sum(day.cash for _, day in valued),
        exposures=Exposures(
            long=exposure(day.long_value for _, day in valued),
            short=exposure(day.short_value for _, day in valued),
            gross=exposure(day.gross_exposure for _, day in valued),
            net=exposure(day.net_exposure for _, day in valued),
        ),
        pnl=PnlOfSpans(
            day=_sum(day.pnl for _, day in valued),
            mtd=_sum(span.month_to_date for span in spans),
            ytd=_sum(span.year_to_date for span in spans),
            since_opening=_sum(span.since_opening for span in spans),
        ),
        priced=Priced(
            n=sum(day.counts.priced for _, day in valued),
            of=sum(day.counts.need_price for _, day in valued),
        ),
    )


@router.get(
    "/breakdown",
    summary="Several portfolios as one: what they are made of",
    responses=answers(Breakdown, *OWN_PORTFOLIO, otherwise=NotPooled),
)
def pooled_breakdown(program: Asked, rows: Chosen) -> Breakdown | NotPooled:
    """By portfolio, by class and by sector, the largest first; sectors as they are known now."""
    valued = _valued(program, rows)
    if not valued:
        return not_pooled(rows, NOT_VALUED)
    nav, gross = _sum(day.nav for _, day in valued), _sum(d.gross_exposure for _, d in valued)
    cash = _sum(day.cash for _, day in valued)
    classes: dict[str, Decimal] = defaultdict(lambda: ZERO)
    movers: dict[str, Decimal] = defaultdict(lambda: ZERO)
    for row, day in valued:
        _add_lines(program, row, day, classes, movers)
    tags = program.securities.tags(sorted(movers))
    sectors: dict[str, Decimal] = defaultdict(lambda: ZERO)
    for symbol, value in movers.items():
        sectors[tags.get(symbol, _UNCLASSIFIED)] += value

    def slices(values: Mapping[str, Decimal]) -> list[Slice]:
        largest = sorted(values.items(), key=lambda one: (-abs(one[1]), one[0]))
        return [
            Slice(name=name, market_value=value, weight=share_of_nav(value, nav, gross))
            for name, value in [*largest, ("CASH", cash)]
        ]

    return Breakdown(
        calculation_date=min(day.session for _, day in valued),
        portfolio_ids=[row.portfolio_id for row, _ in valued],
        net_asset_value=nav,
        by_portfolio=[
            PortfolioSlice(
                portfolio_id=row.portfolio_id,
                name=row.name,
                session=day.session,
                net_asset_value=day.nav,
                day_pnl=day.pnl,
                weight=share_of_nav(day.nav, nav, gross),
            )
            for row, day in sorted(valued, key=lambda one: -one[1].nav)
        ],
        by_class=slices(classes),
        by_sector=slices(sectors),
    )


def _valued(
    program: Program, rows: Sequence[PortfolioRow]
) -> list[tuple[PortfolioRow, ValuationRow]]:
    latest = ((row, program.valuations_room.latest(row.portfolio_id)) for row in rows)
    return [(row, day) for row, day in latest if day is not None]


def _add_lines(
    program: Program,
    row: PortfolioRow,
    day: ValuationRow,
    classes: dict[str, Decimal],
    movers: dict[str, Decimal],
) -> None:
    """Add the lines of a valuation that are not cash to what is held of classes and of symbols."""
    terms = {one.position_id: one.terms for one in program.positions_room.all_of(row.portfolio_id)}
    for position_id, symbol, value, is_cash in day.lines.rows(
        "position_id", "symbol", "market_value", "cash_like"
    ):
        if is_cash or not value:
            continue
        known = terms.get(position_id)
        classes[known.investment_class.value if known else _UNCLASSIFIED] += value
        movers[(known.underlying if known else None) or symbol] += value


def _sum(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, ZERO)
