"""Half an hour of use leaves nothing behind in server and worker: no memory, thread or descriptor.

`make soak` lets it take MINUTES (30). After two fifths, in which all that is loaded at first is
loaded, nothing may grow any more. `make check` uses the server for seconds, in which threads and
connections still become more, and memory may double.
"""

import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Event

import psutil
import pytest

from domain.user import User
from interfaces.bootstrap import Program
from tests.support.accounts import cause
from tests.support.client import Client
from tests.support.journal import rooms_differing_from_the_log
from tests.support.regulars import EXPORTS, LOOKS, Caretaker, Regular
from tests.support.server import RunningServer, running_server
from tests.support.vitals import Vitals, at_most, grown
from tests.support.waiting import eventually

USERS = 3
LOOKS_IN = 300
"""How often vitals are taken."""

MINUTES = float(os.environ.get("MINUTES", "30"))
SETTLES_IN = 0.4
"""Of the time: until then memory may grow, as rebuilding takes the more the longer the log is."""

HANG_GUARD_S = 120


@pytest.fixture
def server(database: str, tmp_path: Path) -> Iterator[RunningServer]:
    """A server with its worker, as users run it."""
    with running_server(tmp_path, {"DATABASE_URL": database}) as server:
        yield server


@contextmanager
def in_use(server: RunningServer, program: Program, pause_s: float) -> Iterator[Counter[str]]:
    """Everybody uses the server while the block goes on; what they did is told after it."""
    stop, done = Event(), Counter[str]()
    root = Client(server.url, "root@example.com", timeout_s=HANG_GUARD_S).arrive()
    known = program.users.find(root.email)
    assert known is not None
    program.administration.change_rank(known.id, User.promote, cause())
    root.log_in()
    people: list[Caretaker | Regular] = [
        Caretaker(root, stop, 20 * pause_s),
        *(Regular(server.url, f"user{number}x", stop, pause_s) for number in range(USERS)),
    ]
    with ThreadPoolExecutor(len(people)) as threads:
        working = [threads.submit(person.work) for person in people]
        try:
            yield done
        finally:
            stop.set()
            for worked in working:
                worked.result(HANG_GUARD_S)
    for person in people:
        done.update(person.done)


def watched(processes: Sequence[psutil.Process], seconds: float) -> list[list[Vitals]]:
    """The vitals of each process, taken over the time."""
    pause, began = Event(), time.monotonic()
    taken: list[list[Vitals]] = [[] for _ in processes]
    while time.monotonic() < began + seconds:
        for process, series in zip(processes, taken, strict=True):
            series.append(Vitals.of(process))
        pause.wait(seconds / LOOKS_IN)
    return taken


@pytest.mark.parametrize(
    ("minutes", "memory_by"),
    [
        pytest.param(0.2, 1.0, id="few"),
        pytest.param(MINUTES, 0.05, id="full", marks=pytest.mark.soak),
    ],
)
def test_what_is_used_for_long_takes_no_more_and_more(
    server: RunningServer,
    program: Program,
    database: str,
    minutes: float,
    memory_by: float,
    capsys: pytest.CaptureFixture[str],
) -> None:
    worker = eventually(lambda: server.worker, HANG_GUARD_S, "a worker")
    processes = [psutil.Process(server.process.pid), worker]
    with in_use(server, program, pause_s=0.05 if minutes < 1 else 0.5) as done:
        series = watched(processes, 60 * minutes)
    with capsys.disabled():
        tell(minutes, done, series)
    settled = [taken[int(SETTLES_IN * len(taken)) :] for taken in series]
    assert {"register", "import", "calculate", "rebuild", LOOKS[0]} <= set(done)
    assert minutes < 1 or set(EXPORTS) <= set(done)
    told = [one for taken in settled for one in grown(taken, memory_by)]
    assert [one for one in told if minutes >= 1 or one.startswith("memory")] == []
    assert "request_failed" not in server.log.read_text("utf-8", "replace")
    server.kill_all()
    assert rooms_differing_from_the_log(program, database) == []


def tell(minutes: float, done: Counter[str], series: Sequence[Sequence[Vitals]]) -> None:
    """Print what was done, and what server and worker held in each fifth of the time."""
    if minutes < 1:
        return
    print(f"\n{minutes:g} minutes: {', '.join(f'{n:,} {what}' for what, n in done.items())}")  # noqa: T201
    for name, taken in zip(("server", "worker"), series, strict=True):
        fifth = len(taken) // 5
        fifths = [str(at_most(taken[n * fifth : (n + 1) * fifth])) for n in range(5)]
        print(f"{name}: {'; '.join(fifths)}")  # noqa: T201


LEAKING = """
import socket, sys, threading
kept, waiting = [], threading.Event()
print("begun", flush=True)
for kind in sys.stdin:
    match kind.strip():
        case "memory":
            kept.append(bytearray(b"x" * 2_000_000))
        case "threads":
            kept.append(threading.Thread(target=waiting.wait, daemon=True))
            kept[-1].start()
        case "descriptors":
            kept.append(open("/dev/null"))
        case "connections":
            kept.append(socket.create_server(("127.0.0.1", 0)))
    print("done", flush=True)
"""


@pytest.mark.parametrize("leak", ["memory", "threads", "descriptors", "connections", "nothing"])
def test_whatever_leaks_is_found(leak: str) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", LEAKING], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as leaking:
        assert leaking.stdin
        assert leaking.stdout
        assert leaking.stdout.readline() == "begun\n"
        process, taken = psutil.Process(leaking.pid), []
        for _ in range(20):
            leaking.stdin.write(f"{leak}\n")
            leaking.stdin.flush()
            assert leaking.stdout.readline() == "done\n"
            taken.append(Vitals.of(process))
        leaking.stdin.close()
    found = [told.partition(":")[0] for told in grown(taken, 0.05)]
    also = {"connections": ["descriptors"], "nothing": []}.get(leak, [])
    assert found == [*also, *([leak] if leak != "nothing" else [])]


def test_what_comes_and_goes_is_no_leak() -> None:
    busy, idle = Vitals(100, 40, 60, 20), Vitals(103, 12, 30, 10)
    assert grown([busy, idle] * 50, 0.05) == []
    assert grown([*[idle] * 50, *[busy] * 50], 0.05) == [
        "threads: 12, then 40",
        "descriptors: 30, then 60",
        "connections: 10, then 20",
    ]
