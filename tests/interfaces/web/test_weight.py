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
def test_a_page_is_light(browser: TestClient, fifty: tuple[Visitor, str], page: str) -> None:
    visitor, portfolio_id = fifty
    enter(browser, visitor)
    text = browser.get(page.format(portfolio_id)).text
    assert text.count("<tr data-words=") == 50
    assets = set(re.findall(r'(?:src|href)="(/assets/[^"]*)"', text))
    fetched = [browser.get(url).content for url in assets if not url.endswith("/plotly.js")]
    assert len(fetched) >= 3
    weight = len(text.encode()) + sum(map(len, fetched))
    assert weight < LIGHTER_THAN
