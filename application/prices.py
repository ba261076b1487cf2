"""Keeping the price book filled with what is about to be valued (spec 5.2)."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from application.markets import Markets
from application.ports import Close, Fetched, Market, PriceBook, PriceRecords, PriceSource
from application.screening import Screening
from domain.risk.factors import FUNDS

BACKFILL = timedelta(days=800)
"""How far before the first day to be valued a symbol's prices begin: 63-session volatility over
a year of rolling windows needs 315 closes."""

LOOKED_BACK = timedelta(days=60)
"""How far before the last day to be valued gaps are looked for; `backfill` looks for older ones."""

BENCHMARKS = FUNDS
"""What accounts are measured against: the market and factors, as funds (spec 6.2)."""

Span = tuple[date, date]


@dataclass(frozen=True, slots=True)
class Gathered:
    """What asking for prices led to: rows added, also by source, and sentences for the user."""

    rows: int
    warnings: tuple[str, ...]
    by_source: Mapping[str, int] = field(default_factory=dict)
    is_outage: bool = False


@dataclass(frozen=True, slots=True)
class Handed:
    """What became of prices handed in: `unchanged` were known already, `refused` says why."""

    learnt: int
    unchanged: int
    refused: Sequence[str]


@dataclass(frozen=True, slots=True)
class Prices:
    """Asks the providers of a market, in order of preference, for what the book lacks."""

    book: PriceBook
    sources: Mapping[Market, Sequence[PriceSource]]
    markets: Markets
    records: PriceRecords
    benchmarks: Sequence[str] = ()

    def gather(self, market: Market, symbols: Sequence[str], needed: Span) -> Gathered:
        """Bring the book up to date for `symbols` over the sessions `needed` (first, last).

        A symbol of which the book has nothing as old as the first of these is fetched from 800
        days earlier on: one that is new, and again and again one that was listed later, since
        nothing says so. Any other is fetched from where the book ends, or from the first session
        it lacks of the last 60 days. An outage is a warning,
        never an error. The benchmarks are brought up to date along with them; what lacks of
        those is no warning, since nobody holds them.
        """
        gathered = self._ask(market, self._lacking(market, symbols, needed))
        beside = [symbol for symbol in self.benchmarks if symbol not in symbols]
        if not symbols or not beside or gathered.is_outage:
            return gathered
        more = self._ask(market, self._lacking(market, beside, needed))
        by_source = Counter(gathered.by_source) + Counter(more.by_source)
        return Gathered(gathered.rows + more.rows, gathered.warnings, dict(by_source))

    def backfill(self, market: Market, symbols: Sequence[str], first: date) -> Gathered:
        """Fetch what the book lacks of `symbols` from `first` to the latest completed session."""
        latest = self.markets[market].latest_session()
        return self._ask(market, dict(self.records.gaps(market, symbols, first, latest)))

    def hand_in(self, market: Market, closes: Sequence[Close]) -> Handed:
        """Learn prices that a person hands in, after the checks that providers' pass.

        A jump is refused unless the following session, in the book or handed in with it,
        confirms it.
        """
        believed, refused = self._screening(market).sift(closes)
        learnt = self.book.learn(market, Fetched(closes=believed))
        return Handed(learnt, len(believed) - learnt, refused)

    def _ask(self, market: Market, wanted: Mapping[str, Span]) -> Gathered:
        learnt: Counter[str] = Counter()
        warnings: list[str] = []
        outages: list[bool] = []
        for source in self.sources[market]:
            if not wanted:
                break
            fetched = self._screening(market).screen(source.fetch(wanted), wanted)
            learnt[source.name] += self.book.learn(market, fetched)
            warnings.extend(fetched.warnings)
            outages.append(fetched.is_outage)
            wanted = self._unanswered(market, wanted, fetched.closes)
        by_source = {name: rows for name, rows in learnt.items() if rows}
        is_outage = bool(outages) and all(outages)
        return Gathered(learnt.total(), tuple(warnings), by_source, is_outage)

    def _unanswered(
        self, market: Market, wanted: Mapping[str, Span], closes: Sequence[Close]
    ) -> dict[str, Span]:
        """What is left for the next provider: symbols without any close, and later sessions."""
        calendar = self.markets[market].calendar
        ends: dict[str, date] = {}
        for close in closes:
            ends[close.symbol] = max(close.session, ends.get(close.symbol, date.min))
        left = dict(wanted)
        for symbol, end in ends.items():
            begin, last = end + timedelta(days=1), wanted[symbol][1]
            if calendar.sessions(begin, last):
                left[symbol] = (begin, last)
            else:
                del left[symbol]
        return left

    def _lacking(self, market: Market, symbols: Sequence[str], needed: Span) -> dict[str, Span]:
        first, last = needed
        known = self.book.spans(market, symbols)
        gaps = self.records.gaps(market, list(known), max(first, last - LOOKED_BACK), last)
        wanted = {}
        for symbol in symbols:
            begins, ends = known.get(symbol, (date.max, date.min))
            if begins > first:
                wanted[symbol] = (first - BACKFILL, last)
            elif gap := gaps.get(symbol):
                begin = min(gap[0], ends + timedelta(days=1))
                wanted[symbol] = (begin, last if ends < last else gap[1])
        return wanted

    def _screening(self, market: Market) -> Screening:
        return Screening(market, self.markets[market], self.book)
