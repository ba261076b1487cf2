"""The runs room in PostgreSQL."""

from dataclasses import dataclass
from uuid import UUID

from psycopg import sql

from projections.room import Room
from projections.row_table import Pool, RowTable
from projections.runs import projector
from projections.runs.view import RunRow

TABLE = RowTable("runs", RunRow, key=["run_id"])
ROOM = Room("runs", 1, projector.FED_BY, TABLE, projector.keys, projector.fold)
_ONE = TABLE.query(sql.SQL("WHERE run_id = %s"))


@dataclass(frozen=True, slots=True)
class RunsRoom:
    """Answers of the runs room."""

    pool: Pool

    def one(self, run_id: UUID) -> RunRow | None:
        """The run of that id."""
        with self.pool.reading() as connection:
            rows = TABLE.select(connection, _ONE, [run_id])
        return rows[0] if rows else None
