"""Which sessions stand otherwise than they were first recorded: a part of a report."""

from collections.abc import Sequence

from interfaces.web.charts import Chart
from interfaces.web.measured import Part
from interfaces.web.page import instant
from projections.valuations.view import DayFigures

_MOST_RESTATED = 25


def restatements_part(days: Sequence[DayFigures]) -> Part:
    """The sessions that stand otherwise than they were first recorded."""
    restated = [one for one in days if one.version > 1]
    if not restated:
        told = f"All {len(days):,} sessions stand as they were first recorded."
        return Part(name="restatements", title="Restatements", method=told)
    shown = restated[-_MOST_RESTATED:]
    return Part(
        name="restatements",
        title="Restatements",
        method=f"{len(restated):,} of {len(days):,} sessions stand otherwise than they were first"
        " recorded: something was corrected, or a price learnt later. Every version is kept.",
        charts=[
            Chart(
                "restated",
                f"Restated sessions, {len(restated):,} in all",
                ("Session", "Version", "Recorded at", "NAV, USD", "P&L, USD"),
                [
                    (
                        *(one.session.isoformat(), f"version {one.version}"),
                        *(instant(one.recorded_at), f"{one.nav:z.2f}", f"{one.pnl:z.2f}"),
                    )
                    for one in shown
                ],
                {},
                earlier=len(restated) - len(shown),
                words=3,
            )
        ],
    )
