"""What has to hold, whatever goes wrong: each identity says what contradicts it, or nothing."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any
from uuid import UUID

from application.ports import Cause, Recorded
from domain.account import account_name_key
from domain.calculation_run import CalculationRun, RunStatus
from domain.daily_valuation import DailyValuation
from domain.errors import DomainError
from domain.flow import Flow
from domain.identity import daily_valuation_id, run_slot_id
from domain.invite_code import InviteCode
from domain.kernel import Aggregate
from domain.mark import MarkQuality, needs_price
from domain.portfolio import Portfolio
from domain.run_order import Span
from domain.run_slot import RunSlot
from domain.security_record import SecurityRecord
from domain.snapshot import Snapshot
from domain.superusers import Superusers
from domain.user import User
from interfaces.rooms import ROOMS
from tests.simulator.acts import Act
from tests.simulator.journal import Journal
from tests.simulator.process import Machine, Process
from tests.simulator.rooms import Rows, folded
from tests.support.specification import state_of

_CENT = Decimal("0.01")


@dataclass
class Told:
    """An act with what was answered: a value, a refusal, or nothing at all.

    `causes` are those it was asked with, one for each try; `values` what each would have answered.
    `is_overtaken` tells that somebody else may have been quicker.
    """

    act: Act
    is_overtaken: bool = False
    causes: list[Cause] = field(default_factory=list)
    values: dict[bytes, Any] = field(default_factory=dict)
    value: Any = None
    refusal: DomainError | None = None
    said: str = ""
    is_done: bool = False

    @property
    def is_answered(self) -> bool:
        """Whether somebody was told how it ended."""
        return self.is_done or self.refusal is not None

    def answered(self, value: Any) -> None:
        """It was done."""
        self.value, self.is_done, self.said = value, True, "done"

    def refused(self, refusal: DomainError) -> None:
        """It was refused."""
        self.refusal, self.said = refusal, f"refused, {refusal.code}"

    def left_open(self, said: str) -> None:
        """Nobody was told whether it was done."""
        self.said = said


@dataclass(frozen=True, slots=True)
class Scene:
    """What is there after a step: `new` is what was recorded in it."""

    machine: Machine
    process: Process
    journal: Journal
    told: Told | None
    new: Sequence[Recorded]

    def touched(self, kind: type[Any]) -> list[Any]:
        """The aggregates of a kind of which something was recorded."""
        ids = dict.fromkeys(recorded.aggregate_id for recorded in self.new)
        found = (self.journal.aggregates[aggregate_id] for aggregate_id in ids)
        return [aggregate for aggregate in found if isinstance(aggregate, kind)]

    @property
    def snapshots(self) -> Iterator[tuple[Recorded, Snapshot]]:
        """The valuations that were recorded."""
        for recorded in self.new:
            if isinstance(recorded.event, Snapshot):
                yield recorded, recorded.event


Identity = Callable[[Scene], Iterator[str]]


# ---- The log -------------------------------------------------------------------------------------


def positions_and_versions_have_no_gaps(scene: Scene) -> Iterator[str]:
    """Each event follows the one before it, in the log and in its stream."""
    first = scene.journal.position - len(scene.new) + 1
    for position, recorded in enumerate(scene.new, first):
        if recorded.position != position:
            yield f"position {recorded.position} after {position - 1}"
    for stream in {recorded.aggregate_id for recorded in scene.new}:
        rows = scene.machine.database.streams[stream]
        if [row.version for row in rows] != list(range(1, len(rows) + 1)):
            yield f"{rows[0].topic} {stream} has versions {[row.version for row in rows]}"


def a_command_is_recorded_once(scene: Scene) -> Iterator[str]:
    """All events of a command id stand together: one save, however often it was tried."""
    for command in {recorded.cause.command_id for recorded in scene.new}:
        positions = scene.journal.commands[command]
        if positions[-1] - positions[0] != len(positions) - 1:
            yield f"command {command} is at {positions}"


def an_acknowledged_save_is_in_the_log(scene: Scene) -> Iterator[str]:
    """What the log said it had recorded is there, under the command that recorded it."""
    for made in scene.machine.witness.saves:
        positions = scene.journal.commands.get(made.cause.command_id, [])
        expected = list(range(made.position - made.events + 1, made.position + 1))
        if positions != expected:
            yield f"command {made.cause.command_id} is at {positions}, not at {expected}"
    scene.machine.witness.saves.clear()


def an_answer_is_true(scene: Scene) -> Iterator[str]:
    """What somebody was told is what is recorded.

    Where there was nothing to do, that was so before somebody else was quicker.
    """
    told = scene.told
    if told is None or not told.is_done:
        return
    if told.is_overtaken and not _recorded(scene, told):
        return
    if not told.act.holds(told.value):
        yield f"{told.act.title}: {told.value}"


def an_act_is_done_once(scene: Scene) -> Iterator[str]:
    """However often something was asked under one key, one try of it was recorded."""
    recorded = _recorded(scene, scene.told) if scene.told else []
    if len(recorded) > 1:
        yield f"{len(recorded)} tries were recorded"


def _recorded(scene: Scene, told: Told) -> list[Cause]:
    """The tries of which something was recorded."""
    return [cause for cause in told.causes if cause.command_id in scene.journal.commands]


def a_refusal_leaves_nothing(scene: Scene) -> Iterator[str]:
    """Of what was refused nothing is recorded, but that somebody could not sign in."""
    told = scene.told
    if told is None or told.refusal is None:
        return
    for cause in told.causes:
        for recorded in scene.journal.correlated.get(cause.correlation_id, ()):
            if not isinstance(recorded.event, SecurityRecord.LoginFailed):
                yield f"{told.said}, and {recorded.event.TOPIC} at {recorded.position}"


def what_is_decided_upon_is_what_is_loaded(scene: Scene) -> Iterator[str]:
    """An aggregate as it was saved, loaded anew, and folded event by event, is the same."""
    yield from scene.machine.witness.contradictions
    for aggregate in scene.touched(Aggregate):
        yield from _loaded_otherwise(scene, aggregate)


def _loaded_otherwise(scene: Scene, aggregate: Aggregate) -> Iterator[str]:
    loaded = scene.machine.log.load(type(aggregate), aggregate.id)
    if loaded is None or state_of(loaded) != state_of(aggregate):
        yield f"{type(aggregate).__name__} {aggregate.id}"


# ---- The rooms -----------------------------------------------------------------------------------


def a_room_is_a_fold_of_the_log(scene: Scene) -> Iterator[str]:
    """Every room that has read the whole log has the rows that a fold of it gives."""
    for room in ROOMS:
        if scene.machine.database.room_positions.get(room.name, 0) < scene.journal.position:
            continue
        rows, fold = scene.process.rooms.rows(room.name), scene.journal.rooms[room.name]
        if len(rows) != len(fold):
            yield f"{room.name} has {len(rows)} rows, not {len(fold)}"
        for key in fold.written:
            if rows.get(key) != fold[key]:
                yield f"{room.name} has {rows.get(key)}, not {fold[key]}"
        fold.written.clear()


def a_room_agrees_with_what_decides(scene: Scene) -> Iterator[str]:
    """Rooms say of users, accounts, codes and runs what the aggregates say."""
    rooms = scene.journal.rooms
    for user in scene.touched(User):
        row = rooms["users"][(user.id,)]
        if (row.portfolio_count, row.session_version) != (len(user.accounts), user.session_version):
            yield f"user {user.id} has {row.portfolio_count} accounts"
    for portfolio in scene.touched(Portfolio):
        if rooms["portfolios"][(portfolio.id,)].version != portfolio.version:
            yield f"portfolio {portfolio.id} is not at version {portfolio.version}"
        if _flows_in(rooms["cash_flows"], portfolio) != Counter(portfolio.flows.values()):
            yield f"portfolio {portfolio.id} has other flows"
    for invite in scene.touched(InviteCode):
        if rooms["invite_codes"][(invite.id,)].uses != invite.uses:
            yield f"invite {invite.id} was used {invite.uses} times"
    for run in scene.touched(CalculationRun):
        row = rooms["runs"][(run.id,)]
        counts = (run.counts.valued, run.counts.skipped, run.counts.restated)
        is_over = run.status in (RunStatus.COMPLETED, RunStatus.PARTIAL)
        if row.status != run.status or (
            is_over and (row.valued, row.skipped, row.restated) != counts
        ):
            yield f"run {run.id} is {run.status} with {counts}, not {row.status} {row.valued}"


def _flows_in(rows: Rows, portfolio: Portfolio) -> Counter[Any]:
    """The standing flows of a portfolio as its room has them."""
    own = [row for row in rows.values() if row.portfolio_id == portfolio.id]
    return Counter(Flow(row.dated_on, row.amount) for row in own if not row.is_reverted)


def what_owners_have_is_the_sum_of_their_accounts(scene: Scene) -> Iterator[str]:
    """All accounts of an owner together are worth what each of them is worth."""
    if not any(scene.snapshots):
        return
    reached = scene.machine.database.room_positions.get("portfolios", 0)
    if reached < scene.journal.position:
        return
    worth: dict[UUID, Decimal] = defaultdict(Decimal)
    for portfolio in scene.journal.all(Portfolio):
        days = scene.journal.latest_days(portfolio.id)
        if portfolio.owner_id and days and not portfolio.is_archived:
            worth[portfolio.owner_id] += days[-1].latest.nav
    for owner, nav in worth.items():
        if scene.process.asked.net_asset_value_of(owner) != nav:
            yield f"{owner} is worth {nav}, not {scene.process.asked.net_asset_value_of(owner)}"


# ---- Money ---------------------------------------------------------------------------------------


def nav_follows_from_the_day_before(scene: Scene) -> Iterator[str]:
    """NAV(t) = NAV(t-1) + P&L(t) + flows(t), upon a recorded version of the session before."""
    for _, day in scene.snapshots:
        previous = day.previous
        if previous is None:
            continue
        before = daily_valuation_id(day.portfolio_id, previous.session)
        known = scene.journal.day(before, previous.version)
        calendar = scene.machine.markets["live"].calendar
        eve = calendar.session_on_or_before(day.session - timedelta(days=1))
        if known is None or known.nav != previous.nav or eve != previous.session:
            yield f"{day.session} builds upon {previous}"
        if day.nav != previous.nav + day.pnl + day.flows:
            yield f"{day.session}: {day.nav} is not {previous.nav} + {day.pnl} + {day.flows}"


def flows_are_those_the_owner_noted(scene: Scene) -> Iterator[str]:
    """The flows of a day are what was noted since the session before, as far as was known."""
    for _, day in scene.snapshots:
        if day.previous is None:
            continue
        known = scene.journal.flows_up_to(day.portfolio_id, day.portfolio_version)
        dated = [flow.amount for flow in known if day.previous.session < flow.on <= day.session]
        if day.flows != sum(dated, Decimal(0)):
            yield f"{day.session}: {day.flows}, not {dated}"


def lines_add_up_to_the_day(scene: Scene) -> Iterator[str]:
    """A line is worth its quantity at its mark, and the lines with cash are the NAV."""
    columns = ("quantity", "multiplier", "mark_price", "market_value", "cash_like")
    for _, day in scene.snapshots:
        exposed = Decimal(0)
        for quantity, multiplier, price, worth, is_cash_like in day.lines.rows(*columns):
            exact = quantity * multiplier * price
            if worth != exact.quantize(_CENT, rounding=ROUND_HALF_EVEN):
                yield f"{day.session}: {quantity} x {multiplier} x {price} is not {worth}"
            exposed += Decimal(0) if is_cash_like else worth
        if day.nav != day.cash + exposed:
            yield f"{day.session}: {day.nav} is not {day.cash} + {exposed}"
        if day.pnl != sum(day.lines.pnl, Decimal(0)):
            yield f"{day.session}: {day.pnl} is not the sum of its lines"


def a_day_is_valued_for_the_first_time_once(scene: Scene) -> Iterator[str]:
    """A portfolio's session has one stream, and version 1 is the only calculation in it."""
    for recorded, day in scene.snapshots:
        is_first = isinstance(recorded.event, DailyValuation.SnapshotCalculated)
        own = daily_valuation_id(day.portfolio_id, day.session)
        if recorded.aggregate_id != own or is_first != (recorded.version == 1):
            yield f"{day.session} of {day.portfolio_id} at version {recorded.version}"


