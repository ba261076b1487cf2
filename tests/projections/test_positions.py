"""What does a portfolio hold, and at which mark?"""

from datetime import date
from decimal import Decimal
from typing import Any, get_args
from uuid import UUID

import pytest
from msgspec.structs import replace

from domain.instrument import InvestmentClass
from domain.mark import MarkQuality, MarkSource
from domain.position import Position
from domain.snapshot import Snapshot
from infrastructure.postgres import Pool
from projections.positions.postgres import ROOM, TABLE, PositionsRoom
from projections.positions.view import NO_PAST, Listing, Past, PositionRow, Status
from tests.projections.imported_files import closed_by_a_file
from tests.support.books import FRIDAY, PORTFOLIO, position
from tests.support.events import number
from tests.support.rooms import History, folded
from tests.support.stories import (
    DAYS,
    GOOG,
    SPY,
    calculated,
    holding,
    restated,
    valuation_of,
    with_goog_at,
)

MONDAY, TUESDAY = date(2012, 7, 2), date(2012, 7, 3)


def test_an_imported_position_is_held_without_a_mark() -> None:
    row = row_of(GOOG, holding(GOOG, SPY))
    assert row == PositionRow(
        position_id=GOOG.position_id,
        portfolio_id=PORTFOLIO,
        import_id=number("first file"),
        import_row=None,
        symbol="GOOG",
        quantity=Decimal(100),
        open_quantity=Decimal(100),
        entry_price=Decimal("580.00"),
        entry_on=date(2012, 6, 29),
        exit_on=None,
        exit_price=None,
        position_type="LONG",
        investment_class=GOOG.investment_class,
        investment_subtype="STOCK",
        multiplier=1,
        underlying=None,
        strike=None,
        expires_on=None,
        right=None,
        closings=(),
        expiry=None,
        stated_as=None,
        notes="",
        is_reverted=False,
        is_removed=False,
        valued_on=None,
        nav=None,
        gross=None,
        mark=None,
        market_value=None,
        pnl=None,
        unrealized_pnl=None,
        realized={},
    )
    assert (row.weight, row.realized_pnl) == (None, Decimal(0))


def test_a_valuation_gives_each_of_its_lines_mark_and_figures() -> None:
    row = row_of(GOOG, valued_on(DAYS[0], DAYS[1]))
    assert row.mark is not None
    assert (row.mark.price, row.mark.on) == (Decimal("581.00"), MONDAY)
    assert (row.mark.source, row.mark.quality) == (MarkSource.CLOSE, MarkQuality.GOOD)
    assert (row.valued_on, row.market_value) == (MONDAY, Decimal("58100.00"))
    assert (row.pnl, row.unrealized_pnl) == (Decimal("100.00"), Decimal("100.00"))
    assert row.weight == pytest.approx(float(Decimal(58100) / DAYS[1].nav))


def test_a_position_closed_that_day_realizes_and_keeps_its_last_figures() -> None:
    row = row_of(SPY, valued_on(*DAYS))
    assert (row.valued_on, row.market_value) == (MONDAY, Decimal("0.00"))
    assert row.realized == {MONDAY: Decimal("60.00")}
    assert row.realized_pnl == Decimal("60.00")


def test_a_later_day_adds_to_what_was_realized_before() -> None:
    story = valued_on(DAYS[0], with_realized(DAYS[1], "10.00"), with_realized(DAYS[2], "2.50"))
    row = row_of(GOOG, story)
    assert row.realized == {MONDAY: Decimal("10.00"), TUESDAY: Decimal("2.50")}
    assert row.realized_pnl == Decimal("12.50")


def test_a_restatement_of_the_same_day_takes_the_place_of_its_figures() -> None:
    again = with_realized(with_goog_at("600.00"), "7.00")
    story = valued_on(*DAYS[:2], with_realized(DAYS[2], "2.50"))
    row = row_of(GOOG, story.tell(valuation_of(again), restated(again)))
    assert (row.market_value, row.valued_on) == (Decimal("60000.00"), TUESDAY)
    assert row.realized == {TUESDAY: Decimal("7.00")}


