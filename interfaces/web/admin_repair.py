"""Repairing valuations: first what it would change, as a table, then the repair (spec 8, 7.3)."""

from typing import Any

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, Response

from application.errors import PortfolioUnknown
from interfaces.administrating import RepairToMake
from interfaces.web.admin_frame import ADMIN, admin_page, done_there
from interfaces.web.forms import FormWrong, Typed, filled_in, told_at_fields
from interfaces.web.visits import OURS, PageRoute, SuperuserVisit, Visit

router = APIRouter(prefix=f"{ADMIN}/repair", include_in_schema=False, route_class=PageRoute)

_FIELDS = ("portfolio_id", "from_date", "reason")
_BLANK = dict.fromkeys(_FIELDS, "")
_MOST_DAYS = 200
_LOOK_FIRST = "Say that you have seen what this changes."


@router.get("")
def repair(at: SuperuserVisit) -> Response:
    """The form that asks what to compute again."""
    return _page(at)


@router.post("", dependencies=[OURS])
def look(at: SuperuserVisit, typed: Typed) -> Response:
    """What would be recorded; nothing is."""
    return _looked(at, _asked(typed))


@router.post("/apply", dependencies=[OURS])
def apply(at: SuperuserVisit, typed: Typed) -> Response:
    """Record it, if what it changes was seen. Again, there is nothing left to record."""
    asked = _asked(typed)
    if not typed.get("seen"):
        return _looked(at, asked, 422, wrong={"seen": _LOOK_FIRST})
    try:
        with told_at_fields():
            command = RepairToMake.model_validate(filled_in(asked)).command
            at.program.repair.repair(command, at.cause)
    except FormWrong as wrong:
        return wrong.told_on(_page(at, 422, values=asked, wrong=wrong.by_field))
    at.program.rooms.catch_up(at.program.log.position())
    return done_there(f"{ADMIN}/repair", "repaired")


def _asked(typed: Typed) -> dict[str, str]:
    return {name: typed.get(name, "") for name in _FIELDS}


def _looked(
    at: Visit, asked: dict[str, str], status: int = 200, *, wrong: dict[str, str] | None = None
) -> HTMLResponse:
    """The page with what would be recorded, or with what is wrong about the question."""
    try:
        with told_at_fields():
            command = RepairToMake.model_validate({**filled_in(asked), "dry_run": True}).command
            found = at.program.repair.repair(command, at.cause)
    except PortfolioUnknown as unknown:
        return _page(at, 422, values=asked, wrong={"portfolio_id": unknown.message})
    except FormWrong as refused:
        return refused.told_on(_page(at, 422, values=asked, wrong=refused.by_field))
    days = [(one.portfolio_id, day) for one in found for day in one.restatements]
    shown = {"days": days[:_MOST_DAYS], "total": len(days), "portfolios": len(found)}
    return _page(at, status, values=asked, wrong=wrong or {}, is_seen=True, **shown)


def _page(at: Visit, status: int = 200, **form: Any) -> HTMLResponse:
    blank = {"values": _BLANK, "wrong": {}, "is_seen": False, "days": [], "total": 0}
    return admin_page(at, "admin_repair.html", status, **(blank | form))
