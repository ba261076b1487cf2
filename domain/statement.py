"""From the figures of a ledger to snapshots: whole units back to Decimal, one day at a time."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any, Self, TypeAlias
from uuid import UUID

import msgspec
import numpy as np
import numpy.typing as npt

from domain.arithmetic import Figures, Ledger
from domain.mark import Mark, MarkQuality, MarkSource, needs_price
from domain.money import ZERO, Int64, Units, amounts, column, money, price_e6, quantity
from domain.shares import Held
from domain.snapshot import Counts, Lines, PreviousValuation, Snapshot

ENGINE_VERSION = 2
"""Counts the changes of the valuation rules that move figures; stands in each snapshot."""


def inputs_digest(facts: Sequence[Any], columns: Iterable[Int64]) -> str:
    """The SHA-256, in hex, of what a day's figures came from.

    That is the facts as canonical JSON, then the columns, which have an entry for each line.
    Numbers are whole units, so that equal inputs have one spelling; columns are eight bytes each,
    little end first, or spelt out where one of them needs more.
    """
    hashed = hashlib.sha256(msgspec.json.encode(facts))
    for units in columns:
        try:
            hashed.update(units.astype("<i8", copy=False).tobytes())
        except OverflowError:
            hashed.update(repr(units.tolist()).encode())
    return hashed.hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """The marks of L lines over S sessions; lines of one symbol mostly have the very same.

    `distinct` are those series, `which` says of each line [L] which is its own; `prices` [S, L] are
    in 1e-6 USD.
    """

    distinct: Sequence[Sequence[Mark]]
    which: Int64
    prices: Int64

    @classmethod
    def of(cls, marks: Sequence[Sequence[Mark]], sessions: int, units: Units) -> Self:
        """The series of lines, given by line."""
        numbers: dict[int, int] = {}
        which = [numbers.setdefault(id(series), len(numbers)) for series in marks]
        distinct = list({id(series): series for series in marks}.values())
        prices = column((price_e6(mark.price) for series in distinct for mark in series), units)
        index = np.array(which, dtype=np.int64)
        by_series = prices.reshape(len(distinct), sessions)
        return cls(distinct=distinct, which=index, prices=by_series.T[:, index])

    def on(self, row: int) -> "_Quotes":
        """The marks of one session, by distinct series."""
        marks = [series[row] for series in self.distinct]
        return _Quotes(
            price=[mark.price for mark in marks],
            on=[mark.on for mark in marks],
            source=[mark.source for mark in marks],
            quality=[mark.quality for mark in marks],
            provider=[mark.provider for mark in marks],
            is_usable=[mark.is_usable for mark in marks],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Quotes:
    """The marks of one session as columns, by distinct series."""

    price: Sequence[Decimal]
    on: Sequence[date]
    source: Sequence[MarkSource]
    quality: Sequence[MarkQuality]
    provider: Sequence[str | None]
    is_usable: Sequence[bool]

    def origins(self, which: Sequence[int]) -> tuple[Sequence[Any], Int64]:
        """Where the prices of lines are from: what there is, and of each line which it is."""
        origins = list(zip(self.on, self.source, self.quality, self.provider, strict=True))
        if which and len(set(origins)) == 1:
            return origins[:1], np.zeros(len(which), dtype=np.int64)
        numbers: dict[Any, int] = {}
        of_lines = [numbers.setdefault(origins[number], len(numbers)) for number in which]
        return list(numbers), np.array(of_lines, dtype=np.int64)


Column: TypeAlias = npt.NDArray[Any]
"""Values of any kind by line, picked a day's lines at a time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Terms:
    """What holds of L lines on all sessions, by line; `symbol_number` tells symbols apart."""

    position_id: Column
    symbol: Column
    symbol_number: Column
    multiplier: Column
    cash_like: Column
    needs_price: Column
    entry_price: Column
    is_ever_split: bool

    @classmethod
    def of(cls, held: Sequence[Held]) -> Self:
        """The terms of these lines."""
        numbers: dict[str, int] = {}
        positions = [line.position for line in held]
        of_symbols = [numbers.setdefault(p.symbol, len(numbers)) for p in positions]
        return cls(
            position_id=np.array([p.position_id for p in positions], dtype=object),
            symbol=np.array([p.symbol for p in positions], dtype=object),
            symbol_number=np.array(of_symbols, dtype=np.int64),
            multiplier=np.array([p.multiplier for p in positions], dtype=np.int64),
            cash_like=np.array([p.is_cash_like for p in positions], dtype=np.bool_),
            needs_price=np.array([needs_price(p) for p in positions], dtype=np.bool_),
            entry_price=np.array([p.entry_price for p in positions], dtype=object),
            is_ever_split=any(line.actions.splits for line in held),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Holdings:
    """The lines of a day, and of those after it on which no quantity changes.

    `index` says where in the ledger they are, `which` is the series of each; `needed` has number
    and series of each symbol held that needs a price, `unpriced` the counts as if none had one.
    """

    index: Int64
    which: Sequence[int]
    position_id: tuple[UUID, ...]
    symbol: tuple[str, ...]
    multiplier: tuple[int, ...]
    cash_like: tuple[bool, ...]
    quantity: tuple[Decimal, ...]
    entry_price: tuple[Decimal, ...]
    nothing: tuple[Decimal, ...]
    needed: Sequence[tuple[int, int]]
    unpriced: Counts
    digest: str

    @classmethod
    def of(cls, statement: "Statement", row: int, index: Int64) -> Self:
        """The lines at `index` on the session of a row."""
        terms, shares = statement.terms, statement.figures.shares[row, index]
        position_id, cash_like = _tuple(terms.position_id[index]), terms.cash_like[index]
        multiplier, which = _tuple(terms.multiplier[index]), statement.series.which[index]
        needed = index[terms.needs_price[index] & (shares != 0)]
        numbers = terms.symbol_number[needed].tolist()
        exposed = shares[~cash_like]
        entry_price = statement.ledger.entry_price[index]
        return cls(
            index=index,
            which=which.tolist(),
            position_id=position_id,
            symbol=_tuple(terms.symbol[index]),
            multiplier=multiplier,
            cash_like=_tuple(cash_like),
            quantity=tuple(map(quantity, shares.tolist(), multiplier)),
            entry_price=statement.entry_prices(row, index),
            nothing=(ZERO,) * len(index),
            needed=list(zip(numbers, statement.series.which[needed].tolist(), strict=True)),
            unpriced=Counts(
                lines=len(index),
                long=int(np.count_nonzero(exposed > 0)),
                short=int(np.count_nonzero(exposed < 0)),
                priced=0,
                need_price=len(set(numbers)),
            ),
            digest=inputs_digest(
                (position_id, _tuple(cash_like), multiplier), (entry_price, shares)
            ),
        )

    def counts(self, is_usable: Sequence[bool]) -> Counts:
        """The counts of spec 2.2, given which series have a usable mark."""
        if all(is_usable):
            priced = self.unpriced.need_price
        else:
            priced = len({symbol for symbol, series in self.needed if is_usable[series]})
        return msgspec.structs.replace(self.unpriced, priced=priced)


def _tuple(column: Column) -> tuple[Any, ...]:
    return tuple(column.tolist())


@dataclass(frozen=True, kw_only=True)
class Statement:
    """The figures of a ledger with the positions and marks its units stand for, by line."""

    portfolio_id: UUID
    portfolio_version: int
    prices_known: int
    risk_free_rate: Decimal | None
    sessions: Sequence[date]
    held: Sequence[Held]
    series: Series
    ledger: Ledger
    figures: Figures

    @cached_property
    def terms(self) -> _Terms:
        """What holds of the lines on all sessions."""
        return _Terms.of(self.held)

    def entry_prices(self, row: int, index: Int64) -> tuple[Decimal, ...]:
        """What a share of some lines had cost, in shares of the session of a row."""
        if not self.terms.is_ever_split:
            return _tuple(self.terms.entry_price[index])
        session = self.sessions[row]
        return tuple(self.held[line].entry_price_on(session) for line in index.tolist())

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
                holdings = _Holdings.of(self, row, np.flatnonzero(present[row]))
            snapshot = self._snapshot(row, holdings, previous)
            snapshots.append(snapshot)
            previous = snapshot.as_previous(version=1)
        return snapshots

    def _snapshot(
        self, row: int, holdings: _Holdings, previous: PreviousValuation | None
    ) -> Snapshot:
        figures, index, quotes = self.figures, holdings.index, self.series.on(row)
        is_traded = row in self._traded

        def total(matrix: Int64) -> Decimal:
            return money(int(matrix[row, index].sum()))

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
            pnl=total(figures.pnl),
            realized_pnl=total(figures.realized_pnl) if is_traded else ZERO,
            income=total(figures.income) if is_traded else ZERO,
            counts=holdings.counts(quotes.is_usable),
            lines=self._lines(row, holdings, quotes),
            portfolio_version=self.portfolio_version,
            prices_known=self.prices_known,
            risk_free_rate=self.risk_free_rate,
            inputs_digest=self._inputs_digest(row, holdings, quotes),
            engine_version=ENGINE_VERSION,
        )

    @cached_property
    def _traded(self) -> frozenset[int]:
        """The sessions on which something happened to a line."""
        lines = max(len(self.held), 1)
        return frozenset((self.figures.trades.cells // lines).tolist())

    def _lines(self, row: int, holdings: _Holdings, quotes: _Quotes) -> Lines:
        figures, which, is_traded = self.figures, holdings.which, row in self._traded

        def of_lines(matrix: Int64) -> tuple[Decimal, ...]:
            return amounts(matrix[row, holdings.index].tolist())

        def of_trades(name: str) -> tuple[Decimal, ...]:
            if not is_traded:
                return holdings.nothing
            column = getattr(figures, name)[row, holdings.index]
            some, told = np.flatnonzero(column), list(holdings.nothing)
            for line, amount in zip(some.tolist(), amounts(column[some].tolist()), strict=True):
                told[line] = amount
            return tuple(told)

        return Lines(
            position_id=holdings.position_id,
            symbol=holdings.symbol,
            quantity=holdings.quantity,
            multiplier=holdings.multiplier,
            entry_price=holdings.entry_price,
            mark_price=tuple(map(quotes.price.__getitem__, which)),
            mark_on=tuple(map(quotes.on.__getitem__, which)),
            mark_source=tuple(map(quotes.source.__getitem__, which)),
            mark_quality=tuple(map(quotes.quality.__getitem__, which)),
            mark_provider=tuple(map(quotes.provider.__getitem__, which)),
            cash_like=holdings.cash_like,
            market_value=of_lines(figures.market_value),
            cost=of_trades("cost"),
            proceeds=of_trades("proceeds"),
            income=of_trades("income"),
            pnl=of_lines(figures.pnl),
            unrealized_pnl=of_lines(figures.unrealized_pnl),
            realized_pnl=of_trades("realized_pnl"),
        )

    def _inputs_digest(self, row: int, holdings: _Holdings, quotes: _Quotes) -> str:
        """Of the state before, what happened, and the marks."""
        ledger, figures, index = self.ledger, self.figures, holdings.index
        values = ledger.value_before if row == 0 else figures.market_value[row - 1]
        happened = ledger.movements.on(row) if row in self._traded else ()
        origins, of_lines = quotes.origins(holdings.which)
        facts = (
            ENGINE_VERSION,
            self.portfolio_id,
            self.sessions[row],
            ledger.nav_before if row == 0 else int(figures.nav[row - 1]),
            int(ledger.flows[row]),
            holdings.digest,
            [(self.held[line].position.position_id, *moved) for line, *moved in happened],
            origins,
        )
        before = () if values is None else (values[index],)
        return inputs_digest(facts, (ledger.marks[row, index], of_lines, *before))
