"""Every stored event of every past version, replayed, gives the state it always gave (9.2).

A digest that differs means that aggregates or read models say something else of what was recorded
long ago. A room that is meant to says so by a higher version; aggregates never are.
"""

from tests.contracts.test_stored_events import git
from tests.support.folded_states import STATES, digest, kept_states, states
from tests.support.reliability import Asked, Note
from tests.support.rounds import rounds
from tests.support.stored_samples import kept_samples


@rounds(1, few=1)
def test_every_stored_event_leaves_the_state_that_it_always_left(rounds: int, note: Note) -> None:
    kept = kept_states()
    for _ in range(rounds):
        now = states()
        assert {name for name in now if name not in kept} == set(), (
            "add the lines: python -m tests.support.folded_states"
        )
        assert {name for name, one in now.items() if kept[name] != one} == set()
    assert {name.partition(" > ")[0] for name in now} == set(kept_samples())
    note(
        Asked.REPLAYED,
        "every stored event of every past version, replayed",
        len(kept_samples()),
        f"{len(now)} states of aggregates and rooms: the digests of before",
    )


def test_no_line_was_changed_or_removed() -> None:
    changed = {
        line
        for commit in git("log", "--format=%H", "--", STATES.name).split()
        for line in git("show", f"{commit}:./{STATES.name}").splitlines()
        if line not in STATES.read_text("ascii").splitlines()
    }
    assert changed == set()


def test_another_state_has_another_digest() -> None:
    assert digest({"a": [1], "b": {2, 1}}) == digest({"b": {1, 2}, "a": (1,)})
    assert len({digest({"a": value}) for value in (1, "1", None, {"b": 1}, [1])}) == 5
