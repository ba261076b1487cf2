"""What superusers ask for, as the API takes it and as pages do: read here, once for both."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, time
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from application.commands import IssueInvite, RepairValuations, RequestRunOfAny
from domain.invite_code import MOST_USES
from domain.run_order import Span
from domain.text import has_control_characters
from domain.user import User
from interfaces.bootstrap import Program
from interfaces.values import PORTFOLIO_EXAMPLE, Day, GivenInstant, Reason, Text
from projections.users.view import UserFilter, UserRow

RANKS: Mapping[str, Callable[[User], None]] = {
    "promote": User.promote,
    "demote": User.demote,
    "grant-auditor": User.grant_auditor,
    "revoke-auditor": User.revoke_auditor,
    "deactivate": User.deactivate,
    "reactivate": User.reactivate,
}
"""What can be decided about a user's rank, by the word for it in addresses."""


class UserSearch(BaseModel):
    """Which users are looked for: those of whom all that is asked is true."""

    email: str = ""
    has_portfolio: bool | None = None
    created_from: Day | None = None
    created_to: Day | None = None

    def find(self, program: Program, limit: int, offset: int) -> tuple[Sequence[UserRow], int]:
        """Up to `limit` of them, oldest first, and how many there are."""
        email = self.email.strip()
        if has_control_characters(email):  # as no address has any
            return [], 0
        first, last = self.created_from, self.created_to
        wanted = UserFilter(
            email=email,
            has_portfolio=self.has_portfolio,
            created_from=datetime.combine(first, time.min, UTC) if first else None,
            created_to=datetime.combine(last, time.max, UTC) if last else None,
        )
        return program.users_room.page(wanted, limit, offset)


class InviteToIssue(BaseModel):
    """A code for a cohort; without `max_uses` for any number, without `expires_at` for ever."""

    model_config = ConfigDict(extra="forbid")

    cohort: Text = Field(default="", examples=["Autumn testers"])
    max_uses: int | None = Field(default=None, ge=1, le=MOST_USES, examples=[25])
    expires_at: GivenInstant | None = Field(default=None, examples=["2026-12-31T00:00:00Z"])

    @property
    def command(self) -> IssueInvite:
        """What is asked for."""
        return IssueInvite(cohort=self.cohort, max_uses=self.max_uses, expires_at=self.expires_at)


class RunToStart(BaseModel):
    """What to calculate: one portfolio, or without `portfolio_id` all.

    `restate` is for old days: it leaves out what is of today. With `from_date`, perhaps up to
    `to_date`, their sessions are computed again even if nothing says that they are stale. `force`
    abandons the portfolio's live run first, and of all portfolios every live run; without it, those
    with a live run are left to that.
    """

    model_config = ConfigDict(extra="forbid")

    portfolio_id: UUID | None = Field(default=None, examples=[PORTFOLIO_EXAMPLE])
    restate: bool = False
    from_date: Day | None = Field(default=None, examples=["2013-02-01"])
    to_date: Day | None = Field(default=None, examples=["2013-02-28"])
    force: bool = False
    reason: Reason = Field(default="", examples=["A price of Friday was corrected."])

    @model_validator(mode="after")
    def _days_in_order(self) -> Self:
        if self.from_date and not self.restate:
            told = "Days are given to restate; send restate=true."
            raise PydanticCustomError("days_of_today", told)
        if self.to_date and not (self.from_date and self.from_date <= self.to_date):
            told = "to_date needs a from_date on or before it."
            raise PydanticCustomError("days_not_in_order", told)
        return self

    @property
    def command(self) -> RequestRunOfAny:
        """What is asked for; without days, those that are stale alone are computed again."""
        return RequestRunOfAny(
            portfolio_id=self.portfolio_id,
            is_restatement=self.restate,
            restate=Span(self.from_date, self.to_date) if self.from_date else None,
            is_forced=self.force,
            reason=self.reason,
        )


class RepairToMake(BaseModel):
    """Which days to compute again: of one portfolio, or without `portfolio_id` of all."""

    model_config = ConfigDict(extra="forbid")

    portfolio_id: UUID | None = Field(default=None, examples=[PORTFOLIO_EXAMPLE])
    from_date: Day = Field(examples=["2013-02-01"])
    reason: Annotated[Reason, Field(min_length=1, examples=["The close of GOOG was wrong."])]
    dry_run: bool = False

    @property
    def command(self) -> RepairValuations:
        """What is asked for."""
        return RepairValuations(
            portfolio_id=self.portfolio_id,
            from_on=self.from_date,
            reason=self.reason,
            is_dry_run=self.dry_run,
        )
