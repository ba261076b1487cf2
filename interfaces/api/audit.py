"""The log as evidence: its chain verified, its checkpoints, and all of it to take along (7.4)."""

from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import StreamingResponse
from pydantic import BaseModel

from application.audit import Checkpoint
from application.audit_export import exported
from interfaces.api.access import Asked, Auditor
from interfaces.api.documenting import AUDITOR, answers, example, text_answers
from interfaces.api.exporting import FullExport
from interfaces.auditing import verified
from interfaces.requests import cause_of
from interfaces.values import Instant, Limit, Offset

router = APIRouter(prefix="/audit", tags=["Audit"])

JSON_LINES = "application/jsonl"

_HASH = "5f0c3d0a6f1e8b7c9d2e4a6b8c0d1e2f3a4b5c6d7e8f9a0b1c2d3e4f5a6b7c8d"
_KEY = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
_CHECKPOINT: dict[str, Any] = {
    "position": 4000,
    "hash": _HASH,
    "signed_at": "2026-01-05T14:30:00.123456Z",
    "public_key": _KEY,
    "signature": _HASH * 2,
}


class ShownFault(BaseModel):
    """The first position that does not fit.

    `kind` is changed, missing, inserted, not_as_signed or forged; `text` says it in a sentence.
    """

    position: int
    kind: str
    text: str


class VerificationReport(BaseModel):
    """What verifying found: `events` and `checkpoints` fit, up to `position` and its `hash`.

    `whole` says that everything does; else `fault` is the first that does not.
    """

    model_config = example(
        {
            "whole": True,
            "events": 4210,
            "position": 4213,
            "hash": _HASH,
            "checkpoints": 5,
            "public_key": _KEY,
            "verified_at": "2026-01-05T14:31:02.123456Z",
            "fault": None,
        }
    )

    whole: bool
    events: int
    position: int
    hash: str
    checkpoints: int
    public_key: str
    verified_at: Instant
    fault: ShownFault | None


class ShownCheckpoint(BaseModel):
    """A link of the chain that was signed (Ed25519); hash, key and signature in hexadecimal.

    Signed is the text `sigmasight checkpoint POSITION HASH INSTANT`, the instant in UTC with its
    offset.
    """

    model_config = example(_CHECKPOINT)

    position: int
    hash: str
    signed_at: Instant
    public_key: str
    signature: str


class CheckpointList(BaseModel):
    """A page of checkpoints, oldest first, how many there are, and the key that signs now."""

    model_config = example({"total": 1, "public_key": _KEY, "checkpoints": [_CHECKPOINT]})

    total: int
    public_key: str
    checkpoints: list[ShownCheckpoint]


@router.post(
    "/verify",
    summary="Verify the whole log",
    responses=answers(VerificationReport, *AUDITOR),
)
def verify_log(program: Asked, auditor: Auditor, request: Request) -> VerificationReport:
    """Every link is made again and every signature checked; that it was is an entry of the log."""
    found = verified(program, cause_of(request, auditor.user_id))
    fault = found.fault
    return VerificationReport(
        whole=fault is None,
        events=found.events,
        position=found.position,
        hash=found.hash.hex(),
        checkpoints=found.checkpoints,
        public_key=program.audit.signer.public_key.hex(),
        verified_at=program.audit.clock.now(),
        fault=ShownFault(position=fault.position, kind=fault.kind, text=fault.text)
        if fault
        else None,
    )


@router.get(
    "/checkpoints",
    summary="The signed links of the log's chain",
    responses=answers(CheckpointList, *AUDITOR),
)
def list_checkpoints(
    program: Asked, _: Auditor, limit: Limit = 50, offset: Offset = 0
) -> CheckpointList:
    """One for each thousand events and each hour; keep them elsewhere, they hold history fast."""
    known = program.audit.chain.checkpoints()
    return CheckpointList(
        total=len(known),
        public_key=program.audit.signer.public_key.hex(),
        checkpoints=_shown(known[offset : offset + limit]),
    )


def _shown(checkpoints: Sequence[Checkpoint]) -> list[ShownCheckpoint]:
    return [
        ShownCheckpoint(
            position=one.position,
            hash=one.hash.hex(),
            signed_at=one.signed_at,
            public_key=one.public_key.hex(),
            signature=one.signature.hex(),
        )
        for one in checkpoints
    ]


@router.get(
    "/export",
    response_class=StreamingResponse,
    summary="The whole log with its chain, as JSON Lines",
    responses=text_answers(
        JSON_LINES,
        f'{{"format":"sigmasight audit 1","public_key":"{_KEY}"}}\n'
        '{"position":1,"stream":"...","version":1,"topic":"...","state":"{...}","hash":"..."}\n',
        *AUDITOR,
    ),
)
def export_log(program: Asked, note: FullExport) -> StreamingResponse:
    """To be kept elsewhere, and verified by `verify_export.py` without this program."""
    note("audit log")
    lines = exported(program.audit.entries(), program.audit.signer.public_key)
    headers = {"Content-Disposition": 'attachment; filename="sigmasight_audit.jsonl"'}
    return StreamingResponse(lines, media_type=JSON_LINES, headers=headers)
