"""A real Chromium: the one that Playwright brings, else the machine's."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

GUARD_MS = 30_000
"""How long anything in the browser may take before the test is given up."""

_OF_THE_MACHINE = ("chromium", "chromium-browser", "google-chrome")
_ARGUMENTS = (
    "--no-sandbox",  # the account of tests may be root
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
    "--font-render-hinting=none",
    "--hide-scrollbars",
)


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser until the end of the context; where none can be had, tests are skipped."""
    expect.set_options(timeout=GUARD_MS)
    with sync_playwright() as playwright:
        own = Path(playwright.chromium.executable_path)
        found = None if own.exists() else _of_the_machine()
        browser = playwright.chromium.launch(executable_path=found, args=_ARGUMENTS)
        yield browser
        browser.close()


def _of_the_machine() -> str:
    for name in _OF_THE_MACHINE:
        if found := shutil.which(name):
            return found
    pytest.skip(
        "NO BROWSER: no page was looked at. Install one: apt-get install chromium,"
        " or .venv/bin/python -m playwright install --with-deps chromium"
    )
