"""What people ask for, as plain data: texts as typed where a rule has yet to read them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Literal
from uuid import UUID

from application.ports import Market
from domain.account import Account
from domain.edit import Correction
from domain.position import Position, PositionTerms
from domain.position_import import Intake
from domain.run_order import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterUser:
    """Create a user by invite."""

    email: str
    password: str
    full_name: str
    invite_code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueInvite:
    """Make an invite code; None means any number of uses, or good for ever.

    The code is made of `seed`, a secret: of the same one, the same code. Without it by chance.
    """

    cohort: str
    max_uses: int | None = None
    expires_at: datetime | None = None
    seed: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class LogIn:
    """Prove to be a user; `address` is where the request came from, blank if nowhere."""

    email: str
    password: str
    address: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangePassword:
    """Take another password; `address` as in `LogIn`."""

    user_id: UUID
    current: str
    new: str
    address: str = ""


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
    """Open an account with the positions of a file, or empty without one.

    `rejected_rows` is the CSV of the rows that were left out, None where there are none.
    """

    owner_id: UUID
    account: Account
    intake: Intake | None = None
    rejected_rows: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangePortfolio:
    """Call a portfolio otherwise; None leaves a text as it is."""

    portfolio_id: UUID
    name: str | None = None
    account_name: str | None = None
    account_type: str | None = None
    description: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportPositions:
    """Take the positions of a file into a portfolio; `rejected_rows` as in `OpenPortfolio`.

    `instead_of` is an import that is taken back for it, in the same save. With `is_dry_run` it is
    only said what that would change.
    """

    portfolio_id: UUID
    intake: Intake
    rejected_rows: str | None = None
    instead_of: UUID | None = None
    is_dry_run: bool = False


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

    `is_restatement` leaves out what is of today rather than of old days, and computes those to
    `restate` again even if nothing says that they are stale; `is_forced` abandons a live run of
    the portfolio first. Where a run over all accounts has `run_id` already, it is that one.
    """

    portfolio_id: UUID | None = None
    is_restatement: bool = False
    restate: Span | None = None
    is_forced: bool = False
    reason: str = ""
    run_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectOpening:
    """Correct what an account started from; blank texts leave what is there."""

    portfolio_id: UUID
    equity_balance: str = ""
    equity_as_of: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EnterAction:
    """Say what a symbol's shares did on a day; `value` is a ratio or USD a share."""

    portfolio_id: UUID
    symbol: str
    ex_on: date
    kind: Literal["split", "dividend"]
    value: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenPositions:
    """Hold further positions, all of them or none; `notes` has a text for each."""

    portfolio_id: UUID
    terms: Sequence[PositionTerms]
    notes: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectPosition:
    """State a position as it should have been stated.

    `correction` says what is wrong about the position as it stands; it may refuse.
    """

    portfolio_id: UUID
    position_id: UUID
    correction: Callable[[Position], Correction]
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosePosition:
    """Close a position: `quantity` shares of that day at `price` USD each, None for all of it."""

    portfolio_id: UUID
    position_id: UUID
    closed_on: date
    price: Decimal
    quantity: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RemovePosition:
    """Take out a position that was entered by mistake."""

    portfolio_id: UUID
    position_id: UUID
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RevaluePosition:
    """Put a price in USD a share on a private asset, from a day on."""

    portfolio_id: UUID
    position_id: UUID
    revalued_on: date
    price: Decimal
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteFlow:
    """Note money that came in (`is_withdrawal` false) or went out, in USD above zero."""

    portfolio_id: UUID
    dated_on: date
    amount: Decimal
    is_withdrawal: bool
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RevertFlow:
    """Take back a flow that was noted by mistake."""

    portfolio_id: UUID
    flow_id: UUID
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RepairValuations:
    """Compute the valuations of a portfolio, or of all, again from a day on.

    With `is_dry_run` only say what that would change.
    """

    portfolio_id: UUID | None = None
    from_on: date
    reason: str = ""
    is_dry_run: bool = False
