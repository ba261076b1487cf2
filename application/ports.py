"""What the use cases need from outside, each named after the need."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal, Protocol, TypeVar
from uuid import UUID, uuid4

import msgspec

from domain.corporate_action import CorporateAction
from domain.kernel import Aggregate, Event

Market = Literal["live", "sample"]
"""Where a portfolio's prices come from: providers of today, or the bundled real data."""


class Cause(msgspec.Struct, frozen=True, kw_only=True):
    """Who asked for something and on account of what; stored with every event.

    `command_id` makes a repeated command recognisable (spec 01b). `actor` is the user whose
    rights were used, None for the system; `impersonator` the superuser acting as that user.
    `causation` names what led here: a run, an import; None when the command itself did.
    """

    command_id: UUID
    correlation_id: UUID
    actor: UUID | None = None
    impersonator: UUID | None = None
    causation: UUID | None = None

    def as_new_command(self) -> "Cause":
        """The same cause under a command id of its own: a run records many times."""
        return msgspec.structs.replace(self, command_id=uuid4())


class Recorded(msgspec.Struct, frozen=True, kw_only=True):
    """An event with its envelope, as read back from the log.

    `position` orders all events of the log; `version` those of one aggregate, from 1.
    """

    position: int
    aggregate_id: UUID
    version: int
    event: Event
    occurred_at: datetime
    cause: Cause


class Stretch(msgspec.Struct, frozen=True):
    """The events of some kinds in a stretch of the log that ends at position `reached`.

    There are `count` of them, which take `size` bytes as they are stored. Each is read from those
    when it is asked for, and they are given once.
    """

    events: Iterator[Recorded]
    reached: int
    count: int
    size: int


AnyAggregate = TypeVar("AnyAggregate", bound=Aggregate)
Statement = Callable[[Any], None]
"""A write to be made on the log's own connection, in the same transaction as the events."""


class EventLog(Protocol):
    """The one place where what happened is kept. Appends only."""

    def save(self, *aggregates: Aggregate, cause: Cause, also: Sequence[Statement] = ()) -> int:
        """Record the pending events of all `aggregates` in one transaction, with `also`.

        Returns the position of the last event, or of the log if there was nothing to record.

        Raises:
            VersionConflict: another command was first; load again and decide again.
            StoreUnavailable: the store did not answer in time. Nothing was recorded, unless it
                was lost in the middle of the commit and did not come back to be asked.
        """
        ...

    def load(self, kind: type[AnyAggregate], aggregate_id: UUID) -> AnyAggregate | None:
        """The aggregate folded from its events, None where there are none."""
        ...

    def load_many(
        self, kind: type[AnyAggregate], aggregate_ids: Sequence[UUID]
    ) -> dict[UUID, AnyAggregate]:
        """Those of the aggregates that exist, by id, in one round trip."""
        ...

    def existing(self, aggregate_ids: Sequence[UUID]) -> set[UUID]:
        """Those of the ids that have events."""
        ...

    def versions(self, aggregate_ids: Sequence[UUID]) -> dict[UUID, int]:
        """The versions of those of the aggregates that exist, by id, in one round trip."""
        ...

    def read(self, after: int, limit: int) -> Sequence[Recorded]:
        """Up to `limit` events with positions above `after`, in order, fewer if they are large."""
        ...

    def position(self) -> int:
        """The position of the last event, 0 for an empty log."""
        ...


class LogToFold(Protocol):
    """The log, as those read it who fold it into read models."""

    def next_at(self, after: int) -> datetime | None:
        """When the first event above position `after` was recorded, though it cannot be read.

        Where not even that can be read, when the one after it was; None where there is none.
        """
        ...

    def stretch(
        self,
        kinds: Collection[type[Event]],
        after: int,
        until: int,
        as_stored: Collection[str] = (),
    ) -> Stretch:
        """Events of these kinds above position `after` up to `until`, fewer if they are large.

        The fields `as_stored` of events that have them are not read: each is the JSON that is
        stored, as `msgspec.Raw`; `lines.symbol` is a field of the field `lines`.
        """
        ...

    def position(self) -> int:
        """The position of the last event, 0 for an empty log."""
        ...


