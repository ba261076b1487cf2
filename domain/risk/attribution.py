"""Where the P&L of a span came from, to the cent (spec 2.1, 5.5, 6.2).

Of each part: P&L + corrections = realised + change of unrealised + income. Of the whole: NAV at the
end = NAV at the start + P&L + flows + corrections. Corrections are nothing where every day was
computed on the day before it as that is recorded now; while restated days wait for later ones to
be computed again, they are what the P&L of the days is off by.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, localcontext
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
        position_id: symbol
        for day in (start, *days)
        for position_id, symbol in day.lines.rows("position_id", "symbol")
    }
    return _attribution(start, days, str, {str(key): symbol for key, symbol in symbols.items()})


def by_label(start: LinedDay, days: Sequence[LinedDay], labels: Mapping[UUID, str]) -> Attribution:
    """The same by what positions have in common: their class, their sector.

    Args:
        start: the valuation the span starts from.
        days: the sessions after it, oldest first.
        labels: by position; those without one are together `Unknown`.
    """
    return _attribution(start, days, lambda key: labels.get(key, UNKNOWN), {})


@dataclass(slots=True)
class _Sums:
    """What the days say of a part so far."""

    pnl: Decimal = ZERO
    realized: Decimal = ZERO
    unrealized_change: Decimal = ZERO
    income: Decimal = ZERO

    def add(self, other: "_Sums") -> None:
        """Take another in."""
        self.pnl += other.pnl
        self.realized += other.realized
        self.unrealized_change += other.unrealized_change
        self.income += other.income


def _attribution(
    start: LinedDay,
    days: Sequence[LinedDay],
    key_of: Callable[[UUID], str],
    titles: Mapping[str, str],
) -> Attribution:
    with localcontext(EXACT):
        sums = _sums(start, days, key_of)
        whole = _Sums()
        for one in sums.values():
            whole.add(one)
        end, pnl = (days or [start])[-1], sum((day.pnl for day in days), ZERO)
        flows = sum((day.flows for day in days), ZERO)
        parts = [_part(key, titles.get(key, key), one, start) for key, one in sums.items()]
        residual = pnl - whole.pnl
        whole.pnl = pnl
        return Attribution(
            from_on=start.session,
            to_on=end.session,
            nav_start=start.nav,
            nav_end=end.nav,
            flows=flows,
            corrections=end.nav - start.nav - flows - pnl,
            total=_part("total", "Total", whole, start),
            parts=tuple(sorted(parts, key=lambda part: (-part.pnl, part.title, part.key))),
            residual=residual,
        )


def _sums(
    start: LinedDay, days: Sequence[LinedDay], key_of: Callable[[UUID], str]
) -> dict[str, _Sums]:
    """What the days come to by key; unrealised is that of the last day less that of the start."""
    sums: dict[str, _Sums] = {}
    for day in days:
        for position_id, pnl, realized, income in day.lines.rows(
            "position_id", "pnl", "realized_pnl", "income"
        ):
            sums.setdefault(key_of(position_id), _Sums()).add(_Sums(pnl, realized, ZERO, income))
    for day, sign in ((start, -1), (days[-1], 1)) if days else ():
        for position_id, unrealized in day.lines.rows("position_id", "unrealized_pnl"):
            one = sums.setdefault(key_of(position_id), _Sums())
            one.unrealized_change += sign * unrealized
    return sums


def _part(key: str, title: str, sums: _Sums, start: LinedDay) -> AttributedPart:
    return AttributedPart(
        key=key,
        title=title,
        pnl=sums.pnl,
        realized=sums.realized,
        unrealized_change=sums.unrealized_change,
        income=sums.income,
        corrections=sums.realized + sums.unrealized_change + sums.income - sums.pnl,
        contribution=float(sums.pnl / start.nav) if start.nav > 0 else None,
    )
