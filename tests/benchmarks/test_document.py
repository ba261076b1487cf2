"""The table of figures: written by what measures, kept where nothing was measured anew."""

from pathlib import Path

import pytest

from tests.benchmarks import document
from tests.benchmarks.__main__ import MODULES
from tests.benchmarks.row import Row

ORDER = ("reading", "login")
IDLE = 0.1


def row(what: str, *, ours: float = 0.5, peer: float = 1.0, goal: float = 1.5) -> Row:
    """A row of two rounds."""
    return Row(what=what, against="a peer", ours=(ours, ours * 2), peer=(peer, peer), goal=goal)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A document without figures."""
    path = tmp_path / "benchmarks.md"
    path.write_text(f"# Before\n\n{document.BEGIN}\n{document.END}\n\nAfter.\n")
    return path


def test_a_row_says_both_figures_the_ratio_its_spread_and_the_goal(path: Path) -> None:
    document.write("login", [row("20 logins")], ORDER, IDLE, path)
    text = path.read_text()
    assert (
        "| 20 logins | 750 ms | a peer: 1 s | 1.5x (1-2, 2 rounds) | 1.5x, met |  | `login` "
        in text
    )
    assert document.machine() in text
    assert "Of 1 goals 1 are met" in text
    assert text.startswith("# Before\n")
    assert text.endswith("\n\nAfter.\n")


def test_what_was_measured_again_is_replaced_and_the_rest_stays_in_order(path: Path) -> None:
    document.write("login", [row("logins", goal=9)], ORDER, IDLE, path)
    assert "Of 1 goals 0 are met; what is said below has why 1 are not." in path.read_text()
    document.write("reading", [row("reads"), row("reads | known")], ORDER, IDLE, path)
    document.write("login", [row("logins")], ORDER, IDLE, path)
    lines = [line for line in path.read_text().splitlines() if "`" in line]
    assert [line.split(" | ")[0] for line in lines] == ["| reads", "| reads / known", "| logins"]
    assert "MISSED" not in path.read_text()


def test_figures_of_another_machine_go(path: Path) -> None:
    document.write("login", [row("logins")], ORDER, IDLE, path)
    path.write_text(path.read_text().replace(document.machine(), "Measured on an abacus."))
    document.write("reading", [row("reads")], ORDER, IDLE, path)
    assert "logins" not in path.read_text()


def test_that_the_machine_was_busy_is_said(path: Path) -> None:
    document.write("login", [row("logins")], ORDER, 0.9, path)
    assert "busy machine" in path.read_text()


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(0.0000123, "12.3 us"), (0.0123, "12.3 ms"), (1.234, "1.23 s"), (412.4, "412 s")],
)
def test_figures_need_no_zeros_before_them(seconds: float, shown: str) -> None:
    one = Row(what="", against="", ours=(seconds,), peer=(seconds,), goal=1)
    assert one.cells[1] == shown


def test_memory_is_shown_in_megabytes() -> None:
    one = Row(what="", against="limit", ours=(226.4,), peer=(1000.0,), goal=1, unit="MB")
    assert one.cells[1:4] == ("226 MB", "limit: 1,000 MB", "4.42x (4.42-4.42, 1 round)")


def test_every_module_that_measures_is_in_the_table() -> None:
    measuring = {
        path.stem
        for path in Path(document.__file__).parent.glob("*.py")
        if "\ndef measure(" in path.read_text() and not path.stem.startswith("_")
    }
    assert measuring == set(MODULES)
