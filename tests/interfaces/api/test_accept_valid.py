"""Specification of importing the good rows of a file and keeping the bad ones (spec 3.2, 3.7)."""

import csv
import io

from tests.interfaces.conftest import World
from tests.support.visitors import csv_file, error_of, refusal

GOOG = "GOOG,100,700.00,2012-12-31"
SPY = "SPY,200,142.00,2012-12-31"
BAD = "TLT,x,118.00,2013-01-15"
WORSE = "IBM,0,0,2013-01-15"
ACCEPT = {"accept_valid": "true"}
SCHWAB = b"""\
"Positions for account Individual ...905 as of 11:52 AM ET, 2013/02/28"

"Symbol","Description","Quantity","Price","Market Value","Cost Basis","Security Type",
"SCHX","LARGE-CAP","300.4417","$36.50","$10,966.12","$9,000.00","ETFs & Closed End Funds",
"ABCD","ALPHABETICAL CORP","15","$40.00","$600.00","--","Equity",
"Account Total","","--","--","$11,566.12","$9,000.00","--",
"""


def rows_of(text: str) -> list[dict[str, str]]:
    """The records of a CSV by their columns."""
    return list(csv.DictReader(io.StringIO(text)))


def mended(text: str, **changes: str) -> bytes:
    """Rejected rows with some texts in them replaced."""
    for wrong, right in changes.items():
        text = text.replace(wrong, right)
    return text.encode()


def test_the_good_rows_open_an_account_and_the_others_are_told(world: World) -> None:
    answer = world.ada.upload(csv_file(BAD, GOOG, WORSE, SPY), **ACCEPT)
    body = answer.json()
    portfolio_id, import_id = body["portfolio_id"], body["import_id"]
    url = f"/api/v1/portfolios/{portfolio_id}/imports/{import_id}/rejected-rows"
    assert answer.status_code == 201
    assert (body["positions_imported"], body["positions_failed"], body["total_positions"]) == (
        *(2, 2, 4),
    )
    assert [(error["row"], error["code"]) for error in body["errors"]] == [
        (2, "ERR_POS_004"),
        (4, "ERR_POS_005"),
        (4, "ERR_POS_008"),
    ]
    assert body["rejected_rows_url"] == url
    assert "Rows left out because of errors: 2." in body["message"]
    assert [p["symbol"] for p in world.ada.positions_of(portfolio_id)] == ["GOOG", "SPY"]
    shown = world.ada.get(f"/portfolios/{portfolio_id}/imports/{import_id}").json()
    assert shown["left_out"] == [
        {"row": 2, "symbol": "TLT", "codes": ["ERR_POS_004"]},
        {"row": 4, "symbol": "IBM", "codes": ["ERR_POS_005", "ERR_POS_008"]},
    ]
    assert (shown["positions_failed"], shown["rejected_rows_url"]) == (2, url)


def test_rejected_rows_are_fetched_mended_and_imported(world: World) -> None:
    opened = world.ada.upload(csv_file(BAD, GOOG, WORSE, SPY), **ACCEPT).json()
    portfolio_id, import_id = opened["portfolio_id"], opened["import_id"]
    answer = world.ada.ask("GET", opened["rejected_rows_url"])
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"] == (
        f'attachment; filename="rejected_rows_{import_id}.csv"'
    )
    told = {row["Symbol"]: row["Error"] for row in rows_of(answer.text)}
    assert set(told) == {"TLT", "IBM"}
    assert "Quantity" in told["TLT"]
    file = mended(answer.text, **{"TLT,x": "TLT,7", "IBM,0,0": "IBM,3,190.00"})
    again = world.ada.import_file(portfolio_id, file, "rejected_rows.csv")
    assert again.status_code == 201, again.text
    assert (again.json()["positions_imported"], again.json()["positions_failed"]) == (2, 0)
    assert [(p["symbol"], p["quantity"]) for p in world.ada.positions_of(portfolio_id)] == [
        ("GOOG", "100.00"),
        ("IBM", "3.00"),
        ("SPY", "200.00"),
        ("TLT", "7.00"),
    ]
    assert world.ada.ask("GET", opened["rejected_rows_url"]).text == answer.text


