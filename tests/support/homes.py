"""Servers on a home of their own, with the embedded PostgreSQL in it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.support.postgres import passable_folder
from tests.support.server import RunningServer, running_server


@contextmanager
def server_at_home(options: Sequence[str] = ()) -> Iterator[RunningServer]:
    """A server whose data lie in the folder `home` of its working directory."""
    with (
        passable_folder(for_data=True) as folder,
        running_server(folder, {"SIGMASIGHT_HOME": "home"}, options) as server,
    ):
        yield server


def home_of(server: RunningServer) -> Path:
    """Where the server's data lie."""
    return server.folder / "home"


def database_of(server: RunningServer) -> str:
    """The owner's URL of the server's embedded database."""
    return f"postgresql://sigmasight@/sigmasight?host={home_of(server)}/postgres&port=5432"


def postmaster_in(home: Path) -> int:
    """The process id of the embedded PostgreSQL of a home."""
    return int((home / "postgres" / "postmaster.pid").read_text("ascii").splitlines()[0])
