"""From events of invite codes to rows."""

from collections.abc import Iterable, MutableMapping

from msgspec.structs import replace

from application.ports import Recorded
from domain.invite_code import InviteCode
from domain.kernel import Event
from projections.invite_codes.view import InviteRow
from projections.row_table import Key

FED_BY: frozenset[type[Event]] = frozenset({InviteCode.Issued, InviteCode.Used, InviteCode.Revoked})


def keys(recorded: Recorded) -> Iterable[Key]:
    """The code it happened to."""
    return [(recorded.aggregate_id,)]


def fold(rows: MutableMapping[Key, InviteRow], recorded: Recorded) -> None:
    """What an event changes in the row of its code."""
    key = (recorded.aggregate_id,)
    match recorded.event:
        case InviteCode.Issued(cohort=cohort, max_uses=max_uses, expires_at=expires_at):
            rows[key] = InviteRow(
                invite_id=recorded.aggregate_id,
                cohort=cohort,
                max_uses=max_uses,
                uses=0,
                expires_at=expires_at,
                issued_by=recorded.cause.actor,
                issued_at=recorded.occurred_at,
                revoked_at=None,
            )
        case InviteCode.Used():
            rows[key] = replace(rows[key], uses=rows[key].uses + 1)
        case InviteCode.Revoked():
            rows[key] = replace(rows[key], revoked_at=recorded.occurred_at)