class Clock(Protocol):
    """What time it is. Nothing else in the program asks the machine."""

    def now(self) -> datetime:
        """The real time, UTC: for tokens, rate limits and recording times."""
        ...

    def market_now(self) -> datetime:
        """The market's time, UTC: pinned by SIGMASIGHT_NOW in tests."""
        ...


class TradingCalendar(Protocol):
    """Sessions of the New York Stock Exchange (XNYS). Dates are New York dates."""

    def is_session(self, day: date) -> bool:
        """Whether the exchange trades on `day`."""
        ...

    def sessions(self, first: date, last: date) -> Sequence[date]:
        """The sessions from `first` to `last`, both included, oldest first."""
        ...

    def session_on_or_before(self, day: date) -> date | None:
        """`day` if it is a session, else the one before it; None before 1990."""
        ...

    def session_on_or_after(self, day: date) -> date:
        """`day` if it is a session, else the next one."""
        ...

    def most_recent_completed_session(self, now: datetime) -> date:
        """The last session that ended at least 30 minutes before `now` (UTC)."""
        ...

    def today(self, now: datetime) -> date:
        """The date in New York at `now` (UTC)."""
        ...


class Close(msgspec.Struct, frozen=True):
    """A closing price as traded on the day, in USD a share, up to 6 decimals."""

    symbol: str
    session: date
    price: Decimal
    source: str


class PriceSeries(msgspec.Struct, frozen=True):
    """Closes of one symbol as traded, USD a share, with their sessions, oldest first."""

    sessions: Sequence[date]
    closes: Sequence[float]


class Fetched(msgspec.Struct, frozen=True):
    """What a price source answered: what it has, and why it lacks what it lacks.

    `warnings` are sentences for the user; a symbol in `missing` is unknown there or had no
    price in the span, which is not an error. `is_outage` says that nothing could be asked: no
    symbol was answered at all.
    """

    closes: Sequence[Close] = ()
    actions: Sequence[CorporateAction] = ()
    missing: Sequence[str] = ()
    warnings: Sequence[str] = ()
    is_outage: bool = False


class PriceNews(msgspec.Struct, frozen=True):
    """That something was learnt of a symbol, as `row` of the price book.

    `on` is the session of a close, or the ex date of an action.
    """

    symbol: str
    on: date
    row: int
    is_split: bool


class PriceSource(Protocol):
    """A provider of closes as traded. Never raises: an outage is a warning."""

    @property
    def name(self) -> str:
        """The source written beside each price: yahoo, bundled, csv."""
        ...

    def fetch(self, spans: Mapping[str, tuple[date, date]]) -> Fetched:
        """Closes and actions of each symbol within its span (first, last), both included."""
        ...


