"""Specification of brokers' exports over HTTP: what they lack is asked for, what is assumed told.

The shapes are those of spec 03b; names and figures are invented.
"""

import json

import pytest

from domain.portfolio import Portfolio
from tests.interfaces.conftest import World
from tests.support.visitors import error_of, refusal

SCHWAB = b"""\
"Positions for account Individual ...905 as of 11:52 AM ET, 2013/02/28"

"Symbol","Description","Quantity","Price","Market Value","Cost Basis","Security Type",
"SCHX","SCHWAB LARGE ETF","300.4417","$36.50","$10,966.12","$9,000.00","ETFs & Closed End Funds",
"ABCD","ALPHABETICAL CORP","15","$40.00","$600.00","--","Equity",
"Cash & Cash Investments","--","--","--","$1,204.11","--","Cash and Money Market",
"Account Total","","--","--","$12,770.23","$9,000.00","--",
"""
FIDELITY = b"""\
Account Number,Account Name,Symbol,Description,Quantity,Last Price,Current Value,Cost Basis Total
W1,Everyday,SPAXX**,HELD IN MONEY MARKET,,,$900.00,,
W1,Everyday,KLMN,KELMAN INDUSTRIES INC COM,10,$90.00,$900.00,$800.00,
W2,Roth IRA,KLMN,KELMAN INDUSTRIES INC COM,4,$90.00,$360.00,$410.00,
W2,Roth IRA,Pending activity,,,,-$10.40,,

"Date downloaded Feb-28-2013 12:11 p.m ET"
"""
DATED = {"default_entry_date": "2012-12-31"}
COMPLETE = {**DATED, "default_entry_price": "last"}


def test_formats_are_listed_for_everybody_with_how_to_get_them(world: World) -> None:
    answer = world.nobody.get("/onboarding/formats")
    formats = {entry["name"]: entry for entry in answer.json()["formats"]}
    assert set(formats) >= {"template", "schwab", "fidelity", "vanguard", "etrade"}
    assert formats["fidelity"]["has_cost"] is True
    assert formats["fidelity"]["has_entry_dates"] is False
    for entry in formats.values():
        assert all(entry[name] for name in ("title", "file_name", "how_to_export", "where_dates"))


def test_what_an_export_lacks_is_asked_for_row_by_row(world: World) -> None:
    answer = world.ada.upload(SCHWAB)
    assert refusal(answer) == (400, "ERR_PORT_008")
    details = error_of(answer)["details"]
    assert [(error["row"], error["code"]) for error in details["errors"]] == [
        (4, "ERR_POS_010"),
        (5, "ERR_POS_007"),
        (5, "ERR_POS_010"),
        (6, "ERR_POS_010"),
    ]
    assert "accounts" not in details
    assert "default_entry_date" in details["errors"][0]["message"]
    assert "default_entry_price=last" in details["errors"][1]["message"]


def test_an_export_is_previewed_with_its_cash_and_what_is_assumed(world: World) -> None:
    body = world.ada.preview(SCHWAB, "Individual-Positions-2013-02-28.csv", **COMPLETE).json()
    assert (body["source_format"], body["account"]) == ("schwab", "Individual ...905")
    assert (body["accounts"], body["as_of"]) == (["Individual ...905"], "2013-02-28")
    assert (body["cash"], body["errors"]) == ("1204.11", [])
    assert [(p["row"], p["symbol"], p["total_cost"]) for p in body["positions"]] == [
        (4, "SCHX", "9000.00"),
        (5, "ABCD", "600.00"),
        (6, "CASH_USD", "1204.11"),
    ]
    assert body["positions"][0]["last_price"] == "36.50"
    assert body["total_cost"] == "10804.11"
    assert {(tuple(told["rows"])) for told in body["assumptions"]} >= {(5,), (6,)}


def test_an_export_opens_an_account_and_the_event_says_what_was_assumed(world: World) -> None:
    name = "Individual-Positions-2013-02-28.csv"
    previewed = world.ada.preview(SCHWAB, name, **COMPLETE).json()
    body = world.ada.upload(SCHWAB, name, **COMPLETE).json()
    portfolio_id, import_id = body["portfolio_id"], body["import_id"]
    assert (body["source_format"], body["positions_imported"]) == ("schwab", 3)
    assert body["assumptions"] == previewed["assumptions"]
    shown = world.ada.get(f"/portfolios/{portfolio_id}/imports/{import_id}").json()
    assert shown["assumptions"] == previewed["assumptions"]
    assert (shown["file_name"], shown["account"]) == (name, "Individual ...905")
    assert shown["quantities_as_of"] == "2013-02-28"
    recorded = [event.event for event in world.program.log.read(0, 100_000)]
    [source] = [
        event.source
        for event in recorded
        if isinstance(event, Portfolio.PositionsImported) and str(event.import_id) == import_id
    ]
    assert [
        {"text": told.text, "rows": list(told.rows)} for told in source.assumptions
    ] == previewed["assumptions"]


