"""Specification of runs: one live run a portfolio, resumed after a death, ended once (5.4, 5.6)."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import pytest

from application.commands import ImportPositions, RequestRun
from application.errors import (
    PortfolioForbidden,
    PortfolioUnknown,
    RunUnknown,
    SessionNotCompleted,
    StoreUnavailable,
)
from application.marking import price_warnings
from application.ports import EventLog
from application.runs import RequestedRun, Runs
from domain.calculation_run import CalculationRun, RunStatus
from domain.daily_valuation import DailyValuation
from domain.identity import run_slot_id
from domain.kernel import Event
from domain.mark import MarkSource
from domain.position import PositionTerms
from domain.position_import import ImportSource, Intake
from domain.run_order import RunKind
from domain.run_phase import PHASES, VALUATION
from domain.run_slot import RunAlreadyLive, RunSlot
from interfaces.bootstrap import Program
from tests.support.accounts import Owner, cause, register, shares
from tests.support.faulty_logs import InterruptedLog, OvertakenLog, WorkerKilled
from tests.support.openings import PAIR, load_portfolio, open_account, recorded, snapshots
from tests.support.programs import connect_owner
from tests.support.racing import at_once

END = date(2013, 3, 1)
SESSIONS = 42  # from 2012-12-31 to the end of the sample market
LATE = shares("IBM", 40, "191.00", date(2013, 1, 14))
STALE = 33  # sessions from the entry of what comes late


@dataclass(frozen=True)
class Scene:
    """A program with an owner and a sample account, and what is done with its runs."""

    program: Program
    database: str
    owner: Owner
    portfolio_id: UUID

    def request(self, until: date | None = None, actor: UUID | None = None) -> RequestedRun:
        """Ask for a calculation, by default as the owner."""
        command = RequestRun(portfolio_id=self.portfolio_id, calculation_on=until)
        return self.program.runs.request(command, cause(actor or self.owner.user_id))

    def run(self, run_id: UUID) -> CalculationRun:
        """The run as recorded."""
        run = self.program.log.load(CalculationRun, run_id)
        assert run is not None
        return run

    def history(self, run_id: UUID) -> list[Event]:
        """The events of a run."""
        rows = self.program.log.read(0, 100_000)
        return [row.event for row in rows if row.aggregate_id == run_id]

    def holder(self) -> UUID | None:
        """The run that holds the portfolio's slot."""
        slot = self.program.log.load(RunSlot, run_slot_id(self.portfolio_id))
        return slot.run_id if slot else None

    def jobs(self) -> list[str]:
        """The runs in the queue."""
        with connect_owner(self.database) as connection:
            rows = connection.execute("SELECT args->>'run_id' FROM jobs.procrastinate_jobs")
            return [str(run_id) for (run_id,) in rows]

    def calculate(self, until: date | None = None) -> UUID:
        """A whole run; returns its id."""
        run_id = self.request(until).run_id
        self.program.runs.execute(run_id, "worker-1")
        return run_id

    def take_in(self, terms: PositionTerms) -> UUID:
        """Import a file with one position; returns the import's id."""
        source = ImportSource(format="template", file_name="late.csv", sha256="1" * 64)
        intake = Intake(source=source, terms=[terms], stated_on=END)
        command = ImportPositions(portfolio_id=self.portfolio_id, intake=intake)
        return self.program.imports.take_in(command, cause(self.owner.user_id)).import_id

    def sources_of(self, symbol: str) -> list[MarkSource]:
        """Where the marks of a symbol come from, in the valuations as they stand."""
        portfolio = load_portfolio(self.program, self.portfolio_id)
        sessions = self.program.valuations.sessions(portfolio, END)
        return [
            source
            for day in snapshots(self.program, self.portfolio_id, sessions).values()
            for held, source in day.lines.rows("symbol", "mark_source")
            if held == symbol
        ]

    def interrupted(self, saves: int, fault: BaseException) -> Runs:
        """The program's runs, on which recording valuations meets a fault after some saves."""
        runs: Runs = self.program.runs
        log: EventLog = InterruptedLog(self.program.log, saves, fault)
        return replace(runs, valuations=replace(runs.valuations, log=log))


@pytest.fixture
def scene(program: Program, database: str) -> Scene:
    """An account of two positions, opened on 2012-12-31."""
    owner = register(program)
    portfolio_id = open_account(
        program, owner, PAIR, price_source="sample", equity_as_of="2012-12-31"
    )
    return Scene(program, database, owner, portfolio_id)


