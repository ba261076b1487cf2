"""What was imported into a portfolio, and what did it assume?"""

from datetime import date
from uuid import UUID

from msgspec.structs import replace

from domain.position_import import ImportMode
from infrastructure.postgres import Pool
from projections.imports.postgres import ROOM, TABLE, ImportsRoom
from projections.imports.view import ImportRow
from tests.projections.imported_files import ACCOUNT, FiledAccount, eventful, source_of
from tests.support.events import number, stated
from tests.support.rooms import folded, minute

SOURCE = source_of("first")
FIRST = ImportRow(
    import_id=number("first"),
    portfolio_id=ACCOUNT,
    version=2,
    mode=ImportMode.ADD,
    source_format="schwab",
    file_name="first.csv",
    sha256=SOURCE.sha256,
    account="…789",
    quantities_as_of=date(2012, 6, 29),
    positions=2,
    closings=0,
    assumptions=SOURCE.assumptions,
    left_out=SOURCE.left_out,
    is_reverted=False,
    reason=None,
    imported_at=minute(2),
    changed_at=minute(2),
)


def test_an_import_says_what_the_file_was_and_what_it_assumed() -> None:
    assert row_of("first", two_lots()) == FIRST


def test_an_import_counts_what_it_opened_and_what_it_closed() -> None:
    row = row_of("second", two_lots().replace("second", stated("GOOG", "40"), stated("IBM", "1")))
    assert (row.mode, row.positions, row.closings) == (ImportMode.REPLACE, 1, 2)


def test_a_reverted_import_says_since_when_and_why() -> None:
    row = row_of("first", two_lots().revert("first", "last year's file"))
    assert row == replace(FIRST, is_reverted=True, reason="last year's file", changed_at=minute(3))


def test_a_restored_import_counts_again_and_has_no_reason_any_more() -> None:
    row = row_of("first", two_lots().revert("first").restore("first"))
    assert row == replace(FIRST, changed_at=minute(4))


def test_what_is_reverted_in_the_room_is_what_the_portfolio_takes_for_reverted() -> None:
    account = eventful()
    rows = folded(ROOM, account.told().recorded).values()
    reverted = {row.import_id for row in rows if row.is_reverted}
    assert reverted == set(account.portfolio.holdings.reverted) == {number("third")}
    assert {row.import_id for row in rows} == set(account.portfolio.holdings.imports)


def test_imports_of_a_portfolio_are_listed_in_pages_newest_first(pool: Pool) -> None:
    """Also where they came at the same instant."""
    mine = [replace(FIRST, import_id=UUID(int=9 - n), version=n) for n in range(2, 7)]
    theirs = replace(FIRST, import_id=UUID(int=99), portfolio_id=number("another"))
    with pool.connection() as connection:
        TABLE.store(connection, [*mine, theirs])
    room, newest_first = ImportsRoom(pool), mine[::-1]
    assert room.of_portfolio(ACCOUNT, 2, 0) == (newest_first[:2], 5)
    assert room.of_portfolio(ACCOUNT, 10, 3) == (newest_first[3:], 5)
    assert room.of_portfolio(number("nobody's"), 10, 0) == ([], 0)


def test_an_import_is_found_in_its_own_portfolio_only(pool: Pool) -> None:
    with pool.connection() as connection:
        TABLE.store(connection, [FIRST])
    room = ImportsRoom(pool)
    assert room.one(ACCOUNT, FIRST.import_id) == FIRST
    assert room.one(number("another"), FIRST.import_id) is None
    assert room.one(ACCOUNT, number("unknown")) is None


def two_lots() -> FiledAccount:
    """An account that one file came into."""
    return FiledAccount().add("first", stated("GOOG", "100"), stated("SPY", "-10"))


def row_of(name: str, account: FiledAccount) -> ImportRow:
    """The row of a file after what happened to the account."""
    row: ImportRow = folded(ROOM, account.told().recorded)[number(name),]
    return row
