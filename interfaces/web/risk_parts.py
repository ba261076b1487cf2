"""What the tab Risk says of each measure, where there is one and where there is none (spec 8)."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from domain.risk.concentration import Concentration
from domain.risk.correlation import CorrelationMatrix
from domain.risk.diversification import Diversification
from domain.risk.factor_exposures import FactorExposures
from domain.risk.finding import Finding, Reason
from domain.risk.greeks import OptionGreeks
from domain.risk.measures import MarketBeta, Measures
from domain.risk.sector_exposure import SectorExposure
from domain.risk.spread_factors import SpreadExposures
from domain.risk.stress import StressTest
from domain.risk.value_at_risk import LossLevel, ValueAtRisk
from domain.risk.volatility import Volatility
from interfaces.web.charts import Chart
from interfaces.web.measured import (
    WORDS,
    Part,
    Tile,
    cell,
    lacking_tile,
    ratio_tile,
    share_tile,
    usd,
    way_of,
)
from interfaces.web.page import day, number, percent
from interfaces.web.risk_charts import (
    bars,
    betas_table,
    correlations,
    correlations_table,
    factor_chart,
    greeks_table,
    largest_chart,
    losses_table,
    sector_chart,
    stress_chart,
)

Figures = TypeVar("Figures")

_RIDGE = (
    "A joint ridge regression on standardised returns of the factors' funds, 252 sessions, at"
    " least 60; money is beta x NAV."
)


def risk_parts(measures: Measures) -> list[Part]:
    """All that the tab says, in its order."""
    return [
        _part("beta", "Market beta", measures.market_beta, _beta),
        _part("volatility", "Volatility", measures.volatility, _volatility),
        _part("value-at-risk", "Value at risk", measures.value_at_risk, _value_at_risk),
        _part("style-factors", "Style factors", measures.factor_exposures, _factors("style")),
        _part("macro-factors", "Macro factors", measures.macro_exposures, _factors("macro")),
        _part("spreads", "Spreads between styles", measures.spread_factors, _spreads),
        _part("stress-test", "Stress test", measures.stress_test, stressed),
        _part("correlation", "Correlation", measures.correlation_matrix, _correlation),
        _part(
            "diversification",
            "Diversification",
            measures.diversification_score,
            _diversification,
        ),
        _part("concentration", "Concentration", measures.concentration, _concentration),
        _part("sector-exposure", "Sectors", measures.sector_exposure, _sectors),
        _part("greeks-of-options", "Greeks", measures.greeks, _greeks),
    ]


def _part(
    name: str, title: str, finding: Finding[Figures], told: Callable[[Figures], dict[str, Any]]
) -> Part:
    if finding.figures is None:
        reason = finding.reason.text if finding.reason else ""
        return Part(name=name, title=title, quality=finding.quality, reason=reason)
    return Part(name=name, title=title, quality=finding.quality, **told(finding.figures))


def _beta(figures: MarketBeta) -> dict[str, Any]:
    held, lived = figures.by_weights, figures.by_returns
    tiles = [
        ratio_tile(
            "Beta by weights",
            held.beta,
            f"of today's holdings on {held.benchmark}; the one that counts elsewhere",
        )
        if held
        else lacking_tile("Beta by weights", _why(figures.by_weights_reason)),
        ratio_tile(
            "Beta by returns",
            lived.beta,
            f"of {lived.observations} daily returns of its own; standard error"
            f" {number(lived.standard_error)}, p {number(lived.p_value, 3)},"
            f" R\N{SUPERSCRIPT TWO} {number(lived.r_squared)}",
        )
        if lived
        else lacking_tile("Beta by returns", _why(figures.by_returns_reason)),
    ]
    return {
        "method": "Least squares on the market's fund, 90 sessions, at least 30 returns; by weights"
        " it is the sum of weight x beta, by returns the line of the portfolio's own days.",
        "tiles": tiles,
        "charts": [betas_table(held)] if held and held.contributions else [],
    }


def _volatility(figures: Volatility) -> dict[str, Any]:
    forecast = figures.forecast
    few = "fewer than 126 observations are known"
    return {
        "method": "The deviation of today's holdings' returns x \N{SQUARE ROOT}252. The forecast is"
        " of the next 21 sessions, by the last session, 5 and 22 of them (HAR).",
        "tiles": [
            share_tile("21 sessions, a year", figures.realised_21, f"trend: {figures.trend}"),
            share_tile("63 sessions, a year", figures.realised_63),
            share_tile(
                "Forecast, a year", forecast.volatility, f"of {forecast.observations} targets"
            )
            if forecast
            else lacking_tile("Forecast, a year", few),
            Tile(
                "Percentile within a year",
                number(figures.percentile, 0),
                few
                if figures.percentile is None
                else f"of {figures.percentile_observations} rolling values",
            ),
        ],
    }


def _value_at_risk(figures: ValueAtRisk) -> dict[str, Any]:
    short = ", ".join(f"{one.symbol} ({one.returns})" for one in figures.short_histories)
    histories = f" Fewer returns than days: {short}." if short else ""
    worst = figures.worst
    return {
        "method": f"Historical simulation of today's holdings over up to {figures.window} days, at"
        f" least {figures.minimum_observations}; options are priced anew at constant volatility."
        f" Positive is a loss. Ten days are a day's x \N{SQUARE ROOT}10, not simulated.{histories}",
        "tiles": [
            *(tile for level in figures.levels for tile in _losses(level)),
            Tile("Worst day of these", usd(worst.amount), f"USD, as on {day(figures.worst_on)}"),
        ],
        "charts": [losses_table(figures)],
    }


def _losses(level: LossLevel) -> list[Tile]:
    loss, shortfall = level.value_at_risk, level.expected_shortfall
    confidence = f"{level.confidence:.0%}".replace("%", " %")
    return [
        Tile(f"VaR {confidence}, a day", usd(loss.amount), f"USD, {percent(loss.of_nav)} of NAV"),
        Tile(
            f"Shortfall {confidence}, a day",
            usd(shortfall.amount),
            f"USD, {percent(shortfall.of_nav)} of NAV",
        ),
    ]


def _factors(name: str) -> Callable[[FactorExposures], dict[str, Any]]:
    def told(figures: FactorExposures) -> dict[str, Any]:
        missing = ", ".join(
            f"{one.factor.value} ({one.symbol}: {WORDS[one.reason]})" for one in figures.missing
        )
        without = f" Without {missing}; the regression runs on the others." if missing else ""
        condition = number(figures.condition_number, 1)
        return {
            "method": f"{_RIDGE} R\N{SUPERSCRIPT TWO} {number(figures.r_squared)}, condition number"
            f" {condition}, penalty {number(figures.penalty, 1)}.{without}",
            "charts": [factor_chart(f"{name}-factors", name.capitalize(), figures)],
        }

    return told


def _spreads(figures: SpreadExposures) -> dict[str, Any]:
    told = figures.exposures
    missing = ", ".join(f"{one.spread.value} ({WORDS[one.reason]})" for one in figures.missing)
    names = [one.spread.value for one in told]
    chart = Chart(
        "spreads",
        "Beta to what one fund returns over another",
        ("Spread", "Funds", "Beta", "Exposure, USD", "Observations"),
        [
            (
                *(one.spread.value, f"{one.long} less {one.short}", cell(one.beta, 4)),
                *(cell(one.exposure_usd), str(one.observations)),
            )
            for one in told
        ],
        bars(names, {"Beta": [one.beta for one in told]}, "Beta"),
        words=2,
    )
    without = f" Without {missing}." if missing else ""
    return {
        "method": f"Least squares on each by itself, 180 sessions, at least 60.{without}",
        "charts": [chart] if told else [],
    }


def stressed(figures: StressTest) -> dict[str, Any]:
    """What the scenarios do."""
    unavailable = sum(one.direct is None for one in figures.scenarios)
    lacking = (
        f" {unavailable} cannot be told: their factors, or the names held, have no data."
        if unavailable
        else ""
    )
    return {
        "method": "Direct: only the shocked factors move. Correlated: the others move along, as"
        " they did with the scenario's driver over 252 sessions. Options are priced anew. Partial:"
        f" a shocked factor has no data, so that its shock counts nowhere.{lacking}",
        "charts": [stress_chart(figures)],
    }


def _correlation(figures: CorrelationMatrix) -> dict[str, Any]:
    repaired = " Pairs contradicted each other: the nearest that can be is shown."
    left_out = f" {figures.names_left_out} smaller names are left out."
    return {
        "method": "Pearson, of daily log returns, 90 sessions; each pair has at least"
        f" {figures.fewest_common} in common. Names are in clustered order."
        + (repaired if figures.is_repaired else "")
        + (left_out if figures.names_left_out else ""),
        "heat_map": correlations(figures),
        "charts": [correlations_table(figures)],
    }


def _diversification(figures: Diversification) -> dict[str, Any]:
    alone = "there is a single name" if figures.names < 2 else "the holdings cancel out"
    return {
        "method": f"By correlations and volatilities of {figures.names} names over 90 sessions.",
        "tiles": [
            ratio_tile(
                "Average correlation",
                figures.average_correlation,
                _unless(figures.average_correlation, "pairs by their weights", alone),
            ),
            ratio_tile(
                "Effective number of bets",
                figures.effective_bets,
                _unless(figures.effective_bets, f"of {figures.names} names", alone),
            ),
            ratio_tile(
                "Diversification ratio",
                figures.diversification_ratio,
                _unless(figures.diversification_ratio, "1 is none", alone),
            ),
        ],
    }


def _concentration(figures: Concentration) -> dict[str, Any]:
    return {
        "method": "By amounts at market value, shorts like longs, options with their underlying.",
        "tiles": [
            Tile("Herfindahl index", number(figures.herfindahl, 0), "10,000 with a single name"),
            ratio_tile(
                "Effective number of names",
                figures.effective_names,
                f"of {figures.names}",
            ),
            share_tile("Three largest", figures.top_3),
            share_tile("Ten largest", figures.top_10),
        ],
        "charts": [largest_chart(figures)] if figures.largest else [],
    }


def _sectors(figures: SectorExposure) -> dict[str, Any]:
    return {
        "method": f"Weights of the {figures.benchmark} as of {day(figures.benchmark_as_of)}:"
        f" {figures.benchmark_source}. Funds and what has no sector stand apart; cash is"
        f" {percent(figures.cash_weight)} of NAV.",
        "charts": [sector_chart(figures)],
    }


def _greeks(figures: OptionGreeks) -> dict[str, Any]:
    total = figures.total
    names = (("Delta", "delta_value"), ("Gamma for 1 %", "gamma_value"), ("Vega", "vega"))
    more = (("Theta, a day", "theta"), ("Rho, a basis point", "rho"))
    tiles: Sequence[Tile] = [
        Tile(
            f"{name}, USD",
            usd(getattr(total, field), is_change=True),
            way=way_of(getattr(total, field)),
        )
        for name, field in (*names, *more)
    ]
    return {
        "method": "Black-Scholes-Merton; volatility is implied from the entry premium where it can"
        " be solved, else the 63-session one of the underlying; the table says which.",
        "tiles": tiles,
        "charts": [greeks_table(figures)],
    }


def _why(reason: Reason | None) -> str:
    return reason.text if reason else ""


def _unless(figure: float | None, note: str, why: str) -> str:
    return why if figure is None else note
