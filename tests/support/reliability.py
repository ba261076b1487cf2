"""What fault tests did, gathered from all processes of a run into docs/reliability.md.

A plugin of pytest that `make faults` loads. Each test says by the fixture `note` what was done to
the program and what held. Where all of them passed, and every row of spec 9.2 was noted as often as
it asks for, the table in the document is written anew; where one is lacking, the run fails.
"""

import os
import platform
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from enum import Enum
from pathlib import Path

import msgspec
import pytest

DOCUMENT = Path(__file__).parents[2] / "docs" / "reliability.md"
BEGIN, END = "<!-- written by `make faults`: -->", "<!-- until here -->"
_PROPERTY = "fault"


class Asked(Enum):
    """The rows of spec 9.2, and how often each asks for its fault."""

    KILLS = ("kill -9 of server or worker", 200)
    RACES = ("16 racers", 2_000)
    LOST_ANSWERS = ("connection cut around COMMIT", 100)
    RESTARTS = ("PostgreSQL restarted", 10)
    EXHAUSTED = ("pool exhausted", 50)
    TOO_SLOW = ("statement timeout", 50)
    PROVIDER = ("provider", 240)
    CLOCK = ("clock", 400)
    DISK_FULL = ("disk full", 50)
    SIMULATOR = ("simulator", 5_000)
    FILES = ("CSV mutants", 10_000)
    REQUESTS = ("API fuzz", 3_000)
    TOKENS = ("JWT mutants", 2_000)
    STORED = ("stored-event corruptions", 1_000)
    REPLAYED = ("every stored version replayed", 1)
    OVERLOAD = ("overload", 1)
    BESIDES = ("besides 9.2", 0)

    @property
    def times(self) -> int:
        """How often."""
        return self.value[1]


class Noted(msgspec.Struct, frozen=True, kw_only=True):
    """What a test did: to the program, how often, what held, how long the worst recovery took."""

    asked: str
    fault: str
    times: int
    held: str
    worst_s: float | None
    test: str


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """The same of all cases of a test together, with the seconds that they took."""

    noted: Noted
    took_s: float


class Note:
    """Takes down what the test that asks for it did, once it has held."""

    def __init__(self, test: pytest.Item) -> None:
        self._test = test

    def __call__(
        self, asked: Asked, fault: str, times: int, held: str, worst_s: float | None = None
    ) -> None:
        """Say what was done `times` times, and held."""
        place = self._test.nodeid.partition("[")[0]
        noted = Noted(
            asked=asked.name, fault=fault, times=times, held=held, worst_s=worst_s, test=place
        )
        self._test.user_properties.append((_PROPERTY, msgspec.to_builtins(noted)))


class Gathering:
    """What all tests of a run noted; the process that reads their reports has it."""

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self._began = time.monotonic()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take down what a test noted that has passed."""
        if report.when == "call" and report.passed:
            for name, told in report.user_properties:
                if name == _PROPERTY:
                    noted = msgspec.convert(told, Noted)
                    self.lines.append(Line(noted=noted, took_s=report.duration))

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        """Write the table of a run that was green and whole; let one that was not whole fail."""
        if exitstatus:
            return
        lines = together(self.lines)
        if missing := lacking(lines):
            print(f"\nNOT PASSED: of spec 9.2 was not done: {', '.join(missing)}")  # noqa: T201
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
            return
        DOCUMENT.write_text(
            written(DOCUMENT.read_text("utf-8"), table(lines, time.monotonic() - self._began)),
            "utf-8",
        )


def pytest_configure(config: pytest.Config) -> None:
    """Gather, in the process that all tests report to."""
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Gathering())


def together(lines: Iterable[Line]) -> Sequence[Line]:
    """One line for each fault of a test, whatever number of cases it has, in the order of 9.2."""
    cases: dict[tuple[str, str], list[Line]] = defaultdict(list)
    for line in lines:
        cases[line.noted.test, line.noted.fault].append(line)
    order = [asked.name for asked in Asked]
    return sorted(
        map(_sum, cases.values()), key=lambda one: (order.index(one.noted.asked), one.noted.test)
    )


def _sum(lines: Sequence[Line]) -> Line:
    waits = [line.noted.worst_s for line in lines if line.noted.worst_s is not None]
    times = sum(line.noted.times for line in lines)
    noted = msgspec.structs.replace(lines[0].noted, times=times, worst_s=max(waits, default=None))
    return Line(noted=noted, took_s=sum(line.took_s for line in lines))


def lacking(lines: Sequence[Line]) -> Sequence[str]:
    """The rows of 9.2 that were done less often than it asks for."""
    done = dict.fromkeys(Asked, 0)
    for line in lines:
        done[Asked[line.noted.asked]] += line.noted.times
    return [
        f"{asked.value[0]} ({done[asked]:,} of {asked.times:,})"
        for asked in Asked
        if done[asked] < asked.times
    ]


def table(lines: Sequence[Line], took_s: float) -> str:
    """The table, with when and where it was measured."""
    day, minutes = datetime.now(UTC).date(), took_s / 60
    return "\n".join(
        [
            f"`make faults` on {day} in {minutes:.1f} minutes: {_machine()}.",
            "",
            "| Row of 9.2 | Fault or load | Test | Times | Held | Worst recovery | Took |",
            "|---|---|---|---|---|---|---|",
            *map(_row, lines),
        ]
    )


def _row(line: Line) -> str:
    noted, asked = line.noted, Asked[line.noted.asked]
    worst = "-" if noted.worst_s is None else f"{noted.worst_s:.1f} s"
    cells = (
        f"{asked.value[0]}, {asked.times:,}" if asked.times else asked.value[0],
        *(noted.fault, f"`{noted.test}`", f"{noted.times:,}", noted.held),
        *(worst, f"{line.took_s:.0f} s"),
    )
    return f"| {' | '.join(cells)} |"


def written(document: str, text: str) -> str:
    """The document with `text` in the place of the table."""
    before, _, rest = document.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n{text}\n\n{END}{after}"


def _machine() -> str:
    known = Path("/proc/cpuinfo")
    names = known.read_text("utf-8").splitlines() if known.exists() else []
    model = next((n.partition(": ")[2] for n in names if n.startswith("model name")), "")
    return (
        f"{os.cpu_count()} cores {model or platform.machine()}, Python {platform.python_version()}"
    )
