"""Counts imports that are refused, by code: the log tells only of those that are not."""

import asyncio
import re

from starlette.types import ASGIApp, Receive, Scope, Send

from application.tallies import IMPORTS, Tallies
from interfaces.error_catalogue import CATALOGUE

_IMPORT = re.compile(r"/api/v1/(onboarding/create-portfolio|portfolios/[^/]+/imports)")
_ABOUT_THE_FILE = frozenset({400, 409, 413, 415, 422})


class RefusedImports:
    """Notes the code that an upload to be imported was refused with, after the answer is out."""

    def __init__(self, app: ASGIApp, tallies: Tallies) -> None:
        self._app = app
        self._tallies = tallies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        await self._app(scope, receive, send)
        if (
            scope["type"] == "http"
            and scope["method"] == "POST"
            and _IMPORT.fullmatch(scope["path"])
        ):
            code = scope["state"].get("error_code", "")
            if code and CATALOGUE[code].status in _ABOUT_THE_FILE:
                await asyncio.to_thread(self._tallies.note, IMPORTS, "refused", code)
