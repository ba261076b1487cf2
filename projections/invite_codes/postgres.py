"""The invite codes room in PostgreSQL."""

from collections.abc import Sequence
from dataclasses import dataclass

from psycopg import sql

from projections.invite_codes import projector
from projections.invite_codes.view import InviteRow
from projections.room import Room
from projections.row_table import Pool, RowTable

TABLE = RowTable("invite_codes", InviteRow, key=["invite_id"])
ROOM = Room("invite_codes", 1, projector.FED_BY, TABLE, projector.keys, projector.fold)
_NEWEST = TABLE.query(sql.SQL("ORDER BY issued_at DESC, invite_id LIMIT %s OFFSET %s"))
_COUNT = sql.SQL("SELECT count(*) FROM {}").format(TABLE.qualified)


@dataclass(frozen=True, slots=True)
class InviteCodesRoom:
    """Answers of the invite codes room."""

    pool: Pool

    def page(self, limit: int, offset: int) -> tuple[Sequence[InviteRow], int]:
        """A page of all codes, newest first, and how many there are."""
        with self.pool.reading() as connection:
            rows = TABLE.select(connection, _NEWEST, [limit, offset])
            counted = connection.execute(_COUNT).fetchone()
        return rows, counted[0] if counted else 0
