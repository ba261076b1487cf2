"""Charts as Plotly figures, each with the table that it is drawn from and a title that says it all.

plotly.js draws them in the browser (`static/charts.js`); without scripts the tables are there.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from math import prod
from typing import Any

import msgspec
from markupsafe import Markup

from domain.reconstruction import ReconstructedDay
from interfaces.files.writing import csv_text
from interfaces.web.allocation import Piece, Share
from interfaces.web.table_rows import body_of
from interfaces.web.worth import Worth
from projections.imports.view import ImportRow
from projections.valuations.view import DayFigures

_MONTHS = [f"{date(2000, month, 1):%b}" for month in range(1, 13)]
_FALL_TO_RISE = [[0, "#b3261e"], [0.5, "#a3adbd"], [1, "#0f6b3c"]]
_BESIDE = {
    "title": {"text": "Without cash, USD"},
    "automargin": True,
    "overlaying": "y",
    "side": "right",
    "showgrid": False,
}
_UNSAFE = {char: f"\\u{ord(char):04x}" for char in "<>&\u2028\u2029"}

Figure = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Chart:
    """A figure, and its table: the header's texts, then rows whose first cell names them.

    Of a long table `rows` may be the last ones; `earlier` counts the others. `more` is where to
    ask for traces that are added to the figure, since they take their time. The first `words`
    columns are texts, the others numbers. Without a figure there is the table alone.
    """

    name: str
    title: str
    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    figure: Figure
    earlier: int = 0
    more: str = ""
    words: int = 1

    @property
    def json(self) -> str:
        """The figure as JSON that may stand inside a script element, whatever its texts say."""
        told = msgspec.json.encode(self.figure).decode()
        for unsafe, escaped in _UNSAFE.items():
            told = told.replace(unsafe, escaped)
        return told

    @property
    def body(self) -> Markup:
        """The rows of the table."""
        return body_of(self.rows, self.words)

    @property
    def csv(self) -> str:
        """The table as a file."""
        return csv_text([self.header, *self.rows])


def nav_chart(
    rows: Sequence[DayFigures], imports: Iterable[ImportRow], told: int, more: str = ""
) -> Chart:
    """NAV session by session, with markers for flows, imports and restated days.

    The table has the last `told` of the sessions.
    """
    files = {
        _session_of(rows, taken.quantities_as_of) for taken in imports if not taken.is_reverted
    }
    marks = {
        "Flow": [row for row in rows if row.flows],
        "Import": [row for row in rows if row.session in files],
        "Restated": [row for row in rows if row.version > 1],
    }
    line = {"type": "scatter", "mode": "lines", "name": "NAV", **_points(rows)}
    markers = [
        {"type": "scatter", "mode": "markers", "name": name, **_points(marked)}
        for name, marked in marks.items()
        if marked
    ]
    table = [
        (
            row.session.isoformat(),
            f"{row.nav:.2f}",
            f"{row.flows:.2f}",
            "yes" if row.session in files else "",
            "yes" if row.version > 1 else "",
        )
        for row in rows[-told:]
    ]
    return Chart(
        "nav",
        "Net asset value over time, USD",
        ("Date", "NAV", "Flows", "Import", "Restated"),
        table,
        figure_of([line, *markers], yaxis={"title": {"text": "USD"}}, yaxis2=_BESIDE),
        earlier=len(rows) - len(table),
        more=more,
    )


def reconstruction(days: Sequence[ReconstructedDay]) -> Chart:
    """What is held today before the opening, dotted, since nobody knows what else there was."""
    worth = [(day.session.isoformat(), day.long_value + day.short_value) for day in days]
    trace = {
        "type": "scatter",
        "mode": "lines",
        "name": "Reconstructed (right)",
        "line": {"dash": "dot"},
        "yaxis": "y2",
        "x": [session for session, _ in worth],
        "y": [float(value) for _, value in worth],
    }
    table = [
        (session, f"{value:.2f}", f"{day.priced} of {day.of}")
        for (session, value), day in zip(worth, days, strict=True)
    ]
    return Chart(
        "reconstructed",
        "Today's holdings before the opening, without cash, USD",
        ("Date", "Holdings", "Priced"),
        table,
        figure_of([trace] if days else [], yaxis2=_BESIDE),
    )


def waterfall(worth: Worth) -> Chart:
    """How the positions, those closed that day too, add up to the P&L of the day."""
    moved, total = worth.moved, worth.day
    names = [line.name for line in moved]
    trace = {
        "type": "waterfall",
        "x": [*range(len(moved) + 1)],
        "y": [*(float(line.pnl) for line in moved), float(total)],
        "measure": ["relative"] * len(moved) + ["total"],
        "text": [*names, "All"],
    }
    ticks = {"tickvals": trace["x"], "ticktext": trace["text"]}
    rows = [(line.name, f"{line.pnl:.2f}") for line in moved]
    return Chart(
        "waterfall",
        "P&L of the day by position, USD",
        ("Symbol", "P&L"),
        [*rows, ("All", f"{total:.2f}")],
        figure_of([trace], xaxis=ticks, yaxis={"title": {"text": "USD"}}),
    )


def treemap(pieces: Sequence[Piece], classes: Sequence[Share]) -> Chart:
    """What is held, by class: the larger the area, the more is at stake, long or short."""
    kinds = {share.name: share for share in classes}
    areas: list[tuple[str, str, str, float]] = []
    for name, share in kinds.items():
        inside = [piece for piece in pieces if piece.class_name == name]
        own = 0.0 if inside else abs(float(share.net))
        areas.append((name, name, "", own))
        areas += [
            (str(piece.position_id), piece.symbol, name, abs(float(piece.value)))
            for piece in inside
        ]
    names = ("ids", "labels", "parents", "values")
    columns = ([area[place] for area in areas] for place in range(len(names)))
    trace = {"type": "treemap", **dict(zip(names, columns, strict=True))}
    rows = [
        (share.name, f"{share.long:.2f}", f"{share.short:.2f}", _percent(share.share))
        for share in classes
    ]
    return Chart(
        "allocation",
        "What is at stake by class and position, USD",
        ("Class", "Long", "Short", "Share of NAV"),
        rows,
        figure_of([trace]),
    )


def month_map(rows: Sequence[DayFigures]) -> Chart:
    """The return of each month: those of its sessions, one upon the other.

    Squares, since plotly.js styles the image of a heat map inline, which our policy forbids.
    """
    returns = monthly_returns(rows)
    years = sorted({year for year, _ in returns})
    grid = [[returns.get((year, month)) for month in range(1, 13)] for year in years]
    squares = [(_MONTHS[month - 1], str(year), told) for (year, month), told in returns.items()]
    trace = {
        "type": "scatter",
        "mode": "markers",
        "x": [month for month, _, _ in squares],
        "y": [year for _, year, _ in squares],
        "text": [f"{told:.1%}" for _, _, told in squares],
        "hovertemplate": "%{x} %{y}: %{text}<extra></extra>",
        "marker": {
            "symbol": "square",
            "size": 20,
            "color": [told for _, _, told in squares],
            "cmid": 0,
            "colorscale": _FALL_TO_RISE,
        },
    }
    table = [
        (str(year), *("" if told is None else _percent(told) for told in line))
        for year, line in zip(years, grid, strict=True)
    ]
    return Chart(
        "months",
        "Return by month",
        ("Year", *_MONTHS),
        table,
        figure_of(
            [trace],
            xaxis={"categoryorder": "array", "categoryarray": _MONTHS, "range": [-0.5, 11.5]},
            yaxis={"type": "category"},
        ),
    )


def monthly_returns(rows: Sequence[DayFigures]) -> dict[tuple[int, int], float]:
    """The returns of months; a month with no session that has one is left out."""
    returns = {}
    for month, sessions in groupby(rows, lambda row: (row.session.year, row.session.month)):
        told = [one for row in sessions if (one := row.daily_return) is not None]
        if told:
            returns[month] = prod(1 + one for one in told) - 1
    return returns


def _session_of(rows: Sequence[DayFigures], day: date) -> date | None:
    """The first valued session on or after a day."""
    return next((row.session for row in rows if row.session >= day), None)


def _points(rows: Iterable[DayFigures]) -> dict[str, list[Any]]:
    told = [(row.session.isoformat(), float(row.nav)) for row in rows]
    return {"x": [day for day, _ in told], "y": [nav for _, nav in told]}


def figure_of(traces: Sequence[Figure], **layout: Any) -> Figure:
    """A figure of traces; the page says its colours."""
    return {"data": list(traces), "layout": {"margin": {"t": 10, "r": 10}, **layout}}


def _percent(share: float | None) -> str:
    return "" if share is None else f"{100 * share:.2f}%"
