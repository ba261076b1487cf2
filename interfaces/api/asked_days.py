"""Which days an answer is to be about, as requests name them (spec 4.7)."""

from datetime import date
from typing import Annotated

from fastapi import Depends, Query

from interfaces.values import Day

OnDay = Annotated[
    Day | None, Query(alias="date", description="A valued session; the latest where none is named.")
]


def asked_span(
    first: Annotated[
        Day | None, Query(alias="from", description="First day; else the opening.")
    ] = None,
    last: Annotated[
        Day | None, Query(alias="to", description="Last day; else the latest valued one.")
    ] = None,
) -> tuple[date | None, date | None]:
    """The first and the last day; None where an end is not named."""
    return first, last


AskedSpan = Annotated[tuple[date | None, date | None], Depends(asked_span)]


def asked_days(span: AskedSpan) -> tuple[date, date]:
    """The same with the ends of time where none is named."""
    first, last = span
    return first or date.min, last or date.max


AskedDays = Annotated[tuple[date, date], Depends(asked_days)]
