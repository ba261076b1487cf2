"""What a run says: a table by group and module, and what nobody noticed."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Self

import msgspec

from tests.mutation.mutations import Mutant
from tests.mutation.running import Fate, Reach, Verdict
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


class OfModule(msgspec.Struct, frozen=True):
    """How many changes of a module there are, were tried, and were noticed."""

    changes: int
    tried: int
    killed: int


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """What became of the changes of a group, those left out that are no change once compiled."""

    group: str
    on: date
    command: str
    minutes: float
    controls: int
    alarms: int
    timeouts: int
    invalid: int
    broken: int = 0
    modules: Mapping[str, OfModule]
    survivors: Sequence[str]

    @classmethod
    def of(
        cls,
        group: str,
        verdicts: Sequence[Verdict],
        changes: Mapping[str, int],
        reach: Reach,
        told: tuple[date, str, float],
    ) -> Self:
        """That of a run; `changes` are counted by module, `told` is day, command and minutes."""
        on, command, minutes = told
        valid = [verdict for verdict in verdicts if verdict.fate is not Fate.INVALID]
        return cls(
            group=group,
            on=on,
            command=command,
            minutes=minutes,
            controls=reach.controls,
            alarms=reach.alarms,
            timeouts=sum(verdict.fate is Fate.TIMEOUT for verdict in valid),
            invalid=len(verdicts) - len(valid),
            broken=sum(verdict.fate is Fate.BROKEN for verdict in valid),
            modules={
                place: _of_module(place, number, valid)
                for place, number in changes.items()
                if number
            },
            survivors=[f"{v.mutant}\n    {_why(v)}" for v in valid if not v.is_killed],
        )

    @property
    def score(self) -> Score:
        """Of the whole group."""
        modules = self.modules.values()
        return Score(sum(m.tried for m in modules), sum(m.killed for m in modules))

    @property
    def is_enough(self) -> bool:
        """Whether it reaches the goal, every change was tried, and unchanged code always passed."""
        return self.alarms == self.broken == 0 and self.score.share >= GOAL

    def rows(self) -> list[str]:
        """The group and its modules, as rows of Markdown."""
        changes = sum(module.changes for module in self.modules.values())
        rows = [_row(f"**{self.group}**", changes, self.score)]
        for place, of_module in self.modules.items():
            score = Score(of_module.tried, of_module.killed)
            rows.append(_row(f"`{place}`", of_module.changes, score))
        return rows

    def sentence(self) -> str:
        """The score and how it was found."""
        score, (low, high) = self.score, self.score.interval()
        return (
            f"- {self.group}: {score.share:.1%} ({score.killed} of {score.tried}; {low:.1%} to"
            f" {high:.1%}), {self._verdict()}."
            f" `{self.command}`, {self.on.isoformat()}, {self.minutes:.0f} minutes."
        )

    def _verdict(self) -> str:
        if self.alarms:
            return (
                f"not proven: {self.alarms} of {self.controls} times the tests failed on unchanged"
                " code, so some of this may be noticed by chance"
            )
        if self.broken:
            return f"not proven: {self.broken} changes could not be tried, for the runner failed"
        return f"goal {GOAL:.0%} {'reached' if self.score.share >= GOAL else 'missed'}"


def table(results: Sequence[Result]) -> str:
    """By group and by module, as Markdown."""
    return "\n".join([_HEADING, *(row for result in results for row in result.rows())])


def document(results: Sequence[Result]) -> str:
    """The page `docs/mutation.md`."""
    return _PAGE.format(
        tried=sum(result.score.tried for result in results),
        all=sum(module.changes for result in results for module in result.modules.values()),
        groups="\n".join(result.sentence() for result in results),
        controls=sum(result.controls for result in results),
        alarms=sum(result.alarms for result in results),
        timeouts=sum(result.timeouts for result in results),
        invalid=sum(result.invalid for result in results),
        table=table(results),
    )


def _of_module(place: str, changes: int, verdicts: Sequence[Verdict]) -> OfModule:
    of_place = [verdict.is_killed for verdict in verdicts if verdict.mutant.place == place]
    return OfModule(changes, len(of_place), sum(of_place))


def _row(title: str, changes: int, score: Score) -> str:
    low, high = score.interval()
    share = f"{score.share:.1%} | {low:.1%} to {high:.1%}"
    return f"| {title} | {changes} | {score.tried} | {score.killed} | {share} |"


def _why(verdict: Verdict) -> str:
    if verdict.fate is Fate.SURVIVED:
        return f"{verdict.fate}: {verdict.tests} tests passed"
    return verdict.fate


_HEADING = """\
| | changes | tried | noticed | score | 19 times of 20 |
|---|---|---|---|---|---|"""
_PAGE = """# Do the tests notice?

Written by `make mutate`, by one process. The code is changed in one small way at a time, and the
tests that reach the statement are run: one of them has to fail. Of {all} such changes {tried} were
tried, drawn with a seed, from each module in proportion.

{groups}

Noticed by a test that came to no end: {timeouts}. Drawn, but the same code once compiled, or none
that can be exchanged, and so not counted: {invalid}. Of {controls} times that the same tests were
run on unchanged code, {alarms} failed. Changes that change nothing are left out; they stand in
`tests/mutation/equivalents.toml`, each with its reason. How it is done and what is not tried:
[CONTRIBUTING](../CONTRIBUTING.md).

{table}
"""
