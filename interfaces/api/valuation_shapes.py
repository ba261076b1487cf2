"""The shapes of answers about valuations (spec 4.7), with an example each."""

from datetime import date
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from interfaces.api.answer_shapes import NOTHING_EXAMPLE, Answered, LineQuality, Unanswered
from interfaces.api.documenting import example
from interfaces.api.positions import MARK_EXAMPLE, ShownMark
from interfaces.values import PORTFOLIO_EXAMPLE, Amount, Instant

_AVAILABLE: dict[str, Any] = {
    "available": True,
    "reason": None,
    "calculation_date": "2013-03-01",
    "stale_from": None,
    "data_quality": {
        "flag": "complete",
        "observations": 1,
        "positions_analyzed": 2,
        "positions_total": 2,
        "skipped": [],
    },
    "portfolio_id": PORTFOLIO_EXAMPLE,
}
_WORTH: dict[str, Any] = {
    "date": "2013-03-01",
    "version": 1,
    "opening": False,
    "net_asset_value": "523114.07",
    "flows": "0.00",
    "cash": "412021.07",
    "daily_return": 0.00155,
    "needs_price_update": False,
    "recorded_at": "2026-01-05T14:36:02.123456Z",
}
_VALUATION: dict[str, Any] = {
    **_WORTH,
    "pnl": "812.00",
    "long_value": "111093.00",
    "short_value": "0.00",
    "gross_exposure": "111093.00",
    "net_exposure": "111093.00",
}
_LINE: dict[str, Any] = {
    "position_id": "2c0a4b7e-54a7-5a3c-9f5b-1d4f2b6a7c8d",
    "symbol": "GOOG",
    "quantity": "100.00",
    "multiplier": 1,
    "entry_price": "580.07",
    "mark": MARK_EXAMPLE,
    "market_value": "80619.00",
    "pnl": "499.00",
    "unrealized_pnl": "22612.00",
    "realized_pnl": "0.00",
}
EXPOSURES_EXAMPLE: dict[str, Any] = {
    "long": {"amount": "111093.00", "share_of_nav": 0.2124},
    "short": {"amount": "0.00", "share_of_nav": 0.0},
    "gross": {"amount": "111093.00", "share_of_nav": 0.2124},
    "net": {"amount": "111093.00", "share_of_nav": 0.2124},
}
PNL_EXAMPLE = {"day": "812.00", "mtd": "812.00", "ytd": "13020.00", "since_opening": "23114.07"}
_OVERVIEW: dict[str, Any] = {
    **_AVAILABLE,
    **_WORTH,
    "price_source": "sample",
    "exposures": EXPOSURES_EXAMPLE,
    "pnl": {**PNL_EXAMPLE, "unrealized": "24002.00", "realized": "0.00"},
    "position_count": {"total": 2, "long": 2, "short": 0, "option": 0},
    "priced": {"n": 2, "of": 2},
}


class SkippedPosition(BaseModel):
    """A position without a usable price, and what it was valued at instead."""

    symbol: str
    reason: Literal["stale_price", "entry_price"]


class DataQuality(LineQuality):
    """How far the figures can be relied on.

    `observations` counts the valuations behind the answer. Of `positions_total` lines held,
    `positions_analyzed` had a usable price or need none; the others are `skipped`.
    """

    skipped: list[SkippedPosition]


class Available(Answered):
    """What every answer about valuations says first.

    From `stale_from` on figures lack something that was recorded or learnt since, until the next
    calculation; null where none does.
    """

    stale_from: date | None
    data_quality: DataQuality
    portfolio_id: UUID


class NotAvailable(Unanswered):
    """Nothing to show, and why: not an error."""

    model_config = example(NOTHING_EXAMPLE)

    data_quality: DataQuality
    portfolio_id: UUID


class Worth(BaseModel):
    """What a portfolio was worth at the close of a session, USD.

    `version` counts restatements from 1. `daily_return` is P&L over the NAV before; null at the
    opening, and where that NAV was not positive or at most 1 % of gross.
    """

    date: date
    version: int
    opening: bool
    net_asset_value: Amount
    flows: Amount
    cash: Amount
    daily_return: float | None
    needs_price_update: bool
    recorded_at: Instant


class Valuation(Worth):
    """A portfolio at the close of a session, with its P&L and exposures in USD."""

    pnl: Amount
    long_value: Amount
    short_value: Amount
    gross_exposure: Amount
    net_exposure: Amount


class Line(BaseModel):
    """One position's part in a valuation, with the mark it was valued at."""

    position_id: UUID
    symbol: str
    quantity: Amount
    multiplier: int
    entry_price: Amount
    mark: ShownMark
    market_value: Amount
    pnl: Amount
    unrealized_pnl: Amount
    realized_pnl: Amount


class ValuationList(Available):
    """A page of valuations, oldest first, and how many there are in the span."""

    model_config = example({**_AVAILABLE, "total": 1, "valuations": [_VALUATION]})

    total: int
    valuations: list[Valuation]


class NoValuations(NotAvailable):
    """No valuation in the span."""

    model_config = example({**NOTHING_EXAMPLE, "total": 0, "valuations": []})

    total: int = 0
    valuations: list[Valuation] = Field(default=[])


class DayValuation(Valuation, Available):
    """The valuation of one session with its lines."""

    model_config = example({**_AVAILABLE, **_VALUATION, "lines": [_LINE]})

    lines: list[Line]


class Exposure(BaseModel):
    """An exposure in USD and as share of NAV, which is null where NAV is at most 1 % of gross."""

    amount: Amount
    share_of_nav: float | None


class Exposures(BaseModel):
    """What is at stake. Short is negative; gross is long less short, net their sum."""

    long: Exposure
    short: Exposure
    gross: Exposure
    net: Exposure


class PnlOfSpans(BaseModel):
    """P&L in USD: of the day, month and year to date, since the opening."""

    day: Amount
    mtd: Amount
    ytd: Amount
    since_opening: Amount


class Pnl(PnlOfSpans):
    """P&L in USD over spans, and what of it all is realised, what not.

    `unrealized` is against entry prices, `realized` counts closings since the opening.
    """

    unrealized: Amount
    realized: Amount


class PositionCount(BaseModel):
    """Lines held; cash-like ones count in the total only."""

    total: int
    long: int
    short: int
    option: int


class Priced(BaseModel):
    """How many symbols had a usable price, of those that need one."""

    n: int
    of: int


class Overview(Worth, Available):
    """The latest valuation at a glance."""

    model_config = example(_OVERVIEW)

    price_source: str
    exposures: Exposures
    pnl: Pnl
    position_count: PositionCount
    priced: Priced
