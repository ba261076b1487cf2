"""Running tests on changed code: everything is imported once, then a child is forked per change.

A child exchanges the code of the changed function in place, wherever it has been imported to,
empties caches, and runs the tests that reach the statement until one fails. What tests of a
session share, PostgreSQL's server above all, is there already.
"""

import functools
import gc
import importlib
import io
import os
import pickle
import resource
import select
import signal
import sys
import tempfile
import traceback
from collections.abc import Callable, Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from time import process_time
from types import CodeType, FunctionType
from typing import Any

import coverage
import pytest
from _pytest.runner import runtestprotocol
from hypothesis import HealthCheck, Phase, settings

from tests.mutation.mutations import Mutant

PROFILE = "mutating"
"""Of hypothesis: the same examples each time; the first that fails will do."""

_ENOUGH_S = 10.0
"""Seconds of a processor that the tests of one change take at most, the quickest first."""

_MOST_MEMORY = 8 * 1024**3
_NOT_KILLED, _KILLED, _NO_CODE, _BROKEN = 0, 1, 2, 3
_CACHE = type(functools.lru_cache(lambda: None))
_DATABASE = "postgres_server"


class Fate(StrEnum):
    """What became of a change."""

    KILLED = "killed"
    TIMEOUT = "killed by a timeout"
    SURVIVED = "survived"
    UNREACHED = "reached by no test"
    BROKEN = "not known: trying it failed, and not in a test"
    INVALID = "the same code, or one that cannot be exchanged"