class PriceBook(Protocol):
    """All prices ever learnt, append-only; a valuation uses the newest known."""

    def learn(self, market: Market, fetched: Fetched) -> int:
        """Add what is new or says otherwise than the newest known; returns rows added."""
        ...

    def closes(
        self, market: Market, symbols: Sequence[str], first: date, last: date
    ) -> Mapping[str, Sequence[Close]]:
        """The newest known closes per symbol, oldest session first, both ends included."""
        ...

    def price_series(
        self, market: Market, symbols: Sequence[str], first: date, last: date
    ) -> Mapping[str, PriceSeries]:
        """The same closes as plain numbers, for measures over many symbols and sessions."""
        ...

    def last_closes_before(
        self, market: Market, symbols: Sequence[str], day: date
    ) -> Mapping[str, Close]:
        """For each symbol that has one, the newest known close of the last session before `day`."""
        ...

    def last_closes(
        self, market: Market, wanted: Sequence[tuple[str, date]]
    ) -> Mapping[tuple[str, date], Close]:
        """For each symbol and day the newest known close of that session, or the last before it.

        Those without any are left out.
        """
        ...

    def spans(self, market: Market, symbols: Sequence[str]) -> Mapping[str, tuple[date, date]]:
        """For each symbol known, its first and last session in the book."""
        ...

    def actions(self, market: Market, symbols: Sequence[str]) -> Sequence[CorporateAction]:
        """The newest known splits and dividends of the symbols, of all days."""
        ...

    def last_row(self, market: Market) -> int:
        """The latest row learnt, 0 for an empty book; what is asked afterwards knows it."""
        ...

    def news(self, market: Market, symbols: Sequence[str], after: int) -> Sequence[PriceNews]:
        """Of the rows learnt after that one, for each symbol the one of the earliest day.

        Closes with dividends, and splits, are told apart: up to two for a symbol.
        """
        ...

    def learnt(self, market: Market, after: int) -> Mapping[str, int]:
        """The symbols of the rows learnt after that one, each with its newest."""
        ...

    def up_to(self, row: int) -> "PriceBook":
        """The book as it was when that row was the latest of a market, whatever comes later."""
        ...


class PriceRecord(msgspec.Struct, frozen=True):
    """A close with the instant (UTC) it was learnt."""

    session: date
    price: Decimal
    source: str
    learnt_at: datetime


class PriceRecords(Protocol):
    """What the price book says of itself: since when it knows what, and what it lacks."""

    def of(self, market: Market, symbol: str, first: date, last: date) -> Sequence[PriceRecord]:
        """The newest known closes of a symbol, oldest session first, both ends included."""
        ...

    def gaps(
        self, market: Market, symbols: Sequence[str], first: date, last: date
    ) -> Mapping[str, tuple[date, date]]:
        """Of each symbol that lacks sessions from `first` to `last`, the first and the last one."""
        ...


class RejectedRows(Protocol):
    """The rows that imports left out, as CSV to be mended and imported again."""

    def keep(self, import_id: UUID, csv: str | None) -> Sequence[Statement]:
        """The writes that keep an import's `csv`, for `EventLog.save(also=...)`; none for None."""
        ...

    def of(self, import_id: UUID) -> str | None:
        """The CSV of an import, None where no row was left out."""
        ...


class Jobs(Protocol):
    """Work to be done by a worker, durably queued."""

    def execute_run(self, run_id: UUID, *, is_urgent: bool) -> Statement:
        """The write that queues the execution of a run, for `EventLog.save(also=...)`.

        An urgent one, for which somebody waits, is taken up before those that are not.
        """
        ...

    def runs(self) -> set[UUID]:
        """The runs that a job is at, or will take up sooner or later."""
        ...


class Accounts(Protocol):
    """Which accounts there are to be calculated: a list of work, on which no rule rests."""

    def active(
        self,
        market: Market,
        not_valued_on: date | None = None,
        opened_before: datetime | None = None,
    ) -> Sequence[UUID]:
        """Portfolios of a market, oldest first.

        Only those whose latest valuation is before a session, or that have none, where one is
        given; only those opened before an instant, where that is.
        """
        ...


class LiveRuns(Protocol):
    """Which runs seem to be live: a list of work, on which no rule rests."""

    def live(self, portfolio_id: UUID | None = None) -> Sequence[UUID]:
        """Queued and running ones, oldest first; only a portfolio's, where one is given."""
        ...


class Rooms(Protocol):
    """The read models, as the use cases need them: brought up to date."""

    def catch_up(
        self, position: int, names: Iterable[str] | None = None, timeout_s: float = 2.0
    ) -> bool:
        """Advance rooms to at least `position`; False if that took too long.

        By default all that commands wait for. No page of events is begun after `timeout_s`; one
        that was begun is finished, or given up by the bounds of the store.
        """
        ...
