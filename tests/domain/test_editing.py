"""Specification of editing positions by hand: opened, corrected, closed, removed (spec 2.2, 4.5).

What files do is specified in `test_imports`, expiry in `test_expiry`.
"""

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from domain.edit import Correction
from domain.instrument import InvestmentClass
from domain.kernel import Event
from domain.portfolio import Portfolio
from domain.position import Closing, Position, PositionTerms
from domain.position_refusals import (
    ClosedOverHeld,
    ClosingDateRefused,
    ClosingPriceRefused,
    CorrectionContradicted,
    NothingClosed,
    PositionUnknown,
)
from tests.domain.intakes import MONDAY, TUESDAY, WEDNESDAY, Decision, ids, importing
from tests.support.books import split
from tests.support.events import (
    OPENING_DAY,
    corrected,
    imported,
    number,
    numbered,
    portfolio_opened,
    position_closed,
    position_opened,
    removed,
    revalued,
    stated,
)
from tests.support.specification import SUBJECT, Given, given

AAPL = numbered(stated("AAPL"))
SHORT = numbered(stated("SPY", "-20", "136.10"))
BARN = numbered(stated("BARN", "1", "90000", investment_class=InvestmentClass.PRIVATE))
GONE = numbered(stated("GOOG"))


def holding(*history: Event) -> Given[Portfolio]:
    """The portfolio holds AAPL, a short of SPY, and a barn, and what happened since."""
    return given(Portfolio, portfolio_opened(), imported(AAPL, SHORT, BARN), *history)


def opening(*terms: PositionTerms, notes: Sequence[str] | None = None) -> Decision:
    """The decision to enter positions."""
    return lambda p: p.open_positions(terms, notes or [""] * len(terms), ids)


def correcting(position: Position, **changes: Any) -> Decision:
    """The decision to correct a position."""
    correction = Correction(**changes)
    return lambda p: p.correct(position.position_id, correction, "typed wrongly")


def closing(
    position: Position,
    quantity: str | None = None,
    price: str = "55.00",
    on: date = TUESDAY,
    factor: str = "1",
) -> Decision:
    """The decision to close a position, or a part of it; one share became `factor` on Monday."""
    part = None if quantity is None else Decimal(quantity)
    splits = [] if factor == "1" else [split(position.symbol, MONDAY, factor)]
    return lambda p: p.close(position.position_id, on, Decimal(price), part, splits)


def removing(position: Position) -> Decision:
    """The decision to remove a position."""
    return lambda p: p.remove(position.position_id, "entered twice")


class TestOpening:
    """The owner enters positions."""

    def test_a_position_is_held_beside_the_others(self) -> None:
        outcome = holding().when(opening(stated("GOOG", entry_on=MONDAY), notes=["a tip"]))

        goog = numbered(stated("GOOG", entry_on=MONDAY))
        outcome.then(position_opened(goog, "a tip"))
        assert outcome.aggregate.book().positions == (AAPL, SHORT, BARN, goog)
        assert outcome.aggregate.holdings.notes == {goog.position_id: "a tip"}

    def test_many_come_at_once_identical_lots_too(self) -> None:
        lots = numbered(stated("AAPL"), 2), numbered(stated("AAPL"), 3)

        holding().when(opening(stated("AAPL"), stated("AAPL"), stated("GOOG"))).then(
            *map(position_opened, (*lots, numbered(stated("GOOG"))))
        )

    def test_quantities_are_stated_as_of_the_opening_or_a_later_entry(self) -> None:
        old, new = stated("GOOG", entry_on=date(2009, 1, 2)), stated("GOOG", entry_on=MONDAY)
        portfolio = holding().when(opening(old, new)).aggregate

        days = portfolio.holdings.stated_on
        assert [days[numbered(terms).position_id] for terms in (old, new)] == [OPENING_DAY, MONDAY]
        assert days[AAPL.position_id] == OPENING_DAY

    def test_a_file_finds_it_held_already(self) -> None:
        outcome = holding(position_opened(GONE)).when(importing(stated("GOOG"), name="second"))

        assert outcome.refusal is not None
        assert outcome.refusal.code == "ERR_POS_022"

    def test_it_counts_from_its_entry(self) -> None:
        goog = position_opened(numbered(stated("GOOG", entry_on=MONDAY)))

        assert changed_from(goog) == MONDAY


