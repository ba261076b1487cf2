"""Specification of expiry: an option comes to its end and is settled to cash (spec 2.2, 5.3)."""

from datetime import date, timedelta
from decimal import Decimal

import msgspec
import pytest

from domain.instrument import InvestmentClass
from domain.kernel import Event
from domain.portfolio import Portfolio
from domain.position import Position
from domain.position_refusals import ClosedOverHeld, CorrectionContradicted, PositionUnknown
from tests.domain.intakes import MONDAY, TUESDAY, WEDNESDAY, Decision
from tests.domain.test_editing import closing, correcting, removing
from tests.support.events import (
    corrected,
    expired,
    imported,
    number,
    numbered,
    portfolio_opened,
    position_closed,
    removed,
    stated,
)
from tests.support.specification import SUBJECT, Given, given

CALLS = msgspec.structs.replace(
    numbered(stated("GOOG120703C00600000", "5", "9.00", investment_class=InvestmentClass.OPTIONS)),
    underlying="GOOG",
    strike=Decimal(600),
    expires_on=TUESDAY,
    right="CALL",
)


def holding(*history: Event) -> Given[Portfolio]:
    """The portfolio holds 5 calls, and what happened since."""
    return given(Portfolio, portfolio_opened(), imported(CALLS), *history)


def expiring(settlement: str, on: date = TUESDAY, option: Position = CALLS) -> Decision:
    """The decision to settle an option."""
    return lambda p: p.expire(option.position_id, on, Decimal(settlement))


def parts(portfolio: Portfolio) -> list[tuple[date, Decimal, Decimal]]:
    """What of the calls was closed when and at what price."""
    position = portfolio.holdings.positions[CALLS.position_id]
    return [(part.closed_on, part.quantity, part.price) for part in position.closings]


@pytest.mark.parametrize("settlement", ["0", "3.25"])
def test_what_is_left_is_closed_at_the_settlement(settlement: str) -> None:
    sold = position_closed(CALLS, "2", "8.00", MONDAY)
    outcome = holding(sold).when(expiring(settlement))

    outcome.then(expired(CALLS, settlement, TUESDAY))
    assert parts(outcome.aggregate)[1:] == [(TUESDAY, Decimal(3), Decimal(settlement))]
    assert outcome.aggregate.holdings.positions[CALLS.position_id].open_quantity == 0


def test_the_same_word_again_is_nothing_to_do() -> None:
    holding(expired(CALLS, "3.25", TUESDAY)).when(expiring("3.250")).then_nothing()


def test_another_word_replaces_the_former() -> None:
    outcome = holding(expired(CALLS, "3.25", TUESDAY)).when(expiring("0"))

    outcome.then(expired(CALLS, "0", TUESDAY))
    assert parts(outcome.aggregate) == [(TUESDAY, Decimal(5), Decimal(0))]


def test_an_option_that_was_sold_before_does_not_expire() -> None:
    holding(position_closed(CALLS, "5", "8.00", MONDAY)).when(expiring("0")).then_nothing()


def test_an_unknown_option_is_refused() -> None:
    holding().when(lambda p: p.expire(number("nothing"), TUESDAY, Decimal(0))).then_refused(
        PositionUnknown
    )
    holding(removed(CALLS)).when(expiring("0")).then_refused(PositionUnknown)


def test_a_sale_before_it_that_becomes_known_later_leaves_less_to_expire() -> None:
    outcome = holding(expired(CALLS, "3.25", TUESDAY)).when(closing(CALLS, "2", on=MONDAY))

    outcome.then(position_closed(CALLS, "2", "55.00", MONDAY))
    assert parts(outcome.aggregate) == [
        (MONDAY, Decimal(2), Decimal("55.00")),
        (TUESDAY, Decimal(3), Decimal("3.25")),
    ]


def test_all_of_it_sold_before_nothing_is_left_to_expire() -> None:
    outcome = holding(expired(CALLS, "3.25", TUESDAY)).when(closing(CALLS, on=MONDAY))

    outcome.then(position_closed(CALLS, "5", "55.00", MONDAY))
    assert parts(outcome.aggregate) == [(MONDAY, Decimal(5), Decimal("55.00"))]


