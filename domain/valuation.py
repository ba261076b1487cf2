"""Positions x marks -> lines -> a day's figures: one portfolio, valued session by session."""

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Self
from uuid import UUID

import numpy as np

from domain.arithmetic import Ledger, Movements, value
from domain.flow import Flow
from domain.mark import Mark
from domain.money import Int64, amount_cents, price_e6, shares_e8
from domain.position import Position
from domain.snapshot import PreviousValuation, Snapshot
from domain.statement import Statement

Marks = Mapping[UUID, Sequence[Mark]]
"""By position, its mark on each of the sessions to be valued."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PortfolioBook:
    """What a portfolio holds and what its owner moved, as stated up to `version` of it."""

    portfolio_id: UUID
    version: int
    positions: Sequence[Position]
    flows: Sequence[Flow] = ()


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
            an earlier day is stale; or a figure is out of the limits of `domain.money`.
    """
    if not sessions:
        return []
    span = _Span.of(sessions, before)
    positions = [position for position in book.positions if span.has_line(position)]
    marks_by_line = [marks[position.position_id] for position in positions]
    ledger = span.ledger(positions, marks_by_line, book.flows)
    return Statement(
        portfolio_id=book.portfolio_id,
        portfolio_version=book.version,
        sessions=sessions,
        positions=positions,
        marks=marks_by_line,
        ledger=ledger,
        figures=value(ledger),
    ).snapshots(span.previous)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Span:
    """The sessions to value and the state before them, in whole units.

    What is dated up to `known_until` is in that state; what comes later is a movement. `held`
    is shares and market value by position, None at an opening, where the book says both.
    """

    sessions: Sequence[date]
    known_until: date
    previous: PreviousValuation | None
    nav: int
    held: Mapping[UUID, tuple[int, int]] | None

    @classmethod
    def of(cls, sessions: Sequence[date], before: Opening | Previous) -> Self:
        """The span that starts from `before`."""
        if isinstance(before, Opening):
            nav = amount_cents(before.nav)
            return cls(
                sessions=sessions, known_until=sessions[0], previous=None, nav=nav, held=None
            )
        snapshot = before.snapshot
        rows = snapshot.lines.rows("position_id", "quantity", "multiplier", "market_value")
        return cls(
            sessions=sessions,
            known_until=snapshot.session,
            previous=snapshot.as_previous(before.version),
            nav=amount_cents(snapshot.nav),
            held={key: (shares_e8(q, m), amount_cents(worth)) for key, q, m, worth in rows if q},
        )

    def has_line(self, position: Position) -> bool:
        """Whether the position is held or closed on one of the sessions."""
        if position.entry_on > self.sessions[-1]:
            return False
        return position.quantity_after(self.known_until) != 0

    def ledger(
        self,
        positions: Sequence[Position],
        marks: Sequence[Sequence[Mark]],
        flows: Iterable[Flow],
    ) -> Ledger:
        """Positions, their marks and the flows of the span, in whole units."""
        prices = _column(price_e6(mark.price) for line in marks for mark in line)
        shares_before = _column(
            _shares(p, p.quantity_after(self.known_until)) if p.entry_on <= self.known_until else 0
            for p in positions
        )
        return Ledger(
            marks=np.ascontiguousarray(prices.reshape(len(positions), len(self.sessions)).T),
            entry_price=_column(price_e6(p.entry_price) for p in positions),
            is_cash_like=np.array([p.is_cash_like for p in positions], dtype=np.bool_),
            movements=self._movements(positions),
            flows=self._flows(flows),
            shares_before=shares_before,
            value_before=self._value_before(positions, shares_before),
            nav_before=self.nav,
        )

    def _row(self, day: date) -> int | None:
        """The session on which a movement dated `day` takes effect; None outside the span."""
        if not self.known_until < day <= self.sessions[-1]:
            return None
        return bisect_left(self.sessions, day)

    def _movements(self, positions: Sequence[Position]) -> Movements:
        rows = []
        for line, position in enumerate(positions):
            if (entry := self._row(position.entry_on)) is not None:
                rows.append((entry, line, _shares(position, position.quantity), 0, 0, 0))
            for part in position.closings:
                if (exit_ := self._row(part.closed_on)) is not None:
                    gone = _shares(position, part.quantity)
                    rows.append((exit_, line, 0, gone, price_e6(part.price), 0))
        session, line_of, opened, closed, exit_price, income = (
            np.array(rows, dtype=np.int64).reshape(-1, 6).T
        )
        return Movements(
            session=session,
            line=line_of,
            opened=opened,
            closed=closed,
            exit_price=exit_price,
            income=income,
        )

    def _flows(self, flows: Iterable[Flow]) -> Int64:
        column = np.zeros(len(self.sessions), dtype=np.int64)
        for flow in flows:
            if (row := self._row(flow.on)) is not None:
                column[row] += amount_cents(flow.amount)
        return column

    def _value_before(self, positions: Sequence[Position], shares_before: Int64) -> Int64 | None:
        if self.held is None:
            return None
        ids = [position.position_id for position in positions]
        stated = {key: n for key, n in zip(ids, shares_before.tolist(), strict=True) if n}
        if stated != {key: shares for key, (shares, _) in self.held.items()}:
            raise ValueError(
                f"The valuation of {self.known_until} does not hold what the portfolio held then: "
                "an earlier day is stale and comes first."
            )
        return _column(self.held[key][1] if key in self.held else 0 for key in ids)


def _shares(position: Position, held: Decimal) -> int:
    return shares_e8(held, position.multiplier)


def _column(units: Iterable[int]) -> Int64:
    return np.fromiter(units, dtype=np.int64)
