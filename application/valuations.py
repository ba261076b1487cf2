"""Valuing sessions that have no valuation and restating stale ones: catch-up is the only mode."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from itertools import chain
from typing import Self
from uuid import UUID

from application.errors import VersionConflict
from application.expiries import Expiries, Settled
from application.markets import Markets
from application.marking import Marking
from application.ports import Cause, EventLog, PriceBook
from application.stale_days import Progress, ToDo, counts_from
from domain.daily_valuation import DailyValuation
from domain.identity import daily_valuation_id
from domain.portfolio import Portfolio
from domain.restatement import Restatement
from domain.run_order import Span
from domain.snapshot import Snapshot
from domain.valuation import Opening, PortfolioBook, Previous, value_sessions

_IDS_AT_ONCE = 10_000


@dataclass(frozen=True, slots=True)
class Valuations:
    """Values sessions in order, each once: the store refuses a second version 1 of a day."""

    log: EventLog
    markets: Markets
    book: PriceBook
    risk_free_rate: Decimal

    @property
    def marking(self) -> Marking:
        """What positions are marked at."""
        return Marking(self.markets, self.book, self.risk_free_rate)

    def sessions(self, portfolio: Portfolio, until: date) -> Sequence[date]:
        """The sessions a portfolio is valued at: from its opening to `until`."""
        calendar = self.markets[portfolio.opening.price_source].calendar
        return calendar.sessions(portfolio.opening.equity_as_of, until)

    def missing(self, portfolio: Portfolio, until: date) -> Sequence[date]:
        """Those of the portfolio's sessions up to `until` that have no valuation."""
        [days] = self.days([portfolio], until)
        return days.missing

    def days(self, portfolios: Sequence[Portfolio], until: date) -> Iterator["Days"]:
        """The sessions of each of the portfolios up to `until`, told apart."""
        ids = [
            {daily_valuation_id(one.id, session): session for session in self.sessions(one, until)}
            for one in portfolios
        ]
        all_ids, valued = list(chain.from_iterable(ids)), set[UUID]()
        for begin in range(0, len(all_ids), _IDS_AT_ONCE):
            valued |= self.log.existing(all_ids[begin : begin + _IDS_AT_ONCE])
        for sessions in ids:
            missing = [session for day, session in sessions.items() if day not in valued]
            yield Days(list(sessions.values()), missing)

    def catch_up(
        self, portfolio: Portfolio, until: date, cause: Cause, since: int | None = None
    ) -> Progress:
        """Value what is missing up to `until` and restate what is stale.

        From the first session that is missing or stale on, each is computed from the one before
        it, oldest first, some sessions to a save; where no figure moved, nothing is recorded. So
        the latest valuation is the last to learn of a change of the portfolio or of a price, and
        what counts from a day up to it but came after what it knows makes days stale: also after a
        catch-up that died half-way.

        Whoever else values the same days at the same time, each version of a day is recorded
        once: the loser of a race looks again at what is there. Where somebody knows more prices,
        the price book is asked again; where somebody knows more of the portfolio than `portfolio`
        does, this catch-up stops and leaves the rest to them.

        Args:
            portfolio: as it stands now; prices of what it holds are in the book.
            until: a completed session, the last to be brought up to date.
            cause: of what is recorded.
            since: a version of the portfolio: what was recorded after it is gone through even if
                the latest valuation knows of it.
        """
        progress = Progress()
        while True:
            [days] = self.days([portfolio], until)
            advance = self.advance(portfolio, days, cause, since)
            progress += advance.progress
            if not advance.met_newer_prices:
                return progress

    def advance(
        self, portfolio: Portfolio, days: "Days", cause: Cause, since: int | None = None
    ) -> "Advance":
        """What `catch_up` does with what the price book knows now, given what is missing."""
        latest = self._last_of(portfolio, days)
        if latest and latest.portfolio_version > portfolio.version:
            return Advance(Progress())
        passage = self._passage(portfolio, cause)
        begins_on = self._stale_from(portfolio, latest, since)
        progress = passage.go_through(self._to_do(passage, days, begins_on))
        return Advance(progress, met_newer_prices=passage.met_newer_prices)

    def knowing(self, log: EventLog, book: PriceBook) -> Self:
        """The same by another log and price book."""
        return replace(self, log=log, book=book)

    def settle(self, portfolio: Portfolio, until: date, cause: Cause) -> Settled:
        """Record what expired up to `until`, before it is valued; see `Expiries.settle`."""
        return Expiries(self.log, self.marking.options).settle(portfolio, until, cause)

    def repair(
        self, portfolio: Portfolio, days: Span, reason: str, cause: Cause
    ) -> Sequence[Restatement]:
        """Compute the sessions of some days again; record what differs.

        After the last of them it goes on, up to the latest valued one, while figures differ: each
        day builds on the one before; so what is stale before the first of them goes before it.
        Returns what was recorded, oldest first: nothing where every figure was right (spec 7.3).
        """
        return self._repaired(portfolio, days, reason, cause)

    def differences(self, portfolio: Portfolio, days: Span) -> Sequence[Restatement]:
        """What `repair` would record, oldest first, without recording it."""
        return self._repaired(portfolio, days, "", None)

    def stale_from(
        self, portfolio: Portfolio, portfolio_version: int, prices_known: int
    ) -> date | None:
        """From when on valuations are stale whose latest one knows so much; None if none is.

        It knows the portfolio's events up to `portfolio_version` and the rows of the price book up
        to `prices_known`.
        """
        return counts_from(portfolio, portfolio_version, self.marking.news(portfolio, prices_known))

    def latest(self, portfolio: Portfolio, until: date) -> Snapshot | None:
        """The valuation at the session `until`, None if there is none yet."""
        valued = self.log.load(DailyValuation, daily_valuation_id(portfolio.id, until))
        return valued.latest if valued else None

    def last_valued(self, portfolio: Portfolio, until: date) -> Snapshot | None:
        """The latest valuation on or before `until`, None if there is none."""
        [days] = self.days([portfolio], until)
        return self._last_of(portfolio, days)

    def _repaired(
        self, portfolio: Portfolio, days: Span, reason: str, cause: Cause | None
    ) -> Sequence[Restatement]:
        until = self.markets[portfolio.opening.price_source].latest_session()
        restatements: list[Restatement] = []
        while latest := self.last_valued(portfolio, until):
            [valued] = self.days([portfolio], latest.session)
            passage = self._passage(portfolio, cause, restatements)
            begins_on = min(days.first, self._stale_from(portfolio, latest, None) or days.first)
            passage.go_through(self._to_do(passage, valued, begins_on, reason), days.last)
            if not passage.met_newer_prices:
                break
            if cause is None:  # nothing of it is recorded, so the next passage reports it again
                restatements.clear()
        return restatements

    def _passage(
        self, portfolio: Portfolio, cause: Cause | None, report: list[Restatement] | None = None
    ) -> "_Passage":
        marking = self.marking.knowing(portfolio.opening.price_source)
        return _Passage(self, marking, portfolio, marking.known_book(portfolio), cause, report)

    def _last_of(self, portfolio: Portfolio, days: "Days") -> Snapshot | None:
        return self.latest(portfolio, days.last_valued) if days.last_valued else None

    def _stale_from(
        self, portfolio: Portfolio, latest: Snapshot | None, since: int | None
    ) -> date | None:
        """The first day that is valued without knowing what counts on it, if any is."""
        if latest is None:
            return None
        known_version = min(latest.portfolio_version, since or latest.portfolio_version)
        return self.stale_from(portfolio, known_version, latest.prices_known)

    def _to_do(
        self, passage: "_Passage", days: "Days", stale_from: date | None, reason: str = ""
    ) -> ToDo:
        begins = [*days.missing[:1], *([stale_from] if stale_from else [])]
        portfolio, marking = passage.portfolio, passage.marking
        return ToDo(
            portfolio=portfolio,
            news_after=cache(lambda row: marking.news(portfolio, row)),
            sessions=days.sessions,
            missing=frozenset(days.missing),
            begins_on=min(begins, default=None),
            asked_for=reason,
        )


