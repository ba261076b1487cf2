"""What people ask for, as plain data: texts as typed where a rule has yet to read them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from application.ports import Market
from domain.portfolio import Account, ImportSource
from domain.position import PositionTerms


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterUser:
    """Create a user by invite."""

    email: str
    password: str
    full_name: str
    invite_code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LogIn:
    """Prove to be a user."""

    email: str
    password: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountTexts:
    """An account as typed; a blank `equity_as_of` means the latest completed session."""

    portfolio_name: str
    account_name: str
    account_type: str
    equity_balance: str
    equity_as_of: str = ""
    description: str = ""
    price_source: Market = "live"


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenPortfolio:
    """Open an account with the positions that a parser read from a file."""

    owner_id: UUID
    account: Account
    source: ImportSource
    terms: Sequence[PositionTerms]


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestRun:
    """Calculate a portfolio up to its latest completed session, or up to `calculation_on`."""

    portfolio_id: UUID
    calculation_on: date | None = None
