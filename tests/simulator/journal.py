"""What the log says, read event by event: every aggregate, every room, and who did what."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

from application.ports import EventLog, Recorded
from domain.calculation_run import CalculationRun
from domain.daily_valuation import DailyValuation
from domain.flow import Flow
from domain.kernel import Aggregate, Event
from domain.portfolio import Portfolio
from domain.run_phase import VALUATION
from domain.snapshot import Snapshot
from interfaces.rooms import ROOMS
from projections.row_table import Key
from tests.simulator.rooms import folded

AnyAggregate = TypeVar("AnyAggregate", bound=Aggregate)
_KINDS = {kind.TOPIC: kind for kind in Aggregate.__subclasses__() if kind.__module__ != __name__}


class Day(NamedTuple):
    """A version of a portfolio's valuation of a session."""

    recorded: Recorded
    snapshot: Snapshot


class Noted(dict[Key, Any]):
    """Rows of a room that remember which of them were written."""

    def __init__(self) -> None:
        super().__init__()
        self.written: set[Key] = set()

    def __setitem__(self, key: Key, row: Any) -> None:
        self.written.add(key)
        super().__setitem__(key, row)


@dataclass
class Journal:
    """Follows the log. Rooms and aggregates are folded from it here, and nowhere else.

    `valued_at` has the position at which each run had valued its portfolios.
    """

    log: EventLog
    position: int = 0
    versions: dict[UUID, int] = field(default_factory=dict)
    aggregates: dict[UUID, Aggregate] = field(default_factory=dict)
    of_kind: dict[type[Aggregate], list[Any]] = field(default_factory=lambda: defaultdict(list))
    rooms: dict[str, Noted] = field(default_factory=lambda: defaultdict(Noted))
    commands: dict[UUID, list[int]] = field(default_factory=lambda: defaultdict(list))
    correlated: dict[UUID, list[Recorded]] = field(default_factory=lambda: defaultdict(list))
    days: dict[UUID, list[Day]] = field(default_factory=lambda: defaultdict(list))
    valued_at: dict[UUID, int] = field(default_factory=dict)
    flows: dict[UUID, list[tuple[int, UUID, Flow | None]]] = field(
        default_factory=lambda: defaultdict(list)
    )

    def follow(self) -> Sequence[Recorded]:
        """Read what was recorded since; returns it."""
        new = self.log.read(self.position, 1_000_000)
        for recorded in new:
            self._note(recorded)
        for room in ROOMS:
            folded(room, self.rooms[room.name], new)
        self.position += len(new)
        return new

    def all(self, kind: type[AnyAggregate]) -> list[AnyAggregate]:
        """Every aggregate of a kind, oldest first."""
        return self.of_kind[kind]

    def one(self, kind: type[AnyAggregate], aggregate_id: UUID | None) -> AnyAggregate | None:
        """The aggregate of that id and kind."""
        found = self.aggregates.get(aggregate_id) if aggregate_id else None
        return found if isinstance(found, kind) else None

    def portfolio(self, portfolio_id: UUID) -> Portfolio:
        """The portfolio of that id."""
        found = self.one(Portfolio, portfolio_id)
        if found is None:
            raise LookupError(f"{portfolio_id} is no portfolio.")
        return found

    def flows_up_to(self, portfolio_id: UUID, version: int) -> Iterable[Flow]:
        """The flows of a portfolio as they stood at a version of it."""
        standing: dict[UUID, Flow] = {}
        for told, flow_id, flow in self.flows[portfolio_id]:
            if told <= version:
                standing.pop(flow_id, None)
                if flow is not None:
                    standing[flow_id] = flow
        return standing.values()

    def _note(self, recorded: Recorded) -> None:
        stream, event, cause = recorded.aggregate_id, recorded.event, recorded.cause
        self.versions[stream] = self.versions.get(stream, 0) + 1
        aggregate = self.aggregates.get(stream)
        if aggregate is None:
            kind = _KINDS[event.TOPIC.partition(".")[0]]
            aggregate = self.aggregates[stream] = kind(stream)
            self.of_kind[kind].append(aggregate)
        event.apply(aggregate)
        aggregate.version += 1
        self.commands[cause.command_id].append(recorded.position)
        self.correlated[cause.correlation_id].append(recorded)
        self._note_figures(stream, recorded.version, event, recorded)

    def _note_figures(self, stream: UUID, version: int, event: Event, recorded: Recorded) -> None:
        match event:
            case Snapshot() as snapshot:
                self.days[stream].append(Day(recorded, snapshot))
            case CalculationRun.PhaseCompleted(phase=VALUATION.id):
                self.valued_at[stream] = recorded.position
            case Portfolio.CapitalContributed(flow_id=flow_id, contributed_on=on, amount=amount):
                self.flows[stream].append((version, flow_id, Flow(on, amount)))
            case Portfolio.CapitalWithdrawn(flow_id=flow_id, withdrawn_on=on, amount=amount):
                self.flows[stream].append((version, flow_id, Flow(on, -amount)))
            case Portfolio.CashFlowReverted(flow_id=flow_id):
                self.flows[stream].append((version, flow_id, None))

    def day(self, aggregate_id: UUID, version: int) -> Snapshot | None:
        """A version of a day's valuation, None where there is none."""
        days = self.days.get(aggregate_id, [])
        return days[version - 1].snapshot if 0 < version <= len(days) else None

    def day_at(self, aggregate_id: UUID, position: int) -> Snapshot | None:
        """A day's valuation as it was at a position of the log."""
        known = [day for day in self.days.get(aggregate_id, []) if day.recorded.position < position]
        return known[-1].snapshot if known else None

    def latest_days(self, portfolio_id: UUID) -> list[DailyValuation]:
        """The valued days of a portfolio, in the order of their sessions."""
        own = (d for d in self.all(DailyValuation) if d.latest.portfolio_id == portfolio_id)
        return sorted(own, key=lambda day: day.latest.session)
