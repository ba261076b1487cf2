"""Securities without network: what the indices' members are called, and their sectors."""

import pytest

from application.security_ports import Security, SecuritySource
from infrastructure.index_securities import IndexSecurities

SOURCE: SecuritySource = IndexSecurities()


def test_a_member_of_an_index_is_known_by_name_and_sector() -> None:
    assert SOURCE.look_up(["AAPL"]).securities == [
        Security(
            symbol="AAPL",
            source="pytickersymbols",
            name="Apple Inc.",
            sector="Information Technology",
            asset_type="STOCK",
        )
    ]


@pytest.mark.parametrize("symbol", ["BRK.B", "BRK/B", "BRK-B"])
def test_class_shares_are_known_in_any_spelling(symbol: str) -> None:
    [security] = SOURCE.look_up([symbol]).securities
    assert security.symbol == symbol
    assert security.name is not None
    assert "Berkshire" in security.name


def test_what_is_in_no_index_is_unknown() -> None:
    looked_up = SOURCE.look_up(["SPY", "NOBODY", "MSFT"])
    assert (list(looked_up.unknown), list(looked_up.warnings)) == (["SPY", "NOBODY"], [])
    assert [security.symbol for security in looked_up.securities] == ["MSFT"]
