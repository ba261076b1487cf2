"""Styles, scripts and plotly.js, each under a name that changes with its content (spec 8).

So a browser keeps them for good, and never has those of another version of the program.
"""

import gzip
import re
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.resources import files
from pathlib import PurePosixPath

import plotly
from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.exceptions import HTTPException

router = APIRouter(include_in_schema=False)

_KINDS = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
_PLOTLY = "plotly.js"
_PLOTLY_RULES = "plotly.css"
_RULES = re.compile(r'=\{("X,X div":.*?)\};for\(', re.DOTALL)
_RULE = re.compile(r"""("[^"]*"|'[^']*'):("[^"]*"|'[^']*')""")
_MAP_STYLES = re.compile(
    r'getElementById\("([0-9a-f]{64})"\)\)\{var \w+=document\.createElement\("style"\)'
)
_KEPT_FOR_GOOD = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class Asset:
    """A file that pages refer to, as it is and compressed."""

    content: bytes
    compressed: bytes
    kind: str
    digest: str


def url_of(name: str) -> str:
    """Where a page finds the asset of that name, such as `style.css`."""
    return f"/assets/{_asset(name).digest}/{name}"


@cache
def map_styles_id() -> str:
    """The id of the element in whose presence the map library in plotly.js inserts no styles."""
    found = _MAP_STYLES.search(_plotly().decode())
    return found[1] if found else ""


@router.get("/assets/{digest}/{name}")
def asset(digest: str, name: str, request: Request) -> Response:
    """One asset; under another digest than its own there is none."""
    if name not in _names() or _asset(name).digest != digest:
        raise HTTPException(404)
    found = _asset(name)
    headers = {"Cache-Control": _KEPT_FOR_GOOD, "Vary": "Accept-Encoding"}
    if "gzip" not in request.headers.get("accept-encoding", ""):
        return Response(found.content, media_type=found.kind, headers=headers)
    headers["Content-Encoding"] = "gzip"
    return Response(found.compressed, media_type=found.kind, headers=headers)


@cache
def _names() -> frozenset[str]:
    own = files("interfaces.web").joinpath("static").iterdir()
    return frozenset({_PLOTLY, _PLOTLY_RULES, *(file.name for file in own)})


@cache
def _asset(name: str) -> Asset:
    if name == _PLOTLY:
        content = _plotly()
    elif name == _PLOTLY_RULES:
        content = _plotly_rules(_plotly().decode()).encode()
    else:
        content = files("interfaces.web").joinpath("static", name).read_bytes()
    return Asset(
        content=content,
        compressed=gzip.compress(content, mtime=0),
        kind=_KINDS[PurePosixPath(name).suffix],
        digest=sha256(content).hexdigest()[:16],
    )


def _plotly() -> bytes:
    return files(plotly).joinpath("package_data", "plotly.min.js").read_bytes()


def _plotly_rules(script: str) -> str:
    """The styles that plotly.js would insert by itself, which our policy forbids."""
    found = _RULES.search(script)
    rules = _RULE.findall(found[1]) if found else []
    return "\n".join(f"{_selector(names[1:-1])} {{ {style[1:-1]} }}" for names, style in rules)


def _selector(names: str) -> str:
    return names.replace("X", ".js-plotly-plot .plotly").replace("Y", ".plotly-notifier")
