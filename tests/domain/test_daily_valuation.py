"""Specification of a day's valuation: recorded once, restated where a figure moved (spec 2.2)."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from domain.daily_valuation import BrokenIdentity, DailyValuation
from domain.identity import daily_valuation_id
from domain.mark import MarkQuality, MarkSource
from domain.position import Position
from domain.snapshot import Snapshot
from domain.valuation import value_sessions
from tests.support.books import FRIDAY, PORTFOLIO, book, closes, opening, position, weekdays
from tests.support.specification import given, refused, through_the_store

GOOG = position("GOOG", "100", "570.00")
SHORT = position("SPY", "-10", "136.00")
CASH = position("CASH_USD", "1", "5000", subtype="CASH")
MONDAY = weekdays(FRIDAY, 2)[1]
CAUSE = "price-book:42"


def days(
    goog: str = "581.00",
    *,
    positions: tuple[Position, ...] = (GOOG, SHORT, CASH),
    **book_terms: Any,
) -> list[Snapshot]:
    """The opening and the Monday after it, on which GOOG closes at `goog`."""
    prices = {"GOOG": ("580.00", goog), "SPY": ("136.10", "136.50"), "CASH_USD": ("5000", "5000")}
    sessions = [FRIDAY, MONDAY]
    marks = {p.position_id: closes(sessions, *prices[p.symbol]) for p in positions}
    terms = replace(book(*positions), **book_terms)
    return value_sessions(terms, sessions, marks, opening("60000"))


def calculated(snapshot: Snapshot) -> DailyValuation.SnapshotCalculated:
    """The event of a first valuation."""
    return DailyValuation.SnapshotCalculated(**fields(snapshot))


def restated(
    snapshot: Snapshot, reason: str = "a close was corrected"
) -> DailyValuation.SnapshotRestated:
    """The event of a later one."""
    return DailyValuation.SnapshotRestated(**fields(snapshot), reason=reason, caused_by=CAUSE)


def fields(snapshot: Snapshot) -> dict[str, Any]:
    """What a snapshot says."""
    return {name: getattr(snapshot, name) for name in Snapshot.__struct_fields__}


def changed(snapshot: Snapshot, **changes: Any) -> Snapshot:
    """The snapshot with other figures."""
    return msgspec.structs.replace(snapshot, **changes)


def with_line(snapshot: Snapshot, **changes: Any) -> Snapshot:
    """The snapshot with other values in its first line."""
    columns = {name: (other, *getattr(snapshot.lines, name)[1:]) for name, other in changes.items()}
    return changed(snapshot, lines=msgspec.structs.replace(snapshot.lines, **columns))


class TestCalculating:
    """Version 1 of a day."""

    @pytest.mark.parametrize("snapshot", days(), ids=["opening", "second day"])
    def test_a_day_is_recorded_whole(self, snapshot: Snapshot) -> None:
        valuation = DailyValuation.calculate(snapshot)
        (event,) = valuation.pending

        assert event == calculated(snapshot)
        assert through_the_store(event) == event
        assert DailyValuation.replay(valuation.id, [event]).latest == valuation.latest

    def test_the_id_comes_from_portfolio_and_session(self) -> None:
        valuation = DailyValuation.calculate(days()[1])

        assert valuation.id == daily_valuation_id(PORTFOLIO, MONDAY)
        assert valuation.version == 1

    def test_topics_are_for_ever(self) -> None:
        assert DailyValuation.SnapshotCalculated.TOPIC == "daily_valuation.snapshot_calculated"
        assert DailyValuation.SnapshotRestated.TOPIC == "daily_valuation.snapshot_restated"

    def test_money_is_stored_as_text(self) -> None:
        stored = msgspec.json.decode(msgspec.json.encode(calculated(days()[1])))

        assert stored["pnl"] == "96.00"
        assert stored["lines"]["market_value"] == ["58100.00", "-1365.00", "5000.00"]
        assert stored["previous"] == {"session": "2012-06-29", "nav": "60000.00", "version": 1}


class TestContradictions:
    """A day that breaks an identity is never recorded, first or later."""

    @pytest.mark.parametrize(
        ("changes", "said"),
        [
            ({"nav": Decimal("60096.01"), "cash": Decimal("3361.01")}, "previous NAV"),
            ({"cash": Decimal(0)}, "cash"),
            ({"long_value": Decimal("58100.01"), "cash": Decimal("3360.99")}, "long value"),
            ({"short_value": Decimal("-1365.01"), "cash": Decimal("3361.01")}, "short value"),
            ({"pnl": Decimal("95.00"), "flows": Decimal("1.00")}, "P&L"),
            ({"opening": True}, "opening"),
            ({"previous": None, "opening": True}, "opening"),
        ],
    )
    def test_a_contradiction_is_refused(self, changes: dict[str, Any], said: str) -> None:
        first = days()[1]
        wrong = changed(first, **changes)

        refused(lambda: DailyValuation.calculate(wrong), BrokenIdentity, "2012-07-02", said)
        given(DailyValuation, calculated(first)).when(
            lambda day: day.restate(wrong, "r", CAUSE)
        ).then_refused(BrokenIdentity, said)


class TestRestating:
    """Version 2 and up."""

    def test_another_close_restates_the_day(self) -> None:
        before, after = days()[1], days("582.00")[1]

        given(DailyValuation, calculated(before)).when(
            lambda day: day.restate(after, "a close was corrected", CAUSE)
        ).then(restated(after))

    def test_the_same_figures_are_nothing_to_restate(self) -> None:
        given(DailyValuation, calculated(days()[1])).when(
            lambda day: day.restate(days()[1], "again", CAUSE)
        ).then_nothing()

    def test_a_restatement_is_compared_with_the_latest_version(self) -> None:
        history = calculated(days()[1]), restated(days("582.00")[1])

        given(DailyValuation, *history).when(
            lambda day: day.restate(days("582.00")[1], "again", CAUSE)
        ).then_nothing()
        given(DailyValuation, *history).when(
            lambda day: day.restate(days()[1], "a close was corrected", CAUSE)
        ).then(restated(days()[1]))

    def test_versions_digests_and_the_order_of_lines_are_no_figures(self) -> None:
        elsewise = days(positions=(CASH, GOOG, SHORT), version=9)[1].following(version=4)

        assert elsewise.inputs_digest != days()[1].inputs_digest
        given(DailyValuation, calculated(days()[1])).when(
            lambda day: day.restate(elsewise, "again", CAUSE)
        ).then_nothing()

    @pytest.mark.parametrize(
        ("column", "other"),
        [
            ("mark_on", FRIDAY),
            ("mark_source", MarkSource.MANUAL),
            ("mark_quality", MarkQuality.STALE),
        ],
    )
    def test_another_mark_of_the_same_price_restates_the_day(
        self, column: str, other: object
    ) -> None:
        before = days()[1]
        after = with_line(before, **{column: other})

        given(DailyValuation, calculated(before)).when(
            lambda day: day.restate(after, "a close was corrected", CAUSE)
        ).then(restated(after))

    def test_another_provider_of_the_same_mark_is_nothing_to_restate(self) -> None:
        given(DailyValuation, calculated(days()[1])).when(
            lambda day: day.restate(with_line(days()[1], mark_provider="yahoo"), "again", CAUSE)
        ).then_nothing()

    def test_a_flow_that_moved_a_day_restates_both_days(self) -> None:
        before = days()[1]
        assert before.previous is not None
        less = msgspec.structs.replace(before.previous, nav=before.previous.nav - 1)
        after = changed(before, previous=less, flows=before.flows + 1)

        given(DailyValuation, calculated(before)).when(
            lambda day: day.restate(after, "a flow was dated anew", CAUSE)
        ).then(restated(after, "a flow was dated anew"))

    def test_another_day_before_it_restates_the_day(self) -> None:
        before = days()[1]
        assert before.previous is not None
        gap_filled = msgspec.structs.replace(before.previous, session=FRIDAY.replace(day=28))
        after = changed(before, previous=gap_filled)

        given(DailyValuation, calculated(before)).when(
            lambda day: day.restate(after, "a gap was filled", CAUSE)
        ).then(restated(after, "a gap was filled"))

    def test_a_line_that_came_or_went_restates_the_day(self) -> None:
        less = days(positions=(GOOG, CASH))[1]

        given(DailyValuation, calculated(days()[1])).when(
            lambda day: day.restate(less, "a close was corrected", CAUSE)
        ).then(restated(less))


def test_a_line_of_less_than_a_dollar_is_on_its_own_side() -> None:
    (dear, cheap) = position("DEAR", "1", "0.60"), position("CHEAP", "-1", "0.40")
    marks = {
        dear.position_id: closes([FRIDAY], "0.60"),
        cheap.position_id: closes([FRIDAY], "0.40"),
    }
    (day,) = value_sessions(book(dear, cheap), [FRIDAY], marks, opening("10"))

    assert DailyValuation.calculate(day).pending == (calculated(day),)
