"""A run over all accounts, divided into parts of up to 200 portfolios (spec 5.6)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from application.deciding import decide
from application.markets import Markets
from application.ports import Accounts, EventLog, Jobs, Market
from application.run_record import RunRecord, cause_of
from application.staleness import StaleAccounts
from domain.calculation_run import CalculationRun
from domain.identity import run_part_id
from domain.run_order import RunKind

PORTFOLIOS_IN_A_PART = 200


@dataclass(frozen=True, slots=True)
class FanOut:
    """Divides a run into parts that share fetched prices, so each is of one market."""

    log: EventLog
    markets: Markets
    jobs: Jobs
    accounts: Accounts
    stale: StaleAccounts

    def divide(self, whole: CalculationRun, size: int = PORTFOLIOS_IN_A_PART) -> None:
        """Request the parts of a started run and say how many there are.

        A worker that takes over from a dead one keeps the parts that are there already, and
        divides what is in none of them.
        """
        parts = list(self._requested(whole))
        taken = {asked for part in parts for asked in part.order.portfolio_ids}
        portfolios = len(taken)
        for market, until in self._markets(whole):
            accounts = self._accounts(whole, market, until)
            waiting = [account for account in accounts if account not in taken]
            portfolios += len(waiting)
            for begin in range(0, len(waiting), size):
                chosen = waiting[begin : begin + size]
                parts.append(self._request(whole, len(parts) + 1, chosen, until))
        count = len(parts)
        RunRecord(self.log).end(whole.id, lambda run: run.fan_out(count, portfolios))

    def _requested(self, whole: CalculationRun) -> Iterator[CalculationRun]:
        number = 1
        while part := self.log.load(CalculationRun, run_part_id(whole.id, number)):
            yield part
            number += 1

    def _markets(self, whole: CalculationRun) -> list[tuple[Market, date]]:
        """The markets that the run is about, each with the session it goes up to."""
        if whole.order.kind is RunKind.NIGHTLY:
            return [("live", whole.order.calculation_on)]
        return [(market, time.latest_session()) for market, time in self.markets.items()]

    def _accounts(self, whole: CalculationRun, market: Market, until: date) -> Sequence[UUID]:
        """All accounts; those of a night lack the session, or something known since.

        One that is valued between the two questions can be an answer to both.
        """
        if whole.order.kind is not RunKind.NIGHTLY:
            return self.accounts.active(market)
        lacking = self.accounts.active(market, not_valued_on=until)
        return list(dict.fromkeys([*lacking, *self.stale.of(market, until)]))

    def _request(
        self, whole: CalculationRun, number: int, portfolio_ids: Sequence[UUID], until: date
    ) -> CalculationRun:
        order = whole.order.as_part(whole.id, portfolio_ids, until)

        def attempt() -> CalculationRun:
            run_id = run_part_id(whole.id, number)
            part = self.log.load(CalculationRun, run_id)
            if part is None:
                part = CalculationRun.request(run_id, order)
                job = self.jobs.execute_run(run_id, is_urgent=False)
                self.log.save(part, cause=cause_of(whole.id), also=[job])
            return part

        return decide(attempt)
