"""Server and worker as two processes that start in a moment, to be killed hundreds of times.

The same program as `sigmasight serve`, with fast passwords. Only the watch over the worker is
missing, as that would start it the slow way: whoever kills it here starts it again.
"""

import asyncio
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing.context import ForkServerProcess
from multiprocessing.synchronize import Event
from pathlib import Path

import httpx
import uvicorn

from interfaces.bootstrap import Program
from interfaces.http import create_http
from tests.support.forking import forking
from tests.support.ports import port_of_its_own
from tests.support.programs import build_program
from tests.support.waiting import eventually

_STARTS_WITHIN_S = 60


class Crew:
    """A server at `url` and a worker on one database; what they say goes to a file in `folder`."""

    def __init__(self, database: str, folder: Path, port: int) -> None:
        self.port = port
        self.url = f"http://127.0.0.1:{self.port}"
        self._database = database
        self._log = folder / "crew.log"
        self.start_server()
        self.start_worker()

    def start_server(self) -> None:
        """Start the server; returns at once."""
        self.server = start(_serve, self._database, self._log, self.port)

    def start_worker(self) -> None:
        """Start the worker; returns at once."""
        self.worker = start(_work, self._database, self._log)

    def wait_until_live(self, within_s: float = _STARTS_WITHIN_S) -> None:
        """Return when the server answers.

        Raises:
            AssertionError: it ended, or did not answer in time.
        """
        eventually(self._is_live, within_s, f"an answer of {self.url}/health/live")

    def _is_live(self) -> bool:
        assert self.server.is_alive(), f"the server ended: {self.server.exitcode}"
        with suppress(httpx.TransportError):
            return httpx.get(f"{self.url}/health/live", timeout=5).is_success
        return False

    def last_words(self) -> str:
        """The end of what they said, for the report of a failed test."""
        return "\n".join(self._log.read_text("utf-8", errors="replace").splitlines()[-60:])


@contextmanager
def crew(database: str, folder: Path) -> Iterator[Crew]:
    """A server that answers and a worker; killed at the end, and their last words printed."""
    with port_of_its_own() as port:
        crew = Crew(database, folder, port)
        try:
            crew.wait_until_live()
            yield crew
        finally:
            kill(crew.server, crew.worker)
            sys.stdout.write(crew.last_words())


def start(
    work: Callable[..., None], database: str, log: Path, *arguments: object
) -> ForkServerProcess:
    """Let a function of a module work in a process of its own."""
    process = forking().Process(target=_begin, args=(work, database, log, arguments), daemon=True)
    process.start()
    return process


def kill(*processes: ForkServerProcess) -> None:
    """Kill -9 them all, and return when they are gone."""
    for process in processes:
        process.kill()
    for process in processes:
        process.join()


def rebuild_for_ever(program: Program, begun: Event) -> None:
    """Build every room anew, again and again; sets `begun` before the first."""
    begun.set()
    while True:
        for name in program.rooms.positions():
            program.upkeep.rebuild(name)


def _begin(
    work: Callable[..., None], database: str, log: Path, arguments: tuple[object, ...]
) -> None:
    with log.open("ab") as out:
        for stream in (sys.stdout, sys.stderr):
            os.dup2(out.fileno(), stream.fileno())
    with build_program(database) as program:
        work(program, *arguments)


def _serve(program: Program, port: int) -> None:
    program.follow_log()
    uvicorn.run(create_http(program), port=port, log_config=None, access_log=False, ws="none")


def _work(program: Program) -> None:
    asyncio.run(program.worker(f"worker-{os.getpid()}").run(asyncio.Event()))
