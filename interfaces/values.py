"""The values of requests and answers as JSON has them (spec 4): texts, money, days, instants."""

import re
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Annotated

from fastapi import Query
from pydantic import (
    AfterValidator,
    AwareDatetime,
    BeforeValidator,
    PlainSerializer,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

from domain.text import has_control_characters

_ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_LENGTH_OF_DAY = len("2013-03-01")
_FARTHEST = 1_000_000_000
_LONGEST_REASON = 500

PORTFOLIO_EXAMPLE = "f3c1b1de-0f0e-5d06-8a3a-6f3a1c1a2b3c"
"""The portfolio that the examples of requests and answers are about."""


def _blank_for_null(value: object) -> object:
    return "" if value is None else value


Text = Annotated[str, BeforeValidator(_blank_for_null)]
"""A text as typed. Missing and null count as blank, so that the business rules decide."""


def _reason(text: str) -> str:
    reason = text.strip()
    if len(reason) > _LONGEST_REASON or has_control_characters(reason):
        raise PydanticCustomError("reason", "A reason has at most 500 printable characters.")
    return reason


def _note(text: str) -> str:
    note = text.strip()
    if len(note) > _LONGEST_REASON or has_control_characters(note):
        raise PydanticCustomError("note", "A note has at most 500 printable characters.")
    return note


def _symbol(text: str) -> str:
    symbol = text.strip().upper()
    if not symbol or has_control_characters(symbol):
        raise PydanticCustomError("symbol", "Write a symbol, such as SPY.")
    return symbol


AnySymbol = Annotated[str, AfterValidator(_symbol)]
"""A symbol as typed, known or not, in capitals."""

Reason = Annotated[Text, AfterValidator(_reason)]
"""Why something is done, in at most 500 characters; may be left out."""

Note = Annotated[Text, AfterValidator(_note)]
"""What the owner wants to remember, in at most 500 characters; may be left out."""


def _cell(value: object) -> object:
    if isinstance(value, bool):
        raise PydanticCustomError("cell", "Write a text or a number.")
    if isinstance(value, int | float):
        return f"{Decimal(repr(value)):f}"
    return "" if value is None else value.strip() if isinstance(value, str) else value


Cell = Annotated[
    str,
    BeforeValidator(_cell),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "number"}, {"type": "null"}]}),
]
"""What a cell of the template would say: a text, or a number as text or as number."""


def _plain(number: Decimal) -> str:
    exponent = number.as_tuple().exponent
    return f"{number:f}" if isinstance(exponent, int) and exponent <= -2 else f"{number:.2f}"


Amount = Annotated[
    Decimal,
    PlainSerializer(_plain, return_type=str),
    WithJsonSchema({"type": "string", "pattern": r"^-?[0-9]+\.[0-9]{2,8}$"}),
]
"""Money, a price or a quantity: a decimal string with at least 2 decimals."""


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


Instant = Annotated[
    datetime,
    PlainSerializer(_instant, return_type=str),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
"""A moment in UTC, with Z."""


def parse_day(text: str) -> date | None:
    """The day that a text is as YYYY-MM-DD; None for anything else."""
    if not _ISO_DAY.fullmatch(text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _iso_day(value: object) -> object:
    if isinstance(value, date):
        return value
    if isinstance(value, str) and (day := parse_day(value)):
        return day
    raise PydanticCustomError("day", "Write a day as YYYY-MM-DD, such as 2013-03-01.")


Day = Annotated[date, BeforeValidator(_iso_day)]
"""A day as YYYY-MM-DD and nothing else."""

_MOMENT = re.compile(r"[0-9-]{10}([T ][0-9:.]{5,15}(Z|[+-][0-9]{2}:[0-9]{2})?)?")


def parse_moment(text: str) -> datetime | None:
    """The instant that a text says, UTC where it names no offset; a day alone is its end.

    None for anything else.
    """
    if not _MOMENT.fullmatch(text):
        return None
    try:
        moment = datetime.fromisoformat(text)
        if len(text) == _LENGTH_OF_DAY:
            moment = datetime.combine(moment, time.max)
        aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return aware.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _moment(value: object) -> object:
    if isinstance(value, str) and (moment := parse_moment(value.strip())):
        return moment
    raise PydanticCustomError(
        "moment", "Write a day, or a day and a time in UTC, such as 2013-02-05 14:30."
    )


Moment = Annotated[datetime, BeforeValidator(_moment)]
"""A moment as typed: a day, which counts to its end, or a day and a time, in UTC."""


def _in_utc(at: datetime) -> datetime:
    try:
        return at.astimezone(UTC)
    except OverflowError:
        raise PydanticCustomError(
            "instant", "Write an instant of the years 1 to 9999 in UTC."
        ) from None


GivenInstant = Annotated[AwareDatetime, AfterValidator(_in_utc)]
"""An instant as a request names it, with its offset: one that there is in UTC, and in UTC."""

Limit = Annotated[int, Query(ge=1, le=200, description="Most entries to answer with.")]
Offset = Annotated[int, Query(ge=0, le=_FARTHEST, description="Entries to leave out before.")]
