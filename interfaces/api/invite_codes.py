"""Invite codes as superusers issue and revoke them (spec 4.9)."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Request, Response
from pydantic import BaseModel

from application.errors import InviteUnknown
from interfaces.administrating import InviteToIssue
from interfaces.api.access import Asked, Superuser, cause_of, show_position
from interfaces.api.documenting import SUPERUSER, answers, command_answers, example
from interfaces.values import Instant, Limit, Offset
from projections.invite_codes.view import InviteRow, InviteState

router = APIRouter(prefix="/admin/invite-codes", tags=["Administration"])

_ID = "5b0f6a0e-3a5e-5c1d-8a7e-9f5d2c1b0a98"
_SHOWN = {
    "id": _ID,
    "cohort": "Autumn testers",
    "state": "active",
    "max_uses": 25,
    "uses": 3,
    "expires_at": "2026-12-31T00:00:00Z",
    "issued_by": "0c2f5f0e-6d8e-5b6b-9b5a-0d5a3c2b1a09",
    "issued_at": "2026-01-05T14:30:00.123456Z",
    "revoked_at": None,
}


class ShownInvite(BaseModel):
    """An invite code, without the code itself."""

    model_config = example(_SHOWN)

    id: UUID
    cohort: str
    state: InviteState
    max_uses: int | None
    uses: int
    expires_at: Instant | None
    issued_by: UUID | None
    issued_at: Instant
    revoked_at: Instant | None


class NewInvite(BaseModel):
    """A fresh code: shown now and never again."""

    model_config = example(
        {
            "id": _ID,
            "code": "QK7M-2XPD-9RTH-V4WC-B8NE",
            "cohort": "Autumn testers",
            "max_uses": 25,
            "expires_at": "2026-12-31T00:00:00Z",
            "message": "Pass the code on now: it is kept as a hash and cannot be shown again.",
        }
    )

    id: UUID
    code: str
    cohort: str
    max_uses: int | None
    expires_at: Instant | None
    message: str


class RevokedInvite(BaseModel):
    """A code that admits nobody any more."""

    model_config = example({"id": _ID, "state": "revoked"})

    id: UUID
    state: Literal["revoked"] = "revoked"


class InvitePage(BaseModel):
    """A page of invite codes, newest first. The configured master code is not among them."""

    model_config = example({"total": 1, "invite_codes": [_SHOWN]})

    total: int
    invite_codes: list[ShownInvite]


def parse_invite_id(
    invite_id: Annotated[str, Path(json_schema_extra={"format": "uuid"}, examples=[_ID])],
) -> UUID:
    """The invite's id; a text that is no id is no invite's.

    Raises:
        InviteUnknown: ERR_INVITE_404.
    """
    try:
        return UUID(invite_id)
    except ValueError:
        raise InviteUnknown from None


InviteId = Annotated[UUID, Depends(parse_invite_id)]


@router.get("", summary="List invite codes", responses=answers(InvitePage, *SUPERUSER))
def list_invite_codes(
    program: Asked, _user: Superuser, limit: Limit = 50, offset: Offset = 0
) -> InvitePage:
    """Every code that was issued, with what is left of it."""
    rows, total = program.invite_codes_room.page(limit, offset)
    now = program.invites.clock.now()
    return InvitePage(total=total, invite_codes=[_shown(row, now) for row in rows])


@router.post(
    "",
    status_code=201,
    summary="Issue an invite code",
    responses=command_answers(NewInvite, *SUPERUSER, "ERR_INVITE_005", status=201),
)
def issue_invite_code(
    body: InviteToIssue, program: Asked, user: Superuser, request: Request, response: Response
) -> NewInvite:
    """Makes a code beside the configured one, and tells it this once."""
    issued = program.invites.issue(body.command, cause_of(request, user.user_id))
    show_position(program, response, issued.position)
    return NewInvite(
        id=issued.invite_id,
        code=issued.code,
        cohort=body.cohort.strip(),
        max_uses=body.max_uses,
        expires_at=body.expires_at,
        message="Pass the code on now: it is kept as a hash and cannot be shown again.",
    )


@router.post(
    "/{invite_id}/revoke",
    summary="Revoke an invite code",
    responses=command_answers(RevokedInvite, *SUPERUSER, "ERR_INVITE_404", status=200),
)
def revoke_invite_code(
    invite_id: InviteId, program: Asked, user: Superuser, request: Request, response: Response
) -> RevokedInvite:
    """Lets nobody register with the code any more; who has, stays."""
    position = program.invites.revoke(invite_id, cause_of(request, user.user_id))
    show_position(program, response, position)
    return RevokedInvite(id=invite_id)


def _shown(row: InviteRow, now: datetime) -> ShownInvite:
    return ShownInvite(
        id=row.invite_id,
        cohort=row.cohort,
        state=row.state_at(now),
        max_uses=row.max_uses,
        uses=row.uses,
        expires_at=row.expires_at,
        issued_by=row.issued_by,
        issued_at=row.issued_at,
        revoked_at=row.revoked_at,
    )
