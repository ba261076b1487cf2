"""Every event ever stored stays readable: kept samples of every version, only ever added to.

A new event, or a new version of one, gets a sample in `stored_events.json` (the stored state with
realistic data, and the paths of all its fields) and its digest in `stored_events.sha256`. Neither
is ever edited: whoever edits a sample has changed what stores elsewhere hold. The digests say so
in a copy without history; with git every earlier version of the file is compared, too, so that
editing both does not help.
"""

import json
import subprocess
from datetime import UTC, datetime
from uuid import UUID

import pytest

from application.ports import Cause
from infrastructure.event_store.mapper import EventMapper
from infrastructure.event_store.topics import event_classes, stored_topic
from tests.support.stored_samples import (
    SAMPLES,
    Sample,
    field_paths,
    kept_digests,
    kept_samples,
    parse_samples,
)

CURRENT = {stored_topic(kind): kind for kind in event_classes().values()}
KEPT = kept_samples()
MAPPER = EventMapper()
CAUSE = Cause(command_id=UUID(int=1), correlation_id=UUID(int=1))


def test_every_version_of_every_event_has_a_sample() -> None:
    stored = {
        stored_topic(kind, version)
        for kind in CURRENT.values()
        for version in range(1, kind.VERSION + 1)
    }
    assert set(KEPT) == stored, "add a sample and its digest; never remove one"


@pytest.mark.parametrize("topic", CURRENT)
def test_the_fields_are_those_of_the_sample(topic: str) -> None:
    assert field_paths(CURRENT[topic]) == KEPT[topic].fields, "give the event a new VERSION instead"


@pytest.mark.parametrize("topic", KEPT)
def test_every_sample_is_read_as_its_event(topic: str) -> None:
    event = MAPPER.event(topic, KEPT[topic].stored)
    assert type(event) is event_classes()[topic.partition("/")[0]]


@pytest.mark.parametrize("topic", CURRENT)
def test_a_sample_is_written_again_as_it_was_read(topic: str) -> None:
    event = MAPPER.event(topic, KEPT[topic].stored)
    again = MAPPER.to_stored(UUID(int=1), 1, event, datetime(2024, 1, 16, tzinfo=UTC), CAUSE)
    assert json.loads(again.state)["data"] == KEPT[topic].state["data"]


def test_no_sample_was_edited_since_it_was_added() -> None:
    assert {topic: sample.digest for topic, sample in KEPT.items()} == kept_digests()


def test_every_sample_there_ever_was_is_here_unchanged() -> None:
    changed = {
        f"{topic} of {commit[:7]}"
        for commit in git("log", "--format=%H", "--", SAMPLES.name).split()
        for topic, sample in samples_of(commit).items()
        if KEPT.get(topic) != sample
    }
    assert changed == set()


def samples_of(commit: str) -> dict[str, Sample]:
    """The samples as a commit left them."""
    return parse_samples(git("show", f"{commit}:./{SAMPLES.name}"))


def git(*arguments: str) -> str:
    """What git says in the folder of the samples."""
    answer = subprocess.run(
        ["git", "-C", str(SAMPLES.parent), *arguments], capture_output=True, text=True, check=False
    )
    if answer.returncode:
        pytest.skip(f"no history to compare with: {answer.stderr.strip()}")
    return answer.stdout
