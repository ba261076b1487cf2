"""A PostgreSQL of a test's own, to be dropped and brought back under whoever uses it."""

import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from infrastructure.embedded_postgres import EmbeddedPostgres
from tests.support.homes import postmaster_in
from tests.support.postgres import passable_folder


@dataclass(frozen=True)
class OwnDatabase:
    """Its owner's `url` stays the same through every restart."""

    home: Path
    postgres: EmbeddedPostgres
    url: str

    def drop(self) -> None:
        """End it at once, without order: what `pg_ctl stop -m immediate` does."""
        postmaster = psutil.Process(postmaster_in(self.home))
        postmaster.send_signal(signal.SIGQUIT)
        psutil.wait_procs([postmaster], timeout=10)

    def bring_back(self) -> None:
        """Start it again; it recovers, and answers when this returns."""
        with self.postgres:
            pass

    def restart_at_once(self) -> None:
        """What `pg_ctl restart -m immediate` does."""
        self.drop()
        self.bring_back()


@contextmanager
def own_database(settings: Mapping[str, str] | None = None) -> Iterator[OwnDatabase]:
    """A PostgreSQL of its own, by default as in production: on disk before it acknowledges."""
    with passable_folder(for_data=True) as folder:
        postgres = EmbeddedPostgres(folder / "home", settings)
        with postgres as url:
            yield OwnDatabase(folder / "home", postgres, url)
