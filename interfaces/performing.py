"""How an account did over a span, and where its P&L came from: for programs and for people."""

from collections.abc import Iterable, Mapping
from datetime import date
from functools import lru_cache
from typing import Any, Literal
from uuid import UUID

from domain.risk.attribution import Attribution, by_label, by_position
from domain.risk.finding import Finding, Quality, found
from domain.risk.performance_figures import Performance
from domain.risk.rounding import as_recorded
from interfaces.analyses import not_valued
from interfaces.bootstrap import Program
from interfaces.spans import from_before
from projections.portfolios.view import PortfolioRow
from projections.valuations.postgres import ValuationsRoom

MOST_SESSIONS = 1_260
"""The longest span of an attribution, which reads every line: five years of sessions."""

_SPANS_KEPT = 256  # with some fifty positions each: a few megabytes

Span = tuple[date | None, date | None]
"""From the opening, or to the latest, where an end is None."""

By = Literal["position", "class", "sector"]
"""What the parts of an attribution have in common."""


def performance_of(
    program: Program,
    portfolio: PortfolioRow,
    span: Span,
    benchmark: str,
) -> tuple[Finding[Performance], date | None]:
    """Returns and ratios over a span, and its last session; None where there is no valuation."""
    first, last = span
    days = program.valuations_room.days(portfolio.portfolio_id, date.min, last or date.max)
    within = from_before(days, first)
    if not within:
        return _nothing(program, portfolio), None
    finding = program.performances.of(portfolio.market, within, benchmark)
    return as_recorded(finding), within[-1].session


def attribution_by(
    program: Program, portfolio: PortfolioRow, span: Span, by: By
) -> tuple[Finding[Attribution], date | None]:
    """The P&L of a span's sessions in parts that add up to it, and the last of them."""
    findings, session = attributions(program, portfolio, span, [by])
    return findings[by], session


def attributions(
    program: Program, portfolio: PortfolioRow, span: Span, bys: Iterable[By]
) -> tuple[Mapping[By, Finding[Attribution]], date | None]:
    """The same in parts of several kinds."""
    first, last = span
    days = program.valuations_room.days(portfolio.portfolio_id, date.min, last or date.max)
    within = from_before(days, first)[-MOST_SESSIONS - 1 :]
    if not within:
        return dict.fromkeys(bys, _nothing(program, portfolio)), None
    ends = (within[0].session, within[-1].session)
    versions = tuple(day.version for day in within)
    figures, lines = _by_position(program.valuations_room, portfolio.portfolio_id, ends, versions)
    quality = Quality(observations=len(within) - 1, positions_analyzed=lines, positions_total=lines)
    findings = {
        by: found(
            figures if by == "position" else by_label(figures, _labels(program, portfolio, by)),
            quality,
        )
        for by in bys
    }
    return findings, ends[1]


@lru_cache(_SPANS_KEPT)
def _by_position(
    room: ValuationsRoom, portfolio_id: UUID, ends: tuple[date, date], _versions: tuple[int, ...]
) -> tuple[Attribution, int]:
    """The parts of a span and of how many positions; of the same `_versions` of days the same."""
    start, *days = room.pnl_days(portfolio_id, *ends)
    lines = set[str](start.lines.position_id).union(*(day.lines.position_id for day in days))
    return by_position(start, days), len(lines)


def _labels(program: Program, portfolio: PortfolioRow, by: By) -> Mapping[UUID, str]:
    """The class or sector of each position that has one."""
    positions = program.positions_room.all_of(portfolio.portfolio_id)
    if by == "class":
        return {row.position_id: row.terms.investment_class.value for row in positions}
    movers = {row.position_id: row.terms.underlying or row.terms.symbol for row in positions}
    sectors = program.securities.tags(sorted(set(movers.values())))
    return {key: sectors[symbol] for key, symbol in movers.items() if symbol in sectors}


def _nothing(program: Program, portfolio: PortfolioRow) -> Finding[Any]:
    if portfolio.valuation_on is None:
        return not_valued(program, portfolio)
    text = f"No valuation lies on or before that day; the first is of {portfolio.equity_as_of}."
    return not_valued(program, portfolio, text)
