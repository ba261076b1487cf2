"""The steps of a calculation run, by their published ids and names (spec 5.4)."""

import msgspec

from domain.run_order import RunKind


class Phase(msgspec.Struct, frozen=True):
    """A step of the pipeline; `unit` is what it counts."""

    id: int
    name: str
    unit: str


SECURITY_MASTER = Phase(0, "security_master", "symbols")
MARKET_DATA = Phase(1, "market_data", "symbols")
FUNDAMENTALS = Phase(2, "fundamentals", "symbols")
VALUATION = Phase(3, "valuation", "sessions")
READ_MODELS = Phase(4, "read_models", "rooms")
SECTOR_TAGS = Phase(5, "sector_tags", "symbols")
ANALYTICS = Phase(6, "analytics", "portfolios")
PHASES = (
    SECURITY_MASTER,
    MARKET_DATA,
    FUNDAMENTALS,
    VALUATION,
    READ_MODELS,
    SECTOR_TAGS,
    ANALYTICS,
)
"""The phases of a run in order."""

_NOT_FOR_OLD_DAYS = (SECURITY_MASTER, FUNDAMENTALS, SECTOR_TAGS)
_NOT_BY_FORCE = (SECURITY_MASTER, MARKET_DATA, FUNDAMENTALS)


def skipped_phases(kind: RunKind, *, is_forced: bool = False) -> tuple[int, ...]:
    """The ids of the phases that a run leaves out.

    A restatement of old days leaves out what is of today (0, 2, 5); a forced run values with the
    prices that are there (0-2).
    """
    skipped = {phase.id for phase in _NOT_FOR_OLD_DAYS if kind is RunKind.RESTATEMENT}
    skipped |= {phase.id for phase in _NOT_BY_FORCE if is_forced}
    return tuple(sorted(skipped))
