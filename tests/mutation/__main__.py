"""`make mutate`: change the code, see whether a test fails; a table, and status 1 under the goal.

SAMPLE=450 changes of each group by default, ALL=1 tries every one, SEED=1 draws others.
GROUP="auth" does one group again; the page has the latest result of each. PLACES="domain/money.py"
and TESTS="tests/domain/test_money.py" look at less, and leave docs/mutation.md as it is.
"""

import os
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter

import msgspec

from tests.mutation.mutations import Mutant, mutants_of
from tests.mutation.report import Result, document, equivalents, table
from tests.mutation.running import Trial, run
from tests.mutation.sampling import GROUPS, TESTS, places, sample

ROOT = Path.cwd()
PAGE = ROOT / "docs" / "mutation.md"
_OPTIONS = ("SAMPLE", "ALL", "SEED")


def main() -> int:
    """The exit status: 0 where every group that is asked for reaches the goal."""
    asked = [group for group in GROUPS if _places(group)]
    if chosen := os.environ.get("GROUP"):
        asked = [group for group in asked if group == chosen]
    for group in asked:
        trying = [sys.executable, "-m", "tests.mutation", group]
        if status := subprocess.run(trying, check=False).returncode:
            return status
    shown = asked if _is_part() else GROUPS
    latest = [_latest(group) for group in shown if _file(group).exists()]
    survivors = [one for result in latest for one in result.survivors]
    told = _file("").with_name("survivors.txt")
    told.write_text("\n\n".join(survivors) + "\n", "utf-8")
    if not _is_part():
        PAGE.write_text(document(latest), "utf-8")
    print(table(latest))  # noqa: T201 - what the verb says
    print(f"What nobody noticed: {told}")  # noqa: T201 - what the verb says
    return 0 if all(_latest(group).is_enough for group in asked) else 1


def try_group(group: str) -> int:
    """Try the changes of one group, in a process of its own; the exit status of the tests."""
    started = perf_counter()
    changes = {place: _changes(place) for place in _places(group)}
    total = sum(map(len, changes.values()))
    most = total if os.environ.get("ALL") else int(os.environ.get("SAMPLE") or 450)
    drawn = sample(changes, most, int(os.environ.get("SEED") or 0))
    _say(f"{group}:")
    trial = Trial(ROOT, list(changes), [m for of_place in drawn.values() for m in of_place], _say)
    if status := run(trial, os.environ.get("TESTS", "").split() or TESTS[group]):
        return status
    given = [f"{name}={os.environ[name]}" for name in _OPTIONS if os.environ.get(name)]
    result = Result.of(
        group,
        trial.verdicts,
        {place: len(every) for place, every in changes.items()},
        trial.reach,
        (
            datetime.now(UTC).date(),
            " ".join(["make mutate", *given]),
            (perf_counter() - started) / 60,
        ),
    )
    _file(group).parent.mkdir(parents=True, exist_ok=True)
    _file(group).write_bytes(msgspec.json.format(msgspec.json.encode(result)))
    return 0


def _is_part() -> bool:
    return bool(os.environ.get("PLACES") or os.environ.get("TESTS"))


def _places(group: str) -> Sequence[str]:
    named = os.environ.get("PLACES", "").split()
    return [place for place in places(ROOT)[group] if not named or place in named]


def _file(group: str) -> Path:
    """Where the result of a group is kept; of a part of it, somewhere else."""
    of_what = "part" if _is_part() else "whole"
    return ROOT / "build" / "mutation" / of_what / f"{group.replace(' ', '-')}.json"


def _latest(group: str) -> Result:
    return msgspec.json.decode(_file(group).read_bytes(), type=Result)


def _changes(place: str) -> list[Mutant]:
    known = equivalents()
    return [m for m in mutants_of(ROOT, place) if not any(one.is_(m) for one in known)]


def _say(told: str) -> None:
    print(told, file=sys.__stderr__, flush=True)


if __name__ == "__main__":
    sys.exit(try_group(sys.argv[1]) if len(sys.argv) > 1 else main())
