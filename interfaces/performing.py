"""How an account did over a span, and where its P&L came from: for programs and for people."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any, Literal
from uuid import UUID

from domain.risk.attribution import Attribution, by_label, by_position, pooled
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
    findings, session = attributions(program, [portfolio], span, [by])
    return findings[by], session


def attributions(
    program: Program, portfolios: Sequence[PortfolioRow], span: Span, bys: Iterable[By]
) -> tuple[Mapping[By, Finding[Attribution]], date | None]:
    """The same in parts of several kinds, of portfolios that were valued up to one session."""
    each = [one for row in portfolios if (one := _attributed(program, row, span))]
    if not each:
        return dict.fromkeys(bys, _nothing(program, portfolios[0])), None
    figures = pooled([found for found, _ in each])
    lines = sum(quality.positions_total for _, quality in each)
    quality = Quality(
        observations=max(quality.observations for _, quality in each),
        positions_analyzed=lines,
        positions_total=lines,
    )
    findings = {
        by: found(
            figures if by == "position" else by_label(figures, _labels(program, portfolios, by)),
            quality,
        )
        for by in bys
    }
    return findings, figures.to_on


def _attributed(
    program: Program, portfolio: PortfolioRow, span: Span
) -> tuple[Attribution, Quality] | None:
    first, last = span
    days = program.valuations_room.days(portfolio.portfolio_id, date.min, last or date.max)
    within = from_before(days, first)[-MOST_SESSIONS - 1 :]
    if not within:
        return None
    ends = (within[0].session, within[-1].session)
    versions = tuple(day.version for day in within)
    return _by_position(program.valuations_room, portfolio.portfolio_id, ends, versions)


@lru_cache(_SPANS_KEPT)
def _by_position(
    room: ValuationsRoom, portfolio_id: UUID, ends: tuple[date, date], _versions: tuple[int, ...]
) -> tuple[Attribution, Quality]:
    """The parts of a span and what they rest on: the same of the same `_versions` of its days."""
    start, *days = room.pnl_days(portfolio_id, *ends)
    lines = len(set[str](start.lines.position_id).union(*(day.lines.position_id for day in days)))
    quality = Quality(observations=len(days), positions_analyzed=lines, positions_total=lines)
    return by_position(start, days), quality


def _labels(program: Program, portfolios: Iterable[PortfolioRow], by: By) -> Mapping[UUID, str]:
    """The class or sector of each position that has one."""
    positions = [
        row for one in portfolios for row in program.positions_room.all_of(one.portfolio_id)
    ]
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
