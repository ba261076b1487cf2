"""Specification of answers about measures: figures with what they rest on, or a reason (4.7, 6)."""

import json
import math
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from pydantic import BaseModel

from interfaces.api import measures
from interfaces.api.measure_shapes import NotMeasured, measured_shape
from tests.interfaces.conftest import World
from tests.support.visitors import refusal

PATHS = ("beta", "factor-exposures", "positions/factor-exposures", "performance", "attribution")
ALL = (*(route.path for route in measures.ROUTES), *PATHS)


def asked(world: World, path: str, portfolio_id: str = "", status: int = 200) -> dict[str, Any]:
    """The answer about a measure of Ada's valued portfolio, or of another one."""
    answer = world.ada.get(f"/analytics/portfolio/{portfolio_id or world.valued}/{path}")
    assert answer.status_code == status, answer.text
    told: dict[str, Any] = json.loads(answer.text, parse_constant=pytest.fail)
    return told


def numbers_in(value: Any) -> Iterator[float]:
    """Every number of an answer."""
    if isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from numbers_in(one)
    elif isinstance(value, int | float):
        yield float(value)


@pytest.mark.parametrize("path", ALL)
def test_every_answer_says_what_it_rests_on(world: World, path: str) -> None:
    told = asked(world, path)

    assert told["portfolio_id"] == world.valued
    assert told["calculation_date"] == "2013-03-01"
    assert set(told["data_quality"]) == {
        *("flag", "observations", "positions_analyzed", "positions_total", "skipped")
    }
    if told["available"]:
        assert told["reason"] is None
        assert told["data_quality"]["observations"] > 0
    else:
        assert set(told["reason"]) == {"code", "text"}
    assert all(math.isfinite(number) for number in numbers_in(told))


@pytest.mark.parametrize("path", ALL)
def test_an_account_without_valuation_has_a_reason(world: World, path: str) -> None:
    told = asked(world, path, world.unvalued)

    assert told["available"] is False
    assert told["reason"]["code"] == "not_valued"
    assert told["calculation_date"] is None
    NotMeasured.model_validate(told)


@pytest.mark.parametrize("route", measures.ROUTES, ids=lambda route: route.path)
def test_answers_have_the_published_shape(world: World, route: measures.Route) -> None:
    shape: type[BaseModel] = measured_shape(route.name, route.figures)
    told = asked(world, route.path)
    expected = shape if told["available"] else NotMeasured

    assert set(told) == set(expected.model_fields)
    expected.model_validate(told)


def test_what_a_run_recorded_says_when(world: World) -> None:
    assert asked(world, "volatility")["recorded_at"].endswith("Z")


def test_another_day_is_measured_on_request(world: World) -> None:
    told = asked(world, "market-beta?date=2013-02-28")

    assert (told["calculation_date"], told["recorded_at"]) == ("2013-02-28", None)
    assert told["beta"] != asked(world, "market-beta")["beta"]


@pytest.mark.parametrize("day", ["2013-03-02", "2013-03-04"])
def test_a_day_that_is_no_completed_session_is_refused(world: World, day: str) -> None:
    path = f"/analytics/portfolio/{world.valued}/volatility?date={day}"
    assert refusal(world.ada.get(path)) == (422, "ERR_VAL_001")


def test_beta_is_another_name(world: World) -> None:
    assert asked(world, "beta") == asked(world, "market-beta")


def test_the_macro_set_is_another_set(world: World) -> None:
    assert asked(world, "factor-exposures")["factor_set"] == "style"
    assert asked(world, "factor-exposures?set=macro")["factor_set"] == "macro"


def test_exposures_of_positions_add_up_to_the_portfolio_s(world: World) -> None:
    positions = asked(world, "positions/factor-exposures")["positions"]
    whole = asked(world, "factor-exposures")["exposures"]

    for exposure in whole:
        parts = [
            beta["exposure_usd"]
            for position in positions
            for beta in position["factors"]
            if beta["factor"] == exposure["factor"]
        ]
        assert sum(parts) == pytest.approx(exposure["exposure_usd"], rel=1e-6)


