"""A page for each error code, from the catalogue that raises it (spec 4.1)."""

from dataclasses import asdict
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

from interfaces.error_catalogue import CATALOGUE
from interfaces.web.visits import page_for_all

router = APIRouter(tags=["Errors"])

_SHOWN = "ERR_PORT_404"


def _told(code: str) -> dict[str, Any]:
    return {"code": code, **asdict(CATALOGUE[code])}


_ENTRY_SCHEMA = {
    "type": "object",
    "required": ["code", "status", "title", "meaning", "cure"],
    "properties": {
        **{name: {"type": "string"} for name in ("code", "title", "meaning", "cure")},
        "status": {"type": "integer"},
    },
}
_LIST_SCHEMA = {
    "type": "object",
    "required": ["total", "errors"],
    "properties": {
        "total": {"type": "integer"},
        "errors": {"type": "array", "items": _ENTRY_SCHEMA},
    },
}


def _documented(schema: dict[str, Any], example: dict[str, Any]) -> dict[int | str, Any]:
    html = {"schema": {"type": "string"}, "example": "<!doctype html>..."}
    return {
        200: {
            "description": "A page for browsers, JSON where Accept asks for it.",
            "content": {
                "application/json": {"schema": schema, "example": example},
                "text/html": html,
            },
        }
    }


_UNKNOWN: dict[int | str, Any] = {
    "4XX": {  # with 404 alone the framework would add a 422 of its own
        "description": f"ERR_HTTP_404: {CATALOGUE['ERR_HTTP_404'].title}",
        "content": {
            "application/json": {
                "schema": {"$ref": "#/components/schemas/ErrorAnswer"},
                "example": {
                    "error": {
                        "code": "ERR_HTTP_404",
                        "message": CATALOGUE["ERR_HTTP_404"].meaning,
                        "documentation_url": "/errors/ERR_HTTP_404",
                        "request_id": "7f0c3f0e-9d0b-4c52-9d0e-0a5f4a0d6f3b",
                    }
                },
            }
        },
    }
}


@router.get(
    "/errors",
    response_class=Response,
    summary="All error codes",
    responses=_documented(_LIST_SCHEMA, {"total": 1, "errors": [_told(_SHOWN)]}),
)
def all_errors(request: Request) -> Response:
    """Every code with its status, what it means and what to do."""
    if _wants_json(request):
        return JSONResponse({"total": len(CATALOGUE), "errors": list(map(_told, CATALOGUE))})
    return page_for_all(request, "errors.html", catalogue=CATALOGUE)


@router.get(
    "/errors/{code}",
    response_class=Response,
    summary="One error code",
    responses={**_documented(_ENTRY_SCHEMA, _told(_SHOWN)), **_UNKNOWN},
)
def one_error(code: str, request: Request) -> Response:
    """What a code means and what to do; the `documentation_url` of errors points here."""
    entry = CATALOGUE.get(code)
    if entry is None:
        raise HTTPException(404)
    if _wants_json(request):
        return JSONResponse(_told(code))
    return page_for_all(request, "error.html", code=code, entry=entry)


def _wants_json(request: Request) -> bool:
    accepted = request.headers.get("accept", "")
    return "application/json" in accepted and "text/html" not in accepted
