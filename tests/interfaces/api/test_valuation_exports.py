"""Specification of taking valuations along: CSV and Parquet of what the room says (4.7)."""

import csv
import io
from decimal import Decimal
from typing import Any

import polars as pl

from interfaces.api.valuation_exports import PARQUET
from tests.interfaces.conftest import World


def exported(world: World, query: str = "", accept: str = "text/csv") -> Any:
    """The answer to the export of Ada's valued portfolio."""
    path = f"/analytics/portfolio/{world.valued}/export{query}"
    answer = world.ada.get(path, headers={"Accept": accept})
    assert answer.status_code == 200, answer.text
    return answer


def rows_of(answer: Any) -> list[dict[str, str]]:
    """The rows of a CSV answer."""
    return list(csv.DictReader(io.StringIO(answer.text)))


def listed(world: World) -> list[dict[str, Any]]:
    """The valuations as the API lists them."""
    path = f"/analytics/portfolio/{world.valued}/valuations?limit=200"
    valuations: list[dict[str, Any]] = world.ada.get(path).json()["valuations"]
    return valuations


def test_each_session_is_a_row_with_the_figures_of_the_list(world: World) -> None:
    answer = exported(world)

    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="sigmasight_sessions.csv"'
    same = ("date", "net_asset_value", "pnl", "flows", "cash", "gross_exposure", "recorded_at")
    rows, valuations = rows_of(answer), listed(world)
    assert len(rows) == len(valuations) > 40
    assert [[row[name] for name in same] for row in rows] == [
        [valuation[name] for name in same] for valuation in valuations
    ]
    assert rows[0]["daily_return"] == ""


def test_each_line_is_a_row_and_a_session_s_lines_sum_up_to_its_pnl(world: World) -> None:
    lines = rows_of(exported(world, "?table=lines&from=2013-02-25&to=2013-03-01"))
    by_day = {valuation["date"]: Decimal(valuation["pnl"]) for valuation in listed(world)}

    assert [line["symbol"] for line in lines] == ["GOOG", "SPY"] * 5
    for day in {line["date"] for line in lines}:
        assert by_day[day] == sum(Decimal(line["pnl"]) for line in lines if line["date"] == day)


def test_parquet_says_the_same_in_exact_types(world: World) -> None:
    answer = exported(world, accept=PARQUET)
    table = pl.read_parquet(io.BytesIO(answer.content))

    assert answer.headers["Content-Type"] == PARQUET
    assert table.schema["net_asset_value"] == pl.Decimal(38, 2)
    assert [str(nav) for nav in table["net_asset_value"]] == [
        row["net_asset_value"] for row in rows_of(exported(world))
    ]


def test_an_account_without_valuation_gives_the_header_alone(world: World) -> None:
    path = f"/analytics/portfolio/{world.unvalued}/export?table=lines"

    assert world.ada.get(path).text.startswith("date,position_id,symbol,")
    assert len(rows_of(world.ada.get(path))) == 0


def measured(world: World, path: str) -> dict[str, Any]:
    """What the API says of a measure."""
    answer: dict[str, Any] = world.ada.get(f"/analytics/portfolio/{world.valued}/{path}").json()
    return answer


def test_each_figure_measured_is_a_row_under_its_place_in_the_answer(world: World) -> None:
    rows = rows_of(exported(world, "?table=measures"))
    told = {(row["measure"], row["figure"]): row for row in rows}
    beta, tests = measured(world, "market-beta"), measured(world, "stress-test")["scenarios"]

    assert {row["date"] for row in rows} == {beta["calculation_date"]}
    assert len(told) == len(rows)
    row = told["market_beta", "by_weights.beta"]
    assert float(row["number"]) == beta["by_weights"]["beta"]
    quality = beta["data_quality"]
    same = ("flag", "observations", "positions_analyzed", "positions_total")
    assert [row[name] for name in same] == [str(quality[name]) for name in same]
    assert told["market_beta", "method"]["words"] == beta["method"]
    for one in tests:
        figure = f"scenarios[{one['scenario_id']}].correlated.pnl"
        if one["correlated"]:
            assert float(told["stress_test", figure]["number"]) == one["correlated"]["pnl"]


def test_a_measure_that_could_not_be_taken_is_a_row_with_the_reason(world: World) -> None:
    rows = rows_of(exported(world, "?table=measures"))
    [greeks] = [row for row in rows if row["measure"] == "greeks"]

    assert greeks["reason"] == measured(world, "greeks")["reason"]["code"] == "no_options"
    assert (greeks["figure"], greeks["number"], greeks["words"]) == ("", "", "")


def test_measures_are_those_of_the_last_session_of_the_span(world: World) -> None:
    table = pl.read_parquet(
        io.BytesIO(exported(world, "?table=measures&to=2013-02-24", PARQUET).content)
    )
    [nav] = table.filter(measure="exposures", figure="nav")["number"]

    assert set(table["date"].cast(pl.String)) == {"2013-02-22"}
    assert nav == measured(world, "exposures?date=2013-02-22")["nav"]
    assert rows_of(exported(world, "?table=measures&to=1999-01-01")) == []
    assert world.ada.get(f"/analytics/portfolio/{world.unvalued}/export?table=measures").text == (
        "date,measure,figure,number,words,flag,observations,positions_analyzed,positions_total,"
        "reason\r\n"
    )
