"""What went wrong in other programs, told by their public trackers, goes right here (9.5).

docs/regressions.md names them one by one, with the tests elsewhere that show the rest. Figures are
worked out by hand from the closes of the sample market, or from those a provider is made to say.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import product
from typing import Any

import pytest

from application.ports import Close, Fetched
from interfaces.bootstrap import Program
from tests.support.accounts import SAMPLE_SYMBOLS
from tests.support.edited_account import EditedAccount
from tests.support.price_sources import CALENDAR, Span
from tests.support.programs import build_program
from tests.support.visitors import Visitor, client_of, csv_file, newcomer

END = "2013-03-01"
FRIDAY, SATURDAY = date(2024, 1, 19), datetime(2024, 1, 20, 12, tzinfo=UTC)
HOLIDAY = datetime(2024, 1, 15, 18, tzinfo=UTC)  # Martin Luther King Day, at one in New York
FEBRUARY = datetime(2024, 2, 3, 12, tzinfo=UTC)


@pytest.fixture
def ada(program: Program) -> Iterator[Visitor]:
    """Somebody who has signed in."""
    with client_of(program) as client:
        yield newcomer(program, client)


def opened(program: Program, owner: Visitor, *rows: str, **account: str) -> EditedAccount:
    """An account of 100,000.00 USD on the sample market with these rows."""
    given = {"equity_balance": "100000.00"} | account
    return EditedAccount(program, owner, owner.open_sample(*rows, **given))


class Quoting:
    """A provider that quotes symbols at one price, but for single days and after their last one."""

    name = "yahoo"

    def __init__(
        self,
        prices: Mapping[str, str],
        odd: Mapping[tuple[str, date], str] | None = None,
        last: Mapping[str, date] | None = None,
    ) -> None:
        self._prices = prices
        self._odd = odd or {}
        self._last = last or {}

    def fetch(self, spans: Mapping[str, Span]) -> Fetched:
        """See `PriceSource.fetch`."""
        closes = [
            Close(symbol, on, Decimal(self._odd.get((symbol, on), self._prices[symbol])), "yahoo")
            for symbol, (first, last) in spans.items()
            if symbol in self._prices
            for on in CALENDAR.sessions(first, min(last, self._last.get(symbol, last)))
        ]
        return Fetched(closes=closes, missing=sorted(spans.keys() - {one.symbol for one in closes}))


@contextmanager
def live(database: str, now: datetime, provider: Quoting) -> Iterator[tuple[Program, Any]]:
    """The program at a moment with a provider of live prices, and a client of it."""
    with build_program(database, now, [provider]) as program, client_of(program) as client:
        yield program, client


def live_account(program: Program, owner: Visitor, *rows: str, **account: str) -> EditedAccount:
    """An account of 100,000.00 USD on live prices with these rows."""
    return opened(program, owner, *rows, price_source="live", **account)


def warnings_of(run: Mapping[str, Any]) -> list[str]:
    """What a run warned of, phase by phase."""
    return [warning for phase in run["phases"] for warning in phase["warnings"]]


@pytest.mark.parametrize(
    ("now", "session"), [(SATURDAY, "2024-01-19"), (HOLIDAY, "2024-01-12")], ids=["Sat", "holiday"]
)
def test_an_upload_on_a_day_off_is_valued_once_at_the_session_before(
    database: str, now: datetime, session: str
) -> None:
    with live(database, now, Quoting({"AAPL": "185.00"})) as (program, client):
        account = live_account(
            program, newcomer(program, client), "AAPL,100,158.00,2024-01-08", equity_as_of=""
        )
        for _ in range(2):
            account.calculate()
        assert {on: day["net_asset_value"] for on, day in account.days().items()} == {
            session: "100000.00"
        }
        [line] = account.day(session)["lines"]
        assert (line["mark"]["source"], line["mark"]["date"]) == ("close", session)


@pytest.mark.parametrize("quote", ["1.00", "1.85", "18500.00"])
def test_a_quote_far_off_is_flagged_and_moves_nothing(database: str, quote: str) -> None:
    odd = {("AAPL", date(2024, 1, 17)): quote}
    with live(database, SATURDAY, Quoting({"AAPL": "185.00"}, odd)) as (program, client):
        rows = ("AAPL,100,158.00,2024-01-08",)
        account = live_account(program, newcomer(program, client), *rows, equity_as_of="2024-01-12")
        run = account.calculate()
        assert {day["net_asset_value"] for day in account.days().values()} == {"100000.00"}
        [line] = account.day("2024-01-17")["lines"]
        assert (line["mark"]["source"], line["mark"]["date"]) == ("carried", "2024-01-16")
        assert run["status"] == "partial"
        assert any("AAPL on 2024-01-17" in warning for warning in warnings_of(run))


def test_a_missing_price_is_said_and_neither_one_nor_left_out(database: str) -> None:
    with live(database, SATURDAY, Quoting({"AAPL": "185.00"})) as (program, client):
        rows = ("AAPL,100,158.00,2024-01-08", "XYZZY,10,55.00,2024-01-08")
        account = live_account(program, newcomer(program, client), *rows, equity_as_of="2024-01-12")
        run = account.calculate()
        day = account.day("2024-01-19")
        assert run["status"] == "partial"
        assert "Valued at the entry price, for want of any other: XYZZY." in warnings_of(run)
        marks = {line["symbol"]: line["mark"] for line in day["lines"]}
        assert (marks["XYZZY"]["price"], marks["XYZZY"]["quality"]) == ("55.00", "assumed")
        assert (day["long_value"], day["net_asset_value"]) == ("19050.00", "100000.00")


def test_a_delisted_ticker_stays_at_its_last_close_until_its_owner_closes_it(
    database: str,
) -> None:
    gone = Quoting({"AAPL": "185.00", "GONE": "40.00"}, last={"GONE": FRIDAY})
    with live(database, SATURDAY, gone) as (program, client):
        owner = newcomer(program, client)
        rows = ("AAPL,100,158.00,2024-01-08", "GONE,10,40.00,2024-01-08")
        held = live_account(program, owner, *rows, equity_as_of="2024-01-12")
        held.calculate()
    with live(database, FEBRUARY, gone) as (program, client):
        account = EditedAccount(
            program, Visitor(client, owner.email, owner.token), held.portfolio_id
        )
        run = account.calculate()
        marks = {one["symbol"]: one["mark"] for one in account.day("2024-02-02")["lines"]}
        assert (marks["GONE"]["price"], marks["GONE"]["date"]) == ("40.00", "2024-01-19")
        assert (marks["GONE"]["source"], marks["GONE"]["quality"]) == ("carried", "stale")
        assert run["status"] == "partial"
        assert "Valued at a close more than 5 sessions old: GONE." in warnings_of(run)
        paid = {"exit_date": "2024-01-31", "exit_price": "12.50"}
        assert account.edit("POST", f"{account.position('GONE')}/close", **paid) == "2024-01-31"
        assert account.navs("2024-01-30", "2024-02-02") == ["100000.00", "99725.00"]
        assert account.calculate()["status"] == "completed"


@pytest.mark.parametrize(
    ("sold", "navs", "left"),
    [
        ("40", ["100006.40", "100050.20"], ["60.00", "120.00"]),  # + 120 x 44.86 - 60 x 88.99
        ("100", ["100007.00", "100007.00"], []),
    ],
)
def test_shares_sold_before_a_split_do_not_multiply(
    program: Program, ada: Visitor, sold: str, navs: list[str], left: list[str]
) -> None:
    account = opened(program, ada, "AAPL,100,80.00,2005-01-03", equity_as_of="2005-02-24")
    sale = {"exit_date": "2005-02-25", "exit_price": "89.00", "quantity": sold}
    account.edit("POST", f"{account.position('AAPL')}/close", **sale)
    assert account.navs("2005-02-25", "2005-02-28") == navs  # the day of the split
    held = [account.day(on)["lines"] for on in ("2005-02-25", "2005-02-28")]
    assert [line["quantity"] for lines in held for line in lines if line["quantity"] != "0.00"] == (
        left
    )


def test_bought_and_sold_at_the_same_instant_is_a_gain_and_no_holding(
    program: Program, ada: Visitor
) -> None:
    header = "Symbol,Quantity,Entry Price Per Share,Entry Date,Exit Date,Exit Price Per Share"
    account = opened(program, ada, "SPY,200,142.41,2012-12-31")
    before = account.navs("2013-01-31", "2013-02-01", END)
    row = csv_file("IBM,10,200.00,2013-02-01,2013-02-01,205.00", header=header)
    assert ada.import_file(account.portfolio_id, row).status_code == 201
    goog = {"symbol": "GOOG", "quantity": -5, "entry_price": 770, "entry_date": "2013-02-01"}
    account.edit("POST", "positions", **goog)
    bought_back = {"exit_date": "2013-02-01", "exit_price": "772.00"}
    account.edit("POST", f"{account.position('GOOG')}/close", **bought_back)

    gained = [
        Decimal(nav) - Decimal(was)
        for nav, was in zip(account.navs("2013-01-31", "2013-02-01", END), before, strict=True)
    ]
    assert gained == [0, 40, 40]  # 10 x 5.00 - 5 x 2.00
    assert [held["symbol"] for held in ada.positions_of(account.portfolio_id, "open")] == ["SPY"]
    assert {line["symbol"] for line in account.day("2013-02-04")["lines"]} == {"SPY"}


@pytest.mark.parametrize(("sold_on", "income"), [("2012-02-07", "0.00"), ("2012-02-08", "37.50")])
def test_a_dividend_after_the_full_sale_is_nobodys(
    program: Program, ada: Visitor, sold_on: str, income: str
) -> None:
    account = opened(program, ada, "IBM,50,183.88,2011-12-30", equity_as_of="2011-12-30")
    sale = {"exit_date": sold_on, "exit_price": "193.00"}
    account.edit("POST", f"{account.position('IBM')}/close", **sale)
    entered = {"symbol": "IBM", "kind": "dividend", "value": "2.00", "ex_date": "2012-03-01"}
    account.edit("POST", "corporate-actions", **entered)
    nav = Decimal("100456.00") + Decimal(income)  # 50 x (193.00 - 183.88), and what was paid
    assert account.navs("2012-02-09", "2012-03-01", "2012-05-08") == [f"{nav}"] * 3


def test_the_last_position_removed_leaves_an_account_that_goes_on(
    program: Program, ada: Visitor
) -> None:
    account = opened(program, ada, "GOOG,100,700.00,2012-12-31")
    account.calculate()
    assert account.edit("DELETE", account.position("GOOG")) == "2012-12-31"
    run = account.calculate()
    assert (run["status"], warnings_of(run)) == ("completed", [])
    assert {day["net_asset_value"] for day in account.days().values()} == {"100000.00"}
    assert ada.positions_of(account.portfolio_id) == []
    overview = ada.get(f"/analytics/portfolio/{account.portfolio_id}/overview").json()
    assert (overview["net_asset_value"], overview["cash"]) == ("100000.00", "100000.00")
    assert overview["exposures"]["gross"]["amount"] == "0.00"
    for path in ("exposures", "volatility", "performance", "stress-test"):
        assert ada.get(f"/analytics/portfolio/{account.portfolio_id}/{path}").status_code == 200


def test_a_price_of_the_owner_outlasts_what_providers_say(program: Program, ada: Visitor) -> None:
    header = "Symbol,Quantity,Entry Price Per Share,Entry Date,Investment Class"
    farm = ada.upload(
        csv_file("FARM,2,50000.00,2012-12-31,PRIVATE", header=header), equity_balance="200000.00"
    )
    account = EditedAccount(program, ada, str(farm.json()["portfolio_id"]))
    said = {"date": "2013-01-31", "price": "61000.00"}
    account.edit("POST", f"{account.position('FARM')}/revalue", **said)
    assert account.navs("2013-01-30", "2013-01-31", END) == ["200000.00", "222000.00", "222000.00"]
    sessions = program.markets["sample"].calendar.sessions(date(2013, 1, 31), date(2013, 3, 1))
    quotes = [Close("FARM", session, Decimal("1.00"), "bundled") for session in sessions]
    program.prices.book.learn("sample", Fetched(closes=quotes))
    assert account.navs("2013-01-31", END) == ["222000.00", "222000.00"]
    [line] = account.day(END)["lines"]
    assert (line["mark"]["source"], line["mark"]["date"]) == ("manual", "2013-01-31")


def test_the_same_trade_in_two_accounts_counts_in_both(program: Program, ada: Visitor) -> None:
    accounts = [opened(program, ada, "SPY,10,142.41,2012-12-31") for _ in range(2)]
    for account in accounts:
        trade = csv_file("GOOG,100,707.38,2012-12-31")
        assert ada.import_file(account.portfolio_id, trade).status_code == 201
    one, other = (account.navs("2013-01-31", END) for account in accounts)
    assert one == other
    assert_sum_of_its_parts(ada, accounts)
    # 2 x (10 x (152.11 - 142.41) + 100 x (806.19 - 707.38))
    overview = ada.get("/analytics/aggregate/overview").json()
    assert overview["net_asset_value"] == "219956.00"


def test_the_aggregate_is_the_sum_of_its_parts_after_every_edit(
    program: Program, ada: Visitor
) -> None:
    first = opened(program, ada, "GOOG,100,700.00,2012-12-31", "SPY,200,142.00,2012-12-31")
    second = opened(program, ada, "EEM,-500,44.00,2012-12-31", equity_as_of="2013-01-14")
    accounts = [first, second]
    for account in accounts:
        account.calculate()
    goog, eem = first.position("GOOG"), second.position("EEM")
    fxi = {"symbol": "FXI", "quantity": 300, "entry_price": "41.00", "entry_date": "2013-01-22"}
    sale = {"exit_date": "2013-02-01", "exit_price": "780.00", "quantity": 40}
    paid_in = {"kind": "CONTRIBUTION", "amount": 500, "date": "2013-02-04"}
    edits: list[tuple[EditedAccount, str, str, dict[str, Any]]] = [
        (second, "POST", "positions", fxi),
        (first, "POST", f"{goog}/close", sale),
        (second, "PATCH", eem, {"quantity": -400, "reason": "typo"}),
        (first, "DELETE", goog, {}),
        (second, "POST", "cash-flows", paid_in),
        (first, "PATCH", "opening", {"equity_balance": "90000.00", "reason": "misread"}),
        (second, "PATCH", "opening", {"equity_as_of": "2013-01-02"}),
        (second, "DELETE", eem, {}),
    ]
    for account, method, place, body in edits:
        before = ada.get("/analytics/aggregate/overview").json()["net_asset_value"]
        account.edit(method, place, **body)
        account.calculate()
        assert_sum_of_its_parts(ada, accounts)
        assert ada.get("/analytics/aggregate/overview").json()["net_asset_value"] != before, place
    archived = ada.ask("DELETE", f"/api/v1/portfolios/{second.portfolio_id}")
    assert archived.status_code == 200
    assert_sum_of_its_parts(ada, [first])


def test_five_thousand_positions_are_valued_to_the_cent(program: Program, ada: Visitor) -> None:
    first, days, held = date(2012, 5, 1), 200, dict.fromkeys(SAMPLE_SYMBOLS, 0)
    rows = []
    for number, (symbol, day) in enumerate(product(SAMPLE_SYMBOLS, range(days)), start=1):
        rows.append(f"{symbol},{number % 7 + 1},40.00,{first + timedelta(day)}")
        held[symbol] += number % 7 + 1
    account = opened(program, ada, *rows, equity_as_of="2013-02-28", equity_balance="1000000.00")
    run = account.calculate()
    assert (len(rows), run["status"], warnings_of(run)) == (5_000, "completed", [])
    book = program.prices.book.closes("sample", [*held], date(2013, 2, 28), date(2013, 3, 1))
    moved = sum(
        held[symbol] * (after.price - before.price) for symbol, (before, after) in book.items()
    )
    assert account.days()[END]["net_asset_value"] == f"{1_000_000 + moved:.2f}"
    assert len(account.day(END)["lines"]) == 5_000


def assert_sum_of_its_parts(owner: Visitor, accounts: list[EditedAccount]) -> None:
    """What all accounts are worth and earned together is the sum of each, to the cent."""
    together = owner.get("/analytics/aggregate/overview").json()
    each = [
        owner.get(f"/analytics/portfolio/{account.portfolio_id}/overview").json()
        for account in accounts
    ]
    assert sorted(together["portfolio_ids"]) == sorted(one.portfolio_id for one in accounts)
    for name in ("net_asset_value", "cash"):
        assert Decimal(together[name]) == sum(Decimal(one[name]) for one in each)
    for name in ("day", "mtd", "ytd", "since_opening"):
        assert Decimal(together["pnl"][name]) == sum(Decimal(one["pnl"][name]) for one in each)
    for name in ("long", "short", "gross", "net"):
        assert Decimal(together["exposures"][name]["amount"]) == sum(
            Decimal(one["exposures"][name]["amount"]) for one in each
        )
    parts = owner.get("/analytics/aggregate/breakdown").json()["by_portfolio"]
    assert sum(Decimal(one["net_asset_value"]) for one in parts) == Decimal(
        together["net_asset_value"]
    )
