"""Specification of the conversion that all brokers share (spec 3.6): rows to positions and cash."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.instrument import InvestmentClass, OptionTerms
from domain.position import PositionTerms
from domain.position_import import Assumption
from interfaces.files.brokers import conversion
from interfaces.files.brokers.broker_file import BrokerFile, Holding, Kind, RowNote
from interfaces.files.choices import Choices, Horizon
from interfaces.files.guide import Guide
from interfaces.files.parsed_file import ErrorList, Findings
from interfaces.files.reading import Record, Text

TODAY = date(2026, 1, 5)
BOUGHT = "2024-03-01"
GUIDE = Guide(
    name="broker",
    title="A broker",
    file_name="positions.csv",
    how_to_export="Export.",
    has_cost=True,
    has_entry_dates=False,
    where_cost="The cost is on page C.",
    where_dates="The dates are on page D.",
    assumptions=(),
    documentation="docs/import/broker.md",
)
CALL = OptionTerms("SPY", date(2025, 9, 19), "CALL", Decimal(460))


@dataclass(frozen=True)
class Broker:
    """A broker whose file says what the specification gives it."""

    file: BrokerFile
    guide: Guide = GUIDE

    def recognises(self, head: Sequence[Record]) -> bool:
        """Always: there is no other."""
        return True

    def read(self, records: Iterable[Record], file_name: str) -> BrokerFile:
        """The file it was given."""
        return self.file


def held(**said: Any) -> Holding:
    """A share as brokers state one, unless `said` otherwise."""
    usual: dict[str, Any] = {
        "row": 4,
        "account": "IRA",
        "symbol": "AAPL",
        "description": "APPLE INC",
        "quantity": "10",
        "total_cost": "$1,580.00",
        "last_price": "$200.00",
        "value": "$2,000.00",
    }
    return Holding(**{**usual, **said})


def cash(value: str, row: int = 9) -> Holding:
    """A cash row."""
    return Holding(row=row, account="IRA", kind=Kind.CASH, symbol="Cash", value=value)


def read(
    *holdings: Holding, as_of: str = "2025/12/31", notes: Sequence[RowNote] = (), **choices: Any
) -> Findings:
    """What is found in a file with these rows, entered on `BOUGHT` unless `choices` differ."""
    accounts = list(dict.fromkeys(holding.account for holding in holdings))
    file = BrokerFile(
        accounts=accounts, as_of=as_of, header_rows=[3], holdings=holdings, notes=notes
    )
    chosen = Choices(horizon=Horizon(today=TODAY), default_entry_date=BOUGHT)
    found = Findings(ErrorList())
    conversion.read(
        Broker(file), Text(b"", "utf-8"), ",", "p.csv", replace(chosen, **choices), found
    )
    return found


def position(*holdings: Holding, **choices: Any) -> PositionTerms:
    """The one position of a file without errors."""
    found = read(*holdings, **choices)
    assert found.errors.listed == []
    (terms,) = found.positions
    return terms


def error(*holdings: Holding, **choices: Any) -> tuple[int | None, str | None, str]:
    """Row, field and code of the one error of a file."""
    (only,) = read(*holdings, **choices).errors.listed
    assert only.message.endswith(".")
    return only.row, only.field, only.code


def assumed(found: Findings, word: str) -> Assumption:
    """The one assumption that has the word."""
    (only,) = [assumption for assumption in found.assumptions if word in assumption.text]
    return only


class TestAShare:
    """Quantity and price."""

    def test_its_entry_price_is_its_cost_by_its_quantity(self) -> None:
        assert position(held()) == PositionTerms(
            symbol="AAPL",
            quantity=Decimal(10),
            entry_price=Decimal("158"),
            entry_on=date(2024, 3, 1),
            investment_class=InvestmentClass.PUBLIC,
            row=4,
        )

    def test_the_entry_price_keeps_six_decimals_half_even(self) -> None:
        assert position(held(quantity="3", total_cost="100")).entry_price == Decimal("33.333333")
        terms = position(held(quantity="2", total_cost="0.000005", last_price=""))
        assert terms.entry_price == Decimal("0.000002")

    @given(st.integers(1, 10**10), st.integers(1, 10**11))
    def test_quantity_times_entry_price_is_the_cost_again(self, units: int, cents: int) -> None:
        quantity, cost = Decimal(units).scaleb(-4), Decimal(cents).scaleb(-2)
        found = read(held(quantity=str(quantity), total_cost=str(cost), value="", last_price=""))
        for terms in found.positions:
            tolerance = quantity * Decimal("0.0000005") + Decimal("0.00000001")
            assert abs(terms.quantity * terms.entry_price - cost) <= tolerance

    def test_the_entry_price_is_written_plainly(self) -> None:
        terms = position(held(quantity="0.0125", total_cost="750.00", last_price="", value=""))
        assert str(terms.entry_price) == "60000"

    def test_a_short_ones_cost_may_have_either_sign(self) -> None:
        for cost in ("-1580.00", "1580.00", "($1,580.00)"):
            terms = position(held(quantity="-10", total_cost=cost, value="-2000"))
            assert (terms.quantity, terms.entry_price) == (Decimal(-10), Decimal(158))

    def test_what_a_share_cost_serves_where_the_total_is_missing(self) -> None:
        assert position(held(total_cost="--", price_paid="$158.25")).entry_price == Decimal(
            "158.25"
        )

    def test_more_than_eight_decimals_are_rounded_and_that_is_noted(self) -> None:
        found = read(held(quantity="0.123456785", value="", last_price="", total_cost="10"))
        assert found.positions[0].quantity == Decimal("0.12345678")
        assert assumed(found, "8 decimals").rows == (4,)

    def test_nothing_held_is_left_out_with_a_warning(self) -> None:
        found = read(held(), held(row=5, symbol="UVXY", quantity="0", total_cost="N/A"))
        assert [terms.symbol for terms in found.positions] == ["AAPL"]
        assert found.warnings == ["Row 5: UVXY has the quantity 0 and is left out."]

    def test_what_was_concluded_about_a_row_is_noted_of_it(self) -> None:
        said = "It was taken for account IRA, as the row above it."
        found = read(held(), held(row=5, assumptions=(said,)))
        assert assumed(found, "taken for account") == Assumption(said, (5,))

    def test_two_lots_of_one_day_are_two_positions(self) -> None:
        found = read(held(), held(row=5, quantity="2", total_cost="300", value="400"))
        assert found.errors.total == 0
        assert [terms.row for terms in found.positions] == [4, 5]

    def test_a_quantity_that_is_no_number_is_an_error(self) -> None:
        assert error(held(quantity="ten")) == (4, "Quantity", "ERR_POS_004")

    @pytest.mark.parametrize(
        "said", [{"quantity": "2000000000"}, {"quantity": "900000000", "total_cost": "2e0"}]
    )
    def test_what_is_too_large_is_an_error(self, said: dict[str, str]) -> None:
        codes = {e.code for e in read(held(value="", **said)).errors.listed}
        assert codes <= {"ERR_POS_027", "ERR_POS_007"}
        assert codes


class TestCost:
    """What a position cost, where the file says so, and where not."""

    def test_none_is_an_error_that_says_where_it_is(self) -> None:
        (missing,) = read(held(total_cost="--")).errors.listed
        assert (missing.row, missing.code, missing.symbol) == (4, "ERR_POS_007", "AAPL")
        assert "The cost is on page C." in missing.message
        assert "default_entry_price=last" in missing.message

    def test_none_at_all_is_told_apart_from_zero(self) -> None:
        assert error(held(total_cost="$0.00")) == (4, "Entry Price Per Share", "ERR_POS_008")

    def test_the_files_last_price_is_taken_on_request_and_noted(self) -> None:
        found = read(held(total_cost="--"), uses_last_price=True)
        assert found.positions[0].entry_price == Decimal("200.00")
        assert assumed(found, "last price").rows == (4,)

    def test_the_last_price_of_a_row_with_errors_is_the_symbols_all_the_same(self) -> None:
        found = read(held(), held(row=5, symbol="NVDA", last_price="$180.00", total_cost="--"))
        assert [e.symbol for e in found.errors.listed] == ["NVDA"]
        assert found.last_prices == {"AAPL": Decimal(200), "NVDA": Decimal(180)}

    def test_a_money_fund_costs_one(self) -> None:
        terms = position(held(symbol="SPAXX**", total_cost="--", value="10", last_price="1"))
        assert (terms.symbol, terms.entry_price) == ("SPAXX", Decimal(1))
        assert terms.investment_subtype == "CASH"


class TestFaceValue:
    """Bonds, CDs and T-bills: quantity is face, prices are per 100 of it."""

    BILL = held(
        symbol="912796XM2",
        quantity="10,000",
        total_cost="$9,956.80",
        last_price="$99.79721",
        value="$9,979.72",
    )

    def test_the_price_is_per_one_of_face(self) -> None:
        found = read(self.BILL)
        terms = found.positions[0]
        assert (terms.quantity, terms.entry_price) == (Decimal(10000), Decimal("0.99568"))
        assert (terms.investment_class, terms.investment_subtype) == ("PUBLIC", "BOND")
        assert found.last_prices == {"912796XM2": Decimal("0.997972")}
        assert assumed(found, "per 100").rows == (4,)

    def test_so_is_what_was_paid(self) -> None:
        terms = position(replace(self.BILL, total_cost="", price_paid="99.50"))
        assert terms.entry_price == Decimal("0.995")

    def test_a_trust_with_a_cusip_is_priced_a_unit(self) -> None:
        trust = held(symbol="59515R401", quantity="418.259", last_price="$113.68")
        assert position(replace(trust, value="$47,547.67")).investment_subtype is None

    def test_without_a_value_the_files_word_counts(self) -> None:
        assert position(replace(self.BILL, value="", subtype="BOND")).investment_subtype == "BOND"


class TestOptions:
    """The broker's spelling becomes the OCC symbol."""

    LISTED = held(symbol="SPY Sep 19 '25 $460 Call", quantity="2", total_cost="9040", option=CALL)

    def test_it_gets_its_occ_symbol_and_is_a_hundred_shares(self) -> None:
        terms = position(replace(self.LISTED, last_price="50", value="10000"))
        assert terms.symbol == "SPY250919C00460000"
        assert (terms.entry_price, terms.multiplier) == (Decimal("45.2"), 100)
        assert (terms.investment_subtype, terms.option) == ("CALL", CALL)
        assert terms.stated_as == "SPY Sep 19 '25 $460 Call"

    def test_one_that_expired_before_the_given_day_is_entered_on_its_last(self) -> None:
        found = read(self.LISTED, default_entry_date="2025-12-01")
        assert found.positions[0].entry_on == CALL.expires_on
        assert assumed(found, "expired").rows == (4,)

    def test_one_that_expired_before_its_own_day_is_an_error(self) -> None:
        expired = replace(self.LISTED, entry_date="09/22/2025")
        assert error(expired) == (4, "Expiration Date", "ERR_POS_020")

    def test_one_that_occ_cannot_express_is_an_error(self) -> None:
        strange = OptionTerms("TOOLONGROOT", CALL.expires_on, "CALL", Decimal(5))
        assert error(replace(self.LISTED, option=strange)) == (4, "Symbol", "ERR_POS_002")


