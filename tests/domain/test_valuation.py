"""Specification of the valuation: worked numbers, effective days, identities (spec 2.1, 5.5)."""

import csv
import gzip
from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from itertools import accumulate, pairwise
from pathlib import Path
from uuid import UUID

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import infrastructure
from domain.flow import Flow
from domain.mark import Mark, MarkQuality, MarkSource
from domain.money import ZERO
from domain.position import Closing, Position
from domain.snapshot import Snapshot
from domain.valuation import PortfolioBook, Previous, value_sessions
from tests.support.books import FRIDAY, book, closes, flow, opening, position, valued, weekdays

BUNDLED = Path(infrastructure.__file__).parent / "bundled" / "us_daily_closes.csv.gz"
SATURDAY, SUNDAY, MONDAY, TUESDAY, WEDNESDAY = (FRIDAY + timedelta(days=n) for n in range(1, 6))
CENT = Decimal("0.01")


def usd(text: str) -> Decimal:
    """An amount."""
    return Decimal(text)


class TestWorkedNumbers:
    """The numbers spec 5.5 gives."""

    @pytest.mark.parametrize(
        ("held", "prices", "pnl"),
        [
            (position("GOOG", "100", "50.00"), ("50.00", "52.00"), "200.00"),
            (position("GOOG", "-100", "50.00"), ("50.00", "52.00"), "-200.00"),
            (position("C", "2", "3.00", subtype="CALL"), ("3.00", "3.50"), "100.00"),
            (position("P", "-1", "4.00", subtype="PUT"), ("4.00", "3.00"), "100.00"),
        ],
        ids=["long", "short", "two calls", "short put"],
    )
    def test_pnl_is_the_change_of_market_value(
        self, held: Position, prices: tuple[str, str], pnl: str
    ) -> None:
        first, second = valued("100000", {held: prices})

        assert first.pnl == 0
        assert second.pnl == second.lines.pnl[0] == usd(pnl)
        assert second.nav == usd("100000") + usd(pnl)

    def test_nav_takes_in_pnl_and_a_contribution(self) -> None:
        paid_in = [flow(MONDAY, "5000.00")]
        snapshot = valued("100000", {position("A", "100", "50.00"): ("50", "52")}, paid_in)[1]

        assert (snapshot.pnl, snapshot.flows) == (usd("200.00"), usd("5000.00"))
        assert snapshot.nav == usd("105200.00")
        assert snapshot.previous is not None
        assert snapshot.pnl / snapshot.previous.nav == usd("0.002")

    def test_a_leveraged_long_short_book_has_gross_150_percent_and_positive_cash(self) -> None:
        long, short = position("L", "1200", "100"), position("S", "-300", "100")
        (snapshot,) = valued("100000", {long: ["100"], short: ["100"]})

        assert snapshot.long_value - snapshot.short_value == usd("150000.00")
        assert snapshot.long_value + snapshot.short_value == usd("90000.00")
        assert snapshot.cash == usd("10000.00")

    def test_without_the_short_the_cash_is_a_margin_loan(self) -> None:
        (snapshot,) = valued("100000", {position("L", "1200", "100"): ["100"]})

        assert snapshot.cash == usd("-20000.00")

    def test_buying_stock_moves_cash_into_gross(self) -> None:
        cash = position("CASH_USD", "1", "100000", subtype="CASH")
        stock = position("GOOG", "100", "100", MONDAY)
        before, after = valued("100000", {cash: ["100000"] * 2, stock: ["99", "100"]})

        assert (before.cash, before.long_value) == (usd("100000.00"), ZERO)
        assert (after.cash, after.long_value) == (usd("90000.00"), usd("10000.00"))
        assert after.nav == usd("100000.00")
        assert after.lines.cost == (ZERO, usd("10000.00"))
        assert after.lines.cash_like == (True, False)

    def test_the_gain_before_the_opening_is_a_label_and_not_pnl(self) -> None:
        sold = position("GOOG", "100", "50", date(2011, 1, 3), closed=(MONDAY, "90"))
        at_opening, after = valued("10000", {sold: ["80", "91"]})

        assert at_opening.lines.unrealized_pnl == (usd("3000.00"),)
        assert (after.pnl, after.realized_pnl) == (usd("1000.00"), usd("4000.00"))
        assert after.nav == usd("11000.00")
        assert after.lines.unrealized_pnl == (ZERO,)


