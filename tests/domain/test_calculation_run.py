"""Specification of a calculation run: its status is the fold of its events (spec 2.2, 5.4)."""

from collections.abc import Callable
from datetime import date

import pytest

from domain.calculation_run import CalculationRun, RunOver, RunStatus
from domain.kernel import Event
from domain.run_order import Counts, RunKind
from domain.run_phase import MARKET_DATA, PHASES, VALUATION, skipped_phases
from tests.support.events import (
    abandoned,
    all_requested,
    completed,
    failed,
    fanned_out,
    found_in_order,
    left_out,
    number,
    ordered,
    part_ended,
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
    lambda run: run.leave_out([number("IRA")]),
    lambda run: run.fan_out(1, 1),
    lambda run: run.find_in_order(number("IRA"), 3, 900),
]


def test_a_run_is_requested_for_portfolios_up_to_a_session() -> None:
    when_created(lambda: CalculationRun.request(SUBJECT, ordered(until=date(2013, 3, 1)))).then(
        requested(until=date(2013, 3, 1))
    )


def test_a_queued_run_is_started() -> None:
    given(CalculationRun, requested()).when(lambda run: run.start("worker-1")).then(started())


def test_a_run_whose_worker_died_is_started_again() -> None:
    given(CalculationRun, requested(), started("worker-1")).when(
        lambda run: run.start("worker-2")
    ).then(started("worker-2"))


def test_a_run_says_that_a_valuation_stands_although_it_knows_less() -> None:
    given(CalculationRun, requested(), started()).when(
        lambda run: run.find_in_order(number("IRA"), 3, 900)
    ).then(found_in_order(number("IRA"), 3, 900))


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
        (0, "security_master"),
        (1, "market_data"),
        (2, "fundamentals"),
        (3, "valuation"),
        (4, "read_models"),
        (5, "sector_tags"),
        (6, "analytics"),
    ]


@pytest.mark.parametrize(
    ("kind", "is_forced", "skipped"),
    [
        (RunKind.ON_DEMAND, False, ()),
        (RunKind.NIGHTLY, False, ()),
        (RunKind.RESTATEMENT, False, (0, 2, 5)),
        (RunKind.ON_DEMAND, True, (0, 1, 2)),
        (RunKind.RESTATEMENT, True, (0, 1, 2, 5)),
    ],
)
def test_a_restatement_and_a_forced_run_leave_phases_out(
    kind: RunKind, skipped: tuple[int, ...], *, is_forced: bool
) -> None:
    assert skipped_phases(kind, is_forced=is_forced) == skipped


def test_a_run_does_the_phases_that_it_was_not_told_to_skip() -> None:
    run = CalculationRun.replay(SUBJECT, [requested(skips=(0, 1, 2))])

    assert [phase.id for phase in PHASES if run.does(phase)] == [3, 4, 5, 6]


def test_portfolios_that_are_busy_are_left_out_once() -> None:
    history = requested(date(2013, 3, 1), "IRA", "Roth", "Joint"), started(), left_out("Roth")
    busy = [number("Roth"), number("Joint")]

    given(CalculationRun, *history).when(lambda run: run.leave_out(busy)).then(left_out("Joint"))
    given(CalculationRun, *history).when(lambda run: run.leave_out(busy[:1])).then_nothing()
    run = CalculationRun.replay(SUBJECT, [*history, left_out("Joint")])
    assert run.portfolio_ids == (number("IRA"),)


class TestRunsOverAllAccounts:
    """A whole ends with the last of its parts."""

    def test_it_says_how_many_parts_there_are_and_waits_for_them(self) -> None:
        given(CalculationRun, all_requested(), started()).when(
            lambda run: run.fan_out(2, 300)
        ).then(fanned_out(2, 300))
        given(CalculationRun, all_requested(), started(), fanned_out(2, 300)).when(
            lambda run: run.fan_out(3, 400)
        ).then_nothing()

    def test_without_any_account_it_is_over_at_once(self) -> None:
        given(CalculationRun, all_requested(), started()).when(lambda run: run.fan_out(0, 0)).then(
            fanned_out(0, 0), completed()
        )

    def test_it_takes_note_of_a_part_once_and_adds_up_what_parts_counted(self) -> None:
        history = all_requested(), started(), fanned_out(2, 2), part_ended("first", valued=5)
        second = ended_part("second", {"valued": 7})

        given(CalculationRun, *history).when(lambda run: run.end_part(second)).then(
            part_ended("second", valued=7), completed(valued=12)
        )
        given(CalculationRun, *history).when(
            lambda run: run.end_part(ended_part("first", {"valued": 5}))
        ).then_nothing()

    def test_parts_may_end_before_it_is_said_how_many_there_are(self) -> None:
        history = all_requested(), started(), part_ended("first", valued=5)

        given(CalculationRun, *history).when(lambda run: run.fan_out(1, 1)).then(
            fanned_out(1, 1), completed(valued=5)
        )

    @pytest.mark.parametrize(
        ("others", "ending"),
        [
            ([RunStatus.COMPLETED], completed(RunStatus.PARTIAL)),
            ([RunStatus.PARTIAL], completed(RunStatus.PARTIAL)),
            ([RunStatus.FAILED], failed("ERR_BATCH_009", "None of its parts came to a good end.")),
        ],
    )
    def test_it_is_partial_when_a_part_failed_and_failed_when_all_did(
        self, others: list[RunStatus], ending: Event
    ) -> None:
        noted = [part_ended(f"part {n}", outcome) for n, outcome in enumerate(others)]
        history = all_requested(), started(), fanned_out(len(others) + 1, 9), *noted
        lost = CalculationRun.replay(number("lost"), [requested(), started(), failed()])

        given(CalculationRun, *history).when(lambda run: run.end_part(lost)).then(
            part_ended("lost", RunStatus.FAILED), ending
        )

    def test_parts_of_a_run_that_was_given_up_end_for_themselves(self) -> None:
        history = all_requested(), started(), fanned_out(2, 2), abandoned()

        given(CalculationRun, *history).when(
            lambda run: run.end_part(ended_part("first", {}))
        ).then_nothing()

    def test_a_part_tells_how_many_of_its_portfolios_were_left_out(self) -> None:
        part = CalculationRun.replay(
            number("first"),
            [
                requested(date(2013, 3, 1), "IRA", "Roth", part_of=SUBJECT),
                started(),
                left_out("Roth"),
                completed(),
            ],
        )
        history = all_requested(), started(), fanned_out(2, 3)

        given(CalculationRun, *history).when(lambda run: run.end_part(part)).then(
            part_ended("first", left=1)
        )


def test_a_run_counts_what_its_valuation_did() -> None:
    counts = phase_completed(VALUATION, {"valued": 3, "skipped": 2, "restated": 1, "failed": 4})
    run = CalculationRun.replay(SUBJECT, [requested(), started(), counts])

    assert run.counts == Counts(valued=3, skipped=2, restated=1)


def ended_part(name: str, counts: dict[str, int]) -> CalculationRun:
    """A part of one portfolio that came to a good end."""
    history = requested(part_of=SUBJECT), started(), phase_completed(VALUATION, counts), completed()
    return CalculationRun.replay(number(name), history)


def test_a_run_over_all_accounts_is_whole_and_one_of_some_is_not() -> None:
    assert CalculationRun.replay(SUBJECT, [all_requested()]).is_whole is True
    assert CalculationRun.replay(SUBJECT, [requested()]).is_whole is False
