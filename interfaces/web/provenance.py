"""Where the NAV of a day comes from: lines, marks, price rows, events, files (spec 7.4, 8)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import Response

from application.manifest import LineManifest, Manifest
from domain.position_import import ImportSource
from interfaces.recomputing import sentence_on
from interfaces.values import Day
from interfaces.web.holdings import BADGES
from interfaces.web.page import instant
from interfaces.web.people import names_in, who
from interfaces.web.portfolio_frame import portfolio_page, url_of
from interfaces.web.tracing_back import event_url
from interfaces.web.two_versions import TwoVersions
from interfaces.web.visits import PageRoute, UserVisit, Visit
from projections.portfolios.view import PortfolioRow

router = APIRouter(
    prefix="/portfolios/{portfolio_id}/provenance", include_in_schema=False, route_class=PageRoute
)

_MOST_LINES = 500


@dataclass(frozen=True, slots=True)
class TracedLine:
    """A line, what its mark is of, and where it was stated.

    `anchor` is that of the row of the price book, of the first line that is of it.
    """

    line: LineManifest
    badge: str
    anchor: str
    event_url: str
    import_url: str
    stated: str


@router.get("/{session}")
def provenance(
    at: UserVisit,
    portfolio_id: UUID,
    session: Day,
    version: Annotated[int | None, Query(ge=1)] = None,
    recompute: str = "",
) -> Response:
    """NAV of a version, of the latest without one, down to price rows and lines of files.

    Where that is asked for it is computed again from these.
    """
    portfolio = at.portfolio(portfolio_id)
    found = at.program.manifests.of(portfolio_id, portfolio.market, session, version)
    told: dict[str, Any] = _told(at, portfolio, found) if found else {}
    told |= _again(at, portfolio, found) if found and recompute else {"again": None}
    status = 200 if found else 404
    return portfolio_page(
        at, portfolio, "provenance.html", status, session=session, manifest=found, **told
    )


def _again(at: Visit, portfolio: PortfolioRow, manifest: Manifest) -> dict[str, Any]:
    """The version computed again, and what comes out otherwise."""
    recorded = manifest.version
    session = recorded.snapshot.session
    again = at.program.recomputation.of(portfolio.portfolio_id, session, recorded.number)
    if again is None:
        return {"again": None}
    sides = TwoVersions.of(session, recorded.snapshot, again.again) if again.difference else None
    return {"again": again, "sentence": sentence_on(again), "sides": sides}


def _told(at: Visit, portfolio: PortfolioRow, manifest: Manifest) -> dict[str, Any]:
    own, version = portfolio.portfolio_id, manifest.version
    total = at.program.log.versions([own])[own]
    return {
        "lines": list(_lines(own, manifest.lines[:_MOST_LINES], total)),
        "files": list(_files(own, manifest)),
        "who": who(version.cause, names_in(at.program, [version.cause])),
        "events_url": event_url(own, version.snapshot.portfolio_version, total),
    }


def _lines(own: UUID, lines: Sequence[LineManifest], total: int) -> Iterator[TracedLine]:
    anchored: set[int] = set()
    for line in lines:
        row, statement = line.learnt, line.statement
        anchor = f"price-{row.row}" if row and row.row not in anchored else ""
        anchored |= {row.row} if row else set()
        where = f"{statement.file.file_name}, line {statement.row}" if statement.file else ""
        yield TracedLine(
            line=line,
            badge=BADGES.get(line.mark_quality, "bad"),
            anchor=anchor,
            event_url=event_url(own, statement.event.version, total),
            import_url=_import_url(own, line),
            stated=where,
        )


def _import_url(own: UUID, line: LineManifest) -> str:
    """The import that stated a line; blank where it was entered by hand."""
    import_id = getattr(line.statement.event.event, "import_id", None)
    return url_of(own, f"/imports/{import_id}") if import_id else ""


def _files(own: UUID, manifest: Manifest) -> Iterator[tuple[ImportSource, str, str]]:
    """The files that stated the lines, each once, with its import and when that was."""
    seen: set[str] = set()
    for line in manifest.lines:
        file, url = line.statement.file, _import_url(own, line)
        if file is not None and url not in seen:
            seen.add(url)
            yield file, url, instant(line.statement.event.occurred_at)
