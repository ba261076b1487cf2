"""Specification of how figures are recorded: finite, at ten significant digits."""

import math
from dataclasses import dataclass, field

import pytest

from domain.risk.finding import Quality, ReasonCode, Skipped
from domain.risk.rounding import ROUNDED, as_recorded


@dataclass(frozen=True, slots=True, kw_only=True)
class Beta:
    """A figure with what it rests on."""

    beta: float | None
    series: tuple[float, ...]
    quality: Quality


QUALITY = Quality(
    observations=90,
    positions_analyzed=1,
    positions_total=2,
    skipped=(Skipped("GOOG", ReasonCode.NO_PRICES),),
)


def test_floats_lose_what_depends_on_the_machine_and_nothing_else_changes() -> None:
    beta = Beta(beta=0.1 + 0.2, series=(1 / 3, 1e-300 / 3, -12345678901.5), quality=QUALITY)

    assert as_recorded(beta) == Beta(
        beta=0.3, series=(0.3333333333, 3.333333333e-301, -12345678900.0), quality=QUALITY
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Matrix:
    """Figures that were rounded when they were made."""

    rows: tuple[tuple[float, ...], ...] = field(metadata=ROUNDED)
    average: float


def test_what_is_rounded_already_is_left_as_it_is() -> None:
    matrix = Matrix(rows=((1.0, 0.1234), (0.1234, 1.0)), average=1 / 3)

    recorded = as_recorded(matrix)

    assert recorded.rows is matrix.rows
    assert recorded.average == 0.3333333333


def test_once_more_changes_nothing() -> None:
    once = as_recorded(Beta(beta=math.pi, series=(math.e,) * 3, quality=QUALITY))

    assert as_recorded(once) == once


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_what_is_no_number_is_a_fault_of_the_program(number: float) -> None:
    with pytest.raises(ValueError, match="a figure is"):
        as_recorded(Beta(beta=None, series=(1.0, number), quality=QUALITY))
