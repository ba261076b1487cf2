"""Specification of what Vanguard's transactions tell of shares still held (spec 3.6, 03b)."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interfaces.files.brokers.vanguard_transactions import Purchase, Transaction, Transactions

FUND = "VANGUARD MID CAP ETF"


def row(kind: str, on: str, shares: str, net: str = "0", **others: str) -> Transaction:
    texts = {"account": "1", "name": FUND, "symbol": "VO", "principal": "0", "accrued": "0"}
    return Transaction(kind=kind, traded_on=on, shares=shares, net=net, **(texts | others))


def told(rows: list[Transaction], held: str = "10", *, is_money: bool = False) -> Purchase | None:
    transactions = Transactions()
    for each in rows:
        transactions.add(each)
    return transactions.take_purchase("1", "VO", FUND, Decimal(held), is_money=is_money)


def since(on: str, cost: str) -> Purchase:
    return Purchase(date.fromisoformat(on), Decimal(cost))


BOUGHT = row("Buy", "2020-01-02", "10", "-1000")


@pytest.mark.parametrize(
    "more",
    [
        [],
        [row("Dividend", "2020-02-03", "0.0", "12")],
        [row("Funds Received", "2020-02-03", "", "12")],
        [row("Sweep in", "2020-02-03", "0", "-12")],
        [row("Buy", "2020-02-03", "3", "-9", symbol="VNQ")],
        [row("Buy", "2020-02-03", "3", "-9", account="2")],
        [row("Buy", "2020-02-03", "many", "-9", symbol="", name="Another")],
    ],
)
def test_what_moves_no_share_of_it_changes_nothing(more: list[Transaction]) -> None:
    assert told([*more, BOUGHT]) == since("2020-01-02", "1000")


@pytest.mark.parametrize(
    "more",
    [
        [row("Buy", "2020-02-03", "1", "-99")],
        [row("Buy", "2020-02-03", "many", "-99")],
        [row("Buy", "some day", "1", "-99"), row("Sell", "2020-02-03", "-1")],
        [row("Buy", "2020-02-03", "1", "much"), row("Sell", "2020-02-03", "-1")],
        [row("Buy Cancel", "2020-02-03", "10"), row("Sell", "2020-03-03", "-10")],
        [row("Reinvestment", "2020-02-03", "-2", "9"), row("Buy", "2020-03-03", "2", "-9")],
        [row("Transfer (incoming)", "2020-02-03", "5"), row("Sell", "2020-03-03", "-5")],
        [row("Corp Action (Spinoff)", "2020-02-03", "5", "50"), row("Sell", "2020-03-03", "-5")],
        [row("Sell", "2020-01-01", "-10", "900"), row("Buy", "2020-03-03", "10", "-8")],
    ],
)
def test_nothing_is_concluded_from_rows_that_leave_a_doubt(more: list[Transaction]) -> None:
    assert told([*more, BOUGHT]) is None


@pytest.mark.parametrize(
    "went",
    [
        row("Sell", "2020-02-03", "-10", "900"),
        row("Sell", "2020-02-03", "10", "900"),
        row("Exchange", "2020-02-03", "-10", "900"),
        row("Transfer (Outgoing)", "2020-02-03", "-10"),
        row("Corp Action (Redemption)", "2020-02-03", "10", "1000"),
        row("Qualified w/d Acct Owner", "2020-02-03", "10", "1000"),
        row("Merger", "2020-02-03", "-10"),
        row("Sell", "2020-02-03", "(10)", "900", symbol=""),
    ],
)
@pytest.mark.parametrize(
    "came",
    [
        row("Buy", "2020-03-03", "10", "-800"),
        row("BUY (exchange)", "03/03/2020", "10", "($800.00)"),
        row("Reinvestment (LT gain)", "2020-03-03", "10", "-800"),
        row("Dividend", "2020-03-03", "10", "800"),
        row("Recurring Contribution", "2020-03-03", "10", "$800"),
        row("Exchange In", "2020-03-03", "10", "", principal="800"),
    ],
)
def test_what_goes_takes_its_cost_along_and_what_comes_brings_its_own(
    went: Transaction, came: Transaction
) -> None:
    assert told([came, went, BOUGHT]) == since("2020-03-03", "800")


def test_a_sale_takes_the_oldest_shares_at_the_average_cost() -> None:
    later = row("Buy", "2020-02-03", "10", "-3000")
    assert told([row("Sell", "2020-03-03", "-4"), later, BOUGHT], "16") == since(
        "2020-01-02", "3200"
    )
    assert told([row("Sell", "2020-03-03", "-10"), later, BOUGHT]) == since("2020-02-03", "2000")


def test_commission_is_a_part_of_the_cost_and_accrued_interest_is_none() -> None:
    for net, principal, accrued in [
        ("-1007", "-1000", "0"),
        ("-1010", "-1007", "-3"),
        ("-1007", "-1007", "3"),
        ("", "-1007", ""),
    ]:
        bought = row("Buy", "2020-01-02", "10", net, principal=principal, accrued=accrued)
        assert told([bought]) == since("2020-01-02", "1007")


def test_shares_transferred_in_have_neither_cost_nor_date_until_they_are_all_sold() -> None:
    transferred = row("Transfer (incoming)", "2019-05-02", "10", "999")
    assert told([transferred]) is None
    sold = row("Sell", "2019-12-30", "-10", "9")
    assert told([BOUGHT, sold, transferred]) == since("2020-01-02", "1000")


def test_a_split_changes_the_shares_and_neither_cost_nor_date() -> None:
    forward = row("Stock split", "2020-06-01", "30")
    assert told([forward, BOUGHT], "40") == since("2020-01-02", "1000")
    backward = [row("Stock split", "2020-06-01", shares) for shares in ("2", "-10")]
    assert told([*backward, BOUGHT], "2") == since("2020-01-02", "1000")


def test_shares_sold_after_a_split_are_counted_as_they_were_before_it() -> None:
    later, split = row("Buy", "2020-03-01", "10", "-3000"), row("Stock split", "2020-06-01", "30")
    # 20 shares become 50, so those of January are 25 of them, and all sold.
    rows = [row("Sell", "2020-07-01", "-45", "9"), split, later, BOUGHT]
    assert told(rows, "5") == since("2020-03-01", "400")


def test_a_split_of_nothing_leaves_a_doubt() -> None:
    assert told([BOUGHT, row("Stock split", "2020-01-01", "30")], "40") is None


def test_a_day_begins_with_its_split_and_ends_with_its_sales() -> None:
    rows = [
        row("Buy", "2020-07-01", "10", "-7"),
        row("Sell", "2020-06-01", "-22", "9"),
        row("Buy", "2020-06-01", "2", "-50"),
        row("Stock split", "2020-06-01", "10"),
        BOUGHT,
    ]
    assert told(rows) == since("2020-07-01", "7")


def test_rounding_of_the_shares_listed_does_not_matter() -> None:
    many = [row("Buy", f"2020-01-{day:02}", "3.3333", "-1") for day in (1, 2, 3)]
    assert told(many) == since("2020-01-01", "3")
    assert told([row("Buy", "2020-01-01", "0.0007", "-1")], "0.0012") is None


@pytest.mark.parametrize(("sold", "cost"), [("-9.999", "800"), ("-9.998", "800.2")])
def test_a_thousandth_that_a_sale_leaves_is_rounding(sold: str, cost: str) -> None:
    rows = [row("Buy", "2020-03-03", "10", "-800"), row("Sell", "2020-02-03", sold, "9"), BOUGHT]
    found = told(rows, "10.001")
    assert found is not None
    assert found.total_cost == Decimal(cost)


def test_a_money_funds_amounts_are_its_shares() -> None:
    rows = [
        row("Sweep out", "2020-03-02", "0", "40"),
        row("Reinvestment", "2020-02-03", "0", "-5"),
        row("Dividend", "2020-02-03", "0", "5"),
        row("Sweep in", "2020-01-02", "0", "-60", symbol=""),
        row("Buy", "2019-12-30", "40", "-40"),
    ]
    assert told(rows, "65", is_money=True) == since("2020-01-02", "65")
    assert told(rows, "40") == since("2019-12-30", "40")


def test_rows_without_a_symbol_go_to_the_first_that_has_their_name() -> None:
    transactions = Transactions()
    transactions.add(
        row("Buy", "2020-01-02", "10", "-1000", symbol="", name="Vanguard  mid Cap ETF")
    )
    ten = Decimal(10)
    assert transactions.take_purchase("1", "", FUND, ten, is_money=False) is not None
    assert transactions.take_purchase("1", "VO", FUND, ten, is_money=False) is None


@given(st.lists(st.tuples(st.booleans(), st.integers(1, 9), st.integers(1, 500)), max_size=12))
def test_date_and_cost_are_those_of_a_ledger_kept_lot_by_lot(
    trades: list[tuple[bool, int, int]],
) -> None:
    shares_of: list[date] = []
    rows: list[Transaction] = []
    cost, on = Decimal(0), date(2020, 1, 1)
    for is_sale, shares, paid in trades:
        on += timedelta(1)
        if not is_sale:
            shares_of += [on] * shares
            cost += paid
            rows.append(row("Buy", f"{on:%m/%d/%Y}", str(shares), f"-{paid}"))
        elif shares <= len(shares_of):
            cost = cost * (len(shares_of) - shares) / len(shares_of)
            del shares_of[:shares]
            rows.append(row("Sell", f"{on:%m/%d/%Y}", f"-{shares}", "1"))
    found = told(rows[::-1], str(len(shares_of)))
    if not shares_of:
        assert found is None
    else:
        assert found is not None
        assert (found.entry_on, round(found.total_cost, 8)) == (shares_of[0], round(cost, 8))


amounts = st.one_of(
    st.sampled_from(["5", "-5", "0", "0.00000001", "999999999999", "-999999999999", "0.5", "1e5"]),
    st.sampled_from(["9" * 400, "0." + "0" * 400 + "1", "--", "-$0.00", "\u0663"]),
)
kinds = st.sampled_from(["Buy", "Sell", "Stock split", "Reinvestment", "Sweep in", "Merger", ""])
days = st.one_of(st.dates(date(2020, 1, 1), date(2020, 1, 9)).map(str), st.text(max_size=10))


@given(
    st.lists(st.builds(row, kinds, days, amounts, amounts, principal=amounts), max_size=30),
    st.sampled_from(["5", "0", "-5", "0.00000001", "9" * 400]),
    st.booleans(),
)
def test_no_rows_make_it_raise(rows: list[Transaction], held: str, is_money: bool) -> None:  # noqa: FBT001 - drawn
    found = told(rows, held, is_money=is_money)
    assert found is None or (found.total_cost >= 0 and found.entry_on.year == 2020)
