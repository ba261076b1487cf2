"""What the tab Performance says of returns and ratios, or why there are none (spec 8)."""

from collections.abc import Collection, Mapping
from datetime import date

from domain.risk.finding import Finding
from domain.risk.performance_figures import DayReturn, Drawdown, Performance
from interfaces.web.measured import (
    Part,
    Tile,
    change_tile,
    lacking_tile,
    ratio_tile,
    share_tile,
    usd,
    way_of,
)
from interfaces.web.page import day, percent
from interfaces.web.performance_charts import drawdown_chart, growth_chart, periods_chart


def performance_parts(
    finding: Finding[Performance],
    benchmark: str,
    told: int | None,
    restated: Collection[date] = (),
) -> list[Part]:
    """The key figures, the figures against a benchmark, and charts that mark restated days."""
    figures = finding.figures
    if figures is None:
        reason = finding.reason.text if finding.reason else ""
        return [Part(name="returns", title="Returns", reason=reason, quality=finding.quality)]
    return [
        _returns(figures, finding),
        _against(figures, benchmark),
        Part(
            name="over-time",
            title="Over time",
            charts=[
                growth_chart(figures, benchmark, told, restated),
                drawdown_chart(figures, told),
            ],
        ),
        Part(
            name="periods",
            title="Months and years",
            charts=[
                periods_chart("months", "month", figures.months, benchmark),
                periods_chart("years", "year", figures.years, benchmark),
            ],
        ),
    ]


def _returns(figures: Performance, finding: Finding[Performance]) -> Part:
    why = _reasons(figures)
    large = ", ".join(map(day, figures.days_with_large_flows))
    flows = f" Returns of days with large flows depend on when the money came in: {large}."
    rate = percent(figures.risk_free_rate)
    return Part(
        name="returns",
        title=f"Returns from {day(figures.from_on)} to {day(figures.to_on)}",
        method="Daily returns of P&L with dividends, linked (time-weighted) and on the money that"
        f" was in (XIRR). Ratios a year, over a risk-free rate of {rate}, from"
        f" {figures.minimum_observations} returns on.{flows if large else ''}",
        quality=finding.quality,
        tiles=[
            Tile("P&L, USD", usd(figures.pnl, is_change=True), way=way_of(figures.pnl)),
            change_tile(
                "Time-weighted", figures.time_weighted_return, why.get("time_weighted_return", "")
            ),
            change_tile(
                "Time-weighted, a year",
                figures.time_weighted_annualized,
                why.get("time_weighted_annualized", ""),
            ),
            change_tile(
                "Money-weighted (XIRR)",
                figures.money_weighted_return,
                why.get("money_weighted_return", "over the span"),
            ),
            change_tile(
                "XIRR, a year",
                figures.money_weighted_annualized,
                why.get("money_weighted_annualized", ""),
            ),
            share_tile("Volatility, a year", figures.volatility, why.get("volatility", "")),
            ratio_tile("Sharpe ratio", figures.sharpe_ratio, why.get("sharpe_ratio", "")),
            ratio_tile("Sortino ratio", figures.sortino_ratio, why.get("sortino_ratio", "")),
            _fall(figures.max_drawdown, why.get("max_drawdown", "")),
            _one_day("Best day", figures.best_day, why.get("best_day", "")),
            _one_day("Worst day", figures.worst_day, why.get("worst_day", "")),
        ],
    )


def _against(figures: Performance, benchmark: str) -> Part:
    why, told = _reasons(figures), figures.against
    title = f"Against {benchmark}"
    if told is None:
        return Part(name="against", title=title, reason=why.get("against", ""))
    dividends = "hold them too" if told.dividends_included else "are by price, without dividends"
    return Part(
        name="against",
        title=title,
        method=f"On the {told.observations} days that both have a return. The portfolio's hold"
        f" dividends; the benchmark's {dividends}.",
        tiles=[
            change_tile("Portfolio", told.portfolio_return),
            change_tile(benchmark, told.benchmark_return),
            change_tile("Alpha, a year", told.alpha, why.get("against.alpha", "")),
            ratio_tile("Beta", told.beta, why.get("against.beta", "")),
            share_tile(
                "Tracking error, a year",
                told.tracking_error,
                why.get("against.tracking_error", ""),
            ),
            ratio_tile(
                "Information ratio",
                told.information_ratio,
                why.get("against.information_ratio", ""),
            ),
            ratio_tile(
                "Up capture", told.up_capture, why.get("against.up_capture", "1 is the same")
            ),
            ratio_tile(
                "Down capture", told.down_capture, why.get("against.down_capture", "1 is the same")
            ),
        ],
    )


def _fall(fall: Drawdown | None, why: str) -> Tile:
    name = "Largest fall"
    if fall is None:
        return lacking_tile(name, why)
    if fall.trough_on is None:
        return Tile(name, percent(0.0), "it never fell")
    back = f"back on {day(fall.recovered_on)}" if fall.recovered_on else "not back yet"
    note = f"from {day(fall.peak_on)} to {day(fall.trough_on)}, {back}"
    return Tile(name, percent(fall.depth), note, way_of(fall.depth))


def _one_day(name: str, told: DayReturn | None, why: str) -> Tile:
    if told is None:
        return lacking_tile(name, why)
    return change_tile(name, told.daily_return, day(told.day))


def _reasons(figures: Performance) -> Mapping[str, str]:
    """Why figures are lacking, by their fields."""
    return {one.measure: one.reason.text for one in figures.unavailable}
