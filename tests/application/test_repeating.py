"""Specification of saves that are held back until their answer can be kept with them (spec 4.2)."""

from collections.abc import Iterator
from uuid import UUID, uuid4

import pytest

from application.errors import VersionConflict
from application.repeating import (
    NOT_YET,
    Deferral,
    FirstAnswer,
    Overtaken,
    deferral,
)
from domain.run_slot import RunSlot
from interfaces.bootstrap import Program
from tests.support.accounts import cause

ADA, ANSWER = UUID(int=1), FirstAnswer(request_digest=b"", status=200, headers=[], body=b"{}")


@pytest.fixture
def held() -> Iterator[Deferral]:
    """A deferral that is open."""
    opened = Deferral()
    token = deferral.set(opened)
    yield opened
    deferral.reset(token)


def claim(slot_id: UUID | None = None) -> RunSlot:
    slot = RunSlot(slot_id or uuid4())
    slot.claim(uuid4())
    return slot


def claimed_meanwhile(program: Program, slot_id: UUID) -> None:
    """Somebody else claims a slot, and is saved at once."""
    token = deferral.set(None)
    program.log.save(claim(slot_id), cause=cause())
    deferral.reset(token)


def test_without_a_deferral_a_save_is_made_at_once(program: Program) -> None:
    assert program.log.save(claim(), cause=cause()) == 1


def test_a_save_is_held_back_until_its_answer_is_there(program: Program, held: Deferral) -> None:
    slot, ran = claim(), list[str]()
    position = program.log.save(slot, cause=cause(), also=[lambda _: ran.append("job")])
    assert (position, ran, slot.pending != ()) == (NOT_YET, [], True)
    held.commit(program.first_answers, ADA, "key", ANSWER)
    assert (ran, slot.pending) == (["job"], ())
    found = program.first_answers.find(ADA, "key")
    assert found is not None
    assert found.position == program.log.position() == 1


def test_a_later_save_or_read_makes_the_earlier_save_first(
    program: Program, held: Deferral
) -> None:
    first, second = claim(), claim()
    program.log.save(first, cause=cause())
    program.log.save(second, cause=cause())
    assert first.pending == ()
    assert second.pending != ()
    assert program.log.load(RunSlot, second.id) is not None
    assert second.pending == ()
    assert program.log.position() == 2


def test_an_earlier_save_that_was_overtaken_ends_the_whole_attempt(
    program: Program, held: Deferral
) -> None:
    slot = claim()
    program.log.save(slot, cause=cause())
    claimed_meanwhile(program, slot.id)
    with pytest.raises(Overtaken):
        program.log.position()


def test_the_last_save_that_was_overtaken_keeps_no_answer(program: Program, held: Deferral) -> None:
    slot = claim()
    program.log.save(slot, cause=cause())
    claimed_meanwhile(program, slot.id)
    with pytest.raises(VersionConflict):
        held.commit(program.first_answers, ADA, "key", ANSWER)
    assert program.first_answers.find(ADA, "key") is None


def test_the_answer_to_a_command_that_saved_nothing_is_kept(
    program: Program, held: Deferral
) -> None:
    held.commit(program.first_answers, ADA, "key", ANSWER)
    assert program.first_answers.find(ADA, "key") is not None
    assert program.log.position() == 0
