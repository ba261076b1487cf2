"""Repairing valuations: each day again from the events and prices now known (spec 7.3)."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from application.commands import RepairValuations
from application.errors import PortfolioUnknown
from application.ports import Accounts, Cause, EventLog
from application.valuations import Valuations
from domain.portfolio import Portfolio
from domain.restatement import Restatement
from domain.run_order import Span


@dataclass(frozen=True, slots=True)
class Repaired:
    """What repairing a portfolio recorded, or would record; oldest day first."""

    portfolio_id: UUID
    restatements: Sequence[Restatement]


@dataclass(frozen=True, slots=True)
class Repair:
    """For administrators: what was recorded stays readable, whatever is recorded beside it."""

    log: EventLog
    valuations: Valuations
    accounts: Accounts

    def repair(self, command: RepairValuations, cause: Cause) -> Sequence[Repaired]:
        """Compute the days of a portfolio, or of all, again from a day to the latest valued one.

        Where a figure differs a restatement is recorded for the reason given, unless it is a dry
        run. Returns the portfolios of which a day differs, oldest portfolio first.

        Raises:
            PortfolioUnknown: ERR_PORT_404.
        """
        found = (
            Repaired(portfolio_id, self._restatements(portfolio_id, command, cause))
            for portfolio_id in self._wanted(command.portfolio_id)
        )
        return [repaired for repaired in found if repaired.restatements]

    def _restatements(
        self, portfolio_id: UUID, command: RepairValuations, cause: Cause
    ) -> Sequence[Restatement]:
        portfolio = self.log.load(Portfolio, portfolio_id)
        if portfolio is None:
            raise PortfolioUnknown
        if command.is_dry_run:
            return self.valuations.differences(portfolio, Span(command.from_on))
        return self.valuations.repair(portfolio, Span(command.from_on), command.reason, cause)

    def _wanted(self, portfolio_id: UUID | None) -> Sequence[UUID]:
        if portfolio_id is not None:
            return [portfolio_id]
        return [*self.accounts.active("live"), *self.accounts.active("sample")]
