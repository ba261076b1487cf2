"""Valuing the sessions of a portfolio that have not been valued: catch-up is the only mode."""

import itertools
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
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
from domain.snapshot import Snapshot
from domain.valuation import Opening, Previous, value_sessions

SESSIONS_IN_A_SAVE = 10
"""Days recorded in one transaction: what a crash can cost at most, beside the day in hand."""

_LONGEST_HOLIDAY = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Progress:
    """What a catch-up did: sessions it valued, and those that somebody else valued meanwhile."""

    valued: int
    skipped: int


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

    def catch_up(self, portfolio: Portfolio, until: date, cause: Cause) -> Progress:
        """Value what is missing up to `until`, oldest first, some sessions to a save.

        Whoever else values the same days at the same time, each day is recorded once: the loser
        of a race looks again at what is missing and goes on from there.
        """
        missing = self.missing(portfolio, until)
        wanted, valued = len(missing), 0
        while missing:
            snapshots = self._value(
                portfolio, _first_stretch(self.sessions(portfolio, until), missing)
            )
            days = [DailyValuation.calculate(snapshot) for snapshot in snapshots]
            try:
                self.log.save(*days, cause=cause.as_new_command())
            except VersionConflict:
                missing = self.missing(portfolio, until)
                continue
            valued += len(days)
            missing = missing[len(days) :]
        return Progress(valued, wanted - valued)

    def latest(self, portfolio: Portfolio, until: date) -> Snapshot | None:
        """The valuation at the session `until`, None if there is none yet."""
        valued = self._load(portfolio.id, until)
        return valued.latest if valued else None

    def _value(self, portfolio: Portfolio, sessions: Sequence[date]) -> list[Snapshot]:
        marks = self._marks(portfolio, sessions)
        before = self._before(portfolio, sessions[0])
        return value_sessions(portfolio.book, sessions, marks, before)

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
        if quantity and needs_price(portfolio.holdings.positions[position_id]):
            symbols[quality].add(symbol)
    warnings = []
    if assumed := symbols[MarkQuality.ASSUMED]:
        warnings.append(f"Valued at the entry price, for want of any other: {_listed(assumed)}.")
    if stale := symbols[MarkQuality.STALE]:
        warnings.append(
            f"Valued at a close more than {CARRIED_SESSIONS} sessions old: {_listed(stale)}."
        )
    return warnings


def _first_stretch(sessions: Sequence[date], missing: Sequence[date]) -> Sequence[date]:
    """The first missing sessions that follow each other, as many as go into a save."""
    begins = sessions.index(missing[0])
    stretch = itertools.takewhile(
        lambda pair: pair[0] == pair[1], zip(sessions[begins:], missing, strict=False)
    )
    return [session for session, _ in itertools.islice(stretch, SESSIONS_IN_A_SAVE)]


def _listed(symbols: Iterable[str], most: int = 10) -> str:
    ordered = sorted(symbols)
    more = f" and {len(ordered) - most} more" if len(ordered) > most else ""
    return ", ".join(ordered[:most]) + more
