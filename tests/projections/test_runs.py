"""Where does a calculation stand, and how did earlier ones end?"""

from datetime import date

from domain.calculation_run import RunStatus
from domain.run_order import RunKind
from domain.run_phase import MARKET_DATA, PHASES, READ_MODELS
from infrastructure.postgres import Pool
from projections.runs.postgres import ROOM, TABLE, RunsRoom
from projections.runs.view import PhaseView, RunRow
from tests.support.events import (
    abandoned,
    all_requested,
    completed,
    failed,
    fanned_out,
    left_out,
    number,
    part_ended,
    phase_completed,
    phase_started,
    requested,
    started,
)
from tests.support.rooms import History, folded, minute
from tests.support.stories import DAYS, calculated, restated, valuation_of

RUN = number("run")


def test_a_requested_run_waits_in_the_queue() -> None:
    row = row_after(begun())
    assert (row.status, row.kind) == (RunStatus.QUEUED, RunKind.ON_DEMAND)
    assert (row.portfolio_ids, row.requested_by) == ((number("IRA"),), number("ann"))
    assert (row.calculation_on, row.requested_at) == (date(2013, 3, 1), minute(1))
    assert (row.started_at, row.finished_at, row.error_code) == (None, None, None)
    assert [phase.id for phase in row.phases] == [phase.id for phase in PHASES]
    assert row.phases[3] == PhaseView(3, "valuation", "pending", 0, 0, "sessions")
    assert {phase.status for phase in row.phases} == {"pending"}


def test_a_phase_that_a_run_leaves_out_is_shown_as_skipped() -> None:
    row = row_after(History().tell(RUN, requested(skips=(0, 2, 5))))
    skipped = [phase.id for phase in row.phases if phase.status == "skipped"]
    assert skipped == [0, 2, 5]


def test_a_run_taken_up_again_keeps_the_time_it_was_first_taken_up() -> None:
    row = row_after(begun().tell(RUN, started("one"), started("two")))
    assert (row.status, row.started_at) == (RunStatus.RUNNING, minute(2))


def test_phases_begin_and_end_with_their_counts_and_warnings() -> None:
    warnings = ["MSFT: no close."]
    story = begun().tell(RUN, started(), phase_started(MARKET_DATA, 2))
    story.tell(RUN, phase_completed(MARKET_DATA, {"done": 2, "prices": 9}, warnings))
    _, market_data, _, valuation, *_ = row_after(story.tell(RUN, phase_started(total=3))).phases
    assert market_data == PhaseView(
        1, "market_data", "completed", 2, 2, "symbols", 0.25, ("MSFT: no close.",)
    )
    assert valuation == PhaseView(3, "valuation", "running", 0, 3, "sessions")


def test_each_session_it_values_counts_at_once() -> None:
    story = begun().tell(RUN, started(), phase_started(total=3))
    for done, day in enumerate(DAYS, 1):
        row = row_after(story.tell(valuation_of(day), calculated(day), causation=RUN))
        assert (row.phases[3].done, row.valued) == (done, done)


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
    story = History().tell(RUN, requested(skips=(0, 2, 5)), started())
    story.tell(RUN, phase_started(MARKET_DATA, 0))
    assert row_after(story).progress_percent == 0.0
    story.tell(RUN, phase_completed(MARKET_DATA), phase_started(total=2))
    assert row_after(story).progress_percent == 25.0
    story.tell(valuation_of(DAYS[0]), calculated(DAYS[0]), causation=RUN)
    assert row_after(story).progress_percent == 37.5
    assert row_after(story.tell(RUN, failed())).progress_percent == 37.5
    over = begun().tell(RUN, completed())
    assert row_after(over).progress_percent == 100.0


def test_a_run_is_found_by_id_with_its_phases(pool: Pool) -> None:
    story = begun().tell(RUN, phase_started(READ_MODELS, 1))
    with pool.connection() as connection:
        TABLE.store(connection, [row_after(story)])
    assert RunsRoom(pool).one(RUN) == row_after(story)
    assert RunsRoom(pool).one(number("another")) is None


def test_a_restated_session_counts_at_once_and_the_end_says_how_many_there_were() -> None:
    story = begun().tell(RUN, started(), phase_started(total=0))
    story.tell(valuation_of(DAYS[0]), calculated(DAYS[0]))
    row = row_after(story.tell(valuation_of(DAYS[0]), restated(DAYS[0]), causation=RUN))
    assert (row.valued, row.restated) == (0, 1)
    assert row_after(story.tell(RUN, completed(restated=4))).restated == 4


def test_portfolios_left_out_do_not_have_the_run_any_more() -> None:
    story = History().tell(RUN, requested(date(2013, 3, 1), "IRA", "Roth"), started())
    row = row_after(story.tell(RUN, left_out("Roth")))
    assert (row.portfolio_ids, row.portfolios, row.left_out) == ((number("IRA"),), 2, 1)


def test_a_run_over_all_accounts_has_parts_for_phases() -> None:
    story = History().tell(RUN, all_requested(), started(), fanned_out(2, 3))
    assert (row_after(story).phases, row_after(story).progress_percent) == ((), 0.0)
    row = row_after(story.tell(RUN, part_ended("first", valued=5, left=1)))
    assert (row.parts, row.parts_ended, row.portfolios) == (2, 1, 3)
    assert (row.valued, row.left_out, row.progress_percent) == (5, 1, 50.0)
    row = row_after(story.tell(RUN, part_ended("second"), completed(valued=5)))
    assert (row.valued, row.progress_percent) == (5, 100.0)


