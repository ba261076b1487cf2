"""The pictures of the pages: of each page four, small, and none of a page that is gone."""

import struct
from io import BytesIO

import pytest
from PIL import Image

from tests.browser.catalogue import PAGES, PICTURES
from tests.browser.screenshots import packed
from tests.support.server import ROOT

LIMIT_BYTES = 3_000_000
EXPECTED = {name: width for shown in PAGES for name, (_, width) in shown.pictures().items()}
_OF_A_PALETTE = 3


def test_of_each_page_there_are_four_and_no_others() -> None:
    taken = {path.name for path in PICTURES.iterdir()}
    assert (set(EXPECTED) - taken, taken - set(EXPECTED)) == (set(), set()), "make screenshots"


def test_together_they_are_small() -> None:
    assert sum(path.stat().st_size for path in PICTURES.iterdir()) < LIMIT_BYTES


def test_each_is_as_wide_as_it_says_and_in_few_colours() -> None:
    heads = {name: (PICTURES / name).read_bytes()[:26] for name in EXPECTED}
    told = {name: struct.unpack(">12x4sI4xxB", head) for name, head in heads.items()}
    assert told == {name: (b"IHDR", width, _OF_A_PALETTE) for name, width in EXPECTED.items()}


def test_readme_shows_two() -> None:
    assert (ROOT / "README.md").read_text("utf-8").count("](docs/screenshots/") >= 2


@pytest.mark.parametrize("colours", [2, 16, 17, 48])
def test_packing_keeps_every_pixel(colours: int) -> None:
    image = Image.radial_gradient("L").convert("RGB").quantize(colours)
    read = Image.open(BytesIO(packed(image)))
    assert (read.mode, read.size) == ("P", image.size)
    assert read.convert("RGB").tobytes() == image.convert("RGB").tobytes()
