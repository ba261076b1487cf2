"""What a portfolio decides on files: taking them in, back, and in again."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING
from uuid import UUID

from domain.corporate_action import NO_ACTIONS
from domain.hindrances import hindrances_to_restore, hindrances_to_revert
from domain.position import Position, PositionTerms
from domain.position_import import (
    FileImportedBefore,
    HeldAlready,
    ImportBuiltUpon,
    ImportMode,
    ImportUnknown,
    Intake,
    NewPositionId,
    TakenIn,
)
from domain.replacement import Change, replacement
from domain.shares import counted
from domain.valuation import PortfolioBook

if TYPE_CHECKING:
    from domain.portfolio import Portfolio


def differences(portfolio: "Portfolio", intake: Intake) -> list[Change]:
    """What replacing the holdings by the file would change, symbol by symbol.

    What is held and what the file states are counted in shares of the file's day. Options that
    ended before it are left alone, settled yet or not, whatever the file says of them.

    Raises:
        ClosingPriceMissing: ERR_PORT_016.
    """
    day, ended = intake.stated_on, _ended(portfolio, intake.stated_on)
    book = portfolio.book(intake.actions).without(intake.history | ended.keys())
    held = {position.position_id: book.held(position) for position in book.positions}
    lots = [lot.counted_on(day) for lot in held.values()]
    over = set(ended.values())
    terms = [row for row in intake.terms if row.symbol not in over or not row.has_ended(day)]
    stated = replace(
        intake,
        terms=_counted(portfolio, replace(intake, terms=terms), book, lots),
        prices={**_manual_prices(portfolio, book, day), **intake.prices},
    )
    return [
        replace(
            change,
            closings=tuple(
                held[closing.position_id].as_stated(closing, day) for closing in change.closings
            ),
        )
        for change in replacement(lots, stated)
    ]


def import_positions(
    portfolio: "Portfolio", import_id: UUID, intake: Intake, new_id: NewPositionId
) -> Sequence[Change]:
    """Take in the positions of a file, beside what is held or in its place.

    Nothing to do if this import is known. Returns what replacing changes, symbol by symbol.

    Raises:
        FileImportedBefore: ERR_PORT_014, unless forced.
        HeldAlready: ERR_POS_022, of mode add, unless forced.
        ClosingPriceMissing: ERR_PORT_016, of mode replace.
    """
    holdings = portfolio.holdings
    if import_id in holdings.imports:
        return ()
    if not intake.is_forced and (known := holdings.import_of(intake.source)):
        raise FileImportedBefore(known)
    terms, changes = _what_comes(portfolio, intake)
    portfolio.record(
        portfolio.PositionsImported(
            import_id=import_id,
            source=intake.source,
            mode=intake.mode,
            quantities_as_of=intake.quantities_as_of or portfolio.opening.equity_as_of,
            positions=tuple(holdings.numbered(terms, new_id)),
            closings=tuple(closing for change in changes for closing in change.closings),
        )
    )
    return changes


def revert_import(portfolio: "Portfolio", import_id: UUID, reason: str) -> None:
    """Take an import back. Nothing to do if it was.

    Raises:
        ImportUnknown: ERR_IMPORT_404.
        ImportBuiltUpon: ERR_PORT_013, where something later, by file or by hand, closed or
            changed a position that it opened or closed.
    """
    taken = _known(portfolio, import_id)
    if import_id in portfolio.holdings.reverted:
        return
    if hindrances := hindrances_to_revert(portfolio.holdings, taken):
        raise ImportBuiltUpon(hindrances)
    portfolio.record(
        portfolio.ImportReverted(
            import_id=import_id,
            reason=reason,
            removed=tuple(position.position_id for position in taken.positions),
            reopened=taken.closings,
        )
    )


def restore_import(portfolio: "Portfolio", import_id: UUID) -> None:
    """Bring a reverted import back. Nothing to do if it was not reverted.

    Raises:
        ImportUnknown: ERR_IMPORT_404.
        FileImportedBefore: ERR_PORT_014, where the file was imported again meanwhile.
        ImportBuiltUpon: ERR_PORT_013, where what it opened came again meanwhile, or what it
            closed is not held as it was.
    """
    taken = _known(portfolio, import_id)
    holdings = portfolio.holdings
    if import_id not in holdings.reverted:
        return
    if again := holdings.import_meanwhile_of(taken):
        raise FileImportedBefore(again)
    if hindrances := hindrances_to_restore(holdings, taken):
        raise ImportBuiltUpon(hindrances)
    portfolio.record(
        portfolio.ImportRestored(
            import_id=import_id,
            restored=tuple(position.position_id for position in taken.positions),
            closed=taken.closings,
        )
    )


def _what_comes(
    portfolio: "Portfolio", intake: Intake
) -> tuple[Sequence[PositionTerms], Sequence[Change]]:
    """The lots that a file opens, and what it changes where it replaces."""
    if intake.mode is ImportMode.REPLACE:
        changes = differences(portfolio, intake)
        return [stated for change in changes for stated in change.openings], changes
    if not intake.is_forced and (held := portfolio.holdings.held_already(intake.terms)):
        raise HeldAlready(held)
    return intake.terms, ()


def _counted(
    portfolio: "Portfolio", intake: Intake, book: PortfolioBook, held: Sequence[Position]
) -> list[PositionTerms]:
    """The file's rows in shares of its day, where they are compared with what is held.

    Others are opened as they are stated.
    """
    compared = {(lot.symbol, lot.quantity > 0) for lot in held if lot.open_quantity}
    as_of = intake.quantities_as_of or portfolio.opening.equity_as_of
    rows = []
    for row in intake.terms:
        actions = book.actions.get(row.symbol, NO_ACTIONS)
        factor = actions.share_factor(max(as_of, row.entry_on), intake.stated_on)
        is_compared = (row.symbol, row.quantity > 0) in compared
        rows.append(counted(row, factor) if is_compared else row)
    return rows


def _manual_prices(portfolio: "Portfolio", book: PortfolioBook, day: date) -> Mapping[str, Decimal]:
    """The latest manual mark by symbol, in USD a share of the day."""
    marks = portfolio.holdings.manual_marks(day)
    return {
        symbol: book.price_on(day, symbol, mark.price, mark.on) for symbol, mark in marks.items()
    }


def _ended(portfolio: "Portfolio", day: date) -> Mapping[UUID, str]:
    """The symbols of the positions in options that ended before `day` with something left."""
    holdings = portfolio.holdings
    held = (holdings.unsettled(position_id) for position_id in holdings.positions)
    return {
        one.position_id: one.symbol
        for one in held
        if one and one.has_ended(day) and one.open_quantity
    }


def _known(portfolio: "Portfolio", import_id: UUID) -> TakenIn:
    if import_id not in portfolio.holdings.imports:
        raise ImportUnknown
    return portfolio.holdings.imports[import_id]
