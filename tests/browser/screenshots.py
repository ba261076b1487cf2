"""`make screenshots`: every page of the catalogue as pictures, light and dark, wide and narrow.

They show what fits on a screen, in few colours, as all of them together must stay small. Pages
named on the command line are taken alone.
"""

import sys
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

_HEIGHT = 700
_COLOURS, _COLOURS_OF_CHARTS = 16, 48
_ROUNDS = 3
"""How often the colours are moved to the middle of what they stand for."""


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
                _take(built, browser, shown, scheme, width).save(PICTURES / name, optimize=True)


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


if __name__ == "__main__":
    main(sys.argv[1:])
