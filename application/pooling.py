"""Several portfolios measured as one (spec 6.2, Aggregate)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from application.analyses import Analyses
from domain.portfolio import Portfolio
from domain.risk.book import RiskBook, pooled
from domain.risk.factors import FactorSet
from domain.risk.finding import Finding
from domain.risk.market_beta import SESSIONS as SESSIONS_OF_BETA
from domain.risk.measures import Measures, measure, trailing_returns
from domain.risk.pooled_days import pooled_days
from domain.risk.position_exposures import PositionExposures, position_exposures
from domain.risk.rounding import as_recorded
from domain.risk.valued_day import FollowingDay


@dataclass(frozen=True, slots=True)
class PooledMeasures:
    """The measures of a pooled book, and those of each portfolio in it with its NAV, USD."""

    measures: Measures
    parts: Sequence[tuple[Portfolio, float, Measures]]


@dataclass(frozen=True, slots=True)
class Pooling:
    """Pools what portfolios of one market held at one session, then measures that."""

    analyses: Analyses

    def of(self, portfolios: Sequence[Portfolio], session: date) -> PooledMeasures | None:
        """The measures of those valued at the session by what is known now; None if none is.

        Nothing is recorded.
        """
        valued = self._valued(portfolios, session)
        if not valued:
            return None
        view = self.analyses.view([one for one, _ in valued], session)
        window = view.panel.sessions[-SESSIONS_OF_BETA - 1 :]
        days = [self.analyses.valued_days.days(one.id, window[0], window[-1]) for one, _ in valued]
        funds = self.analyses.funds([symbol for _, book in valued for symbol in book.movers])

        def measured(book: RiskBook, own: Sequence[Sequence[FollowingDay]]) -> Measures:
            returns = trailing_returns(pooled_days(own))
            return as_recorded(measure(book, view, returns, funds))

        return PooledMeasures(
            measured(pooled([book for _, book in valued]), days),
            [
                (one, book.nav, measured(book, [own]))
                for (one, book), own in zip(valued, days, strict=True)
            ],
        )

    def position_exposures(
        self, portfolios: Sequence[Portfolio], session: date, factors: FactorSet
    ) -> Finding[PositionExposures] | None:
        """How each line of those valued at the session moves; None if none is."""
        valued = self._valued(portfolios, session)
        if not valued:
            return None
        view = self.analyses.view([one for one, _ in valued], session)
        book = pooled([book for _, book in valued])
        return as_recorded(position_exposures(book, view.symbols, factors))

    def _valued(
        self, portfolios: Sequence[Portfolio], session: date
    ) -> Sequence[tuple[Portfolio, RiskBook]]:
        books = [(one, self.analyses.book(one, session)) for one in portfolios]
        return [(one, book) for one, book in books if book]
