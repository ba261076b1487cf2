"""What made a day be said again, in words, and where that is seen (spec 7.4)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from application.ports import Recorded
from application.time_travel import LearntRow, Origin
from interfaces.bootstrap import Program
from interfaces.story import positions_named, story_of
from interfaces.web.page import day, instant
from interfaces.web.paging import A_PAGE
from interfaces.web.people import names_in, who
from interfaces.web.portfolio_frame import url_of

_RULES = "The rules of the valuation changed."


@dataclass(frozen=True, slots=True)
class Traced:
    """What made a version: a sentence, and the page that shows it; none where there is none.

    `through` is how many days stand between.
    """

    text: str
    url: str
    through: int


def event_url(portfolio_id: UUID, version: int, total: int) -> str:
    """Where an event of a portfolio stands among all `total` of them, newest first."""
    offset = (total - version) // A_PAGE * A_PAGE
    page = f"?offset={offset}" if offset else ""
    return f"{url_of(portfolio_id, '/history')}{page}#event-{version}"


def provenance_url(portfolio_id: UUID, session: date, version: int | None = None) -> str:
    """Where the figures of a session come from, by its latest version or another."""
    asked = f"?version={version}" if version else ""
    return f"{url_of(portfolio_id, '/provenance')}/{session}{asked}"


def sentences(program: Program, events: Sequence[Recorded]) -> Mapping[int, str]:
    """The sentence on each event of a portfolio, by its version."""
    symbols = program.positions_room.symbols(list(positions_named(events)))
    return {told.recorded.version: told.text for told in story_of(events, symbols_before=symbols)}


def traced(
    program: Program, portfolio_id: UUID, session: date, origins: Iterable[Origin]
) -> list[Traced]:
    """What made versions of a session, each in a sentence."""
    return [_traced(program, portfolio_id, session, one) for one in origins]


def _traced(program: Program, portfolio_id: UUID, session: date, origin: Origin) -> Traced:
    if origin.row is not None:
        of = origin.row.on if origin.through and origin.row.kind == "close" else session
        url = f"{provenance_url(portfolio_id, of)}#price-{origin.row.row}"
        return Traced(row_in_words(origin.row), url, origin.through)
    if origin.event is None:
        return Traced(_RULES, "", origin.through)
    event = origin.event
    if event.aggregate_id != portfolio_id:
        return Traced("A day before was valued for the first time.", "", origin.through)
    total = program.log.versions([portfolio_id])[portfolio_id]
    told = sentences(program, [event])[event.version]
    by = who(event.cause, names_in(program, [event.cause]))
    text = f"{told} By {by}, {instant(event.occurred_at)}."
    return Traced(text, event_url(portfolio_id, event.version, total), origin.through)


def row_in_words(row: LearntRow) -> str:
    """What was learnt of a symbol's day, from whom and when."""
    what = {
        "close": f"The close of {row.symbol} on {day(row.on)} is {row.value} USD",
        "split": f"{row.symbol} was split on {day(row.on)}, {row.value} shares for each",
    }.get(row.kind, f"{row.symbol} paid {row.value} USD a share on {day(row.on)}")
    return f"{what}: learnt from {row.source}, {instant(row.learnt_at)}, as row {row.row}."