class TestEffectiveDays:
    """Which session a date takes effect on."""

    def test_the_opening_has_the_declared_nav_and_no_pnl(self) -> None:
        (snapshot,) = valued("8000", {position("A", "100", "50", date(2011, 1, 3)): ["80"]})

        assert snapshot.opening
        assert snapshot.previous is None
        assert (snapshot.nav, snapshot.pnl, snapshot.flows) == (usd("8000.00"), ZERO, ZERO)
        assert snapshot.lines.cost == snapshot.lines.pnl == (ZERO,)

    def test_what_was_closed_by_the_opening_is_history_without_a_line(self) -> None:
        closed = position("OLD", "5", "10", date(2011, 1, 3), closed=(FRIDAY, "12"))
        kept = position("NEW", "5", "10", FRIDAY)
        first, second = valued("1000", {closed: ["12", "13"], kept: ["10", "11"]})

        assert first.lines.symbol == second.lines.symbol == ("NEW",)
        assert second.pnl == usd("5.00")

    def test_what_is_closed_after_the_opening_is_in_it(self) -> None:
        closed = position("OLD", "5", "10", date(2011, 1, 3), closed=(SATURDAY, "12"))
        first, second, third = valued("1000", {closed: ["11", "13", "14"]})

        assert first.lines.quantity == (usd("5"),)
        assert (second.lines.quantity, second.lines.proceeds) == ((usd("0"),), (usd("60.00"),))
        assert (second.pnl, second.realized_pnl) == (usd("5.00"), usd("10.00"))
        assert third.lines.symbol == ()

    @pytest.mark.parametrize("entered_on", [SATURDAY, SUNDAY, MONDAY])
    def test_a_purchase_takes_effect_on_its_day_or_the_next_session(self, entered_on: date) -> None:
        bought = position("A", "100", "50", entered_on)
        first, second = valued("100000", {bought: ["49", "51"]})

        assert first.lines.symbol == ()
        assert (second.lines.cost, second.pnl) == ((usd("5000.00"),), usd("100.00"))
        assert second.cash == usd("95000.00")

    def test_a_purchase_and_sale_of_one_session_leave_a_line_of_that_day_alone(self) -> None:
        traded = position("A", "100", "50", SATURDAY, closed=(MONDAY, "53"))
        _, second, third = valued("1000", {traded: ["49", "51", "52"]})

        assert (second.lines.quantity, second.lines.market_value) == ((usd("0"),), (ZERO,))
        assert (second.lines.cost, second.lines.proceeds) == ((usd("5000.00"),), (usd("5300.00"),))
        assert second.pnl == second.realized_pnl == usd("300.00")
        assert third.lines.symbol == ()

    def test_flows_take_effect_on_the_next_session_and_add_up(self) -> None:
        moved = [
            flow(FRIDAY, "999"),
            flow(SUNDAY, "10.50"),
            flow(MONDAY, "-4.25"),
            flow(date(2013, 1, 2), "1"),
        ]
        first, second, third = valued("100", {position("A", "1", "1"): ["1"] * 3}, moved)

        assert [s.flows for s in (first, second, third)] == [ZERO, usd("6.25"), ZERO]
        assert [s.nav for s in (first, second, third)] == [usd("100"), usd("106.25"), usd("106.25")]

    def test_a_position_of_the_future_has_no_line(self) -> None:
        later = position("A", "1", "1", date(2013, 1, 2))

        assert all(not s.lines.symbol for s in valued("100", {later: ["1", "1"]}))

    def test_what_is_never_held_in_the_sessions_needs_no_marks(self) -> None:
        held, later = position("A", "1", "50"), position("B", "1", "50", WEDNESDAY)
        gone = position("C", "1", "50", date(2011, 1, 3), closed=(FRIDAY, "60"))
        sessions = [FRIDAY, MONDAY]
        marks = {held.position_id: closes(sessions, "50", "51")}

        days = value_sessions(book(held, later, gone), sessions, marks, opening("100"))

        assert [day.lines.symbol for day in days] == [("A",), ("A",)]

    def test_a_portfolio_without_positions_is_its_cash(self) -> None:
        sessions = [FRIDAY, MONDAY]
        snapshots = value_sessions(book(), sessions, {}, opening("100.00"))

        assert [(s.nav, s.cash, s.counts.lines) for s in snapshots] == [
            (usd("100"), usd("100"), 0)
        ] * 2

    def test_no_sessions_give_no_snapshots(self) -> None:
        assert value_sessions(book(), [], {}, opening("1")) == []


