"""Whatever was said in whatever order, and whenever it was calculated: the days come out the same.

An account lives through random openings, closings, corrections, flows, splits, dividends, prices
and revaluations, recorded in any order and dated on any day, with catch-ups in between. In the end
every day equals that of a twin that heard all of it before it was ever valued (spec 5.4).
"""

from collections.abc import Callable
from contextlib import suppress
from datetime import date, timedelta
from decimal import Decimal
from itertools import count
from random import Random
from uuid import UUID, uuid5

import pytest

from application.markets import MarketTime
from application.ports import Close, Fetched
from application.valuations import Valuations
from domain.corporate_action import ActionKind, CorporateAction
from domain.daily_valuation import DailyValuation
from domain.edit import Correction
from domain.errors import DomainError
from domain.identity import daily_valuation_id
from domain.instrument import InvestmentClass
from domain.money import ZERO
from domain.portfolio import Portfolio
from domain.position import Position, PositionTerms
from domain.position_import import Intake
from domain.snapshot import Snapshot
from infrastructure.nyse_calendar import SampleCalendar
from infrastructure.system_clock import SystemClock
from tests.support.accounts import cause
from tests.support.events import number, portfolio_opened, source
from tests.support.memory import MemoryBook, MemoryLog
from tests.support.specification import SUBJECT

END = date(2012, 7, 16)  # twelve sessions after the opening, with a holiday among them
CALENDAR = SampleCalendar(date(2013, 3, 1), END)
MARKETS = {"sample": MarketTime(CALENDAR, SystemClock(None), date(2000, 3, 1))}
SESSIONS = CALENDAR.sessions(date(2012, 6, 29), END)
NAV = Decimal("100000.00")
RATE = Decimal("0.04")

DAYS = [date(2012, 6, 20) + timedelta(days=n) for n in range(27)]
SYMBOLS = ("AAA", "BBB")
QUANTITIES = [Decimal(n) for n in ("100", "33", "-50", "0.12345678", "7.5")]
RATIOS = [Decimal(n) for n in ("2", "1.5", "0.1", "0.3333333333", "3")]
HISTORIES = 500
AT_ONCE = 50


