"""Ports for servers that tests start: nobody else's from before the start to after the end."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager

HOST = "127.0.0.1"


@contextmanager
def port_of_its_own() -> Iterator[int]:
    """A port that the system gives to no other until the end of the context.

    A port found free and let go may be given to another server before the one it was found for
    has started, and again while that one is killed and restarted; a test then talks to a stranger.
    It is kept by a socket that does not listen. Whoever sets SO_REUSEADDR, as servers do, may
    listen on it; nothing gets it that asks for any port.
    """
    with socket.socket() as keeper:
        keeper.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        keeper.bind((HOST, 0))
        yield keeper.getsockname()[1]
