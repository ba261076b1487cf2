"""What a room writes it reads back: each type of column, and nothing where there is nothing."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from enum import StrEnum
from uuid import UUID, uuid4

import msgspec
import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from infrastructure.postgres import Pool
from projections.row_table import Excerpt, RowTable, count_in_all


class Colour(StrEnum):
    """A choice, kept as its text."""

    RED = "red"
    BLUE = "sky blue"


class Part(msgspec.Struct, frozen=True):
    """Something inside a row, kept as JSON."""

    price: Decimal
    on: date
    colour: Colour | None = None


class AllRow(msgspec.Struct, frozen=True):
    """A row with a column of each kind, and each kind that may be missing."""

    key: UUID
    text: str
    whole: int
    flag: bool
    real: float
    money: Decimal
    day: date
    instant: datetime
    colour: Colour
    parts: tuple[Part, ...]
    counts: dict[str, int]
    key_or: UUID | None
    text_or: str | None
    whole_or: int | None
    flag_or: bool | None
    real_or: float | None
    money_or: Decimal | None
    day_or: date | None
    instant_or: datetime | None
    colour_or: Colour | None
    part_or: Part | None


class PairRow(msgspec.Struct, frozen=True):
    """A row whose key has two columns."""

    owner: UUID
    day: date
    note: str


ALL = RowTable("all_kinds", AllRow, key=["key"], indexes=[["text", "day"]])
PAIRS = RowTable("pairs", PairRow, key=["owner", "day"])
FULL = AllRow(
    key=UUID(int=1),
    text="Ünïcode, 'quoted' \\ \"twice\" {and} NULL",
    whole=-(2**62),
    flag=True,
    real=0.1,
    money=Decimal("-12345678901234567890.123456789"),
    day=date(2012, 2, 29),
    instant=datetime(2024, 1, 2, 15, 4, 5, 678901, tzinfo=UTC),
    colour=Colour.BLUE,
    parts=(Part(Decimal("1.10"), date(2012, 6, 29), Colour.RED), Part(Decimal(0), date.min)),
    counts={"long": 2, "short": -1},
    key_or=UUID(int=2),
    text_or="",
    whole_or=0,
    flag_or=False,
    real_or=-1.5e300,
    money_or=Decimal("0.00"),
    day_or=date.max,
    instant_or=datetime(1999, 12, 31, 23, 59, 59, tzinfo=UTC),
    colour_or=Colour.RED,
    part_or=Part(Decimal("580.07"), date(2012, 6, 29)),
)
BARE = msgspec.structs.replace(
    FULL,
    key=UUID(int=3),
    text="",
    parts=(),
    counts={},
    **{name: None for name in AllRow.__struct_fields__ if name.endswith("_or")},
)


@pytest.fixture
def tables(pool: Pool) -> Pool:
    """Connections to a database with the two tables, empty."""
    with pool.connection() as connection:
        ALL.create(connection)
        PAIRS.create(connection)
    return pool


@pytest.mark.parametrize("rows", [[FULL], [BARE], [FULL, BARE], [BARE, FULL]])
def test_every_kind_of_column_comes_back_as_it_went(tables: Pool, rows: list[AllRow]) -> None:
    assert through(tables, rows) == rows


def test_a_decimal_keeps_its_digits_and_an_instant_its_moment(tables: Pool) -> None:
    zoned = datetime(2024, 1, 2, 10, 4, tzinfo=timezone(timedelta(hours=-5)))
    (row,) = through(tables, [msgspec.structs.replace(FULL, instant=zoned)])
    assert (str(row.money), str(row.money_or)) == ("-12345678901234567890.123456789", "0.00")
    assert row.instant == zoned
    assert row.instant.utcoffset() is not None
    assert type(row.colour) is Colour


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_any_rows_come_back_as_they_went(tables: Pool, data: st.DataObject) -> None:
    text = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))
    money = st.decimals(allow_nan=False, allow_infinity=False, places=6)
    texts = data.draw(st.lists(st.tuples(text, st.none() | text, money, st.none() | money)))
    rows = [
        msgspec.structs.replace(BARE, key=uuid4(), text=a, text_or=b, money=c, money_or=d)
        for a, b, c, d in texts
    ]
    assert through(tables, rows) == rows


def test_a_row_is_replaced_by_the_next_of_its_key(tables: Pool) -> None:
    first = PairRow(UUID(int=1), date(2024, 1, 2), "first")
    second = PairRow(UUID(int=1), date(2024, 1, 2), "second")
    with tables.connection() as connection:
        PAIRS.store(connection, [first])
        PAIRS.store(connection, [second, PairRow(UUID(int=1), date(2024, 1, 3), "other")])
        loaded = PAIRS.load(connection, [PAIRS.key_of(first), (UUID(int=9), date(2024, 1, 2))])
    assert loaded == {(UUID(int=1), date(2024, 1, 2)): second}


def test_no_keys_and_no_rows_are_nothing_to_do(tables: Pool) -> None:
    with tables.connection() as connection:
        PAIRS.store(connection, [])
        assert PAIRS.load(connection, []) == {}


def test_keys_named_twice_are_loaded_once(tables: Pool) -> None:
    row = PairRow(UUID(int=1), date(2024, 1, 2), "once")
    with tables.connection() as connection:
        PAIRS.store(connection, [row])
        assert PAIRS.load(connection, [PAIRS.key_of(row)] * 3) == {PAIRS.key_of(row): row}


def test_creating_a_table_empties_the_one_that_was_there(tables: Pool) -> None:
    with tables.connection() as connection:
        ALL.store(connection, [FULL])
        ALL.create(connection)
        assert ALL.load(connection, [(FULL.key,)]) == {}


def test_what_may_be_missing_is_the_only_thing_that_may(tables: Pool) -> None:
    broken = msgspec.structs.replace(FULL, key=uuid4(), text=None)
    with pytest.raises(psycopg.errors.NotNullViolation), tables.connection() as connection:
        ALL.store(connection, [broken])


def through(pool: Pool, rows: list[AllRow]) -> list[AllRow]:
    """The rows as the database gives them back, in the order given."""
    with pool.connection() as connection:
        ALL.store(connection, rows)
        loaded = ALL.load(connection, [(row.key,) for row in rows])
    return [loaded[row.key,] for row in rows]


class NoteRow(msgspec.Struct, frozen=True):
    """A part of the second row: its note, which is not read."""

    owner: UUID
    day: date
    note: str | None


class TestExcerpt:
    """Some columns of a table's rows, without the rest."""

    def test_what_is_not_read_stays_until_it_is_written(self, tables: Pool) -> None:
        first, second = (PairRow(UUID(int=1), date(2024, 1, n), "as it was") for n in (2, 3))
        notes = Excerpt(PAIRS, NoteRow, unread=["note"])
        with tables.connection() as connection:
            PAIRS.store(connection, [first, second])
            read = notes.load(connection, [PAIRS.key_of(first), PAIRS.key_of(second)])
            one, other = read.values()
            notes.store(connection, [one, msgspec.structs.replace(other, note="anew")])
            rows = PAIRS.load(connection, list(read))
        assert {row.note for row in read.values()} == {None}
        assert sorted(row.note for row in rows.values()) == ["anew", "as it was"]
        assert rows[one.owner, one.day].note == "as it was"

    def test_columns_that_are_read_are_read_and_written(self, tables: Pool) -> None:
        row = PairRow(UUID(int=1), date(2024, 1, 2), "as it was")
        notes = Excerpt(PAIRS, NoteRow)
        with tables.connection() as connection:
            PAIRS.store(connection, [row])
            (read,) = notes.load(connection, [PAIRS.key_of(row)]).values()
            notes.store(connection, [msgspec.structs.replace(read, note=f"not {read.note}")])
            (stored,) = PAIRS.load(connection, [PAIRS.key_of(row)]).values()
        assert stored.note == "not as it was"

    def test_a_row_that_is_not_there_is_passed_over(self, tables: Pool) -> None:
        key = (UUID(int=9), date(2024, 1, 2))
        with tables.connection() as connection:
            Excerpt(PAIRS, NoteRow).store(connection, [NoteRow(*key, "nobody's")])
            assert PAIRS.load(connection, [key]) == {}


def test_json_kept_verbatim_comes_back_as_it_went(pool: Pool) -> None:
    table = RowTable("verbatim", AllRow, key=["key"], verbatim=["parts", "part_or"])
    with pool.connection() as connection:
        table.create(connection)
        table.store(connection, [FULL, BARE])
        rows = table.load(connection, [(FULL.key,), (BARE.key,)])
    assert list(rows.values()) in ([FULL, BARE], [BARE, FULL])


@pytest.mark.parametrize(
    ("page", "bounds", "told"),
    [
        ([1, 2], (3, 0), 2),  # the page tells
        ([], (3, 0), 0),
        ([4, 5], (3, 3), 5),
        ([1, 2, 3], (3, 0), 7),  # there may be more
        ([], (3, 9), 7),  # beyond the end
    ],
)
def test_rows_are_counted_where_the_page_does_not_tell(
    pool: Pool, page: list[int], bounds: tuple[int, int], told: int
) -> None:
    with pool.reading() as connection:
        assert count_in_all(connection, b"SELECT 7 WHERE %s", [True], page, bounds) == told
