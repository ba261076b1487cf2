"""The program served over real connections, by a thread of this process: what it holds shows."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from interfaces.api.log_watch import LogWatch
from interfaces.api.run_watch import RunWatch
from interfaces.bootstrap import Program
from interfaces.http import create_http
from interfaces.http_server import http_server
from tests.support.waiting import eventually


@dataclass(frozen=True)
class Served:
    """Where it is served, and who listens there, to runs or to the log."""

    url: str
    watch: RunWatch
    log_watch: LogWatch


@contextmanager
def served(program: Program) -> Iterator[Served]:
    """Serve until the end of the context; whoever still listens then is cut off."""
    http = create_http(program)
    server = http_server(http, program.terms, "127.0.0.1", 0, streams_end_within_s=1)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        eventually(lambda: server.started, what="a server that has started")
        port = server.servers[0].sockets[0].getsockname()[1]
        yield Served(f"http://127.0.0.1:{port}", http.state.run_watch, http.state.log_watch)
    finally:
        server.should_exit = True
        thread.join(timeout=15)
    assert not thread.is_alive()