class TestPartialClosings:
    """A position is closed bit by bit."""

    def test_what_is_left_keeps_its_line(self) -> None:
        held = position("A", "100", "50.00", parts=[(MONDAY, "40", "53.00")])
        _, monday, tuesday = valued("10000", {held: ["50", "52", "54"]})

        assert (monday.lines.quantity, monday.lines.market_value) == (
            (usd("60"),),
            (usd("3120.00"),),
        )
        assert monday.lines.proceeds == (usd("2120.00"),)
        assert (monday.pnl, monday.realized_pnl) == (usd("240.00"), usd("120.00"))
        assert monday.lines.unrealized_pnl == (usd("120.00"),)
        assert (tuesday.pnl, tuesday.realized_pnl) == (usd("120.00"), ZERO)
        assert tuesday.cash == monday.cash == usd("7120.00")

    def test_two_closings_of_one_day_are_each_paid_and_make_one_line(self) -> None:
        parts = [(MONDAY, "1", "0.335"), (SUNDAY, "1", "0.345"), (TUESDAY, "1", "0.34")]
        held = position("A", "3", "0.335", parts=parts)
        _, monday, tuesday = valued("10", {held: ["0.34", "0.34", "0.34"]})

        assert monday.lines.proceeds == (usd("0.34") + usd("0.34"),)
        assert (monday.lines.quantity, monday.counts.lines) == ((usd("1"),), 1)
        assert monday.realized_pnl + tuesday.realized_pnl == usd("1.02") - usd("1.00")

    def test_the_last_part_leaves_a_line_of_its_day_alone(self) -> None:
        parts = [(MONDAY, "60", "51"), (TUESDAY, "40", "55")]
        held = position("A", "100", "50", parts=parts)
        _, monday, tuesday, wednesday = valued("10000", {held: ["50", "52", "54", "56"]})

        assert (monday.lines.quantity, tuesday.lines.quantity) == ((usd("40"),), (usd("0"),))
        assert (monday.pnl, tuesday.pnl) == (usd("140.00"), usd("120.00"))
        assert tuesday.lines.unrealized_pnl == (ZERO,)
        assert wednesday.lines.symbol == ()
        assert wednesday.nav == usd("10260.00")

    def test_a_short_is_bought_back_in_parts(self) -> None:
        held = position("A", "-10", "50", parts=[(MONDAY, "-4", "45")])
        _, monday = valued("1000", {held: ["48", "46"]})

        assert monday.lines.quantity == (usd("-6"),)
        assert monday.lines.proceeds == (usd("-180.00"),)
        assert (monday.pnl, monday.realized_pnl) == (usd("24.00"), usd("20.00"))

    @pytest.mark.parametrize("day", [date(2012, 3, 1), FRIDAY], ids=["before it", "on it"])
    def test_what_was_closed_by_the_opening_is_not_in_it(self, day: date) -> None:
        parts = [(day, "40", "99"), (MONDAY, "10", "60")]
        held = position("A", "100", "50", date(2011, 1, 3), parts=parts)
        first, monday = valued("10000", {held: ["58", "59"]})

        assert (first.lines.quantity, first.pnl) == ((usd("60"),), ZERO)
        assert (first.lines.proceeds, first.realized_pnl) == ((ZERO,), ZERO)
        assert first.lines.unrealized_pnl == (usd("480.00"),)
        assert monday.lines.quantity == (usd("50"),)
        assert (monday.pnl, monday.realized_pnl) == (usd("70.00"), usd("100.00"))

    def test_a_purchase_may_be_sold_in_part_on_its_day(self) -> None:
        held = position("A", "100", "50", MONDAY, parts=[(MONDAY, "30", "51")])
        _, monday = valued("10000", {held: ["49", "52"]})

        assert (monday.lines.cost, monday.lines.proceeds) == ((usd("5000.00"),), (usd("1530.00"),))
        assert (monday.pnl, monday.realized_pnl) == (usd("170.00"), usd("30.00"))
        assert monday.lines.unrealized_pnl == (usd("140.00"),)

    def test_a_closing_after_the_last_session_is_left_out(self) -> None:
        held = position("A", "100", "50", parts=[(date(2013, 1, 2), "40", "53")])

        assert valued("10000", {held: ["50", "52"]})[1].lines.quantity == (usd("100"),)

    def test_a_day_that_does_not_know_a_closing_is_stale(self) -> None:
        whole = position("A", "100", "50")
        first, _ = valued("10000", {whole: ["50", "52"]})
        part = Closing(closed_on=FRIDAY, quantity=usd("40"), price=usd("50"))
        sold = msgspec.structs.replace(whole, closings=(part,))
        marks = {whole.position_id: closes([MONDAY], "2")}

        with pytest.raises(ValueError, match="stale"):
            value_sessions(book(sold), [MONDAY], marks, Previous(first, version=1))


