"""The command `sigmasight replay`."""

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

import typer

from interfaces.bootstrap import Program
from interfaces.cli.terminal import (
    INSTANTS,
    console,
    opened_program,
    parse_portfolio_id,
    plain,
    portfolio_of,
)
from interfaces.story import Told, story_of
from projections.portfolios.view import PortfolioRow


def replay(
    portfolio: Annotated[UUID, typer.Option(parser=parse_portfolio_id, help="Its id.")],
    until: Annotated[
        datetime | None,
        typer.Option(formats=INSTANTS, help="Up to this instant, UTC. Default: now."),
    ] = None,
) -> None:
    """Print the story of a portfolio, event by event, with what it was worth after each."""
    with opened_program() as program:
        program.rooms.catch_up(program.log.position())
        row = portfolio_of(program, portfolio)
        events = program.time_travel.log.history([portfolio])
        story = list(story_of(events, until.replace(tzinfo=UTC) if until else None))
        worth = _worth(program, row, story)
    console.print(plain(f"{row.account_name} ({row.name})"), soft_wrap=True)
    for told, nav in zip(story, worth, strict=True):
        at = f"{told.recorded.occurred_at:%Y-%m-%d %H:%M:%S}"
        console.print(plain(f"{at}  {told.text}"), soft_wrap=True)
        console.print(plain(f"{'':19}  NAV: {nav}"))


def _worth(program: Program, row: PortfolioRow, story: list[Told]) -> list[str]:
    """What was known of NAV before the next event; after the last one, what is known now."""
    when = program.markets[row.market]
    sessions = when.calendar.sessions(row.equity_as_of, when.latest_session())
    if not story:
        return []
    bounds = [*(told.recorded.position for told in story[1:]), program.log.position() + 1]
    known = program.time_travel.worth(row.portfolio_id, sessions, bounds)
    return [f"{one.nav:,.2f} on {one.session}" if one else "not valued" for one in known]
