"""Settings of the process come back when the last who needs others has left."""

import gc
import sys

from application.at_ease import collector_at_ease, quick_turns


def test_the_last_who_leaves_puts_the_collector_back() -> None:
    usual = gc.get_threshold()
    first, second = collector_at_ease(), collector_at_ease()
    with first:
        within = gc.get_threshold()
        second.__enter__()
    assert within > usual
    assert gc.get_threshold() == within
    second.__exit__(None, None, None)
    assert gc.get_threshold() == usual


def test_turns_are_quick_within() -> None:
    usual = sys.getswitchinterval()
    with quick_turns():
        assert sys.getswitchinterval() < usual
    assert sys.getswitchinterval() == usual
