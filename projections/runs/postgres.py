"""The runs room in PostgreSQL."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import msgspec
from psycopg import sql

from domain.calculation_run import RunStatus
from projections.room import Room
from projections.row_table import Pool, RowTable, count_in_all
from projections.runs import projector
from projections.runs.view import RunRow, Tally

TABLE = RowTable(
    "runs", RunRow, key=["run_id"], indexes=[["portfolio_ids"], ["requested_at"], ["status"]]
)
ROOM = Room("runs", 2, projector.FED_BY, TABLE, projector.keys, projector.fold)
_OF_PORTFOLIO = sql.SQL("WHERE portfolio_ids @> %s::jsonb")
_WHOLES = sql.SQL("WHERE part_of IS NULL")
_OF_STATUS = sql.SQL("WHERE part_of IS NULL AND status = %s")
_PARTS = sql.SQL("WHERE part_of = %s")
_LIVE = sql.SQL("WHERE status IN ('queued', 'running')")
_NEWEST = sql.SQL("ORDER BY requested_at DESC, run_id LIMIT %s OFFSET %s")
_OLDEST = sql.SQL("ORDER BY requested_at, run_id")
_LATEST_OF = TABLE.query(
    sql.SQL(" ").join([_OF_PORTFOLIO, sql.SQL("ORDER BY requested_at DESC, run_id LIMIT 1")])
)
_BY_ID = TABLE.query(sql.SQL("WHERE run_id = ANY(%s)"))
_ALL_LIVE = TABLE.query(sql.SQL(" ").join([_LIVE, _OLDEST]))
_LIVE_IDS = sql.SQL("SELECT run_id FROM {} {} AND portfolio_ids @> %s::jsonb {}").format(
    TABLE.qualified, _LIVE, _OLDEST
)
_BY_STATUS = sql.SQL(
    "SELECT status, count(*), coalesce(sum(valued), 0)::bigint,"
    " coalesce(sum(restated), 0)::bigint FROM {} {} AND requested_at >= %s GROUP BY status"
).format(TABLE.qualified, _WHOLES)
_DURATIONS = sql.SQL(
    "SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds), max(seconds),"
    " max(finished_at) FILTER (WHERE status IN ('completed', 'partial')) FROM"
    " (SELECT *, extract(epoch FROM finished_at - started_at)::double precision AS seconds"
    " FROM {} {} AND requested_at >= %s AND finished_at IS NOT NULL) AS ended"
).format(TABLE.qualified, _WHOLES)


@dataclass(frozen=True, slots=True)
class RunsRoom:
    """Answers of the runs room."""

    pool: Pool

    def one(self, run_id: UUID) -> RunRow | None:
        """The run of that id."""
        rows = self.several([run_id])
        return rows[0] if rows else None

    def several(self, run_ids: Sequence[UUID]) -> Sequence[RunRow]:
        """Those of the runs that exist."""
        with self.pool.reading() as connection:
            return TABLE.select(connection, _BY_ID, [list(run_ids)])

    def of_portfolio(
        self, portfolio_id: UUID, limit: int, offset: int
    ) -> tuple[Sequence[RunRow], int]:
        """A page of a portfolio's runs, newest first, and how many there are in all."""
        return self._page(_OF_PORTFOLIO, [_contains(portfolio_id)], limit, offset)

    def latest_of(self, portfolio_id: UUID) -> RunRow | None:
        """The newest of a portfolio's runs."""
        with self.pool.reading() as connection:
            rows = TABLE.select(connection, _LATEST_OF, [_contains(portfolio_id)])
        return rows[0] if rows else None

    def wholes(
        self, limit: int, offset: int, status: RunStatus | None = None
    ) -> tuple[Sequence[RunRow], int]:
        """A page of all runs but the parts of others, newest first, and how many there are."""
        if status is not None:
            return self._page(_OF_STATUS, [status.value], limit, offset)
        return self._page(_WHOLES, [], limit, offset)

    def parts(self, run_id: UUID, limit: int, offset: int) -> tuple[Sequence[RunRow], int]:
        """A page of the parts of a run over all accounts, newest first, and how many there are."""
        return self._page(_PARTS, [run_id], limit, offset)

    def all_live(self) -> Sequence[RunRow]:
        """The runs that are queued or running, parts too, oldest first."""
        with self.pool.reading() as connection:
            return TABLE.select(connection, _ALL_LIVE, [])

    def live(self, portfolio_id: UUID | None = None) -> Sequence[UUID]:
        """See `application.ports.LiveRuns.live`."""
        with self.pool.reading() as connection:
            rows = connection.execute(_LIVE_IDS, [_contains(portfolio_id)])
            return [run_id for (run_id,) in rows]

    def tally(self, since: datetime) -> Tally:
        """What runs requested since an instant (UTC) came to."""
        with self.pool.reading() as connection:
            counted = connection.execute(_BY_STATUS, [since]).fetchall()
            durations = connection.execute(_DURATIONS, [since]).fetchone()
        median, longest, last = durations or (None, None, None)
        return Tally(
            by_status={status: count for status, count, _, _ in counted},
            valued=sum(valued for _, _, valued, _ in counted),
            restated=sum(restated for *_, restated in counted),
            median_seconds=median,
            longest_seconds=longest,
            last_completed_at=last,
        )

    def _page(
        self, which: sql.SQL, given: Sequence[object], limit: int, offset: int
    ) -> tuple[Sequence[RunRow], int]:
        page = TABLE.query(sql.SQL(" ").join([which, _NEWEST]))
        count = sql.SQL("SELECT count(*) FROM {} {}").format(TABLE.qualified, which)
        with self.pool.reading() as connection:
            rows = TABLE.select(connection, page, [*given, limit, offset])
            return rows, count_in_all(connection, count, given, rows, (limit, offset))


def _contains(portfolio_id: UUID | None) -> str:
    """The json array that the portfolios of a run are to contain: any does the empty one."""
    return msgspec.json.encode([portfolio_id] if portfolio_id else []).decode()
