"""Prices and valuations of the portfolios of one run, which share what is fetched (spec 5.6)."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from itertools import chain
from uuid import UUID

from application.batches import Batch, Member, NotTogether, batches
from application.errors import StoreUnavailable, VersionConflict
from application.known_prices import KnownPrices
from application.marking import price_warnings, symbols_to_price
from application.ports import EventLog, Market
from application.prices import Prices
from application.run_record import RunRecord, cause_of
from application.securities import Findings
from application.side_by_side import side_by_side
from application.stale_days import Progress
from application.valuations import Valuations
from domain.calculation_run import CalculationRun
from domain.errors import DomainError
from domain.portfolio import Portfolio
from domain.run_phase import MARKET_DATA, VALUATION
from domain.snapshot import Snapshot

Outcome = tuple[Progress, Sequence[str]]
"""What was done for a portfolio, and what its owner should know."""

_NOTHING: Outcome = Progress(), ()


@dataclass
class RunValuing:
    """The portfolios of a run, all of one market, and what is done with them.

    `faults` are what made the valuation of single portfolios fail where others went on,
    `batch_faults` what nobody foresaw and kept some from being recorded together.
    """

    run: CalculationRun
    portfolios: Sequence[Portfolio]
    log: EventLog
    prices: Prices
    valuations: Valuations
    faults: list[Exception] = field(default_factory=list)
    batch_faults: list[Exception] = field(default_factory=list)
    _members: Sequence[Member] = field(init=False)

    def __post_init__(self) -> None:
        days = self.valuations.days(self.portfolios, self.until)
        self._members = [Member(*one) for one in zip(self.portfolios, days, strict=True)]

    @property
    def until(self) -> date:
        """The session that the run goes up to."""
        return self.run.order.calculation_on

    @property
    def market(self) -> Market:
        """The market of its portfolios, of which there is one at least."""
        return self.portfolios[0].opening.price_source

    @cached_property
    def symbols(self) -> list[str]:
        """What providers are asked for."""
        return _symbols(self.portfolios)

    @property
    def missing(self) -> int:
        """The sessions without a valuation, over all portfolios."""
        return sum(len(member.days.missing) for member in self._members)

    @cached_property
    def known_prices(self) -> KnownPrices:
        """What the price book knew when the first portfolio was valued."""
        return KnownPrices(self.valuations.book, self.market)

    def gather_prices(self, _total: int) -> Findings:
        """Bring the price book up to date for all symbols at once."""
        rows, warnings = self._gather(self.portfolios)
        return {"done": len(self.symbols), "prices": rows}, warnings

    def value(self, total: int) -> Findings:
        """Bring the valuations up to date; `total` sessions lacked when the phase began.

        Of several portfolios some are recorded together: one that fails is warned of and the
        others go on. What only the owner should know is warned of as a number then.
        """
        if not self.portfolios:
            return self._counts(Progress(), total, 0), ()
        _ = self.known_prices  # before anything is valued
        if len(self.portfolios) == 1:
            done, warnings = self._value(self.portfolios[0])
            return self._counts(done, total, 0), list(warnings)
        done, left, concerned = Progress(), 0, 0
        for member, outcome in zip(self._members, self._value_all(), strict=True):
            if isinstance(outcome, Exception):
                self.faults.append(outcome)
                left += len(member.days.missing)
            else:
                done += outcome[0]
                concerned += bool(outcome[1])
        if self.faults and len(self.faults) == len(self.portfolios):
            raise self.faults.pop()
        return self._counts(done, total, left), self._told(concerned)

    def _value_all(self) -> list[Outcome | Exception]:
        """What became of each portfolio.

        Raises:
            StoreUnavailable: ERR_BUSY_001; what was valued stands.
        """
        done = side_by_side(self._value_some, batches(self._members), "valuing")
        return list(chain.from_iterable(done))

    def _value_some(self, members: Sequence[Member]) -> list[Outcome | Exception]:
        """What became of some portfolios: together where that goes, else each for itself."""
        if len(members) == 1 or self._is_particular:
            return [self._attempt(member.portfolio) for member in members]
        batch = Batch.of(members, self.valuations, self.known_prices)
        done = self._record_together(batch, members)
        versions = self.log.versions(list(done)) if done else {}
        outcomes: list[Outcome | Exception] = []
        for portfolio in (member.portfolio for member in members):
            known = done.get(portfolio.id, _NOTHING)
            if versions.get(portfolio.id) == portfolio.version:
                outcomes.append(self._with_findings(batch.valuations, portfolio, known))
            else:
                outcomes.append(self._attempt(portfolio, known))
        return outcomes

    @property
    def _is_particular(self) -> bool:
        """Whether days were asked for, or a worker that died gathered prices."""
        return bool(self.run.order.restate) or self.run.has_completed(MARKET_DATA)

    def _record_together(self, batch: Batch, members: Sequence[Member]) -> dict[UUID, Outcome]:
        """Of which portfolios a batch recorded what; what is not among it stands as it was."""
        cause, done = cause_of(self.run.id), dict[UUID, Outcome]()
        for member in members:
            with self._left_to_be_valued_alone():
                done[member.portfolio.id] = batch.value(member, self.until, cause)
        with self._left_to_be_valued_alone():
            batch.record(cause)
            return done
        return {}

    @contextmanager
    def _left_to_be_valued_alone(self) -> Iterator[None]:
        """Let a portfolio be valued for itself, and keep a fault that nobody foresaw."""
        try:
            yield
        except StoreUnavailable:
            raise
        except (NotTogether, VersionConflict, DomainError):
            return
        except Exception as fault:  # noqa: BLE001 - the accounts are valued without the batch
            self.batch_faults.append(fault)

    def _attempt(self, portfolio: Portfolio, done: Outcome = _NOTHING) -> Outcome | Exception:
        try:
            return self._value(portfolio, done)
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

    def _value(self, portfolio: Portfolio, done: Outcome = _NOTHING) -> Outcome:
        """Value one portfolio, beyond what was done for it; what to warn of.

        A portfolio that changed meanwhile is caught up with again, from where anything counts that
        was recorded since the beginning: not knowing of the change, this worker may have restated
        what somebody who knew of it had found in order.
        """
        cause, began = cause_of(self.run.id), portfolio.version
        warnings: list[str] = []
        progress, _ = done
        if self.run.has_completed(MARKET_DATA):  # by one that died; later imports lack prices
            warnings += self._gather([portfolio])[1]
        settled = self.valuations.settle(portfolio, self.until, cause)
        progress += self.valuations.catch_up(settled.portfolio, self.until, cause)
        while (newest := self._newest(portfolio)).version > settled.portfolio.version:
            warnings += self._gather([newest])[1]
            settled = self.valuations.settle(newest, self.until, cause)
            progress += self.valuations.catch_up(settled.portfolio, self.until, cause, since=began)
        portfolio = settled.portfolio
        if days := self.run.order.restate:
            again = self.valuations.repair(portfolio, days, self.run.order.reason, cause)
            progress += Progress(restated=len(again))
        done = progress, [*warnings, *settled.warnings]
        return self._with_findings(self.valuations, portfolio, done)

    def _with_findings(
        self, valuations: Valuations, portfolio: Portfolio, done: Outcome
    ) -> Outcome:
        """What was done, with what is to be said of the latest valuation."""
        progress, warnings = done
        latest = valuations.latest(portfolio, self.until)
        if latest is None:
            return done
        if not progress.valued:
            self._note_what_it_lacks(valuations, portfolio, latest)
        return progress, [*warnings, *price_warnings(portfolio, latest)]

    def _note_what_it_lacks(
        self, valuations: Valuations, portfolio: Portfolio, latest: Snapshot
    ) -> None:
        """Say so where the latest valuation stands though it does not know what was gone through.

        It was not recorded again, since none of its figures moved.
        """
        version, row = portfolio.version, self.known_prices.last_row(self.market)
        if valuations.stale_from(portfolio, latest.portfolio_version, latest.prices_known):
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
