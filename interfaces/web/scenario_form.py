"""The form for a stress scenario of one's own: a shock of each factor in percent, or of yields."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from domain.risk.factors import INTEREST_RATE, STYLE, FactorName
from domain.risk.own_scenario import own_scenario
from domain.risk.scenarios import Scenario
from interfaces.web.forms import FormWrong, told_at_fields

_LONGEST_TITLE = 100
_TITLE, _YIELDS = "title", "yield_change_bp"


@dataclass(frozen=True, slots=True)
class ShockField:
    """A field for a number: a factor's return in percent, or yields in basis points."""

    name: str
    label: str
    factor: FactorName | None
    largest: float


FIELDS = (
    *(
        ShockField(
            one.name.value.lower().replace(" ", "_"), f"{one.name.value}, %", one.name, 100.0
        )
        for one in STYLE.factors
        if one is not INTEREST_RATE
    ),
    ShockField(_YIELDS, "Yields, basis points", None, 1_000.0),
)
"""What can be shocked; that of the Interest Rate factor follows from yields."""


def scenario_of(typed: Mapping[str, str]) -> Scenario:
    """The scenario as it was typed; what is left blank is not shocked.

    Raises:
        FormWrong: a number is none or too large, or nothing is shocked.
    """
    numbers, wrong = {}, {}
    for field in FIELDS:
        text = typed.get(field.name, "").strip()
        number = _number(text)
        if number is None or not abs(number) <= field.largest:
            wrong[field.name] = f"Write a number from -{field.largest:g} to {field.largest:g}."
        elif text:
            numbers[field] = number
    title = typed.get(_TITLE, "").strip() or "My scenario"
    if len(title) > _LONGEST_TITLE:
        wrong[_TITLE] = f"Write at most {_LONGEST_TITLE} characters."
    if wrong:
        raise FormWrong(wrong)
    shocks = {field.factor.value: number / 100 for field, number in numbers.items() if field.factor}
    yields = next((number for field, number in numbers.items() if not field.factor), None)
    with told_at_fields():
        return own_scenario(title, shocks, yields)


def _number(text: str) -> float | None:
    """The number that a text is, zero where it is blank; None for anything else."""
    if not text:
        return 0.0
    try:
        number = float(text.replace("\N{MINUS SIGN}", "-").removesuffix("%"))
    except ValueError:
        return None
    return number if math.isfinite(number) else None