def kinds(history: Iterable[Event]) -> list[str]:
    """The names of events, phases with their number."""
    return [f"{type(event).__name__}{getattr(event, 'phase', '')}" for event in history]


ALL_PHASES = [f"Phase{step}{phase.id}" for phase in PHASES for step in ("Started", "Completed")]


class TestRequesting:
    """A run is queued, unless one is live."""

    def test_a_run_its_slot_and_its_job_are_recorded_together(self, scene: Scene) -> None:
        run = scene.request()

        [(requested, event)] = recorded(scene.program, CalculationRun.Requested)
        [(claimed, claim)] = recorded(scene.program, RunSlot.Claimed)
        assert event == CalculationRun.Requested(
            portfolio_ids=(scene.portfolio_id,),
            calculation_on=END,
            kind=RunKind.ON_DEMAND,
            requested_by=scene.owner.user_id,
            skips=(),
            part_of=None,
            reason="",
            restate=None,
        )
        assert claim.run_id == requested.aggregate_id == run.run_id
        assert requested.cause == claimed.cause
        assert scene.jobs() == [str(run.run_id)]
        assert (run.calculation_on, run.symbols) == (END, 2)
        assert run.position == scene.program.log.position()

    def test_a_live_run_is_named_in_the_refusal_of_another(self, scene: Scene) -> None:
        live = scene.request()
        position = scene.program.log.position()

        with pytest.raises(RunAlreadyLive) as caught:
            scene.request()
        assert caught.value.details == {"batch_run_id": str(live.run_id)}
        assert (scene.program.log.position(), len(scene.jobs())) == (position, 1)

    def test_sixteen_requests_at_once_make_one_live_run(self, scene: Scene) -> None:
        answers, refusals = at_once([partial(scene.request)] * 16)

        [live] = answers
        assert [type(refusal) for refusal in refusals] == [RunAlreadyLive] * 15
        assert {refusal.details["batch_run_id"] for refusal in refusals} == {str(live.run_id)}
        assert len(recorded(scene.program, CalculationRun.Requested)) == 1
        assert len(recorded(scene.program, RunSlot.Claimed)) == 1
        assert scene.jobs() == [str(live.run_id)]

    def test_only_the_owner_and_the_system_may_ask(self, scene: Scene) -> None:
        bob = register(scene.program, "bob@example.com")
        with pytest.raises(PortfolioForbidden):
            scene.request(actor=bob.user_id)

        command = RequestRun(portfolio_id=scene.portfolio_id)
        run = scene.program.runs.request(command, cause())
        [(_, event)] = recorded(scene.program, CalculationRun.Requested)
        assert (scene.holder(), event.requested_by) == (run.run_id, None)

    def test_an_unknown_portfolio_is_refused(self, scene: Scene) -> None:
        with pytest.raises(PortfolioUnknown):
            scene.program.runs.request(RequestRun(portfolio_id=uuid4()), cause())

    def test_a_run_may_end_before_the_latest_session(self, scene: Scene) -> None:
        run = scene.request(until=date(2013, 1, 4))
        scene.program.runs.execute(run.run_id, "worker-1")

        assert run.calculation_on == date(2013, 1, 4)
        assert len(recorded(scene.program, DailyValuation.SnapshotCalculated)) == 4

    @pytest.mark.parametrize("day", [date(2013, 3, 4), date(2013, 1, 5), date(2013, 1, 1)])
    def test_a_day_that_is_no_completed_session_is_refused(self, scene: Scene, day: date) -> None:
        with pytest.raises(SessionNotCompleted) as caught:
            scene.request(until=day)
        assert caught.value.details == {"latest": "2013-03-01"}


