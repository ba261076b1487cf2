"""Writes records as CSV that `reading` and every spreadsheet read back as they were."""

import re
from collections.abc import Iterable, Sequence

from interfaces.files.formula_guard import neutralised

_NEEDS_QUOTES = re.compile('[,;\t"\r\n]|\\A#')


def csv_text(records: Iterable[Sequence[str]], delimiter: str = ",") -> str:
    """The records as RFC 4180 has them, CRLF after each; formulas neutralised, `#` quoted."""
    return "".join(f"{delimiter.join(map(_written, cells))}\r\n" for cells in records)


def _written(cell: str) -> str:
    text = neutralised(cell)
    if not _NEEDS_QUOTES.search(text):
        return text
    return '"' + text.replace('"', '""') + '"'
