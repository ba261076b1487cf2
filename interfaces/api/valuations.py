"""What a portfolio was worth at the close of each session, and at the latest one (spec 4.7)."""

from decimal import Decimal
from typing import Any

from fastapi import APIRouter

from domain.mark import Mark, MarkQuality
from domain.money import ZERO
from domain.snapshot import Lines
from interfaces.api.access import Asked, OwnPortfolio
from interfaces.api.answer_shapes import NoFigure
from interfaces.api.asked_days import AskedDays
from interfaces.api.documenting import OWN_PORTFOLIO, answers
from interfaces.api.positions import shown_mark
from interfaces.api.valuation_shapes import (
    DataQuality,
    DayValuation,
    Exposure,
    Exposures,
    Line,
    NotAvailable,
    NoValuations,
    Overview,
    Pnl,
    PositionCount,
    Priced,
    SkippedPosition,
    Valuation,
    ValuationList,
)
from interfaces.bootstrap import Program
from interfaces.standing import NOT_VALUED, past_of, stale_from
from interfaces.values import Day, Limit, Offset
from projections.portfolios.view import PortfolioRow
from projections.valuations.view import ValuationRow

router = APIRouter(prefix="/analytics/portfolio/{portfolio_id}", tags=["Valuations"])

_NOT_VALUED = NoFigure(code="not_valued", text=NOT_VALUED)
_NONE_IN_SPAN = NoFigure(code="none_in_span", text="No valuation lies between these days.")
_BEFORE_OPENING = NoFigure(
    code="before_opening", text="The portfolio opened after this day and has no valuation of it."
)


@router.get(
    "/overview",
    summary="The latest valuation at a glance",
    responses=answers(Overview, *OWN_PORTFOLIO, otherwise=NotAvailable),
)
def overview(program: Asked, portfolio: OwnPortfolio) -> Overview | NotAvailable:
    """Worth, exposures and P&L at the latest valued session."""
    row = program.valuations_room.latest(portfolio.portfolio_id)
    if row is None:
        return NotAvailable(**_nothing(program, portfolio, _NOT_VALUED))
    spans = program.valuations_room.pnl_spans(portfolio.portfolio_id, row.session)
    pnl = Pnl(
        day=row.pnl,
        mtd=spans.month_to_date,
        ytd=spans.year_to_date,
        since_opening=spans.since_opening,
        unrealized=sum(row.lines.unrealized_pnl, ZERO),
        realized=spans.realized,
    )
    return Overview(
        **_available(program, portfolio, row),
        **_worth(row),
        price_source=portfolio.price_source,
        exposures=_exposures(row),
        pnl=pnl,
        position_count=_position_count(row),
        priced=Priced(n=row.counts.priced, of=row.counts.need_price),
    )


@router.get(
    "/valuations",
    summary="Valuations, session by session",
    responses=answers(ValuationList, *OWN_PORTFOLIO, otherwise=NoValuations),
)
def list_valuations(
    program: Asked,
    portfolio: OwnPortfolio,
    days: AskedDays,
    limit: Limit = 50,
    offset: Offset = 0,
) -> ValuationList | NoValuations:
    """The valuations of a span of days, oldest first; quality is that of the last one shown."""
    rows, total = program.valuations_room.span(portfolio.portfolio_id, days, limit, offset)
    if not rows:
        reason = _NONE_IN_SPAN if portfolio.valuation_on else _NOT_VALUED
        return NoValuations(**_nothing(program, portfolio, reason), total=total)
    return ValuationList(
        **_available(program, portfolio, rows[-1], total),
        total=total,
        valuations=[Valuation(**_valuation(row)) for row in rows],
    )


