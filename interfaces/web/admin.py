"""The way into the pages for superusers."""

from fastapi import APIRouter
from fastapi.responses import Response

from interfaces.web.admin_frame import ADMIN
from interfaces.web.visits import PageRoute, SuperuserVisit, go_to

router = APIRouter(include_in_schema=False, route_class=PageRoute)


@router.get(ADMIN)
def admin(_: SuperuserVisit) -> Response:
    """To the first of them."""
    return go_to(f"{ADMIN}/users")
