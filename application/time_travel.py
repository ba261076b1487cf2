"""What a day was said to be, when, and why it is said otherwise now (spec 7.4, 5.4).

Two times are told apart: the session that figures are *effective* at, and the instant up to which
something was *known*.
"""

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple, Protocol
from uuid import UUID

import msgspec

from application.markets import Markets
from application.ports import Cause, Market, Recorded
from domain.daily_valuation import DailyValuation
from domain.identity import daily_valuation_id
from domain.portfolio import Portfolio
from domain.restatement import Restatement
from domain.snapshot import Snapshot

_MOST_CAUSES = 10_000  # more sessions than there are since prices are known


class Place(NamedTuple):
    """Where an event stands: in the log, and in the stream of its aggregate."""

    position: int
    aggregate_id: UUID
    version: int


class Worth(NamedTuple):
    """A session and its NAV, USD, as one of its versions has it."""

    session: date
    nav: Decimal
    version: int


class History(Protocol):
    """The log, asked for streams as they were recorded."""

    def history(self, ids: Sequence[UUID]) -> Sequence[Recorded]:
        """All events of some aggregates with their envelopes, in the order of the log."""
        ...

    def chosen(self, events: Sequence[tuple[UUID, int]]) -> Sequence[Recorded]:
        """Those of the events, by aggregate and version, that there are, in the log's order."""
        ...

    def places(self, ids: Sequence[UUID]) -> Sequence[Place]:
        """Where the events of some aggregates stand, in the order of the log, none of them read."""
        ...


class LearntRow(msgspec.Struct, frozen=True, kw_only=True):
    """A row of the price book: a close, or a split or dividend, and when (UTC) it was learnt."""

    row: int
    symbol: str
    on: date
    kind: str
    value: str
    source: str
    learnt_at: datetime


class LearntRows(Protocol):
    """Rows of the price book as they were learnt."""

    def row(self, number: int) -> LearntRow | None:
        """The row of that number."""
        ...

    def known(
        self, market: Market, closes: Sequence[tuple[str, date]], up_to: int
    ) -> Mapping[tuple[str, date], LearntRow]:
        """Of symbols and days the newest close among the rows up to that one."""
        ...

    def actions(
        self, market: Market, symbols: Sequence[str], known: datetime | None
    ) -> Sequence[LearntRow]:
        """Of each split and dividend of the symbols the newest row learnt up to an instant."""
        ...

    def between(
        self,
        market: Market,
        symbols: Sequence[str],
        rows: tuple[int, int],
        until: date,
        limit: int,
    ) -> Sequence[LearntRow]:
        """What was learnt of the symbols after a row and up to another, the newest `limit` first.

        Only of days up to `until`.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One version of a day; `difference` is to the version before it, None of the first."""

    number: int
    position: int
    recorded_at: datetime
    cause: Cause
    snapshot: Snapshot
    reason: str
    caused_by: str
    difference: Restatement | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """What made a version: an event of the log, or a row of the price book; or neither.

    `caused_by` names it as versions do; `through` how many days stand between.
    """

    caused_by: str
    through: int
    event: Recorded | None
    row: LearntRow | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AsOf:
    """A session as it was known at an instant, and as it is known now.

    `then` is None where nothing was known of it; `difference` where nothing differs. `origins` are
    of the versions since, each once, oldest first.
    """

    session: date
    known: datetime | None
    then: Version | None
    now: Version | None
    difference: Restatement | None
    origins: Sequence[Origin]


