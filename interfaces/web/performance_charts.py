"""The charts of how a portfolio did, each with the table it is drawn from (spec 8)."""

from collections.abc import Collection, Sequence
from datetime import date
from decimal import Decimal

from domain.risk.attribution import UNKNOWN, AttributedPart, Attribution
from domain.risk.performance_figures import Performance, PeriodReturn
from interfaces.web.charts import Chart, figure_of
from interfaces.web.holdings import CLASSES, UNCLASSIFIED
from interfaces.web.measured import cell, share_cell
from interfaces.web.page import day, money, percent
from interfaces.web.risk_charts import bars

_MOST_BARS = 20
_RESTATED = "Restated"
_TITLES = {kind.value: name for kind, name in CLASSES.items()} | {UNKNOWN: UNCLASSIFIED}
_AMOUNTS = ("pnl", "realized", "unrealized_change", "income", "corrections")


def growth_chart(
    figures: Performance, benchmark: str, told: int | None, restated: Collection[date] = ()
) -> Chart:
    """What 100 came to, beside the benchmark, with marks for restated days if there are any.

    The table has the last `told` sessions.
    """
    growth = figures.growth
    days = [one.isoformat() for one in growth.sessions]
    marks = [
        value if session in restated else None
        for session, value in zip(growth.sessions, growth.portfolio, strict=True)
    ]
    series = {"Portfolio": growth.portfolio, benchmark: growth.benchmark, _RESTATED: marks}
    drawn = {name: values for name, values in series.items() if any(map(_is_told, values))}
    traces = [_line(name, days, values) for name, values in drawn.items()]
    if _RESTATED in drawn:
        traces[-1] |= {"mode": "markers"}
    rows = [
        (one, cell(ours, 4), cell(theirs, 4), "" if mark is None else "yes")
        for one, ours, theirs, mark in zip(
            days, growth.portfolio, growth.benchmark, marks, strict=True
        )
    ]
    title = "Growth of 100 at the start"
    if figures.time_weighted_return is not None:
        title += f": {percent(figures.time_weighted_return, is_change=True)}"
    if figures.against is not None:
        title += f", {benchmark} {percent(figures.against.benchmark_return, is_change=True)}"
    shown, columns = rows[-told:] if told else rows, 4 if _RESTATED in drawn else 3
    return Chart(
        "growth",
        title,
        ("Date", "Portfolio", benchmark, _RESTATED)[:columns],
        [row[:columns] for row in shown],
        figure_of(traces, yaxis={"title": {"text": "100 at the start"}, "automargin": True}),
        earlier=len(rows) - len(shown),
    )


def drawdown_chart(figures: Performance, told: int | None) -> Chart:
    """How far below its peak it was, day by day."""
    days = [one.isoformat() for one in figures.growth.sessions]
    falls = falls_of(figures.growth.portfolio)
    rows = [(one, share_cell(fall)) for one, fall in zip(days, falls, strict=True)]
    deepest = figures.max_drawdown
    most = f", at most {percent(deepest.depth)} on {day(deepest.trough_on)}" if deepest else ""
    shown = rows[-told:] if told else rows
    trace = _line("Below the peak", days, [None if one is None else 100 * one for one in falls])
    return Chart(
        "drawdown",
        f"Below the highest value so far{most}",
        ("Date", "Below the peak, %"),
        shown,
        figure_of(
            [trace | {"fill": "tozeroy"}], yaxis={"title": {"text": "%"}, "automargin": True}
        ),
        earlier=len(rows) - len(shown),
    )


def falls_of(values: Sequence[float | None]) -> list[float | None]:
    """Each value against the highest up to it: -0.1 is 10 % below; None where there is none."""
    peak, falls = 0.0, []
    for value in values:
        peak = max(peak, value or 0.0)
        falls.append(None if value is None else value / peak - 1)
    return falls


def periods_chart(name: str, what: str, periods: Sequence[PeriodReturn], benchmark: str) -> Chart:
    """The returns of months, or of years, beside the benchmark's."""
    names = [one.period for one in periods]
    returns = {
        "Portfolio": [_percents(one.time_weighted_return) for one in periods],
        benchmark: [_percents(one.benchmark_return) for one in periods],
    }
    traces = [
        {"type": "bar", "name": title, "x": names, "y": values} for title, values in returns.items()
    ]
    return Chart(
        name,
        f"Return by {what} against {benchmark}",
        (what.capitalize(), "P&L, USD", "Portfolio, %", f"{benchmark}, %"),
        [
            (
                *(one.period, cell(one.pnl)),
                *map(share_cell, (one.time_weighted_return, one.benchmark_return)),
            )
            for one in periods
        ],
        figure_of(
            traces,
            xaxis={"type": "category"},
            yaxis={"title": {"text": "%"}, "automargin": True},
        ),
    )


def attribution_chart(by: str, figures: Attribution) -> Chart:
    """Where the P&L came from; the table ends with the whole and what is left of it."""
    parts = sorted(figures.parts, key=lambda one: one.pnl, reverse=True)
    largest = sorted(parts, key=lambda one: abs(one.pnl), reverse=True)[:_MOST_BARS]
    drawn = [one for one in parts if one in largest]
    some = f", the {_MOST_BARS} largest of {len(parts)}" if len(parts) > _MOST_BARS else ""
    total = money(figures.total.pnl, is_change=True)
    return Chart(
        f"attribution-{by}",
        f"P&L of {total} USD by {by}{some}",
        (
            *(by.capitalize(), "P&L, USD", "Realised", "Unrealised change"),
            *("Dividends", "Corrections", "% of NAV at the start"),
        ),
        [
            *map(_attributed, parts),
            ("All", *_attributed(figures.total)[1:]),
            ("Residual", _amount(figures.residual), *[""] * 5),
        ],
        bars([_title(one) for one in drawn], {"P&L": [float(one.pnl) for one in drawn]}, "USD")
        if drawn
        else {},
    )


def _attributed(part: AttributedPart) -> tuple[str, ...]:
    amounts = (_amount(getattr(part, name)) for name in _AMOUNTS)
    return (_title(part), *amounts, share_cell(part.contribution))


def _title(part: AttributedPart) -> str:
    return _TITLES.get(part.key, part.title)


def _amount(amount: Decimal) -> str:
    return f"{amount:z.2f}"


def _line(name: str, days: Sequence[str], values: Sequence[float | None]) -> dict[str, object]:
    return {"type": "scatter", "mode": "lines", "name": name, "x": [*days], "y": [*values]}


def _is_told(value: float | None) -> bool:
    return value is not None


def _percents(share: float | None) -> float | None:
    return None if share is None else 100 * share
