"""The price book on real PostgreSQL: it only ever grows, and the newest known wins."""

import gzip
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from importlib import resources
from threading import Barrier
from typing import Any

import psycopg
import pytest

from application.ports import Close, Fetched, Market, PriceBook
from domain.corporate_action import CorporateAction
from infrastructure.bundled_prices import BundledPrices
from infrastructure.nyse_calendar import NyseCalendar
from infrastructure.postgres import APP_ROLE, Pool, open_pool
from infrastructure.price_book import PostgresPriceBook
from tests.simulator.price_book import InMemoryPriceBook, PriceTables
from tests.support.clocks import SetClock
from tests.support.postgres import fresh_database, postgres_server

__all__ = ["postgres_server"]

MONDAY, TUESDAY, WEDNESDAY = date(2024, 1, 8), date(2024, 1, 9), date(2024, 1, 10)
SATURDAY = date(2024, 1, 13)
INFRASTRUCTURE = resources.files("infrastructure")
MIGRATION = INFRASTRUCTURE.joinpath("migrations", "0002_price_book.sql")
CLOSES = gzip.decompress(INFRASTRUCTURE.joinpath("bundled", "us_daily_closes.csv.gz").read_bytes())
BUNDLED = sorted({line.split(",")[1] for line in CLOSES.decode().splitlines()[1:]})
CALENDAR = NyseCalendar(built_on=date(2025, 1, 1))
NOON = datetime(2024, 1, 15, 17, tzinfo=UTC)
SESSIONS = CALENDAR.sessions(date(1990, 1, 1), date(2025, 1, 1))


@pytest.fixture(scope="module")
def app_url(postgres_server: str) -> Iterator[str]:
    """A migrated database, as the application's role reaches it."""
    with fresh_database(postgres_server) as owner_url:
        with psycopg.connect(owner_url) as owner:
            if not owner.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (APP_ROLE,)).rowcount:
                owner.execute(f"CREATE ROLE {APP_ROLE} LOGIN".encode())
            owner.execute(f"ALTER ROLE {APP_ROLE} PASSWORD 'for tests'".encode())
            owner.execute(MIGRATION.read_bytes())
        yield psycopg.conninfo.make_conninfo(owner_url, user=APP_ROLE, password="for tests")


@pytest.fixture(scope="module")
def pool(app_url: str) -> Iterator[Pool]:
    """Connections of the application's role to a book that knows the sessions."""
    with open_pool(app_url, size=4) as pool:
        PostgresPriceBook(pool).ensure_sessions(SESSIONS)
        yield pool


@pytest.fixture(params=["on PostgreSQL", "in memory"])
def book(request: pytest.FixtureRequest, pool: Pool) -> PriceBook:
    """The book, and the one that simulations run on; each test uses symbols of its own."""
    if request.param == "in memory":
        return InMemoryPriceBook(PriceTables(), SetClock(NOON), CALENDAR)
    return PostgresPriceBook(pool)


@pytest.fixture
def stored(pool: Pool) -> PriceBook:
    """The book of which the tables are looked at."""
    return PostgresPriceBook(pool)


def closes(symbol: str, prices: dict[date, str], source: str = "yahoo") -> Fetched:
    """Closes of one symbol as a source fetched them."""
    return Fetched(closes=[Close(symbol, day, Decimal(p), source) for day, p in prices.items()])


def rows(pool: Pool, query: str, *values: Any) -> list[tuple[Any, ...]]:
    """What the database answers."""
    with pool.connection() as connection:
        return connection.execute(query.encode(), values).fetchall()


def test_what_was_learnt_is_read_back_oldest_first(book: PriceBook) -> None:
    assert book.learn("live", closes("READ", {TUESDAY: "185.14", MONDAY: "0.1234"})) == 2
    assert book.closes("live", ["READ", "NOBODY"], MONDAY, WEDNESDAY) == {
        "READ": [
            Close("READ", MONDAY, Decimal("0.1234"), "yahoo"),
            Close("READ", TUESDAY, Decimal("185.14"), "yahoo"),
        ]
    }


def test_both_ends_of_the_span_are_included(book: PriceBook) -> None:
    book.learn("live", closes("ENDS", {MONDAY: "1", TUESDAY: "2", WEDNESDAY: "3"}))
    found = book.closes("live", ["ENDS"], MONDAY, TUESDAY)["ENDS"]
    assert [close.session for close in found] == [MONDAY, TUESDAY]


def test_learning_the_same_again_adds_nothing(book: PriceBook) -> None:
    fetched = Fetched(
        closes=[Close("SAME", MONDAY, Decimal("10.50"), "yahoo")],
        actions=[CorporateAction("SAME", MONDAY, "split", Decimal(2), "yahoo")],
    )
    assert book.learn("live", fetched) == 2
    assert book.learn("live", fetched) == 0
    assert book.learn("live", closes("SAME", {MONDAY: "10.5"}, source="csv")) == 0