class TestWorkingOff:
    """A worker executes a run."""

    def test_every_phase_is_recorded_once_with_counts_and_seconds(self, scene: Scene) -> None:
        run_id = scene.request().run_id
        scene.program.runs.execute(run_id, "worker-1")

        history = scene.history(run_id)
        assert kinds(history) == ["Requested", "Started", *ALL_PHASES, "Completed"]
        begun = [e for e in history if isinstance(e, CalculationRun.PhaseStarted)]
        assert [event.total for event in begun] == [2, 2, 2, SESSIONS, 1, 2, 1]
        ended = [e for e in history if isinstance(e, CalculationRun.PhaseCompleted)]
        _, prices, _, valuation, rooms, sectors, analytics = (event.counts for event in ended)
        assert prices["done"] == 2
        assert prices["prices"] > 2 * SESSIONS
        assert valuation == {"valued": SESSIONS, "skipped": 0, "restated": 0}
        assert sectors["done"] == 2
        assert (rooms, analytics) == ({"done": 1}, {"done": 1, "recorded": 1})
        assert all(0 <= event.seconds < 30 for event in ended)
        assert history[-1] == CalculationRun.Completed(
            outcome=RunStatus.COMPLETED, valued=SESSIONS, skipped=0, restated=0
        )

    def test_what_a_run_records_names_the_run_as_its_cause(self, scene: Scene) -> None:
        run_id = scene.request().run_id
        scene.program.runs.execute(run_id, "worker-1")

        days = recorded(scene.program, DailyValuation.SnapshotCalculated)
        assert {row.cause.causation for row, _ in days} == {run_id}
        assert {row.cause.correlation_id for row, _ in days} == {run_id}
        assert {row.cause.actor for row, _ in days} == {None}

    def test_the_rooms_are_current_when_the_run_ends(self, scene: Scene) -> None:
        scene.program.runs.execute(scene.request().run_id, "worker-1")

        rows, _ = scene.program.valuations_room.span(
            scene.portfolio_id, (date.min, date.max), 100, 0
        )
        assert len(rows) == SESSIONS

    def test_the_slot_is_free_after_the_end(self, scene: Scene) -> None:
        scene.program.runs.execute(scene.request().run_id, "worker-1")

        assert scene.holder() is None
        assert scene.request().run_id == scene.holder()

    def test_executing_twice_is_harmless(self, scene: Scene) -> None:
        run_id = scene.request().run_id
        scene.program.runs.execute(run_id, "worker-1")
        position = scene.program.log.position()
        scene.program.runs.execute(run_id, "worker-2")

        assert scene.program.log.position() == position

    def test_two_workers_at_one_run_value_each_day_once_and_end_it_once(self, scene: Scene) -> None:
        run_id = scene.request().run_id
        at_once([partial(scene.program.runs.execute, run_id, f"worker-{n}") for n in range(4)])

        assert len(recorded(scene.program, DailyValuation.SnapshotCalculated)) == SESSIONS
        assert len(recorded(scene.program, CalculationRun.Completed)) == 1
        assert len(recorded(scene.program, RunSlot.Released)) == 1
        steps = [kind for kind in kinds(scene.history(run_id)) if kind.startswith("Phase")]
        assert sorted(steps) == sorted(ALL_PHASES)

    def test_days_that_somebody_else_valued_meanwhile_are_counted_as_skipped(
        self, scene: Scene
    ) -> None:
        run_id = scene.request().run_id
        runs: Runs = scene.program.runs
        portfolio = load_portfolio(scene.program, scene.portfolio_id)
        others = partial(runs.valuations.catch_up, portfolio, date(2013, 1, 4), cause())
        log: EventLog = OvertakenLog(scene.program.log, others)
        replace(runs, valuations=replace(runs.valuations, log=log)).execute(run_id, "worker-1")

        assert scene.history(run_id)[-1] == CalculationRun.Completed(
            outcome=RunStatus.COMPLETED, valued=SESSIONS - 4, skipped=4, restated=0
        )

    def test_four_runs_one_after_the_other_give_the_same_nav(self, scene: Scene) -> None:
        navs, positions = set(), set()
        portfolio = load_portfolio(scene.program, scene.portfolio_id)
        for _ in range(4):
            scene.program.runs.execute(scene.request().run_id, "worker-1")
            latest = scene.program.valuations.latest(portfolio, END)
            assert latest is not None
            navs.add(latest.nav)
            positions.add(len(recorded(scene.program, DailyValuation.SnapshotCalculated)))

        assert len(navs) == 1
        assert positions == {SESSIONS}

    def test_a_run_that_nobody_requested_is_unknown(self, scene: Scene) -> None:
        with pytest.raises(RunUnknown):
            scene.program.runs.execute(uuid4(), "worker-1")


@dataclass(frozen=True)
class FatalRooms:
    """Rooms in whose hands the worker dies."""

    def catch_up(
        self, position: int, names: Iterable[str] | None = None, timeout_s: float = 2.0
    ) -> bool:
        """See `Rooms.catch_up`."""
        raise WorkerKilled


@dataclass(frozen=True)
class SlowRooms:
    """Rooms that stay behind."""

    def catch_up(
        self, position: int, names: Iterable[str] | None = None, timeout_s: float = 2.0
    ) -> bool:
        """See `Rooms.catch_up`."""
        return False


