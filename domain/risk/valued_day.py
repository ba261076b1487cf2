"""What measures over time read of a portfolio's valuations, each no more than it needs."""

from datetime import date
from decimal import Decimal
from typing import Protocol

from domain.snapshot import Lines


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


class LinedDay(ValuedDay, Protocol):
    """The same with its lines."""

    @property
    def lines(self) -> Lines:
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