def test_several_accounts_in_one_file_are_listed_and_one_is_asked_for(world: World) -> None:
    for source_account in ("", "W3"):
        answer = world.ada.upload(FIDELITY, source_account=source_account, **DATED)
        assert refusal(answer) == (400, "ERR_PORT_008")
        details = error_of(answer)["details"]
        assert details["accounts"] == ["W1 Everyday", "W2 Roth IRA"]
        assert [error["code"] for error in details["errors"]] == ["ERR_CSV_008"]
    preview = world.ada.preview(FIDELITY, **DATED)
    assert preview.status_code == 200
    assert preview.json()["accounts"] == ["W1 Everyday", "W2 Roth IRA"]
    assert [error["code"] for error in preview.json()["errors"]] == ["ERR_CSV_008"]
    assert preview.json()["positions"] == []


def test_each_account_of_a_file_goes_where_it_belongs(world: World) -> None:
    opened = world.ada.upload(FIDELITY, source_account="W1", **DATED).json()
    portfolio_id = opened["portfolio_id"]
    assert [p["symbol"] for p in world.ada.positions_of(portfolio_id)] == ["CASH_USD", "KLMN"]
    again = world.ada.import_file(portfolio_id, FIDELITY, source_account="W1", **DATED)
    assert refusal(again) == (409, "ERR_PORT_014")
    other = world.ada.upload(FIDELITY, source_account="W2 Roth IRA", **DATED).json()
    [klmn] = [p for p in world.ada.positions_of(other["portfolio_id"]) if p["symbol"] == "KLMN"]
    assert (klmn["quantity"], klmn["entry_price"]) == ("4.00", "102.50")


@pytest.mark.parametrize(
    ("date", "code"), [("31.12.2012", "ERR_POS_011"), ("2013-03-04", "ERR_POS_012")]
)
def test_a_default_entry_date_is_held_to_the_rules_of_entry_dates(
    world: World, date: str, code: str
) -> None:
    answer = world.ada.upload(FIDELITY, source_account="W1", default_entry_date=date)
    errors = error_of(answer)["details"]["errors"]
    assert [(error["row"], error["code"]) for error in errors] == [(None, code)]
    assert "default_entry_date" in errors[0]["message"]


def test_next_months_export_replaces_this_months(world: World) -> None:
    portfolio_id = world.ada.upload(SCHWAB, **COMPLETE).json()["portfolio_id"]
    later = SCHWAB.replace(b"2013/02/28", b"2013/03/01").replace(b'"300.4417"', b'"250.4417"')
    later = later.replace(b'"15"', b'"20"').replace(b'"--","Equity"', b'"$770.00","Equity"')
    later = later.replace(b"$1,204.11", b"$2,904.11")
    fields = {**COMPLETE, "mode": "replace"}
    preview = world.ada.preview(later, portfolio_id=portfolio_id, **fields).json()
    body = world.ada.import_file(portfolio_id, later, **fields).json()
    assert json.dumps(body["difference"]) == json.dumps(preview["difference"])
    changes = {change["symbol"]: change for change in body["difference"]}
    assert changes["SCHX"]["closes"][0]["quantity"] == "50.0000"
    assert (changes["SCHX"]["closes"][0]["price"], changes["SCHX"]["closes"][0]["date"]) == (
        *("36.50", "2013-03-01"),
    )
    assert changes["ABCD"]["opens"] == [  # (770 - 600) / 5
        {"quantity": "5.00", "entry_price": "34.000000", "entry_date": "2013-03-01"}
    ]
    held = world.ada.positions_of(portfolio_id, "open")
    assert [(p["symbol"], p["open_quantity"]) for p in held] == [
        ("ABCD", "15.00"),
        ("ABCD", "5.00"),
        ("CASH_USD", "1.00"),
        ("SCHX", "250.4417"),
    ]
    assert [p["entry_price"] for p in held if p["symbol"] == "CASH_USD"] == ["2904.11"]
