"""How things stand, for superusers: what the pager knows, and what it looks like (spec 8, 9.4)."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from itertools import accumulate

from fastapi import APIRouter, HTTPException
from fastapi.responses import Response

from application.tallies import IMPORTS, PHASES, REGISTRATIONS, RUNS, Count
from interfaces.monitoring import RULES, take_readings
from interfaces.web.admin_frame import ADMIN, admin_page
from interfaces.web.charting import file_of
from interfaces.web.charts import Chart, figure_of
from interfaces.web.visits import PageRoute, SuperuserVisit
from projections.activity.view import ActivityRow

router = APIRouter(prefix=f"{ADMIN}/monitoring", include_in_schema=False, route_class=PageRoute)

_SHOWN = timedelta(days=30)


@router.get("")
def monitoring(at: SuperuserVisit) -> Response:
    """Alerts, accounts, requests, and what happened in the last thirty days."""
    program, readings = at.program, take_readings(at.program)
    today = readings.read_at.date()
    days = program.activity_room.days(today - _SHOWN)
    counts = _summed_up([*days, *program.tallies.since(today - _SHOWN)])
    return admin_page(
        at,
        "admin_monitoring.html",
        readings=readings,
        alerts=[(rule, rule.value(readings), rule.limit(readings)) for rule in RULES],
        portfolios=program.portfolios_room.totals(),
        requests=at.request.app.state.metrics.summed_up(),
        imports=[one for one in counts if one.what == IMPORTS],
        runs=[one for one in counts if one.what == RUNS],
        phases=[one for one in counts if one.what == PHASES],
        charts=_charts(program.activity_room.days(date.min)),
    )


@router.get("/charts/{name}.csv")
def chart_file(at: SuperuserVisit, name: str) -> Response:
    """The table behind a chart."""
    for chart in _charts(at.program.activity_room.days(date.min)):
        if chart.name == name:
            return file_of(at, chart)
    raise HTTPException(404)


def _summed_up(counts: Iterable[Count | ActivityRow]) -> list[Count]:
    """What happened, over all days: by what, outcome and code."""
    times: dict[tuple[str, str, str], tuple[int, float]] = defaultdict(lambda: (0, 0.0))
    for one in counts:
        key = (one.what, one.outcome, one.code)
        before = times[key]
        times[key] = before[0] + one.times, before[1] + one.seconds
    return [Count(*key, *times[key]) for key in sorted(times)]


def _charts(rows: Sequence[ActivityRow]) -> list[Chart]:
    registered: dict[date, int] = defaultdict(int)
    for row in rows:
        registered[row.day] += row.times if row.what == REGISTRATIONS else 0
    days = [day for day, times in sorted(registered.items()) if times]
    totals = list(accumulate(registered[day] for day in days))
    texts = [day.isoformat() for day in days]
    trace = {"type": "scatter", "mode": "lines+markers", "name": "People", "x": texts, "y": totals}
    table = [
        (text, str(registered[day]), str(total))
        for text, day, total in zip(texts, days, totals, strict=True)
    ]
    return [
        Chart(
            "people",
            "People who registered, all together",
            ("Date", "Registered", "All together"),
            table,
            figure_of([trace], yaxis={"title": {"text": "People"}}),
        )
    ]
