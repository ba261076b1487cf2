"""First answers are kept for a day, once for each key, and open only to who has the key."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from application.repeating import FirstAnswer, KeyTaken
from domain.run_slot import RunSlot
from infrastructure.first_answers import PostgresFirstAnswers
from tests.support.clocks import SetClock
from tests.support.cutting_proxy import Where, cutting_proxy
from tests.support.programs import SECRET, connect_owner
from tests.support.recording import cause, claimed, everything, open_log
from tests.support.rooms import room_pool

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
ADA = UUID(int=1)


@pytest.fixture
def clock() -> SetClock:
    return SetClock(NOON)


@pytest.fixture
def answers(database: str, clock: SetClock) -> Iterator[PostgresFirstAnswers]:
    """First answers on a database of their own."""
    with room_pool(database) as pool:
        yield PostgresFirstAnswers(pool, clock, SECRET)


def answer(body: bytes = b"{}", status: int = 201) -> FirstAnswer:
    headers = [("content-type", "application/json"), ("x-note", "two"), ("x-note", "of one")]
    return FirstAnswer(request_digest=b"asked", status=status, headers=headers, body=body)


def kept(database: str) -> int:
    with connect_owner(database) as connection:
        row = connection.execute("SELECT count(*) FROM answers.first_answers").fetchone()
    return int(str(row[0])) if row else 0


def test_an_answer_is_found_as_it_was_with_the_position_of_its_event(
    database: str, answers: PostgresFirstAnswers
) -> None:
    slot, other = claimed(), claimed()
    with open_log(database) as log:
        also = [answers.keep(ADA, "key", answer(b"\x00\xff"), (slot.id, 1))]
        position = log.save(slot, cause=cause(), also=also)
        log.save(other, cause=cause())
    found = answers.find(ADA, "key")
    assert found is not None
    assert found.position == position
    assert (found.status, found.body, found.request_digest) == (201, b"\x00\xff", b"asked")
    assert found.headers == answer().headers


def test_an_answer_to_nothing_recorded_has_the_position_of_the_log(
    database: str, answers: PostgresFirstAnswers
) -> None:
    with open_log(database) as log:
        position = log.save(claimed(), cause=cause())
    answers.keep_alone(ADA, "key", answer())
    found = answers.find(ADA, "key")
    assert found is not None
    assert found.position == position


def test_a_key_that_is_taken_keeps_its_answer_and_what_came_with_the_other_is_not_recorded(
    database: str, answers: PostgresFirstAnswers
) -> None:
    answers.keep_alone(ADA, "key", answer(b"first"))
    with open_log(database) as log:
        also = [answers.keep(ADA, "key", answer(b"second"), None)]
        with pytest.raises(KeyTaken):
            log.save(claimed(), cause=cause(), also=also)
        assert everything(log) == []
    found = answers.find(ADA, "key")
    assert found is not None
    assert found.body == b"first"


def test_keys_belong_to_their_users(answers: PostgresFirstAnswers) -> None:
    answers.keep_alone(ADA, "key", answer())
    assert answers.find(uuid4(), "key") is None
    assert answers.find(ADA, "other") is None


def test_after_a_day_a_key_is_free_and_its_answer_is_swept_away(
    database: str, answers: PostgresFirstAnswers, clock: SetClock
) -> None:
    for name in ("one", "two", "three"):
        answers.keep_alone(ADA, name, answer(b"old"))
    clock.time += timedelta(hours=24) - timedelta(seconds=1)
    assert answers.find(ADA, "one") is not None
    with pytest.raises(KeyTaken):
        answers.keep_alone(ADA, "one", answer(b"new"))
    clock.time += timedelta(seconds=1)
    assert answers.find(ADA, "one") is None
    answers.keep_alone(ADA, "one", answer(b"new"))
    found = answers.find(ADA, "one")
    assert found is not None
    assert found.body == b"new"
    assert kept(database) == 1


@pytest.mark.parametrize("where", ["before", "after"])
def test_a_commit_whose_outcome_was_lost_keeps_the_answer_once(
    database: str, answers: PostgresFirstAnswers, where: Where
) -> None:
    slot = claimed()
    with cutting_proxy(database) as proxy, open_log(proxy.url) as log:
        proxy.cut(where, b"COMMIT")
        also = [answers.keep(ADA, "key", answer(), (slot.id, 1))]
        position = log.save(slot, cause=cause(), also=also)
        assert proxy.cuts == 1
        assert [recorded.position for recorded in everything(log)] == [position]
        assert log.load(RunSlot, slot.id) is not None
    found = answers.find(ADA, "key")
    assert found is not None
    assert found.position == position
    assert kept(database) == 1


def test_another_secret_finds_nothing(answers: PostgresFirstAnswers) -> None:
    answers.keep_alone(ADA, "key", answer())
    assert replace(answers, secret="another secret").find(ADA, "key") is None
