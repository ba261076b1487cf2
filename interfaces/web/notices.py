"""What somebody should know of the figures of an account, and what to do about it (spec 8)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from domain.calculation_run import RunStatus
from interfaces.bootstrap import Program
from interfaces.web.holdings import Holding
from interfaces.web.page import day
from interfaces.web.worth import Worth
from projections.portfolios.view import PortfolioRow
from projections.runs.view import RunRow

_MOST_NAMED = 10
_ARCHIVED = "Archived. It is calculated no more and changes no more; what is known of it stays."


@dataclass(frozen=True, slots=True)
class Notice:
    """Something about an account: `kind` is good, warn or bad.

    Where it `calculates`, that is what to do; `url` is where to follow what it says.
    """

    portfolio: PortfolioRow
    kind: str
    text: str
    calculates: bool = False
    url: str = ""


def notices_of(
    program: Program,
    portfolios: Sequence[PortfolioRow],
    worth: Worth | None,
    holdings: Sequence[Holding],
) -> list[Notice]:
    """What to say of the accounts shown, one after the other."""
    stale = {v.portfolio.portfolio_id: v.stale_from for v in worth.accounts} if worth else {}
    notices = []
    for portfolio in portfolios:
        if not portfolio.is_active:
            notices.append(Notice(portfolio, "warn", _ARCHIVED))
            continue
        run = program.runs_room.latest_of(portfolio.portfolio_id)
        notices += _of_run(portfolio, run)
        if run is None or run.is_over:
            notices += _of_figures(portfolio, stale)
        held = [one for one in holdings if one.portfolio is portfolio]
        notices += _of_prices(portfolio, held)
    return notices


def _of_run(portfolio: PortfolioRow, run: RunRow | None) -> list[Notice]:
    if run is None:
        return []
    if not run.is_over:
        text = f"A calculation is on its way: {run.progress_percent:.0f} % done."
        url = f"/onboarding/{portfolio.portfolio_id}/runs/{run.run_id}"
        return [Notice(portfolio, "good", text, url=url)]
    if run.status is RunStatus.FAILED:
        text = f"The last calculation failed ({run.error_code}): {run.error_message}"
        return [Notice(portfolio, "bad", text, calculates=True)]
    return []


def _of_figures(portfolio: PortfolioRow, stale: Mapping[UUID, date | None]) -> list[Notice]:
    if portfolio.valuation_on is None:
        text = "Not valued yet. Calculate it to see what it is worth."
        return [Notice(portfolio, "warn", text, calculates=True)]
    stale_from = stale.get(portfolio.portfolio_id)
    if stale_from is None:
        return []
    text = f"Valuations from {day(stale_from)} on are stale. Calculate to restate them."
    return [Notice(portfolio, "warn", text, calculates=True)]


def _of_prices(portfolio: PortfolioRow, held: Sequence[Holding]) -> list[Notice]:
    notices = []
    if portfolio.needs_price_update:
        text = (
            f"Only {portfolio.priced} of {portfolio.need_price} symbols had a usable price."
            " Check how the others are spelled, or ask a superuser to hand their prices in."
        )
        notices.append(Notice(portfolio, "warn", text, calculates=True))
    doubtful = sorted({one.position.symbol for one in held if one.is_unreliable})
    if doubtful:
        named = ", ".join(doubtful[:_MOST_NAMED])
        more = len(doubtful) - _MOST_NAMED
        also = f" and {more} others" if more > 0 else ""
        text = (
            f"Valued at an old close or at the entry price: {named}{also}."
            " Private assets can be revalued on the page of the position."
        )
        notices.append(Notice(portfolio, "warn", text))
    return notices
