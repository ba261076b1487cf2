"""Where the figures of a day come from, line by line (spec 7.4)."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel

from application.manifest import LineManifest, Manifest, Statement
from interfaces.api.access import Asked, OwnPortfolio
from interfaces.api.audit_days import (
    EVENT_EXAMPLE,
    ROW_EXAMPLE,
    ShownEvent,
    ShownRow,
    shown_event,
    shown_row,
)
from interfaces.api.documenting import OWN_PORTFOLIO, answers, example
from interfaces.api.positions import ShownMark
from interfaces.values import PORTFOLIO_EXAMPLE, Amount, Day, Instant

router = APIRouter(prefix="/audit/valuations/{portfolio_id}", tags=["Audit"])


class ShownStatement(BaseModel):
    """Who said that a position is held: the event; of an import the file, its digest and line."""

    event: ShownEvent
    file_name: str | None
    sha256: str | None
    row: int | None


class ShownLine(BaseModel):
    """A line with its mark, the row of the price book that is of, and the statement of it.

    `learnt` is null where the mark is of no close; of an option it is that of its underlying.
    """

    position_id: UUID
    symbol: str
    quantity: Amount
    market_value: Amount
    pnl: Amount
    mark: ShownMark
    learnt: ShownRow | None
    statement: ShownStatement


class DayManifest(BaseModel):
    """A version of a day: NAV is cash and the market values of its lines.

    `portfolio_version` and `prices_known` say what was known of events and prices, `risk_free_rate`
    what models priced options by (0.04 is 4 % a year; null where that was not kept yet), and
    `inputs_digest` is of all that entered. `available` is false where there is no such version.
    """

    model_config = example(
        {
            "portfolio_id": PORTFOLIO_EXAMPLE,
            "date": "2013-03-01",
            "available": True,
            "version": 1,
            "recorded_at": "2026-01-05T14:36:02.123456Z",
            "net_asset_value": "509881.00",
            "cash": "429262.00",
            "portfolio_version": 2,
            "prices_known": 40100,
            "risk_free_rate": "0.04",
            "engine_version": 2,
            "inputs_digest": "5f0c3d0a6f1e8b7c9d2e4a6b8c0d1e2f",
            "lines": [
                {
                    "position_id": "2c0a4b7e-54a7-5a3c-9f5b-1d4f2b6a7c8d",
                    "symbol": "GOOG",
                    "quantity": "100.00",
                    "market_value": "80619.00",
                    "pnl": "499.00",
                    "mark": {
                        "price": "806.19",
                        "date": "2013-03-01",
                        "source": "close",
                        "quality": "good",
                        "provider": "bundled",
                    },
                    "learnt": ROW_EXAMPLE,
                    "statement": {
                        "event": EVENT_EXAMPLE,
                        "file_name": "positions.csv",
                        "sha256": "0" * 64,
                        "row": 2,
                    },
                }
            ],
        }
    )

    portfolio_id: UUID
    date: date
    available: bool
    version: int | None
    recorded_at: Instant | None
    net_asset_value: Amount | None
    cash: Amount | None
    portfolio_version: int | None
    prices_known: int | None
    risk_free_rate: Amount | None
    engine_version: int | None
    inputs_digest: str | None
    lines: list[ShownLine]


@router.get(
    "/{session}/manifest",
    summary="Where the figures of a day come from",
    responses=answers(DayManifest, *OWN_PORTFOLIO),
)
def show_manifest(
    program: Asked,
    portfolio: OwnPortfolio,
    session: Annotated[Day, Path()],
    version: Annotated[int | None, Query(ge=1, description="The latest where left out.")] = None,
) -> DayManifest:
    """NAV by its lines, each with its mark, when that was learnt, and the file it was stated in."""
    own = portfolio.portfolio_id
    found = program.manifests.of(own, portfolio.market, session, version)
    told: dict[str, Any] = _figures(found) if found else dict.fromkeys(_FIGURES)
    lines = [_line(one) for one in found.lines] if found else []
    told |= {"portfolio_id": own, "date": session, "available": found is not None}
    return DayManifest(**told, lines=lines)


_FIGURES = (
    *("version", "recorded_at", "net_asset_value", "cash"),
    *("portfolio_version", "prices_known", "risk_free_rate"),
    *("engine_version", "inputs_digest"),
)


def _figures(manifest: Manifest) -> dict[str, Any]:
    version, snapshot = manifest.version, manifest.version.snapshot
    values = (
        *(version.number, version.recorded_at, snapshot.nav, snapshot.cash),
        *(snapshot.portfolio_version, snapshot.prices_known, snapshot.risk_free_rate),
        *(snapshot.engine_version, snapshot.inputs_digest),
    )
    return dict(zip(_FIGURES, values, strict=True))


def _line(line: LineManifest) -> ShownLine:
    return ShownLine(
        position_id=line.position_id,
        symbol=line.symbol,
        quantity=line.quantity,
        market_value=line.market_value,
        pnl=line.pnl,
        mark=ShownMark(
            price=line.mark_price,
            date=line.mark_on,
            source=line.mark_source,
            quality=line.mark_quality,
            provider=line.mark_provider,
        ),
        learnt=shown_row(line.learnt) if line.learnt else None,
        statement=_statement(line.statement),
    )


def _statement(statement: Statement) -> ShownStatement:
    file = statement.file
    return ShownStatement(
        event=shown_event(statement.event),
        file_name=file.file_name if file else None,
        sha256=file.sha256 if file else None,
        row=statement.row,
    )
