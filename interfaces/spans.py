"""Which valuations a span of days is about: the one that it starts from, and those within."""

from collections.abc import Sequence
from datetime import date
from typing import TypeVar

from domain.risk.valued_day import Dated

AnyDay = TypeVar("AnyDay", bound=Dated)


def from_before(days: Sequence[AnyDay], first: date | None) -> Sequence[AnyDay]:
    """The days from the last one before `first` on; all where there is none before."""
    if first is None:
        return days
    before = sum(day.session < first for day in days)
    return days[max(before - 1, 0) :]
