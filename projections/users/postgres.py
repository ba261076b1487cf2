"""The users room in PostgreSQL."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from psycopg import sql

from projections.room import Room
from projections.row_table import Pool, RowTable
from projections.users import projector
from projections.users.view import UserFilter, UserRow

TABLE = RowTable("users", UserRow, key=["user_id"], indexes=[["created_at", "user_id"]])
ROOM = Room("users", 2, projector.FED_BY, TABLE, projector.keys, projector.fold)
_SEVERAL = TABLE.query(sql.SQL("WHERE user_id = ANY(%s)"))
_FILTER = sql.SQL(
    "WHERE strpos(lower(email), lower(%s)) > 0"
    " AND (%s::boolean IS NULL OR (portfolio_count > 0) = %s)"
    " AND (%s::timestamptz IS NULL OR created_at >= %s)"
    " AND (%s::timestamptz IS NULL OR created_at <= %s)"
)
_PAGE = TABLE.query(_FILTER + sql.SQL(" ORDER BY created_at, user_id LIMIT %s OFFSET %s"))
_COUNT = sql.SQL("SELECT count(*) FROM {} {}").format(TABLE.qualified, _FILTER).as_bytes()


@dataclass(frozen=True, slots=True)
class UsersRoom:
    """Answers of the users room."""

    pool: Pool

    def one(self, user_id: UUID) -> UserRow | None:
        """The user of that id."""
        return self.several([user_id]).get(user_id)

    def several(self, user_ids: Sequence[UUID]) -> Mapping[UUID, UserRow]:
        """Those of the users that exist, by id, in one statement."""
        with self.pool.reading() as connection:
            rows = TABLE.select(connection, _SEVERAL, [list(user_ids)])
        return {row.user_id: row for row in rows}

    def page(self, wanted: UserFilter, limit: int, offset: int) -> tuple[Sequence[UserRow], int]:
        """Up to `limit` of the users, oldest first, and how many there are in all."""
        values = [
            wanted.email,
            *(wanted.has_portfolio,) * 2,
            *(wanted.created_from,) * 2,
            *(wanted.created_to,) * 2,
        ]
        with self.pool.reading() as connection:
            rows = TABLE.select(connection, _PAGE, [*values, limit, offset])
            found = connection.execute(_COUNT, values).fetchone()
        return rows, int(found[0]) if found else 0
