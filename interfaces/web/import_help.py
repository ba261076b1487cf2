"""How to get one's positions out of a broker's site and in here, from the texts of the formats."""

import re
from functools import cache
from importlib.resources import files
from itertools import pairwise
from pathlib import PurePosixPath

from fastapi import APIRouter
from fastapi.responses import Response
from markdown_it import MarkdownIt
from markupsafe import Markup

from interfaces.error_catalogue import CATALOGUE
from interfaces.files.guide import Guide
from interfaces.files.recognition import GUIDES
from interfaces.web.visits import AnyVisit, PageRoute

router = APIRouter(include_in_schema=False, route_class=PageRoute)

_CODE = re.compile(r"ERR_[A-Z]+_[0-9]{3}")
_markdown = MarkdownIt("commonmark", {"html": False}).enable("table")


@router.get("/help/import")
def importing(at: AnyVisit) -> Response:
    """Each format: how to export it, what is assumed, the common errors and their cure."""
    return at.page("import_help.html", guides=[(guide, _shown(guide)) for guide in GUIDES])


@cache
def _shown(guide: Guide) -> Markup:
    """The text of a format as a part of a page, codes linked to what they mean."""
    name = PurePosixPath(guide.documentation).name
    text = files("interfaces.files").joinpath("guides", name).read_text("utf-8")
    tokens = _markdown.parse(text)
    heading = ""
    for token, following in pairwise(tokens):
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{int(token.tag[1]) + 1}"
            heading = following.content or heading
        elif token.type == "table_open":
            token.attrSet("aria-label", heading)
        elif token.type == "th_open":
            token.attrSet("scope", "col")
    html = _markdown.renderer.render(tokens, _markdown.options, {})
    html = html.replace("<table ", '<div class="scroll"><table ')
    html = html.replace("</table>", "</table></div>")
    html = re.sub(r'href="(\w+)\.md"', r'href="#\1"', html)
    return Markup(_CODE.sub(_linked, html))  # noqa: S704 - our own text, its HTML switched off


def _linked(code: re.Match[str]) -> str:
    return f'<a href="/errors/{code[0]}">{code[0]}</a>' if code[0] in CATALOGUE else code[0]
