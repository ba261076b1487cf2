"""The audit_log room in PostgreSQL."""

from collections.abc import Sequence
from dataclasses import dataclass

from msgspec.structs import asdict
from psycopg import sql

from projections.audit_log import projector
from projections.audit_log.view import AuditFilter, AuditRow
from projections.room import Room
from projections.row_table import Pool, RowTable

_FOUND_BY = ("aggregate_id", "kind", "actor", "portfolio_id", "user_id")
TABLE = RowTable(
    "audit_log",
    AuditRow,
    key=["position"],
    indexes=[*([name, "position"] for name in _FOUND_BY), ["recorded_at"]],
)
ROOM = Room(
    "audit_log", 1, projector.FED_BY, TABLE, projector.keys, projector.fold, is_awaited=False
)
_CONDITIONS = {
    **{
        name: sql.SQL("{} = {}").format(sql.Identifier(name), sql.Placeholder(name))
        for name in _FOUND_BY
    },
    "recorded_from": sql.SQL("recorded_at >= %(recorded_from)s"),
    "recorded_to": sql.SQL("recorded_at < %(recorded_to)s"),
}
_ONWARDS = (sql.SQL("position > %(after)s"), sql.SQL("ORDER BY position LIMIT %(limit)s"))
_BACKWARDS = (sql.SQL("position < %(after)s"), sql.SQL("ORDER BY position DESC LIMIT %(limit)s"))
_BEYOND = 2**63 - 1


@dataclass(frozen=True, slots=True)
class AuditLogRoom:
    """Answers of the audit_log room."""

    pool: Pool

    def onwards(self, wanted: AuditFilter, after: int, limit: int) -> Sequence[AuditRow]:
        """Up to `limit` events above a position, oldest first; none between them is left out."""
        return self._page(wanted, _ONWARDS, after, limit)

    def backwards(self, wanted: AuditFilter, before: int | None, limit: int) -> Sequence[AuditRow]:
        """Up to `limit` events below a position, or from the end, newest first."""
        return self._page(wanted, _BACKWARDS, _BEYOND if before is None else before, limit)

    def latest(self, kind: str) -> AuditRow | None:
        """The last event of a kind."""
        rows = self.backwards(AuditFilter(kind=kind), None, 1)
        return rows[0] if rows else None

    def _page(
        self, wanted: AuditFilter, way: tuple[sql.SQL, sql.SQL], after: int, limit: int
    ) -> Sequence[AuditRow]:
        given = {name: value for name, value in asdict(wanted).items() if value is not None}
        bound, order = way
        where = sql.SQL(" AND ").join([bound, *(_CONDITIONS[name] for name in given)])
        query = TABLE.query(sql.SQL("WHERE {} {}").format(where, order))
        with self.pool.reading() as connection:
            return TABLE.select(connection, query, {**given, "after": after, "limit": limit})