def test_after_it_nothing_is_left_to_close() -> None:
    holding(expired(CALLS, "3.25", TUESDAY)).when(closing(CALLS, on=WEDNESDAY)).then_refused(
        ClosedOverHeld, "Nothing is left"
    )


@pytest.mark.parametrize("on", [WEDNESDAY, MONDAY + timedelta(days=30)])
def test_nor_while_the_settlement_is_not_recorded_yet(on: date) -> None:
    holding().when(closing(CALLS, "2", on=on)).then_refused(
        ClosedOverHeld, "Nothing is left of 'GOOG120703C00600000' to close after 2012-07-03"
    )
    holding().when(closing(CALLS, "2", on=TUESDAY)).then(
        position_closed(CALLS, "2", "55.00", TUESDAY)
    )


def test_one_that_was_entered_after_its_end_can_be_closed_on_that_day() -> None:
    late = msgspec.structs.replace(CALLS, entry_on=WEDNESDAY)
    history = given(Portfolio, portfolio_opened(), imported(late))

    history.when(closing(late, on=WEDNESDAY)).then(position_closed(late, "5", "55.00", WEDNESDAY))
    history.when(closing(late, on=MONDAY + timedelta(days=3))).then_refused(ClosedOverHeld)


def test_what_lacks_a_term_of_an_option_is_never_settled_and_can_be_closed() -> None:
    bare = msgspec.structs.replace(CALLS, strike=None)

    given(Portfolio, portfolio_opened(), imported(bare)).when(closing(bare, on=WEDNESDAY)).then(
        position_closed(bare, "5", "55.00", WEDNESDAY)
    )


def test_on_the_very_day_it_can_still_be_sold_which_leaves_less_to_expire() -> None:
    outcome = holding(expired(CALLS, "3.25", TUESDAY)).when(closing(CALLS, "2", on=TUESDAY))

    outcome.then(position_closed(CALLS, "2", "55.00", TUESDAY))
    assert parts(outcome.aggregate) == [
        (TUESDAY, Decimal(2), Decimal("55.00")),
        (TUESDAY, Decimal(3), Decimal("3.25")),
    ]


def test_worthless_options_are_closed_at_nothing() -> None:
    holding().when(closing(CALLS, price="0")).then(position_closed(CALLS, "5", "0", TUESDAY))


def test_a_correction_after_it_moves_what_expired() -> None:
    history = position_closed(CALLS, "2", "8.00", MONDAY), expired(CALLS, "3.25", TUESDAY)
    outcome = holding(*history).when(correcting(CALLS, quantity=Decimal(7)))

    outcome.then(corrected(CALLS, quantity=Decimal(7)))
    assert parts(outcome.aggregate)[1:] == [(TUESDAY, Decimal(5), Decimal("3.25"))]
    holding(*history).when(correcting(CALLS, quantity=Decimal(1))).then_refused(
        CorrectionContradicted
    )


def test_it_can_be_removed() -> None:
    outcome = holding(expired(CALLS, "3.25", TUESDAY)).when(removing(CALLS))

    outcome.then(removed(CALLS))
    assert outcome.aggregate.book().positions == ()
    gone = holding(expired(CALLS, "3.25", TUESDAY), removed(CALLS))
    gone.when(correcting(CALLS, quantity=Decimal(7))).then_refused(PositionUnknown)
    gone.when(closing(CALLS, on=MONDAY)).then_refused(PositionUnknown)


@pytest.mark.parametrize(
    ("history", "counts_from"),
    [
        ([expired(CALLS, "0", TUESDAY)], TUESDAY),
        ([expired(CALLS, "0", WEDNESDAY), expired(CALLS, "0", TUESDAY)], TUESDAY),
        ([expired(CALLS, "0", TUESDAY), expired(CALLS, "1", TUESDAY)], TUESDAY),
        ([expired(CALLS, "0", TUESDAY), position_closed(CALLS, "1", "2", MONDAY)], MONDAY),
    ],
)
def test_it_counts_from_the_first_day_that_is_otherwise(
    history: list[Event], counts_from: date
) -> None:
    before = portfolio_opened(), imported(CALLS), *history[:-1]
    portfolio = Portfolio.replay(SUBJECT, [*before, history[-1]])

    assert portfolio.changed_from(len(before)) == counts_from
