"""The API's reference as a page, drawn from its OpenAPI document.

The framework's own page loads scripts from other servers; this one works in a closed network.
"""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from interfaces.web.page import page

router = APIRouter(include_in_schema=False)

Json = Mapping[str, Any]


@router.get("/docs")
def reference(request: Request) -> HTMLResponse:
    """Every route with what it takes and answers."""
    document = request.app.openapi()
    by_tag: dict[str, list[str]] = defaultdict(list)
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            heading = f"{method.upper()} {path}"
            by_tag[operation["tags"][0]].append(_operation(heading, operation, document))
    parts = [f"<h1>{escape(document['info']['title'])} API</h1>"]
    parts += [f"<p>{escape(text)}</p>" for text in document["info"]["description"].split("\n\n")]
    parts.append('<p>For machines: <a href="/openapi.json">/openapi.json</a></p>')
    for tag, drawn in by_tag.items():
        parts += [f"<h2>{escape(tag)}</h2>", *drawn]
    return page("API", "\n".join(parts))


def _operation(heading: str, operation: Json, document: Json) -> str:
    parts = [
        f"<h3><code>{escape(heading)}</code></h3>",
        f"<p><strong>{escape(operation['summary'])}.</strong> "
        f"{escape(operation.get('description', ''))}</p>",
    ]
    if "security" in operation:
        parts.append('<p class="muted">Needs an access token.</p>')
    parts += _table(
        "Parameters",
        (
            (p["name"], f"{p['in']}, {_kind(p['schema'])}", p.get("description", ""))
            for p in operation.get("parameters", [])
        ),
    )
    for media_type, content in operation.get("requestBody", {}).get("content", {}).items():
        fields = _resolved(content["schema"], document).get("properties", {})
        parts += _table(
            f"Body ({media_type})",
            ((name, _kind(f), f.get("description", "")) for name, f in fields.items()),
        )
    for status, response in operation["responses"].items():
        parts.append(_response(status, response))
    return "\n".join(parts)


def _table(title: str, rows: Iterator[tuple[str, str, str]]) -> list[str]:
    drawn = [
        f"<tr><td><code>{escape(name)}</code></td><td>{escape(kind)}</td><td>{escape(told)}</td></tr>"
        for name, kind, told in rows
    ]
    return [f"<p>{escape(title)}</p>", "<table>", *drawn, "</table>"] if drawn else []


def _response(status: str, response: Json) -> str:
    examples = [
        f"<pre>{escape(_text(example))}</pre>"
        for content in response.get("content", {}).values()
        for example in _examples(content)
    ]
    summary = f"<code>{status}</code> {escape(response['description'])}"
    return f"<details><summary>{summary}</summary>\n{''.join(examples)}\n</details>"


def _examples(content: Json) -> Iterator[Any]:
    if "example" in content:
        yield content["example"]
    for example in content.get("examples", {}).values():
        yield example["value"]


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
