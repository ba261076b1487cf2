"""What Vanguard's transactions tell of the shares still held: since when, for how much (03b).

The file's transactions cover the period that was asked for. Only where the shares that came less
those that went are the shares held do they tell the whole story; otherwise nothing is concluded.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import IntEnum
from itertools import groupby

from interfaces.files.brokers.values import day, is_nothing, number

_ROUNDING = Decimal("0.001")
"""Vanguard rounds the shares it lists to 3 decimals or more."""

_LARGEST = Decimal(10) ** 12
_CANCELLED = re.compile(r"cancel|correct|reversal")
_GONE = re.compile(r"sell|sold|redemption|outgoing|withdrawal|w/d|exchange out")
_PAID = re.compile(r"^(?:buy|purchase|exchange|dividend|capital gain)|reinvest|contribution")
_MONEY = re.compile(r"^(?:sweep|reinvest)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Transaction:
    """A row of a transactions table, as texts.

    `kind` is the broker's word (`Buy`, `Transfer (incoming)`). `symbol` is blank where only
    `name` tells what was traded. `net` and `principal` are what was paid, in USD, in either sign.
    """

    account: str
    traded_on: str
    kind: str
    name: str
    symbol: str
    shares: str
    net: str
    principal: str
    accrued: str


@dataclass(frozen=True, slots=True)
class Purchase:
    """Since when shares are held, first in, first out, and their cost in USD at average."""

    entry_on: date
    total_cost: Decimal


Instrument = tuple[str, str, str]
"""An account and what it holds: by symbol or, where there is none, by name."""


def instrument(account: str, symbol: str, name: str) -> Instrument:
    """What transactions and holdings are matched by; case and runs of blanks do not count."""
    return (account, symbol.upper(), "" if symbol else " ".join(name.split()).casefold())


class _Kind(IntEnum):
    """What a row does to the shares held, in the order in which the rows of one day count."""

    SPLIT = 1
    BOUGHT = 2
    RECEIVED = 3
    GONE = 4
    MONEY = 5


@dataclass(frozen=True, slots=True)
class _Movement:
    """`shares` is above zero, but signed for splits and money; only what was bought has a cost."""

    on: date
    kind: _Kind
    shares: Decimal
    cost: Decimal | None = None

    @property
    def day_and_kind(self) -> tuple[date, _Kind]:
        """What movements are sorted by."""
        return self.on, self.kind

    def in_shares(self) -> "_Movement":
        """The movement of a money fund whose row has no number of shares, only an amount."""
        if self.kind is not _Kind.MONEY:
            return self
        if self.shares > 0:
            return _Movement(self.on, _Kind.BOUGHT, self.shares, self.shares)
        return _Movement(self.on, _Kind.GONE, -self.shares)


class Transactions:
    """All that moved shares, by instrument. Rows may come in any order; none makes it raise."""

    def __init__(self) -> None:
        self._movements: dict[Instrument, list[_Movement]] = {}
        self._unclear: set[Instrument] = set()

    def add(self, row: Transaction) -> None:
        """Keep what the row does to the shares held; a dividend paid out does nothing."""
        kind, shares = row.kind.strip().casefold(), _figure(row.shares)
        if shares == 0 and not _MONEY.search(kind):
            return
        key, movement = instrument(row.account, row.symbol, row.name), _movement(row, kind, shares)
        if movement is None:
            self._unclear.add(key)
        else:
            self._movements.setdefault(key, []).append(movement)

    def take_purchase(
        self, account: str, symbol: str, name: str, held: Decimal, *, is_money: bool
    ) -> Purchase | None:
        """Since when and for how much `held` shares are there; None where the rows do not tell.

        Each row is used once: rows without a symbol go to the first instrument that has their
        name. For a money fund (`is_money`) a row's amount is its number of shares.
        """
        keys = {instrument(account, symbol, name), instrument(account, "", name)}
        movements = [move for key in sorted(keys) for move in self._movements.pop(key, ())]
        if held <= 0 or keys & self._unclear:
            return None
        if is_money:
            return _purchase([move.in_shares() for move in movements], held)
        return _purchase([move for move in movements if move.kind is not _Kind.MONEY], held)


def _figure(text: str) -> Decimal | None:
    """The number of a cell, 0 where it is blank, None where it is no amount of this world."""
    found = Decimal(0) if is_nothing(text) else number(text)
    return round(found, 8) if found is not None and abs(found) < _LARGEST else None


def _movement(row: Transaction, kind: str, shares: Decimal | None) -> _Movement | None:
    """What the row does; None where it cannot be told."""
    on = day(row.traded_on)
    if on is None or shares is None or _CANCELLED.search(kind):
        return None
    if shares == 0:
        net = _figure(row.net)
        return None if net is None else _Movement(on, _Kind.MONEY, -net)
    if "split" in kind:
        return _Movement(on, _Kind.SPLIT, shares)
    if _GONE.search(kind):
        return _Movement(on, _Kind.GONE, abs(shares))
    is_paid = bool(_PAID.search(kind))
    if shares < 0:
        # A purchase taken back is unclear; an exchange says by its sign which side it is.
        is_unclear = is_paid and not kind.startswith("exchange")
        return None if is_unclear else _Movement(on, _Kind.GONE, -shares)
    cost = _cost(row) if is_paid else None
    return _Movement(on, _Kind.RECEIVED if cost is None else _Kind.BOUGHT, shares, cost)


def _cost(row: Transaction) -> Decimal | None:
    """What the shares cost, commission included, accrued interest not; None where it is unknown.

    Net Amount may contain accrued interest or leave it out; the principal never contains it.
    """
    net, principal, accrued = map(_figure, (row.net, row.principal, row.accrued))
    if net is None or principal is None or accrued is None:
        return None
    cost = max(abs(net) - abs(accrued), abs(principal))
    return cost if cost > 0 else None


def _purchase(movements: Iterable[_Movement], held: Decimal) -> Purchase | None:
    pool = _Pool(min(_ROUNDING, held / 1000))
    ordered = sorted(movements, key=lambda move: move.day_and_kind)
    for (_, kind), same in groupby(ordered, key=lambda move: move.day_and_kind):
        if not pool.take(kind, list(same)):
            return None
    if pool.cost is None or abs(pool.shares - held) > pool.rounding:
        return None
    entry_on = pool.entry_on()
    return None if entry_on is None else Purchase(entry_on, pool.cost)


class _Pool:
    """The shares of one instrument as its history goes on; `cost` is None where unknown.

    A sale takes its part of the cost at the average of that day. Nothing is left of shares that
    are all sold, so an unknown cost is forgotten with them.
    """

    def __init__(self, rounding: Decimal) -> None:
        self.rounding = rounding
        self.shares = Decimal(0)
        self.cost: Decimal | None = Decimal(0)
        self._history: list[tuple[date, Decimal, Decimal]] = []

    def take(self, kind: _Kind, movements: Sequence[_Movement]) -> bool:
        """Take one day's movements of one kind; False where they cannot be right."""
        if kind is _Kind.SPLIT:
            return self._split(movements[0].on, sum((m.shares for m in movements), Decimal(0)))
        if kind is _Kind.GONE:
            return all(self._give(move.shares) for move in movements)
        for move in movements:
            self._receive(move)
        return True

    def entry_on(self) -> date | None:
        """The day the oldest share still held came in, first in, first out.

        The shares held are the last that came in. Hence it is found by going back until as many
        came in as are held; before a split they were more or fewer.
        """
        wanted = self.shares
        for on, received, factor in reversed(self._history):
            wanted = wanted / factor - received
            if received and wanted <= self.rounding:
                return on
        return None

    def _split(self, on: date, more: Decimal) -> bool:
        after = self.shares + more
        if self.shares <= 0 or after <= self.rounding:
            return False
        self._history.append((on, Decimal(0), after / self.shares))
        self.shares = after
        return True

    def _receive(self, move: _Movement) -> None:
        self._history.append((move.on, move.shares, Decimal(1)))
        self.shares += move.shares
        if self.cost is not None:
            self.cost = None if move.cost is None else self.cost + move.cost

    def _give(self, shares: Decimal) -> bool:
        left = self.shares - shares
        if left < -self.rounding:
            return False
        if left <= self.rounding:
            self.shares, self.cost = Decimal(0), Decimal(0)
            self._history.clear()
            return True
        if self.cost is not None:
            self.cost *= left / self.shares
        self.shares = left
        return True
