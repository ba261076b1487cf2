"""Specification of options in an account: model marks day by day, expiry, settlement (spec 5.3)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any
from uuid import UUID

import pytest

from application.commands import RequestRun
from application.ports import Close, Fetched, PriceSource
from application.runs import Runs
from domain.calculation_run import CalculationRun, RunStatus
from domain.mark import MarkQuality, MarkSource
from domain.money import ZERO
from domain.option_model import OptionModel, VolatilityKind
from domain.portfolio import Portfolio
from domain.position import PositionTerms
from domain.snapshot import Snapshot
from interfaces.bootstrap import Program
from tests.application.changing_accounts import Account, assert_whole
from tests.support.accounts import Owner, calculate, cause, register, shares
from tests.support.openings import load_portfolio, open_account, recorded
from tests.support.options import contracts, price_on
from tests.support.racing import at_once

OPENED_ON = date(2012, 12, 31)
BOUGHT_ON = date(2013, 1, 2)
THURSDAY, FRIDAY = date(2013, 1, 17), date(2013, 1, 18)  # January's options end on Saturday 19
TUESDAY = date(2013, 1, 22)
NEXT_FRIDAY = date(2013, 2, 15)  # February's end on Saturday 16
END = date(2013, 3, 1)

IN_THE_MONEY = contracts("GOOG130119C00700000", 2, "31.50", BOUGHT_ON)  # GOOG ends at 704.51
OUT_OF_THE_MONEY = contracts("GOOG130119P00700000", 3, "9.20", BOUGHT_ON)
FEBRUARY_CALL = contracts("AAPL130216C00450000", 1, "101.00", BOUGHT_ON)  # AAPL ends at 460.16
SHORT_PUT = contracts("AAPL130216P00470000", -1, "4.00", BOUGHT_ON)
LEAP = contracts("SPY131221C00150000", 5, "6.10", BOUGHT_ON)


@dataclass(frozen=True)
class Scene:
    """A program with an owner of a sample account that was opened with 100,000.00."""

    program: Program
    owner: Owner
    portfolio_id: UUID

    @property
    def portfolio(self) -> Portfolio:
        """As it stands now."""
        return load_portfolio(self.program, self.portfolio_id)

    @property
    def account(self) -> Account:
        """The account with its valuations."""
        return Account(self.program, self.portfolio_id)

    def calculate(self) -> CalculationRun:
        """A whole run."""
        run_id = calculate(self.program, self.owner, self.portfolio_id)
        run = self.program.log.load(CalculationRun, run_id)
        assert run is not None
        return run

    def days(self) -> dict[date, Snapshot]:
        """The valuations as they stand."""
        return {day.latest.session: day.latest for day in self.account.days()}

    def models(self, sessions: Sequence[date]) -> Mapping[UUID, OptionModel]:
        """What the options are marked by."""
        marking = self.program.valuations.marking
        return marking.options.of(self.portfolio, marking.known_book(self.portfolio), sessions)

    def learn(self, symbol: str, prices: dict[date, str]) -> None:
        """Teach the price book."""
        closes = [Close(symbol, day, Decimal(p), "taught") for day, p in prices.items()]
        self.program.runs.prices.book.learn("sample", Fetched(closes=closes))

    def expiries(self) -> list[tuple[date, Decimal]]:
        """What was recorded of expiries, oldest first."""
        return [
            (event.expired_on, event.settlement)
            for _, event in recorded(self.program, Portfolio.OptionExpired)
        ]


def opened(program: Program, *terms: PositionTerms) -> Scene:
    """An account that holds these."""
    owner = register(program)
    portfolio_id = open_account(
        program, owner, terms, price_source="sample", equity_as_of=OPENED_ON.isoformat()
    )
    return Scene(program, owner, portfolio_id)


def line_of(day: Snapshot, symbol: str, *columns: str) -> tuple[Any, ...]:
    """Columns of the only line of a symbol."""
    (row,) = [row for held, *row in day.lines.rows("symbol", *columns) if held == symbol]
    return tuple(row)


@dataclass(frozen=True)
class OvertakenPrices:
    """The provider of another; while it is asked somebody else does something."""

    source: PriceSource
    overtake: Callable[[], object]

    @property
    def name(self) -> str:
        """See `PriceSource.name`."""
        return self.source.name

    def fetch(self, spans: Mapping[str, tuple[date, date]]) -> Fetched:
        """See `PriceSource.fetch`."""
        self.overtake()
        return self.source.fetch(spans)


def assert_adds_up(days: Sequence[Snapshot]) -> None:
    """Identities 1, 3 and 5 of spec 2.1, day by day."""
    for before, day in pairwise(days):
        moved = day.lines.rows("cash_like", "cost", "proceeds", "income")
        trades = sum((p + i - c for cash, c, p, i in moved if not cash), ZERO)
        assert day.nav == before.nav + day.pnl + day.flows
        assert day.pnl == sum(day.lines.pnl, ZERO)
        assert day.cash == before.cash + day.flows + trades


def warnings_of(program: Program, run: CalculationRun) -> list[str]:
    """What a run warned of."""
    return [
        warning
        for row, event in recorded(program, CalculationRun.PhaseCompleted)
        if row.aggregate_id == run.id
        for warning in event.warnings
    ]


class TestModelMarks:
    """While an option lives."""

    def test_an_option_is_marked_by_its_underlyings_close_each_session(
        self, program: Program
    ) -> None:
        scene = opened(program, LEAP)
        scene.calculate()
        days = scene.days()
        held = {session: day for session, day in days.items() if session >= BOUGHT_ON}

        for session, day in held.items():
            source, quality, marked_on, provider = line_of(
                day, LEAP.symbol, "mark_source", "mark_quality", "mark_on", "mark_provider"
            )
            assert (source, quality) == (MarkSource.MODEL, MarkQuality.GOOD)
            assert (marked_on, provider) == (session, "bundled")
            assert (day.counts.priced, day.counts.need_price) == (1, 1)
        assert len(held) == len(days) - 1

    def test_on_the_session_of_the_entry_the_mark_is_the_premium(self, program: Program) -> None:
        scene = opened(program, LEAP)
        scene.calculate()
        bought = scene.days()[BOUGHT_ON]

        assert line_of(bought, LEAP.symbol, "mark_price", "pnl") == (Decimal("6.100000"), ZERO)
        assert bought.cash == Decimal("96950.00")

    def test_every_mark_is_explained_again_by_its_model(self, program: Program) -> None:
        scene = opened(program, LEAP, IN_THE_MONEY, SHORT_PUT)
        scene.calculate()
        days = scene.days()
        models = scene.models(list(days))

        explained = 0
        for session, day in days.items():
            for position_id, marked, source in day.lines.rows(
                "position_id", "mark_price", "mark_source"
            ):
                again = price_on(models[position_id], session)
                assert again is not None
                assert (again.price, source) == (marked, MarkSource.MODEL)
                if again.years:
                    assert again.volatility is not None
                    assert again.volatility.kind is VolatilityKind.IMPLIED
                explained += 1
        assert explained > 60

    def test_a_premium_below_the_intrinsic_value_leaves_the_realised_volatility(
        self, program: Program
    ) -> None:
        cheap = contracts("SPY130622C00100000", 1, "10.00", BOUGHT_ON)
        scene = opened(program, cheap)
        scene.calculate()
        (position_id,) = scene.portfolio.holdings.positions
        model = scene.models([END])[position_id]
        modelled = price_on(model, END)

        assert modelled is not None
        assert modelled.volatility is not None
        assert modelled.volatility.kind is VolatilityKind.REALISED
        assert line_of(scene.days()[END], cheap.symbol, "mark_price") == (modelled.price,)

    def test_an_option_whose_underlying_has_no_price_keeps_its_premium_and_its_line(
        self, program: Program
    ) -> None:
        unknown = contracts("NONE130622C00100000", 4, "2.50", BOUGHT_ON)
        scene = opened(program, unknown, shares("GOOG", 10, "707.38", OPENED_ON))
        run = scene.calculate()
        last = scene.days()[END]

        assert line_of(last, unknown.symbol, "mark_source", "mark_quality", "market_value") == (
            MarkSource.ENTRY,
            MarkQuality.ASSUMED,
            Decimal("1000.00"),
        )
        assert (last.counts.priced, last.counts.need_price) == (1, 2)
        assert any(unknown.symbol in warning for warning in warnings_of(program, run))

    def test_an_underlying_that_is_not_traded_carries_the_model_then_leaves_it_stale(
        self, program: Program
    ) -> None:
        held = contracts("RARE130622C00100000", 1, "5.00", BOUGHT_ON)
        scene = opened(program, held)
        scene.learn("RARE", {BOUGHT_ON: "100.00", date(2013, 1, 3): "101.00"})
        scene.calculate()
        days = scene.days()

        def quality(month: int, day: int) -> tuple[Any, ...]:
            return line_of(days[date(2013, month, day)], held.symbol, "mark_source", "mark_quality")

        assert quality(1, 3) == (MarkSource.MODEL, MarkQuality.GOOD)
        assert quality(1, 4) == quality(1, 10) == (MarkSource.MODEL, MarkQuality.CARRIED)
        assert quality(1, 11) == (MarkSource.MODEL, MarkQuality.STALE)
        assert (days[date(2013, 1, 10)].counts.priced, days[date(2013, 1, 11)].counts.priced) == (
            1,
            0,
        )

    def test_an_expiration_beyond_the_calendar_counts_by_its_date(self, program: Program) -> None:
        far = contracts("SPY780121C00150000", 1, "60.00", BOUGHT_ON)
        scene = opened(program, far)
        program.runs.prices.gather("sample", ["SPY"], (OPENED_ON, END))
        (model,) = scene.models([END]).values()
        modelled = price_on(model, END)

        assert modelled is not None
        assert modelled.years == (date(2078, 1, 21) - END).days / 365

    def test_a_close_of_the_option_itself_wins_and_restates_where_it_comes_late(
        self, program: Program
    ) -> None:
        scene = opened(program, LEAP)
        scene.calculate()
        before = scene.days()[NEXT_FRIDAY]
        scene.learn(LEAP.symbol, {NEXT_FRIDAY: "12.34"})
        scene.calculate()
        days = scene.days()
        columns = "mark_price", "mark_source", "mark_provider"

        assert line_of(before, LEAP.symbol, "mark_source") == (MarkSource.MODEL,)
        assert line_of(days[NEXT_FRIDAY], LEAP.symbol, *columns) == (
            Decimal("12.34"),
            MarkSource.CLOSE,
            "taught",
        )
        assert line_of(days[date(2013, 2, 19)], LEAP.symbol, "mark_source") == (MarkSource.MODEL,)
        assert_adds_up(list(days.values()))
        assert_whole(scene.account)

    def test_days_valued_one_by_one_have_the_figures_of_days_valued_together(
        self, program: Program
    ) -> None:
        terms = (LEAP, IN_THE_MONEY, OUT_OF_THE_MONEY, FEBRUARY_CALL, SHORT_PUT)
        scene = opened(program, *terms)
        twin = Scene(
            program,
            scene.owner,
            open_account(
                program,
                scene.owner,
                terms,
                account_name="Twin",
                price_source="sample",
                equity_as_of=OPENED_ON.isoformat(),
            ),
        )
        scene.calculate()
        for session in scene.days():
            settled = program.valuations.settle(twin.portfolio, session, cause())
            program.valuations.catch_up(settled.portfolio, session, cause())

        assert twin.account.figures() == scene.account.figures()


class TestExpiry:
    """When an option comes to its end."""

    def test_in_the_money_it_is_settled_to_cash_on_the_friday_before_its_saturday(
        self, program: Program
    ) -> None:
        scene = opened(program, IN_THE_MONEY)
        scene.calculate()
        days = scene.days()
        last = days[FRIDAY]

        assert scene.expiries() == [(FRIDAY, Decimal("4.510000"))]
        assert line_of(last, IN_THE_MONEY.symbol, "quantity", "mark_price", "proceeds") == (
            Decimal(0),
            Decimal("4.510000"),
            Decimal("902.00"),
        )
        assert line_of(last, IN_THE_MONEY.symbol, "mark_source", "mark_quality") == (
            MarkSource.MODEL,
            MarkQuality.GOOD,
        )
        assert last.realized_pnl == Decimal("-5398.00")
        assert last.nav == last.cash == Decimal("94602.00")
        assert days[TUESDAY].lines.symbol == ()
        assert_adds_up(list(days.values()))
        assert_whole(scene.account)

    def test_out_of_the_money_it_ends_worthless(self, program: Program) -> None:
        scene = opened(program, OUT_OF_THE_MONEY)
        scene.calculate()
        days = scene.days()

        assert scene.expiries() == [(FRIDAY, Decimal(0))]
        assert line_of(days[FRIDAY], OUT_OF_THE_MONEY.symbol, "proceeds", "mark_price") == (
            ZERO,
            Decimal(0),
        )
        assert days[END].nav == Decimal("97240.00")
        assert_adds_up(list(days.values()))

    def test_a_short_put_is_bought_back_at_its_intrinsic_value(self, program: Program) -> None:
        scene = opened(program, SHORT_PUT)
        scene.calculate()
        days = scene.days()

        assert days[BOUGHT_ON].cash == Decimal("100400.00")
        assert days[BOUGHT_ON].short_value == Decimal("-400.00")
        assert scene.expiries() == [(NEXT_FRIDAY, Decimal("9.840000"))]
        assert line_of(days[NEXT_FRIDAY], SHORT_PUT.symbol, "proceeds", "realized_pnl") == (
            Decimal("-984.00"),
            Decimal("-584.00"),
        )
        assert days[END].nav == Decimal("99416.00")
        assert_adds_up(list(days.values()))

    def test_over_its_life_an_option_gains_what_its_settlement_says(self, program: Program) -> None:
        scene = opened(program, IN_THE_MONEY, FEBRUARY_CALL, SHORT_PUT, OUT_OF_THE_MONEY)
        scene.calculate()
        days = scene.days()
        paid = Decimal("6300.00") + Decimal("2760.00") + Decimal("10100.00") - Decimal("400.00")
        got = Decimal("902.00") + Decimal("1016.00") - Decimal("984.00")

        assert sum((day.pnl for day in days.values()), ZERO) == got - paid
        assert days[END].nav == days[END].cash == Decimal("100000.00") + got - paid
        assert_adds_up(list(days.values()))

    def test_calculating_again_records_nothing(self, program: Program) -> None:
        scene = opened(program, IN_THE_MONEY, SHORT_PUT)
        scene.calculate()
        before = scene.account.versions()
        scene.calculate()

        assert len(scene.expiries()) == 2
        assert scene.account.versions() == before

    @pytest.mark.parametrize("symbol", ["SPY121222C00140000", "SPY121231C00140000"])
    def test_what_expired_by_the_opening_is_history_without_event_or_line(
        self, program: Program, symbol: str
    ) -> None:
        scene = opened(program, contracts(symbol, 1, "5.00", date(2012, 12, 3)), LEAP)
        scene.calculate()

        assert scene.expiries() == []
        assert {held for day in scene.days().values() for held in day.lines.symbol} == {LEAP.symbol}

    def test_until_the_close_of_the_day_is_known_the_line_stays_and_is_warned_of(
        self, program: Program
    ) -> None:
        waits = contracts("WAIT130119C00100000", 1, "5.00", BOUGHT_ON)
        scene = opened(program, waits)
        scene.learn("WAIT", {BOUGHT_ON: "100.00", THURSDAY: "107.00", TUESDAY: "150.00"})
        run = scene.calculate()
        days = scene.days()

        assert scene.expiries() == []
        assert any(
            waits.symbol in warning and "2013-01-18" in warning
            for warning in warnings_of(program, run)
        )
        columns = "quantity", "mark_price", "mark_on", "mark_quality"
        line = Decimal(1), Decimal("7.000000"), THURSDAY
        assert line_of(days[FRIDAY], waits.symbol, *columns) == (*line, MarkQuality.CARRIED)
        assert line_of(days[END], waits.symbol, *columns) == (*line, MarkQuality.STALE)

        scene.learn("WAIT", {FRIDAY: "108.25"})
        run = scene.calculate()
        days = scene.days()

        assert scene.expiries() == [(FRIDAY, Decimal("8.250000"))]
        assert not warnings_of(program, run)
        assert days[END].lines.symbol == ()
        assert days[END].nav == Decimal("100325.00")
        assert_adds_up(list(days.values()))
        assert_whole(scene.account)

    def test_a_corrected_close_settles_it_again_and_restates(self, program: Program) -> None:
        scene = opened(program, IN_THE_MONEY)
        scene.calculate()
        scene.learn("GOOG", {FRIDAY: "699.00"})
        scene.calculate()
        days = scene.days()

        assert scene.expiries() == [(FRIDAY, Decimal("4.510000")), (FRIDAY, Decimal(0))]
        assert days[END].nav == Decimal("93700.00")
        assert {day.version for day in scene.account.days() if day.latest.session >= FRIDAY} == {2}
        assert_adds_up(list(days.values()))
        assert_whole(scene.account)

    def test_one_entered_on_the_saturday_of_its_end_is_settled_with_its_entry(
        self, program: Program
    ) -> None:
        late = contracts("GOOG130119C00700000", 1, "4.00", date(2013, 1, 19))
        scene = opened(program, late)
        scene.calculate()
        days = scene.days()

        assert scene.expiries() == [(date(2013, 1, 19), Decimal("4.510000"))]
        assert days[TUESDAY].pnl == Decimal("51.00")
        assert days[END].nav == Decimal("100051.00")
        assert_adds_up(list(days.values()))

    def test_a_portfolio_changed_meanwhile_is_left_to_who_knows_more(
        self, program: Program
    ) -> None:
        scene = opened(program, IN_THE_MONEY)
        program.runs.prices.gather("sample", ["GOOG"], (OPENED_ON, END))
        before = scene.portfolio
        scene.account.take_in(shares("SPY", 1, "140.00", BOUGHT_ON))
        settled = program.valuations.settle(before, END, cause())

        assert settled.portfolio is before
        assert scene.expiries() == []

    def test_an_account_archived_while_prices_are_gathered_is_valued_without_an_expiry(
        self, program: Program
    ) -> None:
        scene = opened(program, contracts("GOOG130301C00700000", 1, "31.50", BOUGHT_ON))
        runs: Runs = program.runs
        owner = cause(scene.owner.user_id)
        [source] = runs.prices.sources["sample"]
        archiving = OvertakenPrices(
            source, lambda: program.portfolios.archive(scene.portfolio_id, owner)
        )
        prices = replace(runs.prices, sources={"sample": [archiving]})
        run_id = runs.request(RequestRun(portfolio_id=scene.portfolio_id), owner).run_id
        replace(runs, prices=prices).execute(run_id, "worker-1")
        run = program.log.load(CalculationRun, run_id)

        assert scene.portfolio.is_archived
        assert run is not None
        assert run.status is RunStatus.COMPLETED
        assert len(scene.days()) == 42
        assert scene.expiries() == []

    def test_of_many_who_settle_at_once_one_records(self, program: Program) -> None:
        scene = opened(program, IN_THE_MONEY, OUT_OF_THE_MONEY)
        program.runs.prices.gather("sample", ["GOOG"], (OPENED_ON, END))
        portfolio = scene.portfolio
        version = portfolio.version
        settled, refused = at_once([lambda: program.valuations.settle(portfolio, END, cause())] * 8)

        assert refused == []
        assert len(scene.expiries()) == 2
        versions = [one.portfolio.version for one in settled]
        assert sorted(versions) == [version] * 7 + [version + 2]


class TestSplits:
    """A split of the underlying between days changes no option's worth (2005-02-28, AAPL, 2:1)."""

    SPLIT_ON = date(2005, 2, 28)
    BEFORE = date(2005, 2, 25)
    AFTER = date(2005, 4, 18)  # the Monday after the end of April's options

    def days(self, program: Program, terms: PositionTerms, stated_on: date) -> dict[date, Snapshot]:
        """The days of an account that holds what a file of that day states, and gets no cash."""
        owner = register(program, f"{stated_on}@example.com")
        portfolio_id = open_account(
            program, owner, price_source="sample", equity_as_of="2005-02-10"
        )
        held = Account(program, portfolio_id)
        held.take_in(terms, quantities_as_of=stated_on)
        program.runs.prices.gather("sample", ["AAPL"], (date(2005, 2, 10), date(2005, 4, 29)))
        settled = program.valuations.settle(held.portfolio, self.AFTER, cause())
        program.valuations.catch_up(settled.portfolio, self.AFTER, cause())
        return {day.latest.session: day.latest for day in held.days()}

    def test_stated_before_and_after_it_an_option_is_worth_the_same(self, program: Program) -> None:
        bought_on = date(2005, 2, 10)  # AAPL at 78.36, 39.18 in shares of later
        old = contracts("AAPL050416P00090000", 1, "13.00", bought_on)
        new = contracts("AAPL050416P00045000", 2, "6.50", bought_on)
        told_before = self.days(program, old, date(2005, 2, 10))
        told_after = self.days(program, new, date(2013, 3, 1))

        assert list(told_before) == list(told_after)
        for session, day in told_before.items():
            assert abs(day.nav - told_after[session].nav) <= Decimal("0.01")
        friday, monday = told_before[self.BEFORE], told_before[self.SPLIT_ON]
        assert -73 < monday.pnl < 0  # a put on 200 shares that rose by 73.00, times its delta
        assert monday.cash == friday.cash

    def test_its_settlement_is_in_the_shares_its_strike_is_in(self, program: Program) -> None:
        old = contracts("AAPL050416P00090000", 1, "13.00", date(2005, 2, 10))
        days = self.days(program, old, date(2005, 2, 10))
        last = days[date(2005, 4, 15)]  # AAPL at 35.35, 70.70 in shares of before

        assert line_of(last, old.symbol, "quantity", "proceeds") == (
            Decimal(0),
            Decimal("1930.00"),
        )
