"""What measurements run on: a durable database as users get it, and no logs."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import structlog

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


def silence_logs() -> None:
    """Keep log lines out of the table and out of what is measured."""
    quiet = structlog.make_filtering_bound_logger(logging.ERROR)
    structlog.configure(wrapper_class=quiet)
