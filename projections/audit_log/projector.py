"""From every event to its row."""

from collections.abc import Iterable, MutableMapping
from uuid import UUID

from application.ports import Recorded
from domain.calculation_run import CalculationRun
from domain.daily_valuation import DailyValuation
from domain.email_claim import EmailClaim
from domain.invite_code import InviteCode
from domain.kernel import Aggregate, Event
from domain.portfolio import Portfolio
from domain.risk_analysis import RiskAnalysis
from domain.run_slot import RunSlot
from domain.security_record import SecurityRecord
from domain.superusers import Superusers
from domain.symbol_analysis import SymbolAnalysis
from domain.user import User
from projections.audit_log.view import AuditRow
from projections.row_table import Key

_AGGREGATES: tuple[type[Aggregate], ...] = (
    *(CalculationRun, DailyValuation, EmailClaim, InviteCode, Portfolio, RiskAnalysis),
    *(RunSlot, SecurityRecord, Superusers, SymbolAnalysis, User),
)
FED_BY: frozenset[type[Event]] = frozenset(
    event
    for aggregate in _AGGREGATES
    for event in vars(aggregate).values()
    if isinstance(event, type) and issubclass(event, Event)
)


def keys(_: Recorded) -> Iterable[Key]:
    """No row is there before its event."""
    return ()


def fold(rows: MutableMapping[Key, AuditRow], recorded: Recorded) -> None:
    """One row more."""
    kind, cause = type(recorded.event).TOPIC, recorded.cause
    rows[(recorded.position,)] = AuditRow(
        position=recorded.position,
        recorded_at=recorded.occurred_at,
        aggregate=kind.partition(".")[0],
        aggregate_id=recorded.aggregate_id,
        version=recorded.version,
        kind=kind,
        actor=cause.actor,
        impersonator=cause.impersonator,
        command_id=cause.command_id,
        correlation_id=cause.correlation_id,
        causation=cause.causation,
        portfolio_id=_portfolio_of(recorded),
        user_id=_user_of(recorded),
    )


def _portfolio_of(recorded: Recorded) -> UUID | None:
    """The one portfolio that an event is about; what is about several is nobody's own."""
    event = recorded.event
    if type(event).TOPIC.startswith(f"{Portfolio.TOPIC}."):
        return recorded.aggregate_id
    if isinstance(event, CalculationRun.Requested) and len(event.portfolio_ids) == 1:
        return event.portfolio_ids[0]
    named: UUID | None = getattr(event, "portfolio_id", None)
    return named


def _user_of(recorded: Recorded) -> UUID | None:
    event = recorded.event
    if type(event).TOPIC.startswith(f"{User.TOPIC}."):
        return recorded.aggregate_id
    named: UUID | None = getattr(event, "user_id", getattr(event, "owner_id", None))
    return named
