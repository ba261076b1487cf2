"""Edits: what happens to one position beside the files, by its owner's hand or by its expiry."""

from collections import Counter
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar, TypeVar
from uuid import UUID

import msgspec
from msgspec import structs

from domain.position import Closing, Position, PositionTerms

Terms = TypeVar("Terms", bound=PositionTerms)


class Correction(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What of a position was stated wrongly, as it is right; None for what stays as it is.

    Quantity and price are in the terms of the position's own statement.
    """

    quantity: Decimal | None = None
    entry_price: Decimal | None = None
    entry_on: date | None = None
    investment_subtype: str | None = None
    notes: str | None = None

    @property
    def of_terms(self) -> dict[str, Any]:
        """The corrected fields of a position; its notes are kept beside it."""
        told = structs.asdict(self)
        return {name: told[name] for name in told if name != "notes" and told[name] is not None}

    def applied_to(self, position: Terms) -> Terms:
        """The position as it should have been stated."""
        return structs.replace(position, **self.of_terms)

    def beyond(self, position: Position, notes: str) -> "Correction | None":
        """What of it says otherwise than the position and its notes; None if nothing does."""
        new = {name: v for name, v in self.of_terms.items() if v != getattr(position, name)}
        left = Correction(**new, notes=None if self.notes == notes else self.notes)
        return None if left == Correction() else left


class Entry(msgspec.Struct, frozen=True):
    """A position was opened by hand; its quantity contains every split up to `quantities_as_of`."""

    position: Position
    quantities_as_of: date


class Edit(msgspec.Struct, frozen=True):
    """Something happened to a position. `SAID` ends a sentence that begins with its name."""

    SAID: ClassVar[str]
    position_id: UUID


class Corrected(Edit, frozen=True):
    """It is as it should have been stated from the first."""

    SAID: ClassVar[str] = "was corrected by hand"
    changes: Correction


class Closed(Edit, frozen=True):
    """A part of it, or all that was left, was closed."""

    SAID: ClassVar[str] = "was closed by hand"
    closing: Closing


class Removed(Edit, frozen=True):
    """It is as if it had never been."""

    SAID: ClassVar[str] = "was removed by hand"


class Expired(Edit, frozen=True):
    """An option came to its end; what was held then was settled at a price in USD a share."""

    SAID: ClassVar[str] = "expired"
    expired_on: date
    settlement: Decimal

    def settled(self, position: Terms) -> Terms:
        """The position with what was left of it closed."""
        left = position.open_quantity
        if not left:
            return position
        rest = Closing(closed_on=self.expired_on, quantity=left, price=self.settlement)
        return structs.replace(position, closings=(*position.closings, rest))


def first_difference(before: Position | None, after: Position | None) -> date | None:
    """The first day on which a position is held otherwise than before, or at another cost.

    From its earlier entry on where its terms differ, else from the first closing that came or
    went; None where there is no such day.
    """
    known = [position for position in (before, after) if position]
    terms = [structs.replace(position, closings=()) for position in known]
    if len(known) == 1 or terms[0] != terms[-1]:
        return min(position.entry_on for position in known)
    old, new = (Counter(position.closings if position else ()) for position in (before, after))
    return min((closing.closed_on for closing in (old - new) + (new - old)), default=None)
