"""A report as a PDF, set by typst from `report.typ` (spec 4.7).

The template is ours and fixed. What people wrote goes to it as data, as texts that it places: they
are never read as markup, so no name can be an instruction. The file says it was made when its
valuation was recorded: the same report is the same bytes.
"""

import json
import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import typst

from interfaces.reports.content import Report
from interfaces.reports.drawing import svg_of
from interfaces.reports.heat_maps import heat_map_svg
from interfaces.reports.holdings import NAV
from interfaces.web.charts import Chart
from interfaces.web.measured import Part

_FIRST, _LAST = 30, 10
_MOST_SKIPPED = 12
_DRAWN_ALONE = frozenset({"nav", "growth", "drawdown"})
_TOTALS = frozenset({"All", NAV})
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")


def as_pdf(report: Report) -> bytes:
    """The report as a file."""
    made_at = int(report.known_at.timestamp()) if report.known_at else 0
    return _set(report_told(report), made_at)


def report_told(report: Report) -> Mapping[str, Any]:
    """What the template is told."""
    return {
        "is_dated": report.known_at is not None,
        "title": report.title,
        "subtitle": report.subtitle,
        "facts": report.facts,
        "reason": report.reason,
        "parts": [_part(part) for part in report.parts],
    }


def _set(told: Mapping[str, Any], made_at: int) -> bytes:
    template = files("interfaces.reports").joinpath("report.typ").read_bytes()
    pdf = typst.compile(
        template,
        format="pdf",
        sys_inputs={"report": json.dumps(told)},
        font_paths=_fonts(),
        timestamp=made_at,
    )
    if not isinstance(pdf, bytes):
        raise TypeError("typst gave no file")
    return pdf


@cache
def _fonts() -> typst.Fonts:
    """Those that come with typst; for letters that those lack, the machine's."""
    return typst.Fonts()


def _part(part: Part) -> Mapping[str, Any]:
    quality, skipped = part.quality, part.skipped
    more = len(skipped) - _MOST_SKIPPED
    return {
        "title": part.title,
        "method": part.method,
        "reason": part.reason,
        "flag": quality.flag if quality else "",
        "rests_on": part.rests_on,
        "skipped": skipped[:_MOST_SKIPPED] + ([f"and {more} more"] if more > 0 else []),
        "tiles": [
            {"name": one.name, "figure": one.figure, "note": one.note, "way": one.way}
            for one in part.tiles
        ],
        "map": {
            "title": part.heat_map.title,
            "svg": heat_map_svg(part.heat_map),
            "names": len(part.heat_map.names),
        }
        if part.heat_map
        else None,
        "charts": [_chart(chart) for chart in part.charts if not part.heat_map],
    }


def _chart(chart: Chart) -> Mapping[str, Any]:
    rows = [] if chart.name in _DRAWN_ALONE else chart.rows
    is_long = len(rows) > _FIRST + _LAST
    shown = [*rows[:_FIRST], *rows[-_LAST:]] if is_long else rows
    return {
        "title": chart.title,
        "svg": svg_of(chart.figure) if chart.figure.get("data") else None,
        "header": chart.header,
        "words": chart.words,
        "rows": [
            {
                "cells": [*row[: chart.words], *map(_number, row[chart.words :])],
                "is_total": row[0] in _TOTALS,
            }
            for row in shown
        ],
        "note": _left_out(chart, is_long=is_long) if rows else "",
    }


def _left_out(chart: Chart, *, is_long: bool) -> str:
    if is_long:
        return f"The first {_FIRST} and the last {_LAST} of {len(chart.rows):,}."
    if chart.earlier:
        return f"The last {len(chart.rows):,} of {len(chart.rows) + chart.earlier:,}."
    return ""


def _number(cell: str) -> str:
    """A number of a table as people read it: with thousands separators and a minus sign."""
    if not _NUMBER.fullmatch(cell):
        return cell
    whole, point, decimals = cell.removeprefix("-").partition(".")
    sign = "\N{MINUS SIGN}" if cell.startswith("-") else ""
    return f"{sign}{int(whole):,}{point}{decimals}"
