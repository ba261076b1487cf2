"""Sample accounts whose past changes after it was valued, and what must hold of them then."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from itertools import count, pairwise
from typing import Any
from uuid import UUID

from msgspec import structs

from application.commands import ImportPositions, RestoreImport, RevertImport
from application.stale_days import Progress
from application.valuations import Valuations
from domain.daily_valuation import DailyValuation
from domain.identity import daily_valuation_id
from domain.portfolio import Portfolio
from domain.position import Closing, PositionTerms
from domain.position_import import ImportMode, ImportSource, Intake
from domain.snapshot import Snapshot
from interfaces.bootstrap import Program
from tests.support.accounts import Owner, cause, shares
from tests.support.openings import PAIR, load_portfolio, open_account

OPENED_ON = date(2012, 12, 31)
TENTH = date(2013, 1, 14)
SATURDAY = date(2013, 1, 19)  # before a Monday without session
TUESDAY = date(2013, 1, 22)
WEDNESDAY = date(2013, 1, 23)
END = date(2013, 3, 1)
SESSIONS = 42  # from the opening to the end
LATE = (shares("IBM", 40, "191.00", TENTH), shares("MSFT", -300, "27.00", date(2013, 2, 4)))
"""A file that comes late; the first of it counts from the tenth session on."""

_digests = count(1)


@dataclass(frozen=True)
class Account:
    """A sample account, and what its owner and its runs do with it."""

    program: Program
    portfolio_id: UUID

    @property
    def portfolio(self) -> Portfolio:
        """As it stands now."""
        return load_portfolio(self.program, self.portfolio_id)

    def take_in(self, *terms: PositionTerms, **intake: Any) -> UUID:
        """Import a file with these positions; returns the import's id."""
        digest = f"{next(_digests):064}"
        source = ImportSource(format="template", file_name="late.csv", sha256=digest)
        given: dict[str, Any] = {"source": source, "terms": terms, "stated_on": END, **intake}
        command = ImportPositions(portfolio_id=self.portfolio_id, intake=Intake(**given))
        return self.program.imports.take_in(command, cause()).import_id

    def replace_by(self, *terms: PositionTerms, on: date) -> UUID:
        """Import a file of that day in place of what is held, a share at 100.00."""
        held = {position.symbol for position in self.portfolio.holdings.positions.values()}
        prices = dict.fromkeys(held | {stated.symbol for stated in terms}, Decimal("100.00"))
        return self.take_in(*terms, mode=ImportMode.REPLACE, stated_on=on, prices=prices)

    def revert(self, import_id: UUID) -> None:
        """Take an import back."""
        command = RevertImport(portfolio_id=self.portfolio_id, import_id=import_id)
        self.program.imports.revert(command, cause())

    def restore(self, import_id: UUID) -> None:
        """Bring an import back."""
        command = RestoreImport(portfolio_id=self.portfolio_id, import_id=import_id)
        self.program.imports.restore(command, cause())

    def change(self, decision: Callable[[Portfolio], None]) -> None:
        """Record a decision on the portfolio."""
        portfolio = self.portfolio
        decision(portfolio)
        self.program.log.save(portfolio, cause=cause())

    def catch_up(self, until: date = END, **parts: Any) -> Progress:
        """Catch up, on another log, book or markets if given."""
        valuations: Valuations = replace(self.program.valuations, **parts)
        return valuations.catch_up(self.portfolio, until, cause())

    def days(self) -> list[DailyValuation]:
        """The valuations, oldest first."""
        sessions = self.program.valuations.sessions(self.portfolio, END)
        ids = [daily_valuation_id(self.portfolio_id, session) for session in sessions]
        days = self.program.log.load_many(DailyValuation, ids).values()
        return sorted(days, key=lambda day: day.latest.session)

    def versions(self) -> list[int]:
        """How often each day was recorded, oldest day first."""
        return [day.version for day in self.days()]

    def figures(self) -> list[tuple[object, ...]]:
        """What is recorded day by day, but for ids and versions."""
        return [_figures(day.latest) for day in self.days()]

    def history(self) -> dict[tuple[date, int], Snapshot]:
        """Every version of every day that was ever recorded."""
        return {
            (row.event.session, row.version): row.event
            for row in self.program.log.read(0, 100_000)
            if isinstance(row.event, Snapshot) and row.event.portfolio_id == self.portfolio_id
        }


def _figures(day: Snapshot) -> tuple[object, ...]:
    lines = day.lines.rows(
        *("symbol", "quantity", "entry_price", "mark_price", "mark_on", "mark_source"),
        *("market_value", "cost", "proceeds", "pnl", "unrealized_pnl", "realized_pnl"),
    )
    previous = day.previous and (day.previous.session, day.previous.nav)
    totals = day.flows, day.cash, day.long_value, day.short_value, day.pnl, day.realized_pnl
    return day.session, day.opening, previous, day.nav, totals, day.counts, sorted(lines)


@dataclass(frozen=True)
class Scene:
    """A program with an owner, and prices of what anybody here holds."""

    program: Program
    owner: Owner

    def open(self, name: str = "IRA", terms: Sequence[PositionTerms] = PAIR) -> Account:
        """A sample account as of 2012-12-31."""
        portfolio_id = open_account(
            self.program,
            self.owner,
            terms,
            account_name=name,
            price_source="sample",
            equity_as_of=OPENED_ON.isoformat(),
        )
        return Account(self.program, portfolio_id)


def sessions_from(account: Account, day: date) -> int:
    """How many sessions there are from a day on."""
    sessions = account.program.valuations.sessions(account.portfolio, END)
    return sum(session >= day for session in sessions)


def sold(terms: PositionTerms, price: str, on: date) -> PositionTerms:
    """The terms with all of it closed."""
    closing = Closing(closed_on=on, quantity=terms.quantity, price=Decimal(price))
    return structs.replace(terms, closings=(closing,))


def assert_whole(account: Account) -> None:
    """NAV(t) = NAV(t-1) + P&L(t) + flows(t) along the pointers, of every version ever recorded."""
    history, days = account.history(), account.days()
    for snapshot in history.values():
        if snapshot.previous is not None:
            before = history[snapshot.previous.session, snapshot.previous.version]
            assert snapshot.previous == before.as_previous(snapshot.previous.version)
            assert snapshot.nav == before.nav + snapshot.pnl + snapshot.flows
    for before_day, day in pairwise(days):
        assert day.latest.previous is not None
        assert day.latest.previous.session == before_day.latest.session
        assert day.latest.previous.nav == before_day.latest.nav


def assert_equal(account: Account, twin: Account) -> None:
    """What is recorded of both is the same, and adds up."""
    twin.catch_up()
    assert len(account.figures()) == SESSIONS
    assert account.figures() == twin.figures()
    assert set(twin.versions()) == {1}
    assert_whole(account)
