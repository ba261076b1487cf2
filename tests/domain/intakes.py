"""Files that come into the specified portfolio, and the decisions to take them in or back."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from uuid import UUID

from domain.corporate_action import CorporateAction
from domain.identity import position_id
from domain.portfolio import Portfolio
from domain.position import PositionTerms
from domain.position_import import ImportMode, Intake
from tests.support.events import number, source
from tests.support.specification import SUBJECT

Decision = Callable[[Portfolio], object]
MONDAY, TUESDAY, WEDNESDAY = date(2012, 7, 2), date(2012, 7, 3), date(2012, 7, 4)


def ids(symbol: str, entry_on: date, lot: int) -> UUID:
    """The ids of the specified portfolio."""
    return position_id(SUBJECT, symbol, entry_on, lot)


def importing(
    *terms: PositionTerms,
    name: str = "first file",
    file: str | None = None,
    account: str | None = None,
    force: bool = False,
) -> Decision:
    """The decision to take in a file, of the import's name or another, beside what is held."""
    intake = Intake(
        source=source(file or name, account), terms=terms, stated_on=MONDAY, is_forced=force
    )
    return lambda portfolio: portfolio.import_positions(number(name), intake, ids)


def file_of(
    *terms: PositionTerms, prices: Mapping[str, str] | None = None, name: str = "second file"
) -> Intake:
    """A file of Tuesday with its last prices, to take the place of all that is held."""
    return Intake(
        source=source(name),
        terms=terms,
        stated_on=TUESDAY,
        mode=ImportMode.REPLACE,
        prices={symbol: Decimal(price) for symbol, price in (prices or {}).items()},
    )


def replacing(
    *terms: PositionTerms,
    prices: Mapping[str, str] | None = None,
    name: str = "second file",
    file: str | None = None,
    actions: Sequence[CorporateAction] = (),
) -> Decision:
    """The decision to let a file of Tuesday take the place of all that is held."""
    intake = replace(file_of(*terms, prices=prices, name=file or name), actions=actions)
    return lambda portfolio: portfolio.import_positions(number(name), intake, ids)


def reverting(name: str, reason: str = "wrong file") -> Decision:
    """The decision to take an import back."""
    return lambda portfolio: portfolio.revert_import(number(name), reason)


def restoring(name: str) -> Decision:
    """The decision to bring an import back."""
    return lambda portfolio: portfolio.restore_import(number(name))
