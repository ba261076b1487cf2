"""What the tab History tells of a portfolio: its events, its restated days, and what it knew when.

Of all there is, a page is read; nothing here goes through the valuations of every session.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import pairwise
from typing import Any

import msgspec

from application.time_travel import Worth
from domain.identity import daily_valuation_id
from domain.snapshot import Snapshot
from interfaces.bootstrap import Program
from interfaces.web.paging import A_PAGE
from interfaces.web.people import names_in, who
from interfaces.web.tracing_back import sentences
from projections.portfolios.view import PortfolioRow
from projections.valuations.view import DayFigures

_MOST_RUNS = 100


@dataclass(frozen=True, slots=True)
class Entry:
    """An event of the portfolio in words, and what was known of NAV before the next one."""

    version: int
    at: datetime
    text: str
    who: str
    worth: Worth | None


@dataclass(frozen=True, slots=True)
class RestatedDay:
    """A session that was said again: what was said of its NAV at first, and is said now."""

    figures: DayFigures
    nav_at_first: Decimal
    reason: str


def entries_of(
    program: Program, portfolio: PortfolioRow, offset: int
) -> tuple[Sequence[Entry], int]:
    """A page of the portfolio's events, newest first, and how many there are in all."""
    own, log = portfolio.portfolio_id, program.time_travel.log
    total = program.log.versions([own])[own]
    last = total - offset
    first = max(last - A_PAGE, 0) + 1
    events = log.chosen([(own, version) for version in range(first, last + 2)])
    shown = events[: max(last - first + 1, 0)]
    bounds = [*(event.position for event in events[1:])]
    if len(bounds) < len(shown):
        bounds.append(program.log.position() + 1)
    when = program.markets[portfolio.market]
    sessions = when.calendar.sessions(portfolio.equity_as_of, when.latest_session())
    worth = program.time_travel.worth(own, sessions, bounds) if shown else []
    texts, names = sentences(program, shown), names_in(program, (event.cause for event in shown))
    entries = [
        Entry(event.version, event.occurred_at, texts[event.version], who(event.cause, names), nav)
        for event, nav in zip(shown, worth, strict=True)
    ]
    return entries[::-1], total


def restated_days(
    program: Program, portfolio: PortfolioRow, limit: int, offset: int = 0
) -> tuple[Sequence[RestatedDay], int]:
    """A page of the restated sessions, the latest first, and how many there are in all."""
    own = portfolio.portfolio_id
    days, total = program.valuations_room.restated(own, limit, offset)
    streams = {day.session: daily_valuation_id(own, day.session) for day in days}
    asked = [(streams[day.session], version) for day in days for version in (1, day.version)]
    said = {
        (event.event.session, event.version): event.event
        for event in program.time_travel.log.chosen(asked)
        if isinstance(event.event, Snapshot)
    }
    told = [
        RestatedDay(
            day,
            said[day.session, 1].nav,
            getattr(said[day.session, day.version], "reason", ""),
        )
        for day in days
    ]
    return told, total


def stops_of(program: Program, portfolio: PortfolioRow, latest: date | None) -> str:
    """Where the two handles stop, as JSON: sessions, and instants at which more was known.

    Sessions are the first one and the days from each to the next. Instants are the ends of the
    calculations of late, and of what was said again of late; the last stop is now.
    """
    sessions: Sequence[date] = []
    if latest is not None:
        calendar = program.markets[portfolio.market].calendar
        sessions = calendar.sessions(portfolio.equity_as_of, latest)
    runs, _ = program.runs_room.of_portfolio(portfolio.portfolio_id, _MOST_RUNS, 0)
    restated, _ = program.valuations_room.restated(portfolio.portfolio_id, A_PAGE, 0)
    spans = [(run.started_at, run.finished_at) for run in runs if run.started_at]
    moments = {
        next((end for begin, end in spans if end and begin <= at <= end), at)
        for at in [*(end for _, end in spans if end), *(day.recorded_at for day in restated)]
    }
    told: dict[str, Any] = {
        "first": sessions[0] if sessions else None,
        "steps": [(after - before).days for before, after in pairwise(sessions)],
        "known": sorted(moments),
    }
    return msgspec.json.encode(told).decode()
