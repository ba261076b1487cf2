"""What the owner does to positions by hand, as the room of positions shows it."""

from contextlib import suppress
from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from domain.edit import Correction
from domain.errors import DomainError
from domain.identity import position_id
from domain.portfolio import Portfolio
from domain.position import Position, PositionTerms
from infrastructure.postgres import Pool
from projections.positions.postgres import ROOM, TABLE, PositionsRoom
from projections.positions.view import NO_PAST, PositionRow, Status
from tests.projections.edited_positions import CALLS, IBM, MONDAY, TUESDAY, TYPO, edited
from tests.projections.imported_files import FiledAccount, taken_back
from tests.support.books import PORTFOLIO
from tests.support.events import expired, imported, position_closed, position_opened, stated
from tests.support.rooms import History, folded
from tests.support.stories import DAYS, GOOG, SPY, calculated, holding, valuation_of


def rows_after(story: History) -> dict[str, PositionRow]:
    """The rows by symbol."""
    return {row.symbol: row for row in folded(ROOM, story.recorded).values()}


def test_it_shows_what_the_portfolio_holds() -> None:
    story = edited(holding(GOOG, SPY))
    portfolio = Portfolio.replay(PORTFOLIO, [one.event for one in story.recorded])
    live = [row for row in rows_after(story).values() if not row.is_removed]
    assert {row.position_id: row.terms for row in live} == {
        key: terms_of(p) for key, p in portfolio.holdings.positions.items()
    }
    assert {row.position_id: row.open_quantity for row in live} == {
        key: p.open_quantity for key, p in portfolio.holdings.positions.items()
    }


EDITS = st.lists(
    st.tuples(
        st.sampled_from(["enter", "correct", "close", "remove", "expire", "add", "revert"]),
        st.integers(0, 5),
        st.sampled_from([MONDAY, TUESDAY]),
    ),
    max_size=14,
)


@given(EDITS)
def test_whatever_is_edited_it_shows_what_the_portfolio_holds(
    edits: list[tuple[str, int, date]],
) -> None:
    account = FiledAccount().add("first", stated("GOOG", "100"), stated("SPY", "-10"))
    for edit, n, on in edits:
        with suppress(DomainError):
            _edit(account, edit, n, on)
    rows = folded(ROOM, account.told().recorded).values()
    held = account.portfolio.holdings
    live = [row for row in rows if not (row.is_removed or row.is_reverted)]
    assert {row.position_id: (row.terms, row.notes) for row in live} == {
        key: (terms_of(p), held.notes.get(key, "")) for key, p in held.positions.items()
    }


def _edit(account: FiledAccount, edit: str, n: int, on: date) -> None:
    portfolio = account.portfolio
    lots = list(portfolio.holdings.lots)
    ids = [position_id(portfolio.id, symbol, day, 1) for symbol, day in lots]
    lot = ids[n % len(ids)]
    match edit:
        case "enter":
            terms = stated("IBM", f"{n + 1}", entry_on=on)
            portfolio.open_positions([terms], [f"{n}"], account.new_id)
        case "correct":
            portfolio.correct(lot, Correction(quantity=Decimal(n + 1), notes=f"{n}"), "typo")
        case "close":
            portfolio.close(lot, on, Decimal(9), Decimal(n) if n else None)
        case "remove":
            portfolio.remove(lot, "")
        case "expire":
            portfolio.expire(lot, on, Decimal(n))
        case "add":
            account.add(f"{n}", stated("MSFT", "7"))
        case "revert":
            account.revert(f"{n}")


def terms_of(position: Position) -> PositionTerms:
    """What a position says apart from its id."""
    return PositionTerms(**{f: getattr(position, f) for f in PositionTerms.__struct_fields__})


def test_an_entered_position_came_by_no_file_and_has_its_notes() -> None:
    row = rows_after(holding(GOOG).tell(PORTFOLIO, position_opened(IBM, "a tip")))["IBM"]
    assert (row.import_id, row.import_row, row.notes) == (None, None, "a tip")
    assert (row.open_quantity, row.entry_on, row.position_type) == (Decimal(40), MONDAY, "LONG")


def test_corrections_and_closings_show() -> None:
    row = rows_after(edited(holding(GOOG)))["IBM"]
    assert (row.quantity, row.open_quantity, row.notes) == (Decimal(50), Decimal(30), "two tips")
    assert row.exit_on is None


def test_an_option_that_expired_is_closed_by_its_latest_settlement() -> None:
    row = rows_after(edited(holding(GOOG)))[CALLS.symbol]
    assert [(part.closed_on, part.quantity, part.price) for part in row.terms.closings] == [
        (MONDAY, Decimal(2), Decimal("8.00")),
        (TUESDAY, Decimal(3), Decimal("0.50")),
    ]
    assert (row.open_quantity, row.exit_on) == (Decimal(0), TUESDAY)
    assert row.exit_price == Decimal("3.500000")


def test_all_of_it_sold_before_nothing_expired() -> None:
    story = holding(GOOG).tell(PORTFOLIO, position_opened(CALLS), expired(CALLS, "1", TUESDAY))
    row = rows_after(story.tell(PORTFOLIO, position_closed(CALLS, "5", "8.00", MONDAY)))[
        CALLS.symbol
    ]
    assert len(row.terms.closings) == 1
    assert (row.exit_on, row.exit_price) == (MONDAY, Decimal("8.00"))


def test_edits_outlast_an_import_that_is_taken_back() -> None:
    second = imported(SPY, name="second file")
    story = holding(GOOG).tell(PORTFOLIO, second, position_closed(GOOG, "40", "600.00", TUESDAY))
    row = rows_after(story.tell(PORTFOLIO, taken_back(second)))["GOOG"]
    assert (row.open_quantity, len(row.closings)) == (Decimal(60), 1)


def test_a_valuation_of_what_was_removed_since_is_taken_in() -> None:
    story = holding(GOOG, SPY)
    for day in DAYS:
        story.tell(valuation_of(day), calculated(day))
    assert rows_after(edited(story))["GOOG"].valued_on == DAYS[-1].session


def test_what_was_removed_is_nowhere_listed(pool: Pool) -> None:
    with pool.connection() as connection:
        TABLE.store(connection, list(rows_after(edited(holding(GOOG))).values()))
    room = PositionsRoom(pool)
    assert [row.symbol for row in room.all_of(PORTFOLIO)] == ["GOOG", CALLS.symbol, "IBM"]
    counts: dict[Status, int] = {"open": 2, "closed": 1, "all": 3}
    for status, listed in counts.items():
        assert room.of_portfolio(PORTFOLIO, status, 50, 0)[1] == listed
    assert room.open_counts({PORTFOLIO: NO_PAST}) == {PORTFOLIO: 2}
    assert room.one(PORTFOLIO, TYPO.position_id) is None
    assert room.one(TYPO.position_id, IBM.position_id) is None
    found = room.one(PORTFOLIO, IBM.position_id)
    assert found is not None
    assert found.symbol == "IBM"
