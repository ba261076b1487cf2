"""Valuing sessions that have no valuation and restating stale ones: catch-up is the only mode."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from application.errors import VersionConflict
from application.markets import Markets, MarketTime
from application.ports import Cause, Close, EventLog, PriceBook
from domain.daily_valuation import DailyValuation
from domain.identity import daily_valuation_id
from domain.mark import CARRIED_SESSIONS, Mark, MarkQuality, choose_marks, needs_price
from domain.portfolio import Portfolio
from domain.snapshot import PreviousValuation, Snapshot
from domain.valuation import Opening, Previous, value_sessions

SESSIONS_IN_A_SAVE = 10
"""Days recorded in one transaction: what a crash can cost at most, beside the day in hand."""

_LONGEST_HOLIDAY = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Progress:
    """What a catch-up did, in sessions.

    It valued some for the first time, skipped those of them that somebody else valued meanwhile,
    and restated those valued before whose figures moved; `restated_already` are those that it
    found restated with the same knowledge of the portfolio.
    """

    valued: int = 0
    skipped: int = 0
    restated: int = 0
    restated_already: int = 0

    def __add__(self, other: "Progress") -> "Progress":
        return Progress(
            self.valued + other.valued,
            self.skipped + other.skipped,
            self.restated + other.restated,
            self.restated_already + other.restated_already,
        )


@dataclass(frozen=True, slots=True)
class Valuations:
    """Values sessions in order, each once: the store refuses a second version 1 of a day."""

    log: EventLog
    markets: Markets
    book: PriceBook

    def sessions(self, portfolio: Portfolio, until: date) -> Sequence[date]:
        """The sessions a portfolio is valued at: from its opening to `until`."""
        calendar = self._market(portfolio).calendar
        return calendar.sessions(portfolio.opening.equity_as_of, until)

    def missing(self, portfolio: Portfolio, until: date) -> list[date]:
        """Those of the portfolio's sessions up to `until` that have no valuation."""
        sessions = self.sessions(portfolio, until)
        ids = {daily_valuation_id(portfolio.id, session): session for session in sessions}
        valued = self.log.existing(list(ids))
        return [session for aggregate_id, session in ids.items() if aggregate_id not in valued]

    def catch_up(
        self, portfolio: Portfolio, until: date, cause: Cause, since: int | None = None
    ) -> Progress:
        """Value what is missing up to `until` and restate what is stale.

        From the first session that is missing or stale on, each is computed from the one before
        it, oldest first, some sessions to a save; where no figure moved, nothing is recorded. So
        the latest valuation is the last to learn of a change of the portfolio, and what counts
        from a day up to it but was recorded after the version that it knows makes days stale: also
        after a catch-up that died half-way.

        Whoever else values the same days at the same time, each version of a day is recorded
        once: the loser of a race looks again at what is there. Where somebody knows more of the
        portfolio than `portfolio` does, this catch-up stops and leaves the rest to them.

        Args:
            portfolio: as it stands now; prices of what it holds are in the book.
            until: a completed session, the last to be brought up to date.
            cause: of what is recorded.
            since: a version of the portfolio: what was recorded after it is gone through even if
                the latest valuation knows of it.
        """
        progress = Progress()
        to_do = self._to_do(portfolio, until, since)
        before: Opening | Previous | None = None
        for stretch in to_do.stretches():
            before = before or self._before(portfolio, stretch[0])
            recorded = self._bring_up_to_date(to_do, stretch, before, cause)
            if recorded is None:
                break
            before, done = recorded
            progress += done
        return progress

    def latest(self, portfolio: Portfolio, until: date) -> Snapshot | None:
        """The valuation at the session `until`, None if there is none yet."""
        valued = self._load(portfolio.id, until)
        return valued.latest if valued else None

    def _to_do(self, portfolio: Portfolio, until: date, since: int | None) -> "_ToDo":
        sessions, missing = self.sessions(portfolio, until), self.missing(portfolio, until)
        lacking, begins = frozenset(missing), missing[:1]
        last = next((session for session in reversed(sessions) if session not in lacking), None)
        latest = self.latest(portfolio, last) if last else None
        if latest and _knows_more(latest, portfolio):
            begins = []
        elif latest:
            known_version = min(latest.portfolio_version, since or latest.portfolio_version)
            counts_from = portfolio.changed_from(known_version)
            begins += [counts_from] if counts_from else []
        return _ToDo(portfolio, sessions, lacking, min(begins, default=None))

    def _bring_up_to_date(
        self, to_do: "_ToDo", stretch: Sequence[date], before: Opening | Previous, cause: Cause
    ) -> tuple[Previous, Progress] | None:
        """Record what is new in a stretch that follows `before`; None if somebody knows more."""
        portfolio = to_do.portfolio
        if isinstance(before, Previous) and _knows_more(before.snapshot, portfolio):
            return None
        marks = self._marks(portfolio, stretch)
        snapshots = value_sessions(portfolio.book, stretch, marks, before)
        while True:
            known = self._known(portfolio, stretch)
            if any(_knows_more(day.latest, portfolio) for day in known.values()):
                return None
            days = to_do.recorded(snapshots, known, before)
            progress = to_do.progress(days, known)
            moved = [day for day in days if day.pending]
            try:
                if moved:
                    self.log.save(*moved, cause=cause.as_new_command())
                return Previous(days[-1].latest, days[-1].version), progress
            except VersionConflict:
                continue

    def _known(
        self, portfolio: Portfolio, stretch: Sequence[date]
    ) -> Mapping[UUID, DailyValuation]:
        ids = [daily_valuation_id(portfolio.id, session) for session in stretch]
        return self.log.load_many(DailyValuation, ids)

    def _before(self, portfolio: Portfolio, session: date) -> Opening | Previous:
        if session == portfolio.opening.equity_as_of:
            return Opening(portfolio.opening.equity_balance)
        calendar = self._market(portfolio).calendar
        before = calendar.session_on_or_before(session - timedelta(days=1))
        previous = self._load(portfolio.id, before) if before else None
        if previous is None:
            raise LookupError(f"{portfolio.id} has no valuation on the session before {session}")
        return Previous(previous.latest, previous.version)

    def _load(self, portfolio_id: UUID, session: date) -> DailyValuation | None:
        return self.log.load(DailyValuation, daily_valuation_id(portfolio_id, session))

    def _marks(
        self, portfolio: Portfolio, sessions: Sequence[date]
    ) -> Mapping[UUID, Sequence[Mark]]:
        closes = self._closes(portfolio, sessions)
        calendar = self._market(portfolio).calendar.sessions(
            sessions[0] - CARRIED_SESSIONS * _LONGEST_HOLIDAY, sessions[-1]
        )
        return {
            position_id: choose_marks(
                position,
                closes.get(position.symbol, ()),
                portfolio.holdings.revaluations.get(position_id, ()),
                sessions,
                calendar,
            )
            for position_id, position in portfolio.holdings.positions.items()
        }

    def _closes(
        self, portfolio: Portfolio, sessions: Sequence[date]
    ) -> Mapping[str, Sequence[Close]]:
        market, symbols = portfolio.opening.price_source, symbols_to_price(portfolio)
        closes: dict[str, list[Close]] = defaultdict(list)
        before = self.book.last_closes_before(market, symbols, sessions[0])
        for symbol, close in before.items():
            closes[symbol].append(close)
        within = self.book.closes(market, symbols, sessions[0], sessions[-1])
        for symbol, some in within.items():
            closes[symbol].extend(some)
        return closes

    def _market(self, portfolio: Portfolio) -> MarketTime:
        return self.markets[portfolio.opening.price_source]


