"""Specification of several portfolios as one (4.7, 6.2 Aggregate; 9.5)."""

from decimal import Decimal
from typing import Any

import pytest

from interfaces.api import measures
from interfaces.api.measure_shapes import NotPooled, pooled_shape
from interfaces.api.pooled_measures import MOST_PORTFOLIOS
from tests.interfaces.conftest import World
from tests.support.visitors import newcomer, refusal, work_off

SHORT = "GOOG,-40,700.00,2012-12-31"
OVER_TIME = ("performance", "attribution", "attribution?by=sector")
OF_EACH_KIND = (
    *("overview", "breakdown", "volatility", "performance", "attribution"),
    "positions/factor-exposures",
)
PATHS = (
    *("factor-exposures", "positions/factor-exposures", *OVER_TIME),
    *(route.path for route in measures.ROUTES),
)


@pytest.fixture(scope="module")
def second(world: World) -> str:
    """Another valued portfolio of Ada's, opened a month later."""
    portfolio_id = world.ada.open_sample(SHORT, equity_as_of="2013-01-31")
    work_off(world.program, world.ada.post(f"/portfolio/{portfolio_id}/calculate"))
    return portfolio_id


def asked(world: World, path: str, *portfolio_ids: str) -> dict[str, Any]:
    """The answer about some portfolios of Ada's."""
    query = "&".join(f"portfolio_ids={portfolio_id}" for portfolio_id in portfolio_ids)
    separator = "&" if "?" in path else "?"
    answer = world.ada.get(f"/analytics/aggregate/{path}{separator}{query}")
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


@pytest.mark.parametrize("path", PATHS)
def test_one_portfolio_pooled_is_itself(world: World, path: str) -> None:
    alone = world.ada.get(f"/analytics/portfolio/{world.valued}/{path}").json()
    pooled = asked(world, path, world.valued)

    assert pooled["available"] == alone["available"]
    about = {"recorded_at", "stale_from", "portfolio_id", "portfolio_ids"}
    same = (alone.keys() & pooled.keys()) - about
    assert {name: pooled[name] for name in same} == {name: alone[name] for name in same}
    if pooled["available"] and path in (route.path for route in measures.ROUTES):
        assert [part["weight"] for part in pooled["portfolios"]] == [1.0]


@pytest.mark.parametrize("route", measures.ROUTES, ids=lambda route: route.path)
def test_answers_have_the_published_shape(world: World, second: str, route: Any) -> None:
    told = asked(world, route.path, world.valued, second)
    shape = pooled_shape(route.name, route.figures) if told["available"] else NotPooled

    assert set(told) == set(shape.model_fields)
    shape.model_validate(told)


def test_positions_are_pooled_by_symbol_before_they_are_measured(world: World, second: str) -> None:
    alone = asked(world, "exposures", world.valued)["market_value"]
    both = asked(world, "exposures", world.valued, second)

    assert both["market_value"]["short"] == pytest.approx(-40 * 806.19, abs=1)
    assert both["market_value"]["long"] == alone["long"]
    names = asked(world, "concentration", world.valued, second)["largest"]
    assert sorted(name["symbol"] for name in names) == ["GOOG", "SPY"]


def test_the_figures_of_each_stand_beside(world: World, second: str) -> None:
    told = asked(world, "market-beta", world.valued, second)
    parts = {part["portfolio_id"]: part for part in told["portfolios"]}

    assert set(parts) == {world.valued, second}
    assert sum(part["weight"] for part in parts.values()) == pytest.approx(1)
    assert told["weighted"] == pytest.approx(
        sum(part["weight"] * part["figure"] for part in parts.values())
    )
    assert told["beta"] == pytest.approx(told["weighted"])  # betas add up; volatilities do not
    varied = asked(world, "volatility", world.valued, second)
    assert varied["realised_63"] < varied["weighted"]


def test_a_portfolio_that_opened_later_is_no_return(world: World, second: str) -> None:
    told = asked(world, "performance", world.valued, second)

    assert told["from_on"] == "2012-12-31"
    opened = told["growth"]["sessions"].index("2013-01-31")
    alone = asked(world, "performance", world.valued)["growth"]["portfolio"]
    assert told["growth"]["portfolio"][opened] == pytest.approx(alone[opened])
    assert told["contributions"] > 0


@pytest.mark.parametrize("by", ["position", "class", "sector"])
def test_where_the_pnl_came_from_adds_up_over_portfolios(
    world: World, second: str, by: str
) -> None:
    both = asked(world, f"attribution?by={by}", world.valued, second)
    each = [asked(world, f"attribution?by={by}", one) for one in (world.valued, second)]

    assert both["residual"] == "0.00"
    for name in ("pnl", "realized", "unrealized_change", "income"):
        total = Decimal(both["total"][name])
        assert total == sum(Decimal(one["total"][name]) for one in each)
        assert total == sum(Decimal(part[name]) for part in both["parts"])
    assert both["nav_start"] == each[0]["nav_start"]
    assert Decimal(both["flows"]) == Decimal(each[1]["nav_start"])  # it opened a month later
    assert Decimal(both["nav_end"]) == sum(
        Decimal(both[name]) for name in ("nav_start", "flows", "corrections")
    ) + Decimal(both["total"]["pnl"])


