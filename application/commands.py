"""What people ask for, as plain data: texts as typed where a rule has yet to read them."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from application.ports import Market
from domain.account import Account
from domain.position_import import Intake


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
    """Open an account with the positions of a file.

    `rejected_rows` is the CSV of the rows that were left out, None where there are none.
    """

    owner_id: UUID
    account: Account
    intake: Intake
    rejected_rows: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportPositions:
    """Take the positions of a file into a portfolio; `rejected_rows` as in `OpenPortfolio`."""

    portfolio_id: UUID
    intake: Intake
    rejected_rows: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RevertImport:
    """Take an import back; with `is_dry_run` only say what that would change."""

    portfolio_id: UUID
    import_id: UUID
    reason: str = ""
    is_dry_run: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoreImport:
    """Bring a reverted import back; with `is_dry_run` only say what that would change."""

    portfolio_id: UUID
    import_id: UUID
    is_dry_run: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestRun:
    """Calculate a portfolio up to its latest completed session, or up to `calculation_on`.

    `is_forced` values with the prices that are there, asking nobody for more.
    """

    portfolio_id: UUID
    calculation_on: date | None = None
    is_forced: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestRunOfAny:
    """Calculate anybody's portfolio, or all accounts where none is given.

    `is_restatement` leaves out what is of today rather than of old days; `is_forced` abandons a
    live run of the portfolio first.
    """

    portfolio_id: UUID | None = None
    is_restatement: bool = False
    is_forced: bool = False
    reason: str = ""
