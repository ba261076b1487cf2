"""`make mutate`: change the code, see whether a test fails; a table, and status 1 under the goal.

SAMPLE=450 changes of each group by default, ALL=1 tries every one, SEED=1 draws others,
PLACES="domain/money.py ..." and TESTS="tests/domain/test_money.py ..." look at less, and then
leave docs/mutation.md as it is.
"""

import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter

from tests.mutation.mutations import Mutant, mutants_of
from tests.mutation.report import Outcome, equivalents
from tests.mutation.running import Fate, Trial, run
from tests.mutation.sampling import places, sample

ROOT = Path.cwd()
RESULTS = ROOT / "build" / "mutation"
_OPTIONS = ("SAMPLE", "ALL", "SEED")
_OF_AUTH = (
    *("users", "sessions", "login_throttle", "administration", "policy"),
    *("security_log", "forgetting"),
)
TESTS = (
    *("tests/domain", "tests/interfaces/files", "tests/infrastructure/test_jwt_tokens.py"),
    *(f"tests/application/test_{name}.py" for name in _OF_AUTH),
)


def main() -> int:
    """The exit status: 0 where every group reaches the goal."""
    started = perf_counter()
    named = os.environ.get("PLACES", "").split()
    groups = {
        group: [place for place in of_group if not named or place in named]
        for group, of_group in places(ROOT).items()
    }
    groups = {group: of_group for group, of_group in groups.items() if of_group}
    changes = {p: _changes(p) for of_group in groups.values() for p in of_group}
    drawn = {group: _drawn({p: changes[p] for p in of_group}) for group, of_group in groups.items()}
    trial = Trial(
        ROOT,
        list(changes),
        [mutant for of_group in drawn.values() for mutant in of_group],
        lambda told: print(told, file=sys.__stderr__, flush=True),
    )
    tests = os.environ.get("TESTS", "").split() or TESTS
    if failed := run(trial, tests):
        return failed
    verdicts = {verdict.mutant: verdict for verdict in trial.verdicts}
    outcome = Outcome(
        {
            group: [verdicts[m] for m in of_group if verdicts[m].fate is not Fate.INVALID]
            for group, of_group in drawn.items()
        },
        {place: len(every) for place, every in changes.items() if every},
        (trial.reach.alarms, trial.reach.controls),
        (perf_counter() - started) / 60,
        sum(verdict.fate is Fate.INVALID for verdict in trial.verdicts),
    )
    _write(outcome, is_whole=not named and tests is TESTS)
    return 0 if outcome.is_enough else 1


def _changes(place: str) -> list[Mutant]:
    known = equivalents()
    return [m for m in mutants_of(ROOT, place) if not any(known_.is_(m) for known_ in known)]


def _drawn(by_place: dict[str, list[Mutant]]) -> list[Mutant]:
    total = sum(map(len, by_place.values()))
    most = total if os.environ.get("ALL") else int(os.environ.get("SAMPLE") or 450)
    drawn = sample(by_place, most, int(os.environ.get("SEED") or 0))
    return [mutant for of_place in drawn.values() for mutant in of_place]


def _write(outcome: Outcome, *, is_whole: bool) -> None:
    RESULTS.mkdir(parents=True, exist_ok=True)
    (RESULTS / "survivors.txt").write_text(outcome.survivors(), "utf-8")
    (RESULTS / "table.md").write_text(outcome.table() + "\n", "utf-8")
    print(outcome.table())  # noqa: T201 - what the verb says
    print(f"What nobody noticed: {RESULTS / 'survivors.txt'}")  # noqa: T201 - what the verb says
    if is_whole:
        given = [f"{name}={os.environ[name]}" for name in _OPTIONS if os.environ.get(name)]
        page = outcome.document(datetime.now(UTC).date(), " ".join(["make mutate", *given]))
        (ROOT / "docs" / "mutation.md").write_text(page, "utf-8")


if __name__ == "__main__":
    sys.exit(main())
