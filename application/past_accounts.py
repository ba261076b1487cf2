"""An account and its positions as they were effective on a day and known at an instant (spec 7.4).

As with days: `then` is what was known at the instant, `now` what is known by now, and `origins` are
what made the difference between them.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from itertools import takewhile
from typing import Any
from uuid import UUID

from application.ports import Market, Recorded
from application.time_travel import LearntRow, Origin, TimeTravel
from domain.account_on import AccountOn
from domain.corporate_action import ActionKind, CorporateAction
from domain.portfolio import Portfolio
from domain.position import Position
from domain.position_on import PositionOn


@dataclass(frozen=True, slots=True, kw_only=True)
class PositionAsOf:
    """A position as it was known then, and now; None where it was not held by the day.

    `changed` are the fields that differ, where both are told. Origins are none where they are
    equal.
    """

    then: PositionOn | None
    now: PositionOn | None
    changed: Sequence[str]
    origins: Sequence[Origin]

    @property
    def difference(self) -> str | None:
        """What became of it: added, gone or changed; None where nothing did."""
        if self.then == self.now:
            return None
        if self.then is None:
            return "added"
        return "gone" if self.now is None else "changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountAsOf:
    """An account as it was known then, None where it was not open yet; and now.

    `origins` has, of each field that differs, what made it so.
    """

    then: AccountOn | None
    now: AccountOn
    origins: Mapping[str, Sequence[Origin]]


@dataclass(frozen=True, slots=True)
class PastAccounts:
    """Tells accounts of the past out of their events."""

    travel: TimeTravel

    def positions(
        self, portfolio_id: UUID, market: Market, effective: date, known: datetime | None
    ) -> Sequence[PositionAsOf]:
        """Every position that was entered by the day, then or now, in the order they came."""
        past, later = self._events(portfolio_id, known)
        learnt = _Learnt.of(self.travel, market, _symbols((*past, *later)), known)
        portfolio = Portfolio.replay(portfolio_id, (one.event for one in past))
        then = _Telling(effective, learnt.then).of(portfolio)
        telling = _Telling(effective, learnt.now)
        known_now = telling.of(portfolio)
        origins: dict[UUID, list[Origin]] = defaultdict(list)
        for position_id in _differing(then, known_now):
            origins[position_id] += learnt.since(then[position_id].symbol)
        for recorded in later:
            before, known_now = known_now, telling.after(portfolio, recorded)
            for position_id in _differing(before, known_now):
                origins[position_id].append(_of_event(recorded))
        return [
            _position(then.get(one), known_now.get(one), origins[one])
            for one in dict.fromkeys((*then, *known_now))
        ]

    def account(self, portfolio_id: UUID, effective: date, known: datetime | None) -> AccountAsOf:
        """What the account was called, taxed and opened as, and its flows up to the day."""
        past, later = self._events(portfolio_id, known)
        portfolio = Portfolio.replay(portfolio_id, (one.event for one in past))
        then = now = AccountOn.of(portfolio, effective) if past else None
        origins: dict[str, list[Origin]] = defaultdict(list)
        for recorded in later:
            _apply(portfolio, recorded)
            before, now = now, AccountOn.of(portfolio, effective)
            for name in _changed(before, now) if before else ():
                origins[name].append(_of_event(recorded))
        if now is None:
            raise LookupError(f"{portfolio_id} has no events")
        differing = _changed(then, now) if then else ()
        return AccountAsOf(then=then, now=now, origins={one: origins[one] for one in differing})

    def _events(
        self, portfolio_id: UUID, known: datetime | None
    ) -> tuple[Sequence[Recorded], Sequence[Recorded]]:
        """The events up to an instant, and those since."""
        events = self.travel.log.history([portfolio_id])
        past = list(takewhile(lambda one: known is None or one.occurred_at <= known, events))
        return past, events[len(past) :]


@dataclass(frozen=True, slots=True)
class _Learnt:
    """The market's actions of some symbols, as they were known then and are now."""

    then: Sequence[CorporateAction]
    now: Sequence[CorporateAction]
    rows: Sequence[LearntRow]

    @classmethod
    def of(
        cls, travel: TimeTravel, market: Market, symbols: Sequence[str], known: datetime | None
    ) -> "_Learnt":
        """What is learnt of them; `rows` are those that came since."""
        rows = travel.rows.actions(market, symbols, None)
        rows_then = rows if known is None else travel.rows.actions(market, symbols, known)
        known_rows = {row.row for row in rows_then}
        since = [row for row in rows if row.row not in known_rows]
        return cls([_action(row) for row in rows_then], [_action(row) for row in rows], since)

    def since(self, symbol: str) -> Iterator[Origin]:
        """The splits of a symbol that came since."""
        for row in self.rows:
            if row.symbol == symbol and row.kind == "split":
                yield Origin(caused_by=f"price_book:{row.row}", through=0, event=None, row=row)


