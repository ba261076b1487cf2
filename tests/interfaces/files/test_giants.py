"""The worst that 10 MB can hold: read in bounded time and memory (spec 3.1, 9.2)."""

from pathlib import Path

import pytest

from interfaces.error_catalogue import CATALOGUE
from interfaces.files.reading import SIZE_LIMIT_BYTES
from tests.support.giants import GIANTS, weigh

HANG_GUARD_S = 120
MOST_MEMORY = 10
QUICK = (
    *("one line", "quotes", "delimiters", "cells of two letters", "many columns"),
    *("brackets in a header of Schwab", "blanks before a day of E*TRADE"),
)
"""What every test run reads; the others are read under the marker."""

marked = [
    pytest.param(name, marks=[] if name in QUICK else [pytest.mark.faults]) for name in GIANTS
]


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="Memory is told by Linux only.")
@pytest.mark.parametrize("accepts_valid", [False, True], ids=["all", "valid"])
@pytest.mark.parametrize("name", marked)
def test_a_giant_is_read_soon_and_takes_less_than_ten_times_its_size(
    name: str,
    accepts_valid: bool,  # noqa: FBT001 - a choice of the request
) -> None:
    weight = weigh(name, HANG_GUARD_S, accepts_valid=accepts_valid)
    assert 0.99 * SIZE_LIMIT_BYTES < weight.size <= SIZE_LIMIT_BYTES
    assert set(weight.codes) <= set(CATALOGUE)
    assert weight.memory < MOST_MEMORY * weight.size