class TestSymbols:
    """Every asset gets one."""

    def test_one_is_made_of_the_description(self) -> None:
        found = read(held(symbol="", description="U S Treasury Bill  CPN 0.0 %", subtype="BOND"))
        terms = found.positions[0]
        assert terms.symbol == "U_S_TREASURY_BILL_CPN_0_0"
        assert terms.stated_as == "U S Treasury Bill  CPN 0.0 %"
        assert assumed(found, "symbol").rows == (4,)

    def test_it_is_at_most_a_hundred_characters(self) -> None:
        assert len(position(held(symbol="", description="LONG NAME " * 30)).symbol) <= 100

    def test_what_the_file_calls_it_is_kept_up_to_255_characters(self) -> None:
        terms = position(held(symbol="", description="LONG NAME " * 30))
        assert terms.stated_as == ("LONG NAME " * 30)[:255]

    def test_what_has_none_and_is_no_bond_is_private(self) -> None:
        terms = position(held(symbol="", description="Stable value fund"))
        assert terms.investment_class is InvestmentClass.PRIVATE

    def test_a_class_share_keeps_its_spelling(self) -> None:
        assert position(held(symbol="brk/b")).symbol == "BRK/B"

    @pytest.mark.parametrize("symbol", ["-KLMN261331C45", "-"])
    def test_what_looks_like_an_option_and_cannot_be_read_is_an_error(self, symbol: str) -> None:
        assert error(held(symbol=symbol)) == (4, "Symbol", "ERR_POS_002")

    def test_neither_symbol_nor_description_is_an_error(self) -> None:
        assert error(held(symbol="", description="%")) == (4, "Symbol", "ERR_POS_001")

    def test_a_money_fund_that_only_the_broker_knows_is_public_cash(self) -> None:
        terms = position(held(symbol="SNAXX", subtype="CASH"))
        assert (terms.investment_class, terms.is_cash_like) == ("PUBLIC", True)

    def test_crypto_is_private(self) -> None:
        terms = position(held(symbol="BTC/USD", subtype="CRYPTOCURRENCY"))
        assert (terms.investment_class, terms.investment_subtype) == ("PRIVATE", "CRYPTOCURRENCY")


