"""What files close, take back and bring back shows in the positions, and in their figures."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from domain.errors import DomainError
from domain.instrument import InvestmentClass
from domain.portfolio import Portfolio
from domain.position import Closing, Position, PositionTerms
from domain.snapshot import Snapshot
from projections.positions.postgres import ROOM
from projections.positions.view import PositionRow
from tests.projections.imported_files import (
    MONDAY,
    PRICES,
    TUESDAY,
    FiledAccount,
    brought_back,
    closed_by_a_file,
    taken_back,
    with_closing,
)
from tests.support.books import FRIDAY, PORTFOLIO, valued
from tests.support.events import imported, number, stated
from tests.support.rooms import History, folded
from tests.support.stories import GOOG, calculated, holding, restated, valuation_of

HALF = closed_by_a_file(GOOG, "40", "590.00", MONDAY)
WHOLE = closed_by_a_file(GOOG, "100", "590.00", MONDAY)


def test_a_position_keeps_everything_its_file_stated() -> None:
    terms = PositionTerms(
        symbol="SPY120721C00140000",
        quantity=Decimal("-3"),
        entry_price=Decimal("1.25"),
        entry_on=FRIDAY,
        investment_class=InvestmentClass.OPTIONS,
        investment_subtype="CALL",
        underlying="SPY",
        strike=Decimal("140.000"),
        expires_on=date(2012, 7, 21),
        right="CALL",
        closings=(Closing(closed_on=MONDAY, quantity=Decimal(-1), price=Decimal("0.50")),),
        row=12,
        stated_as="CALL (SPY) JUL 21 12 $140",
    )
    (row,) = folded(ROOM, FiledAccount().add("file", terms).told().recorded).values()
    assert row.terms == terms
    assert (row.import_id, row.import_row) == (number("file"), 12)
    assert (row.position_type, row.multiplier, row.open_quantity) == ("SC", 100, Decimal(-2))


def test_a_position_closed_in_part_stays_open() -> None:
    row = goog_after(held().tell(PORTFOLIO, HALF))
    assert (row.quantity, row.open_quantity) == (Decimal(100), Decimal(60))
    assert row.closings == (
        Closing(closed_on=MONDAY, quantity=Decimal(40), price=Decimal("590.00")),
    )
    assert (row.exit_on, row.exit_price) == (None, None)


def test_a_position_closed_whole_has_an_exit_at_what_a_share_brought() -> None:
    rest = closed_by_a_file(GOOG, "60", "600.00", TUESDAY, "another file")
    row = goog_after(held().tell(PORTFOLIO, HALF, rest))
    assert (row.open_quantity, row.exit_on) == (Decimal(0), TUESDAY)
    assert row.exit_price == Decimal("596.000000")


def test_a_reverted_import_takes_its_positions_and_closings_off_again() -> None:
    second = replace(HALF, positions=(lot := with_id(stated("IBM"), 5),))
    rows = folded(ROOM, held().tell(PORTFOLIO, second, taken_back(second)).recorded)
    assert rows[GOOG.position_id,] == goog_after(held())
    assert rows[lot.position_id,].is_reverted


def test_of_closings_that_are_alike_a_revert_takes_off_one() -> None:
    again = replace(HALF, import_id=number("another file"))
    row = goog_after(held().tell(PORTFOLIO, HALF, again, taken_back(HALF)))
    assert row == goog_after(held().tell(PORTFOLIO, HALF))


def test_a_restored_import_is_as_if_it_had_never_been_reverted() -> None:
    second = replace(HALF, positions=(with_id(stated("IBM"), 5),))
    story = held().tell(PORTFOLIO, second)
    before = folded(ROOM, story.recorded)
    story.tell(PORTFOLIO, taken_back(second), brought_back(second))
    assert folded(ROOM, story.recorded) == before


def test_what_a_part_brought_that_a_file_closed_afterwards_counts_on_its_day() -> None:
    story = revalued(valued_through_tuesday().tell(PORTFOLIO, HALF), days_with(HALF))
    row = goog_after(story)
    assert row.realized == {MONDAY: Decimal("400.00")}
    assert (row.valued_on, row.market_value) == (TUESDAY, Decimal("34950.00"))


def test_figures_of_a_position_closed_afterwards_end_with_the_day_it_was_closed() -> None:
    story = revalued(valued_through_tuesday().tell(PORTFOLIO, WHOLE), days_with(WHOLE))
    row = goog_after(story)
    assert (row.valued_on, row.market_value) == (MONDAY, Decimal("0.00"))
    assert row.realized == {MONDAY: Decimal("1000.00")}


def test_figures_of_a_position_held_again_are_those_of_the_latest_day() -> None:
    before = goog_after(valued_through_tuesday())
    story = revalued(valued_through_tuesday().tell(PORTFOLIO, WHOLE), days_with(WHOLE))
    story = revalued(story.tell(PORTFOLIO, taken_back(WHOLE)), days_with()[1:])
    assert goog_after(story) == before


def test_a_position_closed_another_day_than_first_said_has_gained_once() -> None:
    """Nothing is left at Monday's close, so that Tuesday's gain was of another history."""
    on_tuesday = closed_by_a_file(GOOG, "100", "590.00", TUESDAY)
    story = revalued(valued_through_tuesday().tell(PORTFOLIO, on_tuesday), days_with(on_tuesday))
    on_monday = replace(WHOLE, import_id=number("another file"))
    story.tell(PORTFOLIO, taken_back(on_tuesday), on_monday)
    row = goog_after(revalued(story, days_with(on_monday)))
    assert (row.realized, row.valued_on) == ({MONDAY: Decimal("1000.00")}, MONDAY)


def test_a_revert_that_nobody_valued_leaves_the_figures_to_the_restored_position() -> None:
    """Nothing would be restated, so that nothing would bring them back."""
    story, first = valued_through_tuesday(), imported(GOOG)
    before = goog_after(story)
    assert goog_after(story.tell(PORTFOLIO, taken_back(first), brought_back(first))) == before


Step = tuple[str, str, list[PositionTerms]]
NAMES = st.sampled_from(["a", "b", "c", "d"])
TERMS = st.builds(
    stated,
    st.sampled_from(sorted(PRICES)),
    st.sampled_from(["-3", "-1", "1", "2", "5"]),
    st.sampled_from(["40.00", "55.55"]),
    st.sampled_from([FRIDAY, MONDAY]),
)
STEPS: st.SearchStrategy[Step] = st.one_of(
    st.tuples(st.sampled_from(["add", "replace"]), NAMES, st.lists(TERMS, min_size=1, max_size=4)),
    st.tuples(st.sampled_from(["revert", "restore"]), NAMES, st.just([])),
)


@given(st.lists(STEPS, max_size=12))
def test_the_room_holds_what_the_portfolio_holds(steps: Sequence[Step]) -> None:
    account = FiledAccount()
    for step, name, terms in steps:
        with suppress(DomainError):
            getattr(account, step)(name, *terms)
    rows = folded(ROOM, account.told().recorded)
    live = {row.position_id: row for row in rows.values() if not row.is_reverted}
    holdings = account.portfolio.holdings.positions
    assert {key: row.terms for key, row in live.items()} == {
        key: PositionTerms(**terms_of(position)) for key, position in holdings.items()
    }
    assert {key: shown(row) for key, row in live.items()} == {
        key: shown(position) for key, position in holdings.items()
    }


def held() -> History:
    """The account with 100 shares of GOOG."""
    return holding(GOOG)


def valued_through_tuesday() -> History:
    """The account valued on three days, before anything was closed."""
    story = held()
    for day in days_with():
        story.tell(valuation_of(day), calculated(day))
    return story


def revalued(story: History, days: Sequence[Snapshot]) -> History:
    """The same days restated, the opening aside: nothing of it can have changed."""
    for day in days:
        if not day.opening:
            story.tell(valuation_of(day), restated(day, "an import"))
    return story


def days_with(*events: Portfolio.PositionsImported) -> list[Snapshot]:
    """The opening on Friday, Monday and Tuesday, given what imports closed."""
    lot = GOOG
    for event in events:
        lot = with_closing(lot, event)
    return valued("100000.00", {lot: ["580.00", "581.00", "582.50"]})


def with_id(terms: PositionTerms, number: int) -> Position:
    """The terms as a position of that id."""
    return Position(position_id=UUID(int=number), **terms_of(terms))


def terms_of(position: PositionTerms) -> dict[str, Any]:
    """The fields of what was stated."""
    return {name: getattr(position, name) for name in PositionTerms.__struct_fields__}


def shown(position: Position | PositionRow) -> tuple[object, ...]:
    """What follows from the closings."""
    return position.open_quantity, position.exit_on, position.exit_price, position.position_type


def goog_after(story: History) -> PositionRow:
    """The row of GOOG after a story."""
    row: PositionRow = folded(ROOM, story.recorded)[GOOG.position_id,]
    return row