class Life:
    """A sample account, its log, its price book, and what may happen to it."""

    def __init__(self, seed: int) -> None:
        self.dice = Random(seed)  # noqa: S311 - a seed gives the same history again
        self.log, self.book = MemoryLog(), MemoryBook()
        self.valuations = Valuations(self.log, MARKETS, self.book, RATE)  # type: ignore[arg-type]  # one market
        self._numbers = count(1)
        portfolio = Portfolio(SUBJECT)
        portfolio.record(portfolio_opened(str(NAV)))
        self.log.save(portfolio, cause=cause())
        self.take_in()
        self.calculate()

    @property
    def portfolio(self) -> Portfolio:
        """As it stands now."""
        portfolio = self.log.load(Portfolio, SUBJECT)
        assert portfolio is not None
        return portfolio

    def happen(self) -> None:
        """One thing happens; what the rules refuse does not."""
        deed: Callable[[], None] = self.dice.choice(
            [
                *(self.close_part, self.close_part, self.correct, self.remove, self.revalue),
                *(self.take_in, self.open_position, self.revert_import, self.correct_opening),
                *(self.market_action, self.market_action, self.own_action, self.price),
                *(self.flow, self.revert_flow, self.calculate, self.calculate),
            ]
        )
        with suppress(DomainError):
            deed()

    def decide(self, decision: Callable[[Portfolio], object]) -> None:
        """Record a decision on the portfolio."""
        portfolio = self.portfolio
        decision(portfolio)
        self.log.save(portfolio, cause=cause())

    def open_position(self) -> None:
        """A lot comes by hand."""
        terms = self.a_lot()
        self.decide(lambda p: p.open_positions([terms], [""], new_position_id))

    def take_in(self) -> None:
        """Lots come in a file, whose quantities count as of any day."""
        import_id = number(f"import {next(self._numbers)}")
        intake = Intake(
            source=source(str(import_id)),
            terms=[self.a_lot() for _ in range(self.dice.randint(1, 3))],
            stated_on=END,
            quantities_as_of=self.dice.choice([None, self.a_day()]),
            is_forced=True,
        )
        self.decide(lambda p: p.import_positions(import_id, intake, new_position_id))

    def revert_import(self) -> None:
        """A file had not been meant, or had."""
        import_id = self.dice.choice(list(self.portfolio.holdings.imports))
        if self.dice.randrange(3):
            self.decide(lambda p: p.revert_import(import_id, "a mistake"))
        else:
            self.decide(lambda p: p.restore_import(import_id))

    def a_lot(self) -> PositionTerms:
        """A lot of a share, or a private asset."""
        is_private = self.dice.randrange(5) == 0
        return PositionTerms(
            symbol="FARM" if is_private else self.dice.choice(SYMBOLS),
            quantity=self.dice.choice(QUANTITIES),
            entry_price=self.a_price(),
            entry_on=self.a_day(),
            investment_class=InvestmentClass.PRIVATE if is_private else InvestmentClass.PUBLIC,
            investment_subtype="REAL_ESTATE" if is_private else "STOCK",
        )

    def a_position(self) -> Position:
        """One of those held, now or earlier."""
        held = list(self.portfolio.holdings.positions.values())
        return self.dice.choice(held) if held else _nothing()

    def close_part(self) -> None:
        """A part of a lot, in shares of the day, or what is left."""
        position = self.a_position()
        on, quantity = self.a_day(), self.dice.choice([None, Decimal(3)])
        actions = self.book.actions("sample", [position.symbol])
        price = self.a_price()
        self.decide(lambda p: p.close(position.position_id, on, price, quantity, actions))

    def correct(self) -> None:
        """A lot was another one than was said."""
        position = self.a_position()
        correction = Correction(
            quantity=self.dice.choice([None, position.quantity * 2]),
            entry_price=self.dice.choice([None, self.a_price()]),
            entry_on=self.dice.choice([None, self.a_day()]),
        )
        self.decide(lambda p: p.correct(position.position_id, correction, "as it was"))

    def remove(self) -> None:
        """A lot had never been."""
        position = self.a_position()
        self.decide(lambda p: p.remove(position.position_id, "a mistake"))

    def revalue(self) -> None:
        """A private asset is worth something else."""
        position, on, price = self.a_position(), self.a_day(), self.a_price()
        self.decide(lambda p: p.revalue(position.position_id, on, price, ""))

    def flow(self) -> None:
        """Money comes in or goes out."""
        flow_id, on = number(f"flow {next(self._numbers)}"), self.a_day()
        amount = self.an_amount()
        if self.dice.randrange(2):
            self.decide(lambda p: p.contribute(flow_id, on, amount, ""))
        else:
            self.decide(lambda p: p.withdraw(flow_id, on, amount, "", NAV))

    def revert_flow(self) -> None:
        """A flow had not been."""
        if known := list(self.portfolio.flows):
            flow_id = self.dice.choice(known)
            self.decide(lambda p: p.revert_flow(flow_id, "a mistake"))

    def own_action(self) -> None:
        """The owner says what the market does not."""
        action_id, symbol = number(f"action {next(self._numbers)}"), self.dice.choice(SYMBOLS)
        on, (kind, value) = self.a_day(), self.an_action()
        self.decide(lambda p: p.enter_action(action_id, symbol, on, kind, value))

    def correct_opening(self) -> None:
        """The account had started from something else."""
        nav, as_of = self.dice.choice([NAV, NAV + 1]), self.dice.choice(SESSIONS[:3])
        self.decide(lambda p: p.correct_opening(nav, as_of, "as it was"))

    def a_day(self) -> date:
        """Any day from nine before the opening on."""
        return self.dice.choice(DAYS)

    def a_price(self) -> Decimal:
        """USD a share."""
        return Decimal(self.dice.randint(50, 30_000)).scaleb(-2)

    def an_amount(self) -> Decimal:
        """USD."""
        return Decimal(self.dice.randint(1, 500_000)).scaleb(-2)

    def an_action(self) -> tuple[ActionKind, Decimal]:
        """A split or a dividend."""
        if self.dice.randrange(2):
            return "split", self.dice.choice(RATIOS)
        return "dividend", self.an_amount()

    def price(self) -> None:
        """A close is learnt, for the first time or otherwise than before."""
        close = Close(self.dice.choice(SYMBOLS), self.dice.choice(SESSIONS), ZERO, "bundled")
        told = Close(close.symbol, close.session, self.a_price(), close.source)
        self.book.learn("sample", Fetched(closes=[told]))

    def market_action(self) -> None:
        """A split or a dividend is learnt."""
        symbol, on, (kind, value) = self.dice.choice(SYMBOLS), self.a_day(), self.an_action()
        action = CorporateAction(symbol, on, kind, value, "bundled")
        self.book.learn("sample", Fetched(actions=[action]))

    def calculate(self) -> None:
        """A run up to some session."""
        self.catch_up(self.dice.choice(SESSIONS[3:]))

    def catch_up(self, until: date) -> None:
        """Value what is missing and restate what is stale."""
        self.valuations.catch_up(self.portfolio, until, cause())

    def day(self, session: date) -> DailyValuation:
        """What is recorded of a session."""
        day = self.log.load(DailyValuation, daily_valuation_id(SUBJECT, session))
        assert day is not None
        return day

    def figures(self) -> list[tuple[object, ...]]:
        """What is recorded of the sessions of the account, but for versions."""
        opened_on = self.portfolio.opening.equity_as_of
        return [_figures(self.day(on).latest) for on in SESSIONS if on >= opened_on]

    def from_scratch(self) -> list[tuple[object, ...]]:
        """The figures of an account that is valued once, knowing all of it."""
        twin = MemoryLog()
        twin.save(_unsaved(self.portfolio, self.log), cause=cause())
        valuations = Valuations(twin, MARKETS, self.book, RATE)  # type: ignore[arg-type]  # one market
        valuations.catch_up(self.portfolio, END, cause())
        opened_on = self.portfolio.opening.equity_as_of
        ids = [daily_valuation_id(SUBJECT, on) for on in SESSIONS if on >= opened_on]
        valued = twin.load_many(DailyValuation, ids)
        return [_figures(valued[aggregate_id].latest) for aggregate_id in ids]


