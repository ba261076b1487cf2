"""Keeps spreadsheets from running the cells we write, without losing a character (spec 9.3).

A spreadsheet takes a cell for a formula by its first character, whatever the file meant by it.
Source: OWASP, CSV Injection.
"""

import re

PLAIN_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)")
"""A number as our own formats have it: ASCII digits with at most one point and a sign."""

_RUNNABLE = re.compile(r"'*[=+\-@\t\r\n]")
"""Line feeds too: reading makes them of carriage returns."""


def neutralised(cell: str) -> str:
    """`cell` as text to a spreadsheet: an apostrophe goes before what it might run.

    Numbers stay numbers. Apostrophes that stand there already get one more, so that `restored`
    knows which one is ours.
    """
    is_runnable = _RUNNABLE.match(cell) and not PLAIN_NUMBER.fullmatch(cell)
    return f"'{cell}" if is_runnable else cell


def restored(cell: str) -> str:
    """What `neutralised` was given: without the first apostrophe before what might be run."""
    return cell[1:] if cell.startswith("'") and _RUNNABLE.match(cell) else cell
