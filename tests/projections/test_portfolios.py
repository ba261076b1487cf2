"""Which accounts does a user have, and what are they worth?"""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from msgspec.structs import replace

from domain.kernel import Event
from domain.portfolio import Portfolio
from infrastructure.postgres import Pool
from projections.portfolios.postgres import ROOM, TABLE, PortfoliosRoom
from projections.portfolios.view import PortfolioRow
from tests.projections.imported_files import ACCOUNT, brought_back, eventful, taken_back
from tests.support.books import PORTFOLIO
from tests.support.events import (
    called_otherwise,
    contributed,
    found_in_order,
    imported,
    number,
    opening_corrected,
    portfolio_opened,
)
from tests.support.rooms import History, folded, minute
from tests.support.stories import (
    DAYS,
    GOOG,
    SPY,
    calculated,
    holding,
    restated,
    valuation_of,
    with_goog_at,
)

OPENED = PortfolioRow(
    portfolio_id=PORTFOLIO,
    owner_id=number("ann"),
    name="Retirement",
    account_name="IRA",
    account_type="ira",
    description="",
    currency="USD",
    equity_balance=Decimal("100000.00"),
    equity_as_of=date(2012, 6, 29),
    price_source="sample",
    valuation_on=None,
    net_asset_value=None,
    priced=0,
    need_price=0,
    valued_version=0,
    prices_known=0,
    is_active=True,
    version=1,
    created_at=minute(1),
    updated_at=minute(1),
)


def test_an_opened_account_has_its_equity_and_no_value_yet() -> None:
    story = History().tell(PORTFOLIO, portfolio_opened())
    assert folded(ROOM, story.recorded) == {(PORTFOLIO,): OPENED}


def test_imports_what_is_taken_back_and_what_is_brought_back_change_the_account() -> None:
    first = imported(GOOG, SPY)
    story = holding(GOOG, SPY)
    assert change_of(row_after(story)) == (2, minute(2))
    assert change_of(row_after(story.tell(PORTFOLIO, taken_back(first)))) == (3, minute(3))
    assert change_of(row_after(story.tell(PORTFOLIO, brought_back(first)))) == (4, minute(4))


def test_a_change_leaves_everything_else_of_the_account_as_it_was() -> None:
    row = row_after(eventful().told(), ACCOUNT)
    assert row == replace(OPENED, portfolio_id=ACCOUNT, version=7, updated_at=minute(7))


def test_the_latest_valuation_shows_and_an_earlier_day_does_not_take_its_place() -> None:
    story = holding(GOOG, SPY)
    for snapshot in (DAYS[0], DAYS[2], DAYS[1]):
        story.tell(valuation_of(snapshot), calculated(snapshot))
    row = row_after(story)
    assert (row.valuation_on, row.net_asset_value) == (date(2012, 7, 3), DAYS[2].nav)
    assert (row.priced, row.need_price) == (1, 1)
    assert (row.valued_version, row.prices_known) == (2, DAYS[2].prices_known)


def test_a_valuation_does_not_count_as_a_change_of_the_account() -> None:
    row = row_after(holding(GOOG, SPY).tell(valuation_of(DAYS[0]), calculated(DAYS[0])))
    assert change_of(row) == (2, minute(2))


def test_a_restatement_of_the_latest_day_shows() -> None:
    story, day = holding(GOOG, SPY), with_goog_at("600.00")
    story.tell(valuation_of(DAYS[2]), calculated(DAYS[2]), restated(day))
    assert row_after(story).net_asset_value == day.nav != DAYS[2].nav


def test_a_valuation_that_was_found_in_order_knows_what_came_since() -> None:
    story = holding(GOOG, SPY).tell(valuation_of(DAYS[2]), calculated(DAYS[2]))
    before = row_after(story)
    after = row_after(story.tell(number("run"), found_in_order(PORTFOLIO, 5, 77)))
    assert after == replace(before, valued_version=5, prices_known=77)


def test_prices_need_an_update_below_eighty_percent() -> None:
    assert not OPENED.needs_price_update
    valued = replace(OPENED, valuation_on=date(2012, 6, 29), need_price=10)
    assert not replace(valued, priced=8).needs_price_update
    assert replace(valued, priced=7).needs_price_update


