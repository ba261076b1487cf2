"""From imports, and what became of them, to rows."""

from collections.abc import Iterable, MutableMapping

from msgspec.structs import replace

from application.ports import Recorded
from domain.kernel import Event
from domain.portfolio import Portfolio
from projections.imports.view import ImportRow
from projections.row_table import Key

FED_BY: frozenset[type[Event]] = frozenset(
    {Portfolio.PositionsImported, Portfolio.ImportReverted, Portfolio.ImportRestored}
)


def keys(recorded: Recorded) -> Iterable[Key]:
    """The import that was taken back or brought back; a new one has no row yet."""
    match recorded.event:
        case Portfolio.ImportReverted() | Portfolio.ImportRestored() as event:
            return [(event.import_id,)]
    return []


def fold(rows: MutableMapping[Key, ImportRow], recorded: Recorded) -> None:
    """What an event changes in the row of its import."""
    at = recorded.occurred_at
    match recorded.event:
        case Portfolio.PositionsImported() as event:
            rows[(event.import_id,)] = _imported(recorded, event)
        case Portfolio.ImportReverted(import_id=import_id, reason=reason):
            rows[(import_id,)] = replace(
                rows[(import_id,)], is_reverted=True, reason=reason, changed_at=at
            )
        case Portfolio.ImportRestored(import_id=import_id):
            rows[(import_id,)] = replace(
                rows[(import_id,)], is_reverted=False, reason=None, changed_at=at
            )


def _imported(recorded: Recorded, event: Portfolio.PositionsImported) -> ImportRow:
    source = event.source
    return ImportRow(
        import_id=event.import_id,
        portfolio_id=recorded.aggregate_id,
        version=recorded.version,
        mode=event.mode,
        source_format=source.format,
        file_name=source.file_name,
        sha256=source.sha256,
        account=source.account,
        quantities_as_of=event.quantities_as_of,
        positions=len(event.positions),
        closings=len(event.closings),
        assumptions=source.assumptions,
        left_out=source.left_out,
        is_reverted=False,
        reason=None,
        imported_at=recorded.occurred_at,
        changed_at=recorded.occurred_at,
    )
