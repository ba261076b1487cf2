"""Sectors against the index."""

from dataclasses import replace

import pytest

from domain.risk.finding import ReasonCode
from domain.risk.sector_exposure import SectorExposure, SectorRow, sector_exposure
from domain.risk.sector_weights import SP_500
from domain.sector import SECTORS
from tests.support.risk_books import book, figures, option, private, share, skipped, why

TECH = "Information Technology"


def of(found: SectorExposure, sector: str) -> SectorRow:
    """The row of a sector."""
    return next(row for row in found.sectors if row.sector == sector)


def test_the_index_has_all_eleven_sectors_and_adds_up() -> None:
    assert tuple(sorted(SP_500.percent)) == SECTORS
    assert 99.5 < sum(SP_500.percent.values()) < 100.1  # less a fund's cash
    assert sum(SP_500.weights.values()) == pytest.approx(1, abs=1e-15)
    assert SP_500.source


def test_sectors_are_weighed_against_the_index() -> None:
    held = book(
        share("AAPL", 6_000.0, sector=TECH),
        share("IBM", -1_000.0, sector=TECH),
        share("XOM", 2_000.0, sector="Energy"),
        cash=3_000.0,
    )
    found = figures(sector_exposure(held))
    tech = of(found, TECH)

    assert (tech.market_value, tech.weight, tech.symbols) == (5_000.0, 0.5, ("AAPL", "IBM"))
    assert tech.benchmark_weight == SP_500.weights[TECH]
    assert tech.active_weight == pytest.approx(0.5 - SP_500.weights[TECH])
    utilities = of(found, "Utilities")
    assert (utilities.weight, utilities.symbols) == (0.0, ())
    assert utilities.active_weight == -SP_500.weights["Utilities"]
    assert (found.benchmark, found.benchmark_as_of) == ("S&P 500", SP_500.as_of)


def test_options_have_the_sector_of_their_underlying() -> None:
    call = replace(option("AAPL", 1), sector=TECH)
    found = figures(sector_exposure(book(share("AAPL", 5_000.0, sector=TECH), call)))
    tech = of(found, TECH)
    assert tech.market_value == pytest.approx(5_000 + call.market_value)
    assert tech.symbols == ("AAPL",)
    assert found.unclassified.symbols == ()


def test_funds_and_what_nobody_named_a_sector_of_stand_apart() -> None:
    put = option("SPY", 1, is_call=False)
    held = book(
        share("SPY", 4_000.0, subtype="ETF"),
        share("XLE", 1_000.0, sector="Energy"),
        put,
        share("ZZZ", 500.0),
        private("ART", 700.0),
        cash=100.0,
    )
    finding = sector_exposure(held, funds={"XLE"})
    found = figures(finding)

    assert found.funds.symbols == ("SPY", "XLE")
    assert found.funds.market_value == pytest.approx(5_000 + put.market_value)
    assert found.funds.benchmark_weight is found.funds.active_weight is None
    assert (found.unclassified.symbols, found.unclassified.market_value) == (("ART", "ZZZ"), 1_200)
    assert skipped(finding) == {"ZZZ": ReasonCode.NO_SECTOR}


def test_all_rows_and_cash_are_nav() -> None:
    held = book(
        share("SPY", 4_000.0, subtype="ETF"),
        share("AAPL", -1_000.0, sector=TECH),
        private("ART", 700.0),
        cash=1_300.0,
    )
    found = figures(sector_exposure(held))
    rows = (*found.sectors, found.funds, found.unclassified)
    assert sum(row.market_value for row in rows) + found.cash == held.nav
    assert sum(row.weight or 0 for row in rows) + (found.cash_weight or 0) == pytest.approx(1)


def test_without_nav_money_stays() -> None:
    found = figures(sector_exposure(book(share("AAPL", 10.0, sector=TECH), cash=-10.0)))
    tech = of(found, TECH)
    assert (tech.market_value, tech.weight, tech.active_weight) == (10.0, None, None)
    assert found.cash_weight is None


def test_nothing_but_cash_has_no_sectors() -> None:
    assert why(sector_exposure(book(cash=5.0))) is ReasonCode.NOTHING_HELD
