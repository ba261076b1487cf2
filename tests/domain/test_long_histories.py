"""Specification of long histories: the same however they are cut, in memory that stays bounded."""

import pytest

from domain.money import money
from tests.support.long_histories import LIMIT_BYTES, long_history, weigh


@pytest.mark.parametrize("at_once", [1, 10, 252])
def test_a_history_has_the_same_figures_however_many_sessions_are_valued_at_once(
    at_once: int,
) -> None:
    history = long_history(positions=40, symbols=6, years=1)

    days = list(history.snapshots(at_once))

    navs = [nav for figures in history.figures(at_once=100) for nav in figures.nav.tolist()]
    assert [day.nav for day in days] == [money(nav) for nav in navs]
    assert len(set(navs)) > 200
    assert max(day.counts.short for day in days) > 0


def test_a_tenth_of_the_largest_history_takes_less_than_a_tenth_of_its_memory() -> None:
    weighed = weigh(positions=1_440, symbols=25, years=12)

    assert weighed.grown_bytes < LIMIT_BYTES / 10
    assert weighed.cells > 500_000
