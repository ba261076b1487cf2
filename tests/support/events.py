"""Events of specifications, each with what a reader need not know filled in."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from hashlib import sha256
from typing import Any, Literal
from uuid import UUID, uuid5

import msgspec

from domain.account import AccountType
from domain.calculation_run import CalculationRun, RunStatus
from domain.edit import Correction
from domain.email_claim import EmailClaim
from domain.identity import position_id
from domain.instrument import InvestmentClass
from domain.invite_code import InviteCode, hash_of_code
from domain.kernel import Event
from domain.portfolio import Portfolio
from domain.position import Position, PositionTerms
from domain.position_import import ImportMode, ImportSource, PositionClosing
from domain.run_order import RunKind, RunOrder
from domain.run_phase import VALUATION, Phase
from domain.run_slot import RunSlot
from domain.user import User
from tests.support.specification import SUBJECT

ActionKind = Literal["split", "dividend"]
OPENING_DAY = date(2012, 6, 29)
"""The Friday on which portfolios of specifications open."""


def number(name: str) -> UUID:
    """An id that is always the same for a name."""
    return uuid5(SUBJECT, name)


def source(name: str, account: str | None = None) -> ImportSource:
    """Where positions came from: a file of that name, different from all of other names."""
    digest = sha256(name.encode()).hexdigest()
    return ImportSource(format="template", file_name=f"{name}.csv", sha256=digest, account=account)


def registered(email: str = "ann@example.com", full_name: str = "Ann Example") -> User.Registered:
    """A user came."""
    return User.Registered(email=email, full_name=full_name, invite="master")


def promoted() -> User.PromotedToSuperuser:
    """The user became a superuser."""
    return User.PromotedToSuperuser()


def demoted() -> User.DemotedFromSuperuser:
    """The user ceased to be one."""
    return User.DemotedFromSuperuser()


def deactivated() -> User.Deactivated:
    """The user was shut out."""
    return User.Deactivated()


def forgotten() -> User.Forgotten:
    """Who the user was cannot be known any more."""
    return User.Forgotten()


def logged_out(token: str) -> User.LoggedOut:
    """The user gave back a token that was good until noon of 2024-01-02."""
    return User.LoggedOut(jti=token, expires_at=at(12))


def impersonation_stopped(user: str, token: str) -> User.ImpersonationStopped:
    """The user, a superuser, gave back the token to act as `user`, good until that noon."""
    return User.ImpersonationStopped(target_id=number(user), jti=token, expires_at=at(12))


def logged_in(hour: int, minute: int = 0) -> User.LoggedIn:
    """The user signed in at that time of 2024-01-02."""
    return User.LoggedIn(logged_in_at=at(hour, minute))


def at(hour: int, minute: int = 0) -> datetime:
    """A time of 2024-01-02, UTC."""
    return datetime(2024, 1, 2, hour, minute, tzinfo=UTC)


def opened(account_name: str) -> User.AccountOpened:
    """The user opened an account, whose portfolio's id follows from the name."""
    return User.AccountOpened(account_name=account_name, portfolio_id=number(account_name))


def account_renamed(was: str, name: str) -> User.AccountRenamed:
    """The user gave the account opened under a name another one."""
    return User.AccountRenamed(account_name=name, portfolio_id=number(was))


def account_closed(was: str) -> User.AccountClosed:
    """The user closed the account opened under a name."""
    return User.AccountClosed(portfolio_id=number(was))


def email_claimed(user: str = "ann") -> EmailClaim.Claimed:
    """A user took the address."""
    return EmailClaim.Claimed(user_id=number(user))


def email_released(user: str = "ann") -> EmailClaim.Released:
    """The address became free again."""
    return EmailClaim.Released(user_id=number(user))


def invite_issued(
    max_uses: int | None = None, expires_at: datetime | None = None
) -> InviteCode.Issued:
    """A code was issued for friends."""
    return InviteCode.Issued(
        code_hash=hash_of_code("QK7M-2XPD"),
        cohort="Friends",
        max_uses=max_uses,
        expires_at=expires_at,
    )


def invite_used(user: str) -> InviteCode.Used:
    """A user registered with the code."""
    return InviteCode.Used(user_id=number(user))


def invite_revoked() -> InviteCode.Revoked:
    """The code was taken back."""
    return InviteCode.Revoked()


def portfolio_opened(equity: str = "100000.00") -> Portfolio.Opened:
    """An account was opened on `OPENING_DAY`."""
    return Portfolio.Opened(
        owner_id=number("ann"),
        name="Retirement",
        account_name="IRA",
        account_type=AccountType.IRA,
        description="",
        currency="USD",
        equity_balance=Decimal(equity),
        equity_as_of=OPENING_DAY,
        price_source="sample",
    )


