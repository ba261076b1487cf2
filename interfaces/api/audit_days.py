"""What happened to a portfolio, what a day was said to be, and why it is said otherwise (7.4)."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel

from application.ports import Recorded
from application.time_travel import LearntRow, Origin, Version
from domain.snapshot import Snapshot
from interfaces.api.access import Asked, OwnPortfolio
from interfaces.api.documenting import OWN_PORTFOLIO, answers, example
from interfaces.api.restatement_shapes import ShownRestatement, shown_restatement
from interfaces.story import story_of
from interfaces.values import PORTFOLIO_EXAMPLE, Amount, Day, GivenInstant, Instant, Limit, Offset

router = APIRouter(prefix="/audit", tags=["Audit"])

_USER = "0b4d2f6a-8c1e-5f3a-9d7b-2e4c6a8f0d1b"
EVENT_EXAMPLE: dict[str, Any] = {
    "kind": "portfolio.opened",
    "aggregate_id": PORTFOLIO_EXAMPLE,
    "version": 1,
    "position": 17,
    "recorded_at": "2026-01-05T14:30:00.123456Z",
    "actor": _USER,
    "impersonator": None,
}
ROW_EXAMPLE: dict[str, Any] = {
    "row": 48213,
    "symbol": "GOOG",
    "date": "2013-02-01",
    "kind": "close",
    "value": "700",
    "source": "admin",
    "learnt_at": "2026-01-05T14:35:58.123456Z",
}
RESTATEMENT_EXAMPLE: dict[str, Any] = {
    "date": "2013-02-01",
    "net_asset_value_before": "508822.00",
    "net_asset_value_after": "501262.00",
    "pnl_before": "2136.00",
    "pnl_after": "-5424.00",
    "reason": "What was learnt of the price of GOOG counts from 2013-02-01 on.",
    "caused_by": "price_book:48213",
    "lines": [],
}
ORIGIN_EXAMPLE: dict[str, Any] = {
    "caused_by": RESTATEMENT_EXAMPLE["caused_by"],
    "through": 0,
    "event": None,
    "row": ROW_EXAMPLE,
}
_VERSION: dict[str, Any] = {
    "version": 2,
    "position": 4213,
    "recorded_at": "2026-01-05T14:36:02.123456Z",
    "actor": _USER,
    "impersonator": None,
    "reason": RESTATEMENT_EXAMPLE["reason"],
    "caused_by": RESTATEMENT_EXAMPLE["caused_by"],
    "net_asset_value": "501262.00",
    "pnl": "-5424.00",
    "flows": "0.00",
    "portfolio_version": 2,
    "prices_known": 48213,
    "engine_version": 2,
    "difference": RESTATEMENT_EXAMPLE,
}
_FIRST = _VERSION | {
    "version": 1,
    "position": 2101,
    "reason": "",
    "caused_by": "",
    "net_asset_value": "508822.00",
    "pnl": "2136.00",
    "prices_known": 40100,
    "difference": None,
}


class ShownVersion(BaseModel):
    """One version of a day: its figures, who recorded it when at which position, and why.

    `difference` is to the version before, null for the first one. `portfolio_version` and
    `prices_known` say what was known: events of the portfolio, rows of the price book.
    """

    version: int
    position: int
    recorded_at: Instant
    actor: UUID | None
    impersonator: UUID | None
    reason: str
    caused_by: str
    net_asset_value: Amount
    pnl: Amount
    flows: Amount
    portfolio_version: int
    prices_known: int
    engine_version: int
    difference: ShownRestatement | None


class DayVersions(BaseModel):
    """The versions of a day, the first one first; none where it was never valued."""

    model_config = example(
        {
            "portfolio_id": PORTFOLIO_EXAMPLE,
            "date": "2013-02-01",
            "versions": [_FIRST, _VERSION],
        }
    )

    portfolio_id: UUID
    date: date
    versions: list[ShownVersion]


class ShownEvent(BaseModel):
    """An event of the log: its kind, where it stands, and who recorded it when."""

    kind: str
    aggregate_id: UUID
    version: int
    position: int
    recorded_at: Instant
    actor: UUID | None
    impersonator: UUID | None


class ToldEvent(ShownEvent):
    """The same with a sentence on it."""

    text: str


class PortfolioHistory(BaseModel):
    """A page of the events of a portfolio, oldest first, and how many there are in all."""

    model_config = example(
        {
            "portfolio_id": PORTFOLIO_EXAMPLE,
            "total": 1,
            "events": [
                EVENT_EXAMPLE
                | {"text": "Opened as IRA with 500,000.00 USD on 2012-12-31, sample prices."}
            ],
        }
    )

    portfolio_id: UUID
    total: int
    events: list[ToldEvent]


class ShownRow(BaseModel):
    """A row of the price book: what was learnt of a symbol's day, from whom and when."""

    row: int
    symbol: str
    date: date
    kind: str
    value: str
    source: str
    learnt_at: Instant


