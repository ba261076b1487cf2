"""The audit log with its checkpoints, and verifying it: for auditors, too (spec 8, 4.10)."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Any, Literal
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, Response
from pydantic import AfterValidator, BaseModel
from pydantic_core import PydanticCustomError

from application.audit import Verification
from interfaces.auditing import AuditSearch, Page, Position, reach_end, verified
from interfaces.values import Day
from interfaces.web.admin_frame import ADMIN, admin_page
from interfaces.web.forms import FormWrong, filled_in, told_at_fields
from interfaces.web.paging import A_PAGE
from interfaces.web.visits import OURS, AuditorVisit, PageRoute, Visit
from projections.audit_log.projector import FED_BY

router = APIRouter(prefix=f"{ADMIN}/audit", include_in_schema=False, route_class=PageRoute)

URL = f"{ADMIN}/audit"
KINDS = sorted(kind.TOPIC for kind in FED_BY)
_CHECKPOINTS = 10


def _known(kind: str) -> str:
    if kind not in KINDS:
        raise PydanticCustomError("kind", "Choose one of the list.")
    return kind


class AskedLog(BaseModel):
    """What the form asks for; days are whole ones, in UTC."""

    type: Annotated[str, AfterValidator(_known)] | None = None
    aggregate: UUID | None = None
    actor: UUID | None = None
    portfolio_id: UUID | None = None
    first: Day | None = None
    last: Day | None = None
    order: Literal["newest", "oldest"] = "newest"
    after: Position | None = None

    @property
    def search(self) -> AuditSearch:
        """The same as the log is asked."""
        end = self.last + timedelta(days=1) if self.last and self.last < date.max else None
        return AuditSearch(
            aggregate=self.aggregate,
            type=self.type,
            actor=self.actor,
            portfolio_id=self.portfolio_id,
            recorded_from=datetime.combine(self.first, time.min, UTC) if self.first else None,
            recorded_to=datetime.combine(end, time.min, UTC) if end else None,
            after=self.after,
            is_newest_first=self.order == "newest",
        )


@router.get("")
def audit_log(at: AuditorVisit) -> Response:
    """Events by what is asked for, a page at a time, with the way to verify all of them."""
    return _page(at)


@router.post("/verify", dependencies=[OURS])
def verify(at: AuditorVisit) -> Response:
    """Make every link and check every signature again, and say what was found."""
    found = verified(at.program, at.cause)
    reach_end(at.program)
    return _page(at, found=found)


def _page(at: Visit, *, found: Verification | None = None) -> HTMLResponse:
    values = {name: at.request.query_params.get(name, "") for name in AskedLog.model_fields}
    asked, wrong = filled_in(values), {}
    page = Page([], None)
    try:
        with told_at_fields():
            page = AskedLog.model_validate(asked).search.find(at.program, A_PAGE)
    except FormWrong as refused:
        wrong = dict(refused.by_field)
    checkpoints = at.program.audit.chain.checkpoints()
    return admin_page(
        at,
        "admin_audit.html",
        422 if wrong else 200,
        entries=page.entries,
        values=values,
        wrong=wrong,
        kinds=KINDS,
        found=found,
        checkpoints=checkpoints[-_CHECKPOINTS:][::-1],
        checkpoint_count=len(checkpoints),
        **_ways(asked, page),
    )


def _ways(asked: Mapping[str, str], page: Page) -> dict[str, Any]:
    """Where the rest is, and where the list begins; blank where one is there."""
    begin = {name: text for name, text in asked.items() if name != "after"}
    on = {**begin, "after": str(page.following)} if page.following is not None else {}
    return {
        "on": f"{URL}?{urlencode(on)}" if on else "",
        "begin": f"{URL}?{urlencode(begin)}" if "after" in asked else "",
    }
