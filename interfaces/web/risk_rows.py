"""The risk of accounts, a row each: beta, volatility, value at risk, stress, largest name."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar
from uuid import UUID

from interfaces.analyses import shown_measures
from interfaces.bootstrap import Program
from interfaces.web.measured import WORDS, Tile, change_tile, ratio_tile, share_tile, usd
from interfaces.web.page import NONE
from interfaces.web.worth import Valued, Worth
from projections.analytics.view import (
    Main,
    MainConcentration,
    MainMeasures,
    MainRow,
    MainStress,
    MainValueAtRisk,
)
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


def risk_rows(program: Program, worth: Worth | None) -> list[RiskRow]:
    """A row for each account that was valued."""
    accounts = worth.accounts if worth else []
    recorded = program.analytics_room.main_of(map(_key, accounts)) if accounts else {}
    rows = []
    for valued in accounts:
        measures = _measures(program, valued, recorded.get(_key(valued)))
        if measures:
            rows.append(RiskRow(valued.portfolio, main_risks(measures)))
    return rows


def _key(valued: Valued) -> tuple[UUID, date]:
    return valued.row.portfolio_id, valued.row.session


def _measures(program: Program, valued: Valued, recorded: MainRow | None) -> MainMeasures | None:
    """What was recorded of the valuation as it is now, else what is taken just now."""
    if recorded and recorded.valuation_version == valued.row.version:
        return recorded.measures
    shown = shown_measures(program, valued.portfolio, valued.row.session)
    return MainMeasures.of(shown.measures) if shown else None


def main_risks(measures: MainMeasures) -> list[Tile]:
    """The main figures of risk, each with a word on it; where there is none, why."""
    return [
        _tile("Beta", measures.market_beta, lambda one: ratio_tile("Beta", one.beta)),
        _tile(
            "Volatility",
            measures.volatility,
            lambda one: share_tile("Volatility", one.realised_63, one.trend),
        ),
        _tile("VaR 95 %", measures.value_at_risk, _loss),
        _tile("Worst stress", measures.stress_test, _worst),
        _tile("Largest name", measures.concentration, _largest),
    ]


def _tile(name: str, finding: Main[Figures], told: Callable[[Figures], Tile]) -> Tile:
    """What a measure says; where there is none, why, in a few words."""
    if finding.figures is not None:
        return told(finding.figures)
    return Tile(name, NONE, WORDS[finding.reason.code] if finding.reason else "")


def _loss(figures: MainValueAtRisk) -> Tile:
    loss = figures.levels[0].value_at_risk
    return share_tile("VaR 95 %", loss.of_nav, f"{usd(loss.amount)} USD")


def _worst(figures: MainStress) -> Tile:
    worst = next((one for one in figures.scenarios if one.scenario_id == figures.worst), None)
    if worst is None or worst.correlated is None:
        return Tile("Worst stress", NONE, "no scenario can be told")
    return change_tile("Worst stress", worst.correlated.pnl_of_nav, worst.title)


def _largest(figures: MainConcentration) -> Tile:
    first = figures.largest[0]
    return share_tile("Largest name", first.share, first.symbol)
