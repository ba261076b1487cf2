"""The charts of a portfolio's risk, each with the table it is drawn from (spec 8)."""

from collections.abc import Mapping, Sequence

from domain.risk.concentration import Concentration
from domain.risk.correlation import CorrelationMatrix
from domain.risk.factor_exposures import FactorExposures
from domain.risk.greeks import Greeks, OptionGreeks, PositionGreeks
from domain.risk.market_beta import WeightedBeta
from domain.risk.sector_exposure import SectorExposure
from domain.risk.stress import StressedScenario, StressTest
from domain.risk.value_at_risk import Loss, ValueAtRisk
from interfaces.web.charts import Chart, Figure, figure_of
from interfaces.web.heat_map import HeatMap
from interfaces.web.measured import cell, share_cell, usd
from interfaces.web.page import number, percent

_ROW_HEIGHT, _AROUND = 26, 90
_GREEKS = ("delta", "gamma", "vega", "theta", "rho", "delta_value", "gamma_value")


def bars(
    names: Sequence[str], series: Mapping[str, Sequence[float | None]], unit: str, rows: int = 1
) -> Figure:
    """Horizontal bars, the first name at the top; `rows` of height for each name."""
    traces = [
        {"type": "bar", "orientation": "h", "name": name, "y": [*names], "x": [*values]}
        for name, values in series.items()
    ]
    return figure_of(
        traces,
        height=_AROUND + _ROW_HEIGHT * rows * max(len(names), 3),
        bargap=0.25,
        showlegend=len(series) > 1,
        xaxis={"title": {"text": unit}, "automargin": True, "zeroline": True},
        yaxis={"type": "category", "autorange": "reversed", "automargin": True, "showgrid": False},
    )


def betas_table(figures: WeightedBeta) -> Chart:
    """What each symbol adds to the portfolio's beta."""
    return Chart(
        "betas",
        "What each symbol adds to beta, the largest first",
        ("Symbol", "Weight, %", "Beta", "Standard error", "R2", "Observations", "Contribution"),
        [
            (
                *(one.symbol, share_cell(one.weight), cell(one.beta, 4)),
                *(cell(one.standard_error, 4), cell(one.r_squared, 4)),
                *(str(one.observations), cell(one.contribution, 4)),
            )
            for one in figures.contributions
        ],
        {},
    )


def factor_chart(name: str, what: str, figures: FactorExposures) -> Chart:
    """How much moves with each factor, and what that is in money."""
    told = figures.exposures
    largest = max(told, key=lambda one: abs(one.beta), default=None)
    most = f"most with {largest.factor}, {number(largest.beta)}" if largest else "with none"
    return Chart(
        name,
        f"{what} factors: it moves {most} for a return of 1",
        ("Factor", "Fund", "Beta", "Exposure, USD"),
        [(one.factor.value, one.symbol, cell(one.beta, 4), cell(one.exposure_usd)) for one in told],
        bars([one.factor.value for one in told], {"Beta": [one.beta for one in told]}, "Beta"),
        words=2,
    )


def stress_chart(figures: StressTest) -> Chart:
    """What each scenario does, the worst correlated figure first, what is unavailable last."""
    scenarios = sorted(figures.scenarios, key=_correlated)
    worst = next((one for one in scenarios if one.correlated), None)
    told = f", the worst: {worst.title}, {_pnl_told(worst)}" if worst else ""
    shown = [one for one in scenarios if one.correlated]
    of_nav = all(_share(one) is not None for one in shown)
    series = {
        "Correlated": [_drawn(one, "correlated", of_nav=of_nav) for one in shown],
        "Direct": [_drawn(one, "direct", of_nav=of_nav) for one in shown],
    }
    return Chart(
        "stress",
        f"P&L in {len(scenarios)} scenarios{told}",
        (
            *("Scenario", "Status", "Correlated, USD", "Correlated, % of NAV"),
            *("Direct, USD", "Direct, % of NAV"),
        ),
        [_stress_row(one) for one in scenarios],
        bars([one.title for one in shown], series, "% of NAV" if of_nav else "USD", rows=2)
        if shown
        else {},
        words=2,
    )


def contributions_chart(scenario: StressedScenario) -> Chart:
    """The names that gain or lose most in a scenario, by both figures."""
    both = [scenario.correlated, scenario.direct]
    sides = [{one.symbol: one for one in side.contributions} if side else {} for side in both]
    symbols = [*dict.fromkeys(symbol for side in sides for symbol in side)]
    pnl = [[one.pnl if (one := side.get(symbol)) else None for symbol in symbols] for side in sides]
    return Chart(
        "contributions",
        f"{scenario.title}: what gains and loses most",
        ("Symbol", "Correlated, USD", "Direct, USD"),
        [
            (symbol, cell(correlated), cell(direct))
            for symbol, correlated, direct in zip(symbols, *pnl, strict=True)
        ],
        bars(symbols, {"Correlated": pnl[0], "Direct": pnl[1]}, "USD", rows=2),
    )


def moves_table(scenario: StressedScenario) -> Chart:
    """What each factor returns in a scenario, by both figures."""
    both = [scenario.correlated, scenario.direct]
    sides = [{one.factor: one.move for one in side.moves} if side else {} for side in both]
    factors = [*dict.fromkeys(factor for side in sides for factor in side)]
    return Chart(
        "moves",
        f"{scenario.title}: what the factors return",
        ("Factor", "Correlated, %", "Direct, %"),
        [(factor.value, *(share_cell(side.get(factor)) for side in sides)) for factor in factors],
        {},
    )


