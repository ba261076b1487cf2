"""From recorded analyses to rows."""

from collections.abc import Iterable, MutableMapping

from application.ports import Recorded
from domain.kernel import Event
from domain.risk_analysis import Analysis, RiskAnalysis
from projections.analytics.view import AnalysisRow
from projections.row_table import Key

FED_BY: frozenset[type[Event]] = frozenset({RiskAnalysis.Analyzed})


def keys(recorded: Recorded) -> Iterable[Key]:
    """The day of the portfolio; its row is replaced whole, so nothing has to be read first."""
    del recorded
    return []


def fold(rows: MutableMapping[Key, AnalysisRow], recorded: Recorded) -> None:
    """The latest version of a day replaces the one before."""
    analysis = recorded.event
    if not isinstance(analysis, Analysis):
        return
    rows[analysis.portfolio_id, analysis.session] = AnalysisRow(
        portfolio_id=analysis.portfolio_id,
        session=analysis.session,
        version=recorded.version,
        valuation_version=analysis.valuation_version,
        prices_known=analysis.prices_known,
        inputs_digest=analysis.inputs_digest,
        engine_version=analysis.engine_version,
        measures=analysis.measures,
        recorded_at=recorded.occurred_at,
    )
