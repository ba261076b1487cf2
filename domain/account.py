"""What a portfolio is called and of what kind it is: the texts people give, checked."""

import unicodedata
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Self

from domain.errors import DomainError

LARGEST_EQUITY = Decimal(1_000_000_000)
_LONGEST_PORTFOLIO_NAME = 255
_LONGEST_ACCOUNT_NAME = 100


class PortfolioNameBlank(DomainError):
    """A portfolio needs a name."""

    code = "ERR_PORT_002"

    def __init__(self) -> None:
        super().__init__("Enter a portfolio name.")


class PortfolioNameTooLong(DomainError):
    """Longer than 255 characters, or with control characters in it."""

    code = "ERR_PORT_003"

    def __init__(self, length: int) -> None:
        super().__init__(
            "A portfolio name has at most 255 printable characters; shorten it.",
            max_length=_LONGEST_PORTFOLIO_NAME,
            actual_length=length,
        )


class AccountNameTooLong(DomainError):
    """Longer than 100 characters, or with control characters in it."""

    code = "ERR_PORT_010"

    def __init__(self, length: int) -> None:
        super().__init__(
            "An account name has at most 100 printable characters; shorten it.",
            max_length=_LONGEST_ACCOUNT_NAME,
            actual_length=length,
        )


class AccountNameBlank(DomainError):
    """An account needs a name."""

    code = "ERR_PORT_011"

    def __init__(self) -> None:
        super().__init__("Enter an account name, such as the broker's name for it.")


class AccountTypeUnknown(DomainError):
    """Not one of the nine account types."""

    code = "ERR_PORT_009"

    def __init__(self, given: str) -> None:
        allowed = [kind.value for kind in AccountType]
        super().__init__(
            f"'{given[:50]}' is not an account type. Use one of {', '.join(allowed)}.",
            allowed=allowed,
        )


class EquityMissing(DomainError):
    """No equity balance was given."""

    code = "ERR_PORT_004"

    def __init__(self) -> None:
        super().__init__("Enter the account's equity balance in USD, such as 250000.00.")


class EquityNotPositive(DomainError):
    """Not a plain decimal above zero with at most 2 decimals."""

    code = "ERR_PORT_005"

    def __init__(self) -> None:
        super().__init__(
            "The equity balance is a number above 0 with at most 2 decimals, such as 250000.00."
        )


class EquityTooLarge(DomainError):
    """Over a thousand million USD."""

    code = "ERR_PORT_006"

    def __init__(self) -> None:
        super().__init__("The equity balance is at most 1,000,000,000.00 USD.")


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

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a name as typed.

        Raises:
            PortfolioNameBlank: ERR_PORT_002.
            PortfolioNameTooLong: ERR_PORT_003.
        """
        name = text.strip()
        if not name:
            raise PortfolioNameBlank
        if len(name) > _LONGEST_PORTFOLIO_NAME or _has_control_characters(name):
            raise PortfolioNameTooLong(len(name))
        return cls(name)


@dataclass(frozen=True, slots=True)
class AccountName:
    """What the owner calls the account: 1 to 100 printable characters, unique for the owner."""

    text: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a name as typed.

        Raises:
            AccountNameBlank: ERR_PORT_011.
            AccountNameTooLong: ERR_PORT_010, with max_length and actual_length.
        """
        name = text.strip()
        if not name:
            raise AccountNameBlank
        if len(name) > _LONGEST_ACCOUNT_NAME or _has_control_characters(name):
            raise AccountNameTooLong(len(name))
        return cls(name)

    @property
    def key(self) -> str:
        """What two names are compared by: they are one name if their keys are equal."""
        return self.text.casefold()


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
    if not plain.isascii() or not set(plain) <= set("0123456789.+-"):
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


def _has_control_characters(text: str) -> bool:
    return any(unicodedata.category(character) == "Cc" for character in text)
