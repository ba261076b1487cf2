"""Numbers and days as brokers write them (spec 3.6, 03b)."""

import re
from datetime import date
from decimal import Decimal

_NOTHING = frozenset({"", "-", "--", "---", "n/a", "na", "null", "none"})
_NUMBER = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})*(?:\.[0-9]*)?|[0-9]+(?:\.[0-9]*)?|\.[0-9]+")
_ISO = re.compile(r"(?P<y>[0-9]{4})[-/](?P<m>[0-9]{1,2})[-/](?P<d>[0-9]{1,2})")
_US = re.compile(r"(?P<m>[0-9]{1,2})[-/](?P<d>[0-9]{1,2})[-/](?P<y>[0-9]{4}|[0-9]{2})")
_WORDS = re.compile(r"(?P<m>[A-Za-z]{3})[a-z]*[-. ]+(?P<d>[0-9]{1,2})[-, ]+(?P<y>[0-9]{4})")
_TIME = re.compile(r"(?:[T ,].*)?\Z", re.DOTALL)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def is_nothing(text: str) -> bool:
    """Whether the cell says that there is no value: blank, `--`, `N/A`, `n/a`, `null`."""
    return text.strip().casefold() in _NOTHING


def number(text: str) -> Decimal | None:
    """The number in `$1,234.50`, `-$5.94`, `(1,234.50)`, `+4.12%`; None where there is none.

    A percent sign is dropped, not divided by. Only ASCII digits count, and commas only between
    thousands.
    """
    bare = text.strip().replace("\N{MINUS SIGN}", "-")
    is_negative = False
    if bare.startswith("(") and bare.endswith(")"):
        is_negative, bare = True, bare[1:-1].strip()
    while bare[:1] in ("-", "+", "$", " ") and bare:
        is_negative ^= bare[0] == "-"
        bare = bare[1:]
    bare = bare.removesuffix("%").rstrip()
    if not _NUMBER.fullmatch(bare):
        return None
    found = Decimal(bare.replace(",", ""))
    return -found if is_negative else found


def day(text: str) -> date | None:
    """The day a text begins with, whatever time follows; None where it begins with none.

    `2025/11/16`, `2025-11-16`, `11/16/2025`, `11/16/25`, `Nov-16-2025`, `Nov 16, 2025`.
    """
    bare = text.strip()
    for pattern in (_ISO, _US, _WORDS):
        found = pattern.match(bare)
        if found and _TIME.match(bare, found.end()):
            return _calendar_day(found["y"], found["m"], found["d"])
    return None


def _calendar_day(year: str, month: str, day_of_month: str) -> date | None:
    number_of_month = int(month) if month.isdigit() else _month(month)
    try:
        return date(int(year) + (2000 if len(year) == 2 else 0), number_of_month, int(day_of_month))
    except ValueError:
        return None


def _month(name: str) -> int:
    return _MONTHS.index(name.lower()) + 1 if name.lower() in _MONTHS else 0