_FATES = {
    _NOT_KILLED: Fate.SURVIVED,
    _KILLED: Fate.KILLED,
    _NO_CODE: Fate.INVALID,
    _BROKEN: Fate.BROKEN,
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """The fate of a change, and how many tests had a say."""

    mutant: Mutant
    fate: Fate
    tests: int

    @property
    def is_killed(self) -> bool:
        """Whether somebody noticed."""
        return self.fate in (Fate.KILLED, Fate.TIMEOUT)


@dataclass(slots=True)
class Reach:
    """Which tests reach which line, and how many seconds each takes of a processor.

    These are the same whoever else uses the machine, and so are the tests that are chosen.
    """

    root: Path
    took: dict[str, float] = field(default_factory=dict)
    failed: list[str] = field(default_factory=list)
    lines: dict[str, dict[int, list[str]]] = field(default_factory=dict)
    alarms: int = 0
    controls: int = 0

    def tests_of(self, mutant: Mutant, items: dict[str, pytest.Item]) -> list[pytest.Item]:
        """Those that reach it, quickest first; with a database only where nothing else does."""
        reached = self.lines.get(mutant.place, {})
        names = {name for line in mutant.lines for name in reached.get(line, ())} & items.keys()
        pure = {name for name in names if not _needs_database(items[name])}
        spent = 0.0
        chosen: list[pytest.Item] = []
        for name in sorted(pure or names, key=lambda name: (self.took[name], name)):
            spent += self.took[name]
            if chosen and spent > _ENOUGH_S:
                break
            chosen.append(items[name])
        return chosen

    def most_s(self, tests: Sequence[pytest.Item]) -> float:
        """Seconds after which a child that runs them hangs, however busy the machine is."""
        return 120 + 100 * sum(self.took[test.nodeid] for test in tests)


class Trial:
    """A pytest plugin that, instead of running the tests once, tries changes with them."""

    def __init__(
        self,
        root: Path,
        places: Sequence[str],
        mutants: Sequence[Mutant],
        tell: Callable[[str], None],
    ) -> None:
        self.reach = Reach(root)
        self.verdicts: list[Verdict] = []
        self._places, self._mutants, self._tell = places, mutants, tell

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Run every test once to see what it reaches, then try the changes."""
        if session.testsfailed:
            raise session.Interrupted("tests could not be collected")
        self._tell(f"{len(session.items)} tests are run once, to see what each reaches")
        _start_database(session.items)
        _look(session.items, self.reach, self._places)
        if self.reach.failed:
            self._tell(f"Nothing can be told, the tests fail unchanged: {self.reach.failed}")
            raise session.Failed
        items = {item.nodeid: item for item in session.items}
        for place in self._places:
            module = place.removesuffix(".py").removesuffix("/__init__")
            importlib.import_module(module.replace("/", "."))
        living = _Living(self.reach.root)
        self._tell(f"{len(self._mutants)} changes are tried")
        for number, mutant in enumerate(self._mutants, 1):
            tests = self.reach.tests_of(mutant, items)
            verdict = _try(mutant, tests, self.reach, living)
            self.verdicts.append(verdict)
            if not verdict.is_killed and verdict.fate is not Fate.INVALID:
                self._tell(f"{mutant}\n    {verdict.fate}")
            if number % 50 == 0 or number == len(self._mutants):
                self._control(tests)
                killed = sum(verdict.is_killed for verdict in self.verdicts)
                self._tell(f"{number} of {len(self._mutants)}: {killed} killed")
        return True

    def _control(self, tests: Sequence[pytest.Item]) -> None:
        """The same tests on unchanged code: they must pass, else a kill means nothing."""
        if tests:
            self.reach.controls += 1
            with tempfile.TemporaryFile() as told:

                def unchanged() -> int:
                    return _run(tests, self.reach, os.dup(told.fileno()))

                ended = _fork(unchanged, self.reach.most_s(tests))
                told.seek(0)
                if ended != _NOT_KILLED:
                    self.reach.alarms += 1
                    self._tell(f"Unchanged code fails ({ended}): {told.read().decode()}")


class _Living:
    """The functions there are, by file, name and line: imported names share them."""

    def __init__(self, root: Path) -> None:
        gc.unfreeze()
        self._root = root
        self._functions: dict[tuple[str, str, int], list[FunctionType]] = {}
        self._caches: list[Any] = []
        for thing in gc.get_objects():
            if isinstance(thing, FunctionType):
                code = thing.__code__
                key = (os.path.realpath(code.co_filename), code.co_qualname, code.co_firstlineno)
                self._functions.setdefault(key, []).append(thing)
            elif isinstance(thing, _CACHE):
                self._caches.append(thing)

    def exchange(self, mutant: Mutant) -> bool:
        """Give the changed code to every function that has the original; whether any has."""
        filename = os.path.realpath(self._root / mutant.place)
        functions = self._functions.get((filename, mutant.function, mutant.first_line), [])
        changed = mutant.code(filename)
        if changed is None or not functions or _is_same(changed, functions[0].__code__):
            return False
        for function in functions:
            if changed.co_freevars != function.__code__.co_freevars:
                return False
            function.__code__ = changed
        for cache in self._caches:
            cache.cache_clear()
        return True


def _is_same(one: CodeType, other: CodeType) -> bool:
    def said(code: CodeType) -> tuple[Any, ...]:
        inner = tuple(said(c) if isinstance(c, CodeType) else repr(c) for c in code.co_consts)
        return code.co_code, code.co_names, inner

    return said(one) == said(other)


def _start_database(items: Sequence[pytest.Item]) -> None:
    """Once for all children: what a session shares is set up by the first test that needs it.

    No other test is run in this process. Libraries start threads of their own when they are first
    used, which a child would wait for in vain.
    """
    for item in filter(_needs_database, items):
        _passes(item)
        return


def _look(items: Sequence[pytest.Item], reach: Reach, places: Sequence[str]) -> None:
    """Run every test in a child, with the lines watched, and note what it tells."""
    with tempfile.TemporaryFile() as told:

        def look() -> int:
            pickle.dump(_watched(items, reach.root, places), told)
            told.flush()
            return _NOT_KILLED

        if _fork(look, None) != _NOT_KILLED:
            raise RuntimeError("The process that ran the tests unchanged came to an end.")
        told.seek(0)
        reach.took, reach.failed, reach.lines = pickle.load(told)  # noqa: S301 - of our own child


def _watched(
    items: Sequence[pytest.Item], root: Path, places: Sequence[str]
) -> tuple[dict[str, float], list[str], dict[str, dict[int, list[str]]]]:
    files = {place: str(root / place) for place in places}
    watch = coverage.Coverage(data_file=None, include=list(files.values()), config_file=False)
    watch.set_option("run:disable_warnings", ["no-data-collected"])
    took, failed = {}, []
    watch.start()
    for item in items:
        watch.switch_context(item.nodeid)
        started = process_time()
        if not _passes(item):
            failed.append(item.nodeid)
        took[item.nodeid] = process_time() - started
    watch.stop()
    by_line = {place: watch.get_data().contexts_by_lineno(file) for place, file in files.items()}
    return (
        took,
        failed,
        {
            place: {line: [name for name in names if name] for line, names in of_place.items()}
            for place, of_place in by_line.items()
        },
    )


def _try(
    mutant: Mutant,
    tests: Sequence[pytest.Item],
    reach: Reach,
    living: _Living,
) -> Verdict:
    if not tests:
        return Verdict(mutant, Fate.UNREACHED, 0)

    def trial() -> int:
        return _run(tests, reach) if living.exchange(mutant) else _NO_CODE

    return Verdict(mutant, _FATES.get(_fork(trial, reach.most_s(tests)), Fate.TIMEOUT), len(tests))


def _run(
    tests: Sequence[pytest.Item],
    reach: Reach,
    tell_to: int | None = None,
) -> int:
    """In a child: the tests until one fails; each may work ten times as long as it did."""
    for test in tests:
        took = reach.took[test.nodeid]
        signal.setitimer(signal.ITIMER_PROF, 2 + 10 * took)
        signal.setitimer(signal.ITIMER_REAL, 60 + 90 * took)
        if tell_to is not None:
            os.pwrite(tell_to, test.nodeid.encode().ljust(300), 0)
        if not _passes(test):
            return _KILLED
    return _NOT_KILLED


def _passes(item: pytest.Item) -> bool:
    """Run it; only what a session shares stays, so that any other test may come next."""
    left: Any = item.session
    with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
        reports = runtestprotocol(item, log=False, nextitem=left)
    return not any(report.failed for report in reports)


def _fork(trial: Callable[[], int], most_s: float | None) -> int:
    """What a child answers, or less than zero if it was stopped; it is after `most_s`."""
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        _as_child(trial)
    watched = os.pidfd_open(child)
    try:
        if not select.select([watched], [], [], most_s)[0]:
            os.kill(child, signal.SIGKILL)
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    finally:
        os.close(watched)


def _as_child(trial: Callable[[], int]) -> None:
    """Never returns: tests may leave threads and what else to the end of the process.

    What is raised here is no test's, whose errors are reports: it is told, and notices nothing.
    """
    ended, told = _BROKEN, os.dup(2)
    try:
        for number in (signal.SIGPROF, signal.SIGALRM):
            signal.signal(number, signal.SIG_DFL)
        resource.setrlimit(resource.RLIMIT_AS, (_MOST_MEMORY, _MOST_MEMORY))
        silence = os.open(os.devnull, os.O_RDWR)
        for stream in (1, 2):
            os.dup2(silence, stream)
        ended = trial()
    finally:
        if ended == _BROKEN:
            os.write(told, traceback.format_exc().encode())
        os._exit(ended)


def _needs_database(item: pytest.Item) -> bool:
    return _DATABASE in getattr(item, "fixturenames", ())


def run(trial: Trial, tests: Sequence[str]) -> int:
    """Try it with the tests at these paths; the exit status of pytest."""
    phases = (Phase.explicit, Phase.generate)
    settings.register_profile(
        PROFILE,
        deadline=None,
        derandomize=True,
        database=None,
        phases=phases,
        suppress_health_check=list(HealthCheck),  # they go by the clock of a busy machine
    )
    options = ["-p", "no:cacheprovider", "-p", "no:xdist", "-p", "no:randomly", "--capture=no"]
    quiet = ["-qq", "--no-header", "--no-summary", f"--hypothesis-profile={PROFILE}"]
    return int(pytest.main([*options, *quiet, *tests], plugins=[trial]))
