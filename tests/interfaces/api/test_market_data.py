"""Contract of market data: prices with their source, coverage, prices handed in (spec 4.8)."""

import time
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.interfaces.conftest import World
from tests.support.visitors import error_of, newcomer, refusal, work_off

CSV = {"Content-Type": "text/csv"}


def prices_of(world: World, symbol: str, **query: str) -> list[dict[str, Any]]:
    """What is answered of a symbol's prices."""
    answer = world.ada.get(f"/market-data/prices/{symbol}", params=query)
    assert answer.status_code == 200, answer.text
    prices: list[dict[str, Any]] = answer.json()["prices"]
    return prices


def hand_in(world: World, *lines: str) -> dict[str, Any]:
    """What is answered to prices handed in as CSV by a superuser."""
    body = "\n".join(["symbol,date,close", *lines])
    answer = world.superuser.post("/admin/market-data/prices", content=body, headers=CSV)
    assert answer.status_code == 200, answer.text
    handed: dict[str, Any] = answer.json()
    return handed


def test_prices_come_with_their_source_and_when_they_were_learnt(world: World) -> None:
    prices = prices_of(world, "goog", market="sample", **{"from": "2013-02-27", "to": "2013-02-28"})
    assert [(price["date"], price["price"], price["source"]) for price in prices] == [
        ("2013-02-27", "799.78", "bundled"),
        ("2013-02-28", "801.20", "bundled"),
    ]
    learnt = datetime.fromisoformat(prices[0]["learnt_at"])
    assert abs((datetime.now(UTC) - learnt).total_seconds()) < 600


def test_prices_are_of_the_last_three_months_unless_asked_otherwise(world: World) -> None:
    days = [price["date"] for price in prices_of(world, "GOOG", market="sample")]
    assert (days[0], days[-1], len(days)) == ("2012-11-29", "2013-03-01", 63)
    assert prices_of(world, "GOOG") == []  # of live accounts
    assert prices_of(world, "NOBODY") == []
    assert prices_of(world, "GOOG", to="0001-01-01") == []


def test_a_day_that_is_none_is_refused_in_a_sentence(world: World) -> None:
    answer = world.ada.get("/market-data/prices/GOOG", params={"from": "yesterday"})
    assert refusal(answer) == (422, "ERR_REQUEST_001")


def test_coverage_says_of_each_symbol_what_is_known(world: World) -> None:
    portfolio_id = world.ada.open_sample("GOOG,100,700.00,2012-12-31", "NVDA,100,12.00,2012-12-31")
    query = {"portfolio_id": portfolio_id}
    body = world.ada.get("/market-data/coverage", params=query).json()
    assert (body["session"], body["priced"], body["need_price"]) == ("2013-03-01", 1, 2)
    assert (body["coverage_percentage"], body["ready_for_batch"]) == (50.0, False)
    assert body["symbols"] == [
        {
            "symbol": "GOOG",
            "priced_by": "GOOG",
            "state": "close",
            "price": "806.19",
            "date": "2013-03-01",
            "source": "bundled",
            "lacking_since": None,
        },
        {
            "symbol": "NVDA",
            "priced_by": "NVDA",
            "state": "missing",
            "price": None,
            "date": None,
            "source": None,
            "lacking_since": None,
        },
    ]
    assert body["warnings"] == ["1 of 2 symbols have a usable price on 2013-03-01; without: NVDA."]


@pytest.mark.parametrize("portfolio_id", ["seven", "00000000-0000-4000-8000-000000000000"])
def test_coverage_of_no_portfolio_is_refused(world: World, portfolio_id: str) -> None:
    answer = world.ada.get("/market-data/coverage", params={"portfolio_id": portfolio_id})
    assert refusal(answer) == (404, "ERR_PORT_404")


def test_a_superuser_hands_prices_in_and_everybody_sees_them(world: World) -> None:
    rows = ("BARN,2024-01-08,7.10", "barn , 2024-01-09,7.15")
    assert hand_in(world, *rows) == {"learnt": 2, "unchanged": 0, "refused": []}
    assert hand_in(world, *rows) == {"learnt": 0, "unchanged": 2, "refused": []}
    shown = prices_of(world, "BARN", **{"from": "2024-01-01", "to": "2024-01-31"})
    assert [(price["price"], price["source"]) for price in shown] == [
        ("7.10", "admin"),
        ("7.15", "admin"),
    ]


def test_the_newest_of_several_prices_of_a_day_counts(world: World) -> None:
    hand_in(world, "TWICE,2024-01-08,7.10")
    assert hand_in(world, "TWICE,2024-01-08,7.20")["learnt"] == 1
    [price] = prices_of(world, "TWICE", **{"from": "2024-01-08", "to": "2024-01-08"})
    assert price["price"] == "7.20"


def test_each_price_that_is_refused_is_told_with_its_reason(world: World) -> None:
    handed = hand_in(
        world,
        *("SHED,2024-01-08,100", "SHED,2024-01-09,1000", "SHED,2024-01-10,101"),
        *("SHED,2024-01-11,?", "SHED,2024-01-13,101", "SHED,2099-01-12,101", "SHED,2024-01-12,0"),
    )
    assert handed == {
        "learnt": 2,
        "unchanged": 0,
        "refused": [
            "Row 5: The close is a plain decimal such as 430.47, without signs.",
            "admin, SHED on 2024-01-13: 101 is of a day without trading; it was not used.",
            "admin, SHED on 2099-01-12: 101 is of a session that is not completed;"
            " it was not used.",
            "admin, SHED on 2024-01-12: 0 is not a price; it was not used.",
            "admin, SHED on 2024-01-09: 1000 against 100 on 2024-01-08 and 101 on 2024-01-10;"
            " it was put aside until the next session confirms it.",
        ],
    }


