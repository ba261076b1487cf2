"""Figures as they are recorded: finite, and at ten significant digits.

The last digits of a sum of floats depend on the machine that adds them up; these do not.
"""

import math
from collections.abc import Hashable
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any, TypeVar

DIGITS = 10

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
    names = _fields_of(kind)
    if not names:
        return value
    return kind(**{name: _rounded(getattr(value, name)) for name in names})


@cache
def _fields_of(kind: Hashable) -> tuple[str, ...]:
    """The fields of a dataclass; none of anything else."""
    return tuple(field.name for field in fields(kind)) if is_dataclass(kind) else ()
