"""Specification of what pages fetch: ours, kept for good, under names that change with them."""

import gzip
import re

import pytest

from interfaces.web.assets import url_of
from tests.interfaces.conftest import World
from tests.support.visitors import refusal

KINDS = {"style.css": "text/css; charset=utf-8", "plotly.js": "text/javascript; charset=utf-8"}


@pytest.mark.parametrize("name", KINDS)
def test_an_asset_is_kept_for_good(world: World, name: str) -> None:
    answer = world.client.get(url_of(name))
    assert answer.status_code == 200
    assert answer.headers["content-type"] == KINDS[name]
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"


@pytest.mark.parametrize("name", KINDS)
def test_it_is_compressed_for_who_can_read_that(world: World, name: str) -> None:
    plain = world.client.get(url_of(name), headers={"Accept-Encoding": "identity"})
    with world.client.stream("GET", url_of(name), headers={"Accept-Encoding": "gzip"}) as answer:
        sent = b"".join(answer.iter_raw())
    assert "content-encoding" not in plain.headers
    assert len(sent) < len(plain.content) / 2
    assert gzip.decompress(sent) == plain.content


@pytest.mark.parametrize(
    "path", ["/assets/0000000000000000/style.css", "/assets/x/..%2Fpage.py", "/assets/x/none.js"]
)
def test_under_another_name_there_is_none(world: World, path: str) -> None:
    assert refusal(world.client.get(path)) == (404, "ERR_HTTP_404")


def test_every_colour_of_the_stylesheet_is_a_token(world: World) -> None:
    text = world.client.get(url_of("style.css")).text
    tokens, rest = text.split("}", 1)
    assert len(re.findall(r"#[0-9a-f]{6}", tokens)) > 20
    assert re.findall(r"#[0-9a-f]{3,6}\b", rest) == []