# ---- Uniqueness ----------------------------------------------------------------------------------


def account_names_are_unique_for_their_owner(scene: Scene) -> Iterator[str]:
    """No two accounts of an owner that are open have one name."""
    names = Counter(
        (one.owner_id, account_name_key(one.account_name))
        for one in scene.journal.all(Portfolio)
        if not one.is_archived
    )
    yield from (f"{name} of {owner}" for (owner, name), uses in names.items() if uses > 1)


def addresses_are_unique(scene: Scene) -> Iterator[str]:
    """No two users who are remembered have one address."""
    users = (user for user in scene.journal.all(User) if not user.is_forgotten)
    yield from (a for a, uses in Counter(user.email for user in users).items() if uses > 1)


def an_invite_admits_no_more_than_it_says(scene: Scene) -> Iterator[str]:
    """As many have registered with a code as it was used, and no more than it allows."""
    registered = Counter(
        recorded.event.invite
        for recorded in scene.new
        if isinstance(recorded.event, User.Registered)
    )
    for invite in scene.touched(InviteCode):
        if invite.max_uses is not None and invite.uses > invite.max_uses:
            yield f"{invite.id} was used {invite.uses} times"
        used = sum(
            isinstance(one.event, InviteCode.Used) and one.aggregate_id == invite.id
            for one in scene.new
        )
        if registered[str(invite.id)] != used:
            yield f"{invite.id} was used without anybody registering"


