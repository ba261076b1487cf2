"""A run as a stream of events, and as a log in words (spec 4.6)."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from fastapi import Header, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel

from interfaces.api.calculation_shapes import BatchStatus
from interfaces.api.documenting import Responses, text_answers
from interfaces.api.run_watch import RunWatch
from interfaces.following import warnings_of
from projections.runs.view import RunRow

HEARTBEAT_S = 15.0
"""How long a stream is silent at most: proxies cut connections on which nothing happens."""

_POSITION = re.compile(r"[0-9]{1,18}")
_STATUS_EXAMPLE = json.dumps(BatchStatus.model_json_schema()["examples"][0])
_EVENT_EXAMPLE = f"id: 4711\nevent: status\ndata: {_STATUS_EXAMPLE}\n\n"
LOG_EXAMPLE = """\
2026-01-05 14:36:00.123 UTC  Taken up by a worker.
2026-01-05 14:36:00.180 UTC  Phase 1 market_data began: 2 symbols.
"""

LastEventId = Annotated[
    str | None, Header(description="The id of the last event received, to go on after it.")
]


def position_in(last_event_id: str | None) -> int | None:
    """The position that the id of an event is; None where none was sent, or something else."""
    is_position = last_event_id and _POSITION.fullmatch(last_event_id)
    return int(last_event_id) if last_event_id and is_position else None


def stream_answers(*codes: str) -> Responses:
    """What a route answers that follows a run; the refusals of `codes`."""
    return text_answers("text/event-stream", _EVENT_EXAMPLE, *codes, "ERR_BATCH_404") | {
        204: {"description": "The run has ended, and its end was the last event received."}
    }


async def event_stream(
    watch: RunWatch,
    run_id: UUID,
    known: int,
    shape: Callable[[RunRow], BaseModel],
    heartbeat_s: float = HEARTBEAT_S,
) -> AsyncIterator[str]:
    """The run as Server-Sent Events until it ends; `known` is the position received last."""
    async with watch.listen(run_id) as mailbox:
        while True:
            try:
                row = await asyncio.wait_for(mailbox.get(), heartbeat_s)
            except TimeoutError:
                yield ": still here\n\n"
                continue
            if row.position > known:
                yield f"id: {row.position}\nevent: status\ndata: {shape(row).model_dump_json()}\n\n"
            if row.is_over:
                return


def followed(
    request: Request, run: RunRow, last_event_id: str | None, shape: Callable[[RunRow], BaseModel]
) -> Response:
    """The run as a stream, after the event received last; nothing where that was its end."""
    known = position_in(last_event_id) or 0
    if run.is_over and known >= run.position:
        return Response(status_code=204)
    watch: RunWatch = request.app.state.run_watch
    events = event_stream(watch, run.run_id, known, shape)
    return StreamingResponse(events, media_type="text/event-stream")


def log_of(run: RunRow) -> str:
    """What happened to a run, a line each, warnings below what they belong to."""
    lines = [f"Calculation run {run.run_id}"]
    for entry in run.entries:
        lines.append(f"{_instant(entry.at)}  {entry.text}")
        lines += [f"    Warning: {said}" for said in warnings_of(entry, is_shared=run.is_shared)]
    return "\n".join([*lines, ""])


def _instant(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S}.{at.microsecond // 1000:03} UTC"