class TestSnapshot:
    """What a snapshot says beside its money."""

    def test_lines_carry_their_marks(self) -> None:
        stock = position("GOOG", "100", "580.00")
        stale = Mark(
            usd("581.5"), date(2012, 6, 1), MarkSource.CARRIED, MarkQuality.STALE, "bundled"
        )
        (snapshot,) = value_sessions(
            book(stock), [FRIDAY], {stock.position_id: [stale]}, opening("1")
        )
        lines = snapshot.lines

        assert lines.position_id == (stock.position_id,)
        assert (lines.mark_price, lines.mark_on) == ((usd("581.5"),), (date(2012, 6, 1),))
        assert (lines.mark_source, lines.mark_quality) == (("carried",), ("stale",))
        assert lines.mark_provider == ("bundled",)
        assert lines.market_value == (usd("58150.00"),)

    def test_counts_tell_symbols_priced_from_symbols_that_need_a_price(self) -> None:
        lots = [position("GOOG", "1", "1"), position("GOOG", "2", "1")]
        unpriced, short = position("NONE", "1", "1"), position("SHRT", "-1", "1")
        cash = position("CASH_USD", "1", "5", subtype="CASH")
        positions = [*lots, unpriced, short, cash]
        marks = {p.position_id: closes([FRIDAY], "1") for p in positions}
        marks[unpriced.position_id] = [
            Mark(usd("1"), FRIDAY, MarkSource.ENTRY, MarkQuality.ASSUMED)
        ]
        (snapshot,) = value_sessions(book(*positions), [FRIDAY], marks, opening("1"))

        counts = snapshot.counts
        assert (counts.lines, counts.long, counts.short) == (5, 3, 1)
        assert (counts.priced, counts.need_price) == (2, 3)

    def test_a_closed_line_needs_no_price(self) -> None:
        sold = position("GOOG", "1", "1", closed=(MONDAY, "1"))

        counts = valued("1", {sold: ["1", "1"]})[1].counts
        assert (counts.lines, counts.long, counts.need_price) == (1, 0, 0)

    def test_each_day_builds_on_the_one_before(self) -> None:
        first, second, third = valued("100", {position("A", "1", "1"): ["1", "2", "4"]})

        assert second.previous == first.as_previous(version=1)
        assert third.previous == second.as_previous(version=1)
        restated = third.following(version=3)
        assert restated.previous == second.as_previous(version=3)
        assert first.following(version=3) == first

    def test_the_digest_tells_inputs_apart_and_nothing_else(self) -> None:
        stock = position("GOOG", "100", "580.00")

        def digests(
            *prices: str, nav: str = "100", version: int = 2, flows: tuple[Flow, ...] = ()
        ) -> list[str]:
            sessions = weekdays(FRIDAY, len(prices))
            marks = {stock.position_id: closes(sessions, *prices)}
            holding = book(stock, version=version, flows=flows)
            snapshots = value_sessions(holding, sessions, marks, opening(nav))
            return [snapshot.inputs_digest for snapshot in snapshots]

        assert digests("1", "2") == digests("1.00", "2.000000", version=9)
        assert len(set(digests("1", "1", "1"))) == 3
        assert digests("1", "2")[0] == digests("1", "3")[0]
        assert digests("1", "2")[1] != digests("1", "3")[1]
        assert digests("1", "2")[1] != digests("1", "2", nav="101")[1]
        assert digests("1", "2")[1] != digests("1", "2", flows=(flow(MONDAY, "1"),))[1]

    def test_marks_of_another_number_of_days_are_refused(self) -> None:
        stock = position("GOOG", "100", "580.00")
        with pytest.raises(ValueError, match="reshape"):
            value_sessions(
                book(stock),
                [FRIDAY, MONDAY],
                {stock.position_id: closes([FRIDAY], "1")},
                opening("1"),
            )


