"""Savers of one process share a transaction, and each gets the outcome that is its own."""

import threading
from collections.abc import Sequence

import pytest

from infrastructure.event_store.group_commit import MAX_ITEMS, GroupCommit
from tests.support.waiting import eventually


class Busy(Exception):
    """The store does not answer."""


class Taken(Exception):
    """This item conflicts."""


class Recorder:
    """Commits what it is given, in batches that it remembers; refuses as it is told.

    While `gate` is closed the first batch waits, so that others queue behind it.
    """

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.refused: dict[int, BaseException] = {}
        self.entered = threading.Event()
        self.gate = threading.Event()
        self.gate.set()

    def commit(self, items: Sequence[int]) -> list[int]:
        self.entered.set()
        assert self.gate.wait(timeout=10)
        self.batches.append(list(items))
        for item in items:
            if item in self.refused:
                raise self.refused[item]
        return [item * 10 for item in items]


def test_savers_that_queue_while_one_commits_share_the_next_transaction() -> None:
    recorder, answers = run_together(range(20))
    assert answers == {item: item * 10 for item in range(20)}
    assert [len(batch) for batch in recorder.batches] == [1, 19]


def test_a_conflict_is_paid_for_by_its_own_save_alone() -> None:
    recorder, answers = run_together(range(5), {3: Taken()})
    assert {item: answers[item] for item in (0, 1, 2, 4)} == {0: 0, 1: 10, 2: 20, 4: 40}
    assert isinstance(answers[3], Taken)
    assert [batch for batch in recorder.batches if len(batch) > 1] == [recorder.batches[1]]


def test_nobody_waits_one_by_one_for_a_store_that_does_not_answer() -> None:
    recorder, answers = run_together(range(20), dict.fromkeys(range(1, 20), Busy()))
    assert [type(answers[item]) for item in range(1, 20)] == [Busy] * 19
    assert len(recorder.batches) == 2


def test_once_the_store_is_gone_those_who_are_left_are_told_without_being_tried() -> None:
    refused: dict[int, BaseException] = {1: OSError("in doubt"), 2: Busy()}
    recorder, answers = run_together(range(6), refused)
    kinds = sorted(type(answers[item]).__name__ for item in range(1, 6))
    assert kinds.count("Busy") + kinds.count("OSError") + kinds.count("int") == 5
    assert isinstance(answers[2], Busy)
    tried_after = [batch for batch in recorder.batches if batch == [2]]
    assert len(tried_after) == 1
    assert recorder.batches[-1] == [2]


@pytest.mark.parametrize("stop", [KeyboardInterrupt, SystemExit])
def test_a_thread_that_is_stopped_in_mid_commit_leaves_nobody_waiting(
    stop: type[BaseException],
) -> None:
    _, answers = run_together(range(8), dict.fromkeys(range(1, 8), stop()))
    kinds = sorted(type(answers[item]).__name__ for item in range(1, 8))
    assert kinds == sorted(["Busy"] * 6 + [stop.__name__])


def test_the_turnstile_works_on_after_an_exception() -> None:
    recorder = Recorder()
    group = GroupCommit(recorder.commit, hopeless=Busy)
    recorder.refused = {1: RuntimeError("unforeseen")}
    with pytest.raises(RuntimeError, match="unforeseen"):
        group.run(1)
    assert group.run(2) == 20


def test_a_result_too_few_reaches_every_saver_as_an_error() -> None:
    group: GroupCommit[int, int] = GroupCommit(lambda _items: [], hopeless=Busy)
    with pytest.raises(ValueError, match="shorter"):
        group.run(1)


def test_no_transaction_holds_more_saves_than_its_limit() -> None:
    recorder, answers = run_together(range(MAX_ITEMS + 20))
    assert len(answers) == MAX_ITEMS + 20
    assert max(len(batch) for batch in recorder.batches) == MAX_ITEMS


def run_together(
    items: Sequence[int], refused: dict[int, BaseException] | None = None
) -> tuple[Recorder, dict[int, object]]:
    """Commit item 0, and while that takes its time all the others together."""
    recorder = Recorder()
    recorder.refused = refused or {}
    recorder.gate.clear()
    group = GroupCommit(recorder.commit, hopeless=Busy)
    answers: dict[int, object] = {}

    def save(item: int) -> None:
        try:
            answers[item] = group.run(item)
        except BaseException as failure:  # noqa: BLE001 - what it was is what the test asks
            answers[item] = failure

    threads = [threading.Thread(target=save, args=(item,)) for item in items]
    threads[0].start()
    assert recorder.entered.wait(timeout=10)
    for thread in threads[1:]:
        thread.start()
    assert eventually(lambda: len(group._queue) == len(items) - 1)
    recorder.gate.set()
    for thread in threads:
        thread.join(timeout=10)
        assert not thread.is_alive()
    return recorder, answers
