"""The rooms in memory: the real folds, fed as the real machinery feeds them, and whom to ask."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from random import Random
from typing import Any
from uuid import UUID

import msgspec

from application.ports import EventLog, Market, Recorded
from application.staleness import LatestValuation
from domain.calculation_run import RunStatus
from interfaces.rooms import ROOMS
from projections.portfolios.view import PortfolioRow
from projections.positions.view import PositionRow
from projections.room import Brief, Room
from projections.row_table import Key
from projections.runs.view import RunRow
from projections.valuations.view import ValuationRow
from tests.simulator.database import Database

Rows = dict[Key, Any]
MOST_IN_A_PAGE = 40


@dataclass(slots=True)
class InMemoryRooms:
    """Implements `application.ports.Rooms`; pages are as long as the dice say.

    While `lags` is set the rooms are not brought up to date in time.
    """

    database: Database
    log: EventLog
    dice: Random
    rooms: Sequence[Room[Any]] = ROOMS
    lags: bool = False
    apply: Callable[[Room[Any], Rows, Sequence[Recorded]], None] = field(
        default_factory=lambda: apply_page
    )

    def catch_up(
        self, position: int, names: Iterable[str] | None = None, timeout_s: float = 2.0
    ) -> bool:
        """See `Rooms.catch_up`; by default every room is, though nobody waits for some."""
        if self.lags:
            return False
        wanted = {room.name for room in self.rooms} if names is None else set(names)
        while behind := self._farthest_behind(wanted, position):
            page = self.log.read(self._reached(behind[0]), self.dice.randint(1, MOST_IN_A_PAGE))
            for room in behind:
                self.apply(room, self.rows(room.name), page)
                self.database.room_positions[room.name] = page[-1].position
        return True

    def rows(self, name: str) -> Rows:
        """The rows of a room, by key."""
        return self.database.room_rows.setdefault(name, {})

    def _farthest_behind(self, names: Collection[str], position: int) -> list[Room[Any]]:
        """Those of the rooms that are as far behind as any: they are fed together."""
        rooms = [room for room in self.rooms if room.name in names]
        least = min((self._reached(room) for room in rooms), default=position)
        return [room for room in rooms if self._reached(room) == least < position]

    def _reached(self, room: Room[Any]) -> int:
        return self.database.room_positions.get(room.name, 0)


def apply_page(room: Room[Any], table: Rows, events: Sequence[Recorded]) -> None:
    """Feed a page to a room: it sees the rows that the events name, and no other.

    As `projections.catch_up` does it, excerpts of rows included.
    """
    relevant = [recorded for recorded in events if type(recorded.event) in room.fed_by]
    brief = room.brief
    if brief and any(type(recorded.event) not in brief.fed_by for recorded in relevant):
        brief = None
    keys = {key for recorded in relevant for key in room.keys(recorded)}
    rows = {key: _read(table[key], brief) for key in keys if key in table}
    for recorded in relevant:
        room.fold(rows, recorded)
    for key, row in rows.items():
        if brief is None:
            table[key] = row
        elif key in table:
            table[key] = _updated(table[key], row, brief)


def folded(room: Room[Any], rows: Rows, events: Iterable[Recorded]) -> None:
    """Fold events one by one into rows that are all at hand: what a room has to equal."""
    for recorded in events:
        if type(recorded.event) in room.fed_by:
            room.fold(rows, recorded)


def _read(row: Any, brief: Brief | None) -> Any:
    """A row as the fold gets it: whole, or without the columns that are only written."""
    if brief is None:
        return row
    kind = brief.columns.row_type
    names = [column.name for column in brief.columns.columns]
    unread = brief.columns.unread
    return kind(**{name: None if name in unread else getattr(row, name) for name in names})


def _updated(row: Any, excerpt: Any, brief: Brief) -> Any:
    """A row with what was written to an excerpt of it."""
    unread = brief.columns.unread
    told = msgspec.structs.asdict(excerpt).items()
    return msgspec.structs.replace(
        row, **{name: value for name, value in told if name not in unread or value is not None}
    )


@dataclass(frozen=True, slots=True)
class AskedRooms:
    """Implements `Accounts`, `LiveRuns`, `Valued`, `Holders` and `ValuedDays` on the rows."""

    rooms: InMemoryRooms

    def active(
        self,
        market: Market,
        not_valued_on: date | None = None,
        opened_before: datetime | None = None,
    ) -> Sequence[UUID]:
        """See `Accounts.active`."""
        return [
            row.portfolio_id
            for row in self._accounts(market)
            if (
                not_valued_on is None
                or row.valuation_on is None
                or row.valuation_on < not_valued_on
            )
            and (opened_before is None or row.created_at < opened_before)
        ]

    def live(self, portfolio_id: UUID | None = None) -> Sequence[UUID]:
        """See `LiveRuns.live`."""
        runs: Iterable[RunRow] = self.rooms.rows("runs").values()
        live = [
            run
            for run in runs
            if run.status in (RunStatus.QUEUED, RunStatus.RUNNING)
            and (portfolio_id is None or portfolio_id in run.portfolio_ids)
        ]
        return [run.run_id for run in sorted(live, key=lambda run: (run.requested_at, run.run_id))]

    def behind(
        self, market: Market, session: date, row: int, changed_before: datetime | None
    ) -> Sequence[tuple[LatestValuation, int]]:
        """See `Valued.behind`."""
        return [
            (_latest(one, session), one.version)
            for one in self._accounts(market)
            if one.valuation_on == session
            and (one.version > one.valued_version or one.prices_known < row)
            and (changed_before is None or one.updated_at < changed_before)
        ]

    def holders(self, symbols: Sequence[str]) -> Sequence[tuple[UUID, str]]:
        """See `Holders.holders`."""
        positions: Iterable[PositionRow] = self.rooms.rows("positions").values()
        found = {
            (row.portfolio_id, symbol)
            for row in positions
            for symbol in symbols
            if symbol in (row.symbol, row.underlying) and not (row.is_reverted or row.is_removed)
        }
        return sorted(found)

    def days(self, portfolio_id: UUID, first: date, last: date) -> Sequence[ValuationRow]:
        """See `ValuedDays.days`: from the latest day on that is an opening."""
        valued: Iterable[ValuationRow] = self.rooms.rows("valuations").values()
        own = sorted(
            (row for row in valued if row.portfolio_id == portfolio_id), key=lambda row: row.session
        )
        opened = max((row.session for row in own if row.opening), default=date.min)
        return [row for row in own if max(first, opened) <= row.session <= last]

    def net_asset_value_of(self, owner_id: UUID) -> Decimal:
        """See `PortfoliosRoom.net_asset_value_of`."""
        rows: Iterable[PortfolioRow] = self.rooms.rows("portfolios").values()
        own = (row for row in rows if row.owner_id == owner_id and row.is_active)
        return sum((row.net_asset_value or Decimal(0) for row in own), Decimal(0))

    def _accounts(self, market: Market) -> list[PortfolioRow]:
        rows: Iterable[PortfolioRow] = self.rooms.rows("portfolios").values()
        some = [row for row in rows if row.price_source == market and row.is_active]
        return sorted(some, key=lambda row: (row.created_at, row.portfolio_id))


def _latest(row: PortfolioRow, session: date) -> LatestValuation:
    return LatestValuation(
        portfolio_id=row.portfolio_id,
        market=row.market,
        session=session,
        portfolio_version=row.valued_version,
        prices_known=row.prices_known,
    )
