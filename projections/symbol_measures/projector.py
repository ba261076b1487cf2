"""From recorded measures of symbols to rows."""

from collections.abc import Iterable, MutableMapping

from application.ports import Recorded
from domain.kernel import Event
from domain.symbol_analysis import SymbolAnalysis
from projections.row_table import Key
from projections.symbol_measures.view import SymbolRow

FED_BY: frozenset[type[Event]] = frozenset({SymbolAnalysis.Measured})


def keys(recorded: Recorded) -> Iterable[Key]:
    """The symbols of the event; their rows are replaced whole, so nothing has to be read first."""
    del recorded
    return []


def fold(rows: MutableMapping[Key, SymbolRow], recorded: Recorded) -> None:
    """What was measured last of a symbol replaces what was before."""
    event = recorded.event
    if not isinstance(event, SymbolAnalysis.Measured):
        return
    for one in event.symbols:
        symbol = one.measures.symbol
        rows[event.market, event.session, symbol] = SymbolRow(
            market=event.market,
            session=event.session,
            symbol=symbol,
            inputs_digest=one.inputs_digest,
            measures=one.measures,
            recorded_at=recorded.occurred_at,
        )