@dataclass(slots=True)
class _Telling:
    """Tells the positions of one portfolio on a day, each anew only where it is another one."""

    day: date
    market: Sequence[CorporateAction]
    _own: Mapping[Any, Decimal] | None = None
    _told: dict[UUID, tuple[Position, date | None, PositionOn | None]] = field(default_factory=dict)

    def after(self, portfolio: Portfolio, recorded: Recorded) -> Mapping[UUID, PositionOn]:
        """The positions after one more event."""
        _apply(portfolio, recorded)
        return self.of(portfolio)

    def of(self, portfolio: Portfolio) -> Mapping[UUID, PositionOn]:
        """The positions entered by the day."""
        book = portfolio.book(self.market)
        if self._own != portfolio.actions:
            self._own, self._told = dict(portfolio.actions), {}
        told = {}
        for position in book.positions:
            key, stated_on = position.position_id, book.stated_on.get(position.position_id)
            known = self._told.get(key)
            if known is None or known[0] is not position or known[1] != stated_on:
                known = position, stated_on, PositionOn.of(book.held(position), self.day)
                self._told[key] = known
            if known[2]:
                told[key] = known[2]
        return told


def _apply(portfolio: Portfolio, recorded: Recorded) -> None:
    recorded.event.apply(portfolio)
    portfolio.version += 1


def _symbols(events: Collection[Recorded]) -> Sequence[str]:
    """The symbols of all positions that ever came."""
    found: set[str] = set()
    for recorded in events:
        if isinstance(recorded.event, Portfolio.PositionsImported):
            found |= {one.symbol for one in recorded.event.positions}
        elif isinstance(recorded.event, Portfolio.PositionOpened):
            found.add(recorded.event.position.symbol)
    return sorted(found)


def _action(row: LearntRow) -> CorporateAction:
    kind: ActionKind = "split" if row.kind == "split" else "dividend"
    return CorporateAction(row.symbol, row.on, kind, Decimal(row.value), row.source)


def _differing(
    before: Mapping[UUID, PositionOn], after: Mapping[UUID, PositionOn]
) -> Iterator[UUID]:
    return (one for one in dict.fromkeys((*before, *after)) if before.get(one) != after.get(one))


def _of_event(recorded: Recorded) -> Origin:
    caused_by = f"{Portfolio.TOPIC}:{recorded.aggregate_id}@{recorded.version}"
    return Origin(caused_by=caused_by, through=0, event=recorded, row=None)


def _position(
    then: PositionOn | None, now: PositionOn | None, origins: Sequence[Origin]
) -> PositionAsOf:
    changed = _changed(then, now) if then and now else ()
    return PositionAsOf(then=then, now=now, changed=changed, origins=origins if then != now else ())


def _changed(before: Any, after: Any) -> Sequence[str]:
    """The fields that differ."""
    names: Sequence[str] = after.__struct_fields__
    return tuple(name for name in names if getattr(before, name) != getattr(after, name))
