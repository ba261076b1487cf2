"""Specification of the kernel: decisions record, events apply, replay gives the same again."""

from typing import ClassVar
from uuid import UUID

import msgspec
import pytest

from domain.kernel import Aggregate, Event

SUBJECT = UUID(int=1)


class Tally(Aggregate):
    """An aggregate of this test: a sum."""

    TOPIC = "test.tally"

    class Raised(Event, frozen=True):
        """The sum rose."""

        TOPIC: ClassVar[str]  # assigned nowhere: the store keeps only classes with a topic
        by: int

        def apply(self, tally: "Tally") -> None:
            """The sum is that much more."""
            tally.total += self.by

    def __init__(self, aggregate_id: UUID) -> None:
        super().__init__(aggregate_id)
        self.total = 0

    def raise_by(self, amount: int) -> None:
        """Add to the sum; nothing to do for 0."""
        if amount:
            self.record(self.Raised(by=amount))


def tally(*amounts: int) -> Tally:
    """A tally to which these were added, none saved."""
    new = Tally(SUBJECT)
    for amount in amounts:
        new.raise_by(amount)
    return new


def test_what_is_recorded_is_applied_and_waits_for_the_save() -> None:
    new = tally(2, 0, 3)

    assert new.total == 5
    assert new.pending == (Tally.Raised(by=2), Tally.Raised(by=3))
    assert (new.version, new.saved_version) == (2, 0)


def test_a_saved_aggregate_has_nothing_pending_and_keeps_its_version() -> None:
    kept = tally(2, 3)
    kept.mark_saved()
    kept.raise_by(4)

    assert kept.pending == (Tally.Raised(by=4),)
    assert (kept.version, kept.saved_version) == (3, 2)


def test_replaying_gives_the_same_aggregate_with_nothing_pending() -> None:
    again = Tally.replay(SUBJECT, tally(2, 3).pending)

    assert (again.id, again.total, again.version, again.pending) == (SUBJECT, 5, 2, ())


def test_events_are_facts_and_do_not_change() -> None:
    event = Tally.Raised(by=2)

    with pytest.raises(AttributeError):
        event.by = 3  # type: ignore[misc]  # that it is refused is what is tested


def test_an_event_with_a_field_too_many_is_unreadable() -> None:
    with pytest.raises(msgspec.ValidationError, match="unknown field"):
        msgspec.json.decode(b'{"by": 2, "to": 3}', type=Tally.Raised)


def test_an_event_that_says_nothing_of_its_effect_cannot_be_applied() -> None:
    with pytest.raises(NotImplementedError):
        Event().apply(tally())
