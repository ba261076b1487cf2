"""From recorded valuations to rows."""

from collections.abc import Iterable, MutableMapping

from application.ports import Recorded
from domain.daily_valuation import DailyValuation
from domain.kernel import Event
from domain.snapshot import Snapshot
from projections.row_table import Key
from projections.valuations.view import ValuationRow

FED_BY: frozenset[type[Event]] = frozenset(
    {DailyValuation.SnapshotCalculated, DailyValuation.SnapshotRestated}
)


def keys(recorded: Recorded) -> Iterable[Key]:
    """The day of the portfolio; its row is replaced whole, so nothing has to be read first."""
    del recorded
    return []


def fold(rows: MutableMapping[Key, ValuationRow], recorded: Recorded) -> None:
    """The latest version of a day replaces the one before."""
    snapshot = recorded.event
    if not isinstance(snapshot, Snapshot):
        return
    rows[snapshot.portfolio_id, snapshot.session] = ValuationRow(
        portfolio_id=snapshot.portfolio_id,
        session=snapshot.session,
        version=recorded.version,
        opening=snapshot.opening,
        nav=snapshot.nav,
        previous_nav=snapshot.previous.nav if snapshot.previous else None,
        flows=snapshot.flows,
        cash=snapshot.cash,
        long_value=snapshot.long_value,
        short_value=snapshot.short_value,
        pnl=snapshot.pnl,
        realized_pnl=snapshot.realized_pnl,
        income=snapshot.income,
        counts=snapshot.counts,
        lines=snapshot.lines,
        recorded_at=recorded.occurred_at,
    )
