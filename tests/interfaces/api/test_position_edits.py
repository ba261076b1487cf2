"""Specification of editing positions over HTTP (spec 3.3, 4.5)."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import pytest
from httpx import Response

from tests.interfaces.conftest import World
from tests.support.visitors import HEADER, csv_file, error_of, refusal, work_off

IBM = {"symbol": "ibm", "quantity": 40, "entry_price": "191.00", "entry_date": "2013-01-14"}
CALLS = {
    "symbol": "GOOG130316C00800000",
    "quantity": "-2",
    "entry_price": 12.5,
    "entry_date": "2013-01-14",
}
FRACTIONS = csv_file("AAPL,1.12345678,500.123456,2013-01-14,1", header=f"{HEADER},Lot")


def places(portfolio_id: str, *rest: str) -> str:
    """The address of the positions of a portfolio, or below."""
    return "/".join([f"/portfolios/{portfolio_id}/positions", *rest])


def entered(world: World, portfolio_id: str, **changes: Any) -> Response:
    """What Ada is answered who enters shares of IBM, or others."""
    return world.ada.post(places(portfolio_id), json=IBM | changes)


def position_of(world: World, portfolio_id: str, **changes: Any) -> str:
    """The id of a position that Ada entered."""
    answer = entered(world, portfolio_id, **changes)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def corrected(world: World, portfolio_id: str, position_id: str, **changes: Any) -> Response:
    """What Ada is answered who corrects a position."""
    return world.ada.ask("PATCH", f"/api/v1{places(portfolio_id, position_id)}", json=changes)


def closed(world: World, portfolio_id: str, position_id: str, **what: Any) -> Response:
    """What Ada is answered who closes a position on 2013-02-01 at 205.18."""
    body = {"exit_date": "2013-02-01", "exit_price": "205.18", **what}
    return world.ada.post(places(portfolio_id, position_id, "close"), json=body)


def codes(answer: Response) -> set[tuple[str, str]]:
    """Fields and codes of all that is wrong with the positions of a request."""
    details = error_of(answer)["details"]
    assert details["total_errors"] == len(details["errors"])
    return {(error["field"], error["code"]) for error in details["errors"]}


class TestEntering:
    """One position or many, by the rules of the template's rows."""

    def test_it_is_held_from_its_entry_on(self, world: World) -> None:
        portfolio_id = world.ada.open_sample()
        answer = entered(world, portfolio_id, notes=" a tip ")
        assert answer.status_code == 201
        body = answer.json()
        assert body == {
            "id": body["id"],
            "portfolio_id": portfolio_id,
            "symbol": "IBM",
            "quantity": "40.00",
            "open_quantity": "40.00",
            "entry_price": "191.00",
            "entry_date": "2013-01-14",
            "exit_date": None,
            "exit_price": None,
            "closings": [],
            "position_type": "LONG",
            "investment_class": "PUBLIC",
            "investment_subtype": None,
            "multiplier": 1,
            "restates_from": None,
            "message": "Position IBM entered.",
        }
        assert int(answer.headers["X-Event-Position"]) == world.program.log.position()
        shown = world.ada.get(places(portfolio_id, body["id"])).json()
        assert (shown["notes"], shown["import_id"], shown["mark"]) == ("a tip", None, None)
        assert [p["symbol"] for p in world.ada.positions_of(portfolio_id)] == ["GOOG", "IBM", "SPY"]

    def test_two_identical_lots_are_two_lots(self, world: World) -> None:
        portfolio_id = world.ada.open_sample()
        first, second = position_of(world, portfolio_id), position_of(world, portfolio_id)
        assert first != second
        bulk = world.ada.post(places(portfolio_id, "bulk"), json={"positions": [IBM, IBM, CALLS]})
        assert bulk.status_code == 201
        assert (bulk.json()["total"], bulk.json()["message"]) == (3, "3 positions entered.")
        assert len({p["id"] for p in bulk.json()["positions"]} | {first, second}) == 5
        assert bulk.json()["positions"][2]["position_type"] == "SC"

    def test_an_option_may_be_told_by_its_terms_and_a_sale_with_it(self, world: World) -> None:
        portfolio_id = world.ada.open_sample()
        terms = {
            "underlying_symbol": "GOOG",
            "strike_price": 800,
            "expiration_date": "2013-03-16",
            "option_type": "call",
        }
        sold = {"exit_date": "2013-02-01", "exit_price": 0}
        answer = entered(world, portfolio_id, symbol=None, **terms, **sold)
        assert answer.status_code == 201
        assert answer.json()["symbol"] == "GOOG130316C00800000"
        assert answer.json()["closings"] == [
            {"date": "2013-02-01", "quantity": "40.00", "price": "0.00"}
        ]

    @pytest.mark.parametrize(
        ("field", "value", "code"),
        [
            ("symbol", "", "ERR_POS_001"),
            ("symbol", "I B M", "ERR_POS_002"),
            ("symbol", "X" * 101, "ERR_POS_003"),
            ("quantity", None, "ERR_POS_004"),
            ("quantity", "1e2", "ERR_POS_004"),
            ("quantity", 0, "ERR_POS_005"),
            ("quantity", "1.1234567", "ERR_POS_006"),
            ("entry_price", "free", "ERR_POS_007"),
            ("entry_price", -1, "ERR_POS_008"),
            ("entry_price", 190.005, "ERR_POS_009"),
            ("entry_date", "", "ERR_POS_010"),
            ("entry_date", "2013-1-14", "ERR_POS_011"),
            ("entry_date", "2013-03-02", "ERR_POS_012"),
            ("entry_date", "1900-01-02", "ERR_POS_013"),
            ("investment_class", "SHARE", "ERR_POS_014"),
            ("investment_subtype", "FUND", "ERR_POS_015"),
            ("exit_date", "2013-02-30", "ERR_POS_016"),
            ("exit_price", "5.00", "ERR_POS_017"),
            ("strike_price", "-1", "ERR_POS_019"),
            ("expiration_date", "soon", "ERR_POS_020"),
            ("option_type", "BOTH", "ERR_POS_021"),
            ("underlying_symbol", "TOO_LONG_FOR_ONE", "ERR_POS_026"),
            ("quantity", "1000000001", "ERR_POS_027"),
        ],
    )
    def test_what_a_row_is_refused_for_a_request_is_refused_for(
        self, world: World, field: str, value: Any, code: str
    ) -> None:
        before = world.program.log.position()
        answer = entered(world, world.unvalued, **{field: value})
        assert answer.status_code == 400
        assert (field, code) in codes(answer)
        assert error_of(answer)["code"] in {code for _, code in codes(answer)}
        assert world.program.log.position() == before

    def test_one_bad_position_keeps_all_of_them_out_and_every_mistake_is_told(
        self, world: World
    ) -> None:
        rows = [IBM, IBM | {"quantity": "0", "entry_date": ""}, CALLS | {"option_type": "PUT"}]
        answer = world.ada.post(places(world.unvalued, "bulk"), json={"positions": rows})
        error = error_of(answer)
        assert (answer.status_code, error["code"]) == (400, "ERR_POS_005")
        assert [(e["row"], e["field"], e["code"]) for e in error["details"]["errors"]] == [
            (2, "quantity", "ERR_POS_005"),
            (2, "entry_date", "ERR_POS_010"),
            (3, "options columns", "ERR_POS_024"),
        ]
        assert error["message"].startswith("Row 2: Quantity is zero.")
        assert error["message"].endswith("The details have 2 more.")

    @pytest.mark.parametrize("positions", [[], [IBM] * 1001, "IBM", [True]], ids=type)
    def test_what_is_no_list_of_positions_is_not_understood(
        self, world: World, positions: Any
    ) -> None:
        answer = world.ada.post(places(world.unvalued, "bulk"), json={"positions": positions})
        assert refusal(answer) == (422, "ERR_REQUEST_001")

    @pytest.mark.parametrize("changes", [{"quantity": True}, {"notes": "x" * 501}, {"symbol": []}])
    def test_what_is_neither_text_nor_number_is_not_understood(
        self, world: World, changes: Mapping[str, Any]
    ) -> None:
        assert refusal(entered(world, world.unvalued, **changes)) == (422, "ERR_REQUEST_001")


