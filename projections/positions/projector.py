"""From files, edits and valuations to rows of positions."""

from collections.abc import Iterable, MutableMapping
from datetime import date
from decimal import Decimal
from typing import TypeVar, cast
from uuid import UUID

from msgspec.structs import replace

from application.ports import Recorded
from domain.daily_valuation import DailyValuation
from domain.kernel import Event
from domain.mark import Mark
from domain.portfolio import Portfolio
from domain.position import Position
from domain.position_import import PositionClosing
from domain.snapshot import Snapshot
from projections.positions.view import PositionFigures, PositionRow
from projections.row_table import Key

Rows = MutableMapping[Key, PositionRow]
Valued = TypeVar("Valued", PositionRow, PositionFigures)

VALUED_BY: frozenset[type[Event]] = frozenset(
    {DailyValuation.SnapshotCalculated, DailyValuation.SnapshotRestated}
)
FED_BY: frozenset[type[Event]] = VALUED_BY | frozenset(
    {
        Portfolio.PositionsImported,
        Portfolio.ImportReverted,
        Portfolio.ImportRestored,
        Portfolio.PositionOpened,
        Portfolio.PositionCorrected,
        Portfolio.PositionClosed,
        Portfolio.PositionRemoved,
        Portfolio.OptionExpired,
    }
)

UNREAD = (
    "counts",
    "lines.symbol",
    "lines.multiplier",
    "lines.entry_price",
    "lines.cash_like",
    "lines.cost",
    "lines.proceeds",
    "lines.income",
)
"""What a valuation says that positions know already, or that is not told of them."""


def keys(recorded: Recorded) -> Iterable[Key]:
    """The positions an event speaks of; those it opens have no rows yet."""
    match recorded.event:
        case Snapshot(lines=lines):
            return [(position_id,) for position_id in lines.position_id]
        case Portfolio.PositionsImported(closings=closings):
            return _keys((), closings)
        case Portfolio.ImportReverted(removed=ids, reopened=closings):
            return _keys(ids, closings)
        case Portfolio.ImportRestored(restored=ids, closed=closings):
            return _keys(ids, closings)
        case (
            Portfolio.PositionCorrected(position_id=position_id)
            | Portfolio.PositionClosed(position_id=position_id)
            | Portfolio.PositionRemoved(position_id=position_id)
            | Portfolio.OptionExpired(position_id=position_id)
        ):
            return [(position_id,)]
    return []


def portfolio_of(recorded: Recorded) -> UUID:
    """Whose positions a valuation is about."""
    return cast("Snapshot", recorded.event).portfolio_id


def fold(rows: Rows, recorded: Recorded) -> None:
    """What an event changes in the rows of its positions."""
    match recorded.event:
        case Snapshot() as snapshot:
            _value(rows, snapshot)
        case Portfolio.PositionsImported(import_id=import_id, positions=positions) as event:
            for position in positions:
                row = _opened(recorded.aggregate_id, import_id, position)
                rows[(position.position_id,)] = row
            _close(rows, event.closings)
        case Portfolio.ImportReverted(removed=ids, reopened=closings):
            for position_id in ids:
                rows[(position_id,)] = replace(rows[(position_id,)], is_reverted=True)
            _reopen(rows, closings)
        case Portfolio.ImportRestored(restored=ids, closed=closings):
            for position_id in ids:
                rows[(position_id,)] = replace(rows[(position_id,)], is_reverted=False)
            _close(rows, closings)
        case Portfolio.PositionOpened(position=position, notes=notes):
            row = _opened(recorded.aggregate_id, None, position)
            rows[(position.position_id,)] = replace(row, notes=notes)
        case _:
            for key in keys(recorded):
                rows[key] = _edited(rows[key], recorded.event)


def _edited(row: PositionRow, event: Event) -> PositionRow:
    """What its owner's hand, or its expiry, made of a position."""
    match event:
        case Portfolio.PositionCorrected(changes=changes):
            notes = row.notes if changes.notes is None else changes.notes
            return _stated(replace(row, notes=notes, **changes.of_terms))
        case Portfolio.PositionClosed():
            return _stated(replace(row, closings=(*row.closings, event.closing)))
        case Portfolio.PositionRemoved():
            return replace(row, is_removed=True)
        case Portfolio.OptionExpired():
            return _stated(replace(row, expiry=event.expiry))
    return row


