"""What to look at, and when to be alarmed: read from the program, judged by one set of rules.

The rules are also written as Prometheus rules (docs/alerts.yml), so that the dashboard and a pager
say the same.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from application.tallies import IMPORTS, REGISTRATIONS, RUNS, Count
from interfaces.bootstrap import Program

FAILING_SHARE = 0.1
FEWEST_TO_JUDGE = 10
LONGEST_RUN_S = 120
LONGEST_LAG_S = 60
USUAL_TIMES, USUAL_AT_LEAST = 3, 20
BY_MORNING = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Readings:
    """How things stand. `recent` counts today and yesterday, `ever` all time (days in UTC)."""

    read_at: datetime
    ever: Sequence[Count]
    recent: Sequence[Count]
    registered_today: int
    registered_a_day: float
    lag_events: int
    lag_s: float
    longest_live_run_s: float
    live_runs: int
    late_accounts: int

    def times(self, what: str, outcome: str = "") -> int:
        """How often something ended, or ended so, of late."""
        return sum(c.times for c in self.recent if c.what == what and outcome in ("", c.outcome))

    def share(self, what: str, outcome: str) -> float:
        """Which share of it ended so of late, 0 to 1; 0 where it is too little to judge."""
        of = self.times(what)
        return self.times(what, outcome) / of if of >= FEWEST_TO_JUDGE else 0.0


@dataclass(frozen=True, slots=True)
class Rule:
    """When to be alarmed. `value` is held against `limit`; `expression` says it to Prometheus."""

    name: str
    meaning: str
    unit: str
    value: Callable[[Readings], float]
    limit: Callable[[Readings], float]
    expression: str
    lasting: str

    def is_broken(self, readings: Readings) -> bool:
        """Whether to be alarmed."""
        return self.value(readings) > self.limit(readings)


def _failing(name: str, what: str, outcome: str, meaning: str) -> Rule:
    metric = f"sigmasight_{what}_total"
    bad, all_of = _counted(f'{metric}{{outcome="{outcome}"}}'), _counted(metric)
    return Rule(
        name,
        meaning,
        "share",
        lambda readings: readings.share(what, outcome),
        lambda _: FAILING_SHARE,
        f"{bad} > {FAILING_SHARE} * {all_of} and {all_of} >= {FEWEST_TO_JUDGE}",
        "5m",
    )


def _counted(series: str) -> str:
    """How many came in a day: every process counts the same, so that of several one counts."""
    return f"sum(max by (outcome, code) (increase({series}[1d])))"


RULES = (
    _failing("RunsFail", RUNS, "failed", "More than 10 % of the calculations fail."),
    _failing("ImportsFail", IMPORTS, "refused", "More than 10 % of the imports are refused."),
    Rule(
        "RunTooLong",
        "A calculation of an account has been running for more than two minutes.",
        "seconds",
        lambda readings: readings.longest_live_run_s,
        lambda _: LONGEST_RUN_S,
        f"max(sigmasight_longest_live_run_seconds) > {LONGEST_RUN_S}",
        "0m",
    ),
    Rule(
        "ManyRegistrations",
        "Far more people register today than on the days before.",
        "people",
        lambda readings: readings.registered_today,
        lambda readings: max(USUAL_TIMES * readings.registered_a_day, USUAL_AT_LEAST),
        "max(increase(sigmasight_registrations_total[1d]))"
        f" > clamp_min({USUAL_TIMES} / 7 *"
        f" max(increase(sigmasight_registrations_total[7d] offset 1d)), {USUAL_AT_LEAST})",
        "0m",
    ),
    Rule(
        "RoomsBehind",
        "A read model lags behind the log for more than a minute.",
        "seconds",
        lambda readings: readings.lag_s,
        lambda _: LONGEST_LAG_S,
        f"max(sigmasight_projection_lag_seconds) > {LONGEST_LAG_S}",
        "0m",
    ),
    Rule(
        "SessionNotCalculated",
        "No completed run has valued accounts for a session that ended 12 hours ago.",
        "accounts",
        lambda readings: readings.late_accounts,
        lambda _: 0,
        "max(sigmasight_late_accounts) > 0",
        "5m",
    ),
)


def take_readings(program: Program) -> Readings:
    """Ask rooms, log and tallies how things stand."""
    now = program.users.clock.now()
    today = now.date()
    room, beside = program.activity_room, program.tallies
    of_today = _registered(room.since(today))
    of_a_week = _registered(room.since(today - timedelta(days=7)))
    yesterday = today - timedelta(days=1)
    live = program.runs_room.all_live()
    running = [run.started_at for run in live if run.started_at and run.portfolio_ids]
    lag_events, lag_s = _lag(program, now)
    return Readings(
        read_at=now,
        ever=[*room.since(), *beside.since()],
        recent=[*room.since(yesterday), *beside.since(yesterday)],
        registered_today=of_today,
        registered_a_day=(of_a_week - of_today) / 7,
        lag_events=lag_events,
        lag_s=lag_s,
        longest_live_run_s=max(((now - at).total_seconds() for at in running), default=0.0),
        live_runs=len(live),
        late_accounts=_late(program, now),
    )


def _registered(counts: Sequence[Count]) -> int:
    return sum(count.times for count in counts if count.what == REGISTRATIONS)


def _lag(program: Program, now: datetime) -> tuple[int, float]:
    """How many events the slowest room is behind, and how old the first of them is in seconds."""
    recorded = program.log.position()
    reached = min(program.rooms.positions().values(), default=recorded)
    return recorded - reached, program.upkeep.age_s(reached, now) if reached < recorded else 0.0


def _late(program: Program, now: datetime) -> int:
    """How many live accounts lack the session that was completed 12 hours ago."""
    market = program.markets["live"]
    settled_by = market.clock.market_now() - BY_MORNING
    session = market.calendar.most_recent_completed_session(settled_by)
    return len(program.portfolios_room.active("live", session, now - BY_MORNING))