def new_position_id(symbol: str, entry_on: date, lot: int) -> UUID:
    """The same for the same lot."""
    return uuid5(SUBJECT, f"{symbol} {entry_on} {lot}")


def _nothing() -> Position:
    """A position that no portfolio has."""
    return Position(
        position_id=UUID(int=0),
        symbol="AAA",
        quantity=Decimal(1),
        entry_price=Decimal(1),
        entry_on=END,
        investment_class=InvestmentClass.PUBLIC,
    )


def _unsaved(portfolio: Portfolio, log: MemoryLog) -> Portfolio:
    """The portfolio as if nobody had saved it."""
    twin = Portfolio(portfolio.id)
    for row in log.recorded:
        if row.aggregate_id == portfolio.id:
            twin.record(row.event)
    return twin


def _figures(day: Snapshot) -> tuple[object, ...]:
    """All that a day says but for what it knew and which version it built on."""
    return (
        day.session,
        day.opening,
        day.previous and (day.previous.session, day.previous.nav),
        (day.nav, day.flows, day.cash, day.long_value, day.short_value),
        (day.pnl, day.realized_pnl, day.income),
        sorted(day.lines.rows(*day.lines.__struct_fields__[:9], *day.lines.__struct_fields__[11:])),
    )


def _assert_identities(log: MemoryLog) -> None:
    """Identities 1 to 3 of spec 2.1 hold in every version of every day, along the pointers."""
    said = {
        (row.event.session, row.version): row.event
        for row in log.recorded
        if isinstance(row.event, Snapshot)
    }
    for day in said.values():
        assert day.nav == day.cash + day.long_value + day.short_value
        assert day.pnl == sum(day.lines.pnl, ZERO)
        if day.previous is None:
            assert day.pnl == day.flows == 0
            continue
        before = said[day.previous.session, day.previous.version]
        assert day.nav == before.nav + day.pnl + day.flows


def _assert_span(days: list[Snapshot]) -> None:
    """Identity 4: NAV moved by flows and by realised, unrealised and income, over any span."""
    first, last = days[0], days[-1]
    earned = sum((day.pnl for day in days[1:]), ZERO)
    flows = sum((day.flows for day in days[1:]), ZERO)
    labels = sum((day.realized_pnl + day.income for day in days[1:]), ZERO)
    unrealized = sum(last.lines.unrealized_pnl, ZERO) - sum(first.lines.unrealized_pnl, ZERO)
    assert last.nav - first.nav - flows == earned == labels + unrealized


@pytest.mark.parametrize("first", range(0, HISTORIES, AT_ONCE))
def test_any_history_gives_the_days_of_one_that_was_known_from_the_start(first: int) -> None:
    for seed in range(first, first + AT_ONCE):
        life = Life(seed)
        for _ in range(life.dice.randint(4, 16)):
            life.happen()
        life.catch_up(END)

        assert life.figures() == life.from_scratch(), f"seed {seed}"
        _assert_identities(life.log)
        opened_on = life.portfolio.opening.equity_as_of
        _assert_span([life.day(on).latest for on in SESSIONS if on >= opened_on])
        recorded = life.log.position()
        life.catch_up(END)
        assert life.log.position() == recorded, f"seed {seed}"