class TestPrevious:
    """Going on from a recorded valuation."""

    def test_a_stale_previous_day_is_refused(self) -> None:
        stock = position("A", "1", "1")
        first, _ = valued("100", {stock: ["1", "2"]})
        other = position("B", "1", "1")
        marks = {p.position_id: closes([MONDAY], "2") for p in (stock, other)}

        for wrong in (book(), book(stock, other)):
            with pytest.raises(ValueError, match="stale"):
                value_sessions(wrong, [MONDAY], marks, Previous(first, version=1))

    def test_the_first_day_builds_on_the_previous_version(self) -> None:
        stock = position("A", "1", "1")
        (first,) = valued("100", {stock: ["1"]})
        marks = {stock.position_id: closes([MONDAY], "2")}
        (second,) = value_sessions(book(stock), [MONDAY], marks, Previous(first, version=4))

        assert second.previous == first.as_previous(version=4)
        assert not second.opening


class TestIdentities:
    """Spec 2.1, over any history."""

    @staticmethod
    @st.composite
    def histories(draw: st.DrawFn) -> tuple[PortfolioBook, list[date], dict[Position, list[Mark]]]:
        """A book over sessions with gaps, everything dated on any day before, within or after."""
        gaps = draw(st.lists(st.sampled_from([1, 1, 1, 3, 4]), min_size=1, max_size=7))
        sessions = [FRIDAY + timedelta(days=sum(gaps[:n])) for n in range(len(gaps) + 1)]
        days = st.dates(FRIDAY - timedelta(days=5), sessions[-1] + timedelta(days=3))
        prices = st.decimals("0.000001", "2000", places=6)
        amounts = st.integers(-(10**12), 10**12).filter(bool)
        marks = {}
        for n in range(draw(st.integers(0, 5))):
            entered = draw(days)
            units = draw(amounts)
            parts = [
                (max(entered, draw(days)), str(Decimal(part).scaleb(-8)), str(draw(prices)))
                for part in split(units, draw(st.lists(st.integers(0, 100), max_size=4)))
            ]
            holding = position(
                f"S{n % 3}",
                str(Decimal(units).scaleb(-8)),
                str(draw(prices)),
                entered,
                subtype=draw(st.sampled_from(["STOCK", "STOCK", "CALL", "CASH"])),
                parts=parts,
            )
            marks[holding] = closes(sessions, *(draw(prices) for _ in sessions))
        flows = [
            flow(draw(days), str(Decimal(draw(amounts)).scaleb(-2)))
            for _ in range(draw(st.integers(0, 3)))
        ]
        return book(*marks, flows=flows), sessions, marks

    @settings(max_examples=200, deadline=None)
    @given(histories(), st.data())
    def test_any_book_keeps_all_five_and_equals_plain_decimal(
        self,
        history: tuple[PortfolioBook, list[date], dict[Position, list[Mark]]],
        data: st.DataObject,
    ) -> None:
        holding, sessions, marks = history
        by_id = {p.position_id: line for p, line in marks.items()}
        snapshots = value_sessions(holding, sessions, by_id, opening("250000.01"))

        assert [figures(s) for s in snapshots] == plainly(holding, sessions, marks)
        check_identities(snapshots)
        cut = data.draw(st.integers(1, len(sessions) - 1))
        rest = {key: line[cut:] for key, line in by_id.items()}
        before = Previous(snapshots[cut - 1], version=1)
        assert value_sessions(holding, sessions[cut:], rest, before) == snapshots[cut:]


