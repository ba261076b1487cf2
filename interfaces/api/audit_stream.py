"""The log as a stream of events, for consumers outside (spec 7.4).

A consumer that was cut off comes back with the id of the last event it has, and goes on after it:
the order is that of the log, and nothing between two events is ever left out.
"""

import asyncio
import json
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import StreamingResponse

from application import policy
from application.errors import StoreUnavailable, TokenRefused
from domain.errors import DomainError
from interfaces.api.access import Asked, Auditor, Known
from interfaces.api.audit_events import ENVELOPE_EXAMPLE, AfterPosition, shown_envelope
from interfaces.api.documenting import AUDITOR, text_answers
from interfaces.api.log_watch import LogWatch
from interfaces.api.run_following import HEARTBEAT_S, LastEventId, position_in
from interfaces.auditing import LAST_POSITION
from interfaces.authentication import Caller, caller_of
from interfaces.bootstrap import Program
from projections.audit_log.view import AuditFilter, AuditRow

router = APIRouter(prefix="/audit", tags=["Audit"])

BATCH = 200
"""Events that are read at once; the next ones only when these are out."""

_EVERYTHING = AuditFilter()
_EXAMPLE = f"id: 17\nevent: recorded\ndata: {json.dumps(ENVELOPE_EXAMPLE)}\n\n"
_ANSWERS = text_answers("text/event-stream", _EXAMPLE, *AUDITOR) | {
    204: {"description": "`until` was reached with the last event received."}
}

Read = Callable[[int], Sequence[AuditRow]]
"""The next events after a position, `BATCH` at most; a refusal ends the stream."""


@dataclass(frozen=True, slots=True)
class Span:
    """After which position a stream begins, and which is its last."""

    after: int
    until: int = LAST_POSITION


async def log_stream(
    watch: LogWatch, span: Span, read: Read, heartbeat_s: float = HEARTBEAT_S
) -> AsyncGenerator[str, None]:
    """The events of a span as Server-Sent Events, for as long as they may be read."""
    position, is_due = span.after, False
    async with watch.listening():
        while True:
            try:
                rows = await asyncio.to_thread(read, position)
            except StoreUnavailable:
                rows = []
            except DomainError:
                return
            if rows:
                position = rows[-1].position
                yield "".join(_frame(row) for row in rows if row.position <= span.until)
            if position >= span.until:
                return
            if is_due and not rows:  # the room is not as far as it was: it is being built anew
                await asyncio.sleep(watch.every_s)
            is_due = len(rows) == BATCH or await watch.beyond(position, heartbeat_s)
            if not is_due:
                yield ": still here\n\n"


def _frame(row: AuditRow) -> str:
    data = shown_envelope(row).model_dump_json()
    return f"id: {row.position}\nevent: recorded\ndata: {data}\n\n"


def reading(program: Program, known: Caller) -> Read:
    """Reads for a caller for as long as the token counts and the rank is there."""

    def read(after: int) -> Sequence[AuditRow]:
        if known.claims.expires_at <= program.users.clock.now():
            raise TokenRefused
        caller = caller_of(program, known.claims)
        policy.refuse_auditing(caller.user, is_impersonated=caller.impersonator is not None)
        return program.audit_log_room.onwards(_EVERYTHING, after, BATCH)

    return read


def asked_span(
    after: AfterPosition = None,
    until: Annotated[
        int | None, Query(ge=1, le=LAST_POSITION, description="End with this position.")
    ] = None,
    last_event_id: LastEventId = None,
) -> Span:
    """What is asked for; who comes back goes on where the connection was cut."""
    received = position_in(last_event_id)
    begin = after or 0 if received is None else received
    return Span(begin, until or LAST_POSITION)


@router.get(
    "/events/stream",
    response_class=StreamingResponse,
    summary="Follow the log",
    responses=_ANSWERS,
)
async def stream_events(
    program: Asked,
    known: Known,
    _: Auditor,
    span: Annotated[Span, Depends(asked_span)],
    request: Request,
) -> Response:
    """Every event as it is recorded, after a position; `Last-Event-ID` goes before `after`."""
    if span.after >= span.until:
        return Response(status_code=204)
    watch: LogWatch = request.app.state.log_watch
    events = log_stream(watch, span, reading(program, known))
    return StreamingResponse(events, media_type="text/event-stream")
