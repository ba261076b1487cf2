"""What the report of an account says, the same as a page and as a PDF (spec 4.7, 6)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from domain.risk.factors import MARKET
from domain.risk.measures import Measures
from interfaces.analyses import session_of, shown_measures
from interfaces.bootstrap import Program
from interfaces.performing import attribution_by, performance_of
from interfaces.reports.correlations import of_the_largest
from interfaces.reports.holdings import holdings_part
from interfaces.reports.restatements import restatements_part
from interfaces.reports.summaries import exposures_part, summary_part
from interfaces.standing import NOT_VALUED, stale_from
from interfaces.web.charts import nav_chart
from interfaces.web.measured import Part
from interfaces.web.page import day, instant
from interfaces.web.performance_charts import attribution_chart
from interfaces.web.performance_parts import performance_parts
from interfaces.web.risk_parts import risk_parts
from interfaces.web.risk_rows import main_risks
from interfaces.web.worth import Valued, Worth
from projections.analytics.view import MainMeasures
from projections.portfolios.view import PortfolioRow
from projections.valuations.view import DayFigures, ValuationRow

Fact = tuple[str, str]

_ROWS = 25
_MONTHS = 24
_MOST_IMPORTS = 200
_MARKETS = {
    "sample": "sample: bundled real closes of 2012 and 2013",
    "live": "live: closes of the market",
}
_AFTER_HOLDINGS = (
    *("concentration", "sector-exposure", "style-factors", "macro-factors", "spreads", "beta"),
    *("volatility", "value-at-risk", "correlation", "diversification", "stress-test"),
    "greeks-of-options",
)
"""The parts of the tab Risk, in the order of the report."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A report; without a valuation it has the reason instead of parts.

    `title` and `subtitle` are names that people gave. `known_at` is the UTC instant its valuation
    was recorded. `facts` are what its figures rest on.
    """

    title: str
    subtitle: str
    session: date | None
    known_at: datetime | None
    facts: Sequence[Fact]
    reason: str
    parts: Sequence[Part]


def report_of(program: Program, portfolio: PortfolioRow, asked: date | None) -> Report:
    """The report of an account at the close of a session, the latest valued one for None.

    Raises:
        SessionNotCompleted: ERR_VAL_001.
    """
    session = session_of(program, portfolio, asked)
    row = program.valuations_room.one(portfolio.portfolio_id, session) if session else None
    if row is None:
        return Report(
            title=portfolio.account_name,
            subtitle=portfolio.name,
            session=None,
            known_at=None,
            facts=[_prices(portfolio)],
            reason=_not_valued(portfolio, session),
            parts=[],
        )
    spans = program.valuations_room.pnl_spans(portfolio.portfolio_id, row.session)
    worth = Worth([Valued(portfolio, row, spans, stale_from(program, portfolio))])
    days = program.valuations_room.days(portfolio.portfolio_id, date.min, row.session)
    return Report(
        title=portfolio.account_name,
        subtitle=portfolio.name,
        session=row.session,
        known_at=worth.known_at,
        facts=_facts(portfolio, worth, days),
        reason="",
        parts=_parts(program, worth, days),
    )


def _not_valued(portfolio: PortfolioRow, session: date | None) -> str:
    if session is None or portfolio.valuation_on is None:
        return NOT_VALUED
    return (
        f"There is no valuation of {day(session)}. It was valued from"
        f" {day(portfolio.equity_as_of)} to {day(portfolio.valuation_on)}."
    )


def _facts(portfolio: PortfolioRow, worth: Worth, days: Sequence[DayFigures]) -> list[Fact]:
    [valued], (priced, of) = worth.accounts, worth.priced
    told = [
        ("Session", day(valued.row.session)),
        ("Known at", instant(worth.known_at)),
        ("Priced", f"{priced} of {of}"),
        _prices(portfolio),
        ("Valued since", f"{day(portfolio.equity_as_of)}, {len(days):,} sessions"),
    ]
    if worth.stale_from and worth.stale_from <= valued.row.session:
        told.append(("Stale from", f"{day(worth.stale_from)}: calculate the portfolio anew"))
    return told


def _prices(portfolio: PortfolioRow) -> Fact:
    return "Prices", _MARKETS[portfolio.market]


def _parts(program: Program, worth: Worth, days: Sequence[DayFigures]) -> list[Part]:
    [valued] = worth.accounts
    portfolio, row = valued.portfolio, valued.row
    shown = shown_measures(program, portfolio, row.session)
    return [
        summary_part(worth, main_risks(MainMeasures.of(shown.measures)) if shown else []),
        *_over_time(program, portfolio, days),
        *_attributed(program, portfolio, row),
        *([exposures_part(shown.measures.exposures)] if shown else []),
        holdings_part(row),
        *(_risks(program, row, shown.measures) if shown else []),
        restatements_part(days),
    ]


def _over_time(program: Program, portfolio: PortfolioRow, days: Sequence[DayFigures]) -> list[Part]:
    span = (None, days[-1].session)
    finding, _ = performance_of(program, portfolio, span, MARKET.symbol)
    imports, _ = program.imports_room.of_portfolio(portfolio.portfolio_id, _MOST_IMPORTS, 0)
    nav = nav_chart(days, imports, _ROWS)
    parts = performance_parts(finding, MARKET.symbol, _ROWS)
    told = {part.name: part for part in parts}
    if "over-time" not in told:
        return [*parts, Part(name="over-time", title="Over time", charts=[nav])]
    over_time, periods = told.pop("over-time"), told.pop("periods")
    months, *others = periods.charts
    latest = replace(
        months, rows=months.rows[-_MONTHS:], earlier=max(len(months.rows) - _MONTHS, 0)
    )
    return [
        replace(over_time, charts=[nav, *over_time.charts]),
        *told.values(),
        replace(periods, charts=[latest, *others]),
    ]


def _attributed(program: Program, portfolio: PortfolioRow, row: ValuationRow) -> list[Part]:
    finding, _ = attribution_by(program, portfolio, (None, row.session), "position")
    if not finding.quality.observations:
        return []
    return [
        Part(
            name="attribution",
            title="Where the P&L came from",
            method="Exact to the cent: the parts add up to the whole, what is left is the residual."
            " Of longer spans the last 1,260 sessions.",
            quality=finding.quality,
            charts=[attribution_chart("position", finding.figures)] if finding.figures else [],
        )
    ]


def _risks(program: Program, row: ValuationRow, measures: Measures) -> list[Part]:
    parts = {part.name: part for part in risk_parts(measures)}
    matrix = measures.correlation_matrix.figures
    if matrix:
        heat_map = of_the_largest(program, row, matrix)
        parts["correlation"] = replace(parts["correlation"], heat_map=heat_map)
    return [parts[name] for name in _AFTER_HOLDINGS]
