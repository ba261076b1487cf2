"""The table in docs/reliability.md has what 9.2 asks for, written by a run that did all of it."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.reliability import (
    BEGIN,
    DOCUMENT,
    END,
    Asked,
    Line,
    Noted,
    lacking,
    table,
    together,
    written,
)

ROOT = DOCUMENT.parents[1]


def line(asked: Asked, times: int = 0, test: str = "tests/faults/test_x.py::test_y") -> Line:
    """What a test did, by default as often as 9.2 asks for."""
    noted = Noted(
        asked=asked.name,
        fault="it is cut",
        times=times or asked.times,
        held="all",
        worst_s=times / 10,
        test=test,
    )
    return Line(noted=noted, took_s=1)


def cells_of(document: str) -> list[list[str]]:
    """The cells of the table's lines, its head left out."""
    text = document.partition(BEGIN)[2].partition(END)[0]
    rows = [row for row in text.splitlines() if row.startswith("|")][2:]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]


def test_every_line_of_the_document_has_its_test() -> None:
    for row in cells_of(DOCUMENT.read_text("utf-8")):
        path, *_, name = row[2].strip("`").split("::")
        source = (ROOT / path).read_text("utf-8")
        assert f"def {name}(" in source
        assert "note(" in source


def test_the_document_has_all_rows_of_9_2_as_often_as_it_asks() -> None:
    lines = [
        line(
            next(one for one in Asked if row[0].startswith(one.value[0])),
            int(row[3].replace(",", "")),
        )
        for row in cells_of(DOCUMENT.read_text("utf-8"))
    ]
    assert lacking(lines) == []


def test_a_row_that_nobody_noted_or_not_often_enough_is_lacking() -> None:
    whole = [line(asked) for asked in Asked]
    assert lacking(whole) == []
    assert lacking(whole[1:]) == ["kill -9 of server or worker (0 of 200)"]
    assert lacking([line(Asked.KILLS, 199), *whole[1:]]) == [
        "kill -9 of server or worker (199 of 200)"
    ]


def test_the_cases_of_a_test_are_one_line_with_the_worst_of_them() -> None:
    cases = [line(Asked.RACES, 30), line(Asked.RACES, 20), line(Asked.KILLS, 5, "a::b")]
    kills, races = together(cases)
    assert (kills.noted.times, races.noted.times) == (5, 50)
    assert (races.noted.worst_s, races.took_s) == (3.0, 2)
    document = written(f"a\n{BEGIN}\n{END}\nb", table([kills, races], 60))
    assert [(row[0], *row[3:]) for row in cells_of(document)] == [
        ("kill -9 of server or worker, 200", "5", "all", "0.5 s", "1 s"),
        ("16 racers, 2,000", "50", "all", "3.0 s", "2 s"),
    ]


def test_prose_around_the_table_stays() -> None:
    document = f"before\n\n{BEGIN}\n\nold\n\n{END}\n\nafter\n"
    assert written(document, "new") == f"before\n\n{BEGIN}\n\nnew\n\n{END}\n\nafter\n"


@pytest.mark.parametrize("processes", ["0", "2"])
def test_a_run_that_did_not_do_all_of_it_fails_and_writes_nothing(
    tmp_path: Path, processes: str
) -> None:
    before = DOCUMENT.read_bytes()
    (tmp_path / "conftest.py").write_text("from tests.conftest import note")
    (tmp_path / "test_it.py").write_text(
        "from tests.support.reliability import Asked\n"
        "def test_it(note):\n    note(Asked.KILLS, 'it is killed', 200, 'all', 1.5)\n"
    )
    command = [sys.executable, "-m", "pytest", "-p", "tests.support.reliability", "-q"]
    here = ["-c", "/dev/null", f"--rootdir={tmp_path}", "-p", "no:cacheprovider", str(tmp_path)]
    ended = subprocess.run(
        [*command, "-n", processes, *here], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 1, ended.stdout + ended.stderr
    assert "1 passed" in ended.stdout
    assert "16 racers (0 of 2,000)" in ended.stdout
    assert "kill -9" not in ended.stdout
    assert DOCUMENT.read_bytes() == before
