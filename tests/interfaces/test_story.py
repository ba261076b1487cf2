"""Every event of a portfolio there ever was has a sentence; it reads as what was done."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from application.ports import Cause, Recorded
from domain.kernel import Event
from domain.portfolio import Portfolio
from infrastructure.event_store.mapper import EventMapper
from infrastructure.event_store.topics import event_classes
from interfaces.story import is_told, positions_named, sentences_of, story_of
from tests.interfaces.conftest import World
from tests.support.specification import SUBJECT
from tests.support.stored_samples import kept_samples

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
SAMPLES = {
    topic: sample for topic, sample in kept_samples().items() if topic.startswith("portfolio.")
}
OF_PEOPLE = {topic: sample for topic, sample in kept_samples().items() if topic.startswith("user.")}


def recorded(event: Event, number: int = 1) -> Recorded:
    """The event as if read from the log."""
    return Recorded(
        position=number,
        aggregate_id=SUBJECT,
        version=number,
        event=event,
        occurred_at=NOON + timedelta(hours=number),
        cause=Cause(command_id=uuid4(), correlation_id=uuid4()),
    )


def test_there_is_a_sample_of_every_event_of_portfolios() -> None:
    kinds = {topic for topic in event_classes() if topic.startswith("portfolio.")}
    assert kinds <= {topic.partition("@")[0] for topic in SAMPLES}


@pytest.mark.parametrize("topic", SAMPLES)
def test_it_is_told_in_a_sentence(topic: str) -> None:
    [told] = story_of([recorded(EventMapper().event(topic, SAMPLES[topic].stored))])

    assert told.text[0].isupper()
    assert told.text.endswith((".", "?", "!")) or "Reason: " in told.text
    assert not {"UUID(", "Decimal(", "datetime", "None"} & set(told.text.split())
    assert "_" not in told.text.partition("Reason: ")[0].replace(" _", "")


@pytest.mark.parametrize("topic", OF_PEOPLE)
def test_what_became_of_people_is_told_without_who_they_are(topic: str) -> None:
    event = EventMapper().event(topic, OF_PEOPLE[topic].stored)
    text = sentences_of([recorded(event)])[1]

    assert text[0].isupper()
    assert text.endswith(".")
    assert not any(str(getattr(event, name)) in text for name in event.PERSONAL)


def test_of_what_there_are_no_words_for_there_is_no_sentence() -> None:
    slot = EventMapper().event("run_slot.claimed", kept_samples()["run_slot.claimed"].stored)
    described = Portfolio.Described(description="x")
    assert sentences_of([recorded(slot, 1), recorded(described, 2)]) == {2: "Described anew."}
    assert not is_told("run_slot.claimed")
    assert is_told("portfolio.described")


def test_it_goes_up_to_an_instant() -> None:
    happened = [recorded(Portfolio.Described(description="x"), n) for n in (1, 2, 3)]
    told = list(story_of(happened, until=NOON + timedelta(hours=2)))
    assert [one.recorded.position for one in told] == [1, 2]


def test_positions_that_were_opened_before_are_called_by_their_symbols() -> None:
    removed = Portfolio.PositionRemoved(position_id=uuid4(), reason="")
    named = positions_named([recorded(removed), recorded(Portfolio.Archived())])
    assert named == {removed.position_id}
    for symbols, called in (({removed.position_id: "GOOG"}, "GOOG"), (None, "A position")):
        [told] = story_of([recorded(removed)], symbols_before=symbols)
        assert told.text == f"{called} was removed as never held."


def test_an_owner_reads_what_happened_and_others_do_not(world: World) -> None:
    url = f"/audit/portfolios/{world.valued}/history"
    told = world.ada.get(url).json()
    assert told["total"] == len(told["events"]) >= 2
    assert told["events"][0]["text"].startswith("Opened as ")
    assert "Imported " in told["events"][1]["text"]
    assert world.ada.get(f"{url}?offset=1&limit=1").json()["events"] == told["events"][1:2]
    assert world.bob.get(url).status_code == 403
