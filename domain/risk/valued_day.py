"""What measures over time read of a portfolio's valuations, each no more than it needs."""

from datetime import date
from decimal import Decimal
from typing import Protocol
from uuid import UUID


class Dated(Protocol):
    """Something of a session."""

    @property
    def session(self) -> date:
        """Which it is."""
        ...


class ReturnedDay(Dated, Protocol):
    """A session and what it returned."""

    @property
    def daily_return(self) -> float | None:
        """P&L over the NAV before; None where that says nothing."""
        ...


class ValuedDay(Dated, Protocol):
    """The figures of a session, USD."""

    @property
    def nav(self) -> Decimal:
        """What the portfolio was worth at its close."""
        ...

    @property
    def pnl(self) -> Decimal:
        """What was gained."""
        ...

    @property
    def flows(self) -> Decimal:
        """What the owner brought or took."""
        ...


class PnlLines(Protocol):
    """What the positions of a day gained or lost, one column each; ids also as texts."""

    @property
    def position_id(self) -> tuple[UUID, ...] | tuple[str, ...]:
        """Whose line it is."""
        ...

    @property
    def symbol(self) -> tuple[str, ...]:
        """What the position is of."""
        ...

    @property
    def pnl(self) -> tuple[Decimal, ...]:
        """Of the day."""
        ...

    @property
    def realized_pnl(self) -> tuple[Decimal, ...]:
        """Of what was closed that day, against entry."""
        ...

    @property
    def income(self) -> tuple[Decimal, ...]:
        """Dividends."""
        ...

    @property
    def unrealized_pnl(self) -> tuple[Decimal, ...]:
        """Of what is held, against entry."""
        ...


class LinedDay(ValuedDay, Protocol):
    """The same with its lines."""

    @property
    def lines(self) -> PnlLines:
        """By position."""
        ...


class PerformedDay(ValuedDay, ReturnedDay, Protocol):
    """The same with what it returned."""


class FollowingDay(PerformedDay, Protocol):
    """The same with what the return is of."""

    @property
    def previous_nav(self) -> Decimal | None:
        """The NAV of the valuation before; None at the opening."""
        ...

    @property
    def gross_exposure(self) -> Decimal:
        """What is at stake either way."""
        ...
