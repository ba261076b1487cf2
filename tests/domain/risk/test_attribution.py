"""Where P&L came from: parts that add up to the cent, on valuations of real closes."""

from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.corporate_action import CorporateAction
from domain.money import ZERO
from domain.position import Position
from domain.risk.attribution import (
    UNKNOWN,
    AttributedPart,
    Attribution,
    by_label,
    by_position,
    pooled,
)
from domain.snapshot import Snapshot
from domain.valuation import value_sessions
from tests.support.books import (
    FRIDAY,
    book,
    closes,
    dividend,
    flow,
    opening,
    position,
    split,
    valued,
    weekdays,
)
from tests.support.panels import bundled_panel

SATURDAY, MONDAY, TUESDAY = (FRIDAY + timedelta(days=n) for n in (1, 3, 4))
CENT = Decimal("0.01")


def usd(text: str) -> Decimal:
    """An amount."""
    return Decimal(text)


def of(snapshots: list[Snapshot]) -> Attribution:
    """By position, from the first to the last."""
    return by_position(snapshots[0], snapshots[1:])


def part(attribution: Attribution, title: str) -> AttributedPart:
    """The part with that title."""
    return next(one for one in attribution.parts if one.title == title)


def holds_together(attribution: Attribution) -> None:
    """Everything that is promised of parts and whole."""
    whole, parts = attribution.total, attribution.parts
    assert attribution.residual == ZERO
    for name in ("pnl", "realized", "unrealized_change", "income", "corrections"):
        assert getattr(whole, name) == sum((getattr(one, name) for one in parts), ZERO), name
    for one in (whole, *parts):
        assert one.pnl + one.corrections == one.realized + one.unrealized_change + one.income
        assert one.pnl == one.pnl.quantize(CENT)
    assert attribution.nav_end == (
        attribution.nav_start + whole.pnl + attribution.flows + attribution.corrections
    )


def test_what_is_held_what_was_sold_and_what_came_in_are_told_apart() -> None:
    held, sold = position("A", "100", "50.00"), position("B", "10", "20.00", closed=(MONDAY, "26"))
    paid_in = [flow(TUESDAY, "5000.00"), flow(TUESDAY, "-200.00")]
    found = of(valued("10000", {held: ("50", "52", "51"), sold: ("24", "25", "27")}, paid_in))

    assert part(found, "A").unrealized_change == part(found, "A").pnl == usd("100.00")
    assert part(found, "B").pnl == usd("20.00")  # 260 less the 240 of the opening
    assert part(found, "B").realized == usd("60.00")
    assert part(found, "B").unrealized_change == usd("-40.00")
    assert (found.flows, found.total.pnl) == (usd("4800.00"), usd("120.00"))
    assert (found.nav_start, found.nav_end) == (usd("10000.00"), usd("14920.00"))
    assert found.total.contribution == 0.012
    assert found.corrections == ZERO
    holds_together(found)


def test_parts_are_listed_from_the_largest_gain_to_the_largest_loss() -> None:
    lost, won = position("L", "10", "20"), position("W", "10", "20")
    found = of(valued("1000", {lost: ("20", "15"), won: ("20", "22")}))
    assert [one.title for one in found.parts] == ["W", "L"]


def test_dividends_are_income_and_splits_are_nothing() -> None:
    days = weekdays(FRIDAY, 3)
    held = position("A", "100", "50.00")
    actions: list[CorporateAction] = [split("A", MONDAY, "2"), dividend("A", TUESDAY, "0.25")]
    marks = {held.position_id: closes(days, "50", "25.10", "25.00")}
    snapshots = value_sessions(book(held, actions=actions), days, marks, opening("10000"))
    found = of(snapshots)

    assert part(found, "A").income == usd("50.00")
    assert part(found, "A").unrealized_change == ZERO
    assert found.total.pnl == usd("50.00")
    holds_together(found)


def test_a_span_may_start_on_any_day() -> None:
    held = position("A", "100", "50.00")
    snapshots = valued("10000", {held: ("50", "52", "51")})
    found = by_position(snapshots[1], snapshots[2:])
    assert (found.from_on, found.to_on, found.total.pnl) == (MONDAY, TUESDAY, usd("-100.00"))
    holds_together(found)


def test_a_span_without_days_has_no_pnl() -> None:
    (snapshot,) = valued("10000", {position("A", "100", "50.00"): ["50"]})
    found = by_position(snapshot, [])
    assert (found.parts, found.total.pnl, found.nav_end) == ((), ZERO, snapshot.nav)


def test_lots_of_one_symbol_are_parts_of_their_own_and_labels_put_them_together() -> None:
    one, two, other = position("A", "1", "5"), position("A", "2", "5"), position("B", "1", "5")
    snapshots = valued("100", {one: ("5", "6"), two: ("5", "6"), other: ("5", "4")})
    assert sorted(part.title for part in of(snapshots).parts) == ["A", "A", "B"]

    labels = {one.position_id: "Energy", two.position_id: "Energy"}
    found = by_label(of(snapshots), labels)
    assert [(each.title, each.pnl) for each in found.parts] == [
        ("Energy", usd("3.00")),
        (UNKNOWN, usd("-1.00")),
    ]
    holds_together(found)


