"""Windows of the browser, each with cookies of its own and a watch over it."""

from contextlib import ExitStack
from typing import Any

from playwright.sync_api import Browser, Page

from interfaces.authentication import COOKIE
from tests.browser.chromium import GUARD_MS
from tests.browser.watch import Watch


class Windows:
    """The windows that were opened, and the watch over each."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._open = ExitStack()
        self.watches: list[Watch] = []

    def open(self, url: str, token: str | None = None, **options: Any) -> Page:
        """A window on the server at `url`, signed in by a token if one is given.

        `options` are those of Playwright's `new_context`.
        """
        context = self._browser.new_context(base_url=url, **options)
        self._open.callback(context.close)
        context.set_default_timeout(GUARD_MS)
        self.watches.append(Watch(context, url))
        if token:
            context.add_cookies([{"name": COOKIE, "value": token, "url": url}])
        return context.new_page()

    @property
    def faults(self) -> list[str]:
        """What happened in any of them that must not."""
        return [fault for watch in self.watches for fault in watch.faults]

    def close(self) -> None:
        """Close them all."""
        self._open.close()
