"""What saying a day again changes, as answers have it (spec 7.3, 7.4)."""

from datetime import date
from uuid import UUID

from pydantic import BaseModel

from domain.restatement import LineDifference, LineFigures, Restatement
from interfaces.values import Amount


class ShownFigures(BaseModel):
    """What a day says of a line."""

    quantity: Amount
    mark_price: Amount
    market_value: Amount
    pnl: Amount


class ShownDifference(BaseModel):
    """A line that differs; null where the day has no such line."""

    position_id: UUID
    symbol: str
    before: ShownFigures | None
    after: ShownFigures | None


class ShownRestatement(BaseModel):
    """A day before and after; null before where it was never valued."""

    date: date
    net_asset_value_before: Amount | None
    net_asset_value_after: Amount
    pnl_before: Amount | None
    pnl_after: Amount
    reason: str
    caused_by: str
    lines: list[ShownDifference]


def shown_restatement(day: Restatement) -> ShownRestatement:
    """A day before and after, as answers have it."""
    return ShownRestatement(
        date=day.session,
        net_asset_value_before=day.nav_before,
        net_asset_value_after=day.nav_after,
        pnl_before=day.pnl_before,
        pnl_after=day.pnl_after,
        reason=day.reason,
        caused_by=day.caused_by,
        lines=[shown_difference(line) for line in day.lines],
    )


def shown_difference(line: LineDifference) -> ShownDifference:
    """A line that differs, as answers have it."""
    return ShownDifference(
        position_id=line.position_id,
        symbol=line.symbol,
        before=_figures(line.before),
        after=_figures(line.after),
    )


def _figures(figures: LineFigures | None) -> ShownFigures | None:
    if figures is None:
        return None
    return ShownFigures(
        quantity=figures.quantity,
        mark_price=figures.mark_price,
        market_value=figures.market_value,
        pnl=figures.pnl,
    )
