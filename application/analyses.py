"""Measures of risk: taken in runs and recorded, or taken of any day on request (spec 6)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from hashlib import blake2b
from typing import Protocol
from uuid import UUID

import msgspec

from application.errors import StoreUnavailable, VersionConflict
from application.market_views import MarketViews
from application.panels import Panels
from application.ports import Cause, EventLog, PriceBook
from application.risk_books import RiskBooks, Sectors, moved_by
from application.securities import Securities
from application.side_by_side import side_by_side
from application.valuations import Valuations
from domain.daily_valuation import DailyValuation
from domain.identity import daily_valuation_id, risk_analysis_id
from domain.instrument import FUND_SUBTYPES
from domain.portfolio import Portfolio
from domain.risk.book import RiskBook
from domain.risk.factors import FUNDS
from domain.risk.market_beta import SESSIONS as SESSIONS_OF_BETA
from domain.risk.market_view import MarketView
from domain.risk.measures import DailyReturns, measure, trailing_returns
from domain.risk.rounding import as_recorded
from domain.risk.valued_day import FollowingDay
from domain.risk_analysis import ENGINE_VERSION, Analysis, RiskAnalysis

AT_ONCE = 25
"""Analyses recorded in one save."""


class ValuedDays(Protocol):
    """The valuations of a portfolio, read without their lines."""

    def days(self, portfolio_id: UUID, first: date, last: date) -> Sequence[FollowingDay]:
        """Those from `first` to `last`, oldest first."""
        ...


@dataclass(frozen=True, slots=True)
class Analyses:
    """Takes the measures of portfolios at a session they were valued at."""

    log: EventLog
    valuations: Valuations
    securities: Securities
    valued_days: ValuedDays

    def of(self, portfolio: Portfolio, session: date) -> Analysis | None:
        """The measures of any valued session by what is known now; None without a valuation.

        Nothing is recorded.
        """
        valued = self.log.load(DailyValuation, daily_valuation_id(portfolio.id, session))
        if valued is None:
            return None
        market = portfolio.opening.price_source
        prices_known = self.valuations.book.last_row(market)
        view = self._views.of(market, session, symbols_of([portfolio]))
        return self._analysis(portfolio, valued, self._facts(view, prices_known))

    def book(self, portfolio: Portfolio, session: date) -> RiskBook | None:
        """What a portfolio held at a valued session; None without a valuation."""
        valued = self.log.load(DailyValuation, daily_valuation_id(portfolio.id, session))
        if valued is None:
            return None
        sectors = self.securities.tags(sorted(symbols_of([portfolio])))
        return RiskBooks(self.valuations.marking).of(portfolio, valued.latest, sectors)

    def view(self, portfolios: Sequence[Portfolio], session: date) -> MarketView:
        """What the closes up to a session say of all that portfolios of one market ever held."""
        market = portfolios[0].opening.price_source
        return self._views.of(market, session, symbols_of(portfolios))

    def record(
        self, portfolios: Sequence[Portfolio], session: date, cause: Cause
    ) -> "RecordedAnalyses":
        """Take and record the measures of portfolios of one market; one that fails is left out.

        Those whose measures were taken of the same before, and those that are not valued at the
        session, are passed over.

        Raises:
            StoreUnavailable: ERR_BUSY_001; what was recorded stands.
        """
        done = RecordedAnalyses()
        if not portfolios:
            return done
        market = portfolios[0].opening.price_source
        prices_known = self.valuations.book.last_row(market)
        view = self._views.record(market, session, symbols_of(portfolios), cause)
        facts = self._facts(view, prices_known)
        batches = [portfolios[n : n + AT_ONCE] for n in range(0, len(portfolios), AT_ONCE)]
        for some in side_by_side(
            lambda batch: self._record_some(batch, session, facts, cause), batches, "analysing"
        ):
            done += some
        return done

    def funds(self, symbols: Sequence[str]) -> frozenset[str]:
        """Those of the symbols that the security master knows as funds, which have no sector."""
        known = self.securities.known(symbols)
        return frozenset(s for s, security in known.items() if security.asset_type in FUND_SUBTYPES)

    def knowing(self, book: PriceBook) -> "Analyses":
        """The same by another price book."""
        return replace(self, valuations=self.valuations.knowing(self.log, book))

    def _record_some(
        self,
        portfolios: Sequence[Portfolio],
        session: date,
        facts: "_Facts",
        cause: Cause,
    ) -> "RecordedAnalyses":
        valued = self.log.load_many(
            DailyValuation, [daily_valuation_id(one.id, session) for one in portfolios]
        )
        before = self.log.load_many(
            RiskAnalysis, [risk_analysis_id(one.id, session) for one in portfolios]
        )
        analyzed: list[RiskAnalysis] = []
        faults: list[Exception] = []
        for portfolio in portfolios:
            valuation = valued.get(daily_valuation_id(portfolio.id, session))
            if valuation is None:
                continue
            analysis = before.get(risk_analysis_id(portfolio.id, session))
            analysis = analysis or RiskAnalysis.of(portfolio.id, session)
            try:
                analysis.analyze(self._analysis(portfolio, valuation, facts))
            except StoreUnavailable:
                raise
            except Exception as fault:  # noqa: BLE001 - the others go on, whatever it was
                faults.append(fault)
            else:
                analyzed.append(analysis)
        return self._save(analyzed, cause, faults)

    def _save(
        self, analyzed: Sequence[RiskAnalysis], cause: Cause, faults: Sequence[Exception]
    ) -> "RecordedAnalyses":
        pending = [analysis for analysis in analyzed if analysis.pending]
        try:
            if pending:
                self.log.save(*pending, cause=cause.as_new_command())
        except VersionConflict:  # somebody else measured one of them at the same time
            pending = [one for one in pending if self._saved_alone(one, cause)]
        return RecordedAnalyses(len(analyzed), len(pending), tuple(faults))

    def _saved_alone(self, analysis: RiskAnalysis, cause: Cause) -> bool:
        try:
            self.log.save(analysis, cause=cause.as_new_command())
        except VersionConflict:
            return False
        return True

    def _analysis(self, portfolio: Portfolio, valued: DailyValuation, facts: "_Facts") -> Analysis:
        books = RiskBooks(self.valuations.marking)
        book = books.of(portfolio, valued.latest, facts.sectors)
        own = self._own_returns(portfolio, facts.view)
        funds = facts.funds.intersection(book.movers)
        return Analysis(
            portfolio_id=portfolio.id,
            session=book.session,
            valuation_version=valued.version,
            prices_known=facts.prices_known,
            inputs_digest=_digest(book, facts.view, own, funds),
            engine_version=ENGINE_VERSION,
            measures=as_recorded(measure(book, facts.view, own, funds)),
        )

    def _facts(self, view: MarketView, prices_known: int) -> "_Facts":
        known = self.securities.known(view.panel.symbols)
        return _Facts(
            view=view,
            prices_known=prices_known,
            sectors={symbol: one.sector for symbol, one in known.items() if one.sector},
            funds=frozenset(s for s, one in known.items() if one.asset_type in FUND_SUBTYPES),
        )

    def _own_returns(self, portfolio: Portfolio, view: MarketView) -> DailyReturns:
        window = view.panel.sessions[-SESSIONS_OF_BETA - 1 :]
        return trailing_returns(self.valued_days.days(portfolio.id, window[0], window[-1]))

    @property
    def _views(self) -> MarketViews:
        return MarketViews(self.log, Panels(self.valuations.markets, self.valuations.book))


@dataclass(frozen=True, slots=True)
class _Facts:
    """What is known of a market at a session: the same for all portfolios."""

    view: MarketView
    prices_known: int
    sectors: Sectors
    funds: frozenset[str]


@dataclass(frozen=True, slots=True)
class RecordedAnalyses:
    """How many portfolios were measured, of how many that was news, and what failed."""

    measured: int = 0
    recorded: int = 0
    faults: Sequence[Exception] = ()

    def __add__(self, other: "RecordedAnalyses") -> "RecordedAnalyses":
        """Both together."""
        return RecordedAnalyses(
            self.measured + other.measured,
            self.recorded + other.recorded,
            (*self.faults, *other.faults),
        )


def symbols_of(portfolios: Iterable[Portfolio]) -> set[str]:
    """The symbols whose closes move what the portfolios ever held."""
    return {
        moved_by(position)
        for portfolio in portfolios
        for position in portfolio.holdings.positions.values()
    }


def _digest(book: RiskBook, view: MarketView, own: DailyReturns, funds: Iterable[str]) -> str:
    """The digest of all that measures are taken of."""
    facts = (ENGINE_VERSION, book.session, book.nav, book.cash, book.rate, book.lines)
    told = (*facts, sorted(funds), own)
    digest = blake2b(msgspec.json.encode(told), digest_size=16)
    digest.update(view.panel.of([*book.movers, *FUNDS]).closes.tobytes())
    return digest.hexdigest()
