"""Specification of how much a page weighs with all that it fetches, plotly.js aside.

A portfolio of 50 positions, valued on 290 sessions.
"""

import re

import pytest
from fastapi.testclient import TestClient

from tests.interfaces.conftest import World
from tests.support.accounts import SAMPLE_SYMBOLS
from tests.support.pages import enter
from tests.support.visitors import Visitor, newcomer, work_off

LIGHTER_THAN = 150_000


@pytest.fixture(scope="module")
def fifty(world: World) -> tuple[Visitor, str]:
    """Somebody with such a portfolio."""
    visitor = newcomer(world.program, world.client)
    rows = [f"{symbol},10,50.00,2012-01-0{day}" for symbol in SAMPLE_SYMBOLS for day in (3, 4)]
    portfolio_id = visitor.open_sample(*rows, equity_as_of="2012-01-04")
    work_off(world.program, visitor.post(f"/portfolio/{portfolio_id}/calculate"))
    return visitor, portfolio_id


@pytest.mark.parametrize(
    "page", ["/command-center?portfolio={}", "/portfolios/{}", "/portfolios/{}/positions"]
)
def test_a_page_of_what_is_held_is_light(
    browser: TestClient, fifty: tuple[Visitor, str], page: str
) -> None:
    text = read(browser, fifty, page)
    assert text.count("<tr data-words=") == 50
    assert weight(browser, text) < LIGHTER_THAN


@pytest.mark.parametrize("tab", ["risk", "performance", "history"])
def test_a_page_of_figures_is_light(
    browser: TestClient, fifty: tuple[Visitor, str], tab: str
) -> None:
    text = read(browser, fifty, f"/portfolios/{{}}/{tab}")
    assert all(f'<th scope="row">{symbol}</th>' in text for symbol in SAMPLE_SYMBOLS)
    assert weight(browser, text) < LIGHTER_THAN


def read(browser: TestClient, fifty: tuple[Visitor, str], page: str) -> str:
    """A page of the portfolio."""
    visitor, portfolio_id = fifty
    enter(browser, visitor)
    return str(browser.get(page.format(portfolio_id)).text)


def weight(browser: TestClient, text: str) -> int:
    """Bytes of a page and of all that it fetches, plotly.js aside."""
    assets = set(re.findall(r'(?:src|href)="(/assets/[^"]*)"', text))
    fetched = [browser.get(url).content for url in assets if not url.endswith("/plotly.js")]
    assert len(fetched) >= 3
    return len(text.encode()) + sum(map(len, fetched))
