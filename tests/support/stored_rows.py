"""What a database holds and what it is made of, to be compared with another."""

import psycopg
from psycopg import sql

from tests.support.programs import connect_owner

_TABLES = (
    "SELECT schemaname, tablename FROM pg_tables WHERE schemaname NOT IN"
    " ('pg_catalog', 'information_schema', 'rooms', 'migrations') ORDER BY 1, 2"
)
_CATALOGUE = (
    "SELECT 'schema', nspname, nspowner::regrole::text, nspacl::text FROM pg_namespace"
    " WHERE nspname NOT LIKE 'pg\\_%'",
    "SELECT relkind::text, oid::regclass::text, relowner::regrole::text, relacl::text FROM pg_class"
    " WHERE relnamespace::regnamespace::text NOT LIKE 'pg\\_%' AND relname NOT LIKE 'pg\\_toast%'"
    " AND relnamespace::regnamespace::text NOT IN ('information_schema', 'rooms')",
    "SELECT 'column', attrelid::regclass::text, attname, attacl::text FROM pg_attribute"
    " WHERE attacl IS NOT NULL AND attrelid::regclass::text NOT LIKE 'pg\\_%'",
    "SELECT 'function', oid::regprocedure::text, proowner::regrole::text, proacl::text,"
    " md5(pg_get_functiondef(oid)) FROM pg_proc"
    " WHERE pronamespace::regnamespace::text NOT IN ('pg_catalog', 'information_schema')",
    "SELECT 'trigger', tgrelid::regclass::text, tgname, tgenabled::text FROM pg_trigger"
    " WHERE NOT tgisinternal",
    "SELECT 'index', schemaname, indexname, indexdef FROM pg_indexes"
    " WHERE schemaname NOT IN ('pg_catalog', 'rooms')",
    "SELECT 'sequence', schemaname, sequencename, last_value FROM pg_sequences",
)


def rows_of(database_url: str) -> dict[str, list[str]]:
    """The rows of each table but the rooms', as text."""
    with connect_owner(database_url) as owner:
        return {
            f"{schema}.{table}": _rows(owner, sql.Identifier(str(schema), str(table)))
            for schema, table in owner.execute(_TABLES).fetchall()
        }


def catalogue_of(database_url: str) -> set[tuple[object, ...]]:
    """Schemas, tables, functions, triggers, indexes and sequences, with owners and rights."""
    with connect_owner(database_url) as owner:
        return {row for query in _CATALOGUE for row in owner.execute(query).fetchall()}


def _rows(owner: "psycopg.Connection[tuple[object, ...]]", table: sql.Identifier) -> list[str]:
    rows = owner.execute(sql.SQL("SELECT t::text FROM {} t").format(table)).fetchall()
    return sorted(str(row[0]) for row in rows)
