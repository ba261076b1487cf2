"""What is written into docs/scaling.md, of figures that are known."""

import pytest

from tests.benchmarks.row import Row
from tests.benchmarks.scaling import RUN, Found
from tests.benchmarks.scaling_document import BEGIN, DOCUMENT, END, between, put


def users(seconds_each: float) -> Found:
    """Users, of whom each account takes as long however many there are."""
    costs = {RUN: [[seconds_each] * 4] * 3}
    return Found("users", (50, 100, 200, 400), costs, [1, 2, 3, 4], {"event": 4321.0})


def row(ratio: float) -> Row:
    """A row of that ratio."""
    return Row(what="two", against="one", ours=(1.0,), peer=(ratio,), goal=1)


def test_the_prose_around_the_markers_stays() -> None:
    assert put(f"a\n{BEGIN}old{END}\nb", "new") == f"a\n{BEGIN}\n\nnew\n\n{END}\nb"


@pytest.mark.parametrize("document", ["", BEGIN, END, f"{END} {BEGIN}"])
def test_a_document_without_both_markers_is_refused(document: str) -> None:
    with pytest.raises(ValueError, match="lacks"):
        put(document, "new")


def test_the_document_that_is_there_can_be_written() -> None:
    assert "new" in put(DOCUMENT.read_text("utf-8"), "new")


def test_the_tables_tell_slopes_and_bytes() -> None:
    told = between([users(0.02)], [row(1.5)], [row(0.5)])
    assert f"| {RUN} | 20 ms | 20 ms | 20 ms | 20 ms | 0.00 (0.00 to 0.00) |" in told
    assert "| event | 4,321 |" in told
    assert "| two | 1 s | one: 500 ms | 0.5x (0.5-0.5, 1 round) | 1x, MISSED |" in told


def test_what_is_not_measured_yet_is_left_out() -> None:
    told = between([users(0.02)], [], [])
    assert RUN in told
    assert "in a night" not in told
    assert "Events in partitions" not in told


@pytest.mark.parametrize(
    ("seconds_each", "by_two", "verdict"),
    [(0.02, 1.5, "**reached**"), (0.4, 1.5, "**reached**"), (0.5, 1.5, "**not reached**")],
)
def test_a_night_is_computed_and_judged_honestly(
    seconds_each: float, by_two: float, verdict: str
) -> None:
    told = between([users(seconds_each)], [row(by_two)], [])
    assert verdict in told
    assert f"{100_000 * seconds_each / 3600:.1f} hours by one worker" in told
    assert f"{100_000 * seconds_each / by_two / 3600:.1f} by two" in told


def test_what_got_cheaper_by_its_size_is_not_counted_on() -> None:
    falling = Found("users", (50, 400), {RUN: [[0.05, 0.02]]}, [1, 2])
    assert f"{100_000 * 0.02 / 3600:.1f} hours by one" in between([falling], [row(1)], [])


def test_the_steepest_round_counts() -> None:
    rounds = [[0.01, 0.01], [0.01, 0.02]]
    steep = Found("users", (1_000, 10_000), {RUN: rounds}, [1, 2])
    assert f"{100_000 * 0.02 / 3600:.1f} hours by one" in between([steep], [row(1)], [])
