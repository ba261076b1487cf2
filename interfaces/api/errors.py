"""Refusals and failures as answers: one envelope, with the catalogue's status (spec 4.1)."""

import errno
from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Scope

from application.errors import NoRoom
from domain.errors import DomainError
from interfaces.error_catalogue import CATALOGUE, retry_after
from interfaces.position_rows import RowsRefused

REQUEST_REFUSED = "ERR_REQUEST_001"
INTERNAL = "ERR_HTTP_500"
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_OF_FRAMEWORK = {404: "ERR_HTTP_404", 405: "ERR_HTTP_405"}
_FIELD_SENTENCES = {  # where the framework's own sentence would speak of Python
    "json_invalid": "The body is not JSON.",
    "model_attributes_type": "The body is not a JSON object.",
    "value_error": "This value cannot be read.",
}


class ErrorBody(BaseModel):
    """What went wrong and what to do; `details` is data that belongs to the code."""

    code: str = Field(examples=["ERR_PORT_404"])
    message: str = Field(examples=["There is no portfolio with this id."])
    details: dict[str, Any] | None = None
    documentation_url: str = Field(examples=["/errors/ERR_PORT_404"])
    request_id: str = Field(examples=["7f0c3f0e-9d0b-4c52-9d0e-0a5f4a0d6f3b"])


class ErrorAnswer(BaseModel):
    """The one shape of every answer that is not a success."""

    error: ErrorBody


def error_answer(
    scope: Scope,
    code: str,
    message: str | None = None,
    details: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
) -> JSONResponse:
    """The answer for a code of the catalogue; `message` is the catalogue's where none is given."""
    entry = CATALOGUE[code]
    scope["state"]["error_code"] = code
    body = ErrorBody(
        code=code,
        message=message or f"{entry.meaning} {entry.cure}",
        details=dict(details) if details else None,
        documentation_url=f"/errors/{code}",
        request_id=scope["state"]["request_id"],
    )
    answer = ErrorAnswer(error=body).model_dump(mode="json", exclude_none=True)
    return JSONResponse(answer, entry.status, {**_headers(code, details), **(headers or {})})


def plain_answer(
    scope: Scope,
    code: str,
    headers: Mapping[str, str],
    details: Mapping[str, Any] | None = None,
) -> JSONResponse:
    """The answer for a code in the catalogue's words."""
    return error_answer(scope, code, details=details, headers=headers)


def _headers(code: str, details: Mapping[str, Any] | None) -> Mapping[str, str]:
    if CATALOGUE[code].status == 401:
        return {"WWW-Authenticate": "Bearer"}
    return retry_after(code, details)


def answer_errors(app: FastAPI) -> None:
    """Let `app` answer everything that goes wrong with the envelope.

    What nobody foresaw is not here: the middleware around the app answers it. Who serves pages as
    well puts an answer of theirs in the place of `state.refuse`.
    """
    app.state.refuse = plain_answer
    app.exception_handler(DomainError)(_answer_refusal)
    app.exception_handler(RowsRefused)(_answer_rows)
    app.exception_handler(RequestValidationError)(_answer_unreadable)
    app.exception_handler(BodyRefused)(_answer_refused_body)
    app.exception_handler(HTTPException)(_answer_framework)


class BodyRefused(HTTPException):
    """The request's body is not read to its end."""


class BodyTooLarge(BodyRefused):
    """It is over the limit, or grew over it while it streamed in."""

    def __init__(self) -> None:
        super().__init__(413)


class BodyTooSlow(BodyRefused):
    """It kept us waiting for too long."""

    def __init__(self) -> None:
        super().__init__(408)


def code_of_refused_body(scope: Scope, refused: BodyRefused) -> str:
    """Why a body is not read: of a form with files, it is the file that is large."""
    if isinstance(refused, BodyTooSlow):
        return "ERR_HTTP_408"
    is_upload = Headers(scope=scope).get("content-type", "").startswith("multipart/")
    return "ERR_CSV_001" if is_upload else "ERR_HTTP_413"


def refused_body_answer(scope: Scope, refused: BodyRefused) -> JSONResponse:
    """The answer to a body that is not read."""
    headers = _headers_of_refused_body(refused)
    return plain_answer(scope, code_of_refused_body(scope, refused), headers)


def _headers_of_refused_body(refused: BodyRefused) -> Mapping[str, str]:
    return {"Connection": "close"} if isinstance(refused, BodyTooSlow) else {}


async def _answer_refusal(request: Request, refusal: DomainError) -> JSONResponse:
    return error_answer(request.scope, refusal.code, refusal.message, refusal.details)


async def _answer_rows(request: Request, refused: RowsRefused) -> JSONResponse:
    details = {"total_errors": len(refused.errors), "errors": list(refused.errors)}
    return error_answer(request.scope, refused.errors[0]["code"], refused.message, details)


async def _answer_unreadable(request: Request, error: RequestValidationError) -> JSONResponse:
    fields = [_field(told) for told in error.errors()]
    return error_answer(request.scope, REQUEST_REFUSED, details={"fields": fields})


def _field(told: Mapping[str, Any]) -> dict[str, str]:
    place, *path = told["loc"]
    is_whole = not path or told["type"] == "json_invalid"
    return {
        "field": place if is_whole else ".".join(map(str, path)),
        "message": _FIELD_SENTENCES.get(told["type"], told["msg"]),
    }


async def _answer_refused_body(request: Request, refused: BodyRefused) -> ASGIApp:
    code = code_of_refused_body(request.scope, refused)
    answer: ASGIApp = request.app.state.refuse(
        request.scope, code, _headers_of_refused_body(refused)
    )
    return answer


async def _answer_framework(request: Request, error: HTTPException) -> ASGIApp:
    """What the framework refuses on its own; its words stay here.

    A body that it could not put aside, for want of room, it takes for one that cannot be read.
    """
    if isinstance(error.__cause__, OSError) and error.__cause__.errno in _NO_ROOM:
        return await _answer_refusal(request, NoRoom())
    code = _OF_FRAMEWORK.get(error.status_code, REQUEST_REFUSED)
    answer: ASGIApp = request.app.state.refuse(request.scope, code, error.headers or {})
    return answer
