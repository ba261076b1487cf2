"""The users room in PostgreSQL."""

from dataclasses import dataclass
from uuid import UUID

from psycopg import sql

from projections.room import Room
from projections.row_table import Pool, RowTable
from projections.users import projector
from projections.users.view import UserRow

TABLE = RowTable("users", UserRow, key=["user_id"])
ROOM = Room("users", 1, projector.FED_BY, TABLE, projector.keys, projector.fold)
_ONE = TABLE.query(sql.SQL("WHERE user_id = %s"))


@dataclass(frozen=True, slots=True)
class UsersRoom:
    """Answers of the users room."""

    pool: Pool

    def one(self, user_id: UUID) -> UserRow | None:
        """The user of that id."""
        with self.pool.reading() as connection:
            rows = TABLE.select(connection, _ONE, [user_id])
        return rows[0] if rows else None
