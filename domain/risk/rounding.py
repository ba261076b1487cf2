"""Figures as they are recorded: finite, and at ten significant digits.

The last digits of a sum of floats depend on the machine that adds them up; these do not.
"""

import math
from dataclasses import fields, is_dataclass
from typing import Any, TypeVar

DIGITS = 10

Figures = TypeVar("Figures")


def as_recorded(figures: Figures) -> Figures:
    """The same figures, dataclasses and tuples of them, each float at ten significant digits.

    Raises:
        ValueError: one is not finite; what a measure cannot say is None, with a reason.
    """
    rounded: Figures = _rounded(figures, "")
    return rounded


def _rounded(value: Any, path: str) -> Any:
    if isinstance(value, float):
        if not math.isfinite(value):
            raise ValueError(f"{path} is {value}")
        return float(f"{value:.{DIGITS}g}")
    if isinstance(value, tuple):
        return tuple(_rounded(one, f"{path}[]") for one in value)
    if is_dataclass(value) and not isinstance(value, type):
        return type(value)(
            **{
                field.name: _rounded(getattr(value, field.name), f"{path}.{field.name}")
                for field in fields(value)
            }
        )
    return value
