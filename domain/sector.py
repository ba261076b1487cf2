"""Sectors by their GICS names, whatever a provider calls them (spec 5.2)."""

from collections.abc import Iterable, Mapping

SECTORS = (
    "Communication Services",
    "Consumer Discretionary",
    "Consumer Staples",
    "Energy",
    "Financials",
    "Health Care",
    "Industrials",
    "Information Technology",
    "Materials",
    "Real Estate",
    "Utilities",
)
"""The eleven sectors of the Global Industry Classification Standard, since 2018."""

_OTHER_NAMES = {
    "basic materials": "Materials",
    "consumer cyclical": "Consumer Discretionary",
    "consumer cyclicals": "Consumer Discretionary",
    "consumer defensive": "Consumer Staples",
    "consumer non-cyclicals": "Consumer Staples",
    "financial services": "Financials",
    "healthcare": "Health Care",
    "technology": "Information Technology",
}
"""How Yahoo (Morningstar) and Refinitiv call them, in lower case."""

_NAMES: Mapping[str, str] = {sector.lower(): sector for sector in SECTORS} | _OTHER_NAMES


def gics_sector(name: str) -> str | None:
    """The GICS name of a provider's sector, None for what is none."""
    return _NAMES.get(name.strip().lower())


def sector_among(names: Iterable[str]) -> str | None:
    """The one sector that a mixed list of sectors and industries names; None if several."""
    found = {sector for name in names if (sector := gics_sector(name))}
    return found.pop() if len(found) == 1 else None
