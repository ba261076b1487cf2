"""Editing positions by hand: opened, corrected, closed, removed, revalued (spec 4.5)."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from application.commands import (
    ClosePosition,
    CorrectPosition,
    OpenPositions,
    RemovePosition,
    RevaluePosition,
)
from application.edits import Edited, Editing
from application.errors import UserUnknown
from application.identities import Identities
from application.ports import Cause, PriceBook
from domain.portfolio import Portfolio
from domain.position import Closing, Position
from domain.position_import import NewPositionId
from domain.position_refusals import ClosingDateRefused, PositionUnknown, RevaluationRefused
from domain.user import User


@dataclass(frozen=True, slots=True)
class Positions:
    """The use cases of single positions; dates count by the portfolio's own market's today.

    Each answers with the position, or the positions, as they stand afterwards, and with what that
    led to. Beside its own refusals each raises PortfolioUnknown (ERR_PORT_404) and
    PortfolioForbidden (ERR_PORT_403), before anything else is looked at.
    """

    editing: Editing
    identities: Identities
    prices: PriceBook

    def open(self, command: OpenPositions, cause: Cause) -> tuple[Sequence[Position], Edited]:
        """Hold further positions, all of them or none."""

        def decision(portfolio: Portfolio) -> Sequence[Position]:
            new_id = self._new_id(portfolio)
            opened = portfolio.open_positions(command.terms, command.notes, new_id)
            return [portfolio.holdings.positions[position_id] for position_id in opened]

        return self.editing.run(command.portfolio_id, decision, cause)

    def correct(self, command: CorrectPosition, cause: Cause) -> tuple[Position, Edited]:
        """State a position as it should have been stated. Nothing to do where it says so already.

        Raises:
            PositionUnknown: ERR_POS_404. CorrectionContradicted: ERR_POS_030.
        """

        def decision(portfolio: Portfolio) -> Position:
            correction = command.correction(_held(portfolio, command.position_id))
            portfolio.correct(command.position_id, correction, command.reason)
            return _held(portfolio, command.position_id)

        return self.editing.run(command.portfolio_id, decision, cause)

    def close(self, command: ClosePosition, cause: Cause) -> tuple[Position, Closing, Edited]:
        """Close a position, or a part of it; answers with the closing, too.

        Raises:
            PositionUnknown: ERR_POS_404. ClosingDateRefused: ERR_POS_016.
            ClosingPriceRefused: ERR_POS_023. NothingClosed: ERR_POS_005.
            ClosedOverHeld: ERR_POS_028.
        """

        def decision(portfolio: Portfolio) -> tuple[Position, Closing]:
            position = _held(portfolio, command.position_id)
            today = self.editing.market_of(portfolio).today()
            if command.closed_on > today:
                raise ClosingDateRefused(position.entry_on, today)
            market = portfolio.opening.price_source
            actions = self.prices.actions(market, [position.symbol])
            closing = portfolio.close(
                position.position_id, command.closed_on, command.price, command.quantity, actions
            )
            return _held(portfolio, command.position_id), closing

        (position, closing), edited = self.editing.run(command.portfolio_id, decision, cause)
        return position, closing, edited

    def remove(self, command: RemovePosition, cause: Cause) -> Edited:
        """Take out a position that was entered by mistake. Nothing to do if it was.

        Raises:
            PositionUnknown: ERR_POS_404.
        """
        return self.editing.run(
            command.portfolio_id,
            lambda portfolio: portfolio.remove(command.position_id, command.reason),
            cause,
        )[1]

    def revalue(self, command: RevaluePosition, cause: Cause) -> tuple[Position, Edited]:
        """Put a price on a private asset. Nothing to do if that day has this price.

        Raises:
            PositionUnknown: ERR_POS_404. NotRevaluable: ERR_POS_029.
            RevaluationRefused: ERR_POS_031.
        """

        def decision(portfolio: Portfolio) -> Position:
            position = _held(portfolio, command.position_id)
            today = self.editing.market_of(portfolio).today()
            if command.revalued_on > today:
                raise RevaluationRefused(position.entry_on, today)
            portfolio.revalue(
                position.position_id, command.revalued_on, command.price, command.note
            )
            return position

        return self.editing.run(command.portfolio_id, decision, cause)

    def _new_id(self, portfolio: Portfolio) -> NewPositionId:
        owner = self.editing.log.load(User, portfolio.owner_id) if portfolio.owner_id else None
        if owner is None:
            raise UserUnknown
        return self.identities.position_ids(owner, portfolio.id)


def _held(portfolio: Portfolio, position_id: UUID) -> Position:
    position = portfolio.holdings.positions.get(position_id)
    if position is None:
        raise PositionUnknown
    return position