def symbols_to_price(portfolio: Portfolio) -> list[str]:
    """The symbols that providers are asked for, in order; they know no options by symbol."""
    return sorted(
        {
            position.symbol
            for position in portfolio.holdings.positions.values()
            if needs_price(position) and position.option is None
        }
    )


def price_warnings(portfolio: Portfolio, snapshot: Snapshot) -> list[str]:
    """What a person should know about the marks of what is held and needs a price."""
    symbols: dict[MarkQuality, set[str]] = defaultdict(set)
    for position_id, symbol, quality, quantity in snapshot.lines.rows(
        "position_id", "symbol", "mark_quality", "quantity"
    ):
        position = portfolio.holdings.positions.get(position_id)
        if quantity and position and needs_price(position):
            symbols[quality].add(symbol)
    warnings = []
    if assumed := symbols[MarkQuality.ASSUMED]:
        warnings.append(f"Valued at the entry price, for want of any other: {_listed(assumed)}.")
    if stale := symbols[MarkQuality.STALE]:
        warnings.append(
            f"Valued at a close more than {CARRIED_SESSIONS} sessions old: {_listed(stale)}."
        )
    return warnings


@dataclass(frozen=True, slots=True)
class _ToDo:
    """What a catch-up goes through: all of `sessions` from `begins_on` on, nothing if that is None.

    That is the first session `missing`, or the day from which valued ones are stale.
    """

    portfolio: Portfolio
    sessions: Sequence[date]
    missing: frozenset[date]
    begins_on: date | None

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
            skipped=sum(day.latest.session in self.missing for day in found),
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
        """Reason and cause of restating what is known of a day.

        The portfolio's event that it does not know and that counts first, of several that count
        from one day the last; or the valuation before it, where that is what moved.
        """
        portfolio, version = self.portfolio, known.portfolio_version
        counts_from = portfolio.changed_from(version) or date.max
        if previous and counts_from > known.session:
            before = daily_valuation_id(portfolio.id, previous.session)
            reason = f"The valuation of {previous.session}, which this one builds on, is new."
            return reason, f"daily_valuation:{before}@{previous.version}"
        later = [(change, on) for change, on in portfolio.effects if change > version]
        first = max((change for change, on in later if on and on <= counts_from), default=version)
        reason = f"A change of the portfolio counts from {min(counts_from, known.session)} on."
        return reason, f"portfolio:{portfolio.id}@{first}"

    def _is_last_of_gap(self, index: int) -> bool:
        if index + 1 >= len(self.sessions):
            return False
        return self.sessions[index] in self.missing and self.sessions[index + 1] not in self.missing


def _knows_more(snapshot: Snapshot, portfolio: Portfolio) -> bool:
    return snapshot.portfolio_version > portfolio.version


def _listed(symbols: Iterable[str], most: int = 10) -> str:
    ordered = sorted(symbols)
    more = f" and {len(ordered) - most} more" if len(ordered) > most else ""
    return ", ".join(ordered[:most]) + more
