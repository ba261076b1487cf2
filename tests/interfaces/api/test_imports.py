"""Specification of files into portfolios that exist (spec 3.2, 3.3, 3.7)."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest

from tests.interfaces.conftest import World
from tests.support.visitors import Visitor, csv_file, error_of, refusal, work_off

IBM = "IBM,10,190.00,2013-01-15"
DIA = "DIA,5,130.00,2012-12-31"
GOOG = "GOOG,100,700.00,2012-12-31"
SPY = "SPY,200,142.00,2012-12-31"
BAD = "TLT,x,118.00,2013-01-15"


def valued(world: World, *rows: str) -> str:
    """A portfolio of Ada's with a valuation of each session from 2012-12-31 to 2013-03-01."""
    portfolio_id = world.ada.open_sample(*rows)
    work_off(world.program, world.ada.post(f"/portfolio/{portfolio_id}/calculate"))
    return portfolio_id


def held(visitor: Visitor, portfolio_id: str) -> dict[str, str]:
    """The open quantity by symbol."""
    return {
        position["symbol"]: position["open_quantity"]
        for position in visitor.positions_of(portfolio_id, "open")
    }


def errors_of(answer: Any) -> list[tuple[int | None, str]]:
    """Row and code of each error of a refused file."""
    return [(error["row"], error["code"]) for error in error_of(answer)["details"]["errors"]]


def test_a_file_comes_in_beside_what_is_held(world: World) -> None:
    portfolio_id = world.ada.open_sample(GOOG, account_name="Joint")
    answer = world.ada.import_file(portfolio_id, csv_file(IBM, DIA))
    body = answer.json()
    assert answer.status_code == 201
    assert int(answer.headers["X-Event-Position"]) == world.program.log.position()
    assert {name: body[name] for name in body if name not in ("import_id", "created_at")} == {
        "portfolio_id": portfolio_id,
        "mode": "add",
        "source_format": "template",
        "account": None,
        "positions_imported": 2,
        "positions_closed": 0,
        "positions_failed": 0,
        "total_positions": 2,
        "warnings": [],
        "assumptions": [],
        "errors": [],
        "rejected_rows_url": None,
        "difference": None,
        "restates_from": None,
        "message": "File imported into 'Joint': positions opened 2.",
        "calculate_url": f"/api/v1/portfolio/{portfolio_id}/calculate",
    }
    assert held(world.ada, portfolio_id) == {"DIA": "5.00", "GOOG": "100.00", "IBM": "10.00"}
    assert {position["import_id"] for position in world.ada.positions_of(portfolio_id)} == {
        entry["import_id"] for entry in world.ada.imports_of(portfolio_id)
    }


@pytest.mark.parametrize(
    ("row", "restates_from"),
    [
        (IBM, "2013-01-15"),
        ("IBM,10,190.00,2010-01-15", "2012-12-31"),  # the opening: nothing is valued before
        ("IBM,10,200.00,2013-03-01", "2013-03-01"),
    ],
)
def test_the_answer_says_from_when_on_valuations_are_stale(
    world: World, row: str, restates_from: str
) -> None:
    portfolio_id = valued(world, GOOG)
    body = world.ada.import_file(portfolio_id, csv_file(row)).json()
    assert body["restates_from"] == restates_from
    assert body["message"].endswith(
        f"Valuations from {restates_from} on are stale until the next calculation."
    )
    work_off(world.program, world.ada.post(f"/portfolio/{portfolio_id}/calculate"))
    days = world.ada.get(f"/analytics/portfolio/{portfolio_id}/valuations?limit=200").json()
    restated = [day["date"] for day in days["valuations"] if day["version"] == 2]
    assert min(restated) == restates_from


def test_rows_held_already_are_errors_beside_the_files_own(world: World) -> None:
    portfolio_id = world.ada.open_sample(GOOG, SPY)
    answer = world.ada.import_file(portfolio_id, csv_file(IBM, SPY, BAD, GOOG))
    assert refusal(answer) == (400, "ERR_PORT_008")
    assert errors_of(answer) == [(3, "ERR_POS_022"), (4, "ERR_POS_004"), (5, "ERR_POS_022")]
    details = error_of(answer)["details"]
    assert details["total_errors"] == 3
    assert details["errors"][0] == {
        "row": 3,
        "symbol": "SPY",
        "field": "row",
        "code": "ERR_POS_022",
        "value": None,
        "message": "Row 3: the portfolio holds SPY of 2012-12-31 already. Delete the row, import "
        "with mode=replace, or send force=true to hold it twice.",
    }
    assert len(world.ada.positions_of(portfolio_id)) == 2


