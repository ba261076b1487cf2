"""The watch over windows sees what it is there for, so that its silence means something."""

import pytest

from tests.browser.chromium import GUARD_MS
from tests.browser.town import Town
from tests.browser.windows import Windows

INLINE = "document.head.append(Object.assign(document.createElement('script'), {text: 'x = 1'}))"
STYLED = "document.body.setAttribute('style', 'color: red')"
ELSEWHERE = "new Image().src = 'http://127.0.0.1:9/x.png'"


@pytest.mark.parametrize(
    ("does", "seen"),
    [
        (INLINE, "CSP: script-src-elem forbids inline"),
        (STYLED, "CSP: style-src-attr forbids inline"),
        (ELSEWHERE, "CSP: img-src forbids http://127.0.0.1:9/x.png"),
        ("setTimeout(() => nothing.there)", "script: nothing is not defined"),
        ("console.warn('careful')", "console: careful"),
        ("fetch('/nothing')", "404: GET {url}/nothing"),
        ("location = 'http://127.0.0.1:9/'", "elsewhere: http://127.0.0.1:9/"),
    ],
)
def test_it_sees_what_must_not_happen(a_town: Town, windows: Windows, does: str, seen: str) -> None:
    page = windows.open(a_town.url)
    [watch] = windows.watches
    page.goto("/")
    page.evaluate(does)
    expected = seen.format(url=a_town.url)
    for _ in range(GUARD_MS // 100):
        if any(expected in fault for fault in watch.faults):
            break
        page.wait_for_timeout(100)
    assert any(expected in fault for fault in watch.faults), watch.faults
    windows.close()  # what comes of it late has come then
    watch.faults.clear()


def test_it_sees_nothing_where_nothing_is(a_town: Town, windows: Windows) -> None:
    page = windows.open(a_town.url)
    page.goto("/")
    with windows.watches[0].expecting(404):
        assert page.goto("/portfolios/none") is not None
    assert windows.faults == []
