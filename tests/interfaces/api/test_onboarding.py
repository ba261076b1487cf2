"""Specification of the way in: register, template, create-portfolio (spec 4.3, 4.4, 3.2, 3.5)."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest

from interfaces.files.template.template import template_csv
from tests.interfaces.conftest import World
from tests.support.visitors import HEADER, PASSWORD, SAMPLE, Visitor, error_of, newcomer, refusal

GOOD_ROW = "SPY,1,142.00,2012-12-31"


def test_who_registers_is_told_what_comes_next(world: World) -> None:
    visitor = Visitor(world.client)
    answer = visitor.register(world.program, full_name="Grace Hopper")
    body = answer.json()
    assert answer.status_code == 201
    assert body["email"] == visitor.email
    assert body["full_name"] == "Grace Hopper"
    assert body["next_step"] == {"action": "login", "method": "POST", "url": "/api/v1/auth/login"}
    visitor.log_in()
    me = visitor.get("/auth/me").json()
    assert (me["id"], me["created_at"]) == (body["user_id"], body["created_at"])


def test_registration_is_checked_in_the_published_order(world: World) -> None:
    taken = world.ada.email
    stages = [
        ({}, (401, "ERR_INVITE_001")),
        ({"invite_code": world.program.invites.master_code}, (422, "ERR_USER_002")),
        ({"email": taken}, (422, "ERR_USER_003")),
        ({"password": PASSWORD}, (422, "ERR_USER_004")),
        ({"full_name": "Ada Lovelace"}, (409, "ERR_USER_001")),
    ]
    body: dict[str, str] = {}
    for given, expected in stages:
        body |= given
        assert refusal(world.nobody.post("/onboarding/register", json=body)) == expected


@pytest.mark.parametrize("nothing", [{"json": {}}, {}, {"json": None}, {"json": {"email": None}}])
def test_missing_fields_count_as_blank(world: World, nothing: dict[str, object]) -> None:
    answer = world.nobody.post("/onboarding/register", **nothing)
    assert refusal(answer) == (401, "ERR_INVITE_001")


def test_nothing_tells_whether_an_address_is_registered_without_an_invite(world: World) -> None:
    known, unknown = (
        world.nobody.post("/onboarding/register", json={"email": email, "invite_code": "guess"})
        for email in (world.ada.email, "nobody@example.com")
    )
    assert refusal(known) == refusal(unknown) == (401, "ERR_INVITE_001")
    assert error_of(known)["message"] == error_of(unknown)["message"]


def test_a_text_that_no_encoding_can_store_is_refused(world: World) -> None:
    for field in ("email", "password", "full_name"):
        answer = Visitor(world.client).register(world.program, **{field: "\ud800Aa1@x.com"})
        assert answer.status_code == 422


def test_of_two_who_register_one_address_at_once_one_wins(world: World) -> None:
    email = f"{uuid4().hex}@example.com"
    with ThreadPoolExecutor(2) as threads:
        answers = list(
            threads.map(lambda _: Visitor(world.client, email).register(world.program), range(2))
        )
    refused = next(answer for answer in answers if answer.status_code != 201)
    assert sorted(answer.status_code for answer in answers) == [201, 409]
    assert refusal(refused) == (409, "ERR_USER_001")


def test_the_template_is_served_as_a_file_to_keep(world: World) -> None:
    answer = world.nobody.get("/onboarding/csv-template")
    assert answer.content == template_csv()
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.headers["Cache-Control"] == "public, max-age=3600"
    assert answer.headers["Content-Disposition"] == (
        'attachment; filename="sigmasight_portfolio_template.csv"'
    )


def test_an_account_is_opened_with_the_positions_of_a_file(world: World) -> None:
    answer = world.ada.open(
        f"{GOOD_ROW}\nGOOG,-2.5,700.00,2012-12-31", account_name=" Schwab IRA ", description="Old"
    )
    body = answer.json()
    calculate = f"/api/v1/portfolio/{body['portfolio_id']}/calculate"
    assert answer.status_code == 201
    assert {name: body[name] for name in body if name not in ("import_id", "created_at")} == {
        "portfolio_id": body["portfolio_id"],
        "portfolio_name": "Retirement",
        "account_name": "Schwab IRA",
        "account_type": "ira",
        "equity_balance": "500000.00",
        "positions_imported": 2,
        "positions_failed": 0,
        "total_positions": 2,
        "source_format": "template",
        "price_source": "sample",
        "warnings": [],
        "assumptions": [],
        "errors": [],
        "rejected_rows_url": None,
        "calculate_url": calculate,
        "message": "Opened 'Schwab IRA' with 2 positions. Calculate it to see what it is worth.",
        "next_step": {"action": "calculate", "method": "POST", "url": calculate},
    }
    shown = world.ada.get(f"/portfolios/{body['portfolio_id']}").json()
    assert shown["created_at"] == body["created_at"]
    assert shown["description"] == "Old"


def test_the_served_template_opens_a_live_account(world: World) -> None:
    answer = world.bob.upload(template_csv(), price_source="live", equity_as_of="")
    assert answer.status_code == 201
    assert answer.json()["total_positions"] == 21


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"portfolio_name": " "}, "ERR_PORT_002"),
        ({"portfolio_name": "x" * 256}, "ERR_PORT_003"),
        ({"account_name": ""}, "ERR_PORT_011"),
        ({"account_name": "x" * 101}, "ERR_PORT_010"),
        ({"account_type": "checking"}, "ERR_PORT_009"),
        ({"equity_balance": ""}, "ERR_PORT_004"),
        ({"equity_balance": "1e6"}, "ERR_PORT_005"),
        ({"equity_balance": "1000000000.01"}, "ERR_PORT_006"),
        ({"equity_as_of": "2013-03-02"}, "ERR_PORT_012"),
    ],
)
def test_each_field_of_an_account_has_its_code(
    world: World, changes: dict[str, str], code: str
) -> None:
    assert refusal(world.ada.open(GOOD_ROW, **changes)) == (400, code)


def test_the_account_is_checked_before_the_file(world: World) -> None:
    assert refusal(world.ada.open("nonsense", account_type="?")) == (400, "ERR_PORT_009")


def test_a_request_without_file_is_told_so(world: World) -> None:
    fields = SAMPLE | {"account_name": "No file"}
    for without in ({"data": fields}, {"data": fields, "files": {"csv_file": ("", b"")}}):
        answer = world.ada.post("/onboarding/create-portfolio", **without)
        assert refusal(answer) == (400, "ERR_PORT_007")


def test_every_error_of_the_file_is_listed_flat_in_file_order(world: World) -> None:
    answer = world.ada.open("AAPL,x,158.00,2012-01-16", GOOD_ROW, "IBM,1,0,2012-01-16")
    error = error_of(answer)
    assert refusal(answer) == (400, "ERR_PORT_008")
    assert error["message"] == "The file has 2 errors; nothing was imported."
    assert error["details"]["total_errors"] == 2
    assert [(e["row"], e["symbol"], e["code"]) for e in error["details"]["errors"]] == [
        (2, "AAPL", "ERR_POS_004"),
        (4, "IBM", "ERR_POS_008"),
    ]
    assert set(error["details"]["errors"][0]) == {
        *("row", "symbol", "field", "code", "value", "message")
    }


def test_what_is_no_csv_file_speaks_for_itself(world: World) -> None:
    good = f"{HEADER}\n{GOOD_ROW}\n".encode()
    assert refusal(world.ada.upload(good, "positions.xlsx")) == (415, "ERR_CSV_002")
    assert refusal(world.ada.upload(b"PK\x03\x04")) == (415, "ERR_CSV_002")
    assert refusal(world.ada.upload(b"a" * (10 * 1024**2 + 1))) == (413, "ERR_CSV_001")


@pytest.mark.parametrize(
    "content", [b"%PDF-1.7 a,b", b"PK\x03\x04", b"\x89PNG\r\n\x1a\n\0\0", b"\xff\xd8\xff\xe0\0\x10"]
)
def test_the_declared_type_of_a_file_counts_for_nothing(world: World, content: bytes) -> None:
    def answered(content: bytes, declared: str) -> tuple[int, Any]:
        files = {"csv_file": ("positions.csv", content, declared)}
        answer = world.ada.post(
            "/onboarding/preview-csv", data={"price_source": "sample"}, files=files
        )
        return answer.status_code, answer.json()

    status, told = answered(content, "text/csv")
    assert (status, told["error"]["code"]) == (415, "ERR_CSV_002")
    for declared in ("application/pdf", "image/png", "text/html", ""):
        status, told = answered(f"{HEADER}\n{GOOD_ROW}\n".encode(), declared)
        assert (status, told["errors"]) == (200, [])


def test_positions_of_a_sample_account_end_with_the_sample_market(world: World) -> None:
    error = error_of(world.ada.open("SPY,1,152.11,2013-03-04"))
    assert [e["code"] for e in error["details"]["errors"]] == ["ERR_POS_012"]


def test_a_price_source_is_live_or_sample(world: World) -> None:
    answer = world.ada.open(GOOD_ROW, price_source="guess")
    assert refusal(answer) == (422, "ERR_REQUEST_001")
    assert [f["field"] for f in error_of(answer)["details"]["fields"]] == ["price_source"]


def test_a_description_is_told_as_a_field_of_the_request(world: World) -> None:
    answer = world.ada.open(GOOD_ROW, description="x" * 1001)
    assert refusal(answer) == (422, "ERR_REQUEST_001")
    assert [f["field"] for f in error_of(answer)["details"]["fields"]] == ["description"]


def test_an_account_name_is_taken_without_regard_to_case_and_blanks(world: World) -> None:
    world.ada.open_sample(account_name="Roth")
    assert refusal(world.ada.open(GOOD_ROW, account_name=" rOTH ")) == (409, "ERR_PORT_001")
    assert world.bob.open(GOOD_ROW, account_name="Roth").status_code == 201


def test_of_two_who_open_one_account_name_at_once_one_wins(world: World) -> None:
    ada = newcomer(world.program, world.client)
    with ThreadPoolExecutor(2) as threads:
        answers = list(threads.map(lambda _: ada.open(GOOD_ROW, account_name="IRA"), range(2)))
    refused = next(answer for answer in answers if answer.status_code != 201)
    assert sorted(answer.status_code for answer in answers) == [201, 409]
    assert refusal(refused) == (409, "ERR_PORT_001")
    assert ada.get("/portfolios").json()["total"] == 1


@pytest.mark.parametrize(("positions", "limit_s"), [(25, 1.0), (1000, 10.0)])
def test_opening_is_quick(world: World, positions: int, limit_s: float) -> None:
    """Ten times what `make bench` holds it to."""
    days = [date(2008, 8, 1) + timedelta(days=n) for n in range(positions)]
    rows = [f"SPY,{n + 1},142.00,{day}" for n, day in enumerate(days)]
    fastest = float("inf")
    for _ in range(3):
        began = time.perf_counter()
        answer = world.ada.open(*rows)
        fastest = min(fastest, time.perf_counter() - began)
        assert answer.json()["positions_imported"] == positions
    assert fastest < limit_s
