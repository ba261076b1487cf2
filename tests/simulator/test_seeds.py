"""Whatever a seed makes happen, the identities hold after each step, and it happens again."""

import os
import subprocess
import sys
from collections import Counter

import pytest

from tests.simulator.perils import Peril
from tests.simulator.simulation import DECKS, Simulation
from tests.support.reliability import Asked, Note
from tests.support.rounds import rounds

PARTS = 20
"""So many tests share the seeds out, so that a long run shows how far it is."""

SOME = 30
AGAIN = range(7000, 7004)


@pytest.mark.parametrize("part", range(PARTS))
@rounds(5000)
def test_the_identities_hold_after_each_step(rounds: int, part: int, note: Note) -> None:
    digests = [Simulation(seed).run() for seed in range(part, rounds, PARTS)]
    assert len(set(digests)) == len(digests)
    note(
        Asked.SIMULATOR,
        "seeded commands, faults at saves, crashes, failing providers and time that jumps,"
        " in memory",
        len(digests),
        "every identity after each step; no two seeds leave one log",
    )


def test_every_act_and_every_peril_comes_up() -> None:
    met = Counter[str]()
    for seed in range(SOME):
        simulation = Simulation(seed)
        simulation.run()
        met += simulation.met
    expected = {draw.__name__ for deck in DECKS for _, draw in deck}
    expected |= {f"{who}: {peril}" for who in ("people", "the system") for peril in Peril}
    assert expected - met.keys() == set()


def test_a_seed_happens_again_step_by_step() -> None:
    for seed in AGAIN:
        stories: list[list[str]] = [[], []]
        first, second = (Simulation(seed, tell=story.append).run() for story in stories)
        assert (first, stories[0]) == (second, stories[1])


def test_a_seed_happens_again_in_another_process_with_another_order_of_hashes() -> None:
    script = "from tests.simulator.simulation import Simulation\n" + "".join(
        f"print(Simulation({seed}).run())\n" for seed in AGAIN
    )
    ended = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, "PYTHONHASHSEED": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert ended.stdout.split() == [Simulation(seed).run() for seed in AGAIN]


def test_a_seed_is_told_by_the_command_line() -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "tests.simulator", "7000"],
        capture_output=True,
        text=True,
        check=True,
    )
    *story, last = ended.stdout.splitlines()
    assert len(story) > 20
    assert last.endswith(f"digest {Simulation(7000).run()}")
