"""Given events, when a decision, then events or a refusal: the language of the specifications.

Every `then` also proves that the new events survive the store's JSON and that replaying the
whole history gives the same aggregate.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

import pytest

from application.ports import Cause
from domain.errors import DomainError
from domain.holdings import Holdings
from domain.kernel import Aggregate, Event
from infrastructure.event_store.mapper import EventMapper

AnyAggregate = TypeVar("AnyAggregate", bound=Aggregate)

SUBJECT = UUID("00000000-0000-4000-8000-000000000001")
_CAUSE = Cause(command_id=UUID(int=2), correlation_id=UUID(int=3))
_MAPPER = EventMapper()


def through_the_store(event: Event) -> Event:
    """The event after a journey through the store's JSON."""
    stored = _MAPPER.to_stored(SUBJECT, 1, event, datetime(2024, 1, 2, tzinfo=UTC), _CAUSE)
    return _MAPPER.event(stored.topic, stored.state)


@dataclass
class Outcome(Generic[AnyAggregate]):
    """What a decision did to an aggregate with a history."""

    history: tuple[Event, ...]
    aggregate: AnyAggregate
    refusal: DomainError | None

    def then(self, *expected: Event) -> None:
        """Exactly these events were recorded, and they are what the store gives back."""
        if self.refusal is not None:
            raise AssertionError(f"refused: {self.refusal!r}") from self.refusal
        assert self.aggregate.pending == expected
        assert tuple(through_the_store(event) for event in expected) == expected
        assert self._replayed(*expected) == state_of(self.aggregate)

    def then_nothing(self) -> None:
        """There was nothing to do: no event, no refusal."""
        self.then()

    def then_refused(self, refusal: type[DomainError], *said: str) -> None:
        """The decision was refused so, its sentence says `said`, and nothing has changed."""
        assert self.refusal is not None, f"recorded {self.aggregate.pending}"
        assert type(self.refusal) is refusal
        for text in said:
            assert text in self.refusal.message
        assert self.aggregate.pending == ()
        assert self._replayed() == state_of(self.aggregate)

    def _replayed(self, *recorded: Event) -> dict[str, Any]:
        kind = type(self.aggregate)
        return state_of(kind.replay(self.aggregate.id, (*self.history, *recorded)))


@dataclass
class Given(Generic[AnyAggregate]):
    """An aggregate with a history."""

    kind: type[AnyAggregate]
    history: tuple[Event, ...]

    def when(self, decision: Callable[[AnyAggregate], Any]) -> Outcome[AnyAggregate]:
        """Let the aggregate decide."""
        aggregate = self.kind.replay(SUBJECT, self.history)
        try:
            decision(aggregate)
        except DomainError as refusal:
            return Outcome(self.history, aggregate, refusal)
        return Outcome(self.history, aggregate, None)


def given(kind: type[AnyAggregate], *history: Event) -> Given[AnyAggregate]:
    """Start a specification: an aggregate of `kind` to which `history` happened."""
    return Given(kind, history)


def when_created(create: Callable[[], AnyAggregate]) -> Outcome[AnyAggregate]:
    """Start a specification of a creation: nothing was there before."""
    return Outcome((), create(), None)


def refused(decision: Callable[[], Any], refusal: type[DomainError], *said: str) -> None:
    """A creation or a parse is refused so, with a sentence that says `said`."""
    with pytest.raises(refusal) as caught:
        decision()
    for text in said:
        assert text in caught.value.message


def state_of(aggregate: Aggregate) -> dict[str, Any]:
    """What an aggregate is made of, its parts laid open to be compared."""
    return {name: _laid_open(part) for name, part in vars(aggregate).items() if name != "_pending"}


def _laid_open(part: Any) -> Any:
    """What compares by identity as its own parts, a dict with the order of its keys."""
    if isinstance(part, Holdings):
        return {name: _laid_open(value) for name, value in vars(part).items()}
    return list(part.items()) if isinstance(part, dict) else part
