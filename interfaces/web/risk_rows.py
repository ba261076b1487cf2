"""The risk of accounts, a row each: beta, volatility, value at risk, stress, largest name."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from domain.risk.concentration import Concentration
from domain.risk.finding import Finding
from domain.risk.measures import Measures
from domain.risk.stress import StressTest
from domain.risk.value_at_risk import ValueAtRisk
from interfaces.analyses import shown_measures
from interfaces.bootstrap import Program
from interfaces.web.measured import WORDS, Tile, change_tile, ratio_tile, share_tile, usd
from interfaces.web.page import NONE
from projections.portfolios.view import PortfolioRow

Figures = TypeVar("Figures")


@dataclass(frozen=True, slots=True)
class RiskRow:
    """An account's main figures of risk, and where all of them are."""

    portfolio: PortfolioRow
    figures: Sequence[Tile]

    @property
    def url(self) -> str:
        """The tab with all measures."""
        return f"/portfolios/{self.portfolio.portfolio_id}/risk"


def risk_rows(program: Program, portfolios: Sequence[PortfolioRow]) -> list[RiskRow]:
    """A row for each account that was valued."""
    shown = [(portfolio, shown_measures(program, portfolio)) for portfolio in portfolios]
    return [RiskRow(portfolio, main_risks(one.measures)) for portfolio, one in shown if one]


def main_risks(measures: Measures) -> list[Tile]:
    """The main figures of risk, each with a word on it; where there is none, why."""
    return [
        _tile("Beta", measures.market_beta, lambda one: ratio_tile("Beta", one.beta)),
        _tile(
            "Volatility",
            measures.volatility,
            lambda one: share_tile("Volatility", one.realised_63, str(one.trend)),
        ),
        _tile("VaR 95 %", measures.value_at_risk, _loss),
        _tile("Worst stress", measures.stress_test, _worst),
        _tile("Largest name", measures.concentration, _largest),
    ]


def _tile(name: str, finding: Finding[Figures], told: Callable[[Figures], Tile]) -> Tile:
    """What a measure says; where there is none, why, in a few words."""
    if finding.figures is not None:
        return told(finding.figures)
    return Tile(name, NONE, WORDS[finding.reason.code] if finding.reason else "")


def _loss(figures: ValueAtRisk) -> Tile:
    loss = figures.levels[0].value_at_risk
    return share_tile("VaR 95 %", loss.of_nav, f"{usd(loss.amount)} USD")


def _worst(figures: StressTest) -> Tile:
    worst = next((one for one in figures.scenarios if one.scenario_id == figures.worst), None)
    if worst is None or worst.correlated is None:
        return Tile("Worst stress", NONE, "no scenario can be told")
    return change_tile("Worst stress", worst.correlated.pnl_of_nav, worst.title)


def _largest(figures: Concentration) -> Tile:
    first = figures.largest[0]
    return share_tile("Largest name", first.share, first.symbol)
