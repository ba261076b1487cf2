"""What was measured of a session, as it was known at an instant and as it is known now (7.4)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

from application.analyses import Analyses, symbols_of
from application.ports import Cause, Market, Recorded
from application.time_travel import Origin, TimeTravel, Version
from domain.identity import risk_analysis_id
from domain.portfolio import Portfolio
from domain.risk.factors import FUNDS
from domain.risk.finding import Finding
from domain.risk_analysis import Analysis

MOST_ROWS = 50
"""The newest rows of the price book that are named as origins."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnalysisVersion:
    """Measures with who had them recorded when; of measures taken just now nobody, and no number.

    Those of another version of the valuation than the latest are never shown, but taken anew.
    """

    number: int | None
    recorded_at: datetime | None
    cause: Cause | None
    analysis: Analysis


@dataclass(frozen=True, slots=True)
class MeasureDifference:
    """A measure that is found otherwise than it was."""

    measure: str
    then: Finding[Any]
    now: Finding[Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class AnalysisAsOf:
    """The measures of a session as they were known then, and now; None where there were none.

    `origins` are what the difference comes from: of the valuation, of closes learnt since, or of
    the rules; none where it is of reference data.
    """

    session: date
    then: AnalysisVersion | None
    now: AnalysisVersion | None
    difference: Sequence[MeasureDifference]
    origins: Sequence[Origin]


@dataclass(frozen=True, slots=True)
class PastAnalyses:
    """Reads the versions of analyses out of the log."""

    travel: TimeTravel
    analyses: Analyses

    def as_of(
        self, portfolio: Portfolio, effective: date, known: datetime | None
    ) -> AnalysisAsOf | None:
        """The last session up to a day; None where the market had none yet."""
        market = portfolio.opening.price_source
        session = self.travel.markets[market].calendar.session_on_or_before(effective)
        if session is None:
            return None
        recorded = self.travel.log.history([risk_analysis_id(portfolio.id, session)])
        versions = self.travel.versions(portfolio.id, session)
        now = self._now(portfolio, session, recorded, versions)
        past = [one for one in recorded if known is not None and one.occurred_at <= known]
        then = _version(past[-1]) if past else None
        then = now if known is None else then
        difference = _differences(then, now)
        origins = self._origins(portfolio, then, now, versions) if difference else ()
        return AnalysisAsOf(
            session=session, then=then, now=now, difference=difference, origins=list(origins)
        )

    def _now(
        self,
        portfolio: Portfolio,
        session: date,
        recorded: Sequence[Recorded],
        versions: Sequence[Version],
    ) -> AnalysisVersion | None:
        """What is shown now: the latest that was recorded, if it is of the latest valuation."""
        latest = _version(recorded[-1]) if recorded else None
        if latest and versions and latest.analysis.valuation_version == versions[-1].number:
            return latest
        taken = self.analyses.of(portfolio, session)
        if taken is None:
            return None
        return AnalysisVersion(number=None, recorded_at=None, cause=None, analysis=taken)

    def _origins(
        self,
        portfolio: Portfolio,
        then: AnalysisVersion | None,
        now: AnalysisVersion | None,
        versions: Sequence[Version],
    ) -> Iterator[Origin]:
        if then is None or now is None:
            return
        before, after = then.analysis, now.analysis
        since = [one for one in versions if before.valuation_version < one.number]
        named: dict[str, Origin] = {}
        for origin in map(self.travel.origin, since):
            named.setdefault(origin.caused_by, origin)
        for origin in self._learnt(portfolio, before, after):
            named.setdefault(origin.caused_by, origin)
        if before.engine_version != after.engine_version:
            cause = f"analysis_engine:{after.engine_version}"
            named[cause] = Origin(caused_by=cause, through=0, event=None, row=None)
        yield from named.values()

    def _learnt(self, portfolio: Portfolio, before: Analysis, after: Analysis) -> Iterator[Origin]:
        """Closes, splits and dividends up to the session that came between, the newest first."""
        market: Market = portfolio.opening.price_source
        symbols = sorted(symbols_of([portfolio]) | set(FUNDS))
        rows = (before.prices_known, after.prices_known)
        for row in self.travel.rows.between(market, symbols, rows, before.session, MOST_ROWS):
            cause = f"price_book:{row.row}"
            yield Origin(caused_by=cause, through=0, event=None, row=row)


def _version(recorded: Recorded) -> AnalysisVersion:
    if not isinstance(recorded.event, Analysis):
        raise TypeError("an analysis is analyzed")
    return AnalysisVersion(
        number=recorded.version,
        recorded_at=recorded.occurred_at,
        cause=recorded.cause,
        analysis=recorded.event,
    )


def _differences(
    then: AnalysisVersion | None, now: AnalysisVersion | None
) -> Sequence[MeasureDifference]:
    if then is None or now is None:
        return []
    before, after = then.analysis.measures, now.analysis.measures
    names = [one.name for one in fields(before)]
    found = [MeasureDifference(one, getattr(before, one), getattr(after, one)) for one in names]
    return [one for one in found if one.then != one.now]
