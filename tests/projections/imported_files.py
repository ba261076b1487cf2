"""An account as files come into it, are taken back and brought back: what it records of them."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

from msgspec.structs import replace

from domain.identity import position_id
from domain.portfolio import Portfolio
from domain.position import Closing, Position, PositionTerms
from domain.position_import import (
    Assumption,
    ImportMode,
    ImportSource,
    Intake,
    LeftOutRow,
    PositionClosing,
)
from tests.support.events import imported, number, portfolio_opened, stated
from tests.support.rooms import History

ACCOUNT = number("account of files")
MONDAY, TUESDAY = date(2012, 7, 2), date(2012, 7, 3)
PRICES = {symbol: Decimal("60.00") for symbol in ("GOOG", "IBM", "MSFT", "SPY")}
"""What a share is worth where a file closes or opens some, USD."""


class FiledAccount:
    """An account, opened already, that decides about files; each has a name."""

    def __init__(self, portfolio_id: UUID = ACCOUNT) -> None:
        self.portfolio = Portfolio(portfolio_id)
        self.portfolio.record(portfolio_opened())

    def add(self, name: str, *terms: PositionTerms) -> "FiledAccount":
        """A file comes in beside what is held."""
        return self._take_in(name, terms, ImportMode.ADD)

    def replace(self, name: str, *terms: PositionTerms) -> "FiledAccount":
        """A file comes in place of what is held, stated on Tuesday."""
        return self._take_in(name, terms, ImportMode.REPLACE)

    def revert(self, name: str, reason: str = "wrong file") -> "FiledAccount":
        """A file is taken back."""
        self.portfolio.revert_import(number(name), reason)
        return self

    def restore(self, name: str) -> "FiledAccount":
        """A file is brought back."""
        self.portfolio.restore_import(number(name))
        return self

    def told(self, story: History | None = None) -> History:
        """All that was recorded so far, after `story` if given."""
        return (story or History()).tell(self.portfolio.id, *self.portfolio.pending)

    def _take_in(
        self, name: str, terms: Sequence[PositionTerms], mode: ImportMode
    ) -> "FiledAccount":
        intake = Intake(
            source=source_of(name),
            terms=terms,
            stated_on=TUESDAY,
            mode=mode,
            prices=PRICES,
            is_forced=True,
        )
        self.portfolio.import_positions(number(name), intake, self.new_id)
        return self

    def new_id(self, symbol: str, entry_on: date, lot: int) -> UUID:
        """The ids of the account's positions."""
        return position_id(self.portfolio.id, symbol, entry_on, lot)


def source_of(name: str) -> ImportSource:
    """Where a file came from: it assumed something, and a row of it was left out."""
    return ImportSource(
        format="schwab",
        file_name=f"{name}.csv",
        sha256=number(name).hex * 2,
        account="…789",
        assumptions=(Assumption(text="The entry date was given.", rows=(4, 5)),),
        left_out=(LeftOutRow(row=6, symbol="VTSAX", codes=("ERR_POS_008",)),),
    )


def eventful() -> FiledAccount:
    """Two files, the second of which closed parts of the first, and both ways of each."""
    account = FiledAccount()
    account.add("first", stated("GOOG", "100"), stated("SPY", "-10"), stated("IBM", "5"))
    account.replace("second", stated("GOOG", "60"), stated("IBM", "5"), stated("MSFT", "7"))
    account.revert("second").restore("second")
    return account.add("third", stated("GOOG", "3", "70.00")).revert("third")


def closed_by_a_file(
    position: Position, quantity: str, price: str, on: date, name: str = "later file"
) -> Portfolio.PositionsImported:
    """A file came in that closes a part of a position, or all of it, and opens nothing."""
    part = PositionClosing(
        position_id=position.position_id,
        closed_on=on,
        quantity=Decimal(quantity),
        price=Decimal(price),
    )
    return replace(imported(name=name), mode=ImportMode.REPLACE, closings=(part,))


def taken_back(event: Portfolio.PositionsImported) -> Portfolio.ImportReverted:
    """The import was reverted."""
    return Portfolio.ImportReverted(
        import_id=event.import_id,
        reason="wrong file",
        removed=tuple(position.position_id for position in event.positions),
        reopened=event.closings,
    )


def brought_back(event: Portfolio.PositionsImported) -> Portfolio.ImportRestored:
    """The import was restored."""
    return Portfolio.ImportRestored(
        import_id=event.import_id,
        restored=tuple(position.position_id for position in event.positions),
        closed=event.closings,
    )


def with_closing(position: Position, event: Portfolio.PositionsImported) -> Position:
    """The position after the closings of an import."""
    parts: tuple[Closing, ...] = tuple(
        closing.part for closing in event.closings if closing.position_id == position.position_id
    )
    return replace(position, closings=(*position.closings, *parts))