@dataclass(frozen=True, slots=True)
class Days:
    """The sessions of a portfolio up to one, and those of them that have no valuation."""

    sessions: Sequence[date]
    missing: Sequence[date]

    @property
    def last_valued(self) -> date | None:
        """The last session that has one."""
        lacking = frozenset(self.missing)
        return next((day for day in reversed(self.sessions) if day not in lacking), None)


@dataclass(frozen=True, slots=True)
class Advance:
    """What was done, and whether it stopped where somebody knew more prices."""

    progress: Progress
    met_newer_prices: bool = False


@dataclass(slots=True)
class _Passage:
    """Going through days of a portfolio once, with what is known of its prices at the beginning.

    Without a `cause` nothing is recorded. `report` takes in what was, or would be, if it is there.
    """

    valuations: Valuations
    marking: Marking
    portfolio: Portfolio
    book: PortfolioBook
    cause: Cause | None
    report: list[Restatement] | None = None
    met_newer_prices: bool = False

    def go_through(self, to_do: ToDo, last: date | None = None) -> Progress:
        """Bring one stretch after the other up to date, until somebody is met who knows more.

        After the day `last` a stretch in which nothing moved is the end.
        """
        progress = Progress()
        before: Opening | Previous | None = None
        for stretch in to_do.stretches():
            before = before or self._before(stretch[0])
            recorded = self._bring_up_to_date(to_do, stretch, before)
            if recorded is None:
                break
            before, done = recorded
            progress += done
            if last and stretch[-1] >= last and not done.has_moved:
                break
        return progress

    def _bring_up_to_date(
        self, to_do: ToDo, stretch: Sequence[date], before: Opening | Previous
    ) -> tuple[Previous, Progress] | None:
        """Record what is new in a stretch that follows `before`; None if somebody knows more."""
        if isinstance(before, Previous) and self._is_outdated_by([before.snapshot]):
            return None
        marks = self.marking.marks(self.portfolio, self.book, stretch)
        snapshots = value_sessions(self.book, stretch, marks, before)
        while True:
            known = self._known(stretch)
            if self._is_outdated_by([day.latest for day in known.values()]):
                return None
            were = {day.id: day.latest for day in known.values()}
            days = to_do.recorded(snapshots, known, before)
            progress = to_do.progress(days, known)
            moved = [day for day in days if day.pending]
            try:
                if moved and self.cause:
                    self.valuations.log.save(*moved, cause=self.cause.as_new_command())
            except VersionConflict:
                continue
            if self.report is not None:
                self.report += [_restatement(were.get(day.id), day.latest) for day in moved]
            return Previous(days[-1].latest, days[-1].version), progress

    def _is_outdated_by(self, snapshots: Sequence[Snapshot]) -> bool:
        """Whether one of them knows more; of the prices, where that is all."""
        if any(snapshot.portfolio_version > self.portfolio.version for snapshot in snapshots):
            return True
        if any(snapshot.prices_known > self.book.prices_known for snapshot in snapshots):
            self.met_newer_prices = True
        return self.met_newer_prices

    def _known(self, stretch: Sequence[date]) -> Mapping[UUID, DailyValuation]:
        ids = [daily_valuation_id(self.portfolio.id, session) for session in stretch]
        return self.valuations.log.load_many(DailyValuation, ids)

    def _before(self, session: date) -> Opening | Previous:
        portfolio = self.portfolio
        if session == portfolio.opening.equity_as_of:
            return Opening(portfolio.opening.equity_balance)
        calendar = self.valuations.markets[portfolio.opening.price_source].calendar
        before = calendar.session_on_or_before(session - timedelta(days=1))
        aggregate_id = before and daily_valuation_id(portfolio.id, before)
        previous = aggregate_id and self.valuations.log.load(DailyValuation, aggregate_id)
        if not previous:
            raise LookupError(f"{portfolio.id} has no valuation on the session before {session}")
        return Previous(previous.latest, previous.version)


def _restatement(before: Snapshot | None, after: Snapshot) -> Restatement:
    reason, caused_by = "It had no valuation.", ""
    if isinstance(after, DailyValuation.SnapshotRestated):
        reason, caused_by = after.reason, after.caused_by
    return Restatement.between(before, after, reason, caused_by)
