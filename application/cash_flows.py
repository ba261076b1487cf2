"""Cash flows: money that owners pay in and take out, and entries they take back (spec 4.5)."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID, uuid4

from application.commands import NoteFlow, RevertFlow
from application.edits import Edited, Editing
from application.errors import FlowDateRefused
from application.ports import Cause
from domain.daily_valuation import DailyValuation
from domain.identity import daily_valuation_id
from domain.portfolio import Portfolio


@dataclass(frozen=True, slots=True)
class CashFlows:
    """The use cases of flows.

    Beside its own refusals each raises PortfolioUnknown (ERR_PORT_404) and PortfolioForbidden
    (ERR_PORT_403), before anything else is looked at.
    """

    editing: Editing

    def note(self, command: NoteFlow, cause: Cause) -> tuple[UUID, Edited]:
        """Note a contribution or a withdrawal; answers with the flow's id.

        Raises:
            FlowDateRefused: ERR_EQUITY_002. FlowAmountRefused: ERR_EQUITY_001.
            FlowBeforeOpening: ERR_EQUITY_004. WithdrawalOverNav: ERR_EQUITY_003.
        """
        flow_id = uuid4()
        on, amount, note = command.dated_on, command.amount, command.note

        def decision(portfolio: Portfolio) -> UUID:
            today = self.editing.market_of(portfolio).today()
            if on > today:
                raise FlowDateRefused(today.isoformat())
            if command.is_withdrawal:
                portfolio.withdraw(flow_id, on, amount, note, self._available(portfolio, on))
            else:
                portfolio.contribute(flow_id, on, amount, note)
            return flow_id

        return self.editing.run(command.portfolio_id, decision, cause)

    def revert(self, command: RevertFlow, cause: Cause) -> Edited:
        """Take a flow back that was noted by mistake. Nothing to do if it was.

        Raises:
            FlowUnknown: ERR_EQUITY_404.
        """
        return self.editing.run(
            command.portfolio_id,
            lambda portfolio: portfolio.revert_flow(command.flow_id, command.reason),
            cause,
        )[1]

    def _available(self, portfolio: Portfolio, on: date) -> Decimal:
        """The NAV of the latest valuation up to a day; the declared equity before the first."""
        session = self.editing.last_valued(portfolio, on)
        if session is None:
            return portfolio.opening.equity_balance
        valuation_id = daily_valuation_id(portfolio.id, session)
        valuation = self.editing.log.load(DailyValuation, valuation_id)
        return valuation.latest.nav if valuation else portfolio.opening.equity_balance