class ShownOrigin(BaseModel):
    """What made a day be said again: an event or a row of the price book, `through` so many days.

    Both are null where the rules themselves changed, which `caused_by` says.
    """

    caused_by: str
    through: int
    event: ShownEvent | None
    row: ShownRow | None


class DayAsOf(BaseModel):
    """A session as it was known at an instant and as it is known now; null where it was not.

    `difference` is between the two, by line; `origins` are what caused it.
    """

    model_config = example(
        {
            "portfolio_id": PORTFOLIO_EXAMPLE,
            "date": "2013-02-01",
            "known": "2026-01-04T12:00:00Z",
            "then": _FIRST,
            "now": _VERSION,
            "difference": RESTATEMENT_EXAMPLE,
            "origins": [ORIGIN_EXAMPLE],
        }
    )

    portfolio_id: UUID
    date: date | None
    known: Instant | None
    then: ShownVersion | None
    now: ShownVersion | None
    difference: ShownRestatement | None
    origins: list[ShownOrigin]


@router.get(
    "/valuations/{portfolio_id}/{session}/versions",
    summary="All versions of a day",
    responses=answers(DayVersions, *OWN_PORTFOLIO),
)
def list_versions(
    program: Asked, portfolio: OwnPortfolio, session: Annotated[Day, Path()]
) -> DayVersions:
    """Each with what it says otherwise than the one before, and why."""
    versions = program.time_travel.versions(portfolio.portfolio_id, session)
    return DayVersions(
        portfolio_id=portfolio.portfolio_id,
        date=session,
        versions=[_version(one) for one in versions],
    )


@router.get(
    "/portfolios/{portfolio_id}/history",
    summary="What happened to a portfolio, in words",
    responses=answers(PortfolioHistory, *OWN_PORTFOLIO),
)
def show_history(
    program: Asked, portfolio: OwnPortfolio, limit: Limit = 50, offset: Offset = 0
) -> PortfolioHistory:
    """Each event with a sentence, who recorded it, and for whom."""
    story = list(story_of(program.time_travel.log.history([portfolio.portfolio_id])))
    return PortfolioHistory(
        portfolio_id=portfolio.portfolio_id,
        total=len(story),
        events=[
            ToldEvent(**shown_event(told.recorded).model_dump(), text=told.text)
            for told in story[offset : offset + limit]
        ],
    )


@router.get(
    "/portfolios/{portfolio_id}/as-of",
    summary="A day as it was known then, and as it is known now",
    responses=answers(DayAsOf, *OWN_PORTFOLIO),
)
def show_as_of(
    program: Asked,
    portfolio: OwnPortfolio,
    effective: Annotated[Day, Query(description="Of the last session up to this day.")],
    known: Annotated[
        GivenInstant | None, Query(description="As known at this instant; now, where left out.")
    ] = None,
) -> DayAsOf:
    """What was shown, what is shown now, the difference by line, and what caused it."""
    own = portfolio.portfolio_id
    found = program.time_travel.as_of(own, portfolio.market, effective, known)
    return DayAsOf(
        portfolio_id=own,
        date=found.session if found else None,
        known=known,
        then=_version(found.then) if found and found.then else None,
        now=_version(found.now) if found and found.now else None,
        difference=shown_restatement(found.difference) if found and found.difference else None,
        origins=[shown_origin(one) for one in found.origins] if found else [],
    )


def _version(version: Version) -> ShownVersion:
    snapshot: Snapshot = version.snapshot
    return ShownVersion(
        version=version.number,
        position=version.position,
        recorded_at=version.recorded_at,
        actor=version.cause.actor,
        impersonator=version.cause.impersonator,
        reason=version.reason,
        caused_by=version.caused_by,
        net_asset_value=snapshot.nav,
        pnl=snapshot.pnl,
        flows=snapshot.flows,
        portfolio_version=snapshot.portfolio_version,
        prices_known=snapshot.prices_known,
        engine_version=snapshot.engine_version,
        difference=shown_restatement(version.difference) if version.difference else None,
    )


def shown_origin(origin: Origin) -> ShownOrigin:
    """What made a version as answers have it."""
    return ShownOrigin(
        caused_by=origin.caused_by,
        through=origin.through,
        event=shown_event(origin.event) if origin.event else None,
        row=shown_row(origin.row) if origin.row else None,
    )


def shown_event(recorded: Recorded) -> ShownEvent:
    """An event as answers have it."""
    return ShownEvent(
        kind=type(recorded.event).TOPIC,
        aggregate_id=recorded.aggregate_id,
        version=recorded.version,
        position=recorded.position,
        recorded_at=recorded.occurred_at,
        actor=recorded.cause.actor,
        impersonator=recorded.cause.impersonator,
    )


def shown_row(row: LearntRow) -> ShownRow:
    """A row of the price book as answers have it."""
    return ShownRow(
        row=row.row,
        symbol=row.symbol,
        date=row.on,
        kind=row.kind,
        value=row.value,
        source=row.source,
        learnt_at=row.learnt_at,
    )
