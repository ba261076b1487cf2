"""Commands sent again under the same `Idempotency-Key` are answered as the first time (spec 4.2).

The routes know nothing of it. A command is decided and its answer rendered while its save is held
back (`application.repeating`); then both are committed together, and what leaves is the answer as
it was kept. Whoever loses a race, for the version or for the key, is asked from the start.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import anyio
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, UploadFile
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from application.deciding import pauses
from application.errors import StoreUnavailable, VersionConflict
from application.ports import Rooms
from application.repeating import (
    Deferral,
    FirstAnswer,
    FirstAnswers,
    KeyTaken,
    KeyUsedOtherwise,
    Overtaken,
    deferral,
)
from interfaces.api.documenting import refusals
from interfaces.api.errors import (
    REQUEST_REFUSED,
    BodyRefused,
    error_answer,
    refused_body_answer,
)
from interfaces.api.preconditions import operations_of, take_header

NEVER_KEPT = frozenset(
    f"/api/v1/{path}"
    for path in (
        *("onboarding/register", "auth/login", "auth/refresh", "auth/change-password"),
        *("admin/impersonate", "admin/stop-impersonation"),
    )
)
"""Commands that nobody is signed in for, or that give access: no token is ever stored."""

_HEADER = "Idempotency-Key"
_KEY = re.compile(r"[\x21-\x7e]{1,255}")
_BUSY = StoreUnavailable()
_FOLLOWING = ("x-event-position", "x-read-model", "content-length")
"""Headers that are told anew each time an answer is given."""


@dataclass(slots=True)
class KeyedCommand:
    """A request under a key; whose it is shows when its user is known."""

    answers: FirstAnswers
    key: str
    request_digest: bytes
    user_id: UUID | None = None
    is_refused: bool = False
    saves: Deferral = field(default_factory=Deferral)

    def come_from(self, user_id: UUID) -> None:
        """Go on as that user's command, unless it was answered.

        Raises:
            AnsweredBefore: this request was. KeyUsedOtherwise: ERR_IDEM_001, another one was.
        """
        self.user_id = user_id
        answer = self.answers.find(user_id, self.key)
        if answer is None:
            return
        if answer.request_digest != self.request_digest:
            self.is_refused = True
            raise KeyUsedOtherwise
        raise AnsweredBefore(answer)

    def keep(self, answer: FirstAnswer) -> FirstAnswer:
        """Commit what was saved with the answer to it; the answer as it is kept.

        Raises:
            VersionConflict, KeyTaken: another request was first; this one has to be asked again.
            StoreUnavailable: ERR_BUSY_001.
        """
        if self.user_id is None:  # nobody signed in: there is none to give it again
            self.saves.settle()
            return answer
        self.saves.commit(self.answers, self.user_id, self.key, answer)
        return self.answers.find(self.user_id, self.key) or answer


class AnsweredBefore(Exception):
    """The same request was answered under its key. Not a refusal: give that answer."""

    def __init__(self, answer: FirstAnswer) -> None:
        super().__init__()
        self.answer = answer


_command: ContextVar[KeyedCommand | None] = ContextVar("keyed_command", default=None)


def come_from(user_id: UUID) -> None:
    """Say whose request it is that is being answered, once that is known.

    Raises:
        AnsweredBefore: it was. KeyUsedOtherwise: ERR_IDEM_001.
    """
    command = _command.get()
    if command is not None and command.user_id is None:
        command.come_from(user_id)


class Idempotency:
    """Lets each command under a key happen once, and gives its answer as often as it is sent."""

    def __init__(self, app: ASGIApp, answers: FirstAnswers, rooms: Rooms) -> None:
        self._app = app
        self._answers = answers
        self._rooms = rooms

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        key = _key(scope)
        if key is None:
            await self._app(scope, receive, send)
            return
        if not _KEY.fullmatch(key):
            await _unreadable_key(scope)(scope, receive, send)
            return
        try:
            body = await _whole(receive)
        except BodyRefused as refused:
            await refused_body_answer(scope, refused)(scope, receive, send)
            return
        if body is not None:
            answer = await self._answered(scope, key, body)
            await answer(scope, receive, send)

    async def _answered(self, scope: Scope, key: str, body: bytes) -> Response:
        """The answer to a request, decided again as long as others are first."""
        digest = await _digest(scope, body)
        for pause_s in pauses():
            command = KeyedCommand(self._answers, key, digest)
            try:
                answer = await self._asked(scope, command, body)
                if command.is_refused or not _is_lasting(answer):
                    return _response(answer)
                return await self._given(await run_in_threadpool(command.keep, answer))
            except AnsweredBefore as again:
                return await self._given(again.answer)
            except StoreUnavailable:
                break
            except (KeyTaken, Overtaken, VersionConflict):
                await anyio.sleep(pause_s)
        return error_answer(scope, _BUSY.code, _BUSY.message, _BUSY.details)

    async def _asked(self, scope: Scope, command: KeyedCommand, body: bytes) -> FirstAnswer:
        """What the app answers while what it saves is held back."""
        tokens = _command.set(command), deferral.set(command.saves)
        asked, start, sent = dict(scope), dict[str, Any](), bytearray()

        async def receive() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        async def take(message: Message) -> None:
            if message["type"] == "http.response.start":
                start.update(message)
            sent.extend(message.get("body", b""))

        try:
            await self._app(asked, receive, take)
        finally:
            _command.reset(tokens[0])
            deferral.reset(tokens[1])
            scope.update({name: asked[name] for name in _ROUTE & asked.keys()})
        headers = [(name.decode(), value.decode()) for name, value in start["headers"]]
        return FirstAnswer(
            request_digest=command.request_digest,
            status=start["status"],
            headers=headers,
            body=bytes(sent),
        )

    async def _given(self, answer: FirstAnswer) -> Response:
        """An answer as it leaves, when the rooms show what the command recorded."""
        response = _response(answer)
        if "x-event-position" in dict(answer.headers):
            response.headers["X-Event-Position"] = str(answer.position)
            if not await run_in_threadpool(self._rooms.catch_up, answer.position):
                response.headers["X-Read-Model"] = "behind"
        return response


_ROUTE = {"route", "endpoint", "path_params"}
"""What the app notes in its scope of the route it found."""


def _key(scope: Scope) -> str | None:
    """The key of a request that may have one."""
    is_command = scope["type"] == "http" and scope["method"] == "POST"
    if not is_command or scope["path"] in NEVER_KEPT:
        return None
    return Headers(scope=scope).get(_HEADER)


def _unreadable_key(scope: Scope) -> Response:
    sentence = "A key is 1 to 255 letters, digits and signs, without blanks; a random UUID is best."
    fields = [{"field": _HEADER, "message": sentence}]
    return error_answer(scope, REQUEST_REFUSED, details={"fields": fields})


async def _whole(receive: Receive) -> bytes | None:
    """The body of a request; None where the caller has gone."""
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        body.extend(message.get("body", b""))
        if not message.get("more_body"):
            return bytes(body)


async def _digest(scope: Scope, body: bytes) -> bytes:
    """What makes a request another one: its route, query, parsed fields, and files."""

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    request = Request(dict(scope), receive)
    said = [scope["path"], sorted(request.query_params.multi_items()), await _fields(request, body)]
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).digest()


async def _fields(request: Request, body: bytes) -> Any:
    """The fields of a body, however they were spelt; the text itself where it has none."""
    kind = request.headers.get("content-type", "")
    try:
        if kind.startswith(("multipart/", "application/x-www-form-urlencoded")):
            async with request.form() as form:
                return sorted([[name, await _said(value)] for name, value in form.multi_items()])
        return json.loads(body)
    except Exception:  # noqa: BLE001 - the app says what is wrong with it
        return hashlib.sha256(body).hexdigest()


async def _said(value: UploadFile | str) -> str:
    if isinstance(value, str):
        return f"text {value}"
    return f"file {hashlib.sha256(await value.read()).hexdigest()}"


def _is_lasting(answer: FirstAnswer) -> bool:
    """Whether to give an answer again: not one that says who is asking, or to come again."""
    return answer.status < 500 and answer.status not in (401, 429)


def _response(answer: FirstAnswer) -> Response:
    response = Response(answer.body, answer.status)
    for name, value in answer.headers:
        if name not in _FOLLOWING:
            response.headers.append(name, value)
    return response


def document_keys(document: Mapping[str, Any]) -> None:
    """Say in the OpenAPI document which commands may be sent under a key."""
    told = refusals(KeyUsedOtherwise.code)[409]
    for method, path, operation in operations_of(document):
        if method != "post" or path in NEVER_KEPT:
            continue
        take_header(operation, _HEADER, "Sent again with it, a command is answered as at first.")
        conflict = operation["responses"].setdefault("409", {"description": told["description"]})
        content = conflict.setdefault("content", {}).setdefault("application/json", {})
        content["schema"] = {"$ref": "#/components/schemas/ErrorAnswer"}
        content.setdefault("examples", {}).update(told["content"]["application/json"]["examples"])
