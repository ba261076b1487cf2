"""Charts as SVG: the figures that plotly.js draws in a browser, drawn here for paper (spec 4.7).

It knows lines over days, marks on them, and bars either way.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from interfaces.reports.scales import Mark, Scale, day_marks, marks_of
from interfaces.reports.sheets import INK, WIDTH, Sheet, width_of
from interfaces.web.charts import Figure

_GRID, _ZERO = "#d8dee8", "#8d97a6"
_SERIES = ("#0b56bd", "#c96a12", "#0f6b3c", "#7a2e9e", "#8f1f4b", "#46566b")
_LONGEST_NAME = 34
_ROW = 9.5


def svg_of(figure: Figure) -> str:
    """A figure as a drawing of the whole width."""
    traces: Sequence[Mapping[str, Any]] = figure["data"]
    if traces[0]["type"] != "bar":
        return _lines(traces, _unit(figure, "yaxis"))
    if traces[0].get("orientation") == "h":
        return _lying_bars(traces, _unit(figure, "xaxis"))
    return _standing_bars(traces, _unit(figure, "yaxis"))


def _unit(figure: Figure, axis: str) -> str:
    title: str = figure["layout"].get(axis, {}).get("title", {}).get("text", "")
    return title


def _lines(traces: Sequence[Mapping[str, Any]], unit: str) -> str:
    """Lines over days, with marks where something happened on one."""
    days = [date.fromisoformat(one) for one in traces[0]["x"]]
    is_filled = any("fill" in trace for trace in traces)
    numbers = [one for trace in traces for one in trace["y"] if one is not None]
    marks = marks_of(numbers, with_zero=is_filled)
    sheet = Sheet(88 if is_filled else 114)
    left = 8 + max(width_of(mark.text) for mark in marks)
    first, last = days[0].toordinal(), max(days[-1].toordinal(), days[0].toordinal() + 1)
    across = Scale(first, last, left, WIDTH - 8)
    up = Scale(marks[0].at, marks[-1].at, sheet.height - 16, 20)
    _rows(sheet, marks, up, left)
    for mark in day_marks(days[0], days[-1]):
        edge = {first: "start", last: "end"}.get(round(mark.at), "middle")
        sheet.text(across(mark.at), sheet.height - 4, mark.text, edge)
    _legend(sheet, traces, unit)
    for place, trace in enumerate(traces):
        _trace(sheet, trace, _SERIES[place % len(_SERIES)], (across, up))
    return sheet.svg


def _trace(
    sheet: Sheet, trace: Mapping[str, Any], colour: str, scales: tuple[Scale, Scale]
) -> None:
    across, up = scales
    points = [
        None if value is None else (across(date.fromisoformat(day).toordinal()), up(value))
        for day, value in zip(trace["x"], trace["y"], strict=True)
    ]
    if trace["mode"] == "markers":
        for x, y in filter(None, points):
            sheet.area(f"M{x - 2:.2f} {y:.2f}a2 2 0 1 0 4 0a2 2 0 1 0 -4 0z", colour)
        return
    for run in _runs(points):
        way = "M" + "L".join(f"{x:.2f} {y:.2f}" for x, y in run)
        if "fill" in trace:
            ground = up(0.0)
            sheet.area(f"{way}L{run[-1][0]:.2f} {ground}L{run[0][0]:.2f} {ground}z", colour, 0.18)
        sheet.path(way, colour, 1.1)


def _runs(
    points: Sequence[tuple[float, float] | None],
) -> list[list[tuple[float, float]]]:
    """The points in rows without a gap."""
    runs: list[list[tuple[float, float]]] = [[]]
    for point in points:
        if point is None:
            runs.append([])
        else:
            runs[-1].append(point)
    return [run for run in runs if run]


def _lying_bars(traces: Sequence[Mapping[str, Any]], unit: str) -> str:
    """Bars to the right of their names, the first name at the top."""
    names = [_shortened(name) for name in traces[0]["y"]]
    height = _ROW * len(traces) + 4
    top = 20
    sheet = Sheet(top + height * len(names) + 18)
    left = 8 + max(map(width_of, names))
    marks = marks_of(_told(traces, "x"), with_zero=True)
    across = Scale(marks[0].at, marks[-1].at, left, WIDTH - 14)
    bottom = top + height * len(names)
    for mark in marks:
        x = across(mark.at)
        sheet.line((x, top, x, bottom), _GRID if mark.at else _ZERO)
        sheet.text(x, sheet.height - 6, mark.text, "middle")
    _legend(sheet, traces, unit)
    for row, name in enumerate(names):
        sheet.text(left - 6, top + height * (row + 0.5) + 2.5, name, "end", INK)
    for place, trace in enumerate(traces):
        for row, value in enumerate(trace["x"]):
            if value is not None:
                y = top + height * row + 2 + _ROW * place
                begin, end = sorted((across(0.0), across(value)))
                way = f"M{begin:.2f} {y + 1:.2f}H{end:.2f}v{_ROW - 2}H{begin:.2f}z"
                sheet.area(way, _SERIES[place % len(_SERIES)])
    return sheet.svg


def _standing_bars(traces: Sequence[Mapping[str, Any]], unit: str) -> str:
    """Bars above their names."""
    names = [str(name) for name in traces[0]["x"]]
    marks = marks_of(_told(traces, "y"), with_zero=True)
    sheet = Sheet(128)
    left = 8 + max(width_of(mark.text) for mark in marks)
    up = Scale(marks[0].at, marks[-1].at, sheet.height - 16, 20)
    _rows(sheet, marks, up, left)
    room = (WIDTH - 8 - left) / len(names)
    width = min(room * 0.8 / len(traces), 18)
    apart = -(-(max(map(width_of, names)) + 4) // room)
    for place, name in enumerate(names):
        if place % apart == 0:
            sheet.text(left + room * (place + 0.5), sheet.height - 4, name, "middle")
    _legend(sheet, traces, unit)
    for nth, trace in enumerate(traces):
        for place, value in enumerate(trace["y"]):
            if value is not None:
                x = left + room * (place + 0.5) + width * (nth - len(traces) / 2)
                way = f"M{x:.2f} {up(0.0)}V{up(value)}h{width * 0.9:.2f}V{up(0.0)}z"
                sheet.area(way, _SERIES[nth % len(_SERIES)])
    return sheet.svg


def _told(traces: Sequence[Mapping[str, Any]], axis: str) -> list[float]:
    return [one for trace in traces for one in trace[axis] if one is not None]


def _rows(sheet: Sheet, marks: Sequence[Mark], up: Scale, left: float) -> None:
    """The marks of the axis at the left, each with a line."""
    is_crossed = marks[0].at < 0 < marks[-1].at
    for mark in marks:
        y = up(mark.at)
        sheet.line((left, y, WIDTH - 8, y), _ZERO if is_crossed and not mark.at else _GRID)
        sheet.text(left - 5, y + 2.5, mark.text, "end")


def _legend(sheet: Sheet, traces: Sequence[Mapping[str, Any]], unit: str) -> None:
    """What the colours stand for where there are several, and at the left the unit."""
    sheet.text(0, 9, unit)
    x = WIDTH - 8.0
    for place, trace in reversed([*enumerate(traces)] if len(traces) > 1 else []):
        name = _shortened(str(trace["name"]))
        sheet.text(x, 9, name, "end", INK)
        x -= width_of(name) + 11
        sheet.area(f"M{x:.2f} 3.5h8v6h-8z", _SERIES[place % len(_SERIES)])
        x -= 10


def _shortened(name: str) -> str:
    is_long = len(name) > _LONGEST_NAME
    return f"{name[: _LONGEST_NAME - 1]}\N{HORIZONTAL ELLIPSIS}" if is_long else name