class TestEntryDates:
    """The file's own, else the upload's."""

    def test_the_files_own_come_before_the_uploads(self) -> None:
        assert position(held(entry_date="08/24/2020 13:22:52")).entry_on == date(2020, 8, 24)

    def test_no_cash_needs_none(self) -> None:
        found = read(held(entry_date=BOUGHT), held(row=5), cash("0.00"), default_entry_date="")
        assert [e.row for e in found.errors.listed] == [5]

    def test_without_any_each_row_is_told_how_to_give_one(self) -> None:
        found = read(held(), held(row=5), cash("5"), default_entry_date="")
        told = [(e.row, e.code, "default_entry_date" in e.message) for e in found.errors.listed]
        assert told == [(row, "ERR_POS_010", True) for row in (4, 5, 9)]
        assert "The dates are on page D." in found.errors.listed[0].message

    @pytest.mark.parametrize(
        ("text", "code"),
        [
            ("Smarch 1", "ERR_POS_011"),
            ("2026-01-06", "ERR_POS_012"),
            ("01/04/1926", "ERR_POS_013"),
        ],
    )
    def test_one_that_cannot_be_is_an_error(self, text: str, code: str) -> None:
        assert error(held(entry_date=text)) == (4, "Entry Date", code)

    @pytest.mark.parametrize(
        ("text", "code"),
        [("3/1/2024", "ERR_POS_011"), ("2026-01-06", "ERR_POS_012"), ("1926-01-04", "ERR_POS_013")],
    )
    def test_a_bad_one_of_the_upload_is_said_once(self, text: str, code: str) -> None:
        found = read(held(), held(row=5), cash("5"), default_entry_date=text)
        (only,) = found.errors.listed
        assert (only.row, only.code) == (None, code)
        assert only.message.startswith("default_entry_date ")


