"""How many shares a position holds on a day, through its closings and splits (spec 5.5).

A position states its quantity as of a day: splits up to then are in it already, later ones
multiply it, and for a day before an earlier split it is divided. What it cost stays what it was.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from operator import attrgetter
from typing import TypeVar

from msgspec import structs

from domain.corporate_action import NO_ACTIONS, Actions
from domain.money import quantity as quantity_of
from domain.money import shares_e8
from domain.position import Closing, Position, PositionTerms
from domain.position_import import PositionClosing

Terms = TypeVar("Terms", bound=PositionTerms)


@dataclass(frozen=True, slots=True)
class ClosedPart:
    """What a closing took, in 1e-8 shares as the position states them and as they were traded."""

    closing: Closing
    stated: int
    traded: int


@dataclass(frozen=True)
class Held:
    """A position beside what happened to its shares.

    `stated_on` is the day as of which the position's quantity and entry price count. Shares are
    signed, in 1e-8, quantity x multiplier. Where a split leaves finer parts than 1e-8 of a
    quantity, they are rounded half-even to such parts.
    """

    position: Position
    stated_on: date
    actions: Actions = NO_ACTIONS

    def shares_after(self, day: date) -> int:
        """The shares held after what took effect up to `day`; 0 before the entry."""
        return self._on(day, self.stated_after(day))

    def stated_after(self, day: date) -> int:
        """The same in shares of `stated_on`, by which the cost is kept."""
        if day < self.position.entry_on:
            return 0
        if not self.position.closings:
            return self._whole
        gone = (part.stated for part in self.closed_parts if part.closing.closed_on <= day)
        return self._whole - sum(gone)

    @cached_property
    def gone_on(self) -> date:
        """The day from the close of which nothing of it is held; the last of all days for none."""
        left = self._whole
        for part in self.closed_parts:
            left -= part.stated
            if not left:
                return part.closing.closed_on
        return date.max

    def is_quiet(self, after: date, until: date) -> bool:
        """Whether nothing happens to it later than `after` and up to `until`."""
        days = (self.position.entry_on, *(part.closed_on for part in self.position.closings))
        is_moved = any(after < day <= until for day in days)
        return not is_moved and not self.actions.happen(after, until)

    def entry_price_on(self, day: date) -> Decimal:
        """What a share of `day` had cost, in USD."""
        if not self.actions.splits:
            return self.position.entry_price
        return per_share(self.position.entry_price, self.actions.share_factor(self.stated_on, day))

    def left_on(self, day: date) -> Decimal:
        """What all closings together leave, signed, as a quantity in shares of `day`."""
        return quantity_of(self._on(day, self._left), self.position.multiplier)

    def counted_on(self, day: date) -> Position:
        """The position as somebody would state it who counts what is open in shares of `day`."""
        factor = self.actions.share_factor(self.stated_on, day)
        if factor == 1 and self._left == self._e8(self.position.open_quantity):
            return self.position
        return structs.replace(
            self.position,
            quantity=self.left_on(day),
            entry_price=per_share(self.position.entry_price, factor),
            closings=(),
        )

    def as_stated(self, closing: PositionClosing, day: date) -> PositionClosing:
        """A closing of what `counted_on` gives, in the terms of the position itself.

        Quantity and price come in shares of `day`, which is not the day of the closing where the
        entry is later.
        """
        if self.counted_on(day) is self.position:
            return closing
        factor = self.actions.share_factor(day, closing.closed_on)
        return structs.replace(
            closing,
            quantity=self.part(closing.quantity, day),
            traded=times(closing.quantity, factor),
            price=per_share(closing.price, factor),
        )

    def part(self, traded: Decimal, day: date) -> Decimal:
        """What a closing of so many shares of `day` takes, in the terms of the position itself.

        All that is left is all that is recorded as open. A part is the share of that which it is
        of what is left: where a split was learnt after an earlier closing, the two differ.
        """
        if traded == self.left_on(day):
            return self.position.open_quantity
        left = self._left * self.actions.share_factor(self.stated_on, day)
        part = Fraction(self.position.open_quantity) * self._e8(traded) / left
        return _in_parts(part)

    @cached_property
    def closed_parts(self) -> Sequence[ClosedPart]:
        """What each closing took, oldest first.

        The last closing of a position that is closed takes all that is left, whatever splits were
        learnt since. Of another one the shares it traded count where they are known: what they are
        as the position states them is told anew with each split.
        """
        parts: list[ClosedPart] = []
        left = recorded_left = self._whole
        for closing in sorted(self.position.closings, key=attrgetter("closed_on")):
            recorded = self._e8(closing.quantity)
            recorded_left -= recorded
            part = ClosedPart(closing, left, self._on(closing.closed_on, left))
            if recorded_left:
                part = min(part, self._part(closing, recorded), key=lambda one: abs(one.stated))
            left -= part.stated
            parts.append(part)
        return parts

    def _part(self, closing: Closing, recorded: int) -> ClosedPart:
        """What a closing took by its own word."""
        if closing.traded is None:
            return ClosedPart(closing, recorded, self._on(closing.closed_on, recorded))
        traded = self._e8(closing.traded)
        factor = self.actions.share_factor(self.stated_on, closing.closed_on)
        return ClosedPart(closing, round(traded / factor), traded)

    @cached_property
    def _whole(self) -> int:
        return self._e8(self.position.quantity)

    @cached_property
    def _left(self) -> int:
        return self._whole - sum(part.stated for part in self.closed_parts)

    def _e8(self, quantity: Decimal) -> int:
        return shares_e8(quantity, self.position.multiplier)

    def _on(self, day: date, stated: int) -> int:
        if not self.actions.splits:
            return stated
        unit = self.position.multiplier  # a snapshot tells 1e-8 contracts, not shares
        return round(stated * self.actions.share_factor(self.stated_on, day) / unit) * unit


def counted(terms: Terms, factor: Fraction) -> Terms:
    """What is open of a position in other shares, of which one became `factor`."""
    if factor == 1:
        return terms
    return structs.replace(
        terms,
        quantity=times(terms.open_quantity, factor),
        entry_price=per_share(terms.entry_price, factor),
        closings=(),
    )


def times(quantity: Decimal, factor: Fraction) -> Decimal:
    """A quantity in other shares, of which one became `factor`, half-even to 8 decimals."""
    return quantity if factor == 1 else _in_parts(Fraction(quantity) * factor)


def _in_parts(quantity: Fraction) -> Decimal:
    return quantity_of(round(quantity * 10**8))


def per_share(price: Decimal, factor: Fraction) -> Decimal:
    """The price of each of the `factor` shares that one became, half-even to 6 decimals.

    At least 0.000001 USD, unless `price` is 0.
    """
    if factor == 1:
        return price
    millionths = round(Fraction(price) * 10**6 / factor)
    return Decimal(max(millionths, 1) if price else 0).scaleb(-6)