def test_force_takes_in_what_is_held_already_as_further_lots(world: World) -> None:
    portfolio_id = world.ada.open_sample(SPY)
    answer = world.ada.import_file(portfolio_id, csv_file(IBM, SPY), force="true")
    assert answer.status_code == 201
    assert [p["symbol"] for p in world.ada.positions_of(portfolio_id)] == ["IBM", "SPY", "SPY"]


def test_errors_of_the_file_are_not_forced_in(world: World) -> None:
    portfolio_id = world.ada.open_sample(SPY)
    answer = world.ada.import_file(portfolio_id, csv_file(SPY, BAD), force="true")
    assert errors_of(answer) == [(3, "ERR_POS_004")]


@pytest.mark.parametrize("mode", ["add", "replace"])
def test_the_same_file_twice_is_answered_with_the_first_import(world: World, mode: str) -> None:
    file = csv_file(IBM, DIA)
    portfolio_id = world.ada.open_sample(GOOG)
    first = world.ada.import_file(portfolio_id, file).json()["import_id"]
    again = world.ada.import_file(portfolio_id, file, "another name.csv", mode=mode)
    assert refusal(again) == (409, "ERR_PORT_014")
    assert error_of(again)["details"] == {"import_id": first}
    assert len(world.ada.imports_of(portfolio_id)) == 2
    assert world.ada.import_file(portfolio_id, file, force="true").status_code == 201
    assert len(world.ada.positions_of(portfolio_id)) == 5


def test_the_file_an_account_was_opened_with_counts_as_imported(world: World) -> None:
    opened = world.ada.upload(csv_file(GOOG)).json()
    answer = world.ada.import_file(opened["portfolio_id"], csv_file(GOOG))
    assert refusal(answer) == (409, "ERR_PORT_014")
    assert error_of(answer)["details"] == {"import_id": opened["import_id"]}


def test_the_same_file_goes_into_two_portfolios(world: World) -> None:
    for portfolio_id in (world.ada.open_sample(GOOG), world.ada.open_sample(GOOG)):
        assert world.ada.import_file(portfolio_id, csv_file(IBM)).status_code == 201


def test_of_two_who_import_one_file_at_once_one_wins(world: World) -> None:
    portfolio_id = world.ada.open_sample(GOOG)
    with ThreadPoolExecutor(2) as threads:
        answers = list(
            threads.map(
                lambda name: world.ada.import_file(portfolio_id, csv_file(IBM), name),
                ["one.csv", "two.csv"],
            )
        )
    refused = next(answer for answer in answers if answer.status_code != 201)
    assert sorted(answer.status_code for answer in answers) == [201, 409]
    assert refusal(refused) == (409, "ERR_PORT_014")
    assert held(world.ada, portfolio_id) == {"GOOG": "100.00", "IBM": "10.00"}


def closed(position_id: str, quantity: str, price: str) -> dict[str, str]:
    """A closing of the last day of the sample market, as a difference has it."""
    return {
        "date": "2013-03-01",
        "quantity": quantity,
        "price": price,
        "position_id": position_id,
    }


def test_replacing_does_exactly_what_the_preview_showed(world: World) -> None:
    portfolio_id = valued(world, GOOG, SPY, DIA)
    file = csv_file("GOOG,60,700.00,2012-12-31", DIA, "IBM,3,190.00,2013-01-15")
    preview = world.ada.preview(file, portfolio_id=portfolio_id, mode="replace").json()
    assert held(world.ada, portfolio_id) == {"DIA": "5.00", "GOOG": "100.00", "SPY": "200.00"}
    answer = world.ada.import_file(portfolio_id, file, mode="replace")
    body = answer.json()
    assert answer.status_code == 201
    assert preview["errors"] == []
    assert preview["difference"] == body["difference"]
    assert (body["mode"], body["positions_imported"], body["positions_closed"]) == ("replace", 1, 2)
    assert (body["total_positions"], body["restates_from"]) == (3, "2013-01-15")
    assert held(world.ada, portfolio_id) == {"DIA": "5.00", "GOOG": "60.00", "IBM": "3.00"}


