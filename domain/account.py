"""What a portfolio is called and of what kind it is: the texts people give, checked."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Literal, Self

import msgspec

from domain.errors import NotAllowedValue
from domain.text import has_control_characters

LARGEST_EQUITY = Decimal(1_000_000_000)
_LONGEST_PORTFOLIO_NAME = 255
_LONGEST_ACCOUNT_NAME = 100
_LONGEST_DESCRIPTION = 1000
_LINES = "\t\r\n"  # control characters that a description of several lines may have


class PortfolioNameBlank(NotAllowedValue):
    """A portfolio needs a name."""

    code = "ERR_PORT_002"

    def __init__(self) -> None:
        super().__init__("Enter a portfolio name.")


class PortfolioNameTooLong(NotAllowedValue):
    """Longer than 255 characters, or with control characters in it."""

    code = "ERR_PORT_003"

    def __init__(self, length: int) -> None:
        super().__init__(
            "A portfolio name has at most 255 printable characters; shorten it.",
            max_length=_LONGEST_PORTFOLIO_NAME,
            actual_length=length,
        )


class AccountNameTooLong(NotAllowedValue):
    """Longer than 100 characters, or with control characters in it."""

    code = "ERR_PORT_010"

    def __init__(self, length: int) -> None:
        super().__init__(
            "An account name has at most 100 printable characters; shorten it.",
            max_length=_LONGEST_ACCOUNT_NAME,
            actual_length=length,
        )


class AccountNameBlank(NotAllowedValue):
    """An account needs a name."""

    code = "ERR_PORT_011"

    def __init__(self) -> None:
        super().__init__("Enter an account name, such as the broker's name for it.")


class AccountTypeUnknown(NotAllowedValue):
    """Not one of the nine account types."""

    code = "ERR_PORT_009"

    def __init__(self, given: str) -> None:
        allowed = [kind.value for kind in AccountType]
        super().__init__(
            f"'{given[:50]}' is not an account type. Use one of {', '.join(allowed)}.",
            allowed=allowed,
        )


class EquityMissing(NotAllowedValue):
    """No equity balance was given."""

    code = "ERR_PORT_004"

    def __init__(self) -> None:
        super().__init__("Enter the account's equity balance in USD, such as 250000.00.")


class EquityNotPositive(NotAllowedValue):
    """Not a plain decimal above zero with at most 2 decimals."""

    code = "ERR_PORT_005"

    def __init__(self) -> None:
        super().__init__(
            "The equity balance is a number above 0 with at most 2 decimals, such as 250000.00."
        )


class EquityTooLarge(NotAllowedValue):
    """Over a thousand million USD."""

    code = "ERR_PORT_006"

    def __init__(self) -> None:
        super().__init__("The equity balance is at most 1,000,000,000.00 USD.")


class DescriptionRefused(NotAllowedValue):
    """Over 1,000 characters, or with control characters other than tabs and line ends.

    The published table has no code of its own for it, so it is told as a field of the request.
    """

    code = "ERR_REQUEST_001"

    def __init__(self) -> None:
        sentence = f"A description has at most {_LONGEST_DESCRIPTION:,} printable characters."
        super().__init__(sentence, fields=[{"field": "description", "message": sentence}])


class AccountType(StrEnum):
    """How the account is taxed."""

    TAXABLE = "taxable"
    IRA = "ira"
    ROTH_IRA = "roth_ira"
    PLAN_401K = "401k"
    PLAN_403B = "403b"
    PLAN_529 = "529"
    HSA = "hsa"
    TRUST = "trust"
    OTHER = "other"

    @classmethod
    def parse(cls, text: str) -> "AccountType":
        """Read one of the nine types, without regard to case and surrounding blanks.

        Raises:
            AccountTypeUnknown: ERR_PORT_009, listing them.
        """
        try:
            return cls(text.strip().lower())
        except ValueError:
            raise AccountTypeUnknown(text.strip()) from None


@dataclass(frozen=True, slots=True)
class PortfolioName:
    """What the owner calls the portfolio: 1 to 255 printable characters."""

    text: str

    def __post_init__(self) -> None:
        if not self.text.strip():
            raise PortfolioNameBlank
        if len(self.text) > _LONGEST_PORTFOLIO_NAME or has_control_characters(self.text):
            raise PortfolioNameTooLong(len(self.text))

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a name as typed; surrounding blanks do not count.

        Raises:
            PortfolioNameBlank: ERR_PORT_002.
            PortfolioNameTooLong: ERR_PORT_003.
        """
        return cls(text.strip())


@dataclass(frozen=True, slots=True)
class AccountName:
    """What the owner calls the account: 1 to 100 printable characters, unique for the owner."""

    text: str

    def __post_init__(self) -> None:
        if not self.text.strip():
            raise AccountNameBlank
        if len(self.text) > _LONGEST_ACCOUNT_NAME or has_control_characters(self.text):
            raise AccountNameTooLong(len(self.text))

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a name as typed; surrounding blanks do not count.

        Raises:
            AccountNameBlank: ERR_PORT_011.
            AccountNameTooLong: ERR_PORT_010, with max_length and actual_length.
        """
        return cls(text.strip())

    @property
    def key(self) -> str:
        """What two names are compared by: they are one name if their keys are equal."""
        return account_name_key(self.text)


def account_name_key(text: str) -> str:
    """What account names are compared by: trimmed, without regard to case (spec 3.5)."""
    return text.strip().casefold()


def parse_description(text: str) -> str:
    """Read the owner's words on an account; blank is none.

    Raises:
        DescriptionRefused: ERR_REQUEST_001.
    """
    description = text.strip()
    if len(description) > _LONGEST_DESCRIPTION or has_control_characters(description, _LINES):
        raise DescriptionRefused
    return description


def parse_equity(text: str) -> Decimal:
    """Read a declared equity balance, USD with at most 2 decimals.

    Raises:
        EquityMissing: ERR_PORT_004.
        EquityNotPositive: ERR_PORT_005, also for what is not a plain decimal.
        EquityTooLarge: ERR_PORT_006.
    """
    plain = text.strip()
    if not plain:
        raise EquityMissing
    if not set(plain) <= set("0123456789.+-"):
        raise EquityNotPositive
    try:
        amount = Decimal(plain)
    except InvalidOperation:
        raise EquityNotPositive from None
    if amount > LARGEST_EQUITY:
        raise EquityTooLarge
    if amount <= 0 or amount != round(amount, 2):
        raise EquityNotPositive
    return round(amount, 2)


class Opening(msgspec.Struct, frozen=True, kw_only=True):
    """The declared state a portfolio starts from: its equity at the close of a session."""

    equity_balance: Decimal
    equity_as_of: date
    price_source: Literal["live", "sample"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """An account as its owner describes it, every text read and found good."""

    name: PortfolioName
    account_name: AccountName
    account_type: AccountType
    description: str
    opening: Opening
