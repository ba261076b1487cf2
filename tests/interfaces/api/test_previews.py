"""Specification of the look at a file before it is imported (spec 3.7, 4.7)."""

from uuid import uuid4

import pytest

from interfaces.files.template.template import template_csv
from tests.interfaces.conftest import World
from tests.support.visitors import csv_file, refusal

GOOG = "GOOG,100,700.00,2012-12-31"
SPY = "SPY,200,142.00,2012-12-31"
BAD = "TLT,x,118.00,2013-01-15"
FULL = (
    "Symbol,Quantity,Entry Price Per Share,Entry Date,Investment Class,Investment Subtype,"
    "Underlying Symbol,Strike Price,Expiration Date,Option Type,Exit Date,Exit Price Per Share"
)
MIXED = csv_file(
    "GOOG,-2.5,700.00,2012-12-31,PUBLIC,STOCK,,,,,2013-01-15,724.93",
    "SPY130316P00150000,3,4.10,2012-12-31,,,,,,,,",
    "SPY130316C00155000,-1,1.33,2012-12-31,,,,,,,,",
    "RENTAL_HOUSE,1,250000.00,2012-12-31,PRIVATE,REAL_ESTATE,,,,,,",
    header=FULL,
)


def test_a_preview_shows_the_positions_as_they_would_be_imported(world: World) -> None:
    answer = world.ada.preview(MIXED, "mine.csv")
    body = answer.json()
    stock = body["positions"][0]
    assert answer.status_code == 200
    assert stock == {
        "row": 2,
        "symbol": "GOOG",
        "quantity": "-2.50",
        "entry_price": "700.00",
        "entry_date": "2012-12-31",
        "investment_class": "PUBLIC",
        "investment_subtype": "STOCK",
        "position_type": "SHORT",
        "multiplier": 1,
        "underlying": None,
        "strike": None,
        "expiration_date": None,
        "option_type": None,
        "exit_date": "2013-01-15",
        "exit_price": "724.93",
        "total_cost": "-1750.00",
        "last_price": None,
        "stated_as": None,
    }


def test_a_preview_tells_options_private_assets_and_the_sums(world: World) -> None:
    body = world.ada.preview(MIXED, "mine.csv").json()
    _, put, call, house = body["positions"]
    assert (put["position_type"], put["multiplier"], put["total_cost"]) == ("LP", 100, "1230.00")
    assert (put["underlying"], put["strike"], put["expiration_date"], put["option_type"]) == (
        *("SPY", "150.00", "2013-03-16", "PUT"),
    )
    assert (call["position_type"], call["total_cost"]) == ("SC", "-133.00")
    assert (house["investment_class"], house["total_cost"]) == ("PRIVATE", "250000.00")
    assert {name: body[name] for name in body if name != "positions"} == {
        "source_format": "template",
        "file_name": "mine.csv",
        "accounts": [],
        "account": None,
        "as_of": None,
        "cash": None,
        "counts": {
            "by_class": {"PUBLIC": 1, "OPTIONS": 2, "PRIVATE": 1},
            "by_type": {"LONG": 1, "SHORT": 1, "LC": 0, "LP": 1, "SC": 1, "SP": 0},
        },
        "total_positions": 4,
        "total_cost": "249347.00",
        "warnings": [],
        "assumptions": [],
        "errors": [],
        "total_errors": 0,
        "difference": None,
        "imported_before": None,
    }


def test_a_preview_stores_nothing_and_needs_no_account(world: World) -> None:
    position, portfolios = world.program.log.position(), world.bob.get("/portfolios").json()
    assert world.bob.preview(MIXED).status_code == 200
    assert world.program.log.position() == position
    assert world.bob.get("/portfolios").json() == portfolios


def test_the_form_of_an_account_may_be_sent_with_it_and_is_not_checked(world: World) -> None:
    form = {"account_name": "", "equity_balance": "nonsense", "account_type": "?"}
    assert world.ada.preview(MIXED, **form).json()["total_errors"] == 0


def test_errors_are_answered_with_200_in_the_order_of_the_file(world: World) -> None:
    answer = world.ada.preview(csv_file(BAD, GOOG, "IBM,1,0,2012-12-31"))
    body = answer.json()
    assert answer.status_code == 200
    assert [position["symbol"] for position in body["positions"]] == ["GOOG"]
    assert body["total_errors"] == 2
    assert [(e["row"], e["symbol"], e["code"]) for e in body["errors"]] == [
        (2, "TLT", "ERR_POS_004"),
        (4, "IBM", "ERR_POS_008"),
    ]
    assert set(body["errors"][0]) == {"row", "symbol", "field", "code", "value", "message"}


