"""The first page: what this is, and where the API is explained."""

from importlib.resources import files

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, Response

from interfaces.web.page import page

router = APIRouter(include_in_schema=False)

_BODY = """<h1>SigmaSight</h1>
<p>Values brokerage accounts at the close of each trading day. Every figure says which price it
came from, can be computed again with the same result, and is kept for good: what happened is
recorded as events, everything shown is read from them.</p>
<ul>
<li><a href="/docs">The API, route by route</a>, under <code>/api/v1</code></li>
<li><a href="/openapi.json">The same for machines</a> (OpenAPI)</li>
<li><a href="/api/v1/onboarding/csv-template">The template for positions</a> (CSV)</li>
<li><a href="/errors">Error codes</a>, each with what to do</li>
<li><a href="/health/ready">Whether the service is ready</a></li>
</ul>
"""


@router.get("/")
async def landing() -> HTMLResponse:
    """What this is and where to go."""
    return page("SigmaSight", _BODY)


@router.get("/style.css")
async def style() -> Response:
    """The one stylesheet."""
    return Response(
        files("interfaces.web").joinpath("style.css").read_bytes(),
        media_type="text/css; charset=utf-8",
        headers={"Cache-Control": "public, max-age=3600"},
    )
