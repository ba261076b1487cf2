"""What is written into docs/scaling.md, of figures that are known."""

import pytest

from tests.benchmarks.document import machine
from tests.benchmarks.row import Row
from tests.benchmarks.scaling import RUN, Found
from tests.benchmarks.scaling_document import BEGIN, DOCUMENT, END, TITLES, compared, grown, put

EMPTY = f"a\n{BEGIN}\n{END}\nb"


def users(seconds_each: float) -> Found:
    """Users, of whom each account takes as long however many there are."""
    costs = {RUN: [[seconds_each] * 4] * 3}
    return Found("users", (50, 100, 200, 400), costs, [1, 2, 3, 4], {"event": 4321.0})


def test_the_prose_around_the_markers_stays() -> None:
    told = put(EMPTY, "days", "new")
    assert told.startswith(f"a\n{BEGIN}\n\n{machine()} ")
    assert told.endswith(f"### {TITLES['days']}\n\nnew\n\n{END}\nb")


@pytest.mark.parametrize("document", ["", BEGIN, END, f"{END} {BEGIN}"])
def test_a_document_without_both_markers_is_refused(document: str) -> None:
    with pytest.raises(ValueError, match="lacks"):
        put(document, "days", "new")


def test_what_was_not_measured_anew_stays_in_its_place() -> None:
    told = put(put(put(EMPTY, "events", "crimson"), "users", "green"), "events", "blue")
    places = [told.index(text) for text in (TITLES["users"], "green", TITLES["events"], "blue")]
    assert places == sorted(places)
    assert "crimson" not in told
    assert told.count("### ") == 2


def test_what_another_machine_measured_goes() -> None:
    told = put(EMPTY, "users", "green").replace(machine(), "Measured on an abacus.")
    assert "green" not in put(told, "days", "new")


def test_the_document_that_is_there_can_be_written() -> None:
    assert "new" in put(DOCUMENT.read_text("utf-8"), "days", "new")


def test_the_tables_tell_slopes_and_bytes() -> None:
    told = grown(users(0.02))
    assert f"| {RUN} | 20 ms | 20 ms | 20 ms | 20 ms | 0.00 (0.00 to 0.00) |" in told
    assert "with indexes: event 4,321." in told


def test_a_comparison_tells_both_sides_and_the_goal() -> None:
    told = compared([Row(what="two", against="one", ours=(1.0,), peer=(0.5,), goal=1)])
    assert "| two | 1 s | one: 500 ms | 0.5x (0.5-0.5, 1 round) | 1x, MISSED |" in told


@pytest.mark.parametrize(
    ("seconds_each", "verdict"),
    [(0.02, "**reached**"), (0.28, "**reached**"), (0.3, "**not reached**")],
)
def test_a_night_is_computed_and_judged_honestly(seconds_each: float, verdict: str) -> None:
    told = grown(users(seconds_each))
    assert verdict in told
    assert f"{100_000 * seconds_each / 3600:.1f} hours." in told


def test_what_got_cheaper_by_its_size_is_not_counted_on() -> None:
    falling = Found("users", (50, 400), {RUN: [[0.05, 0.02]]}, [1, 2])
    assert f"{100_000 * 0.02 / 3600:.1f} hours." in grown(falling)


def test_the_steepest_round_counts() -> None:
    rounds = [[0.01, 0.01], [0.01, 0.02]]
    steep = Found("users", (1_000, 10_000), {RUN: rounds}, [1, 2])
    assert f"{100_000 * 0.02 / 3600:.1f} hours." in grown(steep)


def test_of_other_dimensions_no_night_is_computed() -> None:
    days = Found("days", (50, 400), {RUN: [[0.05, 0.02]]}, [1, 2])
    assert "in a night" not in grown(days)