def test_rejected_rows_of_a_brokers_file_come_in_its_own_shape(world: World) -> None:
    fields = {"default_entry_date": "2012-12-31"}
    opened = world.ada.upload(SCHWAB, **fields, **ACCEPT).json()
    assert (opened["positions_imported"], opened["positions_failed"]) == (1, 1)
    rejected = world.ada.ask("GET", opened["rejected_rows_url"]).text
    assert "Individual ...905" in rejected
    assert "SCHX" not in rejected
    file = mended(rejected, **{"'--,Equity": "$450.00,Equity"})
    again = world.ada.import_file(opened["portfolio_id"], file, **fields).json()
    assert (again["source_format"], again["positions_imported"]) == ("schwab", 1)
    [abcd] = [p for p in world.ada.positions_of(opened["portfolio_id"]) if p["symbol"] == "ABCD"]
    assert abcd["entry_price"].rstrip("0") == "30."


def test_lots_held_already_are_left_out_like_other_bad_rows(world: World) -> None:
    portfolio_id = world.ada.open_sample(GOOG)
    body = world.ada.import_file(portfolio_id, csv_file(GOOG, BAD, SPY), **ACCEPT).json()
    assert [(error["row"], error["code"]) for error in body["errors"]] == [
        (2, "ERR_POS_022"),
        (3, "ERR_POS_004"),
    ]
    assert (body["positions_imported"], body["positions_failed"], body["total_positions"]) == (
        *(1, 2, 3),
    )
    rejected = rows_of(world.ada.ask("GET", body["rejected_rows_url"]).text)
    assert [row["Symbol"] for row in rejected] == ["GOOG", "TLT"]
    assert "holds GOOG of 2012-12-31 already" in rejected[0]["Error"]


def test_a_file_without_one_good_row_is_refused(world: World) -> None:
    portfolio_id = world.ada.open_sample(GOOG)
    for answer, code in [
        (world.ada.upload(csv_file(BAD, WORSE), **ACCEPT), "ERR_POS_004"),
        (world.ada.import_file(portfolio_id, csv_file(GOOG, BAD), **ACCEPT), "ERR_POS_022"),
    ]:
        assert refusal(answer) == (400, "ERR_PORT_008")
        errors = error_of(answer)["details"]["errors"]
        assert (errors[0]["row"], errors[0]["code"]) == (2, code)
        assert (errors[-1]["row"], errors[-1]["code"]) == (None, "ERR_CSV_007")
        assert error_of(answer)["details"]["total_errors"] == len(errors)


def test_what_is_wrong_with_the_whole_file_keeps_all_of_it_out(world: World) -> None:
    answer = world.ada.upload(csv_file(GOOG, 'SPY,"200', BAD), **ACCEPT)
    assert refusal(answer) == (400, "ERR_PORT_008")
    codes = [error["code"] for error in error_of(answer)["details"]["errors"]]
    assert "ERR_CSV_006" in codes


def test_a_file_without_errors_comes_in_as_ever(world: World) -> None:
    body = world.ada.upload(csv_file(GOOG, SPY), **ACCEPT).json()
    assert (body["positions_imported"], body["positions_failed"]) == (2, 0)
    assert (body["errors"], body["rejected_rows_url"]) == ([], None)
    url = f"/portfolios/{body['portfolio_id']}/imports/{body['import_id']}/rejected-rows"
    assert refusal(world.ada.get(url)) == (404, "ERR_IMPORT_404")


def test_at_most_a_thousand_errors_are_listed_and_every_row_is_kept(world: World) -> None:
    bad = [f"BAD{n},x,118.00,2013-01-15" for n in range(1_001)]
    body = world.ada.upload(csv_file(GOOG, *bad), **ACCEPT).json()
    assert (len(body["errors"]), body["positions_failed"]) == (1_000, 1_001)
    assert len(rows_of(world.ada.ask("GET", body["rejected_rows_url"]).text)) == 1_001
