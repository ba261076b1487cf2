"""Specification of reading portfolios and positions (spec 4.1, 4.5)."""

from uuid import uuid4

import pytest

from tests.interfaces.conftest import World
from tests.support.visitors import error_of, newcomer, refusal, work_off

SOLD = "SPY,200,142.00,2012-12-31,2013-01-15,147.07"
WITH_EXIT = "Symbol,Quantity,Entry Price Per Share,Entry Date,Exit Date,Exit Price Per Share"


def test_portfolios_are_listed_oldest_first_with_their_weights(world: World) -> None:
    ada = newcomer(world.program, world.client)
    ids = [ada.open_sample(equity_balance=equity) for equity in ("300000.00", "100000")]
    for portfolio_id in ids:
        work_off(world.program, ada.post(f"/portfolio/{portfolio_id}/calculate"))
    body = ada.get("/portfolios").json()
    worth = [float(entry["net_asset_value"]) for entry in body["portfolios"]]
    assert body["total"] == 2
    assert [entry["id"] for entry in body["portfolios"]] == ids
    assert [entry["equity_balance"] for entry in body["portfolios"]] == ["300000.00", "100000.00"]
    assert [entry["weight"] for entry in body["portfolios"]] == pytest.approx(
        [one / sum(worth) for one in worth]
    )
    assert ada.get(f"/portfolios/{ids[0]}").json() == body["portfolios"][0]


def test_a_page_says_how_many_there_are_in_all(world: World) -> None:
    ada = newcomer(world.program, world.client)
    ids = [ada.open_sample() for _ in range(3)]
    body = ada.get("/portfolios", params={"limit": 1, "offset": 1}).json()
    assert (body["total"], [entry["id"] for entry in body["portfolios"]]) == (3, [ids[1]])


@pytest.mark.parametrize(
    "page", [{"limit": 0}, {"limit": 201}, {"limit": "x"}, {"offset": -1}, {"offset": 10**30}]
)
def test_a_page_beyond_the_bounds_is_refused(world: World, page: dict[str, object]) -> None:
    answer = world.ada.get("/portfolios", params=page)
    assert refusal(answer) == (422, "ERR_REQUEST_001")
    assert [f["field"] for f in error_of(answer)["details"]["fields"]] == list(page)


def test_before_the_first_valuation_its_figures_are_null(world: World) -> None:
    entry = world.ada.get(f"/portfolios/{world.unvalued}").json()
    assert (entry["net_asset_value"], entry["valuation_date"], entry["weight"]) == (None,) * 3
    assert entry["needs_price_update"] is False
    assert entry["is_active"] is True
    [position, _] = world.ada.get(f"/portfolios/{world.unvalued}/positions").json()["positions"]
    assert (position["mark"], position["market_value"], position["weight"]) == (None,) * 3


def test_a_position_is_shown_with_its_mark_and_figures(world: World) -> None:
    body = world.ada.get(f"/portfolios/{world.valued}/positions").json()
    goog, spy = body["positions"]
    assert body["total"] == 2
    assert goog["mark"] == {
        "price": "806.19",
        "date": "2013-03-01",
        "source": "close",
        "quality": "good",
        "provider": "bundled",
    }
    assert (goog["quantity"], goog["market_value"]) == ("100.00", "80619.00")
    assert (spy["quantity"], spy["market_value"]) == ("200.00", "30422.00")
    assert (goog["position_type"], goog["investment_class"]) == ("LONG", "PUBLIC")
    assert goog["unrealized_pnl"] == "10619.00"
    nav = float(world.ada.get(f"/portfolios/{world.valued}").json()["net_asset_value"])
    assert goog["weight"] == pytest.approx(80619 / nav)


def test_positions_are_picked_by_whether_they_are_open(world: World) -> None:
    ada = newcomer(world.program, world.client)
    content = "\n".join([WITH_EXIT, "GOOG,-1,700.00,2012-12-31,,", SOLD]).encode()
    portfolio_id = ada.upload(content).json()["portfolio_id"]
    work_off(world.program, ada.post(f"/portfolio/{portfolio_id}/calculate"))
    symbols = {
        status: [
            position["symbol"]
            for position in ada.get(
                f"/portfolios/{portfolio_id}/positions", params={"status": status}
            ).json()["positions"]
        ]
        for status in ("open", "closed", "all")
    }
    assert symbols == {"open": ["GOOG"], "closed": ["SPY"], "all": ["GOOG", "SPY"]}
    [sold] = ada.get(f"/portfolios/{portfolio_id}/positions?status=closed").json()["positions"]
    assert (sold["exit_date"], sold["exit_price"]) == ("2013-01-15", "147.07")
    assert sold["realized_pnl"] == "1014.00"  # 200 x (147.07 - 142.00)


def test_positions_come_in_the_order_and_of_the_class_asked_for(world: World) -> None:
    def symbols(query: str) -> list[str]:
        answer = world.ada.get(f"/portfolios/{world.valued}/positions?{query}")
        assert answer.status_code == 200, answer.text
        return [position["symbol"] for position in answer.json()["positions"]]

    assert symbols("sort=market_value") == ["SPY", "GOOG"]
    assert symbols("sort=-market_value") == ["GOOG", "SPY"]
    assert symbols("sort=-symbol&limit=1") == ["SPY"]
    assert symbols("investment_class=PUBLIC") == ["GOOG", "SPY"]
    assert symbols("investment_class=OPTIONS") == []
    wrong = world.ada.get(f"/portfolios/{world.valued}/positions?sort=luck")
    assert refusal(wrong) == (422, "ERR_REQUEST_001")


def test_another_status_is_refused(world: World) -> None:
    answer = world.ada.get(f"/portfolios/{world.valued}/positions?status=sold")
    assert refusal(answer) == (422, "ERR_REQUEST_001")


ROUTES = [
    ("GET", "/portfolios/{}"),
    ("GET", "/portfolios/{}/positions?status=nonsense"),
    ("GET", "/portfolios/{}/export"),
    ("GET", "/portfolios/{}/imports?limit=nonsense"),
    ("POST", "/portfolios/{}/imports"),
    ("GET", "/portfolios/{}/imports/not-an-id"),
    ("GET", "/portfolios/{}/imports/not-an-id/rejected-rows"),
    ("POST", "/portfolios/{}/imports/not-an-id/revert"),
    ("POST", "/portfolios/{}/imports/not-an-id/redo"),
    ("POST", "/portfolio/{}/calculate"),
    ("POST", "/portfolios/{}/calculate"),
    ("GET", "/portfolio/{}/batch-status/x"),
    ("GET", "/portfolios/{}/batch-status/x"),
    ("GET", "/analytics/portfolio/{}/overview"),
    ("GET", "/analytics/portfolio/{}/valuations?from=nonsense"),
    ("GET", "/analytics/portfolio/{}/valuations/nonsense"),
]


@pytest.mark.parametrize(("method", "route"), ROUTES)
def test_another_users_portfolio_and_an_unknown_one_are_refused_first(
    world: World, method: str, route: str
) -> None:
    for portfolio_id, expected in [
        (world.valued, (403, "ERR_PORT_403")),
        (str(uuid4()), (404, "ERR_PORT_404")),
        ("not-an-id", (404, "ERR_PORT_404")),
    ]:
        answer = world.bob.ask(method, "/api/v1" + route.format(portfolio_id))
        assert refusal(answer) == expected
        assert "details" not in error_of(answer)