def test_a_restatement_without_gain_takes_away_what_was_realized_that_day() -> None:
    story = valued_on(DAYS[0], with_realized(DAYS[1], "10.00"), DAYS[2])
    row = row_of(GOOG, story.tell(valuation_of(DAYS[1]), restated(DAYS[1])))
    assert (row.realized, row.valued_on) == ({}, TUESDAY)


def test_a_restatement_of_an_earlier_day_leaves_what_was_realized_later() -> None:
    story = valued_on(*DAYS[:2], with_realized(DAYS[2], "2.50"))
    again = with_realized(DAYS[1], "10.00")
    row = row_of(GOOG, story.tell(valuation_of(again), restated(again)))
    assert row.realized == {MONDAY: Decimal("10.00"), TUESDAY: Decimal("2.50")}


def test_an_earlier_day_does_not_take_the_place_of_a_later_one() -> None:
    story = valued_on(*DAYS)
    row = row_of(GOOG, story)
    assert row_of(GOOG, story.tell(valuation_of(DAYS[1]), restated(DAYS[1]))) == row


def test_the_weight_of_a_short_is_negative_and_none_without_worth() -> None:
    valued = row_of(GOOG, valued_on(DAYS[0]))
    row = replace(valued, nav=Decimal(200), gross=Decimal(19_999), market_value=Decimal(-50))
    assert row.weight == -0.25
    assert replace(row, gross=Decimal(20_000)).weight is None
    assert replace(row, nav=Decimal(0)).weight is None
    assert replace(row, nav=Decimal(-1)).weight is None


def test_positions_are_listed_by_symbol_and_status(pool: Pool) -> None:
    room = kept(pool, *three_of_mine())
    assert symbols(room, "all") == ["GOOG", "IBM", "SPY"]
    assert symbols(room, "open") == ["GOOG", "IBM"]
    assert symbols(room, "closed") == ["SPY"]
    assert room.of_portfolio(PORTFOLIO, "all", 1, 2)[0][0].symbol == "SPY"
    assert room.of_portfolio(PORTFOLIO, "all", 1, 2)[1] == 3
    rows, total = room.of_portfolio(PORTFOLIO, "all", None, 0)
    assert ([row.symbol for row in rows], total) == (symbols(room, "all"), 3)


def test_positions_are_listed_in_the_order_asked_for_those_without_a_figure_last(
    pool: Pool,
) -> None:
    goog, ibm, spy = three_of_mine()
    valued = [
        replace(goog, market_value=Decimal(5), pnl=Decimal(2)),
        replace(ibm, market_value=Decimal(7), pnl=Decimal(-2)),
        replace(spy, market_value=None, pnl=None),
    ]
    room = kept(pool, *valued)

    def listed(**asked: Any) -> list[str]:
        rows, total = room.listed(PORTFOLIO, Listing(status="all", **asked))
        assert total == len(rows)
        return [row.symbol for row in rows]

    assert listed(order="market_value") == ["GOOG", "IBM", "SPY"]
    assert listed(order="market_value", is_descending=True) == ["IBM", "GOOG", "SPY"]
    assert listed(order="day_pnl") == ["IBM", "GOOG", "SPY"]
    assert listed(is_descending=True) == ["SPY", "IBM", "GOOG"]
    assert listed(investment_class=InvestmentClass.PUBLIC) == ["GOOG", "IBM", "SPY"]
    assert listed(investment_class=InvestmentClass.PRIVATE) == []


def test_all_positions_are_given_by_symbol_entry_date_and_id(pool: Pool) -> None:
    goog, ibm, spy = three_of_mine()
    later = replace(goog, position_id=UUID(int=0), entry_on=TUESDAY)
    second_lot = replace(goog, position_id=UUID(int=2**128 - 1))
    room = kept(pool, later, second_lot, spy, ibm, goog)
    assert room.all_of(PORTFOLIO) == [goog, second_lot, later, ibm, spy]
    assert room.all_of(number("nobody's")) == []


def test_open_positions_are_counted_for_several_portfolios_at_once(pool: Pool) -> None:
    room, nobodys = kept(pool, *three_of_mine()), number("nobody's")
    counts = room.open_counts(dict.fromkeys([PORTFOLIO, UUID(int=78), nobodys], NO_PAST))
    assert counts == {PORTFOLIO: 2, UUID(int=78): 1, nobodys: 0}
    assert room.open_counts({}) == {}


