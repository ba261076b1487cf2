"""How the read models stand, and rebuilding them with progress (spec 7.1, 7.2, 8)."""

from fastapi import APIRouter
from fastapi.responses import Response

from application.errors import RoomBusy
from interfaces.web.admin_frame import ADMIN, admin_page, done_there
from interfaces.web.visits import OURS, PageRoute, SuperuserVisit

router = APIRouter(prefix=f"{ADMIN}/projections", include_in_schema=False, route_class=PageRoute)

BADGES = {"current": "good", "behind": "warn", "stopped": "bad", "rebuilding": "warn"}


@router.get("")
def projections(at: SuperuserVisit) -> Response:
    """Every projection with version, position and lag; the page follows rebuilds by itself."""
    standings = at.program.upkeep.standings(at.program.users.clock.now())
    return admin_page(
        at,
        "admin_projections.html",
        standings=standings,
        badges=BADGES,
        goes_on=any(one.state == "rebuilding" for one in standings),
    )


@router.post("/{name}/rebuild", dependencies=[OURS])
def rebuild(at: SuperuserVisit, name: str) -> Response:
    """Ask for a rebuild; of one that goes on already there is nothing more to ask."""
    try:
        at.program.upkeep.ask(name, at.user.user_id)
    except RoomBusy:
        return done_there(f"{ADMIN}/projections", "rebuilding")
    return done_there(f"{ADMIN}/projections", "rebuild")
