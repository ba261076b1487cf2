"""The simulator can fail: each defect that is planted is found within a few seeds."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import count
from typing import Any
from uuid import UUID

import pytest

from application.cash_flows import CashFlows
from application.errors import VersionConflict
from application.ports import Cause, EventLog, Market, PriceNews, Recorded, Statement
from application.repeating import FirstAnswer
from domain.kernel import Aggregate
from projections.room import Room
from tests.simulator.access import InMemoryFirstAnswers
from tests.simulator.database import StoredEvent, Transaction
from tests.simulator.event_log import InMemoryEventLog
from tests.simulator.price_book import InMemoryPriceBook
from tests.simulator.process import Process
from tests.simulator.rooms import Rows, apply_page
from tests.simulator.simulation import Defect, IdentityBroken, Simulation
from tests.support.faulty_logs import ForwardingLog

MOST_SEEDS = 50


class LosingLog(ForwardingLog):
    """Acknowledges one save of `every` so many and makes it not."""

    def __init__(self, log: EventLog, every: int = 20) -> None:
        super().__init__(log)
        self._saves, self._every = count(1), every

    def save(self, *aggregates: Aggregate, cause: Cause, also: Sequence[Statement] = ()) -> int:
        """See `EventLog.save`."""
        if next(self._saves) % self._every:
            return super().save(*aggregates, cause=cause, also=also)
        return self.position()


class TwiceLog(ForwardingLog):
    """Makes every twentieth save again under another command, as if the first had been lost."""

    def __init__(self, log: EventLog) -> None:
        super().__init__(log)
        self._saves = count(1)

    def save(self, *aggregates: Aggregate, cause: Cause, also: Sequence[Statement] = ()) -> int:
        """See `EventLog.save`."""
        pending = [(each, each.pending) for each in aggregates]
        position = super().save(*aggregates, cause=cause, also=also)
        if next(self._saves) % 20 == 0:
            for aggregate, events in pending:
                for event in events:
                    aggregate.record(event)
            position = super().save(*aggregates, cause=cause.as_new_command())
        return position


class SwallowingLog(ForwardingLog):
    """Takes a lost race for a save."""

    def save(self, *aggregates: Aggregate, cause: Cause, also: Sequence[Statement] = ()) -> int:
        """See `EventLog.save`."""
        try:
            return super().save(*aggregates, cause=cause, also=also)
        except VersionConflict:
            return self.position()


class CarelessLog(InMemoryEventLog):
    """Lets a version be taken twice."""

    def _insert(self, rows: Sequence[StoredEvent], transaction: Transaction) -> int:
        events, streams = self._database.events, self._database.streams
        for row in rows:
            placed = row._replace(position=len(events) + 1)
            events.append(placed)
            streams.setdefault(row.stream, []).append(placed)
        return len(events)


class ForgetfulAnswers(InMemoryFirstAnswers):
    """Never finds an answer that was given."""

    def find(self, user_id: UUID, key: str) -> FirstAnswer | None:
        """See `FirstAnswers.find`."""
        return None


class DeafBook(InMemoryPriceBook):
    """Never says that a price came."""

    def news(self, market: Market, symbols: Sequence[str], after: int) -> Sequence[PriceNews]:
        """See `PriceBook.news`."""
        return []


def on_log(put: Callable[[EventLog], EventLog]) -> Defect:
    """A defect of the log below the perils."""

    def plant(process: Process) -> Process:
        process.perilous._log = put(process.perilous._log)
        return process

    return plant


def careless(log: EventLog) -> EventLog:
    """The same log, without a look at versions."""
    assert isinstance(log, InMemoryEventLog)
    return CarelessLog(log._database, log._clock, log._new_key)


def twice_a_page(process: Process) -> Process:
    """Every page is fed to the room of users twice."""

    def apply(room: Room[Any], table: Rows, events: Sequence[Recorded]) -> None:
        apply_page(room, table, events)
        if room.name == "users":
            apply_page(room, table, events)

    process.rooms.apply = apply
    return process


def skips_a_page(process: Process) -> Process:
    """The room of portfolios passes over pages of one event."""

    def apply(room: Room[Any], table: Rows, events: Sequence[Recorded]) -> None:
        if room.name != "portfolios" or len(events) > 1:
            apply_page(room, table, events)

    process.rooms.apply = apply
    return process


def forgets_answers(process: Process) -> Process:
    """Answers given under keys are kept for nothing."""
    answers = process.answers
    assert isinstance(answers, InMemoryFirstAnswers)
    return replace(process, answers=ForgetfulAnswers(answers.database, answers.clock))


def answers_without_saving(process: Process) -> Process:
    """A use case tells people that it was done, and leaves it at that."""
    editing = process.cash_flows.editing
    return replace(
        process, cash_flows=CashFlows(replace(editing, log=LosingLog(editing.log, every=1)))
    )


def hears_no_news(process: Process) -> Process:
    """Valuations never learn that a price came late."""
    book = process.valuations.book
    assert isinstance(book, InMemoryPriceBook)
    valuations = replace(process.valuations, book=DeafBook(book.tables, book.clock, book.calendar))
    return replace(
        process,
        valuations=valuations,
        runs=replace(process.runs, valuations=valuations),
    )


DEFECTS: dict[str, tuple[Defect, str]] = {
    "a save is acknowledged and lost": (on_log(LosingLog), "acknowledged save is in the log"),
    "a save is made twice": (on_log(TwiceLog), "acknowledged save is in the log"),
    "a lost race is taken for a save": (on_log(SwallowingLog), "acknowledged save is in the log"),
    "a version is taken twice": (on_log(careless), "have no gaps"),
    "a page is folded twice": (twice_a_page, "room is a fold of the log"),
    "a page is passed over": (skips_a_page, "room is a fold of the log"),
    "an answer is given to nobody again": (forgets_answers, "a refusal leaves nothing"),
    "a use case does not save": (answers_without_saving, "an answer is true"),
    "a late price is not heard of": (hears_no_news, "what is computed anew"),
}


@pytest.mark.parametrize("name", DEFECTS)
def test_a_planted_defect_is_found(name: str) -> None:
    defect, identity = DEFECTS[name]
    with pytest.raises(IdentityBroken, match=identity):
        run_seeds(defect)


def run_seeds(defect: Defect) -> None:
    """Run simulations in which every process has the defect."""
    for seed in range(MOST_SEEDS):
        Simulation(seed, defect=defect).run()
