"""Where does a calculation stand, and how did earlier ones end?"""

from datetime import date

from domain.calculation_run import MARKET_DATA, READ_MODELS, RunKind, RunStatus
from infrastructure.postgres import Pool
from projections.runs.postgres import ROOM, TABLE, RunsRoom
from projections.runs.view import PhaseView, RunRow
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
from tests.support.rooms import History, folded, minute
from tests.support.stories import DAYS, calculated, valuation_of

RUN = number("run")


def test_a_requested_run_waits_in_the_queue() -> None:
    row = row_after(begun())
    assert (row.status, row.kind) == (RunStatus.QUEUED, RunKind.ON_DEMAND)
    assert (row.portfolio_ids, row.requested_by) == ((number("IRA"),), number("ann"))
    assert (row.calculation_on, row.requested_at) == (date(2013, 3, 1), minute(1))
    assert (row.started_at, row.finished_at, row.error_code) == (None, None, None)
    assert row.phases == (
        PhaseView(1, "market_data", "pending", 0, 0, "symbols"),
        PhaseView(3, "valuation", "pending", 0, 0, "sessions"),
        PhaseView(4, "read_models", "pending", 0, 0, "rooms"),
    )


def test_a_run_taken_up_again_keeps_the_time_it_was_first_taken_up() -> None:
    row = row_after(begun().tell(RUN, started("one"), started("two")))
    assert (row.status, row.started_at) == (RunStatus.RUNNING, minute(2))


def test_phases_begin_and_end_with_their_counts_and_warnings() -> None:
    warnings = ["MSFT: no close."]
    story = begun().tell(RUN, started(), phase_started(MARKET_DATA, 2))
    story.tell(RUN, phase_completed(MARKET_DATA, {"done": 2, "prices": 9}, warnings))
    market_data, valuation, _ = row_after(story.tell(RUN, phase_started(total=3))).phases
    assert market_data == PhaseView(
        1, "market_data", "completed", 2, 2, "symbols", 0.25, ("MSFT: no close.",)
    )
    assert valuation == PhaseView(3, "valuation", "running", 0, 3, "sessions")


def test_each_session_it_values_counts_at_once() -> None:
    story = begun().tell(RUN, started(), phase_started(total=3))
    for done, day in enumerate(DAYS, 1):
        row = row_after(story.tell(valuation_of(day), calculated(day), causation=RUN))
        assert (row.phases[1].done, row.valued) == (done, done)


def test_a_session_that_something_else_valued_does_not_count() -> None:
    story = begun().tell(valuation_of(DAYS[0]), calculated(DAYS[0]))
    story.tell(valuation_of(DAYS[1]), calculated(DAYS[1]), causation=number("an import"))
    assert row_after(story).valued == 0
    assert list(folded(ROOM, story.recorded)) == [(RUN,)]


def test_a_run_ends_as_it_says() -> None:
    done = row_after(begun().tell(RUN, completed(RunStatus.PARTIAL, valued=3, skipped=1)))
    assert (done.status, done.valued, done.skipped) == (RunStatus.PARTIAL, 3, 1)
    assert (done.finished_at, done.error_code) == (minute(2), None)


def test_a_failed_and_an_abandoned_run_say_why() -> None:
    fault = row_after(begun().tell(RUN, failed()))
    lost = row_after(begun().tell(RUN, abandoned()))
    assert (fault.status, lost.status) == (RunStatus.FAILED, RunStatus.FAILED)
    assert (fault.error_code, lost.error_code) == ("ERR_BATCH_008", "ERR_BATCH_006")
    assert (fault.finished_at, fault.error_message) == (minute(2), "The run met a fault.")
    assert lost.error_message == abandoned().reason


def test_progress_counts_each_phase_alike_and_ends_at_a_hundred() -> None:
    story = begun().tell(RUN, started(), phase_started(MARKET_DATA, 0))
    assert row_after(story).progress_percent == 0.0
    story.tell(RUN, phase_completed(MARKET_DATA), phase_started(total=2))
    assert row_after(story).progress_percent == 33.3
    story.tell(valuation_of(DAYS[0]), calculated(DAYS[0]), causation=RUN)
    assert row_after(story).progress_percent == 50.0
    assert row_after(story.tell(RUN, failed())).progress_percent == 50.0
    over = begun().tell(RUN, completed())
    assert row_after(over).progress_percent == 100.0


def test_a_run_is_found_by_id_with_its_phases(pool: Pool) -> None:
    story = begun().tell(RUN, phase_started(READ_MODELS, 1))
    with pool.connection() as connection:
        TABLE.store(connection, [row_after(story)])
    assert RunsRoom(pool).one(RUN) == row_after(story)
    assert RunsRoom(pool).one(number("another")) is None


def begun() -> History:
    """A run was requested."""
    return History().tell(RUN, requested())


def row_after(story: History) -> RunRow:
    """The run's row."""
    row: RunRow = folded(ROOM, story.recorded)[RUN,]
    return row
