"""The dice of a simulation: whatever is drawn in it, ids included, comes of its seed."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from random import Random
from typing import TypeVar

Thing = TypeVar("Thing")


class Dice(Random):
    """Draws the same for the same seed, in every process and at any time."""

    def happens(self, share: float) -> bool:
        """Whether something does that happens so often, 1 being always."""
        return self.random() < share

    def one_of(self, things: Sequence[Thing]) -> Thing | None:
        """One of the things, None where there is none."""
        return self.choice(things) if things else None

    def amount(self, least: int, most: int) -> Decimal:
        """An amount in USD, in whole cents."""
        return Decimal(self.randint(least * 100, most * 100)).scaleb(-2)


@contextmanager
def ids_drawn_by(dice: Random) -> Iterator[None]:
    """Draw every `uuid4` with the dice: it asks the machine for bytes of chance in one place.

    The one thing of the machine that is put aside; the program itself stays as it is.
    """
    machine = vars(os)
    chance = machine["urandom"]
    machine["urandom"] = dice.randbytes
    try:
        yield
    finally:
        machine["urandom"] = chance
