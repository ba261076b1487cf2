"""Specification of correcting an opening and entering corporate actions over HTTP (spec 4.5)."""

from collections.abc import Mapping
from typing import Any

import pytest
from httpx import Response

from tests.interfaces.conftest import World
from tests.support.visitors import refusal, work_off


def opening(world: World, portfolio_id: str, **body: Any) -> Response:
    """What Ada is answered who corrects what an account started from."""
    return world.ada.ask("PATCH", f"/api/v1/portfolios/{portfolio_id}/opening", json=body)


def action(world: World, portfolio_id: str, **changes: Any) -> Response:
    """What Ada is answered who says that GOOG was split on 2013-02-01, or else."""
    body = {"symbol": "goog", "kind": "split", "ex_date": "2013-02-01", "value": "2", **changes}
    return world.ada.post(f"/portfolios/{portfolio_id}/corporate-actions", json=body)


class TestTheOpening:
    """What an account started from is corrected."""

    def test_it_is_as_corrected_and_every_day_is_stale(self, world: World) -> None:
        portfolio_id = world.ada.open_sample()
        work_off(world.program, world.ada.post(f"/portfolio/{portfolio_id}/calculate"))
        answer = opening(world, portfolio_id, equity_balance=512500.5, reason="misread")
        assert answer.status_code == 200
        assert answer.json() == {
            "portfolio_id": portfolio_id,
            "equity_balance": "512500.50",
            "equity_as_of": "2012-12-31",
            "restates_from": "2012-12-31",
            "message": "Opening corrected: 512500.50 USD as of 2012-12-31. Valuations from "
            "2012-12-31 on are stale until the next calculation.",
        }
        shown = world.ada.get(f"/portfolios/{portfolio_id}").json()
        assert (shown["equity_balance"], shown["version"]) == ("512500.50", 3)

    def test_a_day_without_session_means_the_one_before(self, world: World) -> None:
        portfolio_id = world.ada.open_sample()
        answer = opening(world, portfolio_id, equity_as_of="2013-01-06")
        assert answer.json()["equity_as_of"] == "2013-01-04"
        assert answer.json()["equity_balance"] == "500000.00"
        assert answer.json()["restates_from"] is None

    def test_what_is_so_already_is_nothing_to_do(self, world: World) -> None:
        before = world.program.log.position()
        for body in ({}, {"equity_balance": "500000"}, {"equity_as_of": "2012-12-31"}):
            assert opening(world, world.unvalued, **body).status_code == 200
        assert world.program.log.position() == before

    @pytest.mark.parametrize(
        ("body", "status", "code"),
        [
            ({"equity_balance": "0"}, 400, "ERR_PORT_005"),
            ({"equity_balance": "1.001"}, 400, "ERR_PORT_005"),
            ({"equity_balance": "much"}, 400, "ERR_PORT_005"),
            ({"equity_balance": 1000000000.01}, 400, "ERR_PORT_006"),
            ({"equity_as_of": "2013-03-02"}, 400, "ERR_PORT_012"),
            ({"equity_as_of": "1999-12-31"}, 400, "ERR_PORT_012"),
            ({"equity_as_of": "soon"}, 400, "ERR_PORT_012"),
            ({"reason": "x" * 501}, 422, "ERR_REQUEST_001"),
        ],
    )
    def test_what_is_no_opening_is_refused(
        self, world: World, body: Mapping[str, Any], status: int, code: str
    ) -> None:
        assert refusal(opening(world, world.unvalued, **body)) == (status, code)


class TestCorporateActions:
    """The owner's own splits and dividends."""

    def test_the_latest_entry_of_a_symbol_day_and_kind_is_listed(self, world: World) -> None:
        portfolio_id = world.ada.open_sample()
        answer = action(world, portfolio_id)
        assert answer.status_code == 201
        assert answer.json() == {
            "symbol": "GOOG",
            "kind": "split",
            "ex_date": "2013-02-01",
            "value": "2",
            "restates_from": None,
            "message": "Split of GOOG on 2013-02-01 entered: 2.",
        }
        action(world, portfolio_id, value="0.3333333333")
        action(world, portfolio_id, kind="DIVIDEND", value=0.10, ex_date="2013-02-04")
        listed = world.ada.get(f"/portfolios/{portfolio_id}/corporate-actions").json()
        assert listed["total"] == 2
        assert [(a["kind"], a["value"]) for a in listed["corporate_actions"]] == [
            ("dividend", "0.1"),
            ("split", "0.3333333333"),
        ]

    def test_a_dividend_makes_the_days_from_its_own_on_stale_and_a_split_all(
        self, world: World
    ) -> None:
        portfolio_id = world.ada.open_sample()
        work_off(world.program, world.ada.post(f"/portfolio/{portfolio_id}/calculate"))
        paid = action(world, portfolio_id, kind="dividend", value="0.10")
        assert paid.json()["restates_from"] == "2013-02-01"
        assert action(world, portfolio_id).json()["restates_from"] == "2012-12-31"
        before = world.program.log.position()
        assert action(world, portfolio_id, value="2.0").json()["restates_from"] is None
        assert world.program.log.position() == before

    @pytest.mark.parametrize(
        ("changes", "status", "code"),
        [
            ({"symbol": ""}, 400, "ERR_POS_001"),
            ({"symbol": "GO OG"}, 400, "ERR_POS_002"),
            ({"symbol": "X" * 101}, 400, "ERR_POS_003"),
            ({"value": "0"}, 400, "ERR_ACTION_001"),
            ({"value": "2:1"}, 400, "ERR_ACTION_001"),
            ({"value": None}, 400, "ERR_ACTION_001"),
            ({"kind": "dividend", "value": "-1"}, 400, "ERR_ACTION_001"),
            ({"ex_date": "2013-03-02"}, 400, "ERR_ACTION_002"),
            ({"ex_date": "1999-01-04"}, 400, "ERR_ACTION_002"),
            ({"ex_date": "2013-2-1"}, 400, "ERR_ACTION_002"),
            ({"kind": "merger"}, 422, "ERR_REQUEST_001"),
        ],
    )
    def test_what_is_no_action_is_refused(
        self, world: World, changes: Mapping[str, Any], status: int, code: str
    ) -> None:
        assert refusal(action(world, world.unvalued, **changes)) == (status, code)