def test_a_position_in_two_halves_contributes_the_same() -> None:
    whole = of(valued("1000", {position("A", "4", "5.25"): ("5", "6.5")}))
    halves = [position("A", "2", "5.25") for _ in range(2)]
    found = of(valued("1000", dict.fromkeys(halves, ("5", "6.5"))))
    assert found.total == whole.total


def test_of_the_smallest_nav_there_is_a_contribution() -> None:
    found = of(valued("0.50", {position("A", "1", "1"): ["1", "2"]}))

    assert (found.total.pnl, found.total.contribution) == (usd("1.00"), 2.0)


def test_without_nav_there_is_no_contribution() -> None:
    found = of(valued("-5", {position("A", "1", "5"): ("5", "6")}))
    assert (found.total.pnl, found.total.contribution) == (usd("1.00"), None)


def test_what_later_days_do_not_build_on_yet_is_a_correction() -> None:
    held = position("A", "100", "50.00")
    friday, _, tuesday = valued("10000", {held: ("50", "52", "51")})
    (_, restated, _) = valued("10000", {held: ("50", "53", "51")})
    found = by_position(friday, [restated, tuesday])

    assert found.total.pnl == usd("200.00")  # +300 as restated, -100 on what was before
    assert found.nav_end == friday.nav + usd("100.00")
    assert found.corrections == part(found, "A").corrections == usd("-100.00")
    holds_together(found)


@st.composite
def histories(draw: st.DrawFn) -> list[Snapshot]:
    """Shares bought and sold at real closes, in part or whole, with flows and dividends."""
    panel = bundled_panel(("AAPL", "IBM"))
    days = list(panel.sessions[-25:])
    prices = [[f"{close:.2f}" for close in panel.closes[-25:, n].tolist()] for n in (0, 1)]
    held: dict[Position, int] = {}
    for _ in range(draw(st.integers(1, 4))):
        which = draw(st.integers(0, 1))
        entered, left = sorted(draw(st.tuples(st.integers(-3, 22), st.integers(0, 24))))
        quantity = draw(st.decimals("-900", "900", places=2).filter(lambda q: abs(q) > 1))
        entry_on = days[entered] if entered >= 0 else date(2012, 6, 1)
        parts = [(days[left], str(quantity / 2), prices[which][left])] if left > entered else []
        price = str(draw(st.decimals("10", "700", places=3)))
        symbol = ("AAPL", "IBM")[which]
        held[position(symbol, str(quantity), price, entry_on, parts=parts)] = which
    actions = [dividend("IBM", days[draw(st.integers(1, 24))], "0.875")]
    flows = [flow(days[draw(st.integers(1, 24))], str(draw(st.decimals("1", "9000", places=2))))]
    marks = {one.position_id: closes(days, *prices[which]) for one, which in held.items()}
    return value_sessions(book(*held, flows=flows, actions=actions), days, marks, opening("250000"))


@given(histories(), st.integers(0, 10), st.integers(11, 25))
@settings(max_examples=60, deadline=None)
def test_every_span_of_every_history_adds_up_to_the_cent(
    snapshots: list[Snapshot], first: int, end: int
) -> None:
    start, days = snapshots[first], snapshots[first + 1 : end]
    found = by_position(start, days)
    labels = {key: symbol for day in snapshots
              for key, symbol in day.lines.rows("position_id", "symbol")}  # fmt: skip

    for each in (found, by_label(found, labels), by_label(found, {})):
        holds_together(each)
        assert each.corrections == each.total.corrections == ZERO
        assert each.total == msgspec.convert(msgspec.to_builtins(found.total), AttributedPart)
    assert found.total.pnl == sum((day.pnl for day in days), ZERO)


@given(histories(), histories(), st.integers(0, 10))
@settings(max_examples=40, deadline=None)
def test_portfolios_together_add_up_to_the_cent_and_one_alone_is_itself(
    snapshots: list[Snapshot], others: list[Snapshot], later: int
) -> None:
    found, other = of(snapshots), of(others[later:])
    assert pooled([found]) == found
    both = pooled([found, other])

    holds_together(both)
    assert both.total.pnl == found.total.pnl + other.total.pnl
    brought = other.nav_start if later else ZERO
    assert both.nav_start + brought == found.nav_start + other.nav_start
    assert both.flows == found.flows + other.flows + brought
    assert both.nav_end == both.nav_start + both.flows + both.corrections + both.total.pnl
    assert pooled([other, found]) == both


@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_lines_is_of_no_account(seed: int) -> None:
    positions = [position("A", str(n), "5") for n in range(1, 9)]
    snapshots = valued("1000", dict.fromkeys(positions, ("5", "6", "4")))
    order = np.random.default_rng(seed).permutation(len(positions)).tolist()

    def shuffled(day: Snapshot) -> Snapshot:
        columns = {
            name: tuple(getattr(day.lines, name)[place] for place in order)
            for name in day.lines.__struct_fields__
        }
        return msgspec.structs.replace(day, lines=msgspec.structs.replace(day.lines, **columns))

    assert of([shuffled(day) for day in snapshots]) == of(snapshots)


def test_keys_of_positions_are_their_ids() -> None:
    held = position("A", "1", "5")
    (only,) = of(valued("100", {held: ("5", "6")})).parts
    assert UUID(only.key) == held.position_id
