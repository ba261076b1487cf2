"""By what each table is divided among shards: its account, its user, or why by neither.

docs/scaling.md argues it table by table.
"""

from pathlib import Path

import pytest

from tests.support.programs import connect_owner

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "scaling.md"
COLUMNS = frozenset({"portfolio_id", "user_id"})

EXCEPTIONS = {
    "audit.chain": "a chain is of one log",
    "audit.checkpoints": "they sign the chain of one log",
    "book.closes": "the same for all: a copy on every node",
    "book.corporate_actions": "the same for all: a copy on every node",
    "book.securities": "the same for all: a copy on every node",
    "book.sessions": "the same for all: a copy on every node",
    "credentials.failed_logins": "counted before anybody is known, by digests of what was typed",
    "events.stored_events": "a log is a shard; within it a stream is found by its id",
    "imports.kept_uploads": "owner_id is the user's id",
    "imports.rejected_rows": "found by the import's id, beside the log of its account",
    "jobs.procrastinate_events": "the queue is of the workers of one log",
    "jobs.procrastinate_jobs": "the queue is of the workers of one log",
    "jobs.procrastinate_periodic_defers": "the queue is of the workers of one log",
    "jobs.procrastinate_workers": "the queue is of the workers of one log",
    "migrations.applied": "every database has its own",
    "operations.tallies": "sums of days, of each log its own, added up by who shows them",
    "rooms.activity": "sums of days, of each log its own, added up by who shows them",
    "rooms.invite_codes": "few rows, of nobody: a copy on every node",
    "rooms.progress": "how far the rooms of one log are",
    "rooms.runs": "of many accounts: portfolio_ids; a run of a shard has accounts of that shard",
    "rooms.symbol_measures": "of symbols, the same for all: a copy on every node",
    "upkeep.rebuilds": "rebuilds of the rooms of one log",
}

KEYS_TO_WIDEN = frozenset(
    {"rooms.audit_log", "rooms.cash_flows", "rooms.imports", "rooms.positions"}
)
"""Their keys lack the column, which a distributed table's has to have."""

_TABLES = """
    SELECT table_schema || '.' || table_name, array_agg(column_name::text)
    FROM information_schema.columns JOIN information_schema.tables
        USING (table_schema, table_name)
    WHERE table_type = 'BASE TABLE'
        AND table_schema NOT IN ('pg_catalog', 'information_schema')
    GROUP BY 1
"""
_KEYS = """
    SELECT indrelid::regclass::text, array_agg(attname::text)
    FROM pg_index JOIN pg_attribute ON attrelid = indrelid AND attnum = ANY(indkey)
    WHERE indisprimary GROUP BY 1
"""


@pytest.fixture
def tables(database: str) -> dict[str, set[str]]:
    """Every table of every schema, with its columns."""
    with connect_owner(database) as connection:
        found = connection.execute(_TABLES).fetchall()
    return {str(name): {*columns} for name, columns in found if isinstance(columns, list)}


@pytest.fixture
def keys(database: str) -> dict[str, set[str]]:
    """The columns of primary keys by table."""
    with connect_owner(database) as connection:
        found = connection.execute(_KEYS).fetchall()
    return {str(name): {*columns} for name, columns in found if isinstance(columns, list)}


def test_every_table_is_of_an_account_or_a_user_or_says_why_not(
    tables: dict[str, set[str]],
) -> None:
    neither = {name for name, columns in tables.items() if columns.isdisjoint(COLUMNS)}
    assert neither == set(EXCEPTIONS)


def test_every_key_has_the_column_or_is_known_to_lack_it(
    tables: dict[str, set[str]], keys: dict[str, set[str]]
) -> None:
    divided = {name for name, columns in tables.items() if columns & COLUMNS}
    lacking = {name for name in divided if keys[name].isdisjoint(COLUMNS)}
    assert lacking == KEYS_TO_WIDEN


def test_the_document_argues_each(tables: dict[str, set[str]]) -> None:
    told = DOCUMENT.read_text("utf-8")
    assert {name for name in tables if f"`{name}`" not in told} == set()
