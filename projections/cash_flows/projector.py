"""From flows, and what became of them, to rows."""

from collections.abc import Iterable, MutableMapping
from datetime import date
from decimal import Decimal
from uuid import UUID

from msgspec.structs import replace

from application.ports import Recorded
from domain.kernel import Event
from domain.portfolio import Portfolio
from projections.cash_flows.view import CashFlowRow
from projections.row_table import Key

FED_BY: frozenset[type[Event]] = frozenset(
    {Portfolio.CapitalContributed, Portfolio.CapitalWithdrawn, Portfolio.CashFlowReverted}
)


def keys(recorded: Recorded) -> Iterable[Key]:
    """The flow that was taken back; a new one has no row yet."""
    match recorded.event:
        case Portfolio.CashFlowReverted(flow_id=flow_id):
            return [(flow_id,)]
    return []


def fold(rows: MutableMapping[Key, CashFlowRow], recorded: Recorded) -> None:
    """What an event changes in the row of its flow."""
    match recorded.event:
        case Portfolio.CapitalContributed(
            flow_id=flow_id, contributed_on=on, amount=amount, note=note
        ):
            rows[(flow_id,)] = _noted(recorded, flow_id, on, amount, note)
        case Portfolio.CapitalWithdrawn(flow_id=flow_id, withdrawn_on=on, amount=amount, note=note):
            rows[(flow_id,)] = _noted(recorded, flow_id, on, -amount, note)
        case Portfolio.CashFlowReverted(flow_id=flow_id):
            rows[(flow_id,)] = replace(rows[(flow_id,)], is_reverted=True)


def _noted(recorded: Recorded, flow_id: UUID, on: date, amount: Decimal, note: str) -> CashFlowRow:
    return CashFlowRow(
        flow_id=flow_id,
        portfolio_id=recorded.aggregate_id,
        dated_on=on,
        amount=amount,
        note=note,
        noted_at=recorded.occurred_at,
        is_reverted=False,
    )
