"""The frame of a portfolio's pages: its name, its tabs, what was done last and what is to do."""

from datetime import date
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from fastapi.responses import HTMLResponse, Response

from interfaces.values import parse_day
from interfaces.web.notices import notices_of
from interfaces.web.visits import Visit, go_to
from interfaces.web.worth import Worth, worth_of
from projections.portfolios.view import PortfolioRow

_TABS = (
    ("", "Overview"),
    ("/positions", "Positions"),
    ("/cash-flows", "Cash flows"),
    ("/risk", "Risk"),
    ("/performance", "Performance"),
    ("/opening", "Opening"),
    ("/imports", "Imports"),
    ("/history", "History"),
)
_DONE = {
    "opened": "Position entered.",
    "close": "Position closed.",
    "correct": "Position corrected.",
    "same": "Nothing was corrected: the position stands as it was stated.",
    "revalue": "Position revalued.",
    "remove": "Position removed.",
    "noted": "Cash flow noted.",
    "taken-back": "Cash flow taken back.",
    "opening": "Opening corrected.",
    "revert": "Import taken back.",
    "redo": "Import brought back.",
}


def url_of(portfolio_id: UUID, tab: str = "") -> str:
    """Where a tab of a portfolio is."""
    return f"/portfolios/{portfolio_id}{tab}"


def portfolio_page(
    at: Visit, portfolio: PortfolioRow, template: str, status: int = 200, **values: Any
) -> HTMLResponse:
    """A page of a portfolio; `worth` among the values is what it is worth, if known already.

    Whoever `may_change` it is shown forms: nobody, once it is archived.
    """
    worth: Worth | None = values.pop("worth", None) or worth_of(at.program, [portfolio])
    base, path = url_of(portfolio.portfolio_id), at.request.url.path
    asked = at.request.query_params
    return at.page(
        template,
        status,
        portfolio=portfolio,
        worth=worth,
        base=base,
        may_change=at.may_change and portfolio.is_active,
        tabs=[(base + tab, name, path == base + tab) for tab, name in _TABS],
        notices=notices_of(at.program, [portfolio], worth, []),
        done=_DONE.get(asked.get("done", "")),
        restates_from=parse_day(asked.get("from", "")),
        **values,
    )


def done_at(url: str, done: str, restates_from: date | None) -> Response:
    """To a page that says what was done, and from when on valuations are stale for it."""
    told = {"done": done} | ({"from": restates_from.isoformat()} if restates_from else {})
    return go_to(f"{url}?{urlencode(told)}")
