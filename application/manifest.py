"""Where a figure comes from: NAV by its lines, a line by its mark, its file and row (spec 7.4)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from application.ports import Market, Recorded
from application.time_travel import LearntRow, TimeTravel, Version
from domain.mark import MarkQuality, MarkSource
from domain.portfolio import Portfolio
from domain.position import Position
from domain.position_import import ImportSource

_OF_CLOSES = frozenset({MarkSource.CLOSE, MarkSource.CARRIED, MarkSource.MODEL})


_TOLD = (
    *("position_id", "symbol", "quantity", "market_value", "pnl"),
    *("mark_price", "mark_on", "mark_source", "mark_quality", "mark_provider"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """Who said that a position is held: the event, and of an import the file and its line."""

    position: Position
    event: Recorded
    file: ImportSource | None
    row: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LineManifest:
    """A line of a valuation and where it comes from; amounts in USD.

    `learnt` is the row of the price book that its mark is of, for an option that of its underlying;
    None where it is of no close.
    """

    position_id: UUID
    symbol: str
    quantity: Decimal
    market_value: Decimal
    pnl: Decimal
    mark_price: Decimal
    mark_on: date
    mark_source: MarkSource
    mark_quality: MarkQuality
    mark_provider: str | None
    learnt: LearntRow | None
    statement: Statement


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """A version of a day with its lines; NAV is cash and what the lines are worth."""

    version: Version
    lines: Sequence[LineManifest]


@dataclass(frozen=True, slots=True)
class Manifests:
    """Traces the figures of a day to events, prices and files."""

    travel: TimeTravel

    def of(
        self, portfolio_id: UUID, market: Market, session: date, number: int | None = None
    ) -> Manifest | None:
        """That of a version of a day, of the latest without a number; None where there is none."""
        version = self.travel.version(portfolio_id, session, number)
        if version is None:
            return None
        snapshot = version.snapshot
        statements = dict(self._statements(portfolio_id, snapshot.portfolio_version))
        lines = [dict(zip(_TOLD, row, strict=True)) for row in snapshot.lines.rows(*_TOLD)]
        closes = {
            line["position_id"]: (_priced_by(line, statements), line["mark_on"])
            for line in lines
            if line["mark_source"] in _OF_CLOSES
        }
        learnt = self.travel.rows.known(market, sorted(set(closes.values())), snapshot.prices_known)
        return Manifest(
            version=version,
            lines=[
                LineManifest(
                    **line,
                    learnt=learnt.get(closes.get(line["position_id"], ("", date.min))),
                    statement=statements[line["position_id"]],
                )
                for line in lines
            ],
        )

    def _statements(self, portfolio_id: UUID, up_to: int) -> Iterator[tuple[UUID, Statement]]:
        """Of each position the event that opened it, up to a version of the portfolio."""
        for recorded in self.travel.log.history([portfolio_id]):
            if recorded.version > up_to:
                return
            event = recorded.event
            if isinstance(event, Portfolio.PositionsImported):
                for one in event.positions:
                    stated = Statement(position=one, event=recorded, file=event.source, row=one.row)
                    yield one.position_id, stated
            elif isinstance(event, Portfolio.PositionOpened):
                one = event.position
                stated = Statement(position=one, event=recorded, file=None, row=None)
                yield one.position_id, stated


def _priced_by(line: Mapping[str, Any], statements: Mapping[UUID, Statement]) -> str:
    """The symbol whose close a mark is of: of an option that of its underlying."""
    symbol: str = line["symbol"]
    if line["mark_source"] is not MarkSource.MODEL:
        return symbol
    return statements[line["position_id"]].position.underlying or symbol