def stated(
    symbol: str,
    quantity: str = "100",
    price: str = "50.00",
    entry_on: date = OPENING_DAY,
    investment_class: InvestmentClass = InvestmentClass.PUBLIC,
    subtype: str | None = None,
) -> PositionTerms:
    """A position as a file states it."""
    return PositionTerms(
        symbol=symbol,
        quantity=Decimal(quantity),
        entry_price=Decimal(price),
        entry_on=entry_on,
        investment_class=investment_class,
        investment_subtype=subtype,
    )


def numbered(terms: PositionTerms, lot: int = 1) -> Position:
    """The position that the specified portfolio makes of `terms`, the `lot`-th of its kind."""
    key = position_id(SUBJECT, terms.symbol, terms.entry_on, lot)
    return Position(position_id=key, **msgspec.structs.asdict(terms))


def closing(position: Position, quantity: str, price: str, on: date) -> PositionClosing:
    """A part of a position that was held before is closed; the quantity is signed as it."""
    return PositionClosing(
        position_id=position.position_id,
        closed_on=on,
        quantity=Decimal(quantity),
        price=Decimal(price),
    )


def imported(
    *positions: Position,
    name: str = "first file",
    file: str | None = None,
    account: str | None = None,
) -> Portfolio.PositionsImported:
    """Positions came in, beside what was held, from the file of the import's name or another."""
    return Portfolio.PositionsImported(
        import_id=number(name),
        source=source(file or name, account),
        mode=ImportMode.ADD,
        quantities_as_of=OPENING_DAY,
        positions=positions,
        closings=(),
    )


def replaced(
    *positions: Position,
    closings: Sequence[PositionClosing] = (),
    name: str = "second file",
    file: str | None = None,
) -> Portfolio.PositionsImported:
    """A file took the place of what was held."""
    return msgspec.structs.replace(
        imported(*positions, name=name, file=file),
        mode=ImportMode.REPLACE,
        closings=tuple(closings),
    )


def reverted(
    taken: Portfolio.PositionsImported, reason: str = "wrong file"
) -> Portfolio.ImportReverted:
    """The import was taken back."""
    return Portfolio.ImportReverted(
        import_id=taken.import_id,
        reason=reason,
        removed=tuple(position.position_id for position in taken.positions),
        reopened=taken.closings,
    )


def restored(taken: Portfolio.PositionsImported) -> Portfolio.ImportRestored:
    """The import that was taken back was brought back."""
    return Portfolio.ImportRestored(
        import_id=taken.import_id,
        restored=tuple(position.position_id for position in taken.positions),
        closed=taken.closings,
    )


def revalued(position: Position, on: date, price: str) -> Portfolio.PositionRevalued:
    """The owner put a price on a position."""
    return Portfolio.PositionRevalued(
        position_id=position.position_id, revalued_on=on, price=Decimal(price), note="appraisal"
    )


def position_opened(position: Position, notes: str = "") -> Portfolio.PositionOpened:
    """The owner entered a position."""
    return Portfolio.PositionOpened(
        position=position, quantities_as_of=max(OPENING_DAY, position.entry_on), notes=notes
    )


def corrected(position: Position, **changes: Any) -> Portfolio.PositionCorrected:
    """The owner corrected what a position had been stated as."""
    return Portfolio.PositionCorrected(
        position_id=position.position_id, changes=Correction(**changes), reason="typed wrongly"
    )


def position_closed(
    position: Position, quantity: str, price: str, on: date, traded: str | None = None
) -> Portfolio.PositionClosed:
    """The owner closed a part of a position, signed as it."""
    return Portfolio.PositionClosed(
        position_id=position.position_id,
        closed_on=on,
        quantity=Decimal(quantity),
        traded=Decimal(traded or quantity),
        price=Decimal(price),
    )


def removed(position: Position) -> Portfolio.PositionRemoved:
    """The owner removed a position."""
    return Portfolio.PositionRemoved(position_id=position.position_id, reason="entered twice")


def expired(position: Position, settlement: str, on: date) -> Portfolio.OptionExpired:
    """An option expired."""
    return Portfolio.OptionExpired(
        position_id=position.position_id, expired_on=on, settlement=Decimal(settlement)
    )


def called_otherwise(name: str = "Old age", account_name: str = "Roth") -> list[Event]:
    """The owner gave an account other names, words and another type."""
    return [
        Portfolio.Renamed(name=name, account_name=account_name),
        Portfolio.Described(description="For later"),
        Portfolio.AccountTypeChanged(account_type=AccountType.ROTH_IRA),
    ]


def opening_corrected(
    equity: str = "100000.00", on: date = OPENING_DAY
) -> Portfolio.OpeningCorrected:
    """The owner corrected what the account started from."""
    return Portfolio.OpeningCorrected(
        equity_balance=Decimal(equity), equity_as_of=on, reason="misread"
    )


