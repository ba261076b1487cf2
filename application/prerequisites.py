"""What the calculations rest on and cannot do without (spec 4.11, 6)."""

from collections.abc import Mapping, Sequence

import msgspec

REQUIRED: Mapping[str, int] = {"factor_definitions": 8, "stress_scenarios": 18}


class Prerequisite(msgspec.Struct, frozen=True):
    """Reference data of one kind: how many there are, and how many there must be."""

    name: str
    current: int
    required: int

    @property
    def is_met(self) -> bool:
        """Whether there are enough."""
        return self.current >= self.required


def prerequisites(current: Mapping[str, int]) -> Sequence[Prerequisite]:
    """Every kind of reference data with how many there are of it, none where it is not named."""
    return [
        Prerequisite(name, current.get(name, 0), required) for name, required in REQUIRED.items()
    ]
