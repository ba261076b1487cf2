"""A simulation: a story that a seed tells, step by step, and the identities after each of them."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import copy_context
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import partial
from hashlib import blake2b
from typing import Any
from uuid import uuid4

from application.at_ease import collector_at_ease
from application.errors import StoreUnavailable, VersionConflict
from application.markets import MarketTime
from application.ports import Cause
from application.repeating import (
    Deferral,
    FirstAnswer,
    KeyTaken,
    Overtaken,
    deferral,
)
from application.side_by_side import at_a_time
from domain.daily_valuation import BrokenIdentity
from domain.email_address import EmailAddress
from domain.errors import DomainError
from infrastructure.nyse_calendar import NyseCalendar
from tests.simulator.access import InMemoryTokens
from tests.simulator.acts import Act, Deck, Stage
from tests.simulator.acts_of_owners import OWNERS, open_account
from tests.simulator.acts_of_people import PASSWORD, PEOPLE, register
from tests.simulator.acts_of_work import RIVALS, WORK, look, work
from tests.simulator.dice import Dice, ids_drawn_by
from tests.simulator.identities import AFTER_EACH_STEP, AT_THE_END, Scene, Told
from tests.simulator.journal import Journal
from tests.simulator.market import MoodyProvider, SimulatedMarket
from tests.simulator.perils import Ambush, Peril
from tests.simulator.process import Machine, Process, started
from tests.support.clocks import SetClock
from tests.support.faulty_logs import WorkerKilled

STEPS = 24
CALENDAR = NyseCalendar(date(2024, 1, 1))
FIRST_DAY, LAST_DAY = date(2023, 2, 1), date(2025, 6, 30)
DECKS: Sequence[Deck] = (PEOPLE, OWNERS, WORK)
_SHARES = (3, 5, 4)
_RIVALS: Mapping[Deck, Deck] = {PEOPLE: PEOPLE, OWNERS: OWNERS, WORK: RIVALS}
_PERILS = (1, 1, 1, 1, 1, 3)
_MOST_ROUNDS = 12
_TRIES = 3


class IdentityBroken(Exception):
    """What has to hold did not; told with the seed and the step, to be seen again."""

    def __init__(self, seed: int, step: int, broken: str) -> None:
        super().__init__(
            f"Seed {seed}, step {step}: {broken}\n"
            f"Tell it again: .venv/bin/python -m tests.simulator {seed}"
        )


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Let runs do their parts one after the other: no threads, so no chance."""
    before = at_a_time.set(1)
    try:
        yield
    finally:
        at_a_time.reset(before)


Defect = Callable[[Process], Process]