def there_is_a_superuser(scene: Scene) -> Iterator[str]:
    """Somebody who can sign in may administrate, and those who count as such are those."""
    can = {user.id for user in scene.journal.all(User) if user.administrates}
    counted = {member for some in scene.journal.all(Superusers) for member in some.members}
    if not can or can != counted:
        yield f"{can} can, {counted} are counted"


def a_portfolio_has_one_live_run(scene: Scene) -> Iterator[str]:
    """Whoever runs holds the slot of each of its portfolios, and nobody over holds one."""
    runs = scene.journal.all(CalculationRun)
    for run in runs:
        holds = run.status is RunStatus.RUNNING or (run.is_live and not run.order.part_of)
        for portfolio_id in run.portfolio_ids if holds else ():
            slot = scene.journal.one(RunSlot, run_slot_id(portfolio_id))
            if slot is None or slot.run_id != run.id:
                yield f"run {run.id} is {run.status} without the slot of {portfolio_id}"
    live = {run.id for run in runs if run.is_live}
    for slot in scene.journal.all(RunSlot):
        if slot.run_id is not None and slot.run_id not in live:
            yield f"run {slot.run_id} is over and holds a slot"


def a_live_run_has_somebody_to_execute_it(scene: Scene) -> Iterator[str]:
    """A job is queued for each run that is live, or for a part that it waits for."""
    queued = scene.process.jobs.runs()
    runs = scene.journal.all(CalculationRun)
    waiting = {run.order.part_of for run in runs if run.is_live and run.id in queued}
    for run in runs:
        if run.is_live and run.id not in queued and run.id not in waiting:
            yield f"run {run.id} is {run.status}"