def test_a_row_with_a_cell_that_is_far_too_long_is_refused_alone(world: World) -> None:
    handed = hand_in(world, f"LONG,2024-01-08,{'7' * 200_000}", "LONG,2024-01-09,7.10")
    assert handed == {
        "learnt": 1,
        "unchanged": 0,
        "refused": ["Row 2: A cell has over 131,072 characters."],
    }


def test_prices_are_handed_in_as_json_too(world: World) -> None:
    row = {"symbol": "HUT", "date": "2024-01-08", "close": "7.10"}
    bad = row | {"date": "8.1.2024"}
    answer = world.superuser.post("/admin/market-data/prices", json={"prices": [row, bad]})
    assert answer.json() == {
        "learnt": 1,
        "unchanged": 0,
        "refused": ["Row 2: The date is written YYYY-MM-DD, such as 2013-03-01."],
    }


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"{}", b'{"prices": [{"symbol": 1}]}', b'{"prices": [], "more": 1}']
)
def test_json_of_another_shape_is_refused(world: World, body: bytes) -> None:
    json = {"Content-Type": "application/json"}
    answer = world.superuser.post("/admin/market-data/prices", content=body, headers=json)
    assert refusal(answer) == (422, "ERR_REQUEST_001")
    assert error_of(answer)["details"]["fields"]


@pytest.mark.parametrize("body", ["", "GOOG;2024-01-08;7", "\x00\xff"])
def test_a_file_without_the_columns_teaches_nothing(world: World, body: str) -> None:
    answer = world.superuser.post("/admin/market-data/prices", content=body, headers=CSV)
    assert answer.json() == {
        "learnt": 0,
        "unchanged": 0,
        "refused": ["Row 1: The header needs symbol,date,close or symbol,ex_date,kind,value."],
    }


def test_splits_are_not_handed_in(world: World) -> None:
    body = "symbol,ex_date,kind,value\nGOOG,2024-01-08,split,2"
    answer = world.superuser.post("/admin/market-data/prices", content=body, headers=CSV)
    assert answer.json()["refused"] == [
        "Splits and dividends are not handed in here; their rows were not used."
    ]


def test_a_user_may_not_hand_prices_in(world: World) -> None:
    body = "symbol,date,close\nMINE,2024-01-08,7"
    answer = world.ada.post("/admin/market-data/prices", content=body, headers=CSV)
    assert refusal(answer) == (403, "ERR_ADMIN_001")
    assert prices_of(world, "MINE", **{"from": "2024-01-08", "to": "2024-01-08"}) == []


def test_calculate_says_what_is_known_before_it_begins(world: World) -> None:
    ada = newcomer(world.program, world.client)
    portfolio_id = ada.open_sample("NVDA,100,12.00,2012-12-31", "TSLA,100,34.00,2012-12-31")
    began = time.perf_counter()
    first = ada.post(f"/portfolio/{portfolio_id}/calculate")
    assert time.perf_counter() - began < 20
    told = first.json()["preprocessing"]
    assert told == {
        "symbols_count": 2,
        "security_master_enriched": 0,
        "prices_bootstrapped": 0,
        "price_coverage_percentage": 0.0,
        "ready_for_batch": False,
        "warnings": ["0 of 2 symbols have a usable price on 2013-03-01; without: NVDA, TSLA."],
        "recommendations": told["recommendations"],
    }
    assert told["recommendations"][0].startswith("The calculation asks the providers")
    work_off(world.program, first)
    second = ada.post(f"/portfolio/{portfolio_id}/calculate")
    told = second.json()["preprocessing"]
    assert (told["price_coverage_percentage"], told["ready_for_batch"]) == (0.0, False)
    assert told["warnings"] == [
        "0 of 2 symbols have a usable price on 2013-03-01; without: NVDA, TSLA."
    ]
    assert len(told["recommendations"]) == 1
    work_off(world.program, second)
    assert ada.get(f"/portfolios/{portfolio_id}").json()["needs_price_update"] is True


def test_calculate_counts_what_others_brought_for_an_account_never_valued(world: World) -> None:
    ada = newcomer(world.program, world.client)
    rows = [f"{symbol},1,10.00,2012-12-31" for symbol in ("GOOG", "NVDA", "TSLA")]
    portfolio_id = ada.open_sample(*rows)
    told = ada.post(f"/portfolio/{portfolio_id}/calculate").json()["preprocessing"]
    assert (told["prices_bootstrapped"], told["price_coverage_percentage"]) == (1, 33.3)
    assert told["ready_for_batch"] is False


def test_a_security_is_told_as_far_as_it_is_known(world: World) -> None:
    world.program.securities.enrich("sample", ["MSFT"])
    body = world.ada.get("/market-data/securities/msft").json()
    assert (body["symbol"], body["sector"]) == ("MSFT", "Information Technology")
    assert (body["sources"], body["beta"]) == (["pytickersymbols"], None)
    unknown = world.ada.get("/market-data/securities/NOBODY").json()
    assert {name for name, value in unknown.items() if value} == {"symbol"}
