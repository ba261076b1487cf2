"""A durable database for measurements: the embedded server as users get it, fsync on."""

from collections.abc import Iterator
from contextlib import contextmanager

from infrastructure.embedded_postgres import EmbeddedPostgres
from tests.support.postgres import fresh_database, passable_folder


@contextmanager
def durable_database() -> Iterator[str]:
    """The owner's URL of an empty database on a server of its own."""
    with (
        passable_folder() as folder,
        EmbeddedPostgres(folder / "home") as server,
        fresh_database(server) as url,
    ):
        yield url