def test_an_owners_accounts_are_listed_in_pages_oldest_first(pool: Pool) -> None:
    mine = [
        replace(OPENED, portfolio_id=UUID(int=9 - n), account_name=f"{n}", created_at=minute(n + 1))
        for n in range(5)
    ]
    theirs = replace(OPENED, portfolio_id=UUID(int=99), owner_id=number("bob"))
    with pool.connection() as connection:
        TABLE.store(connection, [*reversed(mine), theirs])
    room = PortfoliosRoom(pool)
    assert room.of_owner(OPENED.owner_id, limit=2, offset=0)[0] == mine[:2]
    assert room.of_owner(OPENED.owner_id, limit=10, offset=3)[0] == mine[3:]
    assert room.of_owner(number("nobody"), limit=10, offset=0)[0] == []
    assert room.one(theirs.portfolio_id) == theirs
    assert room.one(UUID(int=1234)) is None


def test_an_owners_accounts_are_worth_what_the_valued_ones_are(pool: Pool) -> None:
    rows = [
        replace(OPENED, portfolio_id=UUID(int=n), net_asset_value=nav)
        for n, nav in enumerate([None, Decimal("750.25"), Decimal("249.75")])
    ]
    with pool.connection() as connection:
        TABLE.store(connection, rows)
    worth = PortfoliosRoom(pool).net_asset_value_of(OPENED.owner_id)
    assert worth == Decimal("1000.00")
    assert [row.weight_in(worth) for row in rows] == [None, 0.75025, 0.24975]
    assert rows[1].weight_in(Decimal(0)) is None
    assert PortfoliosRoom(pool).net_asset_value_of(number("nobody")) == 0


def test_every_change_of_an_account_counts_in_its_version() -> None:
    kinds = {kind for kind in vars(Portfolio).values() if isinstance(kind, type)}
    assert {kind for kind in kinds if issubclass(kind, Event)} <= ROOM.fed_by
    story = holding(GOOG, SPY).tell(PORTFOLIO, contributed("gift", date(2012, 7, 5), "250.00"))
    assert change_of(row_after(story)) == (3, minute(3))


def test_a_corrected_opening_is_what_the_owner_declared() -> None:
    story = holding(GOOG).tell(PORTFOLIO, opening_corrected("99000.00", date(2012, 6, 28)))
    row = row_after(story)
    assert (row.equity_balance, row.equity_as_of) == (Decimal("99000.00"), date(2012, 6, 28))


def test_an_account_is_called_what_its_owner_said_last() -> None:
    row = row_after(holding(GOOG).tell(PORTFOLIO, *called_otherwise("Old age", "Roth")))
    assert (row.name, row.account_name, row.account_type) == ("Old age", "Roth", "roth_ira")
    assert (row.description, row.is_active, row.version) == ("For later", True, 5)


def test_an_archived_account_is_listed_only_if_asked_for_and_worth_nothing(pool: Pool) -> None:
    gone = row_after(holding(GOOG).tell(PORTFOLIO, Portfolio.Archived()))
    assert (gone.is_active, gone.version) == (False, 3)
    gone = replace(gone, net_asset_value=Decimal("750.25"))
    kept = replace(OPENED, portfolio_id=UUID(int=1), net_asset_value=Decimal("249.75"))
    with pool.connection() as connection:
        TABLE.store(connection, [gone, kept])
    room = PortfoliosRoom(pool)
    assert room.of_owner(OPENED.owner_id, 10, 0) == ([kept], 1)
    assert room.of_owner(OPENED.owner_id, 10, 0, with_archived=True)[1] == 2
    assert room.net_asset_value_of(OPENED.owner_id) == Decimal("249.75")
    assert room.active("sample") == [kept.portfolio_id]
    assert gone.weight_in(Decimal(1000)) is None


def row_after(story: History, portfolio_id: UUID = PORTFOLIO) -> PortfolioRow:
    """The account's row."""
    row: PortfolioRow = folded(ROOM, story.recorded)[portfolio_id,]
    return row


def change_of(row: PortfolioRow) -> tuple[int, datetime]:
    """Which change of the account was the last, and when it was made."""
    return row.version, row.updated_at
