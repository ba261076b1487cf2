"""Which schemas a backup has: what the owner keeps for the application.

The application's role was let in by name and does not own them; what is open to all is of others.
What it owns, the rooms, follows from the events; which migrations were applied is told beside the
dump.
"""

import psycopg

from infrastructure.postgres import APP_ROLE

_KEPT = (
    "SELECT nspname FROM pg_namespace JOIN pg_roles app ON app.rolname = %s AND app.oid <> nspowner"
    " WHERE EXISTS (SELECT FROM aclexplode(nspacl)"
    " WHERE grantee = app.oid AND privilege_type = 'USAGE')"
    " AND nspname NOT IN ('public', 'migrations', 'information_schema')"
    " AND nspname NOT LIKE 'pg\\_%%' ORDER BY nspname"
)
_OWNED = (
    "SELECT nspname FROM pg_namespace JOIN pg_roles app ON app.oid = nspowner"
    " WHERE app.rolname = %s ORDER BY nspname"
)


def kept_schemas(connection: psycopg.Connection) -> list[str]:
    """The schemas with what nothing else could tell."""
    return [name for (name,) in connection.execute(_KEPT, [APP_ROLE]).fetchall()]


def derived_schemas(connection: psycopg.Connection) -> list[str]:
    """The schemas with what follows from the events."""
    return [name for (name,) in connection.execute(_OWNED, [APP_ROLE]).fetchall()]