def a_completed_run_knew_what_it_valued(scene: Scene) -> Iterator[str]:
    """Where a run says that it completed, it left each account valued at a price not too old."""
    for recorded in scene.new:
        run = scene.journal.one(CalculationRun, recorded.aggregate_id)
        event = recorded.event
        if run is None or not isinstance(event, CalculationRun.Completed):
            continue
        if event.outcome is RunStatus.COMPLETED:
            for portfolio_id in run.portfolio_ids:
                yield from _valued_blindly(scene.journal, run, portfolio_id)


def _valued_blindly(journal: Journal, run: CalculationRun, portfolio_id: UUID) -> Iterator[str]:
    portfolio = journal.portfolio(portfolio_id)
    until = run.order.calculation_on
    if portfolio.is_archived or until < portfolio.opening.equity_as_of:
        return
    day = journal.day_at(daily_valuation_id(portfolio_id, until), journal.valued_at[run.id])
    if day is None:
        yield f"{portfolio_id} is not valued on {until}"
        return
    columns = ("position_id", "symbol", "quantity", "mark_quality")
    for position_id, symbol, quantity, quality in day.lines.rows(*columns):
        position = portfolio.holdings.positions.get(position_id)
        is_blind = quality in (MarkQuality.STALE, MarkQuality.ASSUMED)
        if quantity and is_blind and position and needs_price(position):
            yield f"{symbol} of {portfolio_id} is {quality} on {until}"


