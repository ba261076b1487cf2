"""Every kind of instrument on real prices: splits, dividends, shorts, assets without prices (5.5).

The figures are worked by hand from the bundled closes and actions that stand beside them.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from msgspec import structs

from application.marking import price_warnings
from application.ports import Close, Fetched
from domain.corporate_action import ActionKind, CorporateAction
from domain.daily_valuation import DailyValuation
from domain.instrument import InvestmentClass
from domain.position import PositionTerms
from domain.run_order import Span
from domain.snapshot import Snapshot
from interfaces.bootstrap import Program
from tests.application.changing_accounts import Account, assert_whole
from tests.support.accounts import cause, register, shares
from tests.support.openings import open_account, recorded

Days = Mapping[date, Snapshot]


def usd(text: str) -> Decimal:
    """An amount."""
    return Decimal(text)


def account(program: Program, opened_on: date, *terms: PositionTerms) -> Account:
    """A sample account of 100,000 USD whose prices are known."""
    symbols = sorted({stated.symbol for stated in terms} & {"AAPL", "MSFT", "IBM", "GOOG", "SPY"})
    program.runs.prices.gather("sample", symbols, (opened_on, opened_on + timedelta(days=700)))
    given = {"price_source": "sample", "equity_as_of": opened_on.isoformat()}
    return Account(program, open_account(program, register(program), terms, **given))


def valued(held: Account, until: date) -> Days:
    """The days of the account up to one."""
    held.catch_up(until)
    return {day.latest.session: day.latest for day in held.days()}


def test_aapl_across_its_split_moves_by_what_the_market_moved(program: Program) -> None:
    bought = shares("AAPL", 100, "80.00", date(2005, 1, 3))
    days = valued(account(program, date(2005, 2, 24), bought), date(2005, 3, 1))
    friday, monday = days[date(2005, 2, 25)], days[date(2005, 2, 28)]

    assert (friday.lines.quantity, monday.lines.quantity) == ((usd("100"),), (usd("200"),))
    assert monday.pnl == usd("73.00")  # 200 x 44.86 - 100 x 88.99
    assert monday.lines.entry_price == (usd("40"),)
    assert monday.lines.unrealized_pnl == (usd("972.00"),)
    assert monday.cash == friday.cash


def test_msft_across_its_split_and_its_dividend_of_3_08(program: Program) -> None:
    held = account(program, date(2003, 2, 14), shares("MSFT", 100, "48.30", date(2003, 2, 14)))
    days = valued(held, date(2004, 11, 16))
    split_on, paid_on = days[date(2003, 2, 18)], days[date(2004, 11, 15)]

    assert split_on.pnl == usd("162.00")  # 200 x 24.96 - 100 x 48.30
    assert paid_on.income == usd("616.00")  # 200 x 3.08
    assert paid_on.pnl == usd("100.00")  # 200 x (27.39 - 29.97) + 616.00
    assert paid_on.cash - days[date(2004, 11, 12)].cash == usd("616.00")
    earned = [day.income for day in days.values() if day.income]
    assert earned == [usd("16.00"), usd("32.00"), usd("16.00"), usd("616.00")]
    assert_whole(held)


def test_the_four_dividends_of_ibm_in_2012(program: Program) -> None:
    held = account(program, date(2011, 12, 30), shares("IBM", 50, "183.88", date(2011, 12, 30)))
    days = valued(held, date(2012, 12, 31))
    paid = {on.isoformat(): day.income for on, day in days.items() if day.income}

    assert list(paid.values()) == [usd("37.50"), usd("42.50"), usd("42.50"), usd("42.50")]
    assert list(paid) == ["2012-02-08", "2012-05-08", "2012-08-08", "2012-11-07"]
    year, first = days[date(2012, 12, 31)], days[date(2011, 12, 30)]
    assert year.nav - first.nav == usd("165.00") + 50 * (
        year.lines.mark_price[0] - first.lines.mark_price[0]
    )


def test_a_short_goog_gains_what_the_share_loses(program: Program) -> None:
    sold = shares("GOOG", -20, "707.38", date(2012, 12, 31))
    days = valued(account(program, date(2012, 12, 31), sold), date(2013, 1, 2))
    opening, first = days[date(2012, 12, 31)], days[date(2013, 1, 2)]

    moved = first.lines.mark_price[0] - opening.lines.mark_price[0]
    assert moved > 0
    assert first.pnl == -20 * moved
    assert first.short_value == first.lines.market_value[0] < 0
    assert opening.cash == usd("100000") + 20 * opening.lines.mark_price[0]


def test_a_private_asset_is_worth_what_its_owner_says(program: Program) -> None:
    farm = PositionTerms(
        symbol="FARM",
        quantity=usd("1"),
        entry_price=usd("50000.00"),
        entry_on=date(2012, 1, 3),
        investment_class=InvestmentClass.PRIVATE,
        investment_subtype="REAL_ESTATE",
    )
    held = account(program, date(2013, 1, 2), farm)
    (position_id,) = held.portfolio.holdings.positions
    held.change(lambda p: p.revalue(position_id, date(2013, 1, 5), usd("61000.00"), "survey"))
    days = valued(held, date(2013, 1, 8))

    assert [day.pnl for day in days.values()] == [usd(n) for n in ("0", "0", "0", "11000", "0")]
    monday = days[date(2013, 1, 7)].lines
    assert (monday.mark_source, monday.mark_on) == (("manual",), (date(2013, 1, 5),))


def test_a_fund_without_a_price_stays_in_the_total_at_its_entry(program: Program) -> None:
    fund = structs.replace(
        shares("VTSAX", 10, "35.10", date(2013, 1, 2)), investment_subtype="MUTUAL_FUND"
    )
    held = account(program, date(2013, 1, 2), fund, shares("SPY", 10, "146.06", date(2013, 1, 2)))
    day = valued(held, date(2013, 1, 3))[date(2013, 1, 3)]

    lines = dict(zip(day.lines.symbol, day.lines.rows("mark_source", "market_value"), strict=True))
    assert lines["VTSAX"] == ("entry", usd("351.00"))
    assert (day.counts.priced, day.counts.need_price) == (1, 2)
    assert day.long_value == sum(day.lines.market_value)
    assert price_warnings(held.portfolio, day) == [
        "Valued at the entry price, for want of any other: VTSAX."
    ]


class TestLearntLate:
    """What the price book learns after days were valued restates them, and them alone."""

    OPENED_ON = date(2013, 1, 2)

    @pytest.fixture
    def held(self, program: Program) -> Account:
        """100 shares of a symbol that is known by what the tests say."""
        for day, price in ((2, "50.00"), (3, "51.00"), (4, "26.00"), (7, "27.00")):
            self.learn(program, date(2013, 1, day), price)
        terms = shares("NEW", 100, "40.00", date(2012, 12, 3))
        given = {"price_source": "sample", "equity_as_of": self.OPENED_ON.isoformat()}
        held = Account(program, open_account(program, register(program), [terms], **given))
        held.catch_up(date(2013, 1, 7))
        return held

    def learn(self, program: Program, session: date, price: str) -> None:
        """A close comes into the book."""
        close = Close("NEW", session, usd(price), "bundled")
        program.valuations.book.learn("sample", Fetched(closes=[close]))

    def act(self, program: Program, on: date, kind: ActionKind, value: str) -> None:
        """A split or a dividend comes into the book."""
        action = CorporateAction("NEW", on, kind, usd(value), "bundled")
        program.valuations.book.learn("sample", Fetched(actions=[action]))

    def navs(self, held: Account) -> list[str]:
        """NAV day by day."""
        return [str(day.latest.nav) for day in held.days()]

    def test_a_corrected_close_restates_its_day_and_the_next(
        self, program: Program, held: Account
    ) -> None:
        self.learn(program, date(2013, 1, 3), "50.50")
        progress = held.catch_up(date(2013, 1, 7))

        assert (progress.valued, progress.restated) == (0, 2)
        assert held.versions() == [1, 2, 2, 1]
        assert self.navs(held) == ["100000.00", "100050.00", "97600.00", "97700.00"]
        (_, first), (_, second) = recorded(program, DailyValuation.SnapshotRestated)
        assert first.caused_by == second.caused_by
        assert first.caused_by.startswith("price_book:")
        assert first.reason == "What was learnt of the price of NEW counts from 2013-01-03 on."
        assert_whole(held)

    def test_a_split_learnt_late_restates_from_its_ex_date(
        self, program: Program, held: Account
    ) -> None:
        self.act(program, date(2013, 1, 4), "split", "2")
        held.catch_up(date(2013, 1, 7))

        assert held.versions() == [1, 1, 2, 2]
        assert self.navs(held) == ["100000.00", "100100.00", "100200.00", "100400.00"]
        assert_whole(held)

    def test_a_dividend_learnt_late_is_income_of_its_day(
        self, program: Program, held: Account
    ) -> None:
        self.act(program, date(2013, 1, 4), "dividend", "0.25")
        held.catch_up(date(2013, 1, 7))

        assert [day.latest.income for day in held.days()] == [0, 0, 25, 0]
        assert held.versions() == [1, 1, 2, 2]

    def test_what_is_known_already_restates_nothing(self, program: Program, held: Account) -> None:
        self.learn(program, date(2013, 1, 3), "51.00")

        assert held.catch_up(date(2013, 1, 7)).restated == 0
        assert held.versions() == [1, 1, 1, 1]

    def test_a_close_of_before_the_opening_restates_nothing(
        self, program: Program, held: Account
    ) -> None:
        self.learn(program, date(2012, 12, 28), "49.00")

        assert held.catch_up(date(2013, 1, 7)).restated == 0

    def test_a_day_at_the_entry_price_is_restated_by_the_close_that_comes(
        self, program: Program
    ) -> None:
        self.learn(program, date(2013, 1, 3), "50.00")
        terms = shares("NEW", 100, "40.00", date(2012, 12, 3))
        given = {"price_source": "sample", "equity_as_of": self.OPENED_ON.isoformat()}
        held = Account(program, open_account(program, register(program), [terms], **given))
        held.catch_up(date(2013, 1, 3))
        assert held.days()[0].latest.lines.mark_source == ("entry",)
        self.learn(program, date(2013, 1, 2), "49.00")
        held.catch_up(date(2013, 1, 3))

        assert held.versions() == [2, 2]
        assert held.days()[0].latest.lines.mark_source == ("close",)
        assert [day.latest.pnl for day in held.days()] == [0, 100]

    def test_the_owners_own_split_wins(self, program: Program, held: Account) -> None:
        self.act(program, date(2013, 1, 4), "split", "4")
        held.change(lambda p: p.enter_action(uuid4(), "NEW", date(2013, 1, 4), "split", usd("2")))
        held.catch_up(date(2013, 1, 7))

        assert self.navs(held)[2:] == ["100200.00", "100400.00"]

    def test_the_owners_own_split_divides_a_quantity_that_contains_it(
        self, program: Program, held: Account
    ) -> None:
        lot = shares("NEW", 60, "40.00", date(2012, 12, 3))
        held.take_in(lot, is_forced=True, quantities_as_of=date(2013, 1, 7))
        held.catch_up(date(2013, 1, 7))
        held.change(lambda p: p.enter_action(uuid4(), "NEW", date(2013, 1, 4), "split", usd("2")))
        held.catch_up(date(2013, 1, 7))

        assert [sorted(map(str, day.latest.lines.quantity)) for day in held.days()] == [
            ["100", "30"],
            ["100", "30"],
            ["200", "60"],
            ["200", "60"],
        ]
        assert_whole(held)

    def test_repair_says_what_it_would_change_before_it_does(
        self, program: Program, held: Account
    ) -> None:
        self.learn(program, date(2013, 1, 4), "25.00")
        valuations = program.valuations
        would = valuations.differences(held.portfolio, Span(self.OPENED_ON))
        assert held.versions() == [1, 1, 1, 1]
        does = valuations.repair(held.portfolio, Span(self.OPENED_ON), "A wrong close", cause())

        assert [(one.session.day, one.nav_before, one.nav_after) for one in does] == [
            (4, usd("97600.00"), usd("97500.00")),
            (7, usd("97700.00"), usd("97700.00")),
        ]
        assert [one.lines for one in would] == [one.lines for one in does]
        (line,) = does[0].lines
        assert line.before is not None
        assert line.after is not None
        assert (line.before.mark_price, line.after.mark_price) == (usd("26.00"), usd("25.00"))
        assert {one.reason for one in does} == {"A wrong close"}
        assert held.versions() == [1, 1, 2, 2]
        assert valuations.repair(held.portfolio, Span(self.OPENED_ON), "Again", cause()) == []
