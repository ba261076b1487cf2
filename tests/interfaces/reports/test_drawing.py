"""Specification of charts on paper: the figures of pages, each number in its place (4.7)."""

import re
from datetime import date, timedelta
from xml.etree import ElementTree as ET

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from interfaces.reports.drawing import svg_of
from interfaces.reports.heat_maps import heat_map_svg
from interfaces.reports.sheets import WIDTH
from interfaces.web.charts import Figure, figure_of
from interfaces.web.heat_map import HeatMap
from interfaces.web.risk_charts import bars

SVG = "{http://www.w3.org/2000/svg}"
NUMBERS = st.one_of(st.none(), st.floats(min_value=-1e9, max_value=1e9))


def drawn(svg: str) -> ET.Element:
    """The drawing, which has to be XML."""
    return ET.fromstring(svg)  # noqa: S314


def texts_of(svg: str) -> list[str]:
    """The texts of a drawing, in the order drawn."""
    return [one.text or "" for one in drawn(svg).iter(f"{SVG}text")]


def lines(*series: list[float | None], fill: bool = False) -> Figure:
    """A figure of lines over the days from 29 June 2012 on."""
    first = date(2012, 6, 29)
    days = [(first + timedelta(days=n)).isoformat() for n in range(len(series[0]))]
    traces = [
        {"type": "scatter", "mode": "lines", "name": f"Line {n}", "x": days, "y": values}
        | ({"fill": "tozeroy"} if fill else {})
        for n, values in enumerate(series)
    ]
    return figure_of(traces, yaxis={"title": {"text": "USD"}})


def lengths_of(svg: str) -> list[float]:
    """The lengths of the lying bars."""
    found = re.findall(r'd="M([\d.]+) [\d.]+H([\d.]+)v', svg)
    return [float(end) - float(begin) for begin, end in found]


def test_bars_are_as_long_as_their_numbers_and_begin_at_zero() -> None:
    lengths = lengths_of(svg_of(bars(["A", "B", "C"], {"P&L": [10.0, -5.0, 2.5]}, "USD")))
    assert lengths == pytest.approx([lengths[0], lengths[0] / 2, lengths[0] / 4], abs=0.03)


def test_bars_bear_their_names_and_the_colours_of_several_series_are_told() -> None:
    figure = bars(["Up", "Down"], {"Direct": [1.0, -1.0], "Correlated": [2.0, None]}, "% of NAV")
    svg = svg_of(figure)
    assert {"Up", "Down", "Direct", "Correlated", "% of NAV"} <= set(texts_of(svg))
    assert len(lengths_of(svg)) == 3


def test_a_line_breaks_where_a_number_is_lacking() -> None:
    svg = svg_of(lines([1.0, 2.0, None, 3.0, 4.0]))
    way = [one.get("d", "") for one in drawn(svg).iter(f"{SVG}path")]
    assert [one.count("L") for one in way[-2:]] == [1, 1]


def test_what_is_higher_is_drawn_higher() -> None:
    svg = svg_of(lines([100.0, 120.0, 80.0]))
    ways = [one.get("d", "") for one in drawn(svg).iter(f"{SVG}path")]
    heights = [float(point.split()[1]) for point in ways[-1].removeprefix("M").split("L")]
    assert heights[1] < heights[0] < heights[2]


def test_standing_bars_leave_names_out_where_they_would_overlap() -> None:
    names = [f"{year}-{month:02}" for year in range(2000, 2010) for month in range(1, 13)]
    trace = {"type": "bar", "name": "Portfolio", "x": names, "y": [1.0] * len(names)}
    shown = [one for one in texts_of(svg_of(figure_of([trace]))) if one in names]
    assert shown[0] == names[0]
    assert 5 < len(shown) < 30


@given(st.lists(NUMBERS, min_size=1, max_size=40), st.booleans())
def test_no_series_is_drawn_beyond_its_sheet(values: list[float | None], fill: bool) -> None:  # noqa: FBT001
    for figure in (lines(values, fill=fill), bars(["N"] * len(values), {"S": values}, "USD")):
        svg = svg_of(figure)
        height = float(drawn(svg).get("viewBox", "").split()[3])
        numbers = re.findall(r"[ML]([-\d.]+) ([-\d.]+)", svg)
        assert all(-0.01 <= float(x) <= WIDTH + 0.01 for x, _ in numbers)
        assert all(-0.01 <= float(y) <= height + 0.01 for _, y in numbers)
        assert "nan" not in svg


@example('<image href="/etc/passwd"/>')
@example("</text><script>1</script>")
@example("&#x3c;style&#x3e; ]]>")
@given(st.text(min_size=1, max_size=30))
def test_no_name_breaks_a_drawing(name: str) -> None:
    told = texts_of(svg_of(bars([name], {"P&L": [1.0]}, "USD")))
    clean = "".join(one if one >= " " and one not in "\ufffe\uffff" else " " for one in name)
    assert clean in told
    heat_map = HeatMap("X", [name, "B"], [[1.0, 0.5], [0.5, 1.0]])
    assert len(texts_of(heat_map_svg(heat_map))) == 8


def test_a_heat_map_keeps_its_squares_and_numbers() -> None:
    heat_map = HeatMap("X", ["GOOG", "TLT"], [[1.0, -0.5], [-0.5, 1.0]])
    svg = heat_map_svg(heat_map)
    assert texts_of(svg)[-4:] == ["1.00", "\N{MINUS SIGN}0.50", "\N{MINUS SIGN}0.50", "1.00"]
    assert svg.count("h29v29h-29z") == 4
