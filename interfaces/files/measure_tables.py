"""What was measured of a session as a table to take along: a row for each figure, or its reason."""

from collections.abc import Iterator
from dataclasses import fields
from datetime import date
from typing import Any

import msgspec
import polars as pl

from domain.risk.finding import Finding
from domain.risk.measures import Measures

MEASURE_COLUMNS: dict[str, Any] = {
    "date": pl.Date,
    **dict.fromkeys(("measure", "figure"), pl.String),
    "number": pl.Float64,
    **dict.fromkeys(("words", "flag"), pl.String),
    **dict.fromkeys(("observations", "positions_analyzed", "positions_total"), pl.Int64),
    "reason": pl.String,
}
"""The columns of a figure and their types."""


def measure_table(session: date | None = None, measures: Measures | None = None) -> pl.DataFrame:
    """A row for each figure of each measure; without measures none.

    `figure` is where the figure is in the API's answer, an entry of a list under its first field
    where that is a word, such as `contributions[GOOG].beta`. It is a number, or words. A measure
    that could not be taken has one row, without a figure but with the reason.
    """
    rows = [
        (session, field.name, *row)
        for field in (fields(measures) if measures else ())
        for row in _rows(getattr(measures, field.name))
    ]
    return pl.DataFrame(rows, schema=MEASURE_COLUMNS, orient="row")


def _rows(finding: Finding[Any]) -> Iterator[tuple[Any, ...]]:
    told = finding.quality
    sample = (told.flag, told.observations, told.positions_analyzed, told.positions_total)
    if finding.figures is None:
        yield None, None, None, *sample, finding.reason.code.value if finding.reason else None
        return
    for figure, value in figures_of(finding):
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        number, words = (value, None) if is_number else (None, str(value))
        yield figure, number, words, *sample, None


def figures_of(finding: Finding[Any]) -> Iterator[tuple[str, Any]]:
    """Each figure by where it is in the API's answer; none where there is a reason."""
    return _figures("", msgspec.to_builtins(finding.figures))


def _figures(place: str, value: Any) -> Iterator[tuple[str, Any]]:
    """Each figure within a value by its place; what is lacking has none."""
    if isinstance(value, dict):
        for name, inside in value.items():
            yield from _figures(f"{place}.{name}" if place else name, inside)
    elif isinstance(value, list | tuple):
        for index, inside in enumerate(value):
            yield from _figures(f"{place}[{_name(inside, index)}]", inside)
    elif value is not None:
        yield place, value


def _name(entry: Any, index: int) -> str:
    first = next(iter(entry.values()), None) if isinstance(entry, dict) else None
    return first if isinstance(first, str) else str(index)
