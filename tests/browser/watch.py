"""What must never happen while somebody is at a page, written down as it happens (spec 8)."""

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Request, Response

_LOUD = {"error", "warning"}
_ANSWERED = "Failed to load resource"
_LEFT = "net::ERR_ABORTED"
_TELL_VIOLATIONS = """
document.addEventListener("securitypolicyviolation", (event) =>
  console.error(`CSP: ${event.violatedDirective} forbids ${event.blockedURI || "this"}`));
"""


class Watch:
    """The faults seen in a context.

    They are violations of the policy, errors of scripts and the console, answers of 400 and more
    that were not expected, requests that failed or went elsewhere.
    """

    def __init__(self, context: BrowserContext, url: str) -> None:
        self.faults: list[str] = []
        self._origin = urlsplit(url).netloc
        self._expected: set[int] = set()
        context.add_init_script(_TELL_VIOLATIONS)
        context.on("console", self._hear)
        context.on("weberror", lambda failure: self.faults.append(f"script: {failure.error}"))
        context.on("request", self._see_request)
        context.on("requestfailed", self._see_failure)
        context.on("response", self._see_answer)

    @contextmanager
    def expecting(self, *statuses: int) -> Iterator[None]:
        """Answers of these statuses are no faults until the end of the context."""
        self._expected.update(statuses)
        yield
        self._expected.difference_update(statuses)

    def _hear(self, said: ConsoleMessage) -> None:
        if said.type in _LOUD and not said.text.startswith(_ANSWERED):  # answers are seen below
            self.faults.append(f"console: {said.text}")

    def _see_request(self, request: Request) -> None:
        place = urlsplit(request.url)
        if place.scheme in {"http", "https", "ws", "wss"} and place.netloc != self._origin:
            self.faults.append(f"elsewhere: {request.url}")

    def _see_failure(self, request: Request) -> None:
        if request.failure != _LEFT:  # of a page that was left, or a file that was saved
            self.faults.append(f"failed: {request.url}: {request.failure}")

    def _see_answer(self, answer: Response) -> None:
        if answer.status >= 400 and answer.status not in self._expected:
            self.faults.append(f"{answer.status}: {answer.request.method} {answer.url}")
