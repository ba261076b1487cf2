"""Positions x marks -> lines -> a day's figures: one portfolio, valued session by session."""

from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal, localcontext
from functools import cached_property
from typing import Self
from uuid import UUID

import numpy as np
import numpy.typing as npt

from domain.arithmetic import Ledger, Movements, value
from domain.corporate_action import NO_ACTIONS, Actions
from domain.flow import Flow
from domain.mark import Mark
from domain.money import (
    EXACT,
    FAST,
    WHOLE,
    Int64,
    Units,
    amount_cents,
    cents,
    column,
    price_e6,
    shares_e8,
)
from domain.position import Position
from domain.shares import Held, per_share
from domain.snapshot import PreviousValuation, Snapshot
from domain.statement import Series, Statement

_Moved = tuple[int, tuple[int, ...]]
"""A session of the span, and the columns of `Movements` from `opened` on."""

Marks = Mapping[UUID, Sequence[Mark]]
"""By position, its mark on each of the sessions to be valued."""


@dataclass(frozen=True, kw_only=True)
class PortfolioBook:
    """What a portfolio holds and what its owner moved, as stated up to `version` of it.

    `stated_on` has, by position, the day as of which its quantity counts where that is not its
    entry date: splits up to then are in it. `actions` are by symbol; `prices_known` is the row of
    the price book up to which they, and the marks, are known, `risk_free_rate` what models
    price options by.
    """

    portfolio_id: UUID
    version: int
    positions: Sequence[Position]
    flows: Sequence[Flow] = ()
    stated_on: Mapping[UUID, date] = field(default_factory=dict)
    actions: Mapping[str, Actions] = field(default_factory=dict)
    prices_known: int = 0
    risk_free_rate: Decimal | None = None
    _held: dict[UUID, Held] = field(default_factory=dict, init=False, repr=False, compare=False)

    def held(self, position: Position) -> Held:
        """The position with what happened to its shares, worked out once for all stretches."""
        held = self._held.get(position.position_id)
        if held is None or held.position is not position:
            stated_on = self.stated_on.get(position.position_id, position.entry_on)
            actions = self.actions.get(position.symbol, NO_ACTIONS)
            held = Held(position, max(stated_on, position.entry_on), actions)
            self._held[position.position_id] = held
        return held

    @cached_property
    def lines(self) -> "BookLines":
        """The positions as columns, worked out once for all stretches."""
        return BookLines.from_held([self.held(position) for position in self.positions])

    def price_on(self, day: date, symbol: str, price: Decimal, known_on: date) -> Decimal:
        """A price of `known_on` in USD a share of `day`: a split between divides it."""
        factor = self.actions.get(symbol, NO_ACTIONS).share_factor(known_on, day)
        return per_share(price, factor)

    def without(self, history: Collection[UUID]) -> Self:
        """The book but for these positions, which have no line on any day."""
        kept = [position for position in self.positions if position.position_id not in history]
        return replace(self, positions=kept) if history else self


@dataclass(frozen=True, slots=True, kw_only=True)
class BookLines:
    """What holds of N positions on all days, each column [N].

    `entered` and `gone` are proleptic ordinals of days: from the entry on, and before the close of
    the day it is gone, the position is held. `entry_price` is in 1e-6 USD.
    """

    held: Sequence[Held]
    entered: Int64
    gone: Int64
    entry_price: Sequence[int]
    is_cash_like: npt.NDArray[np.bool_]

    @classmethod
    def from_held(cls, held: Sequence[Held]) -> Self:
        """The columns of these positions."""
        positions = [line.position for line in held]
        return cls(
            held=held,
            entered=column(position.entry_on.toordinal() for position in positions),
            gone=column(line.gone_on.toordinal() for line in held),
            entry_price=[price_e6(position.entry_price) for position in positions],
            is_cash_like=np.array([p.is_cash_like for p in positions], dtype=np.bool_),
        )

    def of(self, which: Int64) -> list[Held]:
        """Some of the positions."""
        return [self.held[line] for line in which.tolist()]

    def within(self, after: date, until: date) -> Int64:
        """Which of them are held or closed later than `after` and up to `until`."""
        known, last = after.toordinal(), until.toordinal()
        return np.flatnonzero(
            (self.entered <= last) & ((self.entered > known) | (self.gone > known))
        )


