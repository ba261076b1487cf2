"""How often a fault is injected: all rounds by `make faults`, 2 % of them in every test run."""

import os

import pytest

SHARE = 0.02
TIMES = int(os.environ.get("SOAK", "1"))
"""How many times all rounds `make soak` goes through."""


def rounds(full: int, *, few: int | None = None, most: int | None = None) -> pytest.MarkDecorator:
    """Give a test its parameter `rounds`, twice: a few by default, `full` under the marker.

    `few` are 2 % where it does not say otherwise. There are never more than `most`.
    """
    few = few or max(1, round(SHARE * full))
    full = min(full * TIMES, most or full * TIMES)
    return pytest.mark.parametrize(
        "rounds",
        [
            pytest.param(few, id="few"),
            pytest.param(full, id="full", marks=pytest.mark.faults),
        ],
    )
