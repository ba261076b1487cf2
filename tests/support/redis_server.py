"""A Redis server of a test's own, where the machine has one."""

import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.ports import HOST, port_of_its_own
from tests.support.waiting import eventually


@contextmanager
def redis_server(folder: Path) -> Iterator[str]:
    """Its URL until the end of the context; the test is skipped where redis-server is not there."""
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("redis-server is not installed on this machine")
    with port_of_its_own() as port, (folder / "redis.log").open("wb") as log:
        place = ["--port", str(port), "--bind", HOST, "--save", "", "--dir", str(folder)]
        server = subprocess.Popen([program, *place], stdout=log, stderr=subprocess.STDOUT)
        try:
            eventually(lambda: _answers(port), what="a Redis server that answers")
            yield f"redis://{HOST}:{port}/0"
        finally:
            server.terminate()
            server.wait(timeout=30)


def _answers(port: int) -> bool:
    try:
        with socket.create_connection((HOST, port), timeout=1) as connection:
            connection.sendall(b"PING\r\n")
            return connection.recv(16).startswith(b"+PONG")
    except OSError:
        return False