class TestCorrecting:
    """A position is stated as it should have been."""

    def test_what_is_said_is_corrected_and_the_rest_stays(self, world: World) -> None:
        portfolio_id = world.ada.open_sample()
        position_id = position_of(world, portfolio_id, notes="a tip")
        answer = corrected(
            world, portfolio_id, position_id, quantity=50, entry_date="2013-01-15", reason="typo"
        )
        assert answer.status_code == 200
        body = answer.json()
        assert (body["id"], body["quantity"], body["entry_price"]) == (
            *(position_id, "50.00", "191.00"),
        )
        assert (body["entry_date"], body["message"]) == ("2013-01-15", "Position corrected: IBM.")
        corrected(world, portfolio_id, position_id, investment_subtype="etf", notes="no tip")
        shown = world.ada.get(places(portfolio_id, position_id)).json()
        assert (shown["investment_subtype"], shown["notes"]) == ("ETF", "no tip")
        assert (shown["quantity"], shown["entry_date"]) == ("50.00", "2013-01-15")

    def test_what_is_so_already_is_nothing_to_do(self, world: World) -> None:
        position_id = position_of(world, world.unvalued)
        before = world.program.log.position()
        same = {"quantity": "40.0", "entry_price": None, "notes": None, "investment_subtype": ""}
        answer = corrected(world, world.unvalued, position_id, **same)
        assert (answer.status_code, answer.json()["restates_from"]) == (200, None)
        assert world.program.log.position() == before

    @pytest.mark.parametrize(
        ("changes", "field", "code"),
        [
            ({"quantity": ""}, "quantity", "ERR_POS_004"),
            ({"quantity": 0}, "quantity", "ERR_POS_005"),
            ({"quantity": "1.1234567"}, "quantity", "ERR_POS_006"),
            ({"entry_price": "1.001"}, "entry_price", "ERR_POS_009"),
            ({"entry_price": 0}, "entry_price", "ERR_POS_008"),
            ({"entry_date": "2013-03-02"}, "entry_date", "ERR_POS_012"),
            ({"investment_subtype": "ART"}, "investment_subtype", "ERR_POS_015"),
        ],
    )
    def test_a_correction_obeys_the_rules_of_rows(
        self, world: World, changes: Mapping[str, Any], field: str, code: str
    ) -> None:
        answer = corrected(world, world.unvalued, position_of(world, world.unvalued), **changes)
        assert refusal(answer) == (400, code)
        assert codes(answer) == {(field, code)}

    def test_an_option_cannot_be_entered_after_its_expiry(self, world: World) -> None:
        early = CALLS | {"symbol": "GOOG130119C00800000"}
        position_id = position_of(world, world.unvalued, **early)
        answer = corrected(world, world.unvalued, position_id, entry_date="2013-02-01")
        assert refusal(answer) == (400, "ERR_POS_020")

    def test_the_finer_numbers_of_an_import_may_stay(self, world: World) -> None:
        portfolio_id = world.ada.open_sample()
        imported = world.ada.import_file(portfolio_id, FRACTIONS)
        assert imported.status_code == 201, imported.text
        [held] = [p for p in world.ada.positions_of(portfolio_id) if p["symbol"] == "AAPL"]
        answer = corrected(world, portfolio_id, held["id"], quantity="2")
        assert (answer.status_code, answer.json()["entry_price"]) == (200, "500.123456")
        answer = corrected(world, portfolio_id, held["id"], entry_price="500.123457")
        assert refusal(answer) == (400, "ERR_POS_009")

    def test_what_contradicts_closings_is_refused(self, world: World) -> None:
        position_id = position_of(world, world.unvalued)
        assert closed(world, world.unvalued, position_id, quantity=30).status_code == 200
        for changes in ({"quantity": 29}, {"entry_date": "2013-02-04"}):
            answer = corrected(world, world.unvalued, position_id, **changes)
            assert refusal(answer) == (409, "ERR_POS_030")


