"""The program: every use case and every room, and what holds them."""

from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from typing import Self

from application.forgetting import Forgetting
from application.nights import Nights
from application.tallies import Tallies
from application.tracing import Tracing
from infrastructure.database_state import DatabaseState
from infrastructure.event_store.personal_keys import PostgresPersonalKeys
from infrastructure.postgres_async import AsyncReading
from infrastructure.postgres_tallies import PostgresTallies
from infrastructure.procrastinate_jobs import RunsToWork, Worker
from infrastructure.room_reads import RoomReads
from interfaces.background import in_background
from interfaces.certifying import certify_on
from interfaces.terms import Terms
from interfaces.use_cases import UseCases
from projections.analytics.postgres import ROOM as ANALYTICS
from projections.kept_answers import KeptAnswers
from projections.portfolios.postgres import ROOM as PORTFOLIOS
from projections.positions.postgres import ROOM as POSITIONS


@dataclass(frozen=True, kw_only=True)
class Program(UseCases):
    """The program, ready to be asked. Closing it gives back what it holds."""

    reading: AsyncReading
    room_reads: RoomReads
    database_url: str
    database: DatabaseState
    terms: Terms
    tracing: Tracing
    _held: ExitStack = field(repr=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Stop following the log, give back connections, stop the embedded database if last."""
        self._held.close()

    @property
    def tallies(self) -> Tallies:
        """What is counted beside the log."""
        return PostgresTallies(self.database.pool, self.users.clock)

    @property
    def kept_positions(self) -> KeptAnswers:
        """Finished answers about positions, for whoever runs an event loop."""
        return KeptAnswers(self.reading, POSITIONS.name, beside=(ANALYTICS.name, PORTFOLIOS.name))

    @property
    def forgetting(self) -> Forgetting:
        """Forgetting who somebody is."""
        keys = PostgresPersonalKeys()
        return Forgetting(self.log, self.users.passwords, keys, self.uploads)

    def follow_log(self) -> None:
        """Keep the rooms current in the background, whoever records, until closed."""
        self._held.enter_context(in_background("rooms", self.rooms.follow))

    def rebuild_rooms(self) -> None:
        """Take up the rebuilds that are asked for, in the background, until closed."""
        self._held.enter_context(in_background("rebuilds", self.upkeep.work))

    def certify_log(self) -> None:
        """Sign the chain of the log in the background, until closed."""
        self._held.enter_context(in_background("audit", partial(certify_on, self.audit)))

    def worker(self, name: str) -> Worker:
        """A worker of this program's queue."""
        runs = self.runs
        work = RunsToWork(runs.execute, runs.abandon, runs.fail_for_store, self._look)
        return Worker(self.database_url, name, work)

    def _look(self) -> None:
        """See to what is due, whether anybody asks or not."""
        self.uploads.sweep()
        Nights(self.runs).look()
