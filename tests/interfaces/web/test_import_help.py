"""Specification of the help with importing: step by step, for each format, one source (spec 8)."""

import re
from html import unescape

import pytest

from interfaces.files.recognition import GUIDES
from tests.interfaces.conftest import World
from tests.support.write_documents import DOCS


def help_page(world: World) -> str:
    """The page as anybody sees it."""
    answer = world.client.get("/help/import")
    assert answer.status_code == 200
    return str(answer.text)


@pytest.mark.parametrize("guide", GUIDES, ids=lambda guide: guide.name)
def test_each_format_has_its_text_of_the_documents(world: World, guide: object) -> None:
    [known] = [one for one in GUIDES if one is guide]
    page = help_page(world)
    [section] = re.findall(rf'<section class="card" id="{known.name}">(.*?)</section>', page, re.S)
    shown = " ".join(unescape(re.sub(r"<[^>]*>", "", section)).split())
    text = (DOCS.parent / known.documentation).read_text(encoding="utf-8")
    headings = re.findall(r"^#+ (.*)$", text, re.M)
    assert headings
    assert [heading for heading in headings if heading not in shown] == []
    assert f'href="#{known.name}"' in page


@pytest.mark.parametrize("broker", ["schwab", "fidelity", "vanguard", "etrade"])
def test_how_to_export_from_a_broker_is_told_step_by_step(world: World, broker: str) -> None:
    [section] = re.findall(rf'id="{broker}">(.*?)</section>', help_page(world), re.S)
    assert re.search(r"<ol>\s*(<li>.*?</li>\s*){3,}</ol>", section, re.S)


def test_every_code_and_every_link_leads_somewhere(world: World) -> None:
    page = help_page(world)
    assert 'href="/errors/ERR_POS_010"' in page
    links = set(re.findall(r'href="(/[^"]*)"', page))
    assert [url for url in links if world.client.get(url).status_code != 200] == []
    places = set(re.findall(r'href="#([^"]*)"', page))
    assert places - set(re.findall(r'id="([^"]*)"', page)) == set()


def test_the_page_bears_no_script_or_style_of_its_own(world: World) -> None:
    page = help_page(world)
    assert re.findall(r"<script|<style| style=", page) == []
    assert page.count("<h1>") == 1
    assert "<th>" not in page