class TestCash:
    """CASH_USD, one unit at the amount."""

    def test_it_becomes_one_unit_at_the_amount(self) -> None:
        terms = position(cash("$29,643.76"))
        assert (terms.symbol, terms.quantity) == ("CASH_USD", Decimal(1))
        assert (terms.entry_price, terms.investment_subtype) == (Decimal("29643.76"), "CASH")
        assert terms.stated_as == "Cash"

    def test_a_debt_is_minus_one_unit(self) -> None:
        terms = position(cash("-$26,186.57"))
        assert (terms.quantity, terms.entry_price) == (Decimal(-1), Decimal("26186.57"))

    def test_its_sum_is_given_and_zero_is_no_position(self) -> None:
        found = read(held(), cash("$5.50"), cash("-$2.00", 10), cash("$0.00", 11))
        assert found.cash == Decimal("3.50")
        assert [terms.row for terms in found.positions] == [4, 9, 10]

    def test_without_a_cash_row_there_is_no_sum(self) -> None:
        assert read(held()).cash is None
        assert read(held(), cash("0.00")).cash == 0
        assert read(held(), cash("--")).cash is None

    def test_beside_dated_lots_it_is_dated_on_the_files_day(self) -> None:
        found = read(held(entry_date="08/24/2020"), cash("5"), default_entry_date="")
        assert found.errors.total == 0
        assert found.positions[1].entry_on == date(2025, 12, 31)
        assert assumed(found, "the day of the file").rows == (9,)

    def test_a_money_fund_beside_dated_lots_is_dated_like_cash(self) -> None:
        fund = held(row=5, symbol="VMFXX", quantity="9", total_cost="", value="9", last_price="1")
        found = read(held(entry_date="2020-08-24"), fund, default_entry_date="")
        assert [terms.entry_on for terms in found.positions] == [
            date(2020, 8, 24),
            date(2025, 12, 31),
        ]
        alone = read(held(), fund, default_entry_date="")
        assert [e.row for e in alone.errors.listed] == [4, 5]

    def test_what_was_concluded_about_it_is_noted(self) -> None:
        moved = replace(cash("5"), assumptions=("The amount stands beside its column.",))
        found = read(moved, cash("0.00", 10))
        assert assumed(found, "Cash is held as CASH_USD.").rows == (9,)
        assert assumed(found, "stands beside").rows == (9,)

    def test_it_is_a_billion_at_most(self) -> None:
        for amount in ("1,000,000,000.00", "-1,000,000,000.00"):
            assert position(cash(amount)).entry_price == 10**9
        for amount in ("1,000,000,000.01", "-1,000,000,000.01"):
            assert error(held(), cash(amount)) == (9, "Entry Price Per Share", "ERR_POS_027")

    def test_an_amount_that_is_no_number_is_an_error(self) -> None:
        assert error(held(), cash("much")) == (9, "Entry Price Per Share", "ERR_POS_007")


