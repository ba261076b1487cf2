"""How portfolios did over a span of their valuations (spec 6.2)."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from application.panels import Panels
from application.ports import Market
from domain.risk.finding import Finding
from domain.risk.performance import performance
from domain.risk.performance_figures import DailyFigures, Performance
from domain.risk.valued_day import PerformedDay


@dataclass(frozen=True, slots=True)
class Performances:
    """Sets the days of a span beside a benchmark's closes. The rate is a year's."""

    panels: Panels
    risk_free_rate: Decimal

    def of(
        self, market: Market, days: Sequence[PerformedDay], benchmark: str
    ) -> Finding[Performance]:
        """What the days returned; the first is the valuation that the span starts from.

        There is one day at least.
        """
        figures = DailyFigures(
            sessions=[day.session for day in days],
            nav=[float(day.nav) for day in days],
            pnl=[float(day.pnl) for day in days],
            flows=[float(day.flows) for day in days],
            returns=[day.daily_return for day in days],
        )
        closes = self.panels.between(market, [benchmark], days[0].session, days[-1].session)
        return performance(figures, closes, benchmark, float(self.risk_free_rate))
