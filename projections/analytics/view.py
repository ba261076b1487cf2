"""What was measured of a portfolio, as it is read: the latest version of a session."""

from datetime import date, datetime
from typing import Generic, Self, TypeVar
from uuid import UUID

import msgspec

from domain.risk.finding import Reason
from domain.risk.measures import Measures
from domain.risk.value_at_risk import Loss

Figures = TypeVar("Figures")


class AnalysisRow(msgspec.Struct, frozen=True):
    """The measures of one portfolio at the close of one session.

    They were taken of version `valuation_version` of the valuation; `recorded_at` is the UTC
    instant they were recorded.
    """

    portfolio_id: UUID
    session: date
    version: int
    valuation_version: int
    prices_known: int
    inputs_digest: str
    engine_version: int
    measures: Measures
    recorded_at: datetime


class Main(msgspec.Struct, Generic[Figures], frozen=True):
    """Of a finding its main figures, or the reason why there are none."""

    figures: Figures | None
    reason: Reason | None


class MainBeta(msgspec.Struct, frozen=True):
    """See `domain.risk.measures.MarketBeta`."""

    beta: float


class MainVolatility(msgspec.Struct, frozen=True):
    """See `domain.risk.volatility.Volatility`."""

    realised_63: float
    trend: str


class MainLevel(msgspec.Struct, frozen=True):
    """See `domain.risk.value_at_risk.LossLevel`."""

    value_at_risk: Loss


class MainValueAtRisk(msgspec.Struct, frozen=True):
    """See `domain.risk.value_at_risk.ValueAtRisk`."""

    levels: tuple[MainLevel, ...]


class MainPnl(msgspec.Struct, frozen=True):
    """See `domain.risk.stress.StressedPnl`."""

    pnl_of_nav: float | None


class MainScenario(msgspec.Struct, frozen=True):
    """See `domain.risk.stress.StressedScenario`."""

    scenario_id: str
    title: str
    correlated: MainPnl | None


class MainStress(msgspec.Struct, frozen=True):
    """See `domain.risk.stress.StressTest`."""

    scenarios: tuple[MainScenario, ...]
    worst: str | None


class MainName(msgspec.Struct, frozen=True):
    """See `domain.risk.concentration`."""

    symbol: str
    share: float


class MainConcentration(msgspec.Struct, frozen=True):
    """See `domain.risk.concentration.Concentration`."""

    largest: tuple[MainName, ...]


class MainMeasures(msgspec.Struct, frozen=True):
    """What an account's risk is told by in a row, read without the rest."""

    market_beta: Main[MainBeta]
    volatility: Main[MainVolatility]
    value_at_risk: Main[MainValueAtRisk]
    stress_test: Main[MainStress]
    concentration: Main[MainConcentration]

    @classmethod
    def of(cls, measures: Measures) -> Self:
        """The same of measures that are at hand."""
        return msgspec.convert(measures, cls, from_attributes=True)


class MainRow(msgspec.Struct, frozen=True):
    """The main figures of a portfolio at the close of a session, of that valuation's version."""

    portfolio_id: UUID
    session: date
    valuation_version: int
    measures: MainMeasures
