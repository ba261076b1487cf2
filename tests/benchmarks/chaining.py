"""What the chain costs: the program as it is, against the same without links.

Each round does the same work twice: with the function that records events as it is, and with the
one of before the chain in its place. Run it by `python -m tests.benchmarks.chaining`.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

import psycopg
from psycopg import sql

from application.side_by_side import AT_A_TIME
from infrastructure.migrate import known_migrations
from interfaces.bootstrap import Program
from tests.benchmarks import commands, recording
from tests.benchmarks.databases import durable_database
from tests.benchmarks.recording import seconds
from tests.benchmarks.row import Row, show
from tests.support.accounts import cause
from tests.support.programs import build_program
from tests.support.recording import claimed

ROUNDS = 9
IN_A_SAVE = 1_000
_FUNCTION = "SELECT pg_get_functiondef('events.record_events'::regproc)"

Work = Callable[[], Callable[[], object]]
"""Prepares, untimed, what is done."""


class Recording:
    """The function that records events in one database, as it is or as it was before the chain."""

    def __init__(self, owner: "psycopg.Connection[Any]") -> None:
        self._owner = owner
        [self._linked] = owner.execute(_FUNCTION).fetchone() or [""]
        before = known_migrations()["0001_events.sql"]
        begins, ends = before.index("CREATE FUNCTION"), before.index("REVOKE ALL ON FUNCTION")
        self._unlinked = before[begins:ends].replace("CREATE", "CREATE OR REPLACE", 1)

    def links(self, *, makes_them: bool) -> None:
        """Put the one or the other in place."""
        self._owner.execute(sql.SQL(self._linked if makes_them else self._unlinked))


def measure() -> list[Row]:
    """Three rows: commands, many small events in a save, valuations of a run."""
    with (
        durable_database() as url,
        build_program(url) as program,
        psycopg.connect(url, autocommit=True) as owner,
    ):
        function, users = Recording(owner), commands.registered(program)
        valuations = f"{recording.VALUATIONS:,} valuations of {recording.LINES} lines in a run"
        return [
            _row(function, what, work)
            for what, work in (
                (
                    f"{commands.COMMANDS} commands to visible, one at a time",
                    lambda: partial(_command, program, users),
                ),
                (f"Recording {IN_A_SAVE:,} small events in one save", partial(_saving, program)),
                (f"Recording {valuations}", partial(_valuing, program)),
            )
        ]


def _row(function: Recording, what: str, work: Work) -> Row:
    rounds = [_round(function, work, first=bool(nth % 2)) for nth in range(ROUNDS)]
    return Row(
        what=what,
        against="the same without links",
        ours=tuple(times[True] for times in rounds),
        peer=tuple(times[False] for times in rounds),
        goal=0.90,
        note="with the function of before the chain in place of ours",
    )


def _round(function: Recording, work: Work, *, first: bool) -> dict[bool, float]:
    """The seconds with links (True) and without, one after the other."""
    times = {}
    for linked in (first, not first):
        function.links(makes_them=linked)
        times[linked] = seconds(work())
    return times


def _command(program: Program, users: list[Any]) -> None:
    for user in users:
        commands.command(program, user)


def _saving(program: Program) -> Callable[[], object]:
    slots = [claimed() for _ in range(IN_A_SAVE)]
    return lambda: program.log.save(*slots, cause=cause())


def _valuing(program: Program) -> Callable[[], object]:
    days = list(recording.accounts())
    return lambda: recording.record(program, days, AT_A_TIME)


if __name__ == "__main__":
    show(measure())
