"""A valued account is edited back-dated by hand, over HTTP, and calculated again each time.

The figures are worked out by hand from the closes of the sample market, which had no dividends of
these in the time:

              2012-12-31  2013-01-02  2013-01-31  2013-02-01  2013-02-04  2013-03-01
    GOOG          707.38      723.25      755.69      775.60      759.02      806.19
    EEM            44.35       45.22       44.22       44.51       43.92       43.31
    FXI            40.45       41.85       41.47       41.82       40.63       38.60
"""

from collections.abc import Iterator

import pytest

from interfaces.bootstrap import Program
from tests.support.edited_account import EditedAccount
from tests.support.journal import rooms_differing_from_the_log
from tests.support.visitors import client_of, csv_file, newcomer

FILE = csv_file(
    "GOOG,100,700.00,2012-12-31,,",
    "EEM,1000,44.00,2012-12-31,,",
    "BARN,1,10000.00,2012-12-31,PRIVATE,REAL_ESTATE",
    header="Symbol,Quantity,Entry Price Per Share,Entry Date,Investment Class,Investment Subtype",
)
END = "2013-03-01"


@pytest.fixture
def account(program: Program) -> Iterator[EditedAccount]:
    """The account, valued."""
    with client_of(program) as client:
        owner = newcomer(program, client)
        opened = owner.upload(FILE, equity_balance="100000.00")
        account = EditedAccount(program, owner, str(opened.json()["portfolio_id"]))
        # 100 x (806.19 - 707.38) = 9,881.00; 1,000 x (43.31 - 44.35) = -1,040.00
        assert account.navs("2012-12-31", END) == ["100000.00", "108841.00"]
        yield account


def test_positions_are_edited_back_dated(account: EditedAccount) -> None:
    fxi = {"symbol": "FXI", "quantity": 500, "entry_price": 41, "entry_date": "2013-01-14"}
    assert account.edit("POST", "positions", **fxi) == "2013-01-14"
    # 500 x (41.47 - 41.00) on 2013-01-31, 500 x (38.60 - 41.00) = -1,200.00 at the end
    assert account.navs("2013-01-11", "2013-01-31", END)[1:] == ["104936.00", "107641.00"]

    goog = account.position("GOOG")
    sold = {"exit_date": "2013-02-01", "exit_price": "780.00", "quantity": 40}
    assert account.edit("POST", f"{goog}/close", **sold) == "2013-02-01"
    # 40 x (780.00 - 707.38) = 2,904.80, and 60 x (775.60 - 707.38) = 4,093.20 that day
    assert account.navs("2013-01-31", "2013-02-01", END) == ["104936.00", "107568.00", "106593.40"]

    eem = account.position("EEM")
    assert account.edit("PATCH", eem, quantity=900, reason="typo") == "2012-12-31"
    # 100 x (43.31 - 44.35) = -104.00 less lost
    assert account.navs("2012-12-31", END) == ["100000.00", "106697.40"]

    barn = account.position("BARN")
    appraised = {"date": "2013-01-31", "price": "12000.00"}
    assert account.edit("POST", f"{barn}/revalue", **appraised) == "2013-01-31"
    assert account.navs("2013-01-31", END) == ["106949.00", "108697.40"]

    assert account.edit("DELETE", account.position("FXI")) == "2013-01-14"
    assert account.navs("2013-01-31", END) == ["106714.00", "109897.40"]

    assert account.edit("PATCH", goog, entry_date="2013-02-01", reason="typo") == "2012-12-31"
    # bought at 700.00 on 2013-02-01: 40 x (780.00 - 700.00) + 60 x (775.60 - 700.00) = 7,736.00
    assert account.navs("2013-01-31", "2013-02-01", END) == ["101883.00", "109880.00", "110635.40"]


def test_flows_are_noted_and_taken_back_back_dated(account: EditedAccount) -> None:
    bonus = {"kind": "CONTRIBUTION", "amount": "5000.00", "date": "2013-02-04"}
    assert account.edit("POST", "cash-flows", **bonus) == "2013-02-04"
    rent = {"kind": "WITHDRAWAL", "amount": "1000.00", "date": "2013-02-16"}  # a Saturday
    assert account.edit("POST", "cash-flows", **rent) == "2013-02-16"
    # 100 x (759.02 - 707.38) + 1,000 x (43.92 - 44.35) = 4,734.00
    assert account.navs("2013-02-04", END) == ["109734.00", "112841.00"]

    listed = account.owner.get(f"/portfolios/{account.portfolio_id}/cash-flows").json()
    [flow] = [f["id"] for f in listed["cash_flows"] if f["kind"] == "CONTRIBUTION"]
    assert account.edit("DELETE", f"cash-flows/{flow}") == "2013-02-04"
    assert account.navs("2013-02-04", END) == ["104734.00", "107841.00"]


def test_a_corrected_equity_balance_moves_every_day(account: EditedAccount) -> None:
    told = {"equity_balance": "101000.00", "reason": "misread"}
    assert account.edit("PATCH", "opening", **told) == "2012-12-31"
    assert account.navs("2012-12-31", "2013-02-01", END) == ["101000.00", "107982.00", "109841.00"]


def test_an_opening_that_was_later_values_from_there(account: EditedAccount) -> None:
    assert account.edit("PATCH", "opening", equity_as_of="2013-01-02") == "2013-01-02"
    # 100 x (806.19 - 723.25) + 1,000 x (43.31 - 45.22) = 6,384.00
    assert account.navs("2013-01-02", END) == ["100000.00", "106384.00"]
    assert account.day("2013-01-02")["opening"]
    place = f"/analytics/portfolio/{account.portfolio_id}"
    listed = account.owner.get(f"{place}/valuations").json()["valuations"]
    assert listed[0]["date"] == "2013-01-02"
    pnl = account.owner.get(f"{place}/overview").json()["pnl"]
    assert pnl["since_opening"] == "6384.00"


def test_an_opening_that_was_earlier_values_the_days_between(account: EditedAccount) -> None:
    assert account.edit("PATCH", "opening", equity_as_of="2012-12-28") == "2012-12-28"
    # bought on 2012-12-31: 100 x (806.19 - 700.00) + 1,000 x (43.31 - 44.00) = 9,929.00
    assert account.navs("2012-12-28", "2012-12-31", END) == ["100000.00", "101088.00", "109929.00"]
    assert account.day("2012-12-28")["opening"]
    assert not account.day("2012-12-31")["opening"]


def test_the_rooms_are_what_a_rebuild_makes_them(account: EditedAccount, database: str) -> None:
    goog = account.position("GOOG")
    account.edit("POST", f"{goog}/close", exit_date="2013-02-01", exit_price="780.00", quantity=40)
    account.edit("PATCH", account.position("EEM"), quantity=900, notes="of two lots")
    account.edit("DELETE", account.position("BARN"))
    account.edit("POST", "cash-flows", kind="WITHDRAWAL", amount="1", date="2013-02-04")
    account.edit("POST", "corporate-actions", symbol="T", kind="split", value=2, ex_date=END)
    # 40 x (780.00 - 707.38) + 60 x (806.19 - 707.38) + 900 x (43.31 - 44.35) - 1.00
    assert account.navs(END) == ["107896.40"]
    assert rooms_differing_from_the_log(account.program, database) == []
