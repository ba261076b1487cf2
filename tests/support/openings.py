"""Accounts of every kind, opened through the use cases; and what the log holds of a kind."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, TypeVar
from uuid import UUID

from application.commands import AccountTexts, OpenPortfolio
from application.ports import Recorded
from domain.daily_valuation import DailyValuation
from domain.identity import daily_valuation_id
from domain.kernel import Event
from domain.portfolio import Portfolio
from domain.position import PositionTerms
from domain.position_import import ImportSource, Intake
from domain.snapshot import Snapshot
from interfaces.bootstrap import Program
from tests.support.accounts import Owner, cause, shares

AnyEvent = TypeVar("AnyEvent", bound=Event)
ENTRY = date(2012, 6, 29)
PAIR = (shares("GOOG", 100, "580.07", ENTRY), shares("SPY", -50, "136.10", ENTRY))
"""A long and a short of the bundled prices."""


def texts(**changes: Any) -> AccountTexts:
    """An account as typed; live, as of the latest session, unless `changes` say otherwise."""
    given: dict[str, Any] = {
        "portfolio_name": "A portfolio",
        "account_name": "IRA",
        "account_type": "ira",
        "equity_balance": "100000.00",
    }
    return AccountTexts(**{**given, **changes})


def open_account(
    program: Program, owner: Owner, terms: Sequence[PositionTerms] = (), **changes: Any
) -> UUID:
    """Open an account with these positions; returns the portfolio's id."""
    command = OpenPortfolio(
        owner_id=owner.user_id,
        account=program.portfolios.read_account(texts(**changes)),
        intake=Intake(
            source=ImportSource(format="template", file_name="positions.csv", sha256="0" * 64),
            terms=terms,
            stated_on=ENTRY,
        ),
    )
    return program.portfolios.open(command, cause(owner.user_id)).portfolio_id


def load_portfolio(program: Program, portfolio_id: UUID) -> Portfolio:
    """The portfolio as recorded."""
    portfolio = program.log.load(Portfolio, portfolio_id)
    assert portfolio is not None
    return portfolio


def recorded(program: Program, kind: type[AnyEvent]) -> list[tuple[Recorded, AnyEvent]]:
    """All events of a kind with their envelopes, oldest first."""
    found: list[tuple[Recorded, AnyEvent]] = []
    position = 0
    while page := program.log.read(position, 10_000):  # fewer, where they are large
        found += [(row, row.event) for row in page if isinstance(row.event, kind)]
        position = page[-1].position
    return found


def snapshots(
    program: Program, portfolio_id: UUID, sessions: Iterable[date]
) -> dict[date, Snapshot]:
    """What is recorded of the sessions that are valued."""
    ids = [daily_valuation_id(portfolio_id, session) for session in sessions]
    days = program.log.load_many(DailyValuation, ids).values()
    return dict(sorted((day.latest.session, day.latest) for day in days))
