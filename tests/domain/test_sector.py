"""Specification of sectors: GICS names for what providers say."""

import pytest

from domain.sector import SECTORS, gics_sector, sector_among

YAHOO = {
    "Basic Materials": "Materials",
    "Communication Services": "Communication Services",
    "Consumer Cyclical": "Consumer Discretionary",
    "Consumer Defensive": "Consumer Staples",
    "Energy": "Energy",
    "Financial Services": "Financials",
    "Healthcare": "Health Care",
    "Industrials": "Industrials",
    "Real Estate": "Real Estate",
    "Technology": "Information Technology",
    "Utilities": "Utilities",
}


@pytest.mark.parametrize(("name", "sector"), YAHOO.items())
def test_each_sector_of_yahoo_has_its_gics_name(name: str, sector: str) -> None:
    assert gics_sector(name) == sector


def test_the_names_of_yahoo_reach_all_eleven_sectors() -> None:
    assert set(YAHOO.values()) == set(SECTORS)
    assert len(SECTORS) == 11


@pytest.mark.parametrize("name", ["", "Conglomerate", "Software"])
def test_what_is_no_sector_has_no_name(name: str) -> None:
    assert gics_sector(name) is None


def test_a_mixed_list_names_a_sector_where_it_names_only_one() -> None:
    assert sector_among(["Software", "Technology", "information technology"]) == (
        "Information Technology"
    )
    assert sector_among(["Energy", "Utilities"]) is None
    assert sector_among([]) is None
