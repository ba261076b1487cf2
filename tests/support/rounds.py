"""How often a fault is injected: all rounds by `make faults`, 2 % of them in every test run."""

import pytest

SHARE = 0.02


def rounds(full: int) -> pytest.MarkDecorator:
    """Give a test its parameter `rounds`, twice: a few by default, `full` under the marker."""
    few = max(1, round(SHARE * full))
    return pytest.mark.parametrize(
        "rounds",
        [
            pytest.param(few, id="few"),
            pytest.param(full, id="full", marks=pytest.mark.faults),
        ],
    )
