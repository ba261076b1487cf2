"""The first page: what this is, and where the API is explained."""

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from interfaces.web.page import page

router = APIRouter(include_in_schema=False)


@router.get("/")
async def landing() -> HTMLResponse:
    """What this is and where to go."""
    return page("landing.html")
