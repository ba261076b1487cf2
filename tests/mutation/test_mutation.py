"""What is said of the tests can be relied on: a planted gap is found, a planted test closes it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.source import ROOT
from tests.mutation.mutations import mutants_of
from tests.mutation.report import equivalents
from tests.mutation.sampling import GROUPS, Score, places, sample

PURSE = '''
from functools import lru_cache


class Purse:
    """Money with a limit."""

    class Filled:
        """An event, nested as ours are."""

        def apply(self, purse):
            purse.cents = 100

    @property
    def is_full(self):
        return self.cents >= 100


@lru_cache
def may_spend(cents):
    if cents > 100:
        raise ValueError("That is more than there is.")
    return True
'''
SPENDING = """
import pytest

from domain.purse import Purse, may_spend


def test_little_may_be_spent():
    assert may_spend(5)


def test_too_much_is_refused():
    with pytest.raises(ValueError):
        may_spend(500)


def test_a_filled_purse_is_full():
    purse = Purse()
    Purse.Filled().apply(purse)
    assert purse.cents == 100
    assert purse.is_full
    purse.cents = 99
    assert not purse.is_full
"""
AT_THE_LIMIT = """

def test_all_there_is_may_be_spent():
    assert may_spend(100)


def test_a_cent_more_is_refused():
    with pytest.raises(ValueError):
        may_spend(101)
"""

STUMBLING = """
from domain.purse import may_spend


def pytest_runtest_makereport():
    may_spend(100)
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A project of one module."""
    (tmp_path / "domain").mkdir()
    (tmp_path / "domain" / "__init__.py").touch()
    (tmp_path / "domain" / "purse.py").write_text(PURSE, "utf-8")
    return tmp_path


def mutate(folder: Path, tests: str) -> tuple[int, str, str]:
    """The exit status, what is told on the way and printed, and the survivors."""
    (folder / "test_purse.py").write_text(tests, "utf-8")
    asked = {"PLACES": "domain/purse.py", "TESTS": "test_purse.py", "ALL": "1"}
    answer = subprocess.run(
        [sys.executable, "-m", "tests.mutation"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), **asked},
        capture_output=True,
        text=True,
        check=False,
    )
    survivors = folder / "build" / "mutation" / "part" / "survivors.txt"
    assert survivors.exists(), answer.stdout + answer.stderr
    return answer.returncode, answer.stderr + answer.stdout, survivors.read_text("utf-8")


def test_a_limit_that_no_test_touches_is_reported_with_its_place(folder: Path) -> None:
    status, printed, survivors = mutate(folder, SPENDING)

    assert status == 1
    assert (
        "domain/purse.py:21: may_spend\n    - if cents > 100:\n    + if cents >= 100:" in survivors
    )
    assert "+ if cents > 101:" in survivors
    assert survivors.count("survived") == 2
    assert "| `domain/purse.py` | 10 | 10 | 8 | 80.0% |" in printed


def test_a_test_at_the_limit_kills_the_change(folder: Path) -> None:
    status, printed, survivors = mutate(folder, SPENDING + AT_THE_LIMIT)

    assert (status, survivors.strip()) == (0, "")
    assert "| `domain/purse.py` | 10 | 10 | 10 | 100.0% |" in printed


def test_code_that_no_test_reaches_counts_as_unnoticed(folder: Path) -> None:
    status, _, survivors = mutate(folder, "def test_nothing():\n    assert True\n")

    assert status == 1
    assert survivors.count("reached by no test") == 10


def test_a_test_that_fails_unchanged_tells_nothing(folder: Path) -> None:
    with pytest.raises(AssertionError, match="the tests fail unchanged"):
        mutate(folder, "def test_wrong():\n    assert False\n")


def test_an_error_that_is_not_a_tests_notices_nothing_and_fails_the_command(folder: Path) -> None:
    (folder / "conftest.py").write_text(STUMBLING, "utf-8")

    status, printed, survivors = mutate(folder, SPENDING + AT_THE_LIMIT)

    assert status == 1
    assert "+ if cents >= 100:\n    not known: trying it failed, and not in a test" in survivors
    assert "ValueError: That is more than there is." in printed
    assert "| `domain/purse.py` | 10 | 10 | 8 | 80.0% |" in printed
    assert survivors.count("not known") == 2


def test_the_interval_is_wilsons() -> None:
    low, high = Score(10, 8).interval()

    assert (round(low, 4), round(high, 4)) == (0.4902, 0.9433)


def test_a_sample_is_shared_out_to_modules_and_drawn_the_same_again() -> None:
    changes = {"large": list(range(900)), "small": list(range(90)), "one": [0]}
    drawn = sample(changes, 100, seed=1)

    assert {place: len(some) for place, some in drawn.items()} == {
        "large": 91,
        "small": 10,
        "one": 1,
    }
    assert drawn == sample(changes, 100, seed=1)
    assert drawn != sample(changes, 100, seed=2)
    assert sample(changes, 2_000, seed=1).keys() == changes.keys()


def test_every_group_has_modules_and_each_module_one_group() -> None:
    of_groups = places(ROOT)
    every = [place for of_group in of_groups.values() for place in of_group]

    assert list(of_groups) == list(GROUPS)
    assert len(every) == len(set(every))
    assert [place for place in every if not (ROOT / place).exists()] == []


def test_each_change_that_changes_nothing_is_still_there_with_a_reason() -> None:
    known = equivalents()

    assert [one for one in known if not one.reason] == []
    assert [k for k in known if not any(k.is_(m) for m in mutants_of(ROOT, k.place))] == []
