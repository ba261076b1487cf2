"""What the calculations rest on and cannot do without (spec 4.11, 6)."""

from collections.abc import Mapping, Sequence

import msgspec

from domain.errors import DomainError
from domain.risk.factors import STYLE
from domain.risk.scenarios import SCENARIOS

REQUIRED: Mapping[str, int] = {"factor_definitions": 8, "stress_scenarios": 18}


class PrerequisitesLacking(DomainError):
    """There is less than what calculations rest on, so none is requested."""

    code = "ERR_BATCH_002"

    def __init__(self, lacking: str) -> None:
        super().__init__(
            f"Calculations rest on what this installation lacks: {lacking}. Its operator has to"
            " install a version that brings it along."
        )


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


def reference_data() -> Sequence[Prerequisite]:
    """What calculations rest on, as this version brings it along."""
    return prerequisites(
        {"factor_definitions": len(STYLE.factors), "stress_scenarios": len(SCENARIOS)}
    )


def lacking(found: Sequence[Prerequisite]) -> list[str]:
    """What there is too little of, each in words."""
    return [
        f"{one.name.replace('_', ' ')} {one.current} of {one.required}"
        for one in found
        if not one.is_met
    ]


def refuse_if_lacking(found: Sequence[Prerequisite]) -> None:
    """Refuse where there is less than calculations rest on.

    Raises:
        PrerequisitesLacking: ERR_BATCH_002.
    """
    too_little = lacking(found)
    if too_little:
        raise PrerequisitesLacking(", ".join(too_little))