def test_a_revision_adds_a_row_and_the_newest_known_wins(stored: PriceBook, pool: Pool) -> None:
    stored.learn("live", closes("REV", {MONDAY: "10.00", TUESDAY: "11.00"}))
    assert stored.learn("live", closes("REV", {MONDAY: "10.01", TUESDAY: "11.00"})) == 1
    found = stored.closes("live", ["REV"], MONDAY, TUESDAY)["REV"]
    assert [close.price for close in found] == [Decimal("10.01"), Decimal("11.00")]
    kept = rows(pool, "SELECT close FROM book.closes WHERE symbol = 'REV' AND session = %s", MONDAY)
    assert sorted(kept) == [(Decimal("10.00"),), (Decimal("10.01"),)]


def test_a_revision_taken_back_is_a_revision_too(book: PriceBook) -> None:
    for price in ("10.00", "10.01", "10.00"):
        assert book.learn("live", closes("BACK", {MONDAY: price})) == 1
    [close] = book.closes("live", ["BACK"], MONDAY, MONDAY)["BACK"]
    assert close.price == Decimal("10.00")


def test_of_two_values_of_one_day_in_one_fetch_the_later_is_taken(book: PriceBook) -> None:
    twice = [Close("TWICE", MONDAY, Decimal(price), "yahoo") for price in ("1", "2")]
    assert book.learn("live", Fetched(closes=twice)) == 1
    assert book.learn("live", Fetched(closes=twice)) == 0
    assert book.closes("live", ["TWICE"], MONDAY, MONDAY)["TWICE"][0].price == 2


def test_each_row_says_when_it_was_learnt(stored: PriceBook, pool: Pool) -> None:
    before = datetime.now(UTC)
    stored.learn("live", closes("WHEN", {MONDAY: "1"}))
    [(learnt_at,)] = rows(pool, "SELECT learnt_at FROM book.closes WHERE symbol = 'WHEN'")
    assert before <= learnt_at <= datetime.now(UTC)


def test_markets_do_not_see_each_other(book: PriceBook) -> None:
    book.learn("sample", closes("BOTH", {MONDAY: "1"}))
    assert book.learn("live", closes("BOTH", {MONDAY: "1", TUESDAY: "2"})) == 2
    assert len(book.closes("sample", ["BOTH"], MONDAY, TUESDAY)["BOTH"]) == 1
    assert book.last_closes_before("sample", ["BOTH"], SATURDAY)["BOTH"].session == MONDAY
    assert book.spans("sample", ["BOTH"]) == {"BOTH": (MONDAY, MONDAY)}


def test_corporate_actions_are_kept_and_revised_like_closes(stored: PriceBook, pool: Pool) -> None:
    def learn(*actions: CorporateAction) -> int:
        return stored.learn("live", Fetched(actions=actions))

    split = CorporateAction("ACT", MONDAY, "split", Decimal("0.3333333333"), "yahoo")
    dividend = CorporateAction("ACT", MONDAY, "dividend", Decimal("0.205"), "yahoo")
    revised = CorporateAction("ACT", MONDAY, "dividend", Decimal("0.21"), "yahoo")
    assert learn(split, dividend) == 2
    assert learn(split, revised) == 1
    query = "SELECT kind, value FROM book.corporate_actions WHERE symbol = 'ACT' ORDER BY row_id"
    assert rows(pool, query) == [(a.kind, a.value) for a in (split, dividend, revised)]


def test_the_last_close_before_a_day_is_the_newest_known_of_its_session(book: PriceBook) -> None:
    book.learn("live", closes("LAST", {MONDAY: "1", TUESDAY: "2", WEDNESDAY: "3"}))
    book.learn("live", closes("LAST", {TUESDAY: "2.5"}))
    book.learn("live", closes("LATE", {WEDNESDAY: "9"}))
    assert book.last_closes_before("live", ["LAST", "LATE", "NOBODY"], WEDNESDAY) == {
        "LAST": Close("LAST", TUESDAY, Decimal("2.5"), "yahoo")
    }
    assert book.last_closes_before("live", ["LAST"], MONDAY) == {}


def test_the_last_close_up_to_a_day_is_asked_for_by_symbol_and_day(book: PriceBook) -> None:
    book.learn("live", closes("UPTO", {MONDAY: "1", TUESDAY: "2", WEDNESDAY: "3"}))
    book.learn("live", closes("UPTO", {TUESDAY: "2.5"}))
    sunday = MONDAY - timedelta(days=1)
    asked = [("UPTO", TUESDAY), ("UPTO", SATURDAY), ("UPTO", sunday), ("NOBODY", TUESDAY)]
    assert book.last_closes("live", asked) == {
        ("UPTO", TUESDAY): Close("UPTO", TUESDAY, Decimal("2.5"), "yahoo"),
        ("UPTO", SATURDAY): Close("UPTO", WEDNESDAY, Decimal("3"), "yahoo"),
    }