@pytest.mark.parametrize("accept_valid", ["true", "false"])
def test_at_most_a_thousand_errors_are_listed_and_all_are_counted(
    world: World, accept_valid: str
) -> None:
    file = csv_file(GOOG, *(f"BAD{n},x,118.00,2013-01-15" for n in range(1_001)))
    body = world.ada.preview(file, accept_valid=accept_valid).json()
    assert (len(body["errors"]), body["total_errors"]) == (1_000, 1_001)


@pytest.mark.parametrize(
    ("file", "code"),
    [
        (b"\n# nothing\n", "ERR_CSV_003"),
        (b"a,b,c\n1,2,3\n", "ERR_CSV_004"),
        (b"Symbol,Quantity\nGOOG,1\n", "ERR_CSV_005"),
        (csv_file('"GOOG'), "ERR_CSV_006"),
    ],
)
def test_what_is_wrong_with_the_whole_file_is_among_the_errors(
    world: World, file: bytes, code: str
) -> None:
    answer = world.ada.preview(file)
    assert answer.status_code == 200
    assert (None, code) in [(e["row"], e["code"]) for e in answer.json()["errors"]]


def test_a_request_without_a_file_that_is_one_is_refused(world: World) -> None:
    assert refusal(world.ada.post("/onboarding/preview-csv")) == (400, "ERR_PORT_007")
    assert refusal(world.ada.preview(b"", "")) == (400, "ERR_PORT_007")
    assert refusal(world.ada.preview(csv_file(GOOG), "mine.xlsx")) == (415, "ERR_CSV_002")
    assert refusal(world.ada.preview(b"%PDF-1.7")) == (415, "ERR_CSV_002")
    assert refusal(world.ada.preview(b"a" * (10 * 1024**2 + 1))) == (413, "ERR_CSV_001")


def test_the_price_source_decides_which_days_a_file_may_speak_of(world: World) -> None:
    file = csv_file("SPY,1,152.11,2013-03-04")
    assert [e["code"] for e in world.ada.preview(file).json()["errors"]] == ["ERR_POS_012"]
    assert world.ada.preview(file, price_source="live").json()["errors"] == []
    fields = {"portfolio_id": world.valued, "price_source": "live"}
    assert [e["code"] for e in world.ada.preview(file, **fields).json()["errors"]] == [
        "ERR_POS_012"
    ]


def test_the_served_template_previews_without_an_error(world: World) -> None:
    body = world.ada.preview(template_csv(), price_source="live").json()
    assert (body["total_positions"], body["errors"]) == (21, [])


def test_with_a_portfolio_its_lots_are_errors_as_importing_has_them(world: World) -> None:
    portfolio_id = world.ada.open_sample(GOOG)
    body = world.ada.preview(csv_file(SPY, GOOG, BAD), portfolio_id=portfolio_id).json()
    assert [(e["row"], e["code"]) for e in body["errors"]] == [
        (3, "ERR_POS_022"),
        (4, "ERR_POS_004"),
    ]
    assert [position["symbol"] for position in body["positions"]] == ["SPY"]
    assert (body["imported_before"], body["difference"]) == (None, None)


def test_with_a_portfolio_an_import_of_the_same_file_is_named(world: World) -> None:
    opened = world.ada.upload(csv_file(GOOG)).json()
    for mode in ("add", "replace"):
        fields = {"portfolio_id": opened["portfolio_id"], "mode": mode}
        body = world.ada.preview(csv_file(GOOG), **fields).json()
        assert body["imported_before"] == opened["import_id"]


def test_another_users_portfolio_is_refused_before_the_file_is_looked_at(world: World) -> None:
    for portfolio_id, expected in [
        (world.valued, (403, "ERR_PORT_403")),
        (str(uuid4()), (404, "ERR_PORT_404")),
        ("not-an-id", (404, "ERR_PORT_404")),
    ]:
        answer = world.bob.preview(b"PK\x03\x04", "x.xlsx", portfolio_id=portfolio_id)
        assert refusal(answer) == expected