class TestDeathOfAWorker:
    """A killed worker's run is taken up where it was."""

    def test_the_next_worker_values_the_rest_and_the_run_counts_it_all(self, scene: Scene) -> None:
        run_id = scene.request().run_id
        with pytest.raises(WorkerKilled):
            scene.interrupted(2, WorkerKilled()).execute(run_id, "worker-1")
        left = len(recorded(scene.program, DailyValuation.SnapshotCalculated))
        assert 0 < left < SESSIONS
        assert (scene.run(run_id).status, scene.holder()) == (RunStatus.RUNNING, run_id)

        scene.program.runs.execute(run_id, "worker-2")
        history = scene.history(run_id)
        assert sorted(kinds(history)) == sorted(
            ["Requested", "Started", "Started", *ALL_PHASES, "Completed"]
        )
        assert scene.run(run_id).phase_counts[VALUATION.id] == {
            "valued": SESSIONS,
            "skipped": 0,
            "restated": 0,
        }
        assert getattr(history[-1], "valued", None) == SESSIONS
        assert len(recorded(scene.program, DailyValuation.SnapshotCalculated)) == SESSIONS

    def test_a_phase_that_was_done_is_not_done_again(self, scene: Scene) -> None:
        run_id = scene.request().run_id
        runs: Runs = scene.program.runs
        with pytest.raises(WorkerKilled):
            replace(runs, rooms=FatalRooms()).execute(run_id, "worker-1")
        unusable: Any = None  # whoever asks it for prices or valuations fails

        replace(runs, prices=unusable).execute(run_id, "worker-2")
        assert scene.history(run_id)[-1] == CalculationRun.Completed(
            outcome=RunStatus.COMPLETED, valued=SESSIONS, skipped=0, restated=0
        )

    def test_a_store_out_of_reach_leaves_the_run_to_be_tried_again(self, scene: Scene) -> None:
        run_id = scene.request().run_id
        with pytest.raises(StoreUnavailable):
            scene.interrupted(1, StoreUnavailable()).execute(run_id, "worker-1")

        assert (scene.run(run_id).status, scene.holder()) == (RunStatus.RUNNING, run_id)
        scene.program.runs.execute(run_id, "worker-1")
        assert scene.run(run_id).status is RunStatus.COMPLETED


class TestRestating:
    """A portfolio that changed in the past is brought up to date by the next run."""

    def test_the_run_counts_what_it_restated(self, scene: Scene) -> None:
        scene.calculate()
        scene.take_in(LATE)
        ran = scene.calculate()

        counts = {"valued": 0, "skipped": 0, "restated": STALE}
        assert scene.run(ran).phase_counts[VALUATION.id] == counts
        assert scene.history(ran)[-1] == CalculationRun.Completed(
            outcome=RunStatus.COMPLETED, valued=0, skipped=0, restated=STALE
        )
        restated = recorded(scene.program, DailyValuation.SnapshotRestated)
        assert {row.cause.causation for row, _ in restated} == {ran}

    def test_the_next_run_has_nothing_to_restate(self, scene: Scene) -> None:
        scene.calculate()
        scene.take_in(LATE)
        scene.calculate()
        ran = scene.calculate()

        assert len(recorded(scene.program, DailyValuation.SnapshotRestated)) == STALE
        counts = {"valued": 0, "skipped": 0, "restated": 0}
        assert scene.run(ran).phase_counts[VALUATION.id] == counts

    def test_the_worker_after_a_dead_one_restates_the_rest_and_the_run_counts_it_all(
        self, scene: Scene
    ) -> None:
        scene.calculate(until=date(2013, 2, 15))
        scene.take_in(LATE)
        run_id = scene.request().run_id
        with pytest.raises(WorkerKilled):
            scene.interrupted(1, WorkerKilled()).execute(run_id, "worker-1")
        done = len(recorded(scene.program, DailyValuation.SnapshotRestated))
        assert 0 < done < STALE - 9

        scene.program.runs.execute(run_id, "worker-2")
        counts = {"valued": 9, "skipped": 0, "restated": STALE - 9}
        assert scene.run(run_id).phase_counts[VALUATION.id] == counts
        assert len(recorded(scene.program, DailyValuation.SnapshotRestated)) == STALE - 9

    def test_what_is_imported_while_a_run_values_is_priced_and_restated_by_it(
        self, scene: Scene
    ) -> None:
        run_id = scene.request().run_id
        runs: Runs = scene.program.runs
        log: EventLog = OvertakenLog(scene.program.log, partial(scene.take_in, LATE))
        replace(runs, valuations=replace(runs.valuations, log=log)).execute(run_id, "worker-1")

        assert scene.run(run_id).status is RunStatus.COMPLETED
        assert scene.run(run_id).phase_counts[VALUATION.id]["restated"] == STALE
        assert scene.sources_of("IBM") == [MarkSource.CLOSE] * STALE

    def test_what_is_imported_before_a_dead_workers_run_is_taken_up_is_priced(
        self, scene: Scene
    ) -> None:
        run_id = scene.request().run_id
        with pytest.raises(WorkerKilled):
            scene.interrupted(4, WorkerKilled()).execute(run_id, "worker-1")
        scene.take_in(LATE)
        scene.program.runs.execute(run_id, "worker-2")

        assert scene.run(run_id).status is RunStatus.COMPLETED
        assert scene.sources_of("IBM") == [MarkSource.CLOSE] * STALE

    def test_lines_of_an_import_that_is_gone_warn_of_nothing(self, scene: Scene) -> None:
        import_id = scene.take_in(shares("NOBODY", 1, "1.00", LATE.entry_on))
        scene.calculate()
        portfolio = load_portfolio(scene.program, scene.portfolio_id)
        latest = scene.program.valuations.latest(portfolio, END)
        assert latest is not None
        assert price_warnings(portfolio, latest) != []

        portfolio.revert_import(import_id, "wrong file")
        assert price_warnings(portfolio, latest) == []


