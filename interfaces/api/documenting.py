"""How routes say in OpenAPI what they answer: shapes with an example each, refusals by code."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from fastapi.encoders import jsonable_encoder
from fastapi.routing import APIRoute
from pydantic import BaseModel, ConfigDict
from pydantic.json_schema import models_json_schema

from interfaces.api.admission import CROWDED
from interfaces.api.errors import INTERNAL, REQUEST_REFUSED, ErrorAnswer
from interfaces.error_catalogue import CATALOGUE, RETRY_AFTER_S

TOO_MANY = "ERR_RATE_001"
SIGNED_IN = ("ERR_AUTH_002", REQUEST_REFUSED, TOO_MANY, "ERR_READ_001", "ERR_BUSY_001")
SUPERUSER = (*SIGNED_IN, "ERR_ADMIN_001", "ERR_ADMIN_007")
AUDITOR = (*SIGNED_IN, "ERR_ADMIN_007", "ERR_AUDIT_001")
OWN_PORTFOLIO = (*SIGNED_IN, "ERR_PORT_403", "ERR_PORT_404")
_OF_CHANGES = ("ERR_AUDIT_403", "ERR_PORT_015", "ERR_VERSION_001")

_COMES_WITH = {TOO_MANY: CROWDED, "ERR_BUSY_001": "ERR_BUSY_003"}
"""What is told besides, where the other is."""

Responses = dict[int | str, dict[str, Any]]

_SHAPES = "#/components/schemas/{model}"
_REFUSAL = {"$ref": _SHAPES.format(model=ErrorAnswer.__name__)}
"""Given as a model, it would be worked out for each answer of each route: half of a start."""

_POSITION_HEADERS = {
    "X-Event-Position": {
        "description": "The position of the last event of this command.",
        "schema": {"type": "integer", "examples": [4711]},
    },
    "X-Read-Model": {
        "description": "`behind` where reads do not show the command's events yet.",
        "schema": {"type": "string", "enum": ["behind"]},
    },
}


def operation_id(route: APIRoute) -> str:
    """What the OpenAPI document calls a route, and clients made from it their functions."""
    return route.name


def example(fields: dict[str, Any]) -> ConfigDict:
    """The configuration of a shape whose schema has this example."""
    return ConfigDict(json_schema_extra={"examples": [fields]})


def answers(
    model: type[BaseModel],
    *codes: str,
    status: int = 200,
    otherwise: type[BaseModel] | None = None,
) -> Responses:
    """What a query answers: the model, or `otherwise`, with examples; the refusals of `codes`."""
    models = [model, otherwise] if otherwise else [model]
    examples = {shape.__name__: {"value": _example_of(shape)} for shape in models}
    content = {"application/json": {"examples": examples}}
    return {status: {"content": content}, **refusals(*codes)}


def _example_of(model: type[BaseModel]) -> Any:
    """The example that the model was given by `example`; its whole schema takes long to write."""
    extra: Any = model.model_config["json_schema_extra"]
    return extra["examples"][0]


def command_answers(model: type[BaseModel], *codes: str, status: int) -> Responses:
    """What a command answers: like a query, with the position of its last event.

    One about a portfolio is refused, too, to auditors, where that is archived, or not at the
    version expected.
    """
    also = _OF_CHANGES if set(OWN_PORTFOLIO) <= set(codes) else ()
    documented = answers(model, *codes, *also, status=status)
    documented[status]["headers"] = _POSITION_HEADERS
    return documented


def file_answers(example: str, *codes: str) -> Responses:
    """What a query for a CSV file answers: the file, with an example; the refusals of `codes`."""
    return text_answers("text/csv", example, *codes)


def text_answers(media_type: str, example: str, *codes: str) -> Responses:
    """What a query for a text answers: the text, with an example; the refusals of `codes`."""
    content = {media_type: {"schema": {"type": "string"}, "example": example}}
    return {200: {"content": content}, **refusals(*codes)}


def refusals(*codes: str) -> Responses:
    """The answers of these codes, by status, each code with an example from the catalogue."""
    by_status: dict[int, list[str]] = defaultdict(list)
    also = [more for code, more in _COMES_WITH.items() if code in codes]
    for code in (*codes, *also, INTERNAL):
        by_status[CATALOGUE[code].status].append(code)
    return {status: _refusal(of_status) for status, of_status in by_status.items()}


def document_refusals(document: Mapping[str, Any]) -> None:
    """Say in the OpenAPI document what shape refusals have."""
    _, told = models_json_schema([(ErrorAnswer, "serialization")], ref_template=_SHAPES)
    document["components"]["schemas"].update(jsonable_encoder(told["$defs"], exclude_none=True))


def _refusal(codes: list[str]) -> dict[str, Any]:
    told = "; ".join(f"{code}: {CATALOGUE[code].title}" for code in codes)
    examples = {code: {"summary": CATALOGUE[code].title, "value": _example(code)} for code in codes}
    documented: dict[str, Any] = {
        "description": told,
        "content": {"application/json": {"schema": _REFUSAL, "examples": examples}},
    }
    if CATALOGUE[codes[0]].status in (429, 503):
        documented["headers"] = {
            "Retry-After": {
                "description": "Seconds to wait before asking again.",
                "schema": {"type": "integer", "examples": [RETRY_AFTER_S]},
            }
        }
    return documented


def _example(code: str) -> dict[str, Any]:
    return {
        "error": {
            "code": code,
            "message": f"{CATALOGUE[code].meaning} {CATALOGUE[code].cure}",
            "documentation_url": f"/errors/{code}",
            "request_id": "7f0c3f0e-9d0b-4c52-9d0e-0a5f4a0d6f3b",
        }
    }
