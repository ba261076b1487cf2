"""Several portfolios' valued days as those of one (spec 6.2, Aggregate).

A portfolio that opens comes in with its NAV as a flow: nobody gained it. Its P&L counts from the
next session on, and only then its NAV is what returns are of.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from domain.money import ZERO
from domain.risk.valued_day import FollowingDay
from domain.share_of_nav import share_of_nav


@dataclass(frozen=True, slots=True)
class PooledDay:
    """The same figures of several portfolios together."""

    session: date
    nav: Decimal
    previous_nav: Decimal | None
    pnl: Decimal
    flows: Decimal
    gross_exposure: Decimal

    @property
    def daily_return(self) -> float | None:
        """P&L over the NAV before of those that were there; None where that says nothing."""
        if self.previous_nav is None:
            return None
        return share_of_nav(self.pnl, self.previous_nav, self.gross_exposure)


def pooled_days(portfolios: Iterable[Sequence[FollowingDay]]) -> list[PooledDay]:
    """The days on which every portfolio that was open had a valuation, oldest first."""
    histories = [days for days in portfolios if days]
    by_session: dict[date, list[FollowingDay]] = defaultdict(list)
    for days in histories:
        for day in days:
            by_session[day.session].append(day)
    openings = sorted(days[0].session for days in histories)
    return [
        _pooled(session, by_session[session])
        for session in sorted(by_session)
        if len(by_session[session]) == sum(opening <= session for opening in openings)
    ]


def _pooled(session: date, days: Sequence[FollowingDay]) -> PooledDay:
    before = [day.previous_nav for day in days if day.previous_nav is not None]
    brought = sum((day.nav for day in days if day.previous_nav is None), ZERO)
    is_first = not before
    return PooledDay(
        session=session,
        nav=sum((day.nav for day in days), ZERO),
        previous_nav=None if is_first else sum(before, ZERO),
        pnl=sum((day.pnl for day in days), ZERO),
        flows=sum((day.flows for day in days), ZERO) + (ZERO if is_first else brought),
        gross_exposure=sum((day.gross_exposure for day in days), ZERO),
    )