def test_a_difference_tells_what_is_opened_and_closed_at_which_price(world: World) -> None:
    portfolio_id = valued(world, GOOG, SPY, DIA)
    file = csv_file("GOOG,60,700.00,2012-12-31", DIA, "IBM,3,190.00,2013-01-15")
    preview = world.ada.preview(file, portfolio_id=portfolio_id, mode="replace").json()
    ids = {p["symbol"]: p["id"] for p in world.ada.positions_of(portfolio_id)}
    opened = {"quantity": "3.00", "entry_price": "190.00", "entry_date": "2013-01-15"}
    assert preview["difference"] == [
        {
            "symbol": "GOOG",
            "held": "100.00",
            "in_file": "60.00",
            "opens": [],
            "closes": [closed(ids["GOOG"], "40.00", "806.19")],
        },
        {"symbol": "IBM", "held": "0.00", "in_file": "3.00", "opens": [opened], "closes": []},
        {
            "symbol": "SPY",
            "held": "200.00",
            "in_file": "0.00",
            "opens": [],
            "closes": [closed(ids["SPY"], "200.00", "152.11")],
        },
    ]


def test_a_position_shows_what_was_closed_of_it(world: World) -> None:
    portfolio_id = valued(world, GOOG, SPY)
    file = csv_file("GOOG,60,700.00,2012-12-31")
    world.ada.import_file(portfolio_id, file, mode="replace")
    [goog] = world.ada.positions_of(portfolio_id, "open")
    [spy] = world.ada.positions_of(portfolio_id, "closed")
    closing = {"date": "2013-03-01", "quantity": "40.00", "price": "806.19"}
    assert (goog["quantity"], goog["open_quantity"]) == ("100.00", "60.00")
    assert (goog["closings"], goog["exit_date"]) == ([closing], None)
    assert (spy["open_quantity"], spy["exit_date"], spy["exit_price"]) == (
        *("0.00", "2013-03-01", "152.11"),
    )


def test_replacing_by_what_is_held_changes_nothing(world: World) -> None:
    portfolio_id = world.ada.open_sample(GOOG, SPY)
    file = csv_file(SPY, GOOG)
    body = world.ada.import_file(portfolio_id, file, mode="replace").json()
    assert (body["positions_imported"], body["positions_closed"]) == (0, 0)
    assert (body["difference"], body["restates_from"]) == ([], None)
    assert "nothing changed" in body["message"]


def test_a_price_that_nobody_knows_is_said_in_the_preview_and_refuses_the_import(
    world: World,
) -> None:
    portfolio_id = world.ada.open_sample("NOBODYKNOWS,5,10.00,2012-12-31")
    preview = world.ada.preview(csv_file(IBM), portfolio_id=portfolio_id, mode="replace")
    answer = world.ada.import_file(portfolio_id, csv_file(IBM), mode="replace")
    assert preview.status_code == 200
    assert [(e["row"], e["code"]) for e in preview.json()["errors"]] == [(None, "ERR_PORT_016")]
    assert preview.json()["difference"] is None
    assert refusal(answer) == (409, "ERR_PORT_016")
    assert error_of(answer)["details"] == {"symbols": ["NOBODYKNOWS"]}


def test_replacing_needs_every_row_since_one_left_out_would_count_as_sold(world: World) -> None:
    portfolio_id = world.ada.open_sample(GOOG, SPY)
    fields = {"mode": "replace", "accept_valid": "true"}
    file = csv_file("GOOG,60,700.00,2012-12-31", "SPY,x,142.00,2012-12-31")
    answer = world.ada.import_file(portfolio_id, file, **fields)
    assert refusal(answer) == (400, "ERR_PORT_008")
    assert errors_of(answer) == [(3, "ERR_POS_004")]
    preview = world.ada.preview(file, portfolio_id=portfolio_id, **fields).json()
    assert (preview["total_errors"], preview["difference"]) == (1, None)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"mode": "merge"}, "mode"),
        ({"force": "perhaps"}, "force"),
        ({"accept_valid": "perhaps"}, "accept_valid"),
        ({"default_entry_price": "average"}, "default_entry_price"),
        ({"default_entry_price": "12.50"}, "default_entry_price"),
    ],
)
def test_a_field_that_cannot_be_read_is_named(
    world: World, fields: dict[str, str], field: str
) -> None:
    answer = world.ada.import_file(world.unvalued, csv_file(IBM), **fields)
    assert refusal(answer) == (422, "ERR_REQUEST_001")
    assert [f["field"] for f in error_of(answer)["details"]["fields"]] == [field]


def test_blank_fields_count_as_not_given(world: World) -> None:
    blank = dict.fromkeys(("mode", "force", "accept_valid", "default_entry_price"), "")
    portfolio_id = world.ada.open_sample(GOOG)
    assert world.ada.import_file(portfolio_id, csv_file(IBM), **blank).status_code == 201