Day = tuple[Decimal, Decimal, Decimal, dict[UUID, tuple[Decimal, ...]]]


def split(units: int, percents: list[int]) -> list[int]:
    """Parts of a quantity, one after the other, in percent of all; no more than there is."""
    cuts = [min(cut, 100) for cut in accumulate(percents, initial=0)]
    gone = [int(Decimal(units * cut) / 100) for cut in cuts]
    return [after - before for before, after in pairwise(gone) if after != before]


def figures(snapshot: Snapshot) -> Day:
    """NAV, flows, cash, and the amounts of each line."""
    columns = ("quantity", "market_value", "cost", "proceeds", "pnl")
    labels = ("realized_pnl", "unrealized_pnl")
    lines = dict(
        zip(snapshot.lines.position_id, snapshot.lines.rows(*columns, *labels), strict=True)
    )
    return snapshot.nav, snapshot.flows, snapshot.cash, lines


def plainly(
    holding: PortfolioBook, sessions: list[date], marks: dict[Position, list[Mark]]
) -> list[Day]:
    """The same by the book: one line, one day at a time, in Decimal and dates."""
    nav = usd("250000.01")
    days: list[Day] = []
    worth = dict.fromkeys(marks, ZERO)
    for row, session in enumerate(sessions):
        lines: dict[UUID, tuple[Decimal, ...]] = {}
        for p in marks:
            after = held(p, session, sessions)
            sold = [c for c in p.closings if falls_on(c.closed_on, session, sessions)]
            if not after and not sold:
                continue
            value = rounded(after * p.multiplier * marks[p][row].price)
            most = after + sum((c.quantity for c in sold), ZERO)
            cost = basis(p, most) if falls_on(p.entry_on, session, sessions) else ZERO
            proceeds = sum((rounded(c.quantity * p.multiplier * c.price) for c in sold), ZERO)
            pnl = value - worth[p] - cost + proceeds if row else ZERO
            realized = proceeds - basis(p, most) + basis(p, after)
            unrealized = value - basis(p, after)
            worth[p] = value
            lines[p.position_id] = (after, value, cost, proceeds, pnl, realized, unrealized)
        flows = sum((f.amount for f in holding.flows if falls_on(f.on, session, sessions)), ZERO)
        nav += sum((line[4] for line in lines.values()), ZERO) + flows
        exposed = sum(
            (worth[p] for p in marks if p.position_id in lines and not p.is_cash_like), ZERO
        )
        days.append((nav, flows, nav - exposed, lines))
    return days


def held(p: Position, session: date, sessions: list[date]) -> Decimal:
    """What of a position is held at the close of a session."""
    if effect(p.entry_on, sessions) > session:
        return Decimal(0)
    gone = (c.quantity for c in p.closings if effect(c.closed_on, sessions) <= session)
    return p.quantity - sum(gone, Decimal(0))


def basis(p: Position, quantity: Decimal) -> Decimal:
    """What a quantity of the position cost."""
    return rounded(quantity * p.multiplier * p.entry_price)


def effect(day: date, sessions: list[date]) -> date:
    """The session on which something dated `day` takes effect."""
    return next((session for session in sessions if session >= day), date.max)


def falls_on(day: date, session: date, sessions: list[date]) -> bool:
    """Whether what is dated `day` takes effect on the session, which is after the opening."""
    return day > sessions[0] and effect(day, sessions) == session


