"""The events of the log, whoever they are about: for auditors all, for others their own (4.10)."""

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel

from interfaces.api.access import Asked, Known
from interfaces.api.audit_days import EVENT_EXAMPLE, ShownEvent
from interfaces.api.documenting import AUDITOR, answers, example
from interfaces.auditing import LAST_POSITION, AuditSearch, Entry, Kind
from interfaces.denying import noting_denials
from interfaces.values import PORTFOLIO_EXAMPLE, GivenInstant, Limit
from projections.audit_log.view import AuditRow

router = APIRouter(prefix="/audit", tags=["Audit"])

_REQUEST = "4b367ba6-1cfc-42fc-b73f-1c0f916cd691"
ENVELOPE_EXAMPLE: dict[str, Any] = EVENT_EXAMPLE | {
    "aggregate": "portfolio",
    "command_id": "0c2f5f0e-6d8e-5b6b-9b5a-0d5a3c2b1a09",
    "correlation_id": _REQUEST,
    "causation": None,
    "portfolio_id": PORTFOLIO_EXAMPLE,
    "user_id": EVENT_EXAMPLE["actor"],
}

AfterPosition = Annotated[
    int | None, Query(ge=0, le=LAST_POSITION, description="Only events beyond this position.")
]


class ShownEnvelope(ShownEvent):
    """An event of the log without what it says.

    `aggregate` is the kind of what it is an event of. `correlation_id` names the request that it
    came with, `causation` a run or an import that led to it; `portfolio_id` and `user_id` say
    whose it is, where the event itself does.
    """

    aggregate: str
    command_id: UUID
    correlation_id: UUID
    causation: UUID | None
    portfolio_id: UUID | None
    user_id: UUID | None


class AuditEntry(ShownEnvelope):
    """The same with a sentence on it, null where there are no words for it."""

    text: str | None


class AuditEventList(BaseModel):
    """A page of events. `next` goes into `after` to get on, null where there are no more by now."""

    model_config = example(
        {
            "events": [
                ENVELOPE_EXAMPLE
                | {"text": "Opened as IRA with 500,000.00 USD on 2012-12-31, sample prices."}
            ],
            "next": None,
        }
    )

    events: list[AuditEntry]
    next: int | None


def asked_subject(
    aggregate: Annotated[UUID | None, Query(description="Of this one, by its id.")] = None,
    portfolio_id: Annotated[UUID | None, Query(description="About this portfolio.")] = None,
    user_id: Annotated[UUID | None, Query(description="About this user.")] = None,
) -> dict[str, Any]:
    """What the events are about."""
    return {"aggregate": aggregate, "portfolio_id": portfolio_id, "user_id": user_id}


def asked_recording(
    kind: Annotated[
        Kind | None, Query(alias="type", description="Such as security_record.login_failed.")
    ] = None,
    actor: Annotated[UUID | None, Query(description="Recorded in this user's name.")] = None,
    recorded_from: Annotated[
        GivenInstant | None, Query(alias="from", description="Recorded then or later.")
    ] = None,
    recorded_to: Annotated[
        GivenInstant | None, Query(alias="to", description="Recorded before.")
    ] = None,
) -> dict[str, Any]:
    """How the events were recorded."""
    return {
        "type": kind,
        "actor": actor,
        "recorded_from": recorded_from,
        "recorded_to": recorded_to,
    }


def asked_events(
    subject: Annotated[dict[str, Any], Depends(asked_subject)],
    recording: Annotated[dict[str, Any], Depends(asked_recording)],
    after: AfterPosition = None,
    order: Annotated[Literal["asc", "desc"], Query(description="desc: newest first.")] = "desc",
) -> AuditSearch:
    """Which events the query asks for."""
    return AuditSearch(**subject, **recording, after=after, is_newest_first=order == "desc")


@router.get(
    "/events",
    summary="Events of the log",
    responses=answers(AuditEventList, *AUDITOR, "ERR_PORT_403", "ERR_PORT_404"),
)
def list_events(
    program: Asked,
    known: Known,
    wanted: Annotated[AuditSearch, Depends(asked_events)],
    request: Request,
    limit: Limit = 50,
) -> AuditEventList:
    """For auditors and superusers all; for others those of an own portfolio, or about oneself."""
    with noting_denials(request, known):
        wanted.refuse_for(program, known)
    page = wanted.find(program, limit)
    return AuditEventList(events=list(map(_entry, page.entries)), next=page.following)


def _entry(entry: Entry) -> AuditEntry:
    return AuditEntry(**shown_envelope(entry.row).model_dump(), text=entry.text)


def shown_envelope(row: AuditRow) -> ShownEnvelope:
    """A row of the audit log as answers have it."""
    return ShownEnvelope(
        kind=row.kind,
        aggregate=row.aggregate,
        aggregate_id=row.aggregate_id,
        version=row.version,
        position=row.position,
        recorded_at=row.recorded_at,
        actor=row.actor,
        impersonator=row.impersonator,
        command_id=row.command_id,
        correlation_id=row.correlation_id,
        causation=row.causation,
        portfolio_id=row.portfolio_id,
        user_id=row.user_id,
    )