@dataclass(frozen=True, slots=True)
class Opening:
    """Nothing came before: the first session is the opening, with the declared NAV in USD."""

    nav: Decimal


@dataclass(frozen=True, slots=True)
class Previous:
    """The valuation that the first of the sessions builds on, and its version."""

    snapshot: Snapshot
    version: int


def value_sessions(
    book: PortfolioBook, sessions: Sequence[date], marks: Marks, before: Opening | Previous
) -> list[Snapshot]:
    """A snapshot of the portfolio for each of `sessions`, each built on the one before.

    What is dated on a day without session takes effect on the next one. What the opening finds
    closed is history without a line; flows up to the opening are part of the declared NAV
    (spec 2.2, 5.5). Days within the list are taken to be recorded as version 1: where one is
    not, see `Snapshot.following`.

    Args:
        book: positions and flows; what is effective after the last session is left out.
        sessions: consecutive sessions, oldest first, right after the previous valuation's.
        marks: of every position that has a line on one of `sessions`.
        before: the valuation before the first session; or the opening, which the first is.

    Raises:
        ValueError: the previous valuation does not hold what the book says was held then, so
            an earlier day is stale.
    """
    if not sessions:
        return []
    with localcontext(EXACT):
        try:
            return _value_sessions(book, sessions, marks, before, FAST)
        except OverflowError:
            return _value_sessions(book, sessions, marks, before, WHOLE)


