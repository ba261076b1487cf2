"""What a run says: a table by group and module, and what nobody noticed."""

import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from tests.mutation.mutations import Mutant
from tests.mutation.running import Fate, Verdict
from tests.mutation.sampling import Score

GOAL = 0.85
EQUIVALENTS = Path(__file__).with_name("equivalents.toml")


@dataclass(frozen=True, slots=True)
class Equivalent:
    """A change that nobody can notice, and why: the code does the same."""

    place: str
    function: str
    was: str
    became: str
    reason: str

    def is_(self, mutant: Mutant) -> bool:
        """Whether the change is this one."""
        said = (mutant.place, mutant.function, mutant.was, mutant.became)
        return said == (self.place, self.function, self.was, self.became)


def equivalents(path: Path = EQUIVALENTS) -> list[Equivalent]:
    """The changes that are known to change nothing."""
    told = tomllib.loads(path.read_text("utf-8"))
    return [Equivalent(**entry) for entry in told.get("equivalent", [])]


@dataclass(frozen=True, slots=True)
class Outcome:
    """The verdicts of a run by group, of changes that can be noticed."""

    verdicts: Mapping[str, Sequence[Verdict]]
    changes: Mapping[str, int]
    alarms: tuple[int, int]
    minutes: float
    invalid: int = 0

    def score(self, group: str) -> Score:
        """Of a whole group."""
        return _score(self.verdicts[group])

    @property
    def is_enough(self) -> bool:
        """Whether every group reaches the goal, and unchanged code was never called changed."""
        return self.alarms[0] == 0 and all(self.score(g).share >= GOAL for g in self.verdicts)

    def table(self) -> str:
        """By group and by module, as Markdown."""
        rows = [
            "| | changes | tried | noticed | score | 19 times of 20 |",
            "|---|---|---|---|---|---|",
        ]
        for group, verdicts in self.verdicts.items():
            places = sorted({verdict.mutant.place for verdict in verdicts})
            rows.append(_row(f"**{group}**", sum(self.changes[p] for p in places), verdicts))
            for place in places:
                of_place = [verdict for verdict in verdicts if verdict.mutant.place == place]
                rows.append(_row(f"`{place}`", self.changes[place], of_place))
        return "\n".join(rows)

    def survivors(self) -> str:
        """What nobody noticed, by place, each with its change."""
        left = [v for verdicts in self.verdicts.values() for v in verdicts if not v.is_killed]
        return "\n\n".join(f"{v.mutant}\n    {_why(v)}" for v in left) + "\n"

    def document(self, on: date, command: str) -> str:
        """The page `docs/mutation.md`."""
        groups = "\n".join(_sentence(group, self.score(group)) for group in self.verdicts)
        tried = sum(map(len, self.verdicts.values()))
        return _PAGE.format(
            on=on.isoformat(),
            command=command,
            minutes=round(self.minutes),
            tried=tried,
            all=sum(self.changes.values()),
            groups=groups,
            controls=self.alarms[1],
            alarms=self.alarms[0],
            timeouts=sum(v.fate is Fate.TIMEOUT for vs in self.verdicts.values() for v in vs),
            invalid=self.invalid,
            table=self.table(),
        )


def _score(verdicts: Iterable[Verdict]) -> Score:
    counted = Counter(verdict.is_killed for verdict in verdicts)
    return Score(counted.total(), counted[True])


def _row(title: str, changes: int, verdicts: Sequence[Verdict]) -> str:
    score = _score(verdicts)
    low, high = score.interval()
    share = f"{score.share:.1%} | {low:.1%} to {high:.1%}"
    return f"| {title} | {changes} | {score.tried} | {score.killed} | {share} |"


def _sentence(group: str, score: Score) -> str:
    low, high = score.interval()
    verdict = "reached" if score.share >= GOAL else "missed"
    return (
        f"- {group}: {score.share:.1%} ({score.killed} of {score.tried};"
        f" {low:.1%} to {high:.1%}), goal {GOAL:.0%} {verdict}"
    )


def _why(verdict: Verdict) -> str:
    if verdict.fate is Fate.UNREACHED:
        return verdict.fate
    return f"{verdict.fate}: {verdict.tests} tests passed"


_HEADING = """\
| | changes | tried | noticed | score | 19 times of 20 |
|---|---|---|---|---|---|"""
_PAGE = """# Do the tests notice?

Written by `{command}` on {on}, in {minutes} minutes by one process. The code is changed in one
small way at a time, and the tests that reach the statement are run: one of them has to fail. Of
{all} such changes {tried} were tried, drawn with a seed, from each module in proportion.

{groups}

Noticed by a test that came to no end: {timeouts}. Drawn, but the same code once compiled, or none
that can be exchanged, and so not counted: {invalid}. Of {controls} times that the same tests were
run on unchanged code, {alarms} failed.
Changes that change nothing are left out; they stand in `tests/mutation/equivalents.toml`, each with
its reason.
How it is done and what is not tried: [CONTRIBUTING](../CONTRIBUTING.md).

{table}
"""
