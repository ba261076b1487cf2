"""The pictures of the pages: of each page four, small, and none of a page that is gone."""

import struct

from tests.browser.catalogue import PAGES, PICTURES
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
