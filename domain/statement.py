"""From the figures of a ledger to snapshots: whole units back to Decimal, one day at a time."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Self
from uuid import UUID

import msgspec
import numpy as np

from domain.arithmetic import Figures, Ledger
from domain.mark import Mark, needs_price
from domain.money import ZERO, Int64, money, quantity
from domain.position import Position
from domain.shares import Held
from domain.snapshot import Counts, Lines, PreviousValuation, Snapshot

ENGINE_VERSION = 2
"""Counts the changes of the valuation rules that move figures; stands in each snapshot."""

_AMOUNTS = ("market_value", "cost", "proceeds", "income", "pnl", "unrealized_pnl", "realized_pnl")


def inputs_digest(inputs: Sequence[Any]) -> str:
    """The SHA-256, in hex, of what a day's figures came from, written as canonical JSON.

    Numbers are whole units, so that equal inputs have one spelling.
    """
    return hashlib.sha256(msgspec.json.encode(inputs)).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Holdings:
    """The lines of a day, and of those after it on which no quantity changes.

    `index` says where in the ledger they are, `shares` is what is held at the close, in 1e-8.
    """

    index: Int64
    positions: tuple[Position, ...]
    shares: tuple[int, ...]
    quantity: tuple[Decimal, ...]
    entry_price: tuple[Decimal, ...]
    position_id: tuple[UUID, ...]
    cash_like: tuple[bool, ...]
    need_price: tuple[bool, ...]

    @classmethod
    def of(cls, lines: Sequence[Held], shares: Int64, index: Int64, session: date) -> Self:
        """The lines at `index`, given the `shares` of all lines at the close of `session`."""
        of_day = [lines[line] for line in index.tolist()]
        chosen = tuple(line.position for line in of_day)
        held = tuple(shares[index].tolist())
        return cls(
            index=index,
            positions=chosen,
            shares=held,
            quantity=tuple(quantity(n, p.multiplier) for p, n in zip(chosen, held, strict=True)),
            entry_price=tuple(line.entry_price_on(session) for line in of_day),
            position_id=tuple(p.position_id for p in chosen),
            cash_like=tuple(p.is_cash_like for p in chosen),
            need_price=tuple(n != 0 and needs_price(p) for p, n in zip(chosen, held, strict=True)),
        )

    def counts(self, marks: Sequence[Mark]) -> Counts:
        """The counts of spec 2.2, given the mark of each line."""
        lines = list(zip(self.positions, self.shares, self.cash_like, strict=True))
        priceable = list(zip(self.positions, self.need_price, marks, strict=True))
        return Counts(
            lines=len(lines),
            long=sum(held > 0 and not cash_like for _, held, cash_like in lines),
            short=sum(held < 0 and not cash_like for _, held, cash_like in lines),
            priced=len({p.symbol for p, needed, mark in priceable if needed and mark.is_usable}),
            need_price=len({p.symbol for p, needed, _ in priceable if needed}),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """The figures of a ledger with the positions and marks its units stand for.

    `held` and `marks` are by line, the marks of a line by session.
    """

    portfolio_id: UUID
    portfolio_version: int
    prices_known: int
    sessions: Sequence[date]
    held: Sequence[Held]
    marks: Sequence[Sequence[Mark]]
    ledger: Ledger
    figures: Figures

    def snapshots(self, previous: PreviousValuation | None) -> list[Snapshot]:
        """A snapshot for each session; `previous` is None where the first is the opening."""
        held = self.figures.shares
        present = held != 0
        present.reshape(-1)[self.figures.trades.cells] = True
        altered = np.ones(len(held), dtype=np.bool_)
        altered[1:] = ((held[1:] != held[:-1]) | (present[1:] != present[:-1])).any(axis=1)
        snapshots = []
        for row, is_altered in enumerate(altered.tolist()):
            if is_altered:
                index = np.flatnonzero(present[row])
                holdings = _Holdings.of(self.held, held[row], index, self.sessions[row])
            snapshot = self._snapshot(row, holdings, previous)
            snapshots.append(snapshot)
            previous = snapshot.as_previous(version=1)
        return snapshots

    def _snapshot(
        self, row: int, holdings: _Holdings, previous: PreviousValuation | None
    ) -> Snapshot:
        figures = self.figures
        marks = [self.marks[line][row] for line in holdings.index.tolist()]
        lines = self._lines(row, holdings, marks)
        return Snapshot(
            portfolio_id=self.portfolio_id,
            session=self.sessions[row],
            opening=previous is None,
            nav=money(int(figures.nav[row])),
            previous=previous,
            flows=money(int(self.ledger.flows[row])),
            cash=money(int(figures.cash[row])),
            long_value=money(int(figures.long_value[row])),
            short_value=money(int(figures.short_value[row])),
            pnl=sum(lines.pnl, ZERO),
            realized_pnl=sum(lines.realized_pnl, ZERO),
            income=sum(lines.income, ZERO),
            counts=holdings.counts(marks),
            lines=lines,
            portfolio_version=self.portfolio_version,
            prices_known=self.prices_known,
            inputs_digest=inputs_digest(self._inputs(row, holdings, marks)),
            engine_version=ENGINE_VERSION,
        )

    def _lines(self, row: int, holdings: _Holdings, marks: Sequence[Mark]) -> Lines:
        def amounts(matrix: Int64) -> tuple[Decimal, ...]:
            return tuple(map(money, matrix[row, holdings.index].tolist()))

        figures = self.figures
        return Lines(
            position_id=holdings.position_id,
            symbol=tuple(p.symbol for p in holdings.positions),
            quantity=holdings.quantity,
            multiplier=tuple(p.multiplier for p in holdings.positions),
            entry_price=holdings.entry_price,
            mark_price=tuple(mark.price for mark in marks),
            mark_on=tuple(mark.on for mark in marks),
            mark_source=tuple(mark.source for mark in marks),
            mark_quality=tuple(mark.quality for mark in marks),
            mark_provider=tuple(mark.provider for mark in marks),
            cash_like=holdings.cash_like,
            market_value=amounts(figures.market_value),
            cost=amounts(figures.cost),
            proceeds=amounts(figures.proceeds),
            income=amounts(figures.income),
            pnl=amounts(figures.pnl),
            unrealized_pnl=amounts(figures.unrealized_pnl),
            realized_pnl=amounts(figures.realized_pnl),
        )

    def _inputs(self, row: int, holdings: _Holdings, marks: Sequence[Mark]) -> Sequence[Any]:
        """What the day's figures came from: the state before, what happened, and the marks."""
        ledger, figures, index = self.ledger, self.figures, holdings.index
        values = ledger.value_before if row == 0 else figures.market_value[row - 1]
        happened = ledger.movements.on(row)
        return (
            ENGINE_VERSION,
            self.portfolio_id,
            self.sessions[row],
            ledger.nav_before if row == 0 else int(figures.nav[row - 1]),
            None if values is None else values[index].tolist(),
            int(ledger.flows[row]),
            holdings.position_id,
            holdings.cash_like,
            [p.multiplier for p in holdings.positions],
            ledger.entry_price[index].tolist(),
            holdings.shares,
            [(self.held[line].position.position_id, *amounts) for line, *amounts in happened],
            ledger.marks[row, index].tolist(),
            [(mark.on, mark.source, mark.quality, mark.provider) for mark in marks],
        )
