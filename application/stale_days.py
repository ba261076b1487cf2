"""Which days of a portfolio are to be gone through, and why a recorded one is said again."""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from application.ports import PriceNews
from domain.daily_valuation import DailyValuation
from domain.identity import daily_valuation_id
from domain.portfolio import Portfolio
from domain.snapshot import PreviousValuation, Snapshot
from domain.statement import ENGINE_VERSION
from domain.valuation import Opening, Previous

SESSIONS_IN_A_SAVE = 10
"""Days recorded in one transaction: what a crash can cost at most, beside the day in hand."""

NewsAfter = Callable[[int], Sequence[PriceNews]]
"""What the price book learnt after a row."""


@dataclass(frozen=True, slots=True)
class Progress:
    """What a catch-up did, in sessions.

    It valued some for the first time and restated those valued before whose figures moved;
    `restated_already` are those that it found restated with the same knowledge of the portfolio.
    """

    valued: int = 0
    restated: int = 0
    restated_already: int = 0

    @property
    def has_moved(self) -> bool:
        """Whether anything was recorded."""
        return bool(self.valued or self.restated)

    def __add__(self, other: "Progress") -> "Progress":
        return Progress(
            self.valued + other.valued,
            self.restated + other.restated,
            self.restated_already + other.restated_already,
        )


def counts_from(portfolio: Portfolio, version: int, news: Iterable[PriceNews]) -> date | None:
    """The first day on which anything counts that was recorded after a version, or is news."""
    days = [news_counts_from(portfolio, one) for one in news]
    days.append(portfolio.changed_from(version))
    return min((day for day in days if day), default=None)


def news_counts_from(portfolio: Portfolio, news: PriceNews) -> date | None:
    """The day from which something learnt of prices moves the portfolio's valuations, if any.

    That is its own day, but not before the symbol is held. A split also changes what a quantity
    stated after it stands for before it, so it counts from the first entry on.
    """
    entries = portfolio.holdings.entries_of(news.symbol)
    if not entries:
        return None
    first = max(min(entries), portfolio.opening.equity_as_of)
    return first if news.is_split else max(news.on, first)


@dataclass(frozen=True, slots=True)
class ToDo:
    """What a catch-up goes through: all of `sessions` from `begins_on` on, nothing if that is None.

    That is the first session `missing`, or the day from which valued ones are stale. `asked_for`
    is the reason somebody gave for going through them, "" where the days themselves are it.
    """

    portfolio: Portfolio
    news_after: NewsAfter
    sessions: Sequence[date]
    missing: frozenset[date]
    begins_on: date | None
    asked_for: str = ""

    def stretches(self) -> Iterator[Sequence[date]]:
        """The sessions of one save after the other.

        A filled gap makes the next day stale, and nothing that is recorded would say so: both are
        in one save.
        """
        if self.begins_on is None:
            return
        begin = bisect_left(self.sessions, self.begins_on)
        while begin < len(self.sessions):
            end = begin + SESSIONS_IN_A_SAVE
            if self._is_last_of_gap(end - 1):
                end -= 1
            yield self.sessions[begin:end]
            begin = end

    def recorded(
        self,
        snapshots: Sequence[Snapshot],
        known: Mapping[UUID, DailyValuation],
        before: Opening | Previous,
    ) -> list[DailyValuation]:
        """The days of a stretch with what is new about them pending, each on the one before."""
        days: list[DailyValuation] = []
        version = before.version if isinstance(before, Previous) else 0
        for snapshot in snapshots:
            day = self._recorded(snapshot.following(version), known)
            days.append(day)
            version = day.version
        return days

    def progress(
        self, days: Sequence[DailyValuation], known: Mapping[UUID, DailyValuation]
    ) -> Progress:
        """What recording the days amounts to."""
        found = [day for day in days if day.id in known]
        return Progress(
            valued=sum(day.id not in known for day in days),
            restated=sum(bool(day.pending) for day in found),
            restated_already=sum(self._is_restated(day) for day in found if not day.pending),
        )

    def _is_restated(self, day: DailyValuation) -> bool:
        is_restated = isinstance(day.latest, DailyValuation.SnapshotRestated)
        return is_restated and day.latest.portfolio_version == self.portfolio.version

    def _recorded(self, snapshot: Snapshot, known: Mapping[UUID, DailyValuation]) -> DailyValuation:
        day = known.get(daily_valuation_id(self.portfolio.id, snapshot.session))
        if day is None:
            return DailyValuation.calculate(snapshot)
        day.restate(snapshot, *self._why(day.latest, snapshot.previous))
        return day

    def _why(self, known: Snapshot, previous: PreviousValuation | None) -> tuple[str, str]:
        """Reason and cause of restating what is known of a day."""
        reason, caused_by = (
            self._by_change(known)
            or self._by_prices(known)
            or self._by_the_day_before(known, previous)
        )
        return self.asked_for or reason, caused_by

    def _by_change(self, known: Snapshot) -> tuple[str, str] | None:
        """The portfolio's event that the day does not know and that counts first, if one does.

        Of several that count from one day the last.
        """
        portfolio, version = self.portfolio, known.portfolio_version
        counts_from = portfolio.changed_from(version)
        if counts_from is None or counts_from > known.session:
            return None
        later = [(change, on) for change, on in portfolio.effects if change > version]
        first = max((change for change, on in later if on and on <= counts_from), default=version)
        reason = f"A change of the portfolio counts from {counts_from} on."
        return reason, f"portfolio:{portfolio.id}@{first}"

    def _by_prices(self, known: Snapshot) -> tuple[str, str] | None:
        """The row of the price book, unknown to the day, that counts on it from the latest day on.

        Of several that count from one day the last.
        """
        counting = [
            (counts_from, news.row, news.symbol)
            for news in self.news_after(known.prices_known)
            if (counts_from := news_counts_from(self.portfolio, news))
            and counts_from <= known.session
        ]
        if not counting:
            return None
        counts_from, row, symbol = max(counting)
        reason = f"What was learnt of the price of {symbol} counts from {counts_from} on."
        return reason, f"price_book:{row}"

    def _by_the_day_before(
        self, known: Snapshot, previous: PreviousValuation | None
    ) -> tuple[str, str]:
        if previous is None or known.engine_version != ENGINE_VERSION:
            return "The rules of the valuation changed.", f"engine:{ENGINE_VERSION}"
        before = daily_valuation_id(self.portfolio.id, previous.session)
        reason = f"The valuation of {previous.session}, which this one builds on, is new."
        return reason, f"daily_valuation:{before}@{previous.version}"

    def _is_last_of_gap(self, index: int) -> bool:
        if index + 1 >= len(self.sessions):
            return False
        return self.sessions[index] in self.missing and self.sessions[index + 1] not in self.missing