# ---- At the end ----------------------------------------------------------------------------------


def nothing_is_left_to_do(scene: Scene) -> Iterator[str]:
    """When the faults are over no run is live any more, and no job is queued."""
    if scene.machine.database.jobs:
        yield f"{len(scene.machine.database.jobs)} jobs"
    yield from (f"run {run.id}" for run in scene.journal.all(CalculationRun) if run.is_live)


def every_account_is_valued_without_a_gap(scene: Scene) -> Iterator[str]:
    """Each session since the opening has its valuation, and the latest versions are one chain."""
    time = scene.machine.markets["live"]
    for portfolio in _open(scene.journal):
        nav = portfolio.opening.equity_balance
        since = portfolio.opening.equity_as_of
        for session in time.calendar.sessions(since, time.latest_session()):
            day = scene.journal.one(DailyValuation, daily_valuation_id(portfolio.id, session))
            if day is None:
                yield f"{portfolio.id} has no valuation of {session}"
                break
            if day.latest.nav != nav + day.latest.pnl + day.latest.flows:
                yield f"{session} of {portfolio.id} does not follow from {nav}"
            nav = day.latest.nav


def what_was_restated_is_what_is_computed_anew(scene: Scene) -> Iterator[str]:
    """Valuing every day again from the first one finds no figure that differs."""
    for portfolio in _open(scene.journal):
        days = Span(portfolio.opening.equity_as_of)
        for found in scene.process.valuations.differences(portfolio, days):
            yield f"{portfolio.id}: {found}"


def a_room_built_anew_is_the_same(scene: Scene) -> Iterator[str]:
    """Every room has what a fold from the first event on gives, keys that are gone included."""
    log = scene.machine.log
    everything = log.read(0, log.position())
    for room in ROOMS:
        rows: Rows = {}
        folded(room, rows, everything)
        if scene.process.rooms.rows(room.name) != rows:
            yield room.name


def _open(journal: Journal) -> list[Portfolio]:
    return [portfolio for portfolio in journal.all(Portfolio) if not portfolio.is_archived]


AFTER_EACH_STEP: Sequence[Identity] = (
    positions_and_versions_have_no_gaps,
    a_command_is_recorded_once,
    an_acknowledged_save_is_in_the_log,
    an_answer_is_true,
    an_act_is_done_once,
    a_refusal_leaves_nothing,
    what_is_decided_upon_is_what_is_loaded,
    a_room_is_a_fold_of_the_log,
    a_room_agrees_with_what_decides,
    what_owners_have_is_the_sum_of_their_accounts,
    nav_follows_from_the_day_before,
    flows_are_those_the_owner_noted,
    lines_add_up_to_the_day,
    a_day_is_valued_for_the_first_time_once,
    account_names_are_unique_for_their_owner,
    addresses_are_unique,
    an_invite_admits_no_more_than_it_says,
    there_is_a_superuser,
    a_portfolio_has_one_live_run,
    a_live_run_has_somebody_to_execute_it,
    a_completed_run_knew_what_it_valued,
)

AT_THE_END: Sequence[Identity] = (
    nothing_is_left_to_do,
    every_account_is_valued_without_a_gap,
    what_was_restated_is_what_is_computed_anew,
    a_room_built_anew_is_the_same,
)