@pytest.mark.parametrize(
    ("entered_by", "expired_by", "is_open"),
    [
        (TUESDAY, TUESDAY, False),
        (MONDAY, TUESDAY, False),
        (FRIDAY, TUESDAY, True),
        (TUESDAY, MONDAY, True),
    ],
)
def test_an_option_that_the_opening_found_at_its_end_is_closed(
    pool: Pool, entered_by: date, expired_by: date, *, is_open: bool
) -> None:
    goog, ibm, spy = three_of_mine()
    call = replace(
        goog, position_id=number("call"), symbol="C", entry_on=MONDAY, expires_on=TUESDAY
    )
    room, past = kept(pool, goog, ibm, spy, call), Past(entered_by, expired_by)

    listed: dict[Status, list[str]] = {
        status: [row.symbol for row in room.of_portfolio(PORTFOLIO, status, 9, 0, past)[0]]
        for status in get_args(Status)
    }
    assert listed["all"] == ["C", "GOOG", "IBM", "SPY"]
    assert listed["open"] == (["C", "GOOG", "IBM"] if is_open else ["GOOG", "IBM"])
    assert listed["closed"] == (["SPY"] if is_open else ["C", "SPY"])
    for status, symbols_of_it in listed.items():
        assert room.of_portfolio(PORTFOLIO, status, 1, 0, past)[1] == len(symbols_of_it)
    counts = room.open_counts({PORTFOLIO: past, UUID(int=78): NO_PAST})
    assert counts == {PORTFOLIO: len(listed["open"]), UUID(int=78): 1}
    assert call.is_history(past) is not is_open
    assert not goog.is_history(past)


def test_positions_of_a_reverted_import_are_in_no_answer(pool: Pool) -> None:
    rows = [replace(row, is_reverted=True) for row in three_of_mine()]
    room = kept(pool, *rows)
    assert [symbols(room, status) for status in ("all", "open", "closed")] == [[], [], []]
    assert room.all_of(PORTFOLIO) == []
    assert room.open_counts({PORTFOLIO: NO_PAST}) == {PORTFOLIO: 0}


def test_what_was_taken_back_is_still_called_by_its_symbol(pool: Pool) -> None:
    goog, *others = three_of_mine()
    room = kept(pool, replace(goog, is_reverted=True), *others)
    ids = [goog.position_id, others[0].position_id]
    assert room.symbols([*ids, UUID(int=5)]) == dict(zip(ids, ("GOOG", "IBM"), strict=True))


def three_of_mine() -> list[PositionRow]:
    """GOOG open, IBM closed in part, SPY closed."""
    ibm = position("IBM", "5", "190.00")
    in_part = closed_by_a_file(ibm, "2", "191.00", MONDAY)
    rows = folded(ROOM, holding(GOOG, SPY, ibm).tell(PORTFOLIO, in_part).recorded)
    return [rows[lot.position_id,] for lot in (GOOG, ibm, SPY)]


def kept(pool: Pool, *rows: PositionRow) -> PositionsRoom:
    """The room with these rows, and somebody else's GOOG, in its table."""
    others = replace(
        rows[0], position_id=number("other"), portfolio_id=UUID(int=78), is_reverted=False
    )
    with pool.connection() as connection:
        TABLE.store(connection, [*rows, others])
    return PositionsRoom(pool)


def symbols(room: PositionsRoom, status: Status) -> list[str]:
    """The symbols of a listing, which counts as many as it shows."""
    rows, count = room.of_portfolio(PORTFOLIO, status, 10, 0)
    assert count == len(rows)
    return [row.symbol for row in rows]


def valued_on(*days: Snapshot) -> History:
    """The account after these days were valued."""
    story = holding(GOOG, SPY)
    for day in days:
        story.tell(valuation_of(day), calculated(day))
    return story


def with_realized(day: Snapshot, amount: str) -> Snapshot:
    """The day as if a part of GOOG, its first line, had been closed; P&L as it was."""
    realized = (Decimal(amount), *day.lines.realized_pnl[1:])
    return replace(day, lines=replace(day.lines, realized_pnl=realized))


def row_of(position: Position, story: History) -> PositionRow:
    """The row of a position after a story."""
    row: PositionRow = folded(ROOM, story.recorded)[position.position_id,]
    return row
