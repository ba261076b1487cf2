"""What is owned, by class and by sector: long, short, and against what all is worth (spec 8)."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from domain.money import ZERO
from domain.sector import SECTORS
from interfaces.web.holdings import CLASSES, UNCLASSIFIED, Holding
from interfaces.web.worth import Worth

CASH = "Cash"
"""Cash, with all that counts as such."""


@dataclass(frozen=True, slots=True)
class Share:
    """A part of what is owned: what is long, what is short, and both against NAV."""

    name: str
    long: Decimal
    short: Decimal
    nav: Decimal

    @property
    def net(self) -> Decimal:
        """Long plus short."""
        return self.long + self.short

    @property
    def share(self) -> float | None:
        """Net as a share of NAV; None where NAV is not positive."""
        return float(self.net / self.nav) if self.nav > 0 else None


def by_class(worth: Worth, holdings: Sequence[Holding]) -> list[Share]:
    """What the classes are worth, cash last; they add up to NAV."""
    return _shares(worth, holdings, CLASSES.values(), lambda held: held.class_name)


def by_sector(worth: Worth, holdings: Sequence[Holding]) -> list[Share]:
    """What the sectors are worth, then what has none, cash last; they add up to NAV."""
    return _shares(worth, holdings, (*SECTORS, UNCLASSIFIED), lambda held: held.sector)


def _shares(
    worth: Worth,
    holdings: Sequence[Holding],
    names: Iterable[str],
    name_of: Callable[[Holding], str],
) -> list[Share]:
    cash_like, cash, nav = worth.cash_like, worth.cash, worth.nav
    invested = [held for held in holdings if held.position.position_id not in cash_like]
    shares = []
    for name in names:
        inside = [held for held in invested if name_of(held) == name]
        values = [held.position.market_value or ZERO for held in inside]
        long = sum((value for value in values if value > 0), ZERO)
        short = sum((value for value in values if value < 0), ZERO)
        if long or short:
            shares.append(Share(name, long, short, nav))
    return [*shares, Share(CASH, max(cash, ZERO), min(cash, ZERO), nav)]
