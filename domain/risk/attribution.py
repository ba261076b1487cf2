"""Where the P&L of a span came from, to the cent (spec 2.1, 5.5, 6.2).

Of each part: P&L + corrections = realised + change of unrealised + income. Of the whole: NAV at the
end = NAV at the start + P&L + flows + corrections. Corrections are nothing where every day was
computed on the day before it as that is recorded now; while restated days wait for later ones to
be computed again, they are what the P&L of the days is off by.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal, localcontext
from itertools import groupby
from typing import Any
from uuid import UUID

from domain.money import EXACT, ZERO
from domain.risk.valued_day import LinedDay

UNKNOWN = "Unknown"
"""The part of positions that nobody said a label of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AttributedPart:
    """What a position, or all of one label, contributed; amounts in USD, exact to the cent.

    Attributes:
        key: the position's id, or the label.
        title: the position's symbol, or the label.
        pnl: of the days, added up.
        realized: of what was closed in the span, against entry.
        unrealized_change: of what is held, against entry, at the end less at the start.
        income: dividends.
        corrections: what P&L is off by, since days are still to be computed again; else zero.
        contribution: P&L / NAV at the start: 0.01 is 1 %; None where that is not above zero.
    """

    key: str
    title: str
    pnl: Decimal
    realized: Decimal
    unrealized_change: Decimal
    income: Decimal
    corrections: Decimal
    contribution: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribution:
    """The P&L of a span in parts; amounts in USD, exact to the cent.

    Attributes:
        from_on: the session whose close it starts from.
        to_on: the last session.
        nav_start: at the close of `from_on`.
        nav_end: at the close of `to_on`.
        flows: contributions less withdrawals.
        corrections: NAV at the end less NAV at the start, flows and P&L.
        total: the whole P&L, as the days say it.
        parts: the largest gain first, the largest loss last.
        residual: the whole less its parts; zero.
    """

    from_on: date
    to_on: date
    nav_start: Decimal
    nav_end: Decimal
    flows: Decimal
    corrections: Decimal
    total: AttributedPart
    parts: tuple[AttributedPart, ...]
    residual: Decimal


def by_position(start: LinedDay, days: Sequence[LinedDay]) -> Attribution:
    """The P&L of the days after `start` by position.

    Args:
        start: the valuation the span starts from.
        days: the sessions after it, oldest first.
    """
    symbols = {
        str(position_id): symbol
        for day in (start, *(next(alike) for _, alike in _alike(days)))
        for position_id, symbol in zip(day.lines.position_id, day.lines.symbol, strict=True)
    }
    with localcontext(EXACT):
        sums = _sums(start, days)
        whole = _Sums()
        for one in sums.values():
            whole.add(one)
        end, pnl = (days or [start])[-1], sum((day.pnl for day in days), ZERO)
        flows = sum((day.flows for day in days), ZERO)
        residual = pnl - whole.pnl
        whole.pnl = pnl
        return Attribution(
            from_on=start.session,
            to_on=end.session,
            nav_start=start.nav,
            nav_end=end.nav,
            flows=flows,
            corrections=end.nav - start.nav - flows - pnl,
            total=_part("total", "Total", whole, start.nav),
            parts=_parts(sums, symbols, start.nav),
            residual=residual,
        )


def pooled(each: Sequence[Attribution]) -> Attribution:
    """Those of several portfolios together; what starts later than the first comes in as a flow.

    There is one at least, and all end on the same session.
    """
    start = min(one.from_on for one in each)
    sums: dict[str, _Sums] = {}
    titles: dict[str, str] = {}
    whole = _Sums()
    with localcontext(EXACT):
        for one in each:
            whole.add(_Sums.of(one.total))
            sums |= {part.key: _Sums.of(part) for part in one.parts}
            titles |= {part.key: part.title for part in one.parts}
        nav_start = sum((one.nav_start for one in each if one.from_on == start), ZERO)
        later = sum((one.nav_start for one in each if one.from_on > start), ZERO)
        return Attribution(
            from_on=start,
            to_on=each[0].to_on,
            nav_start=nav_start,
            nav_end=sum((one.nav_end for one in each), ZERO),
            flows=sum((one.flows for one in each), later),
            corrections=sum((one.corrections for one in each), ZERO),
            total=_part("total", "Total", whole, nav_start),
            parts=_parts(sums, titles, nav_start),
            residual=sum((one.residual for one in each), ZERO),
        )


