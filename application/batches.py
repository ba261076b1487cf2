"""Valuing several portfolios and recording them in one save (spec 5.4, 5.6).

A batch is valued by what was known when it began; the store says whether that still held. Where
somebody else was quicker, nothing of the batch is recorded.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Self
from uuid import UUID

from application.known_prices import KnownPrices
from application.ports import AnyAggregate, Cause, EventLog, Recorded, Statement
from application.stale_days import SESSIONS_IN_A_SAVE, Progress
from application.valuations import Days, Valuations
from domain.daily_valuation import DailyValuation
from domain.identity import daily_valuation_id
from domain.kernel import Aggregate
from domain.portfolio import Portfolio

LINES_IN_A_BATCH = 1_250
"""What is recorded in one save, about: 25 accounts of 50 positions on one session."""


class NotTogether(Exception):
    """A portfolio needs more than one save of days, so it is valued for itself."""


@dataclass(frozen=True, slots=True)
class Member:
    """A portfolio that is to be valued, and which of its days are."""

    portfolio: Portfolio
    days: Days

    @property
    def lines(self) -> int:
        """How many lines are about to be recorded; as many as a batch holds for a long way."""
        if len(self.days.missing) > SESSIONS_IN_A_SAVE:
            return LINES_IN_A_BATCH
        return len(self.days.missing) * len(self.portfolio.holdings.positions)


def batches(members: Sequence[Member]) -> Iterator[Sequence[Member]]:
    """The members in turn, as many at once as a save holds."""
    together: list[Member] = []
    lines = 0
    for member in members:
        if together and lines + member.lines > LINES_IN_A_BATCH:
            yield together
            together, lines = [], 0
        together.append(member)
        lines += member.lines
    if together:
        yield together


@dataclass(frozen=True, slots=True)
class Batch:
    """Values portfolios one after the other, and records them all together or none."""

    valuations: Valuations
    log: "ForeseenLog"

    @classmethod
    def of(cls, members: Sequence[Member], valuations: Valuations, prices: KnownPrices) -> Self:
        """A batch that has read what the valuation of its members begins with."""
        log = ForeseenLog(valuations.log, [day for one in members for day in _begins_with(one)])
        return cls(valuations.knowing(log, prices), log)

    def value(self, member: Member, until: date, cause: Cause) -> tuple[Progress, list[str]]:
        """Value what is missing of a portfolio and restate what is stale; what to warn of.

        Raises:
            NotTogether: it has to be valued for itself. After that, and any other exception,
                nothing of it is in the batch.
        """
        self.log.begin()
        try:
            settled = self.valuations.settle(member.portfolio, until, cause)
            advance = self.valuations.advance(member.portfolio, member.days, cause)
        except BaseException:
            self.log.take_back()
            raise
        if advance.met_newer_prices:
            self.log.take_back()
            raise NotTogether
        return advance.progress, list(settled.warnings)

    def record(self, cause: Cause) -> None:
        """Record what was valued.

        Raises:
            VersionConflict: somebody else recorded one of the days; nothing was recorded.
            StoreUnavailable: ERR_BUSY_001.
        """
        if self.log.pending:
            self.log.log.save(*self.log.pending, cause=cause.as_new_command())


@dataclass(slots=True)
class ForeseenLog:
    """An EventLog that has read some days beforehand, and keeps what is saved to itself."""

    log: EventLog
    ids: Sequence[UUID]
    pending: list[Aggregate] = field(default_factory=list, init=False)
    _asked: frozenset[UUID] = field(init=False)
    _days: dict[UUID, DailyValuation] = field(init=False)
    _begun: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        self._asked = frozenset(self.ids)
        self._days = self.log.load_many(DailyValuation, self.ids)

    def begin(self) -> None:
        """The next portfolio has its turn."""
        self._begun = len(self.pending)

    def take_back(self) -> None:
        """Forget what was saved of the portfolio whose turn it is."""
        del self.pending[self._begun :]

    def save(self, *aggregates: Aggregate, cause: Cause, also: Sequence[Statement] = ()) -> int:
        """Keep days of the portfolio whose turn it is; `cause` is told when they are recorded.

        Raises:
            NotTogether: it has saved some already, or saves something else than days.
        """
        del cause
        days = [day for day in aggregates if isinstance(day, DailyValuation)]
        if also or len(days) < len(aggregates) or len(self.pending) > self._begun:
            raise NotTogether
        self.pending += days
        self._days.update((day.id, day) for day in days)
        return 0

    def load(self, kind: type[AnyAggregate], aggregate_id: UUID) -> AnyAggregate | None:
        """See `EventLog.load`; a day as it was read, or saved here."""
        return self.load_many(kind, [aggregate_id]).get(aggregate_id)

    def load_many(
        self, kind: type[AnyAggregate], aggregate_ids: Sequence[UUID]
    ) -> dict[UUID, AnyAggregate]:
        """See `EventLog.load_many`; days as they were read, or saved here."""
        if kind is not DailyValuation or not self._asked.issuperset(aggregate_ids):
            return self.log.load_many(kind, aggregate_ids)
        found = ((day, self._days.get(day)) for day in aggregate_ids)
        return {day: known for day, known in found if isinstance(known, kind)}

    def existing(self, aggregate_ids: Sequence[UUID]) -> set[UUID]:
        """See `EventLog.existing`."""
        return self.log.existing(aggregate_ids)

    def versions(self, aggregate_ids: Sequence[UUID]) -> dict[UUID, int]:
        """See `EventLog.versions`."""
        return self.log.versions(aggregate_ids)

    def read(self, after: int, limit: int) -> Sequence[Recorded]:
        """See `EventLog.read`."""
        return self.log.read(after, limit)

    def position(self) -> int:
        """See `EventLog.position`."""
        return self.log.position()


def _begins_with(member: Member) -> Iterator[UUID]:
    """The days that are read beforehand: those to be valued, and the last one valued."""
    last = member.days.last_valued
    for session in (*([last] if last else []), *member.days.missing[:SESSIONS_IN_A_SAVE]):
        yield daily_valuation_id(member.portfolio.id, session)
