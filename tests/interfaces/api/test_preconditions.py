"""Specification of what is left alone by the tagging of answers: what comes in parts (spec 4.2)."""

import pytest
from fastapi.testclient import TestClient
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from interfaces.api.preconditions import Preconditions, versions_of


class InParts:
    """An answer whose length is known and whose body comes in two messages."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = [(b"content-length", b"6"), (b"etag", b'"whole"')]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"abc", "more_body": True})
        await send({"type": "http.response.body", "body": b"def"})


def client() -> TestClient:
    def missing(_: object) -> Response:
        return PlainTextResponse("gone", 404)

    app = Starlette(routes=[Route("/parts", InParts()), Route("/missing", missing)])
    return TestClient(Preconditions(app))


@pytest.mark.parametrize("known", ['"whole"', '"other"', "*"])
def test_what_comes_in_parts_comes_whole(known: str) -> None:
    answer = client().get("/parts", headers={"If-None-Match": known})
    assert (answer.status_code, answer.text) == (200, "abcdef")


def test_what_is_no_success_has_no_tag() -> None:
    answer = client().get("/missing", headers={"If-None-Match": "*"})
    assert (answer.status_code, answer.text) == (404, "gone")
    assert "ETag" not in answer.headers


@pytest.mark.parametrize(
    ("given", "versions"),
    [
        (None, None),
        (" * ", None),
        ('"3"', {3}),
        ('"3-0a1b", "12"', {3, 12}),
        ('W/"3"', set()),
        ("3", set()),
        ('"-3"', set()),
        ('"3-"', set()),
    ],
)
def test_strong_tags_name_versions(given: str | None, versions: set[int] | None) -> None:
    assert versions_of(given) == versions