def test_spans_say_from_when_to_when_a_symbol_is_known(book: PriceBook) -> None:
    book.learn("live", closes("SPAN", {TUESDAY: "2", MONDAY: "1", WEDNESDAY: "3"}))
    assert book.spans("live", ["SPAN", "NOBODY"]) == {"SPAN": (MONDAY, WEDNESDAY)}


def test_questions_about_nothing_have_empty_answers(book: PriceBook) -> None:
    assert book.learn("live", Fetched()) == 0
    assert book.closes("live", [], MONDAY, TUESDAY) == {}
    assert book.last_closes_before("live", [], MONDAY) == {}
    assert book.last_closes("live", []) == {}
    assert book.spans("live", []) == {}


@pytest.mark.parametrize("price", ["0", "-1", "NaN", "Infinity", "1.0000001"])
def test_what_is_no_price_is_refused_by_the_schema(stored: PriceBook, price: str) -> None:
    with pytest.raises(psycopg.errors.CheckViolation):
        stored.learn("live", closes("BAD", {MONDAY: "1", TUESDAY: price}))
    assert stored.spans("live", ["BAD"]) == {}


def test_a_price_of_a_day_without_session_is_refused_by_the_schema(stored: PriceBook) -> None:
    with pytest.raises(psycopg.errors.ForeignKeyViolation):
        stored.learn("live", closes("WEEKEND", {SATURDAY: "1"}))
    assert stored.spans("live", ["WEEKEND"]) == {}


def test_a_third_market_is_refused_by_the_schema(stored: PriceBook) -> None:
    market: Market = "moon"  # type: ignore[assignment] # what the type forbids, the schema must too
    with pytest.raises(psycopg.errors.CheckViolation):
        stored.learn(market, closes("MOON", {MONDAY: "1"}))


@pytest.mark.parametrize(
    "attempt",
    [
        "UPDATE book.closes SET close = 1",
        "UPDATE book.corporate_actions SET value = 1",
        "UPDATE book.sessions SET session = '2024-01-08'",
        "DELETE FROM book.closes",
        "DELETE FROM book.corporate_actions",
        "DELETE FROM book.sessions",
        "TRUNCATE book.closes",
        "TRUNCATE book.corporate_actions",
        "TRUNCATE book.sessions CASCADE",
        "DROP TABLE book.closes",
    ],
)
def test_the_application_can_neither_change_nor_remove_what_is_known(
    pool: Pool, attempt: str
) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege), pool.connection() as connection:
        connection.execute(attempt.encode())


def test_the_application_cannot_antedate_what_it_learns(pool: Pool) -> None:
    antedated = (
        "INSERT INTO book.closes (market, symbol, session, close, source, learnt_at)"
        " VALUES ('live', 'OLD', '2024-01-08', 1, 'yahoo', '2024-01-08')"
    )
    with pytest.raises(psycopg.errors.InsufficientPrivilege), pool.connection() as connection:
        connection.execute(antedated.encode())


def test_learners_of_one_symbol_at_once_add_each_row_once(stored: PriceBook, pool: Pool) -> None:
    days = SESSIONS[-500:]
    fetched = closes("RACE", dict.fromkeys(days, "10"))
    together = Barrier(4)

    def learn() -> int:
        together.wait(timeout=10)
        return stored.learn("live", fetched)

    with ThreadPoolExecutor(4) as threads:
        added = [learner.result() for learner in [threads.submit(learn) for _ in range(4)]]
    assert sorted(added) == [0, 0, 0, len(days)]
    assert rows(pool, "SELECT count(*) FROM book.closes WHERE symbol = 'RACE'") == [(len(days),)]


def test_making_sessions_known_again_adds_only_new_ones(pool: Pool) -> None:
    book = PostgresPriceBook(pool)
    new = date(2099, 1, 5)
    book.ensure_sessions([MONDAY, new])
    book.ensure_sessions([MONDAY, new])
    assert rows(pool, "SELECT count(*) FROM book.sessions") == [(len(SESSIONS) + 1,)]


def test_all_bundled_prices_are_learnt_once(book: PriceBook) -> None:
    bundled = BundledPrices()
    fetched = bundled.fetch(dict.fromkeys(BUNDLED, (date(2000, 1, 1), date(2025, 1, 1))))
    added = book.learn("sample", fetched)
    assert added == len(fetched.closes) + len(fetched.actions) > 58_000
    assert book.learn("sample", fetched) == 0


def test_a_year_of_all_bundled_symbols_is_read_as_it_was_learnt(book: PriceBook) -> None:
    year = (date(2012, 3, 1), date(2013, 3, 1))
    fetched = BundledPrices().fetch(dict.fromkeys(BUNDLED, year))
    book.learn("sample", fetched)
    found = book.closes("sample", BUNDLED, *year)
    assert [close for symbol in BUNDLED for close in found[symbol]] == fetched.closes
