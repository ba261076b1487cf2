"""The API's reference as a page, drawn from its OpenAPI document.

The framework's own page loads scripts from other servers; this one works in a closed network.
"""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from interfaces.web.visits import page_for_all

router = APIRouter(include_in_schema=False)

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Field:
    """A parameter, or a field of a body."""

    name: str
    kind: str
    description: str


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer by its status, with examples as text."""

    status: str
    description: str
    examples: list[str]


@dataclass(frozen=True, slots=True)
class Operation:
    """A route as the page has it; `fields` by the heading they stand under."""

    heading: str
    summary: str
    description: str
    needs_token: bool
    fields: Mapping[str, list[Field]]
    answers: list[Answer]


@router.get("/docs")
def reference(request: Request) -> HTMLResponse:
    """Every route with what it takes and answers."""
    document = request.app.openapi()
    by_tag: dict[str, list[Operation]] = defaultdict(list)
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            heading = f"{method.upper()} {path}"
            by_tag[operation["tags"][0]].append(_operation(heading, operation, document))
    info = document["info"]
    description = info["description"].split("\n\n")
    return page_for_all(
        request, "reference.html", title=info["title"], description=description, by_tag=by_tag
    )


def _operation(heading: str, operation: Json, document: Json) -> Operation:
    return Operation(
        heading=heading,
        summary=operation["summary"],
        description=operation.get("description", ""),
        needs_token="security" in operation,
        fields={name: fields for name, fields in _fields(operation, document) if fields},
        answers=[
            Answer(status, answer["description"], list(_examples(answer)))
            for status, answer in operation["responses"].items()
        ],
    )


def _fields(operation: Json, document: Json) -> Iterator[tuple[str, list[Field]]]:
    yield (
        "Parameters",
        [
            Field(p["name"], f"{p['in']}, {_kind(p['schema'])}", p.get("description", ""))
            for p in operation.get("parameters", [])
        ],
    )
    for media_type, content in operation.get("requestBody", {}).get("content", {}).items():
        fields = _resolved(content["schema"], document).get("properties", {})
        yield (
            f"Body ({media_type})",
            [Field(name, _kind(f), f.get("description", "")) for name, f in fields.items()],
        )


def _examples(answer: Json) -> Iterator[str]:
    for content in answer.get("content", {}).values():
        if "example" in content:
            yield _text(content["example"])
        for example in content.get("examples", {}).values():
            yield _text(example["value"])


def _text(example: Any) -> str:
    return example if isinstance(example, str) else json.dumps(example, indent=2)


def _kind(schema: Json) -> str:
    """A schema in a word or two."""
    if "enum" in schema:
        return " or ".join(map(str, schema["enum"]))
    if "anyOf" in schema:
        return " or ".join(_kind(one) for one in schema["anyOf"] if one.get("type") != "null")
    return str(schema.get("format") or schema.get("contentMediaType") or schema.get("type", "any"))


def _resolved(schema: Json, document: Json) -> Json:
    """The schema itself where `schema` refers to one; the first of several possible ones."""
    if "anyOf" in schema:
        return _resolved(schema["anyOf"][0], document)
    if "$ref" in schema:
        found: Json = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        return found
    return schema
