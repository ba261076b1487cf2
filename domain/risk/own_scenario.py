"""A reader's own stress scenario: the same kind as those that come along (spec 6.3)."""

import math
from collections.abc import Mapping

from domain.errors import NotAllowedValue
from domain.risk.factors import INTEREST_RATE, STYLE, Factor
from domain.risk.scenarios import Scenario, ScenarioId, bond_return

LARGEST_SHOCK = 1.0
LARGEST_YIELD_CHANGE_BP = 1_000.0


class FactorUnknown(NotAllowedValue):
    """No style factor has that name."""

    code = "ERR_RISK_001"

    def __init__(self, name: str) -> None:
        names = [factor.name for factor in STYLE.factors]
        super().__init__(
            f"There is no factor {name!r}. Name one of: {', '.join(names)}.",
            factor=name,
            factors=names,
        )


class ShockNotPossible(NotAllowedValue):
    """A shock, or a change of yields, beyond what a scenario may say."""

    code = "ERR_RISK_002"


class ShocksContradict(NotAllowedValue):
    """The shocks say nothing, or two things of the Interest Rate factor."""

    code = "ERR_RISK_003"


def own_scenario(
    title: str, shocks: Mapping[str, float], yield_change_bp: float | None = None
) -> Scenario:
    """A scenario as somebody puts it.

    Args:
        title: what it is called.
        shocks: by the name of a style factor, what it returns: -0.1 is -10 %; zero is one too.
        yield_change_bp: a change of yields in basis points, instead of a shock of Interest Rate.

    Raises:
        FactorUnknown: ERR_RISK_001. ShockNotPossible: ERR_RISK_002, beyond -100 to 100 %, or
            yields by more than 1,000 basis points. ShocksContradict: ERR_RISK_003.
    """
    known: dict[str, Factor] = {factor.name: factor for factor in STYLE.factors}
    for name, shock in shocks.items():
        if name not in known:
            raise FactorUnknown(name)
        if not (math.isfinite(shock) and abs(shock) <= LARGEST_SHOCK):
            raise ShockNotPossible("A factor is shocked by -1 to 1, which is -100 to 100 %.")
    stated = {known[name]: shock for name, shock in shocks.items()}
    if yield_change_bp is not None:
        if INTEREST_RATE in stated:
            raise ShocksContradict(
                "State either a change of yields or a shock of Interest Rate, not both."
            )
        stated[INTEREST_RATE] = _of_yields(yield_change_bp)
    if not stated:
        raise ShocksContradict("State a shock of at least one factor, or a change of yields.")
    return Scenario(ScenarioId.OWN, title, stated)


def _of_yields(change_bp: float) -> float:
    if not (math.isfinite(change_bp) and abs(change_bp) <= LARGEST_YIELD_CHANGE_BP):
        raise ShockNotPossible("Yields change by -1,000 to 1,000 basis points.")
    return max(bond_return(change_bp / 10_000), -LARGEST_SHOCK)
