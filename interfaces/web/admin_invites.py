"""Invite codes, as superusers issue and revoke them (spec 8, 4.9).

Each form bears a word by chance, of which its code is made: sent twice, it issues one code.
"""

import secrets
from dataclasses import replace
from datetime import UTC, datetime, time
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, Response
from pydantic import BaseModel

from interfaces.administrating import InviteToIssue
from interfaces.values import Day, Offset
from interfaces.web.admin_frame import ADMIN, admin_page, done_there
from interfaces.web.forms import FormWrong, Typed, filled_in, told_at_fields
from interfaces.web.paging import A_PAGE, Paging
from interfaces.web.visits import OURS, PageRoute, SuperuserVisit, Visit

router = APIRouter(prefix=f"{ADMIN}/invite-codes", include_in_schema=False, route_class=PageRoute)

_FIELDS = {"cohort": "cohort", "max_uses": "max_uses", "expires_at": "expires_on"}
_BLANK = {"cohort": "", "max_uses": "", "expires_on": ""}


class Expiry(BaseModel):
    """The first day (UTC) that a code admits nobody."""

    expires_on: Day | None = None

    @property
    def at(self) -> datetime | None:
        """The instant it begins."""
        return datetime.combine(self.expires_on, time.min, UTC) if self.expires_on else None


@router.get("")
def invite_codes(at: SuperuserVisit, offset: Offset = 0) -> Response:
    """Every code that was issued, with what is left of it, and the form for another one."""
    return _codes(at, offset=offset)


@router.post("", dependencies=[OURS])
def issue(at: SuperuserVisit, typed: Typed) -> Response:
    """Make a code and show it, this once."""
    asked = filled_in(typed)
    word = asked.pop("word", secrets.token_urlsafe(16))
    try:
        with told_at_fields(_FIELDS):
            expiry = Expiry.model_validate({"expires_on": asked.pop("expires_on", None)})
            invite = InviteToIssue.model_validate({**asked, "expires_at": expiry.at})
            seed = at.program.tokens.companion(f"invite {word}")
            issued = at.program.invites.issue(replace(invite.command, seed=seed), at.cause)
    except FormWrong as wrong:
        return wrong.told_on(_codes(at, 422, values=_BLANK | dict(typed), wrong=wrong.by_field))
    at.program.rooms.catch_up(issued.position)
    return _codes(at, 201, code=issued.code)


@router.post("/{invite_id}/revoke", dependencies=[OURS])
def revoke(at: SuperuserVisit, invite_id: UUID) -> Response:
    """Let nobody register with the code any more."""
    at.program.rooms.catch_up(at.program.invites.revoke(invite_id, at.cause))
    return done_there(f"{ADMIN}/invite-codes", "revoke")


def _codes(at: Visit, status: int = 200, *, offset: int = 0, **form: Any) -> HTMLResponse:
    rows, total = at.program.invite_codes_room.page(A_PAGE, offset)
    now = at.program.invites.clock.now()
    return admin_page(
        at,
        "admin_invites.html",
        status,
        invites=[(row, row.state_at(now)) for row in rows],
        paging=Paging(f"{ADMIN}/invite-codes", {}, offset, total),
        word=secrets.token_urlsafe(16),
        **({"values": _BLANK, "wrong": {}, "code": ""} | form),
    )