def losses_table(figures: ValueAtRisk) -> Chart:
    """The losses of a day at both confidences; positive is a loss."""
    columns = (
        ("One day", "value_at_risk"),
        ("Shortfall", "expected_shortfall"),
        ("Ten days, scaled", "value_at_risk_10d_scaled"),
        ("Shortfall of ten days, scaled", "expected_shortfall_10d_scaled"),
        ("If P&L were normal", "normal_value_at_risk"),
    )
    losses: list[tuple[str, list[Loss]]] = [
        (name, [getattr(level, field) for level in figures.levels]) for name, field in columns
    ]
    heads = [f"{level.confidence:.0%}, {unit}" for level in figures.levels for unit in _UNITS]
    return Chart(
        "losses",
        "What a day could lose; above zero is a loss",
        ("Loss", *heads),
        [
            (
                name,
                *(
                    told
                    for loss in of_levels
                    for told in (cell(loss.amount), share_cell(loss.of_nav))
                ),
            )
            for name, of_levels in losses
        ],
        {},
    )


_UNITS = ("USD", "% of NAV")


def largest_chart(figures: Concentration) -> Chart:
    """The largest names by what is at stake in them."""
    told = figures.largest
    first = told[0]
    return Chart(
        "largest",
        f"The largest of {figures.names} names is {first.symbol}, {percent(first.share)} of all",
        ("Symbol", "Market value, USD", "% of all", "% of NAV"),
        [
            (one.symbol, cell(one.market_value), share_cell(one.share), share_cell(one.of_nav))
            for one in told
        ],
        bars(
            [one.symbol for one in told], {"Share": [100 * one.share for one in told]}, "% of all"
        ),
    )


def sector_chart(figures: SectorExposure) -> Chart:
    """What is held of sectors beside what the index has of them."""
    rows = [*figures.sectors, figures.funds, figures.unclassified]
    active = [one for one in rows if one.active_weight is not None]
    most = max(active, key=lambda one: abs(one.active_weight or 0.0), default=None)
    told = (
        f", most apart in {most.sector}, {percent(most.active_weight, is_change=True)}"
        if most
        else ""
    )
    series = {
        "Portfolio": [_percents(one.weight) for one in rows],
        figures.benchmark: [_percents(one.benchmark_weight) for one in rows],
    }
    return Chart(
        "sectors",
        f"Sectors against the {figures.benchmark}{told}",
        ("Sector", "Held", "Market value, USD", "% of NAV", f"{figures.benchmark}, %", "Over, %"),
        [
            (
                *(one.sector, ", ".join(one.symbols), cell(one.market_value)),
                *map(share_cell, (one.weight, one.benchmark_weight, one.active_weight)),
            )
            for one in rows
        ],
        bars([one.sector for one in rows], series, "% of NAV", rows=2),
        words=2,
    )


def correlations(figures: CorrelationMatrix) -> HeatMap:
    """Who moves with whom, alike ones beside each other."""
    average = f", on average {number(figures.average)}" if figures.average is not None else ""
    title = f"Correlations of {len(figures.symbols)} names{average}, alike ones together"
    return HeatMap(title, figures.symbols, figures.rows)


def correlations_table(figures: CorrelationMatrix) -> Chart:
    """The same as a table."""
    return Chart(
        "correlations",
        correlations(figures).title,
        ("Symbol", *figures.symbols),
        [
            (symbol, *(cell(one, 4) for one in row))
            for symbol, row in zip(figures.symbols, figures.rows, strict=True)
        ],
        {},
    )


def greeks_table(figures: OptionGreeks) -> Chart:
    """What each option and all of them move by."""
    rows = [(*_option_cells(one), *_greeks_cells(one.greeks)) for one in figures.positions]
    options = len(figures.positions)
    return Chart(
        "greeks",
        f"Greeks of {options} option position{'' if options == 1 else 's'}",
        (
            *("Option", "Underlying", "Volatility"),
            *("Delta, shares", "Gamma", "Vega, USD", "Theta, USD", "Rho, USD"),
            *("Delta, USD", "Gamma for 1 %, USD"),
        ),
        [*rows, ("All", "", "", *_greeks_cells(figures.total))],
        {},
        words=3,
    )


def _option_cells(position: PositionGreeks) -> tuple[str, str, str]:
    volatility = f"{share_cell(position.volatility)} %, {position.volatility_source}"
    return position.symbol, position.underlying, volatility


def _greeks_cells(greeks: Greeks) -> tuple[str, ...]:
    return tuple(cell(getattr(greeks, name)) for name in _GREEKS)


def _stress_row(scenario: StressedScenario) -> tuple[str, ...]:
    told = [
        (cell(side.pnl), share_cell(side.pnl_of_nav)) if side else ("", "")
        for side in (scenario.correlated, scenario.direct)
    ]
    return (scenario.title, _status(scenario), *told[0], *told[1])


def _status(scenario: StressedScenario) -> str:
    if not scenario.factors_missing:
        return scenario.status
    return f"{scenario.status}, without {', '.join(scenario.factors_missing)}"


def _correlated(scenario: StressedScenario) -> float:
    return scenario.correlated.pnl if scenario.correlated else float("inf")


def _share(scenario: StressedScenario) -> float | None:
    return scenario.correlated.pnl_of_nav if scenario.correlated else None


def _drawn(scenario: StressedScenario, which: str, *, of_nav: bool) -> float | None:
    side = getattr(scenario, which)
    if side is None:
        return None
    return _percents(side.pnl_of_nav) if of_nav else side.pnl


def _pnl_told(scenario: StressedScenario) -> str:
    share = _share(scenario)
    if share is not None:
        return f"{percent(share, is_change=True)} of NAV"
    return f"{usd(scenario.correlated.pnl if scenario.correlated else None, is_change=True)} USD"


def _percents(share: float | None) -> float | None:
    return None if share is None else 100 * share
