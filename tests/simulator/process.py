"""A process: the use cases put together over what outlives it, as `interfaces.bootstrap` does."""

from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial

from application.accounts import Accounts
from application.administration import Administration
from application.analyses import Analyses
from application.cash_flows import CashFlows
from application.edits import Editing
from application.forgetting import Forgetting
from application.identities import Identities
from application.imports import Imports
from application.invites import Invites
from application.login_throttle import LoginThrottle
from application.markets import Markets
from application.nights import Nights
from application.portfolios import Portfolios
from application.ports import EventLog
from application.positions import Positions
from application.prerequisites import reference_data
from application.prices import Prices
from application.repair import Repair
from application.repeating import DeferringLog, FirstAnswers
from application.runs import Runs
from application.securities import Securities
from application.security_log import SecurityLog
from application.sessions import Sessions
from application.staleness import StaleAccounts, Staleness
from application.tracing import Untold
from application.users import Users
from application.valuations import Valuations
from tests.simulator.access import (
    InMemoryFailedLogins,
    InMemoryFirstAnswers,
    InMemoryKeys,
    InMemoryPasswords,
    InMemoryRejectedRows,
    InMemoryTokens,
    NoUploads,
)
from tests.simulator.database import Database
from tests.simulator.dice import Dice
from tests.simulator.event_log import InMemoryEventLog
from tests.simulator.market import MoodyProvider
from tests.simulator.perils import PerilousLog, Witness
from tests.simulator.price_book import InMemoryPriceBook, InMemorySecurityMaster, PriceTables
from tests.simulator.queue import InMemoryJobs, take_over
from tests.simulator.rooms import AskedRooms, InMemoryRooms
from tests.support.clocks import SetClock

MASTER_CODE = "A-MASTER-CODE"
RISK_FREE_RATE = Decimal("0.04")


@dataclass(frozen=True)
class Machine:
    """What outlives a process, and the world around it."""

    clock: SetClock
    markets: Markets
    provider: MoodyProvider
    dice: Dice
    tokens: InMemoryTokens
    database: Database = field(default_factory=Database)
    book: PriceTables = field(default_factory=PriceTables)
    witness: Witness = field(default_factory=Witness)

    @property
    def log(self) -> InMemoryEventLog:
        """The log itself, as those see it who only read."""
        return InMemoryEventLog(self.database, self.clock, partial(self.dice.randbytes, 32))


@dataclass(frozen=True, kw_only=True)
class Process:
    """The use cases, and what simulations do with them beside asking."""

    perilous: PerilousLog
    rooms: InMemoryRooms
    asked: AskedRooms
    jobs: InMemoryJobs
    tokens: InMemoryTokens
    answers: FirstAnswers
    users: Users
    sessions: Sessions
    administration: Administration
    forgetting: Forgetting
    invites: Invites
    security_log: SecurityLog
    portfolios: Portfolios
    accounts: Accounts
    positions: Positions
    cash_flows: CashFlows
    imports: Imports
    prices: Prices
    valuations: Valuations
    repair: Repair
    runs: Runs
    nights: Nights


def started(machine: Machine) -> Process:
    """A process that has just been started, in the place of one that is gone."""
    database, clock, markets = machine.database, machine.clock, machine.markets
    take_over(database.jobs)
    perilous = PerilousLog(machine.log, machine.witness)
    log = DeferringLog(perilous)
    book = InMemoryPriceBook(machine.book, clock, markets["live"].calendar)
    rooms = InMemoryRooms(database, machine.log, machine.dice)
    asked, rejected_rows = AskedRooms(rooms), InMemoryRejectedRows(database)
    identities = Identities(deterministic=False)
    users = _users(machine, log, identities)
    valuations = Valuations(log, markets, book, RISK_FREE_RATE)
    prices = Prices(book, {"live": [machine.provider]}, markets, book)
    editing, runs = Editing(log, markets), _runs(machine, rooms, prices, valuations)
    return Process(
        perilous=perilous,
        rooms=rooms,
        asked=asked,
        jobs=InMemoryJobs(database),
        tokens=machine.tokens,
        answers=InMemoryFirstAnswers(database, clock),
        users=users,
        sessions=Sessions(log, users.passwords, machine.tokens, users.throttle),
        administration=Administration(log, machine.tokens),
        forgetting=Forgetting(log, users.passwords, InMemoryKeys(database), NoUploads()),
        invites=users.invites,
        security_log=users.throttle.security_log,
        portfolios=Portfolios(log, markets, identities, rejected_rows),
        accounts=Accounts(editing),
        positions=Positions(editing, identities, book),
        cash_flows=CashFlows(editing),
        imports=Imports(log, identities, book, rejected_rows, valuations.marking.options),
        prices=prices,
        valuations=valuations,
        repair=Repair(log, valuations, asked),
        runs=runs,
        nights=Nights(runs),
    )


def _users(machine: Machine, log: EventLog, identities: Identities) -> Users:
    database, clock = machine.database, machine.clock
    return Users(
        log=log,
        clock=clock,
        passwords=InMemoryPasswords(database),
        throttle=LoginThrottle(
            failures=InMemoryFailedLogins(database),
            clock=clock,
            security_log=SecurityLog(log, clock),
            refuses=True,
        ),
        tokens=machine.tokens,
        identities=identities,
        invites=Invites(log, clock, MASTER_CODE),
    )


def _runs(machine: Machine, rooms: InMemoryRooms, prices: Prices, valuations: Valuations) -> Runs:
    log, clock, asked = valuations.log, machine.clock, AskedRooms(rooms)
    master = InMemorySecurityMaster(machine.book, clock)
    securities = Securities(master, {"live": [machine.provider]}, clock)
    return Runs(
        log=log,
        clock=clock,
        markets=machine.markets,
        jobs=InMemoryJobs(machine.database),
        prices=prices,
        valuations=valuations,
        rooms=rooms,
        accounts=asked,
        live_runs=asked,
        securities=securities,
        stale=StaleAccounts(Staleness(log, valuations), asked, asked),
        tracing=Untold(),
        prerequisites=reference_data(),
        analyses=Analyses(log, valuations, securities, asked),
    )