def test_how_positions_move_adds_up_over_portfolios(world: World, second: str) -> None:
    told = asked(world, "positions/factor-exposures?set=macro", world.valued, second)

    assert sorted(one["symbol"] for one in told["positions"]) == ["GOOG", "GOOG", "SPY"]
    exposed: dict[str, float] = {}
    for one in told["positions"]:
        for factor in one["factors"]:
            exposed[factor["factor"]] = exposed.get(factor["factor"], 0.0) + factor["exposure_usd"]
    together = asked(world, "factor-exposures?set=macro", world.valued, second)
    assert {one["factor"]: pytest.approx(one["exposure_usd"]) for one in together["exposures"]} == (
        exposed
    )


@pytest.mark.parametrize("path", ["volatility", "stress-test", "positions/factor-exposures"])
def test_any_day_that_all_are_valued_at_is_answered(world: World, second: str, path: str) -> None:
    day = "2013-02-15"
    told = asked(world, f"{path}?date={day}", world.valued, second)
    assert (told["available"], told["calculation_date"]) == (True, day)
    alone = world.ada.get(f"/analytics/portfolio/{world.valued}/{path}?date=2013-01-15").json()
    before = asked(world, f"{path}?date=2013-01-15", world.valued, second)  # it opens later
    same = (alone.keys() & before.keys()) - {"recorded_at", "stale_from", "portfolio_id"}
    assert {name: before[name] for name in same} == {name: alone[name] for name in same}
    saturday = f"/analytics/aggregate/{path}?date=2013-02-16&portfolio_ids={world.valued}"
    assert refusal(world.ada.get(saturday)) == (422, "ERR_VAL_001")


def test_the_overview_is_the_sum_of_its_parts(world: World, second: str) -> None:
    both = asked(world, "overview", world.valued, second)
    each = [
        world.ada.get(f"/analytics/portfolio/{portfolio_id}/overview").json()
        for portfolio_id in (world.valued, second)
    ]

    for name in ("net_asset_value", "cash"):
        assert Decimal(both[name]) == sum(Decimal(one[name]) for one in each)
    for name in ("day", "mtd", "ytd", "since_opening"):
        assert Decimal(both["pnl"][name]) == sum(Decimal(one["pnl"][name]) for one in each)
    for name in ("long", "short", "gross", "net"):
        assert Decimal(both["exposures"][name]["amount"]) == sum(
            Decimal(one["exposures"][name]["amount"]) for one in each
        )


def test_a_breakdown_adds_up_to_nav(world: World, second: str) -> None:
    told = asked(world, "breakdown", world.valued, second)
    nav = Decimal(told["net_asset_value"])

    assert {one["portfolio_id"] for one in told["by_portfolio"]} == {world.valued, second}
    assert sum(Decimal(one["net_asset_value"]) for one in told["by_portfolio"]) == nav
    for by in ("by_class", "by_sector"):
        assert sum(Decimal(one["market_value"]) for one in told[by]) == nav


def test_all_of_one_s_own_are_meant_where_none_is_named(world: World, second: str) -> None:
    told = world.ada.get("/analytics/aggregate/overview").json()

    assert {world.valued, second} <= set(told["portfolio_ids"])
    assert world.bob.get("/analytics/aggregate/overview").json()["available"] is False


@pytest.mark.parametrize("path", OF_EACH_KIND)
def test_those_of_others_are_refused(world: World, path: str) -> None:
    query = f"/analytics/aggregate/{path}?portfolio_ids={world.valued}"

    assert refusal(world.bob.get(query)) == (403, "ERR_PORT_403")
    assert world.auditor.get(query).status_code == 200
    nobody_s = "00000000-0000-4000-8000-000000000000"
    assert refusal(world.ada.get(f"/analytics/aggregate/{path}?portfolio_ids={nobody_s}")) == (
        404,
        "ERR_PORT_404",
    )


@pytest.mark.parametrize("path", OF_EACH_KIND)
def test_what_is_not_valued_has_a_reason(world: World, path: str) -> None:
    told = asked(world, path, world.unvalued)

    assert (told["available"], told["reason"]["code"]) == (False, "not_valued")
    NotPooled.model_validate(told)


def test_more_than_can_be_taken_as_one_are_not_left_out_in_silence(world: World) -> None:
    collector = newcomer(world.program, world.client)
    for _ in range(MOST_PORTFOLIOS + 1):
        collector.open_sample()
    answer = collector.get("/analytics/aggregate/overview")

    assert refusal(answer) == (422, "ERR_REQUEST_001")
    assert answer.json()["error"]["details"]["fields"] == [
        {
            "field": "portfolio_ids",
            "message": "There are more than 50; name those that are meant.",
        }
    ]