@dataclass
class Simulation:
    """The world of one seed. `tell` hears what happens, a line for each step.

    `defect` changes each process that is started: what is planted to be found. `met` counts acts
    and perils.
    """

    seed: int
    tell: Callable[[str], None] = lambda _: None
    defect: Defect = lambda process: process
    step: int = 0
    met: Counter[str] = field(default_factory=Counter)
    nested: list[Exception] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.dice = Dice(self.seed)
        self._ids = Dice(f"ids of {self.seed}")
        day = FIRST_DAY + timedelta(days=self.dice.randrange((LAST_DAY - FIRST_DAY).days))
        clock = SetClock(datetime(day.year, day.month, day.day, 15, tzinfo=UTC))
        self.time = MarketTime(CALENDAR, clock, date(1990, 1, 2))
        listed_on, split_on = day - timedelta(days=40), day - timedelta(days=5)
        market = SimulatedMarket(CALENDAR, listed_on, split_on)
        self.machine = Machine(
            clock=clock,
            markets={"live": self.time},
            provider=MoodyProvider(market, self.dice),
            dice=self.dice,
            tokens=InMemoryTokens(clock),
        )
        self.journal = Journal(self.machine.log)
        self.stage = Stage(self.dice, self.journal, self.machine.database, self.time, market)
        self.process = self._started()
        self._latest = clock.time

    def run(self) -> str:
        """Tell the whole story; returns the digest of the log it leaves.

        Raises:
            IdentityBroken: something did not hold.
        """
        with ids_drawn_by(self._ids), one_at_a_time(), collector_at_ease():
            try:
                self._tell_all()
            except LookupError as missing:
                raise IdentityBroken(self.seed, self.step, repr(missing)) from missing
        return self.digest()

    def _tell_all(self) -> None:
        for act in self._beginning():
            self._do(act, None)
        while self.step < STEPS:
            self._pass_time()
            deck = self.dice.choices(DECKS, _SHARES)[0]
            act = self._drawn(deck)
            self._do(act, self._ambush(act, deck))
        self._end()

    def digest(self) -> str:
        """What tells two logs apart."""
        digest = blake2b(digest_size=16)
        for row in self.machine.database.events:
            digest.update(f"{row.position} {row.stream} {row.version} {row.topic} ".encode())
            digest.update(row.state)
        return digest.hexdigest()

    def _started(self) -> Process:
        return self.defect(started(self.machine))

    def _beginning(self) -> Iterator[Act]:
        """A superuser, a user and an account: without them little can happen."""
        root = EmailAddress("root@example.com")
        yield Act(
            title="a superuser is made",
            ask=lambda process, cause: process.users.create_superuser(
                root, PASSWORD, "Root", cause
            ),
        )
        yield register(self.stage)
        if opening := open_account(self.stage):
            yield opening

    def _drawn(self, deck: Deck) -> Act:
        while True:
            draw = self.dice.choices([draw for _, draw in deck], [n for n, _ in deck])[0]
            if act := draw(self.stage):
                self.met[draw.__name__] += 1
                return act

    def _ambush(self, act: Act, deck: Deck) -> Ambush | None:
        if not self.dice.happens(0.7 if deck is WORK else 0.4):
            return None
        peril = self.dice.choices([*Peril], _PERILS)[0]
        nth = self.dice.randint(0, 12) if act.is_of_system else 0
        nth = self.dice.randint(0, 3) + nth if peril is Peril.UNANSWERED else nth
        if peril is not Peril.OVERTAKEN:
            return Ambush(peril, nth)
        self.stage.is_contested = True
        rival = self._drawn(_RIVALS[deck])
        self.stage.is_contested = False
        return Ambush(peril, nth, partial(self._be_quicker, rival))

    def _be_quicker(self, act: Act) -> None:
        """Let somebody else's act happen in the middle of one; what it breaks is told after it."""
        try:
            copy_context().run(self._do_beside, act)
        except Exception as broken:  # noqa: BLE001 - whoever was overtaken would take it for a fault
            self.nested.append(broken)

    def _do_beside(self, act: Act) -> None:
        deferral.set(None)  # what is held back is somebody else's
        self._do(act, None)

    def _pass_time(self) -> None:
        dice, clock = self.dice, self.machine.clock
        chance = dice.random()
        if chance < 0.55:
            clock.time += timedelta(minutes=dice.randint(0, 40))
        elif chance < 0.8:
            clock.time += timedelta(hours=dice.randint(1, 20))
        elif chance < 0.92:
            clock.time += timedelta(days=dice.randint(1, 4))
        else:
            clock.time -= timedelta(minutes=dice.randint(1, 3 * 24 * 60))
        self._latest = max(self._latest, clock.time)

    def _do(self, act: Act, ambush: Ambush | None) -> None:
        """One step: what is asked, what goes wrong, what is answered; then what has to hold."""
        self.step += 1
        number = self.step
        self.process.rooms.lags = self.dice.happens(0.1)
        told = self._asked(act, ambush)
        self.process.rooms.lags = False
        if self.dice.happens(0.8):
            self.process.rooms.catch_up(self.machine.log.position())
        peril = ""
        if ambush and ambush.is_sprung:
            peril = f" [{ambush.peril}]"
            self.met[f"{act.who}: {ambush.peril}"] += 1
        self.tell(
            f"{number:3} {self.machine.clock.time:%a %Y-%m-%d %H:%M}  {act.title}{peril}:"
            f" {told.said}"
        )
        self._hold(told, number)

    def _asked(self, act: Act, ambush: Ambush | None) -> Told:
        """Ask, under a key perhaps: then again as long as there is no answer."""
        key = None
        if act.actor and self.dice.happens(0.4):
            key = f"key {self.step}"
        told = Told(act, is_overtaken=ambush is not None and ambush.peril is Peril.OVERTAKEN)
        for _ in range(_TRIES if key else 1):
            self.process.perilous.ambush, ambush = ambush, None
            self._ask(told, key)
            self.process.perilous.ambush = None
            if told.is_answered:
                break
        return told

    def _ask(self, told: Told, key: str | None) -> None:
        try:
            told.answered(self._under_key(told, key) if key else self._plainly(told))
        except StoreUnavailable:
            told.left_open("no answer in time")
        except WorkerKilled:
            told.left_open("killed")
            self.process = self._started()
        except BrokenIdentity as broken:
            raise IdentityBroken(self.seed, self.step, broken.message) from broken
        except DomainError as refusal:
            told.refused(refusal)
        except Exception as error:
            raise IdentityBroken(self.seed, self.step, f"{told.act.title}: {error!r}") from error

    def _plainly(self, told: Told) -> Any:
        return told.act.ask(self.process, self._cause(told))

    def _under_key(self, told: Told, key: str) -> Any:
        """As `interfaces.api.idempotency` has a command answered once, and again the same."""
        actor = told.act.actor
        assert actor is not None
        for _ in range(10):
            known = self.process.answers.find(actor, key)
            if known is not None:
                return told.values[known.body]
            saves, cause = Deferral(), self._cause(told)
            token = deferral.set(saves)
            try:
                value = told.act.ask(self.process, cause)
            except Overtaken:
                continue
            finally:
                deferral.reset(token)
            body = cause.command_id.bytes
            told.values[body] = value
            answer = FirstAnswer(request_digest=b"", status=200, headers=(), body=body)
            try:
                saves.commit(self.process.answers, actor, key, answer)
            except (KeyTaken, VersionConflict):
                continue
            return value
        raise StoreUnavailable

    def _cause(self, told: Told) -> Cause:
        cause = Cause(command_id=uuid4(), correlation_id=uuid4(), actor=told.act.actor)
        told.causes.append(cause)
        return cause

    def _hold(self, told: Told, number: int) -> None:
        scene = Scene(self.machine, self.process, self.journal, told, self.journal.follow())
        for broken in self.nested:
            raise broken
        for identity in AFTER_EACH_STEP:
            for contradiction in identity(scene):
                self._break(identity.__name__, contradiction, number)

    def _break(self, identity: str, contradiction: str, number: int) -> None:
        said = identity.replace("_", " ")
        raise IdentityBroken(self.seed, number, f"{said}: {contradiction}")

    def _end(self) -> None:
        """The faults are over: what is due is done, until nothing is due any more."""
        self.machine.provider.is_calm = True
        clock = self.machine.clock
        session = CALENDAR.session_on_or_after(self._latest.date() + timedelta(days=2))
        clock.time = datetime(session.year, session.month, session.day, 23, 30, tzinfo=UTC)
        for _ in range(_MOST_ROUNDS):
            self.process.rooms.catch_up(self.machine.log.position())
            self._do(look(self.stage), None)
            if not self.machine.database.jobs:
                break
            while self.machine.database.jobs:
                if taken_up := work(self.stage):
                    self._do(taken_up, None)
            clock.time += timedelta(hours=1, minutes=1)
        self.process.rooms.catch_up(self.machine.log.position())
        scene = Scene(self.machine, self.process, self.journal, None, [])
        for identity in AT_THE_END:
            for contradiction in identity(scene):
                self._break(identity.__name__, contradiction, self.step)
