"""From imports and valuations to rows of positions."""

from collections.abc import Iterable, MutableMapping
from uuid import UUID

from msgspec.structs import replace

from application.ports import Recorded
from domain.daily_valuation import DailyValuation
from domain.kernel import Event
from domain.mark import Mark
from domain.money import ZERO
from domain.portfolio import Portfolio
from domain.position import Position
from domain.snapshot import Snapshot
from projections.positions.view import PositionRow
from projections.row_table import Key

FED_BY: frozenset[type[Event]] = frozenset(
    {
        Portfolio.PositionsImported,
        DailyValuation.SnapshotCalculated,
        DailyValuation.SnapshotRestated,
    }
)


def keys(recorded: Recorded) -> Iterable[Key]:
    """The positions that were imported, or that have a line."""
    event = recorded.event
    if isinstance(event, Snapshot):
        return [(position_id,) for position_id in event.lines.position_id]
    return []


def fold(rows: MutableMapping[Key, PositionRow], recorded: Recorded) -> None:
    """What an event changes in the rows of its positions."""
    event = recorded.event
    if isinstance(event, Portfolio.PositionsImported):
        for position in event.positions:
            rows[(position.position_id,)] = _imported(recorded.aggregate_id, position)
    elif isinstance(event, Snapshot):
        _value(rows, event)


def _imported(portfolio_id: UUID, position: Position) -> PositionRow:
    return PositionRow(
        position_id=position.position_id,
        portfolio_id=portfolio_id,
        symbol=position.symbol,
        quantity=position.quantity,
        entry_price=position.entry_price,
        entry_on=position.entry_on,
        exit_on=position.exit_on,
        exit_price=position.exit_price,
        position_type=position.position_type,
        investment_class=position.investment_class,
        investment_subtype=position.investment_subtype,
        multiplier=position.multiplier,
        import_row=position.row,
        valued_on=None,
        nav=None,
        mark=None,
        market_value=None,
        pnl=None,
        unrealized_pnl=None,
        realized_before=ZERO,
        realized_on_day=ZERO,
    )


def _value(rows: MutableMapping[Key, PositionRow], snapshot: Snapshot) -> None:
    lines = snapshot.lines
    marks = lines.rows("mark_price", "mark_on", "mark_source", "mark_quality", "mark_provider")
    figures = lines.rows("position_id", "market_value", "pnl", "unrealized_pnl", "realized_pnl")
    for mark, (position_id, market_value, pnl, unrealized_pnl, realized_pnl) in zip(
        marks, figures, strict=True
    ):
        row = rows[(position_id,)]
        if row.valued_on is not None and snapshot.session < row.valued_on:
            continue
        is_later_day = row.valued_on is not None and snapshot.session > row.valued_on
        rows[(position_id,)] = replace(
            row,
            valued_on=snapshot.session,
            nav=snapshot.nav,
            mark=Mark(*mark),
            market_value=market_value,
            pnl=pnl,
            unrealized_pnl=unrealized_pnl,
            realized_before=row.realized_pnl if is_later_day else row.realized_before,
            realized_on_day=realized_pnl,
        )
