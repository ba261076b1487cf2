"""An event log and a price book in memory, for thousands of histories that nothing stores."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from uuid import UUID

from application.errors import VersionConflict
from application.ports import (
    AnyAggregate,
    Cause,
    Close,
    Fetched,
    Market,
    PriceNews,
    PriceSeries,
    Recorded,
    Statement,
)
from domain.corporate_action import CorporateAction
from domain.kernel import Aggregate

_EARLIEST = datetime(2013, 3, 1, tzinfo=UTC)


class MemoryLog:
    """Implements `EventLog`: a list, and versions that are refused a second time."""

    def __init__(self) -> None:
        self.recorded: list[Recorded] = []
        self._by_id: dict[UUID, list[Recorded]] = defaultdict(list)

    def save(self, *aggregates: Aggregate, cause: Cause, also: Sequence[Statement] = ()) -> int:
        """See `EventLog.save`."""
        assert not also, "there is no connection to write on"
        for aggregate in aggregates:
            if aggregate.saved_version != len(self._by_id[aggregate.id]):
                raise VersionConflict
        for aggregate in aggregates:
            for event in aggregate.pending:
                row = Recorded(
                    position=len(self.recorded) + 1,
                    aggregate_id=aggregate.id,
                    version=len(self._by_id[aggregate.id]) + 1,
                    event=event,
                    occurred_at=_EARLIEST,
                    cause=cause,
                )
                self.recorded.append(row)
                self._by_id[aggregate.id].append(row)
            aggregate.mark_saved()
        return self.position()

    def load(self, kind: type[AnyAggregate], aggregate_id: UUID) -> AnyAggregate | None:
        """See `EventLog.load`."""
        return self.load_many(kind, [aggregate_id]).get(aggregate_id)

    def load_many(
        self, kind: type[AnyAggregate], aggregate_ids: Sequence[UUID]
    ) -> dict[UUID, AnyAggregate]:
        """See `EventLog.load_many`."""
        return {
            known: kind.replay(known, [row.event for row in self._by_id[known]])
            for known in aggregate_ids
            if self._by_id.get(known)
        }

    def existing(self, aggregate_ids: Sequence[UUID]) -> set[UUID]:
        """See `EventLog.existing`."""
        return {known for known in aggregate_ids if self._by_id.get(known)}

    def versions(self, aggregate_ids: Sequence[UUID]) -> dict[UUID, int]:
        """See `EventLog.versions`."""
        return {known: len(self._by_id[known]) for known in self.existing(aggregate_ids)}

    def read(self, after: int, limit: int) -> Sequence[Recorded]:
        """See `EventLog.read`."""
        return self.recorded[after : after + limit]

    def position(self) -> int:
        """See `EventLog.position`."""
        return len(self.recorded)


class MemoryBook:
    """Implements `PriceBook` for one market: rows in the order they were learnt."""

    def __init__(self, rows: Sequence[Close | CorporateAction] = ()) -> None:
        self._rows: list[Close | CorporateAction] = list(rows)

    def learn(self, market: Market, fetched: Fetched) -> int:
        """See `PriceBook.learn`; every row is taken to be news."""
        del market
        self._rows += [*fetched.closes, *fetched.actions]
        return len(fetched.closes) + len(fetched.actions)

    def closes(
        self, market: Market, symbols: Sequence[str], first: date, last: date
    ) -> Mapping[str, Sequence[Close]]:
        """See `PriceBook.closes`."""
        del market
        newest = {
            (row.symbol, row.session): row
            for row in self._rows
            if isinstance(row, Close) and row.symbol in symbols and first <= row.session <= last
        }
        found: dict[str, list[Close]] = defaultdict(list)
        for key in sorted(newest):
            found[key[0]].append(newest[key])
        return found

    def price_series(
        self, market: Market, symbols: Sequence[str], first: date, last: date
    ) -> Mapping[str, PriceSeries]:
        """See `PriceBook.price_series`."""
        return {
            symbol: PriceSeries([c.session for c in some], [float(c.price) for c in some])
            for symbol, some in self.closes(market, symbols, first, last).items()
        }

    def last_closes_before(
        self, market: Market, symbols: Sequence[str], day: date
    ) -> Mapping[str, Close]:
        """See `PriceBook.last_closes_before`."""
        known = self.closes(market, symbols, date.min, date.max)
        before = {s: [close for close in known.get(s, ()) if close.session < day] for s in symbols}
        return {symbol: closes[-1] for symbol, closes in before.items() if closes}

    def last_closes(
        self, market: Market, wanted: Sequence[tuple[str, date]]
    ) -> Mapping[tuple[str, date], Close]:
        """See `PriceBook.last_closes`."""
        found = {}
        for symbol, day in wanted:
            known = self.closes(market, [symbol], date.min, day).get(symbol)
            if known:
                found[symbol, day] = known[-1]
        return found

    def spans(self, market: Market, symbols: Sequence[str]) -> Mapping[str, tuple[date, date]]:
        """See `PriceBook.spans`."""
        known = self.closes(market, symbols, date.min, date.max)
        return {symbol: (some[0].session, some[-1].session) for symbol, some in known.items()}

    def actions(self, market: Market, symbols: Sequence[str]) -> Sequence[CorporateAction]:
        """See `PriceBook.actions`."""
        del market
        newest = {
            (row.symbol, row.ex_on, row.kind): row
            for row in self._rows
            if isinstance(row, CorporateAction) and row.symbol in symbols
        }
        return list(newest.values())

    def last_row(self, market: Market) -> int:
        """See `PriceBook.last_row`."""
        del market
        return len(self._rows)

    def up_to(self, row: int) -> "MemoryBook":
        """See `PriceBook.up_to`."""
        return MemoryBook(self._rows[:row])

    def news(self, market: Market, symbols: Sequence[str], after: int) -> Sequence[PriceNews]:
        """See `PriceBook.news`."""
        del market
        earliest: dict[tuple[str, bool], PriceNews] = {}
        for number, row in enumerate(self._rows[after:], start=after + 1):
            on = row.session if isinstance(row, Close) else row.ex_on
            is_split = isinstance(row, CorporateAction) and row.kind == "split"
            known = earliest.get((row.symbol, is_split))
            if row.symbol in symbols and (known is None or on <= known.on):
                news = PriceNews(symbol=row.symbol, on=on, row=number, is_split=is_split)
                earliest[row.symbol, is_split] = news
        return list(earliest.values())