def test_its_log_tells_each_event_in_words_and_none_of_the_valuations() -> None:
    story = begun().tell(RUN, started("host-4711"), phase_started(total=3))
    story.tell(valuation_of(DAYS[0]), calculated(DAYS[0]), causation=RUN)
    story.tell(RUN, phase_completed(counts={"valued": 3}, warnings=["Look at MSFT."]), completed())
    entries = row_after(story).entries
    assert [entry.text for entry in entries] == [
        "Requested by a user: on-demand calculation of 1 account up to 2013-03-01.",
        "Taken up by a worker.",
        "Phase 3 valuation began: 3 sessions.",
        "Phase 3 valuation ended after 0.250 s: valued 3.",
        "Ended (completed): 0 sessions valued, 0 skipped, 0 restated.",
    ]
    assert [entry.at for entry in entries] == [minute(n) for n in (1, 2, 3, 5, 6)]
    assert entries[3].warnings == ("Look at MSFT.",)


def test_the_log_of_a_run_over_all_accounts_tells_of_its_parts() -> None:
    story = History().tell(RUN, all_requested(), fanned_out(1, 2), left_out("IRA"))
    story.tell(RUN, part_ended("first", RunStatus.PARTIAL, valued=1, left=1), abandoned())
    story.tell(RUN, failed())
    assert [entry.text for entry in row_after(story).entries] == [
        "Requested by the system: nightly calculation of all accounts up to 2013-03-01.",
        "Divided into 1 part with 2 accounts.",
        "Left to runs of their own: 1 account.",
        "A part with 1 account ended (partial): 1 session valued, 0 skipped, 0 restated."
        " 1 left out.",
        "Abandoned: Its worker died 5 times.",
        "Failed (ERR_BATCH_008): The run met a fault.",
    ]


def test_the_log_gives_the_reason_of_a_request() -> None:
    row = row_after(History().tell(RUN, requested(reason="A price was corrected.")))
    assert row.entries[0].text.endswith("2013-03-01. Reason: A price was corrected.")


def test_the_position_is_that_of_the_last_event_told() -> None:
    story = begun().tell(RUN, started())
    assert row_after(story).position == 2
    story.tell(valuation_of(DAYS[0]), calculated(DAYS[0]), causation=RUN)
    assert row_after(story).position == 3


class TestAsking:
    """Runs are found by portfolio, by status, and counted."""

    def test_the_runs_of_a_portfolio_come_newest_first_in_pages(self, pool: Pool) -> None:
        story = History()
        for n in range(3):
            story.tell(number(f"run {n}"), requested())
        story.tell(number("another"), requested(date(2013, 3, 1), "Roth", "Joint"))
        room = room_with(pool, story)

        rows, total = room.of_portfolio(number("IRA"), limit=2, offset=0)
        assert ([row.run_id for row in rows], total) == ([number("run 2"), number("run 1")], 3)
        rows, total = room.of_portfolio(number("Joint"), limit=2, offset=0)
        assert ([row.run_id for row in rows], total) == ([number("another")], 1)

    def test_live_runs_are_found_of_a_portfolio_or_of_any(self, pool: Pool) -> None:
        story = History().tell(number("queued"), requested())
        story.tell(number("running"), requested(date(2013, 3, 1), "Roth"), started())
        story.tell(number("ended"), requested(), completed())
        story.tell(number("whole"), all_requested())
        room = room_with(pool, story)

        assert room.live() == [number("queued"), number("running"), number("whole")]
        assert room.live(number("Roth")) == [number("running")]
        assert [row.run_id for row in room.all_live()] == room.live()

    def test_parts_are_not_listed_beside_their_whole(self, pool: Pool) -> None:
        story = History().tell(RUN, all_requested())
        room = room_with(pool, story.tell(number("part"), requested(part_of=RUN)))

        rows, total = room.wholes(limit=10, offset=0)
        assert ([row.run_id for row in rows], total) == ([RUN], 1)
        assert {row.run_id for row in room.several([RUN, number("part")])} == {RUN, number("part")}

    def test_they_are_counted_by_status_with_what_they_did(self, pool: Pool) -> None:
        story = History().tell(number("old"), requested(), started(), completed(valued=50))
        since = minute(4)
        story.tell(number("one"), requested(), started(), completed(valued=2, restated=1))
        story.tell(number("two"), requested(), started(), failed())
        story.tell(number("part"), requested(part_of=RUN), completed(valued=9))
        story.tell(number("three"), requested())
        tally = room_with(pool, story).tally(since)

        assert tally.by_status == {"completed": 1, "failed": 1, "queued": 1}
        assert (tally.valued, tally.restated) == (2, 1)
        assert (tally.median_seconds, tally.longest_seconds) == (60.0, 60.0)
        assert tally.last_completed_at == minute(6)

    def test_where_nothing_ran_there_is_nothing_to_count(self, pool: Pool) -> None:
        tally = room_with(pool, History()).tally(minute(1))

        assert (tally.by_status, tally.valued, tally.longest_seconds) == ({}, 0, None)
        assert tally.last_completed_at is None


def room_with(pool: Pool, story: History) -> RunsRoom:
    """The room after a story."""
    with pool.connection() as connection:
        TABLE.store(connection, list(folded(ROOM, story.recorded).values()))
    return RunsRoom(pool)


def begun() -> History:
    """A run was requested."""
    return History().tell(RUN, requested())


def row_after(story: History) -> RunRow:
    """The run's row."""
    row: RunRow = folded(ROOM, story.recorded)[RUN,]
    return row
