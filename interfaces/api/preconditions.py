"""Conditions of requests: which version a change is meant for, which answer is known (spec 4.2).

`If-Match` names versions of the portfolio that a command changes: the use case compares them with
what it decides upon. `If-None-Match` names answers that the caller has: one that would be sent
again is not.
"""

import re
from collections.abc import Iterator, Mapping
from hashlib import blake2b
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from application.ownership import expected_versions

_TAG = re.compile(r'(W/)?"([^"]*)"')
_VERSION = re.compile(r"([0-9]{1,18})(?:-[0-9a-f]+)?")


class Preconditions:
    """Tells commands what they are meant for, and reads of what is known already.

    Each finished answer to a GET carries an ETag, equal for equal bytes. Where the route says
    which version of a portfolio it is about, the tag begins with that, so that it may be sent as
    `If-Match` as it is.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
        elif scope["method"] == "GET":
            known = Headers(scope=scope).get("if-none-match", "")
            await self._app(scope, receive, _Tagging(scope, known, send))
        else:
            expected_versions.set(versions_of(Headers(scope=scope).get("if-match")))
            await self._app(scope, receive, send)


def versions_of(if_match: str | None) -> frozenset[int] | None:
    """The versions that a header names; None for any. What cannot be read is no version.

    Tags are compared strongly (RFC 9110, 13.1.1): a weak one is none either.
    """
    if if_match is None or if_match.strip() == "*":
        return None
    strong = (tag for weak, tag in _TAG.findall(if_match) if not weak)
    return frozenset(int(version[1]) for tag in strong if (version := _VERSION.fullmatch(tag)))


class _Tagging:
    """Sends an answer on, with its ETag once it is known to be whole; 304 if the caller has it."""

    def __init__(self, scope: Scope, known: str, send: Send) -> None:
        self._scope = scope
        self._known = known
        self._send = send
        self._start: Message | None = None

    async def __call__(self, message: Message) -> None:
        """Take the next message of the answer."""
        if message["type"] == "http.response.start" and _is_finished(message):
            self._start = message
            return
        if self._start is None:
            await self._send(message)
            return
        start, self._start = self._start, None
        if message.get("more_body"):
            await self._send(start)
            await self._send(message)
            return
        headers = MutableHeaders(scope=start)
        tag = headers.get("etag") or self._tag(message.get("body", b""))
        headers["ETag"] = tag
        if _knows(self._known, tag):
            start["status"] = 304
            del headers["content-length"]
            message["body"] = b""
        await self._send(start)
        await self._send(message)

    def _tag(self, body: bytes) -> str:
        digest = blake2b(body, digest_size=16).hexdigest()
        version = self._scope["state"].get("portfolio_version")
        return f'"{digest}"' if version is None else f'"{version}-{digest}"'


def _is_finished(start: Message) -> bool:
    """Whether an answer is a success whose whole body is one message: its length is known."""
    return start["status"] == 200 and "content-length" in MutableHeaders(scope=start)


def _knows(if_none_match: str, tag: str) -> bool:
    """Whether the caller has the answer: compared weakly (RFC 9110, 13.1.2)."""
    known = {tag for _, tag in _TAG.findall(if_none_match)}
    return if_none_match.strip() == "*" or tag.removeprefix("W/").strip('"') in known


def document_preconditions(document: Mapping[str, Any]) -> None:
    """Say in the OpenAPI document which requests may have conditions."""
    for method, path, operation in operations_of(document):
        answer = operation["responses"].get("200", {})
        if method == "get" and "text/event-stream" not in answer.get("content", {}):
            take_header(operation, "If-None-Match", "ETags of answers that are known.")
            answer.setdefault("headers", {})["ETag"] = _ETAG
            operation["responses"]["304"] = {"description": "The answer is one of those known."}
        elif method != "get" and "{portfolio_id}" in path:
            take_header(operation, "If-Match", "The version it is meant for, as the ETag says.")


_ETAG = {
    "description": "Equal for equal answers; that of a portfolio begins with its version.",
    "schema": {"type": "string", "examples": ['"2-6e340b9cffb37a989ca544e6bb780a2c"']},
}


def operations_of(document: Mapping[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Each operation of an OpenAPI document with its method and path."""
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield method, path, operation


def take_header(operation: dict[str, Any], name: str, description: str) -> None:
    """Say that an operation takes a header."""
    operation.setdefault("parameters", []).append(
        {
            "name": name,
            "in": "header",
            "required": False,
            "description": description,
            "schema": {"type": "string"},
        }
    )