def rounded(amount: Decimal) -> Decimal:
    """Half-even to the cent."""
    return amount.quantize(CENT, rounding=ROUND_HALF_EVEN)


def check_identities(snapshots: list[Snapshot]) -> None:
    """The five of spec 2.1, over a run of days from the opening."""
    first, last = snapshots[0], snapshots[-1]
    for before, after in pairwise(snapshots):
        assert after.nav == before.nav + after.pnl + after.flows
        lines = after.lines
        rows = lines.rows("cash_like", "cost", "proceeds", "income", "pnl")
        moved = sum(
            (pnl if cash_like else proceeds + income - cost)
            for cash_like, cost, proceeds, income, pnl in rows
        )
        assert after.cash - before.cash == after.flows + moved
    for day in snapshots:
        assert day.nav == day.cash + day.long_value + day.short_value
        assert day.short_value <= 0 <= day.long_value
        assert day.pnl == sum(day.lines.pnl, ZERO)
    pnl = sum((day.pnl for day in snapshots), ZERO)
    assert last.nav - first.nav - sum(day.flows for day in snapshots) == pnl
    assert pnl == sum(day.realized_pnl + day.income for day in snapshots) + sum(
        last.lines.unrealized_pnl, ZERO
    ) - sum(first.lines.unrealized_pnl, ZERO)


class TestRealPrices:
    """Closes as they were traded."""

    @staticmethod
    def of(*symbols: str, first: date, last: date) -> dict[str, dict[date, str]]:
        """The bundled closes of the symbols, by session."""
        found: dict[str, dict[date, str]] = {symbol: {} for symbol in symbols}
        with gzip.open(BUNDLED, "rt") as file:
            for row in csv.DictReader(file):
                session = date.fromisoformat(row["date"])
                if row["symbol"] in found and first <= session <= last:
                    found[row["symbol"]][session] = row["close"]
        return found

    def test_goog_and_spy_move_by_quantity_times_the_change_of_the_close(self) -> None:
        first, last = date(2012, 12, 31), date(2013, 3, 1)
        prices = self.of("GOOG", "SPY", first=first, last=last)
        sessions = sorted(prices["GOOG"])
        goog, spy = (
            position("GOOG", "100", "700.00", first),
            position("SPY", "200", "140.00", first),
        )
        marks = {
            p.position_id: closes(sessions, *(prices[p.symbol][day] for day in sessions))
            for p in (goog, spy)
        }
        snapshots = value_sessions(book(goog, spy), sessions, marks, opening("120000"))

        assert len(snapshots) == 42
        start = 100 * usd(prices["GOOG"][first]) + 200 * usd(prices["SPY"][first])
        for snapshot in snapshots:
            day = snapshot.session
            worth = 100 * usd(prices["GOOG"][day]) + 200 * usd(prices["SPY"][day])
            assert snapshot.nav == usd("120000") + rounded(worth - start)
            assert snapshot.cash == snapshots[0].cash
        check_identities(snapshots)

    def test_24_fractional_funds_over_a_year_leave_cash_as_it_was(self) -> None:
        symbols = (
            *("SPY", "DIA", "EFA", "EEM", "EWG", "EWJ", "EWQ", "EWU", "EPP", "FXI", "VGK", "VPL"),
            *("XLB", "XLE", "XLF", "XLK", "XLU", "TLT", "IEF", "TIP", "LQD", "BND", "CSJ", "GOOG"),
        )
        prices = self.of(*symbols, first=date(2012, 1, 3), last=date(2013, 1, 3))
        sessions = sorted(prices["SPY"])
        funds = [
            position(symbol, f"{n}.{n * 12345677 % 10**8:08}", "50.00", date(2011, 1, 3))
            for n, symbol in enumerate(symbols, start=1)
        ]
        marks = {
            p.position_id: closes(sessions, *(prices[p.symbol][day] for day in sessions))
            for p in funds
        }
        snapshots = value_sessions(book(*funds), sessions, marks, opening("20000"))

        assert len(funds) == 24
        assert len(sessions) == 252
        assert {snapshot.cash for snapshot in snapshots} == {snapshots[0].cash}
        check_identities(snapshots)
