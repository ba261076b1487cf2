"""Specification of taking a portfolio along: the export, and importing it again (spec 3.7)."""

import csv
import io
from typing import Any

from interfaces.files.template.template import template_csv
from tests.interfaces.conftest import World
from tests.support.visitors import csv_file, work_off

GOOG = "GOOG,100,700.00,2012-12-31"
SPY = "SPY,200,142.00,2012-12-31"
SCHWAB = b"""\
"Positions for account Individual ...905 as of 11:52 AM ET, 2013/02/28"

"Symbol","Description","Quantity","Price","Market Value","Cost Basis","Security Type",
"SCHX","LARGE-CAP","300.44170001","$36.50","$10,966.12","$9,000.00","ETFs & Closed End Funds",
"--","=NORTH, ""TOWN"" GO 4.25% 07/01/31","5,000","$101.20","$5,060.00","$5,012.51","Fixed Income",
"GOOG 03/16/2013 800.00 C","CALL","-2","$12.00","-$2,400.00","-$1,000.00","Option",
"Cash & Cash Investments","--","--","--","-$75.25","--","Cash and Money Market",
"""


def exported(world: World, portfolio_id: str) -> bytes:
    """The export of a portfolio of Ada's."""
    return world.ada.get(f"/portfolios/{portfolio_id}/export").content


def content_of(world: World, portfolio_id: str) -> list[dict[str, Any]]:
    """The positions without what belongs to the one portfolio only: ids and figures."""
    return sorted(
        (
            {name: position[name] for name in position if name not in ("id", "import_id")}
            for position in world.ada.positions_of(portfolio_id)
        ),
        key=repr,
    )


def test_an_export_is_a_file_to_keep(world: World) -> None:
    answer = world.ada.get(f"/portfolios/{world.valued}/export")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"] == (
        'attachment; filename="sigmasight_positions.csv"'
    )
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert [(row["Symbol"], row["Quantity"], row["Lot"]) for row in rows] == [
        ("GOOG", "100", "1"),
        ("SPY", "200", "1"),
    ]


def test_an_export_imported_into_a_new_portfolio_gives_the_same_positions(world: World) -> None:
    portfolio_id = world.ada.open_sample(GOOG, SPY)
    work_off(world.program, world.ada.post(f"/portfolio/{portfolio_id}/calculate"))
    fewer = csv_file("GOOG,60.5,700.00,2012-12-31", "IBM,3,190.00,2013-01-15")
    world.ada.import_file(portfolio_id, fewer, mode="replace")
    world.ada.import_file(portfolio_id, csv_file("IBM,4,190.00,2013-01-15"), force="true")
    dated = {"default_entry_date": "2013-01-02", "force": "true"}
    assert world.ada.import_file(portfolio_id, SCHWAB, **dated).status_code == 201
    file = exported(world, portfolio_id)
    copy = world.ada.upload(file, "sigmasight_positions.csv")
    assert copy.status_code == 201, copy.text
    assert copy.json()["source_format"] == "sigmasight"
    held = world.ada.positions_of(portfolio_id)
    assert len(held) == 8
    assert '=NORTH, "TOWN" GO 4.25% 07/01/31' in {position["stated_as"] for position in held}
    assert content_of(world, copy.json()["portfolio_id"]) == [
        position | _NOT_VALUED for position in content_of(world, portfolio_id)
    ]
    assert exported(world, copy.json()["portfolio_id"]) == file


def test_the_export_of_the_template_is_the_template_again(world: World) -> None:
    first = world.ada.upload(template_csv(), price_source="live", equity_as_of="").json()
    file = exported(world, first["portfolio_id"])
    second = world.ada.upload(file, price_source="live", equity_as_of="").json()
    assert second["positions_imported"] == 21
    assert content_of(world, second["portfolio_id"]) == content_of(world, first["portfolio_id"])


def test_an_import_that_was_taken_back_is_not_exported(world: World) -> None:
    portfolio_id = world.ada.open_sample(GOOG)
    before = exported(world, portfolio_id)
    added = world.ada.import_file(portfolio_id, csv_file(SPY)).json()
    assert exported(world, portfolio_id) != before
    world.ada.post(f"/portfolios/{portfolio_id}/imports/{added['import_id']}/revert")
    assert exported(world, portfolio_id) == before


_NOT_VALUED: dict[str, Any] = {
    **dict.fromkeys(("valuation_date", "mark", "market_value", "weight"), None),
    **dict.fromkeys(("day_pnl", "unrealized_pnl", "beta"), None),
    "realized_pnl": "0.00",
}
