"""Serving: the HTTP server in this process, one worker beside it in a child process.

The worker is a process of its own because valuing must not hold up requests. It is started again
if it dies, and it stops when this process does, however that ends: its standard input is a pipe
from here, and the pipe's end is its signal.
"""

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from types import FrameType
from typing import Annotated, NoReturn

import typer
from rich.console import Console

from application.prerequisites import reference_data
from interfaces.bootstrap import (
    Program,
    build,
    configure_logs,
    read_settings,
)
from interfaces.cli.commands import app, show_demo
from interfaces.starting import check_prerequisites

_RESTART_AFTER_S = 1.0
_STOP_WITHIN_S = 25.0
_console = Console()


@app.command()
def serve(
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="Before PORT.")] = None,
    host: Annotated[str | None, typer.Option(help="Before HOST.")] = None,
    demo: Annotated[bool, typer.Option(help="Seed the demo accounts first.")] = False,
) -> None:
    """Serve the API and the pages, with a worker beside, until Ctrl-C."""
    settings = read_settings()
    host, port = host or settings.host, port or settings.port
    configure_logs(settings)
    check_prerequisites(settings, reference_data())
    signal.signal(signal.SIGTERM, _end)
    with build(settings) as program:
        program.follow_log()
        program.certify_log()
        if demo:
            show_demo(program)
        with _worker_beside():
            _console.print(f"SigmaSight: [bold]http://{host}:{port}/[/] (API docs at /docs)")
            _serve_until_signal(program, host, port)


@app.command()
def worker(
    until_parent_ends: Annotated[
        bool, typer.Option(help="Stop when standard input ends.", hidden=True)
    ] = False,
) -> None:
    """Work off queued calculations and rebuilds, until Ctrl-C; any number of workers may run."""
    settings = read_settings()
    configure_logs(settings)
    check_prerequisites(settings, reference_data())
    with build(settings) as program:
        program.rebuild_rooms()
        asyncio.run(_work(program, until_parent_ends=until_parent_ends))


def _serve_until_signal(program: Program, host: str, port: int) -> None:
    """Serve until Ctrl-C or SIGTERM; uvicorn raises the signal again when it has shut down."""
    from interfaces.http import create_http  # noqa: PLC0415 - as long as all else together,
    from interfaces.http_server import http_server  # noqa: PLC0415 - for one verb of many

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda _number, _frame: None)
    http_server(create_http(program), program.terms, host, port).run()


def _end(_number: int, _frame: FrameType | None) -> NoReturn:
    """Leave through the open contexts, so that what was started is stopped."""
    raise SystemExit(0)


async def _work(program: Program, *, until_parent_ends: bool) -> None:
    stop, loop = asyncio.Event(), asyncio.get_running_loop()

    def on_signal(_number: int, _frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(stop.set)

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, on_signal)
    if until_parent_ends:
        threading.Thread(target=_await_end, args=(loop, stop), daemon=True).start()
    await program.worker(f"{socket.gethostname()}-{os.getpid()}").run(stop)


def _await_end(loop: asyncio.AbstractEventLoop, stop: asyncio.Event) -> None:
    while os.read(0, 1024):
        pass
    loop.call_soon_threadsafe(stop.set)


@contextlib.contextmanager
def _worker_beside() -> Iterator[None]:
    """Keep one worker process alive while the context lasts."""
    ending = threading.Event()
    guard = _WorkerProcess()
    thread = threading.Thread(target=guard.keep, args=(ending,), name="worker-guard", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ending.set()
        guard.stop()
        thread.join(_STOP_WITHIN_S)


class _WorkerProcess:
    """The worker child. In a session of its own, so that Ctrl-C reaches it through us alone."""

    def __init__(self) -> None:
        self._process = self._start()

    @staticmethod
    def _start() -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "interfaces.serving", "worker", "--until-parent-ends"]
        return subprocess.Popen(  # noqa: S603 - our own program
            command, stdin=subprocess.PIPE, start_new_session=True
        )

    def keep(self, ending: threading.Event) -> None:
        """Start the worker again whenever it dies, until `ending`."""
        while True:
            self._process.wait()
            if ending.wait(_RESTART_AFTER_S):
                return
            self._process = self._start()

    def stop(self) -> None:
        """Let the worker finish the day in hand and end; kill it if it takes too long."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        try:
            self._process.wait(_STOP_WITHIN_S)
        except subprocess.TimeoutExpired:
            self._process.kill()


def main() -> None:
    """The console script."""
    app()


if __name__ == "__main__":
    main()
