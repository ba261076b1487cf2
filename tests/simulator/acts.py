"""What somebody does in a simulation, and what everybody has to find afterwards."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from application.markets import MarketTime
from application.ports import AnyAggregate, Cause
from domain.kernel import Aggregate
from domain.portfolio import Portfolio
from domain.user import User
from tests.simulator.database import Database
from tests.simulator.dice import Dice
from tests.simulator.journal import Journal
from tests.simulator.market import SimulatedMarket
from tests.simulator.process import Process

Ask = Callable[[Process, Cause], Any]
Holds = Callable[[Any], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """Something that is asked of the program, as often as it takes: `ask` may be called again.

    `holds` says of an answer whether what it promised is in the log, as the journal has read it:
    its aggregates go on as events come. `actor` is who asks, None for the system. An act of a
    worker or a scheduler has no one who would be told.
    """

    title: str
    ask: Ask
    holds: Holds = lambda _: True
    actor: UUID | None = None
    is_of_system: bool = False

    @property
    def who(self) -> str:
        """Whose kind of act it is."""
        return "the system" if self.is_of_system else "people"


@dataclass
class Stage:
    """What there is to act on, as whoever acts sees it.

    In the `spotlight` are the account and the user who were acted on last: who is quicker than
    somebody else, which is `contested`, is mostly after the same ones.
    """

    dice: Dice
    journal: Journal
    database: Database
    time: MarketTime
    market: SimulatedMarket
    codes: list[str] = field(default_factory=list)
    spotlight: dict[type[Aggregate], UUID] = field(default_factory=dict)
    is_contested: bool = False

    @property
    def users(self) -> list[User]:
        """Those who can be asked for."""
        return [user for user in self.journal.all(User) if not user.is_forgotten]

    @property
    def accounts(self) -> list[Portfolio]:
        """The portfolios that were not put away."""
        return [one for one in self.journal.all(Portfolio) if not one.is_archived]

    def user(self) -> User | None:
        """Somebody."""
        return self._lit(User) or self._light(self.dice.one_of(self.users))

    def account(self) -> Portfolio | None:
        """Some account; now and then one that was put away."""
        is_any = self.dice.happens(0.03)
        some = self.journal.all(Portfolio) if is_any else self.accounts
        return self._lit(Portfolio) or self._light(self.dice.one_of(some))

    def _lit(self, kind: type[AnyAggregate]) -> AnyAggregate | None:
        """Whoever is in the spotlight, for those who are often after the same."""
        if not self.is_contested or self.dice.happens(0.2):
            return None
        return self.journal.one(kind, self.spotlight.get(kind))

    def _light(self, found: AnyAggregate | None) -> AnyAggregate | None:
        if found is not None:
            self.spotlight[type(found)] = found.id
        return found

    def owner_of(self, portfolio: Portfolio) -> UUID | None:
        """Whoever asks about a portfolio: its owner, and now and then somebody else."""
        if self.dice.happens(0.03):
            somebody = self.dice.one_of(self.users)
            return somebody.id if somebody else portfolio.owner_id
        return portfolio.owner_id

    def day(self, least: int = -12, most: int = 1) -> date:
        """A day around today: weekends and holidays too, and now and then tomorrow."""
        return self.time.today() + timedelta(days=self.dice.randint(least, most))

    def past_session(self, most: int = 8) -> date:
        """One of the latest completed sessions."""
        latest = self.time.latest_session()
        sessions = self.time.calendar.sessions(latest - timedelta(days=2 * most), latest)
        return self.dice.choice(sessions[-most:])


Draw = Callable[[Stage], Act | None]
Deck = tuple[tuple[int, Draw], ...]
"""Acts with how often each is drawn; one that has nothing to act on is None."""


def of_account(stage: Stage, one: Portfolio, said: str, *, ask: Ask, holds: Holds) -> Act:
    """What an owner does with an account."""
    title = f"{one.account_name!r} {said}"
    return Act(title=title, ask=ask, holds=holds, actor=stage.owner_of(one))
