"""What is asked of the audit log, as the API takes it and as pages do: read here, once for both."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from application import policy
from application.audit import Verification
from application.errors import PortfolioUnknown
from application.ports import Cause
from domain.security_record import SecurityRecord
from interfaces.authentication import Caller
from interfaces.bootstrap import Program
from interfaces.story import is_told, positions_named, sentences_of
from interfaces.values import GivenInstant
from projections.audit_log.postgres import ROOM
from projections.audit_log.view import AuditFilter, AuditRow

LAST_POSITION = 2**63 - 1
Position = Annotated[int, Field(ge=0, le=LAST_POSITION)]
Kind = Annotated[str, Field(pattern=r"^[a-z_]{1,60}\.[a-z_]{1,60}$")]


@dataclass(frozen=True, slots=True)
class Entry:
    """An event of the log, and the sentence on it where there are words for it."""

    row: AuditRow
    text: str | None


@dataclass(frozen=True, slots=True)
class Page:
    """Some entries, and the position to go on after; None where there are no more by now."""

    entries: Sequence[Entry]
    following: int | None


class AuditSearch(BaseModel):
    """Which events are looked for: those of which all that is asked is true.

    `after` is the position to go on after, in either order.
    """

    aggregate: UUID | None = None
    type: Kind | None = None
    actor: UUID | None = None
    portfolio_id: UUID | None = None
    user_id: UUID | None = None
    recorded_from: GivenInstant | None = None
    recorded_to: GivenInstant | None = None
    after: Position | None = None
    is_newest_first: bool = True

    def refuse_for(self, program: Program, caller: Caller) -> None:
        """Refuse whoever asks for more than what is the caller's own, and may not read it all.

        Raises:
            NotWhileImpersonating: ERR_ADMIN_007. AuditorOnly: ERR_AUDIT_001.
            PortfolioUnknown: ERR_PORT_404. PortfolioForbidden: ERR_PORT_403.
        """
        user, is_impersonated = caller.user, caller.impersonator is not None
        if policy.may_audit(user, is_impersonated=is_impersonated):
            return
        if self.portfolio_id is not None:
            portfolio = program.portfolios_room.one(self.portfolio_id)
            if portfolio is None:
                raise PortfolioUnknown
            policy.refuse_reading(user, portfolio.owner_id)
        elif self.user_id != user.user_id:
            policy.refuse_auditing(user, is_impersonated=is_impersonated)

    def find(self, program: Program, limit: int) -> Page:
        """Up to `limit` of them; the room is brought up to what is recorded by now."""
        reach_end(program)
        room, wanted = program.audit_log_room, self._wanted
        if self.is_newest_first:
            rows = room.backwards(wanted, self.after, limit + 1)
        else:
            rows = room.onwards(wanted, self.after or 0, limit + 1)
        shown = rows[:limit]
        return Page(told(program, shown), shown[-1].position if len(rows) > limit else None)

    @property
    def _wanted(self) -> AuditFilter:
        return AuditFilter(
            aggregate_id=self.aggregate,
            kind=self.type,
            actor=self.actor,
            portfolio_id=self.portfolio_id,
            user_id=self.user_id,
            recorded_from=self.recorded_from,
            recorded_to=self.recorded_to,
        )


def verified(program: Program, cause: Cause) -> Verification:
    """The whole log verified, which is an entry of the log afterwards."""
    found = program.audit.verify()
    program.security_log.note_verification(found, cause)
    return found


@dataclass(frozen=True, slots=True)
class LastVerified:
    """When the whole log was verified last, by whom (None at the terminal), and how far it fits.

    `fault_position` is the first that does not, None where all of it did.
    """

    at: datetime
    actor: UUID | None
    position: int
    fault_position: int | None


def last_verified(program: Program) -> LastVerified | None:
    """What is known of the last verification; None where there was none."""
    row = program.audit_log_room.latest(SecurityRecord.LogVerified.TOPIC)
    if row is None:
        return None
    for recorded in program.time_travel.log.chosen([(row.aggregate_id, row.version)]):
        match recorded.event:
            case SecurityRecord.LogVerified(position=position, fault_position=fault_position):
                return LastVerified(row.recorded_at, row.actor, position, fault_position)
    return None


def told(program: Program, rows: Sequence[AuditRow]) -> Sequence[Entry]:
    """The entries of some rows, with their sentences."""
    chosen = [(row.aggregate_id, row.version) for row in rows if is_told(row.kind)]
    events = program.time_travel.log.chosen(chosen) if chosen else []
    symbols = program.positions_room.symbols(list(positions_named(events)))
    sentences = sentences_of(events, symbols)
    return [Entry(row, sentences.get(row.position)) for row in rows]


def reach_end(program: Program) -> int:
    """Bring the room to the end of the log, within 2 s; the position it has come to."""
    end = program.log.position()
    if program.rooms.catch_up(end, [ROOM.name]):
        return end
    return program.rooms.positions().get(ROOM.name, 0)
