"""Prices and valuations of the portfolios of one run, which share what is fetched (spec 5.6)."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date

from application.errors import StoreUnavailable
from application.marking import price_warnings, symbols_to_price
from application.ports import EventLog, Market
from application.prices import Prices
from application.run_record import RunRecord, cause_of
from application.stale_days import Progress
from application.valuations import Valuations
from domain.calculation_run import CalculationRun
from domain.portfolio import Portfolio
from domain.run_phase import MARKET_DATA, VALUATION
from domain.snapshot import Snapshot

AT_A_TIME = 4
"""Portfolios valued at the same time: what they record shares commits."""

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
    _prices_known: int = 0

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
    def market(self) -> Market:
        """The market of its portfolios, of which there is one at least."""
        return self.portfolios[0].opening.price_source

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

        Of several portfolios each is valued for itself, some at the same time, so that their
        waits for the store overlap: one that fails is warned of and the others go on. What only
        the owner should know is warned of as a number then.
        """
        if not self.portfolios:
            return self._counts(Progress(), total, 0), ()
        self._prices_known = self.valuations.book.last_row(self.market)
        if len(self.portfolios) == 1:
            done, warnings = self._value(self.portfolios[0])
            return self._counts(done, total, 0), warnings
        done, left, concerned = Progress(), 0, 0
        for index, outcome in enumerate(self._value_all()):
            if isinstance(outcome, Exception):
                self.faults.append(outcome)
                left += self._missing[index]
            else:
                done += outcome[0]
                concerned += bool(outcome[1])
        if self.faults and len(self.faults) == len(self.portfolios):
            raise self.faults.pop()
        return self._counts(done, total, left), self._told(concerned)

    def _value_all(self) -> list[tuple[Progress, list[str]] | Exception]:
        """What became of each portfolio.

        Raises:
            StoreUnavailable: ERR_BUSY_001; what was valued stands.
        """
        with ThreadPoolExecutor(AT_A_TIME, "valuing") as pool:
            return list(pool.map(self._attempt, self.portfolios))

    def _attempt(self, portfolio: Portfolio) -> tuple[Progress, list[str]] | Exception:
        try:
            return self._value(portfolio)
        except StoreUnavailable:
            raise
        except Exception as fault:  # noqa: BLE001 - the others go on, whatever it was
            return fault

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

    def _told(self, concerned: int) -> list[str]:
        """What is said of several portfolios together, without naming any."""
        of, told = len(self.portfolios), []
        if concerned:
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
        if days := self.run.order.restate:
            again = self.valuations.repair(portfolio, days, self.run.order.reason, cause)
            progress += Progress(restated=len(again))
        warnings += settled.warnings
        latest = self.valuations.latest(portfolio, self.until)
        if latest and not progress.valued:
            self._note_what_it_lacks(portfolio, latest)
        warnings += price_warnings(portfolio, latest) if latest else []
        return progress, warnings

    def _note_what_it_lacks(self, portfolio: Portfolio, latest: Snapshot) -> None:
        """Say so where the latest valuation stands though it does not know what was gone through.

        It was not recorded again, since none of its figures moved.
        """
        version, row = portfolio.version, self._prices_known
        if self.valuations.stale_from(portfolio, latest.portfolio_version, latest.prices_known):
            RunRecord(self.log).note(
                self.run.id, lambda run: run.find_in_order(portfolio.id, version, row)
            )

    def _gather(self, portfolios: Sequence[Portfolio]) -> tuple[int, list[str]]:
        symbols = _symbols(portfolios)
        if not symbols or not self.run.does(MARKET_DATA):
            return 0, []
        first = min(portfolio.opening.equity_as_of for portfolio in portfolios)
        gathered = self.prices.gather(self.market, symbols, (first, self.until))
        return gathered.rows, list(gathered.warnings)

    def _newest(self, portfolio: Portfolio) -> Portfolio:
        return self.log.load(Portfolio, portfolio.id) or portfolio


def _symbols(portfolios: Sequence[Portfolio]) -> list[str]:
    return sorted({symbol for held in portfolios for symbol in symbols_to_price(held)})