def action_entered(
    symbol: str, on: date, kind: ActionKind, value: str
) -> Portfolio.CorporateActionEntered:
    """The owner said what the shares of a symbol did."""
    return Portfolio.CorporateActionEntered(
        action_id=number(symbol), symbol=symbol, ex_on=on, kind=kind, value=Decimal(value)
    )


def contributed(name: str, on: date, amount: str) -> Portfolio.CapitalContributed:
    """Money was paid in."""
    return Portfolio.CapitalContributed(
        flow_id=number(name), contributed_on=on, amount=Decimal(amount), note=""
    )


def withdrawn(name: str, on: date, amount: str) -> Portfolio.CapitalWithdrawn:
    """Money was taken out."""
    return Portfolio.CapitalWithdrawn(
        flow_id=number(name), withdrawn_on=on, amount=Decimal(amount), note=""
    )


def flow_reverted(name: str) -> Portfolio.CashFlowReverted:
    """A flow was taken back."""
    return Portfolio.CashFlowReverted(flow_id=number(name), reason="noted twice")


def ordered(until: date = date(2013, 3, 1), *portfolios: str, **changes: Any) -> RunOrder:
    """A run of one portfolio, or of those named, as its owner asks for it."""
    names = portfolios or ("IRA",)
    order = RunOrder(
        kind=RunKind.ON_DEMAND,
        calculation_on=until,
        portfolio_ids=tuple(map(number, names)),
        requested_by=number("ann"),
    )
    return msgspec.structs.replace(order, **changes)


def requested(
    until: date = date(2013, 3, 1), *portfolios: str, **changes: Any
) -> CalculationRun.Requested:
    """A run was asked for; arguments as of `ordered`."""
    return CalculationRun.Requested(
        **msgspec.structs.asdict(ordered(until, *portfolios, **changes))
    )


def all_requested(kind: RunKind = RunKind.NIGHTLY) -> CalculationRun.Requested:
    """A run over all accounts was asked for by the system."""
    return requested(kind=kind, portfolio_ids=(), requested_by=None)


def left_out(*portfolios: str) -> CalculationRun.PortfoliosLeftOut:
    """Portfolios were busy."""
    return CalculationRun.PortfoliosLeftOut(portfolio_ids=tuple(map(number, portfolios)))


def fanned_out(parts: int, portfolios: int) -> CalculationRun.FannedOut:
    """A run over all accounts was divided."""
    return CalculationRun.FannedOut(parts=parts, portfolios=portfolios)


def part_ended(
    name: str, outcome: RunStatus = RunStatus.COMPLETED, *, valued: int = 0, left: int = 0
) -> CalculationRun.PartEnded:
    """A part of one portfolio, beside those left out, came to its end."""
    return CalculationRun.PartEnded(
        part_id=number(name),
        outcome=outcome,
        portfolios=1,
        left_out=left,
        valued=valued,
        skipped=0,
        restated=0,
    )


def started(worker: str = "worker-1") -> CalculationRun.Started:
    """A worker took the run up."""
    return CalculationRun.Started(worker=worker)


def phase_started(phase: Phase = VALUATION, total: int = 20) -> CalculationRun.PhaseStarted:
    """A phase began."""
    return CalculationRun.PhaseStarted(phase=phase.id, total=total)


def found_in_order(portfolio: UUID, version: int, prices_known: int) -> CalculationRun.FoundInOrder:
    """The latest valuation of a portfolio stands as it is."""
    return CalculationRun.FoundInOrder(
        portfolio_id=portfolio, portfolio_version=version, prices_known=prices_known
    )


def phase_completed(
    phase: Phase = VALUATION,
    counts: Mapping[str, int] | None = None,
    warnings: Sequence[str] = (),
) -> CalculationRun.PhaseCompleted:
    """A phase ended after a quarter of a second."""
    return CalculationRun.PhaseCompleted(
        phase=phase.id, counts=dict(counts or {}), warnings=tuple(warnings), seconds=0.25
    )


def completed(
    outcome: RunStatus = RunStatus.COMPLETED, valued: int = 0, skipped: int = 0, restated: int = 0
) -> CalculationRun.Completed:
    """The run came to its end."""
    return CalculationRun.Completed(
        outcome=outcome, valued=valued, skipped=skipped, restated=restated
    )


def failed(
    code: str = "ERR_BATCH_008", message: str = "The run met a fault."
) -> CalculationRun.Failed:
    """The run met a fault."""
    return CalculationRun.Failed(error_code=code, message=message)


def abandoned() -> CalculationRun.Abandoned:
    """The run was given up."""
    return CalculationRun.Abandoned(reason="Its worker died 5 times.")


def slot_claimed(run: str) -> RunSlot.Claimed:
    """A run took the slot."""
    return RunSlot.Claimed(run_id=number(run))


def slot_released(run: str) -> RunSlot.Released:
    """The run that held the slot ended."""
    return RunSlot.Released(run_id=number(run))