@dataclass(frozen=True, slots=True)
class TimeTravel:
    """Reads versions of days out of the log."""

    log: History
    rows: LearntRows
    markets: Markets

    def versions(self, portfolio_id: UUID, session: date) -> Sequence[Version]:
        """All versions of a day, the first one first; none where it was never valued."""
        return list(_versions(self.log.history([daily_valuation_id(portfolio_id, session)])))

    def version(
        self, portfolio_id: UUID, session: date, number: int | None = None
    ) -> Version | None:
        """A version of a day, the latest without a number; None where there is none."""
        versions = self.versions(portfolio_id, session)
        return next((one for one in reversed(versions) if number in (None, one.number)), None)

    def portfolio(self, portfolio_id: UUID, version: int) -> Portfolio:
        """A portfolio as it stood after so many of its events."""
        events = self.log.history([portfolio_id])
        return Portfolio.replay(
            portfolio_id, (one.event for one in events if one.version <= version)
        )

    def as_of(
        self, portfolio_id: UUID, market: Market, effective: date, known: datetime | None
    ) -> AsOf | None:
        """The last session up to a day, as known at an instant and as known now.

        None where the market had no session yet.
        """
        session = self.markets[market].calendar.session_on_or_before(effective)
        if session is None:
            return None
        versions = self.versions(portfolio_id, session)
        past = [one for one in versions if known is None or one.recorded_at <= known]
        then, now = past[-1] if past else None, versions[-1] if versions else None
        since = versions[len(past) :]
        difference = None
        if now and since and (then is None or then.number != now.number):
            before = then.snapshot if then else None
            last = since[-1]
            difference = Restatement.between(before, now.snapshot, last.reason, last.caused_by)
        origins = {one.caused_by: one for one in map(self.origin, since) if one.caused_by}
        return AsOf(
            session=session,
            known=known,
            then=then,
            now=now,
            difference=difference,
            origins=list(origins.values()),
        )

    def worth(
        self, portfolio_id: UUID, sessions: Sequence[date], bounds: Sequence[int]
    ) -> Sequence[Worth | None]:
        """Of sessions the last one valued before each position, ascending, as it stood there.

        None where none had been valued.
        """
        streams = {daily_valuation_id(portfolio_id, session): session for session in sessions}
        places = deque(self.log.places(list(streams)))
        known: dict[date, tuple[UUID, int]] = {}
        last: date | None = None
        found: list[tuple[UUID, int] | None] = []
        for bound in bounds:
            while places and places[0].position < bound:
                _, stream, version = places.popleft()
                session = streams[stream]
                known[session] = (stream, version)
                last = max(last or session, session)
            found.append(known[last] if last else None)
        days = self.log.chosen(list({one for one in found if one}))
        worth = {
            (day.aggregate_id, day.version): Worth(day.event.session, day.event.nav, day.version)
            for day in days
            if isinstance(day.event, Snapshot)
        }
        return [worth.get(one) if one else None for one in found]

    def origin(self, version: Version) -> Origin:
        """What made a version, through all the days that were but said again after one."""
        caused_by = version.caused_by
        for through in range(_MOST_CAUSES):
            kind, _, named = caused_by.partition(":")
            if kind == "price_book":
                return Origin(
                    caused_by=caused_by, through=through, event=None, row=self.rows.row(int(named))
                )
            event = self._event(kind, named)
            if event is None or not isinstance(event.event, DailyValuation.SnapshotRestated):
                return Origin(caused_by=caused_by, through=through, event=event, row=None)
            caused_by = event.event.caused_by
        raise ValueError("causes go round in a circle")

    def _event(self, kind: str, named: str) -> Recorded | None:
        if kind not in ("portfolio", "daily_valuation"):
            return None
        stream, _, version = named.partition("@")
        return next(iter(self.log.chosen([(UUID(stream), int(version))])), None)


def _versions(events: Sequence[Recorded]) -> Iterator[Version]:
    before: Snapshot | None = None
    for recorded in events:
        snapshot = recorded.event
        if not isinstance(snapshot, Snapshot):
            raise TypeError("a day has snapshots")
        reason = caused_by = ""
        if isinstance(snapshot, DailyValuation.SnapshotRestated):
            reason, caused_by = snapshot.reason, snapshot.caused_by
        difference = None
        if before is not None:
            difference = Restatement.between(before, snapshot, reason, caused_by)
        yield Version(
            number=recorded.version,
            position=recorded.position,
            recorded_at=recorded.occurred_at,
            cause=recorded.cause,
            snapshot=snapshot,
            reason=reason,
            caused_by=caused_by,
            difference=difference,
        )
        before = snapshot
