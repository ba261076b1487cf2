"""What a portfolio decides on single positions: opening, correcting, closing, removing, marking."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING
from uuid import UUID

from domain.closing_price import LARGEST_PRICE
from domain.corporate_action import CorporateAction
from domain.edit import Correction
from domain.instrument import InvestmentClass
from domain.mark import Revaluation
from domain.position import Closing, Position, PositionTerms
from domain.position_import import NewPositionId
from domain.position_refusals import (
    ClosedOverHeld,
    ClosingDateRefused,
    ClosingPriceRefused,
    CorrectionContradicted,
    NothingClosed,
    NotRevaluable,
    PositionUnknown,
    RevaluationRefused,
)
from domain.shares import Held

if TYPE_CHECKING:
    from domain.portfolio import Portfolio


def open_positions(
    portfolio: "Portfolio",
    terms: Sequence[PositionTerms],
    notes: Sequence[str],
    new_id: NewPositionId,
) -> list[UUID]:
    """Hold further positions, each a lot of its own however alike they are; returns their ids.

    Their quantities are stated as of the opening, like those of a template (spec 3.6), or of
    their entry where that is later. `notes` has one text for each.
    """
    opened = list(portfolio.holdings.numbered(terms, new_id))
    for position, note in zip(opened, notes, strict=True):
        portfolio.record(
            portfolio.PositionOpened(
                position=position,
                quantities_as_of=max(portfolio.opening.equity_as_of, position.entry_on),
                notes=note,
            )
        )
    return [position.position_id for position in opened]


def correct(portfolio: "Portfolio", position_id: UUID, correction: Correction, reason: str) -> None:
    """State a position as it should have been stated from the first, under the same id.

    Nothing to do where it says so already.

    Raises:
        PositionUnknown: ERR_POS_404.
        CorrectionContradicted: ERR_POS_030, where it would hold less than was closed, or be
            opened after that.
    """
    position = _unsettled(portfolio, position_id)
    changes = correction.beyond(position, portfolio.holdings.notes.get(position_id, ""))
    if changes is None:
        return
    _fits_closings(changes.applied_to(position), position.closings)
    portfolio.record(
        portfolio.PositionCorrected(position_id=position_id, changes=changes, reason=reason)
    )


def close(
    portfolio: "Portfolio",
    position_id: UUID,
    closed_on: date,
    price: Decimal,
    quantity: Decimal | None,
    actions: Sequence[CorporateAction] = (),
) -> Closing:
    """Close a part of a position, or all that is left of it; returns the closing.

    Args:
        portfolio: whose position it is.
        position_id: which one.
        closed_on: the day; after its end nothing is left of an option, settled yet or not.
        price: USD a share of that day; 0 for an option only.
        quantity: how much in shares of that day, unsigned or signed as the position; None for all.
        actions: the market's splits of the symbol; the owner's own win.

    Raises:
        PositionUnknown: ERR_POS_404.
        ClosingDateRefused: ERR_POS_016. ClosingPriceRefused: ERR_POS_023.
        NothingClosed: ERR_POS_005. ClosedOverHeld: ERR_POS_028, saying what is held.
    """
    position = _unsettled(portfolio, position_id)
    expiry = portfolio.holdings.expiries.get(position_id)
    if expiry and closed_on > expiry.expired_on:
        position = portfolio.holdings.positions[position_id]
    if closed_on < position.entry_on:
        raise ClosingDateRefused(position.entry_on)
    if not _is_closing_price(price, position):
        raise ClosingPriceRefused
    if position.has_ended(closed_on):
        raise ClosedOverHeld(position.symbol, Decimal(0), position.expires_on)
    held = portfolio.book(actions).held(position)
    traded = _traded(held, closed_on, quantity)
    part = held.part(traded, closed_on)
    if not part:
        raise NothingClosed
    closed = portfolio.PositionClosed(
        position_id=position_id, closed_on=closed_on, quantity=part, traded=traded, price=price
    )
    portfolio.record(closed)
    return closed.closing


def remove(portfolio: "Portfolio", position_id: UUID, reason: str) -> None:
    """Take a position out that was entered by mistake, as if it had never been.

    Its id is never used again. Nothing to do if it was removed.

    Raises:
        PositionUnknown: ERR_POS_404.
    """
    if position_id in portfolio.holdings.removed:
        return
    _unsettled(portfolio, position_id)
    portfolio.record(portfolio.PositionRemoved(position_id=position_id, reason=reason))


def expire(
    portfolio: "Portfolio", position_id: UUID, expired_on: date, settlement: Decimal
) -> None:
    """Settle what is left of an option at its expiry, at its intrinsic value in USD a share.

    Another word on the settlement replaces the former. Nothing to do if the same is recorded, or
    if nothing was left to expire.

    Raises:
        PositionUnknown: ERR_POS_404.
    """
    position = _unsettled(portfolio, position_id)
    known = portfolio.holdings.expiries.get(position_id)
    is_known = known and (known.expired_on, known.settlement) == (expired_on, settlement)
    if is_known or not position.open_quantity:
        return
    portfolio.record(
        portfolio.OptionExpired(
            position_id=position_id, expired_on=expired_on, settlement=settlement
        )
    )


def revalue(
    portfolio: "Portfolio", position_id: UUID, revalued_on: date, price: Decimal, note: str
) -> None:
    """Put a manual mark on a private asset from `revalued_on` on.

    Nothing to do if that day has this mark.

    Raises:
        PositionUnknown: ERR_POS_404.
        NotRevaluable: ERR_POS_029.
        RevaluationRefused: ERR_POS_031.
    """
    position = portfolio.holdings.positions.get(position_id)
    if position is None:
        raise PositionUnknown
    if position.investment_class is not InvestmentClass.PRIVATE or position.is_cash_like:
        raise NotRevaluable(position.symbol)
    if not _is_price(price) or revalued_on < position.entry_on:
        raise RevaluationRefused(position.entry_on)
    marks = portfolio.holdings.revaluations.get(position_id, ())
    if Revaluation(revalued_on, price) not in marks:
        portfolio.record(
            portfolio.PositionRevalued(
                position_id=position_id, revalued_on=revalued_on, price=price, note=note
            )
        )


def _unsettled(portfolio: "Portfolio", position_id: UUID) -> Position:
    position = portfolio.holdings.unsettled(position_id)
    if position is None:
        raise PositionUnknown
    return position


def _traded(held: Held, day: date, quantity: Decimal | None) -> Decimal:
    """How much of a position is closed, in shares of the day, signed."""
    left = held.left_on(day)
    traded = left if quantity is None else quantity.copy_sign(left)
    is_against = quantity is not None and quantity < 0 < left
    if not left or is_against or abs(traded) > abs(left):
        raise ClosedOverHeld(held.position.symbol, left)
    return traded


def _fits_closings(corrected: Position, closings: Sequence[Closing]) -> None:
    """Refuse a correction that what was closed, but by expiry, contradicts."""
    if any(closing.closed_on < corrected.entry_on for closing in closings):
        raise CorrectionContradicted("A part of the position was closed before that entry date.")
    gone = sum((closing.quantity for closing in closings), Decimal(0))
    is_of_one_sign = (gone > 0) == (corrected.quantity > 0)
    if gone and not (is_of_one_sign and abs(gone) <= abs(corrected.quantity)):
        raise CorrectionContradicted(f"Of the position {gone:f} was closed already.")


def _is_closing_price(price: Decimal, position: Position) -> bool:
    return _is_price(price) and (price > 0 or position.option is not None)


def _is_price(price: Decimal) -> bool:
    return price.is_finite() and 0 <= price <= LARGEST_PRICE and price == round(price, 6)
