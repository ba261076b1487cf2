"""Specification of a calculation run: its status is the fold of its events (spec 2.2, 5.4)."""

from collections.abc import Callable
from datetime import date

import pytest

from domain.calculation_run import (
    MARKET_DATA,
    PHASES,
    VALUATION,
    CalculationRun,
    RunKind,
    RunOver,
    RunStatus,
)
from domain.kernel import Event
from tests.support.events import (
    abandoned,
    completed,
    failed,
    number,
    phase_completed,
    phase_started,
    requested,
    started,
)
from tests.support.specification import SUBJECT, given, when_created

STALE = "Valued at a close more than 5 sessions old: X."
ENDINGS = [completed(), completed(RunStatus.PARTIAL), failed(), abandoned()]
STEPS: list[Callable[[CalculationRun], None]] = [
    lambda run: run.start("worker-2"),
    lambda run: run.start_phase(VALUATION, 20),
    lambda run: run.complete_phase(VALUATION, {}, (), 0.25),
    lambda run: run.complete(),
]


def test_a_run_is_requested_for_portfolios_up_to_a_session() -> None:
    when_created(
        lambda: CalculationRun.request(
            SUBJECT, [number("IRA")], date(2013, 3, 1), RunKind.ON_DEMAND, number("ann")
        )
    ).then(requested(until=date(2013, 3, 1)))


def test_a_queued_run_is_started() -> None:
    given(CalculationRun, requested()).when(lambda run: run.start("worker-1")).then(started())


def test_a_run_whose_worker_died_is_started_again() -> None:
    given(CalculationRun, requested(), started("worker-1")).when(
        lambda run: run.start("worker-2")
    ).then(started("worker-2"))


def test_a_phase_begins_once_with_all_it_has_to_do() -> None:
    def begin(run: CalculationRun) -> None:
        run.start_phase(VALUATION, 20)

    given(CalculationRun, requested(), started()).when(begin).then(phase_started(VALUATION, 20))
    given(CalculationRun, requested(), started(), phase_started(VALUATION, 30)).when(
        begin
    ).then_nothing()


def test_a_phase_ends_once_with_what_it_counted_and_warns_of() -> None:
    def end(run: CalculationRun) -> None:
        run.complete_phase(VALUATION, {"valued": 20}, [STALE], 0.25)

    history = requested(), started(), phase_started()
    done = phase_completed(VALUATION, {"valued": 20}, [STALE])

    given(CalculationRun, *history).when(end).then(done)
    given(CalculationRun, *history, done).when(end).then_nothing()


def test_a_run_without_warnings_completes_with_what_the_valuation_counted() -> None:
    prices = phase_completed(MARKET_DATA, {"done": 2, "prices": 1100})
    valuation = phase_completed(VALUATION, {"valued": 19, "skipped": 1})

    given(CalculationRun, requested(), started(), prices, valuation).when(
        lambda run: run.complete()
    ).then(completed(RunStatus.COMPLETED, valued=19, skipped=1))


def test_a_run_that_warned_is_partial() -> None:
    history = requested(), started(), phase_completed(VALUATION, {"valued": 20}, [STALE])

    given(CalculationRun, *history).when(lambda run: run.complete()).then(
        completed(RunStatus.PARTIAL, valued=20)
    )


@pytest.mark.parametrize("history", [[requested()], [requested(), started()]])
def test_a_live_run_fails_or_is_abandoned(history: list[Event]) -> None:
    given(CalculationRun, *history).when(
        lambda run: run.fail("ERR_BATCH_008", "The run met a fault.")
    ).then(failed())
    given(CalculationRun, *history).when(lambda run: run.abandon("Its worker died 5 times.")).then(
        abandoned()
    )


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("step", STEPS)
def test_after_its_end_nothing_more_happens(
    ending: Event, step: Callable[[CalculationRun], None]
) -> None:
    given(CalculationRun, requested(), started(), ending).when(step).then_refused(
        RunOver, "has ended"
    )


@pytest.mark.parametrize("ending", ENDINGS)
def test_an_ended_run_is_neither_failed_nor_abandoned_again(ending: Event) -> None:
    for give_up in (lambda run: run.fail("ERR_BATCH_008", "x"), lambda run: run.abandon("x")):
        given(CalculationRun, requested(), started(), ending).when(give_up).then_nothing()


@pytest.mark.parametrize(
    ("history", "status", "is_live"),
    [
        ([requested()], "queued", True),
        ([requested(), started()], "running", True),
        ([requested(), started(), phase_started(), phase_completed()], "running", True),
        ([requested(), started(), completed()], "completed", False),
        ([requested(), started(), completed(RunStatus.PARTIAL)], "partial", False),
        ([requested(), failed()], "failed", False),
        ([requested(), abandoned()], "failed", False),
    ],
)
def test_the_status_is_the_fold_of_the_events(
    history: list[Event], status: str, *, is_live: bool
) -> None:
    run = CalculationRun.replay(SUBJECT, history)

    assert (run.status, run.is_live) == (status, is_live)


def test_phases_have_their_published_numbers_and_names() -> None:
    assert [(phase.id, phase.name) for phase in PHASES] == [
        (1, "market_data"),
        (3, "valuation"),
        (4, "read_models"),
    ]