def _keys(ids: Iterable[UUID], closings: Iterable[PositionClosing]) -> list[Key]:
    return [(position_id,) for position_id in (*ids, *(part.position_id for part in closings))]


def _opened(portfolio_id: UUID, import_id: UUID | None, position: Position) -> PositionRow:
    return PositionRow(
        position_id=position.position_id,
        portfolio_id=portfolio_id,
        import_id=import_id,
        import_row=position.row,
        symbol=position.symbol,
        quantity=position.quantity,
        open_quantity=position.open_quantity,
        entry_price=position.entry_price,
        entry_on=position.entry_on,
        exit_on=position.exit_on,
        exit_price=position.exit_price,
        position_type=position.position_type,
        investment_class=position.investment_class,
        investment_subtype=position.investment_subtype,
        multiplier=position.multiplier,
        underlying=position.underlying,
        strike=position.strike,
        expires_on=position.expires_on,
        right=position.right,
        closings=position.closings,
        expiry=None,
        stated_as=position.stated_as,
        notes="",
        is_reverted=False,
        is_removed=False,
        valued_on=None,
        nav=None,
        gross=None,
        mark=None,
        market_value=None,
        pnl=None,
        unrealized_pnl=None,
        realized={},
    )


def _close(rows: Rows, closings: Iterable[PositionClosing]) -> None:
    for closing in closings:
        row = rows[(closing.position_id,)]
        rows[(closing.position_id,)] = _stated(replace(row, closings=(*row.closings, closing.part)))


def _reopen(rows: Rows, closings: Iterable[PositionClosing]) -> None:
    """Take closings off again: of several alike, the first."""
    for closing in closings:
        row = rows[(closing.position_id,)]
        left = list(row.closings)
        left.remove(closing.part)
        rows[(closing.position_id,)] = _stated(replace(row, closings=tuple(left)))


def _stated(row: PositionRow) -> PositionRow:
    """The row with what follows from its terms and closings."""
    terms = row.terms
    return replace(
        row,
        open_quantity=terms.open_quantity,
        exit_on=terms.exit_on,
        exit_price=terms.exit_price,
        position_type=terms.position_type,
    )


def _value(rows: MutableMapping[Key, Valued], snapshot: Snapshot) -> None:
    """Give each line's figures to its position.

    Those of an earlier day do not take the place of a later one's, but where nothing was left at
    its close: a closing that became known afterwards, so that no later day has a line any more.
    """
    lines = snapshot.lines
    marks = lines.rows("mark_price", "mark_on", "mark_source", "mark_quality", "mark_provider")
    figures = lines.rows(
        "position_id", "quantity", "market_value", "pnl", "unrealized_pnl", "realized_pnl"
    )
    for mark, (position_id, held, market_value, pnl, unrealized_pnl, realized_pnl) in zip(
        marks, figures, strict=True
    ):
        row = rows[(position_id,)]
        realized = _realized(row.realized, snapshot.session, realized_pnl, is_last=not held)
        if held and row.valued_on is not None and snapshot.session < row.valued_on:
            rows[(position_id,)] = replace(row, realized=realized)
            continue
        rows[(position_id,)] = replace(
            row,
            valued_on=snapshot.session,
            nav=snapshot.nav,
            gross=snapshot.long_value - snapshot.short_value,
            mark=Mark(*mark),
            market_value=market_value,
            pnl=pnl,
            unrealized_pnl=unrealized_pnl,
            realized=realized,
        )


def _realized(
    before: dict[date, Decimal], session: date, gain: Decimal, *, is_last: bool
) -> dict[date, Decimal]:
    """What closings brought by session, with that of one session; none after the last."""
    if not before and not gain:
        return before
    kept = {on: brought for on, brought in before.items() if on < session}
    kept |= {session: gain} if gain else {}
    return kept if is_last else kept | {on: b for on, b in before.items() if on > session}