def _value_sessions(
    book: PortfolioBook,
    sessions: Sequence[date],
    marks: Marks,
    before: Opening | Previous,
    units: Units,
) -> list[Snapshot]:
    span = _Span.of(sessions, before, units)
    which = book.lines.within(span.known_until, sessions[-1])
    held = book.lines.of(which)
    marks_by_line = [marks[line.position.position_id] for line in held]
    series = Series.of(marks_by_line, len(sessions), units)
    ledger = span.ledger(book, which, held, series)
    return Statement(
        portfolio_id=book.portfolio_id,
        portfolio_version=book.version,
        prices_known=book.prices_known,
        risk_free_rate=book.risk_free_rate,
        sessions=sessions,
        held=held,
        series=series,
        ledger=ledger,
        figures=value(ledger),
    ).snapshots(span.previous)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Span:
    """The sessions to value and the state before them, in whole `units`.

    What is dated up to `known_until` is in that state; what comes later is a movement. `held`
    is shares and market value by position, None at an opening, where the book says both.
    """

    sessions: Sequence[date]
    known_until: date
    previous: PreviousValuation | None
    nav: int
    held: Mapping[UUID, tuple[int, int]] | None
    units: Units

    @classmethod
    def of(cls, sessions: Sequence[date], before: Opening | Previous, units: Units) -> Self:
        """The span that starts from `before`."""
        if isinstance(before, Opening):
            return cls(
                sessions=sessions,
                known_until=sessions[0],
                previous=None,
                nav=amount_cents(before.nav),
                held=None,
                units=units,
            )
        snapshot = before.snapshot
        rows = snapshot.lines.rows("position_id", "quantity", "multiplier", "market_value")
        return cls(
            sessions=sessions,
            known_until=snapshot.session,
            previous=snapshot.as_previous(before.version),
            nav=amount_cents(snapshot.nav),
            held={key: (shares_e8(q, m), amount_cents(worth)) for key, q, m, worth in rows if q},
            units=units,
        )

    def ledger(
        self, book: PortfolioBook, which: Int64, held: Sequence[Held], series: Series
    ) -> Ledger:
        """The lines that are `which` of the book, their marks and flows, in whole units."""
        shares_before = self._column(line.shares_after(self.known_until) for line in held)
        return Ledger(
            marks=series.prices,
            entry_price=self._column(book.lines.entry_price[line] for line in which.tolist()),
            is_cash_like=book.lines.is_cash_like[which],
            movements=self._movements(held),
            flows=self._flows(book.flows),
            shares_before=shares_before,
            stated_before=self._column(line.stated_after(self.known_until) for line in held),
            value_before=self._value_before(held, shares_before),
            nav_before=self.nav,
        )

    def _row(self, day: date) -> int | None:
        """The session on which a movement dated `day` takes effect; None outside the span."""
        if not self.known_until < day <= self.sessions[-1]:
            return None
        return bisect_left(self.sessions, day)

    def _movements(self, held: Sequence[Held]) -> Movements:
        rows = [
            (row, line, *moved)
            for line, one in enumerate(held)
            if not one.is_quiet(self.known_until, self.sessions[-1])
            for row, moved in sorted((*self._trades(one), *self._changes(one), *self._income(one)))
        ]
        columns = np.array(rows, dtype=self.units).reshape(-1, len(Movements.__slots__)).T
        session, line, *moved = columns
        placed = (session.astype(FAST), line.astype(FAST), *moved)
        return Movements(**dict(zip(Movements.__slots__, placed, strict=True)))

    def _trades(self, held: Held) -> Iterator[_Moved]:
        """What was opened and what was closed."""
        position = held.position
        if (row := self._row(position.entry_on)) is not None:
            opened = shares_e8(position.quantity, position.multiplier)
            yield row, (opened, 0, 0, 0, 0, 0)
        for part in held.closed_parts:
            if (row := self._row(part.closing.closed_on)) is not None:
                yield row, (0, part.stated, part.traded, price_e6(part.closing.price), 0, 0)

    def _changes(self, held: Held) -> Iterator[_Moved]:
        """What the shares held change by on the sessions on which they do."""
        position = held.position
        days = (position.entry_on, *(part.closed_on for part in position.closings))
        splits = (ex_on for ex_on, _ in held.actions.splits)
        rows = {row for day in (*days, *splits) if (row := self._row(day)) is not None}
        before = held.shares_after(self.known_until)
        for row in sorted(rows):
            after = held.shares_after(self.sessions[row])
            if after != before:
                yield row, (0, 0, 0, 0, after - before, 0)
            before = after

    def _income(self, held: Held) -> Iterator[_Moved]:
        """Dividends, on the shares held at the close before the ex date (spec 5.5)."""
        for dividend in held.actions.dividends:
            if (row := self._row(dividend.ex_on)) is not None:
                day_before = self.sessions[row - 1] if row else self.known_until
                shares = held.shares_after(day_before)
                if shares:
                    paid = cents(
                        self._column([shares]), self._column([price_e6(round(dividend.value, 6))])
                    )
                    yield row, (0, 0, 0, 0, 0, int(paid[0]))

    def _flows(self, flows: Iterable[Flow]) -> Int64:
        sums = [0] * len(self.sessions)
        for flow in flows:
            if (row := self._row(flow.on)) is not None:
                sums[row] += amount_cents(flow.amount)
        return self._column(sums)

    def _value_before(self, held: Sequence[Held], shares_before: Int64) -> Int64 | None:
        if self.held is None:
            return None
        ids = [line.position.position_id for line in held]
        stated = {key: n for key, n in zip(ids, shares_before.tolist(), strict=True) if n}
        if stated != {key: shares for key, (shares, _) in self.held.items()}:
            raise ValueError(
                f"The valuation of {self.known_until} does not hold what the portfolio held then: "
                "an earlier day is stale and comes first."
            )
        return self._column(self.held[key][1] if key in self.held else 0 for key in ids)

    def _column(self, whole: Iterable[int]) -> Int64:
        return column(whole, self.units)
