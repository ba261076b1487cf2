"""A proxy before PostgreSQL that cuts a connection exactly where a test asks for it."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Literal

from psycopg.conninfo import conninfo_to_dict, make_conninfo

Where = Literal["before", "after"]
"""Before the server gets the message, or after it has done what the message says."""


class CuttingProxy:
    """Passes everything on, until `cut` arms it. `url` is how clients reach it."""

    def __init__(self, url: str) -> None:
        self._given = conninfo_to_dict(url)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._armed: tuple[bytes, Where] | None = None
        self._lock = threading.Lock()
        self.cuts = 0
        port = self._listener.getsockname()[1]
        here = {"host": "127.0.0.1", "port": port, "sslmode": "disable", "gssencmode": "disable"}
        self.url = make_conninfo("", **{**self._given, **here})
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self, where: Where, message: bytes) -> None:
        """Cut the next connection on which the client says something with `message` in it."""
        with self._lock:
            self._armed = (message, where)

    def close(self) -> None:
        """Take no more connections."""
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):  # closed
            while True:
                client, _ = self._listener.accept()
                link = _Link(client, self._connect(), self)
                link.start()

    def _connect(self) -> socket.socket:
        host, port = str(self._given.get("host") or "localhost"), self._given.get("port") or 5432
        if not host.startswith("/"):
            return socket.create_connection((host, int(port)))
        server = socket.socket(socket.AF_UNIX)
        server.connect(f"{host}/.s.PGSQL.{port}")
        return server

    def taken(self, said: bytes) -> Where | None:
        """Where to cut on account of what a client said, if at all; asked once a message."""
        with self._lock:
            if self._armed is None or self._armed[0] not in said:
                return None
            where = self._armed[1]
            self._armed = None
            self.cuts += 1
            return where


class _Link:
    """One client's connection and its two directions."""

    def __init__(self, client: socket.socket, server: socket.socket, proxy: CuttingProxy) -> None:
        self._client = client
        self._server = server
        self._proxy = proxy
        self._is_last = threading.Event()

    def start(self) -> None:
        for direction in (self._pass_questions, self._pass_answers):
            threading.Thread(target=direction, daemon=True).start()

    def _pass_questions(self) -> None:
        with suppress(OSError):
            while said := self._client.recv(65536):
                where = self._proxy.taken(said)
                if where == "before":
                    break
                if where == "after":
                    self._is_last.set()
                self._server.sendall(said)
        self._close()

    def _pass_answers(self) -> None:
        with suppress(OSError):
            while (answer := self._server.recv(65536)) and not self._is_last.is_set():
                self._client.sendall(answer)
        self._close()

    def _close(self) -> None:
        for end in (self._client, self._server):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()


@contextmanager
def cutting_proxy(url: str) -> Iterator[CuttingProxy]:
    """A proxy before the server of `url`."""
    proxy = CuttingProxy(url)
    try:
        yield proxy
    finally:
        proxy.close()
