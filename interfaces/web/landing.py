"""The first page: what this is, where to sign in, and where the API is explained."""

from fastapi import APIRouter
from fastapi.responses import Response

from interfaces.web.visits import AnyVisit, PageRoute

router = APIRouter(include_in_schema=False, route_class=PageRoute)


@router.get("/")
def landing(at: AnyVisit) -> Response:
    """What this is and where to go."""
    return at.page("landing.html")