class TestCorrecting:
    """The owner corrects what a position had been stated as."""

    @pytest.mark.parametrize(
        "changes",
        [
            {"quantity": Decimal(90)},
            {"entry_price": Decimal("49.50")},
            {"entry_on": MONDAY},
            {"investment_subtype": "ETF"},
            {"quantity": Decimal(-100), "entry_price": Decimal(51), "notes": "was a short"},
        ],
        ids=" and ".join,
    )
    def test_it_is_as_if_it_had_been_stated_so_under_the_same_id(
        self, changes: dict[str, Any]
    ) -> None:
        outcome = holding().when(correcting(AAPL, **changes))

        outcome.then(corrected(AAPL, **changes))
        position = outcome.aggregate.holdings.positions[AAPL.position_id]
        terms = {name: value for name, value in changes.items() if name != "notes"}
        assert {name: getattr(position, name) for name in terms} == terms

    def test_only_what_says_otherwise_is_recorded(self) -> None:
        holding().when(
            correcting(AAPL, quantity=Decimal("90.0"), entry_price=Decimal(50), notes="")
        ).then(corrected(AAPL, quantity=Decimal("90.0")))

    def test_what_is_so_already_is_nothing_to_do(self) -> None:
        holding().when(correcting(AAPL, quantity=Decimal("100.00"), notes="")).then_nothing()
        holding().when(correcting(AAPL)).then_nothing()
        holding(corrected(AAPL, notes="so")).when(correcting(AAPL, notes="so")).then_nothing()

    @pytest.mark.parametrize("missing", [GONE, numbered(stated("AAPL"), 2)])
    def test_an_unknown_position_is_refused(self, missing: Position) -> None:
        holding().when(correcting(missing, quantity=Decimal(1))).then_refused(PositionUnknown)

    @pytest.mark.parametrize("quantity", ["39.99", "-100", "1"])
    def test_less_than_was_closed_is_refused(self, quantity: str) -> None:
        holding(position_closed(AAPL, "40", "55.00", TUESDAY)).when(
            correcting(AAPL, quantity=Decimal(quantity))
        ).then_refused(CorrectionContradicted, "40 was closed already")

    def test_exactly_what_was_closed_is_not(self) -> None:
        outcome = holding(position_closed(AAPL, "40", "55.00", TUESDAY)).when(
            correcting(AAPL, quantity=Decimal(40))
        )

        outcome.then(corrected(AAPL, quantity=Decimal(40)))
        assert outcome.aggregate.holdings.positions[AAPL.position_id].exit_on == TUESDAY

    def test_of_less_than_one_closed_the_sign_counts_too(self) -> None:
        history = position_closed(AAPL, "0.5", "55.00", TUESDAY)

        holding(history).when(correcting(AAPL, quantity=Decimal(1))).then(
            corrected(AAPL, quantity=Decimal(1))
        )

    def test_an_entry_after_a_closing_is_refused(self) -> None:
        history = position_closed(AAPL, "40", "55.00", TUESDAY)

        holding(history).when(correcting(AAPL, entry_on=WEDNESDAY)).then_refused(
            CorrectionContradicted, "closed before that entry date"
        )
        holding(history).when(correcting(AAPL, entry_on=TUESDAY)).then(
            corrected(AAPL, entry_on=TUESDAY)
        )

    @pytest.mark.parametrize(
        ("entry_on", "counts_from"),
        [(TUESDAY, MONDAY), (OPENING_DAY, OPENING_DAY)],
        ids=["later", "earlier"],
    )
    def test_it_counts_from_the_earlier_of_old_and_new_entry(
        self, entry_on: date, counts_from: date
    ) -> None:
        goog = numbered(stated("GOOG", entry_on=MONDAY))

        assert changed_from(position_opened(goog), corrected(goog, entry_on=entry_on)) == (
            counts_from
        )
        assert changed_from(position_opened(goog), corrected(goog, quantity=Decimal(1))) == MONDAY

    def test_notes_count_from_no_day(self) -> None:
        assert changed_from(corrected(AAPL, notes="a tip")) is None

    def test_a_lot_opened_after_others_of_its_day_is_numbered_after_them(self) -> None:
        first, second, third = (numbered(stated("GOOG"), lot) for lot in (1, 2, 3))

        opened = holding(position_opened(first), position_opened(second))
        opened.when(opening(stated("GOOG"))).then(position_opened(third))

    def test_a_lot_of_the_old_day_gets_an_id_of_its_own(self) -> None:
        holding(corrected(AAPL, entry_on=MONDAY)).when(opening(stated("AAPL"))).then(
            position_opened(numbered(stated("AAPL"), 2))
        )


