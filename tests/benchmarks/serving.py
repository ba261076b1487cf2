"""Apps served by uvicorn in processes of their own, each read over one kept connection."""

import multiprocessing
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from time import perf_counter
from typing import Any

import uvicorn
from starlette.types import ASGIApp

from tests.benchmarks.databases import silence_logs
from tests.support.ports import port_of_its_own

_SERVED_WITHIN_S = 30.0


@contextmanager
def served(serve: Callable[[Any, int], None], given: str | bytes) -> Iterator[HTTPConnection]:
    """A connection to an app that a process of its own serves."""
    with port_of_its_own() as port:
        process = multiprocessing.get_context("spawn").Process(target=serve, args=(given, port))
        process.start()
        connection = HTTPConnection("127.0.0.1", port)
        try:
            _await(connection)
            yield connection
        finally:
            connection.close()
            process.terminate()
            process.join()


def run(app: ASGIApp, port: int) -> None:
    """Serve an app in this process until it is ended."""
    silence_logs()
    uvicorn.run(app, port=port, log_config=None, access_log=False)


def _await(connection: HTTPConnection) -> None:
    deadline = perf_counter() + _SERVED_WITHIN_S
    while True:
        try:
            connection.connect()
        except ConnectionRefusedError:
            if perf_counter() > deadline:
                raise
        else:
            return
