"""Specification of versions of days over HTTP: a price corrected three weeks later (4.10, 5.4)."""

from datetime import date
from decimal import Decimal

import pytest

from application.ports import Close, Fetched
from tests.interfaces.conftest import World
from tests.support.visitors import AFTER_ALL, BEFORE_ALL, refusal, work_off

DAY = "2013-02-01"


@pytest.fixture(scope="module")
def shown_at(world: World) -> str:
    """When Ada looked at the day before its price was corrected."""
    first = versions(world)[0]["recorded_at"]
    close = Close("GOOG", date.fromisoformat(DAY), Decimal("700.00"), "admin")
    assert world.program.prices.book.learn("sample", Fetched(closes=[close])) == 1
    work_off(world.program, world.ada.post(f"/portfolio/{world.valued}/calculate"))
    return str(first)


def versions(world: World, day: str = DAY) -> list[dict[str, object]]:
    """The versions of a day of Ada's."""
    answer = world.ada.get(f"/audit/valuations/{world.valued}/{day}/versions")
    assert answer.status_code == 200, answer.text
    found: list[dict[str, object]] = answer.json()["versions"]
    return found


def test_both_versions_the_difference_and_the_cause_are_one_answer(
    world: World, shown_at: str
) -> None:
    told = world.ada.get(
        f"/audit/portfolios/{world.valued}/as-of", params={"effective": DAY, "known": shown_at}
    ).json()

    assert [told["then"]["version"], told["now"]["version"]] == [1, 2]
    [line] = told["difference"]["lines"]
    assert (line["symbol"], line["before"]["mark_price"]) == ("GOOG", "775.60")
    assert line["after"]["mark_price"] == "700.00"
    [origin] = told["origins"]
    row = origin["row"]
    assert (row["symbol"], row["date"], row["value"]) == ("GOOG", DAY, "700")
    assert origin["event"] is None


def test_as_known_now_nothing_differs(world: World, shown_at: str) -> None:
    told = world.ada.get(f"/audit/portfolios/{world.valued}/as-of?effective={DAY}").json()
    assert told["then"] == told["now"]
    assert (told["difference"], told["origins"]) == (None, [])
    assert told["now"]["recorded_at"] > shown_at


@pytest.mark.usefixtures("shown_at")
def test_each_version_says_what_it_says_otherwise_and_why(world: World) -> None:
    first, second = versions(world)
    assert (first["difference"], first["caused_by"]) == (None, "")
    assert str(second["caused_by"]).startswith("price_book:")
    assert "price of GOOG" in str(second["reason"])


def test_of_a_day_never_valued_there_is_none(world: World) -> None:
    assert versions(world, "2013-02-03") == []
    told = world.ada.get(f"/audit/portfolios/{world.unvalued}/as-of?effective={DAY}").json()
    assert (told["date"], told["then"], told["now"]) == (DAY, None, None)


def test_a_figure_leads_to_price_row_event_and_file(world: World) -> None:
    told = world.ada.get(f"/audit/valuations/{world.valued}/2013-03-01/manifest").json()

    assert told["available"] is True
    assert told["risk_free_rate"] == "0.04"
    values = sum(Decimal(line["market_value"]) for line in told["lines"])
    assert Decimal(told["net_asset_value"]) == Decimal(told["cash"]) + values
    for line in told["lines"]:
        assert line["learnt"]["symbol"] == line["symbol"]
        assert line["learnt"]["date"] == line["mark"]["date"]
        assert line["learnt"]["row"] <= told["prices_known"]
        assert Decimal(line["learnt"]["value"]) == Decimal(line["mark"]["price"])
        statement = line["statement"]
        assert statement["event"]["kind"] == "portfolio.positions_imported"
        assert statement["row"] >= 2
        assert len(statement["sha256"]) == 64


@pytest.mark.usefixtures("shown_at")
def test_an_earlier_version_leads_to_what_was_known_then(world: World) -> None:
    url = f"/audit/valuations/{world.valued}/{DAY}/manifest"
    for version, price in ((1, "775.60"), (2, "700.00"), (None, "700.00")):
        asked = {"version": version} if version else {}
        told = world.ada.get(url, params=asked).json()
        [goog] = [line for line in told["lines"] if line["symbol"] == "GOOG"]
        assert goog["mark"]["price"] == price
        assert Decimal(goog["learnt"]["value"]) == Decimal(price)
    assert world.ada.get(url, params={"version": 3}).json()["available"] is False


def test_history_is_for_the_owner_and_for_auditors(world: World) -> None:
    for path in (f"valuations/{world.valued}/{DAY}/versions",
                 f"portfolios/{world.valued}/as-of?effective={DAY}"):  # fmt: skip
        assert refusal(world.bob.get(f"/audit/{path}")) == (403, "ERR_PORT_403")
        assert world.auditor.get(f"/audit/{path}").status_code == 200


@pytest.mark.parametrize("known", ["2026-01-05T12:00:00", BEFORE_ALL, AFTER_ALL])
def test_an_instant_without_an_offset_or_beyond_the_calendar_is_refused(
    world: World, known: str
) -> None:
    asked = {"effective": DAY, "known": known}
    answer = world.ada.get(f"/audit/portfolios/{world.valued}/as-of", params=asked)
    assert refusal(answer) == (422, "ERR_REQUEST_001")
