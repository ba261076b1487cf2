"""What holds for every page, light and dark, wide and narrow (spec 8; WCAG 2.2, level AA)."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Response, ViewportSize

from interfaces.http import PAGE_MODULES
from tests.browser.catalogue import NARROW, NO_PAGES, PAGES, SCHEMES, SENT_WRONG, WIDE, Shown
from tests.browser.town import Town
from tests.browser.watch import Watch
from tests.browser.windows import Windows

EVERY = pytest.mark.parametrize("shown", [*PAGES, *SENT_WRONG], ids=lambda shown: shown.name)
NONSENSE = "?"
FIRST_SIZE = ViewportSize(width=WIDE, height=720)
_HERE = Path(__file__).parent
_EXAMINE, _FOCUS, _WIDTH = (
    (_HERE / name).read_text("utf-8") for name in ("examine.js", "focus.js", "width.js")
)


@dataclass(frozen=True)
class Seen:
    """What a page was answered with, and looked like: faults by scheme and aspect, by width."""

    status: int
    markup: str
    policy: str
    faults: Mapping[str, Mapping[str, list[str]]]
    focus: Mapping[int, list[str]]
    width: Mapping[int, list[str]]
    happened: list[str]


class Looking:
    """Looks at each page of the catalogue once, for all the tests that ask about it.

    Each of the people has one window, so that what all pages share is fetched once for each.
    """

    def __init__(self, windows: Windows, town: Town) -> None:
        self._windows = windows
        self._town = town
        self._of: dict[str, tuple[Page, Watch]] = {}
        self._seen: dict[str, Seen] = {}

    def at(self, shown: Shown) -> Seen:
        """What a page of the catalogue looks like."""
        if shown.name not in self._seen:
            self._seen[shown.name] = self._look(*self._window_of(shown.by), shown)
        return self._seen[shown.name]

    def _window_of(self, name: str) -> tuple[Page, Watch]:
        """Somebody's window, as wide and light as at first, and the watch over it."""
        if name not in self._of:
            page = self._windows.open(self._town.url, self._town.token_of(name))
            self._of[name] = (page, self._windows.watches[-1])
        page, watch = self._of[name]
        page.set_viewport_size(FIRST_SIZE)
        page.emulate_media(color_scheme="null", reduced_motion="null")
        return page, watch

    def _look(self, page: Page, watch: Watch, shown: Shown) -> Seen:
        before = len(watch.faults)
        with watch.expecting(shown.status):
            answer = _come_to(page, shown, self._town)
        faults: dict[str, dict[str, list[str]]] = {}
        focus, width = {}, {}
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            faults[scheme] = page.evaluate(_EXAMINE)
        for pixels in (WIDE, NARROW):
            page.set_viewport_size({"width": pixels, "height": 800})
            page.keyboard.press("Tab")
            focus[pixels] = page.evaluate(_FOCUS)
            width[pixels] = page.evaluate(_WIDTH)
        return Seen(
            status=answer.status,
            markup=answer.text(),
            policy=answer.headers.get("content-security-policy", ""),
            faults=faults,
            focus=focus,
            width=width,
            happened=watch.faults[before:],
        )


def _come_to(page: Page, shown: Shown, town: Town) -> Response:
    answer = page.goto(shown.url(town))
    if shown.sends:
        form = page.locator(f'main form[action="{shown.sends.format(**town.places)}"]')
        for field in form.locator(
            "input:not([type=hidden], [type=radio], [type=checkbox], [type=file], [type=range])"
        ).all():
            field.fill(NONSENSE)
        with page.expect_navigation() as sent:
            form.get_by_role("button").last.click()
        answer = sent.value
    assert answer is not None
    return answer


@pytest.fixture(scope="module")
def looking(browser: Browser, a_town: Town) -> Iterator[Looking]:
    """Looks at pages of the town."""
    windows = Windows(browser)
    yield Looking(windows, a_town)
    windows.close()


def test_every_page_of_the_application_is_in_the_catalogue(a_town: Town) -> None:
    routes = [route for module in PAGE_MODULES for route in module.router.routes]
    shown = [re.sub(r"\?.*", "", shown.url(a_town)) for shown in PAGES]
    pages = {
        route.path: route.path_regex
        for route in routes
        if "GET" in route.methods and route.path not in NO_PAGES
    }
    missing = [path for path, regex in pages.items() if not any(map(regex.match, shown))]
    assert missing == [], "add them to tests/browser/catalogue.py"
    assert NO_PAGES - {route.path for route in routes} == set()


@EVERY
def test_it_is_there_and_nothing_happens_that_must_not(looking: Looking, shown: Shown) -> None:
    status, happened = looking.at(shown).status, looking.at(shown).happened
    assert (status, happened) == (shown.status, [])


@EVERY
def test_it_bears_no_script_or_style_of_its_own_under_a_policy_that_forbids_them(
    looking: Looking, shown: Shown
) -> None:
    own = r"<script(?![^>]*(?: src=|application/json))|<style|<[^>]* style=|<[^>]* on\w+="
    found = re.findall(own, looking.at(shown).markup)
    assert found == []
    policy = looking.at(shown).policy
    assert policy.startswith("default-src 'self'; ")
    assert "unsafe" not in policy


@EVERY
@pytest.mark.parametrize("aspect", ["names", "structure", "tables", "charts"])
def test_it_can_be_read_without_seeing_it(looking: Looking, shown: Shown, aspect: str) -> None:
    faults = looking.at(shown).faults["light"][aspect]
    assert faults == []


@EVERY
@pytest.mark.parametrize("scheme", SCHEMES)
def test_every_text_and_field_stands_out(looking: Looking, shown: Shown, scheme: str) -> None:
    faults = looking.at(shown).faults[scheme]["contrast"]
    assert faults == []


@EVERY
@pytest.mark.parametrize("pixels", [WIDE, NARROW])
def test_the_focus_shows_wherever_keys_lead(looking: Looking, shown: Shown, pixels: int) -> None:
    faults = looking.at(shown).focus[pixels]
    assert faults == []


@EVERY
@pytest.mark.parametrize("pixels", [WIDE, NARROW])
def test_nothing_is_too_wide(looking: Looking, shown: Shown, pixels: int) -> None:
    faults = looking.at(shown).width[pixels]
    assert faults == []