def by_label(found: Attribution, labels: Mapping[UUID, str]) -> Attribution:
    """The same by what positions have in common: their class, their sector.

    Args:
        found: by position.
        labels: by position; those without one are together `Unknown`.
    """
    told = {str(position_id): label for position_id, label in labels.items()}
    sums: defaultdict[str, _Sums] = defaultdict(_Sums)
    with localcontext(EXACT):
        for part in found.parts:
            sums[told.get(part.key, UNKNOWN)].add(_Sums.of(part))
        return replace(found, parts=_parts(sums, {}, found.nav_start))


@dataclass(slots=True)
class _Sums:
    """What the days say of a part so far."""

    pnl: Decimal = ZERO
    realized: Decimal = ZERO
    unrealized_change: Decimal = ZERO
    income: Decimal = ZERO

    @classmethod
    def of(cls, part: AttributedPart) -> "_Sums":
        """What a part says."""
        return cls(part.pnl, part.realized, part.unrealized_change, part.income)

    def add(self, other: "_Sums") -> None:
        """Take another in."""
        self.pnl += other.pnl
        self.realized += other.realized
        self.unrealized_change += other.unrealized_change
        self.income += other.income


def _alike(days: Sequence[LinedDay]) -> Iterator[tuple[Any, Iterator[LinedDay]]]:
    """The days in stretches on which the lines are of the same positions."""
    return groupby(days, lambda day: (day.lines.position_id, day.lines.symbol))


def _sums(start: LinedDay, days: Sequence[LinedDay]) -> dict[str, _Sums]:
    """What the days come to by position; unrealised is of the last day less that of the start."""
    sums: defaultdict[str, _Sums] = defaultdict(_Sums)
    for (position_ids, _), alike in _alike(days):
        lines = [day.lines for day in alike]
        totals = zip(
            _totals(one.pnl for one in lines),
            _totals(one.realized_pnl for one in lines),
            _totals(one.income for one in lines),
            strict=True,
        )
        for position_id, (pnl, realized, income) in zip(position_ids, totals, strict=True):
            sums[str(position_id)].add(_Sums(pnl, realized, ZERO, income))
    for day, sign in ((start, -1), (days[-1], 1)) if days else ():
        for position_id, unrealized in zip(
            day.lines.position_id, day.lines.unrealized_pnl, strict=True
        ):
            sums[str(position_id)].unrealized_change += sign * unrealized
    return sums


def _totals(columns: Iterable[Sequence[Decimal]]) -> list[Decimal]:
    """The sums of columns, line by line."""
    return [sum(line, ZERO) for line in zip(*columns, strict=True)]


def _parts(
    sums: Mapping[str, _Sums], titles: Mapping[str, str], nav_start: Decimal
) -> tuple[AttributedPart, ...]:
    parts = [_part(key, titles.get(key, key), one, nav_start) for key, one in sums.items()]
    return tuple(sorted(parts, key=lambda part: (-part.pnl, part.title, part.key)))


def _part(key: str, title: str, sums: _Sums, nav_start: Decimal) -> AttributedPart:
    return AttributedPart(
        key=key,
        title=title,
        pnl=sums.pnl,
        realized=sums.realized,
        unrealized_change=sums.unrealized_change,
        income=sums.income,
        corrections=sums.realized + sums.unrealized_change + sums.income - sums.pnl,
        contribution=float(sums.pnl / nav_start) if nav_start > 0 else None,
    )