class TestClosing:
    """A position is sold, in part or whole."""

    def test_a_part_brings_its_price_beyond_its_cost(self, world: World) -> None:
        position_id = position_of(world, world.unvalued)
        answer = closed(world, world.unvalued, position_id, quantity="15.5")
        assert answer.status_code == 200
        body = answer.json()
        assert (body["open_quantity"], body["exit_date"]) == ("24.50", None)
        assert body["closings"] == [{"date": "2013-02-01", "quantity": "15.50", "price": "205.18"}]
        assert body["realized_pnl"] == "219.79"  # 15.5 x 205.18 - 15.5 x 191.00
        assert body["message"] == "Position closed: of IBM 24.5 is left."
        assert int(answer.headers["X-Event-Position"]) == world.program.log.position()

    def test_what_is_left_goes_where_no_quantity_is_said(self, world: World) -> None:
        position_id = position_of(world, world.unvalued, **CALLS)
        closed(world, world.unvalued, position_id, quantity=1, exit_price="15.00")
        answer = closed(world, world.unvalued, position_id, exit_price="0", exit_date="2013-02-04")
        body = answer.json()
        assert (body["open_quantity"], body["exit_date"]) == ("0.00", "2013-02-04")
        assert body["realized_pnl"] == "1250.00"  # -1 x 100 x 0 + 1 x 100 x 12.50
        assert body["message"] == "Position closed: of GOOG130316C00800000 nothing is left."

    def test_after_a_split_a_part_is_of_the_shares_of_its_day(self, world: World) -> None:
        """AAPL was split two for one on 2005-02-28."""
        portfolio_id = world.ada.open_sample("AAPL,100,64.40,2004-12-31", equity_as_of="2004-12-31")
        work_off(world.program, world.ada.post(f"/portfolio/{portfolio_id}/calculate"))
        [held] = world.ada.positions_of(portfolio_id)
        day = {"exit_date": "2005-03-01", "exit_price": "44.50"}
        over = closed(world, portfolio_id, held["id"], quantity=201, **day)
        assert error_of(over)["details"] == {"symbol": "AAPL", "held": "200"}
        answer = closed(world, portfolio_id, held["id"], quantity=50, **day)
        assert answer.json()["open_quantity"] == "75.00"
        assert answer.json()["realized_pnl"] == "615.00"  # 50 x 44.50 - 25 x 64.40

    def test_more_than_is_held_is_refused_with_what_is(self, world: World) -> None:
        position_id = position_of(world, world.unvalued)
        answer = closed(world, world.unvalued, position_id, quantity="40.01")
        assert refusal(answer) == (409, "ERR_POS_028")
        assert error_of(answer)["details"] == {"symbol": "IBM", "held": "40"}
        assert closed(world, world.unvalued, position_id).status_code == 200
        assert refusal(closed(world, world.unvalued, position_id)) == (409, "ERR_POS_028")

    @pytest.mark.parametrize(
        ("what", "code"),
        [
            ({"exit_date": None}, "ERR_POS_017"),
            ({"exit_price": ""}, "ERR_POS_017"),
            ({"exit_date": "yesterday"}, "ERR_POS_016"),
            ({"exit_date": "2013-03-02"}, "ERR_POS_016"),
            ({"exit_date": "2013-01-11"}, "ERR_POS_016"),
            ({"exit_price": "0"}, "ERR_POS_023"),
            ({"exit_price": -1}, "ERR_POS_023"),
            ({"exit_price": "1.001"}, "ERR_POS_023"),
            ({"quantity": "some"}, "ERR_POS_004"),
            ({"quantity": 0}, "ERR_POS_005"),
            ({"quantity": "0.0000001"}, "ERR_POS_006"),
            ({"quantity": 10**10}, "ERR_POS_027"),
        ],
    )
    def test_what_is_no_closing_is_refused(
        self, world: World, what: Mapping[str, Any], code: str
    ) -> None:
        position_id = position_of(world, world.unvalued)
        assert refusal(closed(world, world.unvalued, position_id, **what)) == (400, code)


