"""Figures as they are recorded: finite, and at ten significant digits.

The last digits of a sum of floats depend on the machine that adds them up; these do not.
"""

import math
from collections.abc import Callable, Hashable
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any, TypeVar

DIGITS = 10

ROUNDED = {"is_rounded": True}
"""Metadata of a field that has fewer digits and is finite by how it is made: left as it is."""

Figures = TypeVar("Figures")


def as_recorded(figures: Figures) -> Figures:
    """The same figures, dataclasses and tuples of them, each float at ten significant digits.

    Raises:
        ValueError: one is not finite; what a measure cannot say is None, with a reason.
    """
    rounded: Figures = _rounded(figures)
    return rounded


def _rounded(value: Any) -> Any:
    kind: Any = type(value)
    if kind is float:
        if not -math.inf < value < math.inf:
            raise ValueError(f"a figure is {value}")
        return float(f"{value:.{DIGITS}g}")
    if kind is tuple:
        return tuple([_rounded(one) for one in value])
    treated = _fields_of(kind)
    if not treated:
        return value
    return kind(**{name: treat(getattr(value, name)) for name, treat in treated})


@cache
def _fields_of(kind: Hashable) -> tuple[tuple[str, Callable[[Any], Any]], ...]:
    """The fields of a dataclass and what is done to each; none of anything else."""
    if not is_dataclass(kind):
        return ()
    return tuple(
        (field.name, _left if field.metadata == ROUNDED else _rounded) for field in fields(kind)
    )


def _left(value: Any) -> Any:
    return value