@router.get(
    "/valuations/{session}",
    summary="The valuation of one session, line by line",
    responses=answers(DayValuation, *OWN_PORTFOLIO, "ERR_VAL_001", otherwise=NotAvailable),
)
def day_valuation(
    program: Asked, portfolio: OwnPortfolio, session: Day
) -> DayValuation | NotAvailable:
    """Every line with the mark it was valued at. A day without session is refused."""
    program.markets[portfolio.market].completed_session(session)
    row = program.valuations_room.one(portfolio.portfolio_id, session)
    if row is None:
        reason = _BEFORE_OPENING if session < portfolio.equity_as_of else _NOT_VALUED
        return NotAvailable(**_nothing(program, portfolio, reason))
    return DayValuation(
        **_available(program, portfolio, row), **_valuation(row), lines=_lines(row.lines)
    )


def _available(
    program: Program, portfolio: PortfolioRow, row: ValuationRow, observations: int = 1
) -> dict[str, Any]:
    return {
        "calculation_date": row.session,
        "stale_from": stale_from(program, portfolio),
        "data_quality": _data_quality(row.lines, observations),
        "portfolio_id": row.portfolio_id,
    }


def _nothing(program: Program, portfolio: PortfolioRow, reason: NoFigure) -> dict[str, Any]:
    held = program.positions_room.open_counts({portfolio.portfolio_id: past_of(program, portfolio)})
    quality = DataQuality(
        flag="none",
        observations=0,
        positions_analyzed=0,
        positions_total=held[portfolio.portfolio_id],
        skipped=[],
    )
    return {
        "reason": reason,
        "calculation_date": portfolio.valuation_on,
        "data_quality": quality,
        "portfolio_id": portfolio.portfolio_id,
    }


def _data_quality(lines: Lines, observations: int) -> DataQuality:
    held = [
        (symbol, quality)
        for symbol, quality, quantity in lines.rows("symbol", "mark_quality", "quantity")
        if quantity
    ]
    skipped = [
        SkippedPosition(symbol=symbol, reason="stale_price" if stale else "entry_price")
        for symbol, quality in held
        if (stale := quality is MarkQuality.STALE) or quality is MarkQuality.ASSUMED
    ]
    return DataQuality(
        flag="partial" if skipped else "complete",
        observations=observations,
        positions_analyzed=len(held) - len(skipped),
        positions_total=len(held),
        skipped=skipped,
    )


def _worth(row: ValuationRow) -> dict[str, Any]:
    return {
        "date": row.session,
        "version": row.version,
        "opening": row.opening,
        "net_asset_value": row.nav,
        "flows": row.flows,
        "cash": row.cash,
        "daily_return": row.daily_return,
        "needs_price_update": row.needs_price_update,
        "recorded_at": row.recorded_at,
    }


def _valuation(row: ValuationRow) -> dict[str, Any]:
    return {
        **_worth(row),
        "pnl": row.pnl,
        "long_value": row.long_value,
        "short_value": row.short_value,
        "gross_exposure": row.gross_exposure,
        "net_exposure": row.net_exposure,
    }


def _exposures(row: ValuationRow) -> Exposures:
    def exposure(amount: Decimal) -> Exposure:
        return Exposure(amount=amount, share_of_nav=row.share_of_nav(amount))

    return Exposures(
        long=exposure(row.long_value),
        short=exposure(row.short_value),
        gross=exposure(row.gross_exposure),
        net=exposure(row.net_exposure),
    )


def _position_count(row: ValuationRow) -> PositionCount:
    held = [
        multiplier for multiplier, quantity in row.lines.rows("multiplier", "quantity") if quantity
    ]
    return PositionCount(
        total=len(held),
        long=row.counts.long,
        short=row.counts.short,
        option=sum(multiplier > 1 for multiplier in held),
    )


def _lines(lines: Lines) -> list[Line]:
    marks = lines.rows("mark_price", "mark_on", "mark_source", "mark_quality", "mark_provider")
    names = (
        *("position_id", "symbol", "quantity", "multiplier", "entry_price"),
        *("market_value", "pnl", "unrealized_pnl", "realized_pnl"),
    )
    return [
        Line(mark=shown_mark(Mark(*mark)), **dict(zip(names, figures, strict=True)))
        for mark, figures in zip(marks, lines.rows(*names), strict=True)
    ]
