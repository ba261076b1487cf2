"""`make screenshots`: every page of the catalogue as pictures, light and dark, wide and narrow.

They show what fits on a small screen, in few colours, as all of them together must stay small.
Pages named on the command line are taken alone.
"""

import struct
import sys
import zlib
from collections.abc import Sequence
from io import BytesIO
from typing import Literal

from PIL import Image
from playwright.sync_api import Browser

from infrastructure.embedded_postgres import EmbeddedPostgres
from tests.browser.catalogue import PAGES, PICTURES, Shown
from tests.browser.chromium import chromium
from tests.browser.town import Town, town
from tests.browser.windows import Windows
from tests.support.postgres import FORGETFUL, fresh_database, passable_folder

_HEIGHT = 640
_COLOURS, _COLOURS_OF_CHARTS = 16, 48
_ROUNDS = 3
"""How often the colours are moved to the middle of what they stand for."""

_SIGNATURE, _OF_A_PALETTE, _UNFILTERED = b"\x89PNG\r\n\x1a\n", 3, b"\0"


def main(names: Sequence[str]) -> None:
    """Take those of these pages anew, of all pages where none is named."""
    PICTURES.mkdir(exist_ok=True)
    taken = [shown for shown in PAGES if not names or shown.name in names]
    there = {name for shown in PAGES for name in shown.pictures()}
    for old in PICTURES.glob("*.png"):
        if old.name not in there:
            old.unlink()
    with (
        passable_folder(for_data=True) as folder,
        EmbeddedPostgres(folder / "home", FORGETFUL) as server,
        fresh_database(server) as database,
        town(database) as built,
        chromium() as browser,
    ):
        for shown in taken:
            for name, (scheme, width) in shown.pictures().items():
                taken_now = _take(built, browser, shown, scheme, width)
                (PICTURES / name).write_bytes(packed(taken_now))


def _take(
    town: Town, browser: Browser, shown: Shown, scheme: Literal["light", "dark"], width: int
) -> Image.Image:
    windows = Windows(browser)
    size = {"width": width, "height": _HEIGHT}
    page = windows.open(town.url, town.token_of(shown.by), viewport=size, color_scheme=scheme)
    page.goto(shown.url(town))
    colours = _COLOURS_OF_CHARTS if page.locator("figure").count() else _COLOURS
    image = Image.open(BytesIO(page.screenshot(animations="disabled")))
    windows.close()
    return image.convert("RGB").quantize(colours, kmeans=_ROUNDS, dither=Image.Dither.NONE)


def packed(image: Image.Image) -> bytes:
    """A picture of a palette as PNG, its rows unfiltered: a tenth smaller than as Pillow has it."""
    width, height = image.size
    pixels, palette = image.tobytes(), bytes(image.getpalette() or ())
    depth = 4 if max(pixels) < 1 << 4 else 8
    rows = (pixels[at : at + width] for at in range(0, len(pixels), width))
    raw = b"".join(_UNFILTERED + (_in_halves(row) if depth == 4 else row) for row in rows)
    chunks = {
        b"IHDR": struct.pack(">IIBBBBB", width, height, depth, _OF_A_PALETTE, 0, 0, 0),
        b"PLTE": palette,
        b"IDAT": zlib.compress(raw, level=9),
        b"IEND": b"",
    }
    return _SIGNATURE + b"".join(_chunk(kind, data) for kind, data in chunks.items())


def _in_halves(row: bytes) -> bytes:
    return bytes(one << 4 | other for one, other in zip(row[::2], row[1::2], strict=True))


def _chunk(kind: bytes, data: bytes) -> bytes:
    told = kind + data
    return struct.pack(">I", len(data)) + told + struct.pack(">I", zlib.crc32(told))


if __name__ == "__main__":
    main(sys.argv[1:])
