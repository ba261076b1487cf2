"""Specification of what is asked of a run and of its parts."""

from datetime import date
from uuid import UUID

from domain.run_order import Counts, RunKind, RunOrder, Span

ADA, FIRST, SECOND, WHOLE = (UUID(int=n) for n in range(1, 5))
FRIDAY, MONDAY = date(2024, 1, 12), date(2024, 1, 15)
ORDER = RunOrder(
    kind=RunKind.NIGHTLY,
    calculation_on=MONDAY,
    requested_by=ADA,
    skips=(5,),
    reason="a close was corrected",
    restate=Span(FRIDAY),
)


def test_an_order_over_one_portfolio_asks_the_same_of_it_alone() -> None:
    assert ORDER.over(FIRST) == RunOrder(
        kind=RunKind.NIGHTLY,
        calculation_on=MONDAY,
        portfolio_ids=(FIRST,),
        requested_by=ADA,
        skips=(5,),
        reason="a close was corrected",
        restate=Span(FRIDAY),
    )


def test_a_part_is_asked_the_same_of_its_portfolios_up_to_their_session() -> None:
    part = ORDER.as_part(WHOLE, iter([FIRST, SECOND]), FRIDAY)

    assert part == RunOrder(
        kind=RunKind.NIGHTLY,
        calculation_on=FRIDAY,
        portfolio_ids=(FIRST, SECOND),
        requested_by=ADA,
        skips=(5,),
        part_of=WHOLE,
        reason="a close was corrected",
        restate=Span(FRIDAY),
    )


def test_counts_of_parts_add_up_each_to_its_own() -> None:
    assert Counts(1, 20, 300) + Counts(4, 50, 600) == Counts(5, 70, 900)
    assert Counts() == Counts(0, 0, 0)
