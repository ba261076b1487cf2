"""Specification of what a day said again changes (spec 7.3)."""

from decimal import Decimal

from domain.restatement import LineDifference, LineFigures, Restatement
from tests.support.books import FRIDAY, position, valued

GOOG, SPY, IBM = (
    position("GOOG", "100", "50"),
    position("SPY", "10", "20"),
    position("IBM", "1", "9"),
)


def figures(quantity: str, price: str, value: str, pnl: str) -> LineFigures:
    """What a day says of a line."""
    return LineFigures(Decimal(quantity), Decimal(price), Decimal(value), Decimal(pnl))


def test_only_lines_that_differ_are_told_with_both_figures() -> None:
    (_, before) = valued("100000", {GOOG: ("50", "52"), SPY: ("20", "21")})
    (_, after) = valued("100000", {GOOG: ("50", "53"), SPY: ("20", "21")})

    restated = Restatement.between(before, after, "a close was corrected", "prices")

    assert restated == Restatement(
        session=before.session,
        nav_before=Decimal("100210.00"),
        nav_after=Decimal("100310.00"),
        pnl_before=Decimal("210.00"),
        pnl_after=Decimal("310.00"),
        lines=(
            LineDifference(
                GOOG.position_id,
                "GOOG",
                figures("100", "52", "5200.00", "200.00"),
                figures("100", "53", "5300.00", "300.00"),
            ),
        ),
        reason="a close was corrected",
        caused_by="prices",
    )


def test_a_line_that_a_day_does_not_have_is_none_there() -> None:
    (before,) = valued("100000", {GOOG: ["50"], SPY: ["20"]})
    (after,) = valued("100000", {GOOG: ["50"], IBM: ["9"]})

    restated = Restatement.between(before, after, "", "")

    assert restated.lines == (
        LineDifference(SPY.position_id, "SPY", figures("10", "20", "200.00", "0.00"), None),
        LineDifference(IBM.position_id, "IBM", None, figures("1", "9", "9.00", "0.00")),
    )


def test_a_day_that_was_never_valued_has_no_figures_before() -> None:
    (after,) = valued("100000", {GOOG: ["50"]})

    restated = Restatement.between(None, after, "", "")

    assert (restated.session, restated.nav_before, restated.pnl_before) == (FRIDAY, None, None)
    assert [(line.symbol, line.before) for line in restated.lines] == [("GOOG", None)]


def test_a_day_said_again_alike_differs_in_no_line() -> None:
    (day,) = valued("100000", {GOOG: ["50"]})

    assert Restatement.between(day, day, "", "").lines == ()
