"""What people state: positions of every kind, and files of them."""

from datetime import date, timedelta
from decimal import Decimal

from domain.instrument import InvestmentClass
from domain.position import PositionTerms
from domain.position_import import ImportMode, ImportSource, Intake
from tests.simulator.acts import Stage
from tests.simulator.market import SYMBOLS, UNKNOWN
from tests.support.options import contracts

HOUSE = "HOUSE"


def terms(stage: Stage, first: date) -> PositionTerms:
    """A position as somebody would state it, entered from `first` on, or some days before."""
    dice, today = stage.dice, stage.time.today()
    span = max((today - first).days, 0)
    entry_on = min(first + timedelta(days=dice.randint(-3, span)), today)
    chance = dice.random()
    if chance < 0.1:
        return _house(dice.amount(1000, 9000), entry_on)
    if chance < 0.2:
        return _option(stage, entry_on)
    symbol = dice.choice([*SYMBOLS, *SYMBOLS, UNKNOWN])
    price = stage.market.close(symbol, entry_on) + dice.amount(-2, 2)
    return PositionTerms(
        symbol=symbol,
        quantity=Decimal(dice.choice([-15, 10, 25, 40])),
        entry_price=price,
        entry_on=entry_on,
        investment_class=InvestmentClass.PUBLIC,
    )


def intake(stage: Stage, first: date) -> Intake:
    """A file of a few positions, beside what is held or in its place."""
    dice = stage.dice
    several = [terms(stage, first) for _ in range(dice.randint(1, 4))]
    digest = f"{dice.randint(1, 40):064x}"
    return Intake(
        source=ImportSource(format="template", file_name="positions.csv", sha256=digest),
        terms=several,
        stated_on=stage.time.latest_session(),
        mode=dice.choice([ImportMode.ADD, ImportMode.ADD, ImportMode.REPLACE]),
        is_forced=dice.happens(0.3),
    )


def _house(price: Decimal, entry_on: date) -> PositionTerms:
    return PositionTerms(
        symbol=HOUSE,
        quantity=Decimal(1),
        entry_price=price,
        entry_on=entry_on,
        investment_class=InvestmentClass.PRIVATE,
        investment_subtype="REAL_ESTATE",
    )


def _option(stage: Stage, entry_on: date) -> PositionTerms:
    """Calls on a share, which end on one of the next Fridays."""
    friday = entry_on + timedelta(days=(4 - entry_on.weekday()) % 7 + 7 * stage.dice.randint(0, 2))
    strike = int(stage.market.close("AAPL", entry_on))
    symbol = f"AAPL{friday:%y%m%d}C{strike * 1000:08d}"
    return contracts(symbol, stage.dice.choice([-1, 2]), "1.50", entry_on)