class TestRemoving:
    """A position goes that had been entered by mistake."""

    def test_it_is_nowhere_any_more(self, world: World) -> None:
        portfolio_id = world.ada.open_sample()
        position_id = position_of(world, portfolio_id)
        place = f"/api/v1{places(portfolio_id, position_id)}"
        answer = world.ada.ask("DELETE", place, params={"reason": "not mine"})
        assert answer.status_code == 200
        assert answer.json() == {
            "id": position_id,
            "restates_from": None,
            "message": "Position removed.",
        }
        assert [p["symbol"] for p in world.ada.positions_of(portfolio_id)] == ["GOOG", "SPY"]
        assert refusal(world.ada.get(places(portfolio_id, position_id))) == (404, "ERR_POS_404")
        before = world.program.log.position()
        assert world.ada.ask("DELETE", place).status_code == 200
        assert world.program.log.position() == before
        assert position_of(world, portfolio_id) != position_id


class TestRevaluing:
    """A private asset gets a price."""

    HOUSE = csv_file(
        "BARN,1,90000.00,2012-12-31,PRIVATE,REAL_ESTATE",
        header="Symbol,Quantity,Entry Price Per Share,Entry Date,Investment Class,"
        "Investment Subtype",
    )

    def revalued(self, world: World, portfolio_id: str, **what: Any) -> Response:
        """What Ada is answered who puts a price on her barn."""
        [barn] = [p for p in world.ada.positions_of(portfolio_id) if p["symbol"] != "SPY"]
        body = {"date": "2013-02-01", "price": "95000.00", "note": "appraisal", **what}
        return world.ada.post(places(portfolio_id, barn["id"], "revalue"), json=body)

    def test_its_price_is_told(self, world: World) -> None:
        portfolio_id = str(world.ada.upload(self.HOUSE).json()["portfolio_id"])
        answer = self.revalued(world, portfolio_id)
        assert (answer.status_code, answer.json()["symbol"]) == (200, "BARN")
        assert answer.json()["message"] == "Position revalued: BARN at 95000.00 from 2013-02-01 on."
        before = world.program.log.position()
        assert self.revalued(world, portfolio_id, price=95000).status_code == 200
        assert world.program.log.position() == before

    @pytest.mark.parametrize(
        ("what", "code"),
        [
            ({"date": ""}, "ERR_POS_031"),
            ({"date": "2013-03-02"}, "ERR_POS_031"),
            ({"date": "2012-12-28"}, "ERR_POS_031"),
            ({"price": None}, "ERR_POS_031"),
            ({"price": "-0.01"}, "ERR_POS_031"),
            ({"price": "1.001"}, "ERR_POS_031"),
            ({"price": "1000000001"}, "ERR_POS_027"),
        ],
    )
    def test_what_is_no_price_of_a_day_is_refused(
        self, world: World, what: Mapping[str, Any], code: str
    ) -> None:
        portfolio_id = str(world.ada.upload(self.HOUSE).json()["portfolio_id"])
        assert refusal(self.revalued(world, portfolio_id, **what)) == (400, code)

    def test_what_the_market_prices_is_refused(self, world: World) -> None:
        answer = self.revalued(world, world.ada.open_sample())
        assert refusal(answer) == (409, "ERR_POS_029")