class TestClosing:
    """The owner closes a position, in part or whole."""

    def test_all_of_it_goes(self) -> None:
        outcome = holding().when(closing(AAPL))

        outcome.then(position_closed(AAPL, "100", "55.00", TUESDAY))
        position = outcome.aggregate.holdings.positions[AAPL.position_id]
        assert (position.open_quantity, position.exit_on) == (Decimal(0), TUESDAY)

    def test_a_part_of_it_goes(self) -> None:
        outcome = holding().when(closing(AAPL, "40"))

        outcome.then(position_closed(AAPL, "40", "55.00", TUESDAY))
        assert outcome.aggregate.holdings.positions[AAPL.position_id].open_quantity == 60

    @pytest.mark.parametrize("said", ["5", "-5"])
    def test_of_a_short_position_a_part_is_said_with_or_without_its_sign(self, said: str) -> None:
        holding().when(closing(SHORT, said, "130")).then(
            position_closed(SHORT, "-5", "130", TUESDAY)
        )

    def test_what_is_left_goes_later(self) -> None:
        holding(position_closed(AAPL, "40", "55.00", TUESDAY)).when(
            closing(AAPL, on=MONDAY, price="54")
        ).then(position_closed(AAPL, "60", "54", MONDAY))

    @pytest.mark.parametrize("quantity", ["100.00000001", "1000", "-1"])
    def test_more_than_is_held_is_refused_and_said(self, quantity: str) -> None:
        outcome = holding().when(closing(AAPL, quantity))

        outcome.then_refused(ClosedOverHeld, "Of 'AAPL' 100 is held")
        assert outcome.refusal is not None
        assert outcome.refusal.details == {"symbol": "AAPL", "held": "100"}

    def test_closed_is_closed(self) -> None:
        holding(position_closed(AAPL, "100", "55.00", TUESDAY)).when(closing(AAPL)).then_refused(
            ClosedOverHeld, "Nothing is left of 'AAPL'"
        )

    def test_a_part_of_nothing_is_refused(self) -> None:
        holding().when(closing(AAPL, "0")).then_refused(NothingClosed)

    @pytest.mark.parametrize("price", ["0", "-0.01", "NaN", "Infinity", "1000000000.01", "1E-7"])
    def test_what_is_no_exit_price_is_refused(self, price: str) -> None:
        holding().when(closing(AAPL, price=price)).then_refused(ClosingPriceRefused)

    def test_a_day_before_the_entry_is_refused(self) -> None:
        holding().when(closing(AAPL, on=date(2012, 6, 28))).then_refused(
            ClosingDateRefused, "2012-06-29"
        )
        holding().when(closing(AAPL, on=OPENING_DAY)).then(
            position_closed(AAPL, "100", "55.00", OPENING_DAY)
        )

    def test_an_unknown_position_is_refused(self) -> None:
        holding().when(closing(GONE)).then_refused(PositionUnknown)

    @pytest.mark.parametrize(
        ("said", "factor", "quantity", "traded"),
        [
            (None, "2", "100", "200"),
            ("200", "2", "100", "200"),
            ("50", "2", "25", "50"),
            ("100", "3", "33.33333333", "100"),
            (None, "0.3333333333", "100", "33.33333333"),
            ("33.33333333", "0.3333333333", "100", "33.33333333"),
            ("0.5", "0.25", "2", "0.5"),
        ],
    )
    def test_through_a_split_the_part_is_of_the_shares_of_the_day(
        self, said: str | None, factor: str, quantity: str, traded: str
    ) -> None:
        holding().when(closing(AAPL, said, factor=factor)).then(
            position_closed(AAPL, quantity, "55.00", TUESDAY, traded)
        )

    def test_what_is_held_is_said_in_shares_of_the_day(self) -> None:
        holding().when(closing(AAPL, "200.5", factor="2")).then_refused(ClosedOverHeld, "200 is")

    def test_a_part_too_small_to_count_is_refused(self) -> None:
        holding().when(closing(AAPL, "0.00000001", factor="10")).then_refused(NothingClosed)

    @pytest.mark.parametrize(
        ("said", "quantity", "traded"),
        [("150", "50", "150"), (None, "50", "150"), ("100", "33.33333333", "100")],
    )
    def test_after_a_split_learnt_late_what_was_not_traded_is_left(
        self, said: str | None, quantity: str, traded: str
    ) -> None:
        unaware = position_closed(AAPL, "50", "55.00", TUESDAY)

        outcome = holding(unaware).when(closing(AAPL, said, factor="2", on=WEDNESDAY))
        outcome.then(position_closed(AAPL, quantity, "55.00", WEDNESDAY, traded))

    def test_after_a_split_learnt_late_all_parts_make_the_whole(self) -> None:
        splits = [split("AAPL", MONDAY, "2")]
        history = [portfolio_opened(), imported(AAPL), position_closed(AAPL, "50", "55", TUESDAY)]
        portfolio = Portfolio.replay(SUBJECT, history)
        for part in ("100", "20", None):
            said = None if part is None else Decimal(part)
            portfolio.close(AAPL.position_id, WEDNESDAY, Decimal(55), said, splits)

        position = portfolio.holdings.positions[AAPL.position_id]
        assert [part.traded for part in position.closings] == [50, 100, 20, 30]
        assert (position.open_quantity, position.exit_on) == (Decimal(0), WEDNESDAY)
        valued = portfolio.book(splits).held(position)
        assert [part.traded // 10**8 for part in valued.closed_parts] == [50, 100, 20, 30]
        assert valued.shares_after(WEDNESDAY) == 0

    def test_after_a_split_learnt_late_no_more_is_left_than_there_are_shares(self) -> None:
        unaware = position_closed(AAPL, "50", "55.00", TUESDAY)

        holding(unaware).when(closing(AAPL, "150.01", factor="2")).then_refused(
            ClosedOverHeld, "150 is"
        )
        holding(unaware).when(closing(AAPL, "1", factor="0.1")).then_refused(
            ClosedOverHeld, "Nothing is left of 'AAPL'"
        )

    def test_it_counts_from_its_day(self) -> None:
        monday = position_closed(AAPL, "40", "55.00", MONDAY)
        tuesday = position_closed(AAPL, "40", "55.00", TUESDAY)

        assert changed_from(tuesday) == TUESDAY
        assert holding(monday).when(closing(AAPL, "40")).aggregate.changed_from(3) == TUESDAY

    def test_the_exit_price_is_what_a_share_of_the_day_brought(self) -> None:
        first = position_closed(AAPL, "50", "60.00", MONDAY)
        rest = position_closed(AAPL, "50", "33.00", TUESDAY, traded="100")
        portfolio = Portfolio.replay(SUBJECT, [portfolio_opened(), imported(AAPL), first, rest])

        assert portfolio.holdings.positions[AAPL.position_id].exit_price == Decimal("42.000000")


class TestRemoving:
    """The owner takes out what had been entered by mistake."""

    def test_it_is_as_if_it_had_never_been(self) -> None:
        history = [
            position_closed(AAPL, "40", "55.00", TUESDAY),
            corrected(AAPL, notes="a tip"),
            revalued(BARN, MONDAY, "95000"),
            removed(BARN),
        ]
        outcome = holding(*history).when(removing(AAPL))

        outcome.then(removed(AAPL))
        assert outcome.aggregate.book().positions == (SHORT,)
        assert outcome.aggregate.holdings.notes == {}
        assert outcome.aggregate.holdings.manual_marks(WEDNESDAY) == {}

    def test_its_id_is_never_used_again(self) -> None:
        holding(removed(AAPL)).when(opening(stated("AAPL"))).then(
            position_opened(numbered(stated("AAPL"), 2))
        )

    def test_removed_twice_is_removed_once(self) -> None:
        holding(removed(AAPL)).when(removing(AAPL)).then_nothing()

    @pytest.mark.parametrize(
        "touching",
        [
            closing(AAPL),
            correcting(AAPL, quantity=Decimal(1)),
            lambda p: p.revalue(AAPL.position_id, MONDAY, Decimal(1), ""),
        ],
        ids=["close", "correct", "revalue"],
    )
    def test_what_was_removed_is_unknown(self, touching: Callable[[Portfolio], object]) -> None:
        holding(removed(AAPL)).when(touching).then_refused(PositionUnknown)

    def test_an_unknown_position_is_refused(self) -> None:
        outcome = given(Portfolio, portfolio_opened()).when(
            lambda p: p.remove(number("nothing"), "")
        )

        outcome.then_refused(PositionUnknown)

    def test_it_counts_from_the_entry(self) -> None:
        goog = numbered(stated("GOOG", entry_on=MONDAY))

        assert changed_from(position_opened(goog), removed(goog)) == MONDAY


def test_closings_stand_in_the_order_they_were_recorded() -> None:
    parts = [("10", TUESDAY), ("20", MONDAY), ("10", TUESDAY)]
    history = [position_closed(AAPL, quantity, "55", on) for quantity, on in parts]
    portfolio = Portfolio.replay(SUBJECT, [portfolio_opened(), imported(AAPL), *history])

    assert portfolio.holdings.positions[AAPL.position_id].closings == tuple(
        Closing(closed_on=on, quantity=Decimal(n), price=Decimal(55), traded=Decimal(n))
        for n, on in parts
    )
    assert changed_from(*history[:1], history[2]) == TUESDAY  # the same closing once more


def changed_from(*history: Event) -> date | None:
    """The day from which the last of the events counts."""
    before = portfolio_opened(), imported(AAPL, SHORT, BARN), *history[:-1]
    return Portfolio.replay(SUBJECT, [*before, history[-1]]).changed_from(len(before))