class TestEndings:
    """A run says how it ended and frees the portfolio."""

    def test_a_fault_fails_the_run_and_is_raised_for_the_worker_to_report(
        self, scene: Scene
    ) -> None:
        run_id = scene.request().run_id
        with pytest.raises(ZeroDivisionError):
            scene.interrupted(1, ZeroDivisionError("secret detail")).execute(run_id, "worker-1")

        ending = scene.history(run_id)[-1]
        assert isinstance(ending, CalculationRun.Failed)
        assert ending.error_code == "ERR_BATCH_008"
        assert "secret" not in ending.message
        assert scene.holder() is None

    def test_after_a_fault_what_was_valued_stands_and_the_next_run_does_the_rest(
        self, scene: Scene
    ) -> None:
        with pytest.raises(ZeroDivisionError):
            scene.interrupted(1, ZeroDivisionError()).execute(scene.request().run_id, "worker-1")
        done = len(recorded(scene.program, DailyValuation.SnapshotCalculated))
        run_id = scene.request().run_id
        scene.program.runs.execute(run_id, "worker-1")

        assert scene.run(run_id).phase_counts[VALUATION.id]["valued"] == SESSIONS - done > 0

    def test_an_abandoned_run_reads_as_failed_and_frees_the_portfolio(self, scene: Scene) -> None:
        run_id = scene.request().run_id
        scene.program.runs.abandon(run_id, "Its worker died 5 times.")
        position = scene.program.log.position()
        scene.program.runs.abandon(run_id, "Again.")
        scene.program.runs.execute(run_id, "worker-1")

        assert scene.run(run_id).status is RunStatus.FAILED
        assert scene.program.log.position() == position
        assert scene.request().run_id == scene.holder()

    def test_a_run_abandoned_under_way_stops_quietly(self, scene: Scene) -> None:
        run_id = scene.request().run_id
        runs: Runs = scene.program.runs

        @dataclass(frozen=True)
        class AbandoningRooms:
            """Rooms during whose work someone gives the run up."""

            def catch_up(
                self, position: int, names: Iterable[str] | None = None, timeout_s: float = 2.0
            ) -> bool:
                """See `Rooms.catch_up`."""
                runs.abandon(run_id, "Not wanted any more.")
                return True

        replace(runs, rooms=AbandoningRooms()).execute(run_id, "worker-1")
        assert kinds(scene.history(run_id))[-2:] == ["PhaseStarted4", "Abandoned"]
        assert scene.holder() is None

    def test_a_run_whose_views_stay_behind_is_partial_and_says_so(self, scene: Scene) -> None:
        run_id = scene.request().run_id
        runs: Runs = scene.program.runs
        replace(runs, rooms=SlowRooms()).execute(run_id, "worker-1")

        run = scene.run(run_id)
        assert run.status is RunStatus.PARTIAL
        assert run.warnings == (
            "Views are still being brought up to date (ERR_BATCH_003); look again soon.",
        )
