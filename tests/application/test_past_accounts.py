"""Specification of accounts and positions as effective on a day and known at an instant (7.4)."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID, uuid4

import pytest

from application.past_accounts import AccountAsOf, PositionAsOf
from application.ports import Fetched
from application.time_travel import Origin
from domain.account import AccountName, PortfolioName
from domain.corporate_action import CorporateAction
from domain.edit import Correction
from domain.portfolio import Portfolio
from domain.position import Position
from interfaces.bootstrap import Program
from tests.application.changing_accounts import END, OPENED_ON, Account, Scene
from tests.support.accounts import register, shares

DAY = date(2013, 2, 1)


@pytest.fixture
def account(program: Program) -> Account:
    """An account of 100 GOOG and -50 SPY."""
    return Scene(program, register(program)).open()


def now() -> datetime:
    """An instant between what was recorded and what will be."""
    return datetime.now(UTC)


def told(account: Account, known: datetime | None, day: date = DAY) -> dict[str, PositionAsOf]:
    """The positions by their symbols."""
    found = account.program.past_accounts.positions(account.portfolio_id, "sample", day, known)
    return {side.symbol: one for one in found if (side := one.now or one.then)}


def held(account: Account, symbol: str) -> Position:
    """The one position of a symbol."""
    [one] = [p for p in account.portfolio.holdings.positions.values() if p.symbol == symbol]
    return one


def topics(origins: Sequence[Origin]) -> list[str]:
    """What events the origins are."""
    return [type(one.event.event).TOPIC.partition(".")[2] for one in origins if one.event]


def close(account: Account, symbol: str, on: date, quantity: int | None = None) -> None:
    """Close a position, or a part of it."""
    part = None if quantity is None else Decimal(quantity)

    def decide(portfolio: Portfolio) -> None:
        portfolio.close(held(account, symbol).position_id, on, Decimal(700), part)

    account.change(decide)


class TestPositions:
    """What was held, as it was known."""

    def test_what_nobody_changed_is_the_same_then_and_now(self, account: Account) -> None:
        found = told(account, now())
        assert list(found) == ["GOOG", "SPY"]
        for one in found.values():
            assert (one.then, one.difference, one.changed, one.origins) == (one.now, None, (), ())
        goog = found["GOOG"].now
        assert goog is not None
        assert (goog.quantity, goog.entry_price) == (Decimal(100), Decimal("580.07"))

    def test_what_came_later_was_added_by_its_event(self, account: Account) -> None:
        before = now()
        account.take_in(shares("IBM", 40, "191.00", date(2013, 1, 14)))
        ibm = told(account, before)["IBM"]
        assert (ibm.then, ibm.difference) == (None, "added")
        assert topics(ibm.origins) == ["positions_imported"]
        assert ibm.origins[0].caused_by == f"portfolio:{account.portfolio_id}@3"
        assert told(account, now())["IBM"].difference is None
        assert "IBM" not in told(account, before, date(2013, 1, 11))

    def test_what_was_removed_is_gone(self, account: Account) -> None:
        before, position_id = now(), held(account, "SPY").position_id
        account.change(lambda own: own.remove(position_id, "never held"))
        spy = told(account, before)["SPY"]
        assert (spy.now, spy.difference, topics(spy.origins)) == (
            None,
            "gone",
            ["position_removed"],
        )

    def test_fields_that_were_corrected_are_named_with_each_event(self, account: Account) -> None:
        before, position_id = now(), held(account, "GOOG").position_id
        for quantity in ("90", "80"):
            changes = Correction(quantity=Decimal(quantity), entry_price=Decimal(quantity))
            account.change(lambda own, to=changes: own.correct(position_id, to, "A typo"))  # type: ignore[misc]  # bound now
        goog = told(account, before)["GOOG"]
        assert (goog.difference, goog.changed) == ("changed", ("quantity", "entry_price"))
        assert topics(goog.origins) == ["position_corrected", "position_corrected"]
        assert told(account, before)["SPY"].difference is None

    def test_a_closing_counts_from_its_day_on(self, account: Account) -> None:
        before = now()
        close(account, "GOOG", DAY, 30)
        goog = told(account, before)["GOOG"]
        assert goog.changed == ("quantity", "closings")
        assert goog.now is not None
        assert goog.now.quantity == Decimal(70)
        assert [part.quantity for part in goog.now.closings] == [Decimal(30)]
        assert told(account, before, date(2013, 1, 31))["GOOG"].difference is None

    def test_what_was_taken_back_again_has_no_origins(self, account: Account) -> None:
        before = now()
        account.revert(account.take_in(shares("IBM", 40, "191.00", date(2013, 1, 14))))
        assert list(told(account, before)) == ["GOOG", "SPY"]

    def test_a_split_learnt_later_is_named_by_its_row(self, account: Account) -> None:
        before = now()
        split = CorporateAction("GOOG", date(2013, 1, 14), "split", Decimal(2), "handed in")
        account.program.prices.book.learn("sample", Fetched(actions=[split]))
        goog = told(account, before)["GOOG"]
        assert goog.now is not None
        assert (goog.now.quantity, goog.now.entry_price) == (Decimal(200), Decimal("290.035"))
        [origin] = goog.origins
        assert origin.row is not None
        assert (origin.row.kind, origin.row.on, origin.event) == ("split", split.ex_on, None)
        assert told(account, before)["SPY"].difference is None
        assert told(account, before, date(2013, 1, 11))["GOOG"].difference is None

    def test_a_split_that_the_owner_entered_is_named_by_its_event(self, account: Account) -> None:
        before = now()
        account.change(
            lambda own: own.enter_action(uuid4(), "SPY", date(2013, 1, 14), "split", Decimal(3))
        )
        spy = told(account, before)["SPY"]
        assert spy.now is not None
        assert (spy.now.quantity, topics(spy.origins)) == (
            Decimal(-150),
            ["corporate_action_entered"],
        )

    def test_before_the_account_was_known_it_held_nothing(self, account: Account) -> None:
        found = told(account, now() - timedelta(days=1))
        assert {one.difference for one in found.values()} == {"added"}


class TestAccount:
    """What its owner said of it, as it was known."""

    def as_of(self, account: Account, known: datetime | None, day: date = END) -> AccountAsOf:
        """The account."""
        return account.program.past_accounts.account(account.portfolio_id, day, known)

    def test_what_nobody_changed_is_the_same_then_and_now(self, account: Account) -> None:
        for known in (now(), None):
            found = self.as_of(account, known)
            assert (found.then, found.origins) == (found.now, {})
        assert (found.now.account_name, found.now.equity_as_of) == ("IRA", OPENED_ON)

    def test_each_field_that_differs_has_its_events(self, account: Account) -> None:
        before = now()
        names = PortfolioName("Mine"), AccountName("IRA")
        account.change(lambda own: own.rename(*names))
        account.change(lambda own: own.contribute(uuid4(), DAY, Decimal(500), "gift"))
        account.change(lambda own: own.correct_opening(Decimal(7000), OPENED_ON, "A typo"))
        found = self.as_of(account, before)

        assert {name: topics(origins) for name, origins in found.origins.items()} == {
            "name": ["renamed"],
            "equity_balance": ["opening_corrected"],
            "flows": ["capital_contributed"],
        }
        assert found.then is not None
        assert (found.then.name, found.now.name) == ("A portfolio", "Mine")
        assert (found.then.contributed, found.now.contributed) == (Decimal(0), Decimal(500))

    def test_flows_count_from_their_day_on(self, account: Account) -> None:
        before, flow_id = now(), UUID(int=7)
        account.change(lambda own: own.withdraw(flow_id, DAY, Decimal(50), "", Decimal(10**6)))
        assert self.as_of(account, before).now.withdrawn == Decimal(50)
        assert self.as_of(account, before, date(2013, 1, 31)).origins == {}
        account.change(lambda own: own.revert_flow(flow_id, "never"))
        assert self.as_of(account, before).origins == {}

    def test_before_it_was_opened_there_is_none(self, account: Account) -> None:
        found = self.as_of(account, now() - timedelta(days=1))
        assert (found.then, found.origins) == (None, {})
