"""Prices and valuations of the portfolios of one run, which share what is fetched (spec 5.6)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from application.errors import StoreUnavailable
from application.marking import price_warnings, symbols_to_price
from application.ports import EventLog
from application.prices import Prices
from application.run_record import cause_of
from application.stale_days import Progress
from application.valuations import Valuations
from domain.calculation_run import CalculationRun
from domain.portfolio import Portfolio
from domain.run_phase import MARKET_DATA, VALUATION

Findings = tuple[dict[str, int], Sequence[str]]
"""What a phase counted, and sentences that warn the user."""


@dataclass(slots=True)
class RunValuing:
    """The portfolios of a run, all of one market, and what is done with them.

    `faults` are what made the valuation of single portfolios fail where others went on.
    """

    run: CalculationRun
    portfolios: Sequence[Portfolio]
    log: EventLog
    prices: Prices
    valuations: Valuations
    faults: list[Exception] = field(default_factory=list)
    _missing: dict[int, int] = field(init=False)

    def __post_init__(self) -> None:
        self._missing = {
            index: len(self.valuations.missing(portfolio, self.until))
            for index, portfolio in enumerate(self.portfolios)
        }

    @property
    def until(self) -> date:
        """The session that the run goes up to."""
        return self.run.order.calculation_on

    @property
    def symbols(self) -> list[str]:
        """What providers are asked for."""
        return _symbols(self.portfolios)

    @property
    def missing(self) -> int:
        """The sessions without a valuation, over all portfolios."""
        return sum(self._missing.values())

    def gather_prices(self, _total: int) -> Findings:
        """Bring the price book up to date for all symbols at once."""
        rows, warnings = self._gather(self.portfolios)
        return {"done": len(self.symbols), "prices": rows}, warnings

    def value(self, total: int) -> Findings:
        """Bring the valuations up to date; `total` sessions lacked when the phase began.

        Of several portfolios each is valued for itself: one that fails is warned of and the
        others go on. What only the owner should know is warned of as a number then.
        """
        done, left = Progress(), 0
        warnings: list[str] = []
        concerned = 0
        for index, portfolio in enumerate(self.portfolios):
            try:
                progress, warned = self._value(portfolio)
            except StoreUnavailable:
                raise
            except Exception as fault:
                if len(self.portfolios) == 1:
                    raise
                self.faults.append(fault)
                left += self._missing[index]
                continue
            done += progress
            concerned += bool(warned)
            warnings += warned if len(self.portfolios) == 1 else []
        if self.portfolios and len(self.faults) == len(self.portfolios):
            raise self.faults.pop()
        return self._counts(done, total, left), [*warnings, *self._told(concerned, warnings)]

    def _counts(self, done: Progress, total: int, left: int) -> dict[str, int]:
        restated = done.restated
        if VALUATION.id in self.run.phase_totals:  # begun by a worker that died
            restated += done.restated_already
        counts = {
            "valued": total - self.missing + done.valued,
            "skipped": self.missing - left - done.valued,
            "restated": restated,
        }
        return counts | ({"failed": len(self.faults)} if self.faults else {})

    def _told(self, concerned: int, already: Sequence[str]) -> list[str]:
        """What is said of several portfolios together, without naming any."""
        of, told = len(self.portfolios), []
        if concerned and not already:
            told.append(f"{concerned} of {of} accounts hold positions without a current price.")
        if self.faults:
            told.append(f"{len(self.faults)} of {of} accounts could not be valued.")
        return told

    def _value(self, portfolio: Portfolio) -> tuple[Progress, list[str]]:
        """Value one portfolio; what to warn of.

        A portfolio that changed meanwhile is caught up with again, from where anything counts that
        was recorded since the beginning: not knowing of the change, this worker may have restated
        what somebody who knew of it had found in order.
        """
        cause, began = cause_of(self.run.id), portfolio.version
        warnings: list[str] = []
        if self.run.has_completed(MARKET_DATA):  # by one that died; later imports lack prices
            warnings += self._gather([portfolio])[1]
        settled = self.valuations.settle(portfolio, self.until, cause)
        progress = self.valuations.catch_up(settled.portfolio, self.until, cause)
        while (newest := self._newest(portfolio)).version > settled.portfolio.version:
            warnings += self._gather([newest])[1]
            settled = self.valuations.settle(newest, self.until, cause)
            progress += self.valuations.catch_up(settled.portfolio, self.until, cause, since=began)
        portfolio = settled.portfolio
        warnings += settled.warnings
        latest = self.valuations.latest(portfolio, self.until)
        warnings += price_warnings(portfolio, latest) if latest else []
        return progress, warnings

    def _gather(self, portfolios: Sequence[Portfolio]) -> tuple[int, list[str]]:
        symbols = _symbols(portfolios)
        if not symbols or not self.run.does(MARKET_DATA):
            return 0, []
        first = min(portfolio.opening.equity_as_of for portfolio in portfolios)
        market = portfolios[0].opening.price_source
        gathered = self.prices.gather(market, symbols, (first, self.until))
        return gathered.rows, list(gathered.warnings)

    def _newest(self, portfolio: Portfolio) -> Portfolio:
        return self.log.load(Portfolio, portfolio.id) or portfolio


def _symbols(portfolios: Sequence[Portfolio]) -> list[str]:
    return sorted({symbol for held in portfolios for symbol in symbols_to_price(held)})
