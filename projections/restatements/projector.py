"""From versions of days to rows, each beside the version before."""

from collections.abc import Iterable, Mapping, MutableMapping

from application.ports import Recorded
from domain.daily_valuation import DailyValuation
from domain.kernel import Event
from domain.snapshot import Snapshot
from projections.restatements.view import RestatementRow
from projections.row_table import Key

FED_BY: frozenset[type[Event]] = frozenset(
    {DailyValuation.SnapshotCalculated, DailyValuation.SnapshotRestated}
)


def keys(recorded: Recorded) -> Iterable[Key]:
    """Of a restatement the version before, and that of the day before it builds on."""
    day = recorded.event
    if not isinstance(day, DailyValuation.SnapshotRestated):
        return
    yield day.portfolio_id, day.session, recorded.version - 1
    if day.previous:
        yield day.portfolio_id, day.previous.session, day.previous.version


def fold(rows: MutableMapping[Key, RestatementRow], recorded: Recorded) -> None:
    """A row for each version."""
    day, cause = recorded.event, recorded.cause
    if not isinstance(day, Snapshot):
        return
    before = rows.get((day.portfolio_id, day.session, recorded.version - 1))
    reason, caused_by, root, through = _why(rows, day)
    rows[day.portfolio_id, day.session, recorded.version] = RestatementRow(
        portfolio_id=day.portfolio_id,
        session=day.session,
        version=recorded.version,
        is_restatement=recorded.version > 1,
        position=recorded.position,
        recorded_at=recorded.occurred_at,
        actor=cause.actor,
        impersonator=cause.impersonator,
        nav=day.nav,
        nav_before=before.nav if before else None,
        pnl=day.pnl,
        pnl_before=before.pnl if before else None,
        reason=reason,
        caused_by=caused_by,
        root=root,
        through=through,
    )


def _why(rows: Mapping[Key, RestatementRow], day: Snapshot) -> tuple[str, str, str, int]:
    """Reason, cause, and through how many days the cause leads to which root."""
    if not isinstance(day, DailyValuation.SnapshotRestated):
        return "", "", "", 0
    root, through = day.caused_by, 0
    if root.startswith(f"{DailyValuation.TOPIC}:") and day.previous:
        key = day.portfolio_id, day.previous.session, day.previous.version
        of_the_day_before = rows.get(key)
        if of_the_day_before and of_the_day_before.root:
            root, through = of_the_day_before.root, of_the_day_before.through + 1
    return day.reason, day.caused_by, root, through
