"""Specification of what people say of an account: names, type, description, equity (spec 3.5)."""

import unicodedata
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.account import (
    LARGEST_EQUITY,
    AccountName,
    AccountNameBlank,
    AccountNameTooLong,
    AccountType,
    AccountTypeUnknown,
    DescriptionRefused,
    EquityMissing,
    EquityNotPositive,
    EquityTooLarge,
    PortfolioName,
    PortfolioNameBlank,
    PortfolioNameTooLong,
    parse_description,
    parse_equity,
)
from domain.errors import NotAllowedValue
from tests.support.specification import refused

CONTROL = ["IRA\x00", "I\nRA", "IRA\x1f2", "IRA\x7f", "I\x85RA", "IRA\ud800"]
"""Texts with a control character or half a surrogate pair inside."""


@pytest.mark.parametrize("blank", ["", " ", "\t\n", "\u3000"])
def test_blank_names_are_refused(blank: str) -> None:
    refused(lambda: PortfolioName.parse(blank), PortfolioNameBlank, "Enter")
    refused(lambda: PortfolioName(blank), PortfolioNameBlank)
    refused(lambda: AccountName.parse(blank), AccountNameBlank, "Enter")
    refused(lambda: AccountName(blank), AccountNameBlank)


def test_a_portfolio_name_has_up_to_255_characters() -> None:
    assert PortfolioName.parse(f" {'ü' * 255} ").text == "ü" * 255
    refused(lambda: PortfolioName.parse("ü" * 256), PortfolioNameTooLong, "255")


def test_an_account_name_has_up_to_100_characters() -> None:
    assert AccountName.parse(f" {'ü' * 100} ").text == "ü" * 100
    with pytest.raises(AccountNameTooLong) as caught:
        AccountName.parse("ü" * 101)
    assert caught.value.details == {"max_length": 100, "actual_length": 101}


@pytest.mark.parametrize("name", CONTROL)
def test_control_characters_are_refused_in_names(name: str) -> None:
    refused(lambda: PortfolioName.parse(name), PortfolioNameTooLong, "printable")
    refused(lambda: AccountName.parse(name), AccountNameTooLong, "printable")


@pytest.mark.parametrize("name", ["Zoë's 401(k) — 株式", "می‌خواهم", "👩‍💻", "A\u00a0B"])
def test_names_of_every_language_are_kept_as_typed(name: str) -> None:
    assert AccountName.parse(name).text == name
    assert PortfolioName.parse(name).text == name


@given(st.text(alphabet=st.characters(), max_size=110))
def test_a_name_that_was_read_is_trimmed_short_and_without_control(text: str) -> None:
    try:
        name = AccountName.parse(text)
    except NotAllowedValue:
        return
    assert name.text == text.strip() != ""
    assert len(name.text) <= 100
    assert not {"Cc", "Cs"} & {unicodedata.category(character) for character in name.text}
    assert AccountName.parse(name.text) == name


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("IRA", "ira", True),
        (" IRA ", "IRA", True),
        ("STRASSE", "straße", True),
        ("Οδυσσεύς", "ΟΔΥΣΣΕΎΣ", True),
        ("IRA", "IRA 2", False),
        ("Zoe", "Zoë", False),
    ],
)
def test_names_are_compared_trimmed_without_regard_to_case(
    one: str, other: str, *, same: bool
) -> None:
    assert (AccountName.parse(one).key == AccountName.parse(other).key) is same


@pytest.mark.parametrize("kind", AccountType)
def test_each_account_type_is_read_in_any_case(kind: AccountType) -> None:
    assert AccountType.parse(f" {kind.value.upper()} ") is kind


@pytest.mark.parametrize("text", ["", "roth", "401(k)", "taxable ira", "x" * 500])
def test_other_account_types_are_refused_with_the_nine_listed(text: str) -> None:
    with pytest.raises(AccountTypeUnknown) as caught:
        AccountType.parse(text)
    nine = ["taxable", "ira", "roth_ira", "401k", "403b", "529", "hsa", "trust", "other"]
    assert caught.value.details == {"allowed": nine}
    assert "roth_ira, 401k, 403b, 529" in caught.value.message
    assert len(caught.value.message) < 200


@pytest.mark.parametrize(
    ("text", "kept"),
    [("", ""), ("  long term  ", "long term"), ("one\r\n\ttwo", "one\r\n\ttwo"), ("ü" * 1000,) * 2],
)
def test_a_description_may_have_lines(text: str, kept: str) -> None:
    assert parse_description(text) == kept


@pytest.mark.parametrize("text", ["ü" * 1001, *(name for name in CONTROL if "\n" not in name)])
def test_a_description_too_long_or_unstorable_is_refused_as_a_field(text: str) -> None:
    with pytest.raises(DescriptionRefused) as caught:
        parse_description(text)
    (field,) = caught.value.details["fields"]
    assert field == {"field": "description", "message": caught.value.message}


@pytest.mark.parametrize(
    ("text", "usd"),
    [
        ("250000", "250000.00"),
        (" 500000.00 ", "500000.00"),
        ("+12.5", "12.50"),
        (".01", "0.01"),
        ("7.", "7.00"),
        ("0012.30", "12.30"),
        ("12.300", "12.30"),
        ("1000000000.00", "1000000000.00"),
    ],
)
def test_an_equity_balance_is_read_to_the_cent(text: str, usd: str) -> None:
    assert str(parse_equity(text)) == usd


@pytest.mark.parametrize("text", ["", " ", "\t"])
def test_a_missing_equity_balance_is_asked_for(text: str) -> None:
    refused(lambda: parse_equity(text), EquityMissing)


@pytest.mark.parametrize(
    "text",
    [
        *("0", "0.00", "-0", "-1", "-99999999999999999999999999999999999.999", "0.001", "12.345"),
        *("1e5", "1E5", "500,000", "500_000", "$500", "12 000", "1-2", "1.2.3", "+", ".", "--1"),
        *(
            "NaN",
            "sNaN",
            "Infinity",
            "-Infinity",
            "abc",
            "0x10",
            "½",
            "٣",
            "\uff11\uff12",
            "\u22125",
            "1\x00",
        ),
    ],
)
def test_what_is_no_plain_decimal_above_zero_is_no_equity(text: str) -> None:
    refused(lambda: parse_equity(text), EquityNotPositive, "above 0")


@pytest.mark.parametrize("text", ["1000000000.01", "1000000001", "9" * 5000, "2000000000.001"])
def test_an_equity_over_a_thousand_million_is_refused(text: str) -> None:
    refused(lambda: parse_equity(text), EquityTooLarge, "1,000,000,000.00")


@given(st.integers(1, int(LARGEST_EQUITY) * 100))
def test_every_whole_number_of_cents_up_to_the_limit_is_read_exactly(cents: int) -> None:
    assert parse_equity(f"{cents // 100}.{cents % 100:02}") == Decimal(cents) / 100


@given(st.text(max_size=20) | st.text("0123456789.+-eE,_ ", max_size=20))
def test_whatever_is_typed_is_an_equity_or_refused(text: str) -> None:
    try:
        equity = parse_equity(text)
    except (EquityMissing, EquityNotPositive, EquityTooLarge):
        return
    assert 0 < equity <= LARGEST_EQUITY
    assert equity.as_tuple().exponent == -2
    assert equity == Decimal(text.strip())
