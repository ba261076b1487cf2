"""What one's accounts are worth, and why; for who has none, the way to the first (spec 8)."""

from fastapi import APIRouter
from fastapi.responses import Response

from interfaces.web.visits import PageRoute, UserVisit

router = APIRouter(include_in_schema=False, route_class=PageRoute)

_MOST = 200


@router.get("/command-center")
def command_center(at: UserVisit) -> Response:
    """The accounts with what they were worth at the latest valued session."""
    rows, total = at.program.portfolios_room.of_owner(at.user.user_id, _MOST, 0)
    return at.page("command_center.html", portfolios=rows, total=total)