class TestAccounts:
    """One of those in the file."""

    BOTH = (held(account="X1 Primary"), held(account="Z1 Kid", symbol="NVDA"))

    def test_several_must_be_chosen_from(self) -> None:
        found = read(*self.BOTH)
        (several,) = found.errors.listed
        assert several.code == "ERR_CSV_008"
        assert "'X1 Primary', 'Z1 Kid'" in several.message
        assert (found.accounts, found.positions) == (("X1 Primary", "Z1 Kid"), ())

    @pytest.mark.parametrize("wanted", ["Z1 Kid", " z1 kid ", "Z1"])
    def test_one_is_chosen_by_name_or_by_its_number(self, wanted: str) -> None:
        found = read(*self.BOTH, source_account=wanted)
        assert found.account == "Z1 Kid"
        assert [terms.symbol for terms in found.positions] == ["NVDA"]

    def test_only_the_chosen_ones_notes_are_warnings(self) -> None:
        notes = [RowNote(7, "X1 Primary", "A future was left out."), RowNote(8, "Z1 Kid", "So.")]
        found = read(*self.BOTH, notes=notes, source_account="Z1")
        assert found.warnings == ["Row 8: So."]

    def test_one_that_is_not_there_is_an_error_even_where_there_is_only_one(self) -> None:
        assert error(held(), source_account="Roth") == (None, None, "ERR_CSV_008")

    def test_one_that_holds_nothing_is_an_error(self) -> None:
        assert error(cash("0.00")) == (None, None, "ERR_CSV_003")


class TestTheFilesDay:
    """The day up to which its quantities contain splits."""

    def test_it_is_the_day_of_its_quantities(self) -> None:
        assert read(held()).as_of == date(2025, 12, 31)

    @pytest.mark.parametrize("said", ["", "2026-01-06"])
    def test_none_or_one_in_the_future_is_noted(self, said: str) -> None:
        found = read(held(), as_of=said)
        assert found.as_of is None
        assert assumed(found, "names no day").rows == ()


texts = st.text(max_size=12) | st.sampled_from(["--", "$1", "0", "-1", "1e9", "9" * 40, "(5)"])
anything = st.builds(
    Holding,
    row=st.integers(1, 9),
    account=st.sampled_from(["IRA", ""]),
    kind=st.sampled_from(Kind),
    symbol=texts,
    description=texts,
    quantity=texts,
    total_cost=texts,
    price_paid=texts,
    last_price=texts,
    value=texts,
    entry_date=texts,
    option=st.none() | st.just(CALL),
    subtype=st.sampled_from([None, "BOND", "ETF", "CRYPTOCURRENCY"]),
)


@given(st.lists(anything, min_size=1, max_size=5), texts, texts, st.booleans())
def test_no_texts_make_it_raise(
    holdings: list[Holding],
    default: str,
    account: str,
    uses_last_price: bool,  # noqa: FBT001 - hypothesis passes it
) -> None:
    found = read(
        *holdings,
        default_entry_date=default,
        source_account=account,
        uses_last_price=uses_last_price,
    )
    assert found.positions or found.errors.total
    for terms in found.positions:
        assert terms.entry_price > 0
        assert terms.quantity != 0
