"""How an account did over a span, and where its P&L came from: for programs and for people."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
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
from projections.valuations.view import DayPnl

MOST_SESSIONS = 1_260
"""The longest span of an attribution, which reads every line: five years of sessions."""

By = Literal["position", "class", "sector"]
"""What the parts of an attribution have in common."""


def performance_of(
    program: Program,
    portfolio: PortfolioRow,
    span: tuple[date | None, date | None],
    benchmark: str,
) -> tuple[Finding[Performance], date | None]:
    """Returns and ratios over a span, from the opening or to the latest where an end is None.

    Beside them is the last session, None where there is no valuation.
    """
    first, last = span
    days = program.valuations_room.days(portfolio.portfolio_id, date.min, last or date.max)
    within = from_before(days, first)
    if not within:
        return _nothing(program, portfolio), None
    finding = program.performances.of(portfolio.market, within, benchmark)
    return as_recorded(finding), within[-1].session


def valued_with_lines(
    program: Program, portfolio: PortfolioRow, span: tuple[date | None, date | None]
) -> Sequence[DayPnl]:
    """The valuations of a span with their lines, the one it starts from first."""
    first, last = span
    days = program.valuations_room.days(portfolio.portfolio_id, date.min, last or date.max)
    within = from_before(days, first)[-MOST_SESSIONS - 1 :]
    if not within:
        return []
    ends = (within[0].session, within[-1].session)
    return program.valuations_room.pnl_days(portfolio.portfolio_id, *ends)


def attribution_by(
    program: Program, portfolio: PortfolioRow, rows: Sequence[DayPnl], by: By
) -> Finding[Attribution]:
    """The P&L of valuations with their lines, in parts that add up to it."""
    return attributions(program, portfolio, rows, [by])[by]


def attributions(
    program: Program, portfolio: PortfolioRow, rows: Sequence[DayPnl], bys: Iterable[By]
) -> Mapping[By, Finding[Attribution]]:
    """The same in parts of several kinds."""
    if not rows:
        return dict.fromkeys(bys, _nothing(program, portfolio))
    figures = by_position(rows[0], rows[1:])
    lines = len(set[str]().union(*(row.lines.position_id for row in rows)))
    quality = Quality(observations=len(rows) - 1, positions_analyzed=lines, positions_total=lines)
    return {
        by: found(
            figures if by == "position" else by_label(figures, _labels(program, portfolio, by)),
            quality,
        )
        for by in bys
    }


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
