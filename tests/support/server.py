"""The program as users run it: `sigmasight serve` in a process of its own, killed at will."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
import psutil

from tests.support.leaks import leaks_in
from tests.support.ports import port_of_its_own
from tests.support.programs import SECRET
from tests.support.waiting import eventually

ROOT = Path(__file__).resolve().parents[2]
_STARTS_WITHIN_S = 60
_LOG_SHOWN = 60


class RunningServer:
    """A server in `folder`, its working directory, where also its log lies.

    `settings` are variables of its environment; nothing else of ours reaches it but PATH.
    """

    def __init__(
        self, folder: Path, settings: Mapping[str, str], port: int, options: Sequence[str]
    ) -> None:
        self.port = port
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = folder / "server.log"
        self.folder = folder
        self._options = options
        self._environment = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "SECRET_KEY": SECRET,
            "RATE_LIMITS": "off",
            **settings,
        }
        self.start()

    def start(self) -> None:
        """Start the process; returns at once (see `wait_until_live`)."""
        command = [sys.executable, "-m", "interfaces.serving", "serve", "--port", str(self.port)]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*command, *self._options],
                cwd=self.folder,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def wait_until_live(self, within_s: float = _STARTS_WITHIN_S) -> None:
        """Return when it answers.

        Raises:
            AssertionError: it ended, or did not answer in time.
        """
        eventually(self._is_live, within_s, f"an answer of {self.url}/health/live")

    def restart(self) -> None:
        """Start it again after it ended, and wait for its answer."""
        self.process.wait(timeout=10)
        self.start()
        self.wait_until_live()

    @property
    def worker(self) -> psutil.Process | None:
        """Its worker, if one runs now."""
        with suppress(psutil.NoSuchProcess):
            for child in psutil.Process(self.process.pid).children():
                with suppress(psutil.NoSuchProcess):
                    if "worker" in child.cmdline() and child.status() != psutil.STATUS_ZOMBIE:
                        return child
        return None

    def kill(self) -> None:
        """Kill -9 the server alone; the worker finds that its parent has ended."""
        self.process.kill()
        self.process.wait()

    def kill_all(self) -> None:
        """Kill -9 server and worker at once: no process is left to do anything in good order."""
        worker = self.worker
        self.process.kill()
        if worker is not None:
            with suppress(psutil.NoSuchProcess):
                worker.kill()
        self.process.wait()

    def kill_worker(self) -> None:
        """Kill -9 the worker, waiting for one if there is none just now."""
        worker = eventually(lambda: self.worker, 30, "a worker beside the server")
        worker.kill()

    def interrupt(self, within_s: float = 30) -> int:
        """End it by Ctrl-C; the exit code."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(within_s)

    def last_words(self) -> str:
        """The end of its log without what went well, for the report of a failed test."""
        lines = self.log.read_text("utf-8", errors="replace").splitlines()
        return "\n".join([line for line in lines if "status=2" not in line][-_LOG_SHOWN:])

    def _is_live(self) -> bool:
        assert self.process.poll() is None, f"the server ended: {self.process.returncode}"
        with suppress(httpx.TransportError):
            return httpx.get(f"{self.url}/health/live", timeout=5).is_success
        return False


@contextmanager
def running_server(
    folder: Path, settings: Mapping[str, str], options: Sequence[str] = ()
) -> Iterator[RunningServer]:
    """A server that answers; whatever of it is left at the end is killed, and its log printed.

    Raises:
        AssertionError: its log holds what no log may.
    """
    with port_of_its_own() as port:
        server = RunningServer(folder, settings, port, options)
        try:
            server.wait_until_live()
            yield server
        finally:
            _end_all_in(folder)
            sys.stdout.write(server.last_words())
    assert leaks_in(server.log) == set()


@contextmanager
def worker_process(folder: Path, settings: Mapping[str, str]) -> Iterator[int]:
    """A worker as `sigmasight worker` starts it, ended by Ctrl-C; yields its process id."""
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "SECRET_KEY": SECRET}
    with folder.joinpath("worker.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "interfaces.serving", "worker"],
            cwd=folder,
            env={**environment, **settings},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        yield process.pid
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=30) == 0
    finally:
        process.kill()
    assert leaks_in(folder / "worker.log") == set()


def processes_in(folder: Path) -> list[psutil.Process]:
    """Living processes that work in `folder` or name a path in it in their command line."""
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            paths = [Path(process.cwd()), *map(Path, process.cmdline())]
            if any(path.is_relative_to(folder) for path in paths):
                found.append(process)
    return found


def _end_all_in(folder: Path) -> None:
    """Kill what runs in the folder; PostgreSQL at once too, yet so that it frees its memory."""
    left = processes_in(folder)
    for process in left:
        with suppress(psutil.NoSuchProcess):
            process.send_signal(signal.SIGQUIT if process.name() == "postgres" else signal.SIGKILL)
    psutil.wait_procs(left, timeout=10)
