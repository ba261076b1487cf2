"""Specification of the pages: what this is, the API's reference, the error codes (spec 4.1, 8)."""

import re
from html import escape, unescape

import pytest

from interfaces.error_catalogue import CATALOGUE
from tests.interfaces.conftest import World
from tests.support.visitors import refusal

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
JSON = {"Accept": "application/json"}
PAGES = ["/", "/help/import", "/docs", "/errors", "/errors/ERR_PORT_404"]


@pytest.mark.parametrize("path", PAGES)
def test_pages_fetch_nothing_from_outside_and_run_no_script(world: World, path: str) -> None:
    answer = world.client.get(path, headers=BROWSER)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "<script" not in answer.text
    assert "style=" not in answer.text
    fetched = re.findall(r'(?:src|href)="([^"]*)"', answer.text)
    assert fetched
    assert [url for url in fetched if not url.startswith(("/", "#"))] == []


@pytest.mark.usefixtures("working")
@pytest.mark.parametrize("path", PAGES)
def test_every_link_leads_somewhere(world: World, path: str) -> None:
    links = set(re.findall(r'href="([^"]*)"', world.client.get(path, headers=BROWSER).text))
    told = {link: world.client.get(link).status_code for link in links}
    assert told == dict.fromkeys(links, 200)


def test_the_first_page_says_what_this_is_and_where_the_api_is_explained(world: World) -> None:
    text = world.client.get("/").text
    assert "Values brokerage accounts" in text
    assert 'href="/docs"' in text


def test_the_reference_shows_every_published_route(world: World) -> None:
    text = world.client.get("/docs").text
    paths = world.client.get("/openapi.json").json()["paths"]
    routes = [f"{method.upper()} {path}" for path in paths for method in paths[path]]
    assert [route for route in routes if f"<code>{escape(route)}</code>" not in text] == []
    assert "equity_balance" in text
    assert "ERR_BATCH_005" in text


@pytest.mark.parametrize("code", CATALOGUE)
def test_every_code_has_a_page_and_the_same_as_json(world: World, code: str) -> None:
    entry = CATALOGUE[code]
    shown = unescape(world.client.get(f"/errors/{code}", headers=BROWSER).text)
    for text in (code, str(entry.status), entry.title, entry.meaning, entry.cure):
        assert text in shown
    assert world.client.get(f"/errors/{code}", headers=JSON).json() == {
        "code": code,
        "status": entry.status,
        "title": entry.title,
        "meaning": entry.meaning,
        "cure": entry.cure,
    }


def test_all_codes_are_listed(world: World) -> None:
    told = world.client.get("/errors", headers=JSON).json()
    assert told["total"] == len(CATALOGUE)
    assert [entry["code"] for entry in told["errors"]] == list(CATALOGUE)
    shown = world.client.get("/errors", headers=BROWSER).text
    assert [code for code in CATALOGUE if f'href="/errors/{code}"' not in shown] == []


@pytest.mark.parametrize("code", ["ERR_NO_000", "<script>", "err_port_404"])
def test_a_code_that_does_not_exist_has_no_page(world: World, code: str) -> None:
    assert refusal(world.client.get(f"/errors/{code}")) == (404, "ERR_HTTP_404")
