"""Realised volatility: 63 log returns, ddof 1, a year of 252 sessions."""

import math
import statistics
from itertools import pairwise

import pytest

from domain.risk.realised_volatility import realised_volatility


def zigzag(returns: int) -> list[float]:
    """Closes that rise and fall by 1 % in turn."""
    return [100.0 * 1.01 ** (n % 2) for n in range(returns + 1)]


def test_it_is_the_sample_deviation_of_log_returns_a_year() -> None:
    closes = [100.0 + (n * 37 % 11) for n in range(64)]
    returns = [math.log(b / a) for a, b in pairwise(closes)]

    assert realised_volatility(closes) == pytest.approx(
        statistics.stdev(returns) * math.sqrt(252), abs=1e-14
    )


def test_only_the_last_63_returns_count() -> None:
    assert realised_volatility([5.0, 900.0, *zigzag(63)]) == realised_volatility(zigzag(63))
    assert realised_volatility([5.0, *zigzag(62)]) != realised_volatility(zigzag(62))


@pytest.mark.parametrize(("returns", "is_there"), [(0, False), (19, False), (20, True)])
def test_fewer_than_twenty_returns_give_none(*, returns: int, is_there: bool) -> None:
    assert (realised_volatility(zigzag(returns)) is not None) is is_there


def test_nothing_known_gives_none() -> None:
    assert realised_volatility([]) is None


def test_a_share_that_never_moves_has_none_at_all() -> None:
    assert realised_volatility([7.0] * 64) == 0.0
