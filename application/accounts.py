"""Correcting an account itself: its opening, and what its shares went through (spec 4.5, 5.2)."""

from dataclasses import dataclass
from uuid import uuid4

from application.commands import CorrectOpening, EnterAction
from application.edits import Edited, Editing
from application.errors import ActionDateRefused
from application.openings import opening_session
from application.ports import Cause
from domain.account import Opening, parse_equity
from domain.portfolio import Portfolio


@dataclass(frozen=True, slots=True)
class Accounts:
    """The use cases of an account's opening and corporate actions.

    Beside its own refusals each raises PortfolioUnknown (ERR_PORT_404) and PortfolioForbidden
    (ERR_PORT_403), before anything else is looked at.
    """

    editing: Editing

    def correct_opening(self, command: CorrectOpening, cause: Cause) -> tuple[Opening, Edited]:
        """Correct what the account started from, which restates every day of it.

        Nothing to do where it started so.

        Raises:
            EquityNotPositive, EquityTooLarge: ERR_PORT_005, 006.
            OpeningDateRefused: ERR_PORT_012.
        """

        def decision(portfolio: Portfolio) -> Opening:
            opening = portfolio.opening
            equity, day = opening.equity_balance, opening.equity_as_of
            if command.equity_balance.strip():
                equity = parse_equity(command.equity_balance)
            if command.equity_as_of.strip():
                market = self.editing.market_of(portfolio)
                day = opening_session(market, command.equity_as_of)
            portfolio.correct_opening(equity, day, command.reason)
            return portfolio.opening

        return self.editing.run(command.portfolio_id, decision, cause)

    def enter_action(self, command: EnterAction, cause: Cause) -> Edited:
        """Say what a symbol's shares did on a day.

        Nothing to do where the latest word on that symbol, day and kind is the same.

        Raises:
            ActionDateRefused: ERR_ACTION_002. ActionValueRefused: ERR_ACTION_001.
        """
        action_id = uuid4()

        def decision(portfolio: Portfolio) -> None:
            market = self.editing.market_of(portfolio)
            today = market.today()
            if not market.earliest <= command.ex_on <= today:
                raise ActionDateRefused(market.earliest.isoformat(), today.isoformat())
            portfolio.enter_action(
                action_id, command.symbol, command.ex_on, command.kind, command.value
            )

        return self.editing.run(command.portfolio_id, decision, cause)[1]
