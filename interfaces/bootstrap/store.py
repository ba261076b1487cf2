"""The database at this version, and what talks to it."""

from contextlib import ExitStack
from dataclasses import dataclass
from typing import Self, TypedDict

from application.ports import Clock, EventLog
from application.repeating import DeferringLog
from application.security_log import SecurityLog
from application.time_travel import History
from application.tracing import Tracing
from infrastructure.embedded_postgres import EmbeddedPostgres
from infrastructure.event_store.event_log import PostgresEventLog
from infrastructure.migrate import migrate
from infrastructure.postgres import Pool, app_url, open_pool
from infrastructure.rejected_rows import PostgresRejectedRows
from infrastructure.room_reads import RoomReads
from infrastructure.settings import Settings
from infrastructure.traces import TracedEventLog, tracing_to
from interfaces.background import in_background
from interfaces.rooms import ROOMS
from projections.catch_up import CatchUp
from projections.upkeep import Upkeep

_BUILT_AT_ONCE = 2
"""Rooms that a process rebuilds or verifies at once; who comes beyond is told to come again."""


class Kept(TypedDict):
    """The rooms, who sees to them, and where they are read."""

    rooms: CatchUp
    upkeep: Upkeep
    room_reads: RoomReads


@dataclass(frozen=True, slots=True)
class Store:
    """The database at this version, and what talks to it.

    `pool` is for whoever reads what must be current, `reads` for answers to requests.
    """

    url: str
    clock: Clock
    log: EventLog
    history: History
    rooms: CatchUp
    upkeep: Upkeep
    pool: Pool
    reads: RoomReads
    rejected_rows: PostgresRejectedRows
    tracing: Tracing
    security_log: SecurityLog

    @classmethod
    def open(cls, settings: Settings, clock: Clock, held: ExitStack) -> Self:
        """Migrate the database that the settings name, or our own, and open it."""
        owner_url = owners_url(settings, held)
        secret = settings.secret()
        migrate(owner_url, secret)
        url = app_url(owner_url, secret)
        tracing = tracing_to(settings.otel_exporter_otlp_endpoint, held)
        log = TracedEventLog(url, clock, tracing) if tracing.is_on else PostgresEventLog(url, clock)
        held.callback(log.close)
        rooms_pool = held.enter_context(_pool_of_rooms(settings, url, log, size=4))
        rooms = CatchUp(log, rooms_pool, ROOMS)
        building = held.enter_context(_pool_of_rooms(settings, url, log, size=_BUILT_AT_ONCE))
        upkeep = Upkeep(log, rooms_pool, rooms, building)
        upkeep.prepare()
        if rooms.standing_still:
            held.enter_context(in_background("rebuilds", upkeep.work_off))
        pool = held.enter_context(open_pool(url, before_use=rooms.recover))
        addresses = [app_url(address, secret) for address in settings.read_urls]
        reads = RoomReads(pool, addresses, clock)
        held.callback(reads.close)
        return cls(
            url=url,
            clock=clock,
            log=DeferringLog(log),
            history=log,
            rooms=rooms,
            upkeep=upkeep,
            pool=pool,
            reads=reads,
            rejected_rows=PostgresRejectedRows(pool),
            tracing=tracing,
            security_log=SecurityLog(log, clock),
        )

    @property
    def kept(self) -> Kept:
        """The rooms, who sees to them, and where they are read."""
        return Kept(rooms=self.rooms, upkeep=self.upkeep, room_reads=self.reads)


def _pool_of_rooms(settings: Settings, url: str, log: PostgresEventLog, *, size: int) -> Pool:
    """Connections for whoever keeps rooms current, or builds them anew."""
    return open_pool(
        url,
        size=size,
        is_durable=False,
        has_replicas=bool(settings.read_urls),
        before_use=log.forget_recent,
    )


def owners_url(settings: Settings, held: ExitStack) -> str:
    """The owner's URL of the database that the settings name, or of our own, started for it."""
    return settings.database_url or _own_database(settings, held)


def _own_database(settings: Settings, held: ExitStack) -> str:
    """The owner's URL of the embedded PostgreSQL, relaunched if it dies while we hold it."""
    server = EmbeddedPostgres(settings.home)
    url = held.enter_context(server)
    held.enter_context(in_background("postgres-guard", server.keep_up))
    return url