def test_performance_starts_from_the_valuation_before_the_first_day(world: World) -> None:
    whole, part = asked(world, "performance"), asked(world, "performance?from=2013-02-01")

    assert whole["from_on"] == "2012-12-31"
    assert (part["from_on"], part["to_on"]) == ("2013-01-31", "2013-03-01")
    assert part["growth"]["portfolio"][0] == 100
    assert whole["against"]["symbol"] == "SPY"
    assert asked(world, "performance?benchmark=nope")["against"] is None


@pytest.mark.parametrize("by", ["position", "class", "sector"])
def test_parts_of_the_pnl_add_up_to_the_whole(world: World, by: str) -> None:
    told = asked(world, f"attribution?by={by}&from=2013-02-01")

    assert told["residual"] == "0.00"
    assert sum(Decimal(part["pnl"]) for part in told["parts"]) == Decimal(told["total"]["pnl"])
    performed = asked(world, "performance?from=2013-02-01")
    assert float(told["total"]["pnl"]) == pytest.approx(performed["pnl"])


def stressed(world: World, **body: Any) -> Any:
    """The answer to a scenario of Ada's."""
    return world.ada.post(f"/analytics/portfolio/{world.valued}/stress-test", json=body)


def test_a_scenario_of_one_s_own_is_answered_and_not_recorded(world: World) -> None:
    position = world.program.log.position()
    told = stressed(world, title="A fall", shocks={"Market": -0.1}).json()

    known = {one["scenario_id"]: one for one in asked(world, "stress-test")["scenarios"]}
    [own] = told["scenarios"]
    assert (own["scenario_id"], own["title"]) == ("own", "A fall")
    assert own["correlated"]["pnl"] == known["market_down_10"]["correlated"]["pnl"]
    assert world.program.log.position() == position


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"shocks": {"Luck": 0.1}}, "ERR_RISK_001"),
        ({"shocks": {"Market": -2}}, "ERR_RISK_002"),
        ({"shocks": {}}, "ERR_RISK_003"),
        ({"shocks": {"Interest Rate": 0.1}, "yield_change_bp": 10}, "ERR_RISK_003"),
    ],
)
def test_scenarios_that_cannot_be_are_refused(world: World, body: Any, code: str) -> None:
    assert refusal(stressed(world, **body)) == (422, code)


def test_the_examples_are_of_the_published_shape() -> None:
    for route in measures.ROUTES:
        shape: type[BaseModel] = measured_shape(route.name, route.figures)
        assert shape.model_config["json_schema_extra"]
        shape.model_validate(shape.model_json_schema()["examples"][0])


@pytest.mark.parametrize("path", ["portfolio/{}/performance", "aggregate/performance"])
@pytest.mark.parametrize("benchmark", ["%00", "%20%20"])
def test_a_benchmark_that_is_no_symbol_is_refused(world: World, path: str, benchmark: str) -> None:
    url = f"/analytics/{path.format(world.valued)}?benchmark={benchmark}"
    assert refusal(world.ada.get(url)) == (422, "ERR_REQUEST_001")


@pytest.mark.parametrize("path", ["performance", "attribution"])
def test_without_figures_of_a_span_the_lines_held_are_counted_all_the_same(
    world: World, path: str
) -> None:
    assert asked(world, path, world.unvalued) == asked(world, "volatility", world.unvalued)
    before = asked(world, f"{path}?to=2012-01-03")
    assert (before["available"], before["data_quality"]["positions_total"]) == (False, 2)


def test_a_scenario_with_a_field_that_there_is_not_is_refused(world: World) -> None:
    url = f"/analytics/portfolio/{world.valued}/stress-test"
    body = {"shocks": {"Market": -0.1}, "yield_change": 50}
    assert refusal(world.ada.post(url, json=body)) == (422, "ERR_REQUEST_001")
