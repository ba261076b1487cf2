"""What prices a portfolio's options: their underlyings' closes, and the sessions they end on."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Self
from uuid import UUID

from msgspec.structs import replace

from application.markets import Markets
from application.ports import Close, PriceBook, TradingCalendar
from domain.closing_price import LONGEST_CLOSURE
from domain.corporate_action import NO_ACTIONS, Actions
from domain.instrument import OptionTerms
from domain.option_model import OptionModel, Underlying
from domain.portfolio import Portfolio
from domain.position import Position
from domain.shares import per_share
from domain.valuation import PortfolioBook

_WINDOW = timedelta(days=110)
"""Days that hold 63 sessions whatever holidays there are."""


@dataclass(frozen=True, slots=True)
class HeldOption:
    """A position in an option as if it had not expired, and the session of its expiration."""

    position: Position
    terms: OptionTerms
    ends_on: date

    @property
    def settled_on(self) -> date:
        """The day of the expiration, or of the entry where that came after the last session."""
        return max(self.ends_on, self.position.entry_on)


@dataclass(frozen=True, slots=True)
class OptionModels:
    """Asks the price book for the underlyings of one portfolio at a time.

    Attributes:
        markets: the calendars.
        book: where closes are known.
        risk_free_rate: a year, continuous: 0.04 is 4 %.
    """

    markets: Markets
    book: PriceBook
    risk_free_rate: Decimal

    def of(
        self, portfolio: Portfolio, book: PortfolioBook, sessions: Sequence[date]
    ) -> Mapping[UUID, OptionModel]:
        """By position, the model of each option that has a line on one of the sessions.

        Args:
            portfolio: whose options they are.
            book: it with what is known of splits.
            sessions: the days to be marked, oldest first.
        """
        calendar = self._calendar(portfolio).sessions(sessions[0] - _WINDOW, sessions[-1])
        options = list(_with_lines(portfolio, self._options(portfolio), calendar, sessions))
        if not options:
            return {}
        market, first = portfolio.opening.price_source, calendar[0]
        underlyings = sorted({option.terms.underlying for option in options})
        within = self.book.closes(market, underlyings, first, sessions[-1])
        last = self.book.last_closes(market, [day for o in options for day in _needed(o, first)])
        models = {}
        for option in options:
            entry, before = (last.get(day) for day in _needed(option, first))
            known = within.get(option.terms.underlying, ())
            closes = [before, *known] if before else known
            terms = _ShareTerms.of(option, book)
            models[option.position.position_id] = self._model(
                option, terms.of_all(closes), entry and terms.of_one(entry), calendar
            )
        return models

    def settlements(
        self, portfolio: Portfolio, until: date
    ) -> Sequence[tuple[HeldOption, Decimal | None]]:
        """The options that ended after the opening and up to `until`, each with its settlement.

        That is the intrinsic value in USD a share, None while the underlying's close of the
        session is not known.
        """
        opening = portfolio.opening
        options = [
            option
            for option in self._options(portfolio)
            if opening.equity_as_of < option.settled_on <= until and option.position.open_quantity
        ]
        if not options:
            return []
        wanted = [(option.terms.underlying, option.ends_on) for option in options]
        closes = self.book.last_closes(opening.price_source, wanted)
        symbols = sorted({underlying for underlying, _ in wanted})
        book = portfolio.book(self.book.actions(opening.price_source, symbols))
        settlements = []
        for option, day in zip(options, wanted, strict=True):
            known = [closes[day]] if day in closes else []
            model = self._model(option, _ShareTerms.of(option, book).of_all(known))
            settlements.append((option, model.settlement))
        return settlements

    def ended_by_the_opening(self, portfolio: Portfolio) -> frozenset[UUID]:
        """The positions in options that are history: they have no line on any day (spec 5.3)."""
        return frozenset(
            option.position.position_id
            for option in self._options(portfolio)
            if option.settled_on <= portfolio.opening.equity_as_of
        )

    def _options(self, portfolio: Portfolio) -> Iterator[HeldOption]:
        calendar = self._calendar(portfolio)
        for position_id in portfolio.holdings.positions:
            position = portfolio.holdings.unsettled(position_id)
            if position and (terms := position.option):
                yield HeldOption(position, terms, _session_of_end(calendar, terms.expires_on))

    def _calendar(self, portfolio: Portfolio) -> TradingCalendar:
        return self.markets[portfolio.opening.price_source].calendar

    def _model(
        self,
        option: HeldOption,
        closes: Sequence[Close],
        at_entry: Close | None = None,
        calendar: Sequence[date] = (),
    ) -> OptionModel:
        return OptionModel(
            terms=option.terms,
            premium=option.position.entry_price,
            entered_on=option.position.entry_on,
            underlying=Underlying(
                closes=closes,
                at_entry=at_entry,
                expires_on=option.ends_on,
                rate=self.risk_free_rate,
            ),
            calendar=calendar,
        )


@dataclass(frozen=True, slots=True)
class _ShareTerms:
    """What an option is stated in: shares of its underlying as they are on a day."""

    actions: Actions
    stated_on: date

    @classmethod
    def of(cls, option: HeldOption, book: PortfolioBook) -> Self:
        """Those of the option: its strike and premium contain the splits up to its statement."""
        actions = book.actions.get(option.terms.underlying, NO_ACTIONS)
        return cls(actions, book.held(option.position).stated_on)

    def of_all(self, closes: Sequence[Close]) -> Sequence[Close]:
        """The closes in USD a share of that day, as if each split had been on all days."""
        return [self.of_one(close) for close in closes] if self.actions.splits else closes

    def of_one(self, close: Close) -> Close:
        """One of them."""
        factor = self.actions.share_factor(close.session, self.stated_on)
        return replace(close, price=per_share(close.price, factor))


def _session_of_end(calendar: TradingCalendar, expires_on: date) -> date:
    """The date of the expiration, or the session before it, of a Saturday the Friday.

    Beyond the end of the calendar, over two years ahead, the date itself.
    """
    session = calendar.session_on_or_before(expires_on)
    if session is None or expires_on - session > LONGEST_CLOSURE:
        return expires_on
    return session


def _with_lines(
    portfolio: Portfolio,
    options: Iterator[HeldOption],
    calendar: Sequence[date],
    sessions: Sequence[date],
) -> Iterator[HeldOption]:
    """Those not closed by the session before the first of `sessions`."""
    before = max((day for day in calendar if day < sessions[0]), default=sessions[0])
    for option in options:
        position = portfolio.holdings.positions[option.position.position_id]
        if position.entry_on <= sessions[-1] and position.quantity_after(before):
            yield option


def _needed(option: HeldOption, first: date) -> tuple[tuple[str, date], tuple[str, date]]:
    """The symbols and days of which the last close is needed: at the entry, before the window."""
    underlying = option.terms.underlying
    before = min(first - timedelta(days=1), option.ends_on)
    return (underlying, option.position.entry_on), (underlying, before)