def test_what_is_no_csv_file_speaks_for_itself(world: World) -> None:
    for file, name, expected in [
        (csv_file(IBM), "positions.xlsx", (415, "ERR_CSV_002")),
        (b"PK\x03\x04", "positions.csv", (415, "ERR_CSV_002")),
        (b"a" * (10 * 1024**2 + 1), "positions.csv", (413, "ERR_CSV_001")),
        (b"", "", (400, "ERR_PORT_007")),
    ]:
        assert refusal(world.ada.import_file(world.unvalued, file, name)) == expected
    assert refusal(world.ada.post(f"/portfolios/{world.unvalued}/imports")) == (
        *(400, "ERR_PORT_007"),
    )


def test_whose_portfolio_it_is_comes_before_the_file(world: World) -> None:
    assert refusal(world.bob.import_file(world.valued, b"PK\x03\x04", "x.xlsx")) == (
        *(403, "ERR_PORT_403"),
    )
    unknown = world.bob.import_file(str(uuid4()), b"", "", mode="merge")
    assert refusal(unknown) == (404, "ERR_PORT_404")


def test_the_history_tells_what_came_in_newest_first(world: World) -> None:
    opened = world.ada.upload(csv_file(GOOG), "opening.csv").json()
    portfolio_id = opened["portfolio_id"]
    added = world.ada.import_file(portfolio_id, csv_file(IBM), "more.csv").json()
    body = world.ada.get(f"/portfolios/{portfolio_id}/imports").json()
    newest, oldest = body["imports"]
    assert body["total"] == 2
    assert (newest["import_id"], oldest["import_id"]) == (added["import_id"], opened["import_id"])
    assert newest == {
        "import_id": added["import_id"],
        "portfolio_id": portfolio_id,
        "status": "imported",
        "mode": "add",
        "source_format": "template",
        "file_name": "more.csv",
        "sha256": newest["sha256"],
        "account": None,
        "quantities_as_of": "2012-12-31",
        "positions_imported": 1,
        "positions_closed": 0,
        "positions_failed": 0,
        "reason": None,
        "rejected_rows_url": None,
        "created_at": added["created_at"],
        "updated_at": added["created_at"],
    }
    one = world.ada.get(f"/portfolios/{portfolio_id}/imports/{added['import_id']}").json()
    assert one == newest | {"assumptions": [], "left_out": []}
    page = world.ada.get(f"/portfolios/{portfolio_id}/imports", params={"limit": 1, "offset": 1})
    assert (page.json()["total"], page.json()["imports"]) == (2, [oldest])


@pytest.mark.parametrize("route", ["", "/rejected-rows"])
def test_an_import_that_is_not_the_portfolios_is_unknown(world: World, route: str) -> None:
    [others] = world.ada.imports_of(world.valued)
    for import_id in (str(uuid4()), "not-an-id", others["import_id"]):
        answer = world.ada.get(f"/portfolios/{world.unvalued}/imports/{import_id}{route}")
        assert refusal(answer) == (404, "ERR_IMPORT_404")


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("C:\\Users\\ada\\Desktop\\mine.csv", "mine.csv"),
        ("../../etc/mine.csv", "mine.csv"),
        ("x" * 300 + ".csv", "x" * 251 + ".csv"),
        ("mi\u202ene.csv", "mi ne.csv"),
    ],
)
def test_a_file_name_is_kept_without_folders_and_what_no_screen_shows(
    world: World, given: str, kept: str
) -> None:
    portfolio_id = world.ada.open_sample(GOOG)
    assert world.ada.import_file(portfolio_id, csv_file(IBM), given).status_code == 201
    assert world.ada.imports_of(portfolio_id)[0]["file_name"] == kept


@pytest.mark.parametrize("character", [b"\x00", b"\x07", b"\x7f", b"\xff"])
def test_a_character_of_a_file_name_that_is_none_never_reaches_the_store(
    world: World, character: bytes
) -> None:
    portfolio_id = world.ada.open_sample(GOOG)
    name = b"mi" + character + b"ne.csv"
    start = b'--x\r\nContent-Disposition: form-data; name="csv_file"; filename="' + name
    body = start + b'"\r\n\r\n' + csv_file(IBM) + b"\r\n--x--\r\n"
    answer = world.ada.post(
        f"/portfolios/{portfolio_id}/imports",
        content=body,
        headers={"Content-Type": "multipart/form-data; boundary=x"},
    )
    assert answer.status_code == 201
    assert world.ada.imports_of(portfolio_id)[0]["file_name"] in ("mi ne.csv", "mi\u00ffne.csv")
