"""What is asked of a calculation run, and what its valuation counts."""

from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from uuid import UUID

import msgspec


class RunKind(StrEnum):
    """Why a run was requested."""

    ON_DEMAND = "on-demand"
    NIGHTLY = "nightly"
    RESTATEMENT = "restatement"


class Span(msgspec.Struct, frozen=True):
    """Days from the `first` on, to the `last`; where that is None, without end."""

    first: date
    last: date | None = None


class RunOrder(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked of a run.

    No `portfolio_ids` means all accounts: by night those that lack a valuation or something known
    since, else every one. `skips` are ids of phases to leave out, `part_of` the whole that a part
    belongs to; `requested_by` is None for the system. The sessions of the days to `restate` are
    computed again even if nothing says that they are stale.
    """

    kind: RunKind
    calculation_on: date
    portfolio_ids: tuple[UUID, ...] = ()
    requested_by: UUID | None = None
    skips: tuple[int, ...] = ()
    part_of: UUID | None = None
    reason: str = ""
    restate: Span | None = None

    def over(self, portfolio_id: UUID) -> "RunOrder":
        """The same order, of one portfolio."""
        return msgspec.structs.replace(self, portfolio_ids=(portfolio_id,))

    def as_part(self, whole: UUID, portfolio_ids: Iterable[UUID], until: date) -> "RunOrder":
        """What a part of a run with this order is asked: some portfolios, up to their session."""
        return msgspec.structs.replace(
            self, portfolio_ids=tuple(portfolio_ids), calculation_on=until, part_of=whole
        )


class Counts(msgspec.Struct, frozen=True):
    """What a valuation did, in sessions."""

    valued: int = 0
    skipped: int = 0
    restated: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(
            self.valued + other.valued,
            self.skipped + other.skipped,
            self.restated + other.restated,
        )
