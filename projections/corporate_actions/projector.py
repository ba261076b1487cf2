"""From entries to rows: the latest of a symbol, day and kind counts."""

from collections.abc import Iterable, MutableMapping

from application.ports import Recorded
from domain.kernel import Event
from domain.portfolio import Portfolio
from projections.corporate_actions.view import CorporateActionRow
from projections.row_table import Key

FED_BY: frozenset[type[Event]] = frozenset({Portfolio.CorporateActionEntered})


def keys(_: Recorded) -> Iterable[Key]:
    """None: an entry takes the place of the former, whatever that said."""
    return []


def fold(rows: MutableMapping[Key, CorporateActionRow], recorded: Recorded) -> None:
    """What an entry changes."""
    match recorded.event:
        case Portfolio.CorporateActionEntered() as event:
            rows[recorded.aggregate_id, event.symbol, event.ex_on, event.kind] = CorporateActionRow(
                portfolio_id=recorded.aggregate_id,
                symbol=event.symbol,
                ex_on=event.ex_on,
                kind=event.kind,
                value=event.value,
                entered_at=recorded.occurred_at,
            )