@pytest.mark.parametrize("position_id", [str(UUID(int=404)), "nothing"])
def test_an_unknown_position_is_refused_everywhere(world: World, position_id: str) -> None:
    place = places(world.unvalued, position_id)
    exit_ = {"exit_date": "2013-02-01", "exit_price": "1.00"}
    answers = [
        world.ada.get(place),
        corrected(world, world.unvalued, position_id, quantity=1),
        world.ada.ask("DELETE", f"/api/v1{place}"),
        world.ada.post(f"{place}/close", json=exit_),
        world.ada.post(f"{place}/revalue", json={"date": "2013-02-01", "price": 1}),
    ]
    assert [refusal(answer) for answer in answers] == [(404, "ERR_POS_404")] * 5


def test_edits_of_a_valued_past_say_from_when_on_it_is_stale(world: World) -> None:
    portfolio_id = world.ada.open_sample()
    work_off(world.program, world.ada.post(f"/portfolio/{portfolio_id}/calculate"))
    answer = entered(world, portfolio_id)
    position_id = answer.json()["id"]
    stale = [answer.json()["restates_from"]]
    stale.append(closed(world, portfolio_id, position_id, quantity=5).json()["restates_from"])
    for changes in ({"entry_date": "2013-01-10"}, {"notes": "of the 10th"}):
        answer = corrected(world, portfolio_id, position_id, **changes)
        stale.append(answer.json()["restates_from"])
    assert stale == ["2013-01-14", "2013-02-01", "2013-01-10", None]
    assert (
        "Valuations from 2013-01-14 on are stale" in entered(world, portfolio_id).json()["message"]
    )
