"""What saying a day again changes: its figures before and after, and by line (spec 7.3)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Self
from uuid import UUID

from domain.snapshot import Snapshot

_LINE = ("position_id", "symbol", "quantity", "mark_price", "market_value", "pnl")


@dataclass(frozen=True, slots=True)
class LineFigures:
    """What a day says of a position: USD, the quantity signed and as at the close."""

    quantity: Decimal
    mark_price: Decimal
    market_value: Decimal
    pnl: Decimal


@dataclass(frozen=True, slots=True)
class LineDifference:
    """A line that differs; `before` or `after` is None where the day has no such line."""

    position_id: UUID
    symbol: str
    before: LineFigures | None
    after: LineFigures | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Restatement:
    """A session whose figures differ from those recorded; amounts in USD.

    `nav_before` and `pnl_before` are None where the day was never valued.
    """

    session: date
    nav_before: Decimal | None
    nav_after: Decimal
    pnl_before: Decimal | None
    pnl_after: Decimal
    lines: tuple[LineDifference, ...]
    reason: str
    caused_by: str

    @classmethod
    def between(cls, before: Snapshot | None, after: Snapshot, reason: str, caused_by: str) -> Self:
        """What `after` says otherwise than `before`."""
        return cls(
            session=after.session,
            nav_before=before.nav if before else None,
            nav_after=after.nav,
            pnl_before=before.pnl if before else None,
            pnl_after=after.pnl,
            lines=tuple(_differences(before, after)),
            reason=reason,
            caused_by=caused_by,
        )


def _differences(before: Snapshot | None, after: Snapshot) -> Iterator[LineDifference]:
    known, now = lines_by_position(before), lines_by_position(after)
    for position_id, (symbol, _) in {**known, **now}.items():
        was, is_ = known.get(position_id), now.get(position_id)
        if was != is_:
            yield LineDifference(position_id, symbol, was and was[1], is_ and is_[1])


def lines_by_position(snapshot: Snapshot | None) -> Mapping[UUID, tuple[str, LineFigures]]:
    """Symbol and figures of each line, in the snapshot's order; none where there is no snapshot."""
    if snapshot is None:
        return {}
    rows: Iterator[tuple[Any, ...]] = snapshot.lines.rows(*_LINE)
    return {key: (symbol, LineFigures(*figures)) for key, symbol, *figures in rows}
