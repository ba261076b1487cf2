"""Specification of restating: a portfolio changed in the past is valued anew from there (5.4)."""

from datetime import date
from decimal import Decimal
from uuid import uuid4

import pytest

from application.stale_days import Progress
from domain.daily_valuation import DailyValuation
from interfaces.bootstrap import Program
from tests.application.changing_accounts import (
    END,
    LATE,
    OPENED_ON,
    SATURDAY,
    SESSIONS,
    TENTH,
    TUESDAY,
    Scene,
    assert_equal,
    assert_whole,
    sessions_from,
    sold,
)
from tests.support.accounts import register, shares
from tests.support.openings import PAIR, recorded


@pytest.fixture
def scene(program: Program) -> Scene:
    """An owner without accounts, and prices of what they will hold."""
    symbols = ["GOOG", "SPY", "IBM", "MSFT", "AAPL"]
    program.runs.prices.gather("sample", symbols, (OPENED_ON, END))
    return Scene(program, register(program))


class TestImports:
    """Positions that come late, go, and come again."""

    @pytest.mark.parametrize(
        ("entered_on", "stale"),
        [
            (date(2011, 3, 3), SESSIONS),
            (OPENED_ON, SESSIONS),
            (date(2013, 1, 2), SESSIONS - 1),
            (TENTH, SESSIONS - 9),
            (SATURDAY, 28),
            (END, 1),
        ],
        ids=["before the opening", "opening", "second day", "tenth day", "Saturday", "last day"],
    )
    def test_a_back_dated_import_gives_the_days_that_both_files_from_the_start_give(
        self, scene: Scene, entered_on: date, stale: int
    ) -> None:
        account, twin = scene.open(), scene.open("Twin")
        account.catch_up()
        before = account.figures()
        for one in (account, twin):
            one.take_in(shares("IBM", 40, "191.00", entered_on))

        assert account.catch_up() == Progress(valued=0, skipped=0, restated=stale)
        assert_equal(account, twin)
        assert account.versions() == [1] * (SESSIONS - stale) + [2] * stale
        assert account.figures()[: SESSIONS - stale] == before[: SESSIONS - stale]

    def test_an_entry_after_the_last_valued_session_makes_no_day_stale(self, scene: Scene) -> None:
        account, twin = scene.open(), scene.open("Twin")
        account.catch_up(date(2013, 1, 18))
        for one in (account, twin):
            one.take_in(shares("IBM", 40, "191.00", SATURDAY))

        assert account.catch_up(date(2013, 1, 18)) == Progress()
        assert account.catch_up() == Progress(valued=28)
        assert_equal(account, twin)

    def test_earlier_versions_are_kept(self, scene: Scene) -> None:
        account = scene.open()
        account.catch_up()
        before = account.history()
        account.take_in(*LATE)
        account.catch_up()

        after = account.history()
        assert {key: after[key] for key in before} == before
        assert len(after) == SESSIONS + sessions_from(account, TENTH)

    def test_each_restated_day_builds_on_the_newest_version_of_the_day_before(
        self, scene: Scene
    ) -> None:
        account = scene.open()
        account.catch_up()
        account.take_in(*LATE)
        account.catch_up()

        pointers = [day.latest.previous.version for day in account.days() if day.latest.previous]
        assert pointers == account.versions()[:-1]

    def test_a_reverted_import_gives_the_days_there_were_and_keeps_all_versions(
        self, scene: Scene
    ) -> None:
        account = scene.open()
        account.catch_up()
        original = account.figures()
        import_id = account.take_in(*LATE)
        account.catch_up()
        late = account.figures()
        stale = sessions_from(account, TENTH)

        account.revert(import_id)
        assert account.catch_up() == Progress(restated=stale)
        assert account.figures() == original
        assert account.versions() == [1] * (SESSIONS - stale) + [3] * stale
        account.restore(import_id)
        assert account.catch_up() == Progress(restated=stale)
        assert account.figures() == late
        assert len(account.history()) == SESSIONS + 3 * stale
        assert_whole(account)

    def test_replacing_that_closes_part_of_a_lot_restates_from_its_day_on(
        self, scene: Scene
    ) -> None:
        account, twin = scene.open(), scene.open("Twin")
        account.catch_up()
        for one in (account, twin):
            one.replace_by(shares("GOOG", 60, "580.07", OPENED_ON), PAIR[1], on=TUESDAY)

        assert account.catch_up() == Progress(restated=sessions_from(account, TUESDAY))
        assert_equal(account, twin)
        [tuesday] = [day.latest for day in account.days() if day.latest.session == TUESDAY]
        lines = list(tuesday.lines.rows("symbol", "quantity", "proceeds"))
        assert ("GOOG", Decimal(60), Decimal("4000.00")) in lines

    def test_reverting_a_replacement_gives_the_days_there_were(self, scene: Scene) -> None:
        account = scene.open()
        account.catch_up()
        original = account.figures()
        import_id = account.replace_by(shares("IBM", 10, "190.00", TENTH), on=SATURDAY)
        account.catch_up()
        assert account.figures() != original

        account.revert(import_id)
        account.catch_up()
        assert account.figures() == original
        assert_whole(account)


class TestReferences:
    """A restatement says why, and names what moved it."""

    def test_the_change_of_the_portfolio_that_counts_first_is_named(self, scene: Scene) -> None:
        account = scene.open()
        account.catch_up()
        account.take_in(*LATE)
        version = account.portfolio.version
        account.take_in(shares("AAPL", 5, "460.00", END))
        account.catch_up()

        restated = recorded(scene.program, DailyValuation.SnapshotRestated)
        caused_by = f"portfolio:{account.portfolio_id}@{version}"
        assert {event.caused_by for _, event in restated} == {caused_by}
        reason = "A change of the portfolio counts from 2013-01-14 on."
        assert {event.reason for _, event in restated} == {reason}
        assert {event.portfolio_version for _, event in restated} == {version + 1}

    def test_of_changes_that_count_from_the_same_day_the_last_is_named(self, scene: Scene) -> None:
        account = scene.open()
        account.catch_up()
        account.revert(account.take_in(*LATE))
        account.take_in(shares("AAPL", 5, "460.00", TENTH))
        account.catch_up()

        restated = recorded(scene.program, DailyValuation.SnapshotRestated)
        caused_by = f"portfolio:{account.portfolio_id}@{account.portfolio.version}"
        assert {event.caused_by for _, event in restated} == {caused_by}


class TestOtherChanges:
    """Whatever counts from a day in the past."""

    def test_money_paid_in_late_restates_from_its_day_on(self, scene: Scene) -> None:
        account, twin = scene.open(), scene.open("Twin")
        account.catch_up()
        for one in (account, twin):
            one.change(lambda own: own.contribute(uuid4(), SATURDAY, Decimal("2500.00"), "gift"))

        assert account.catch_up() == Progress(restated=28)
        assert_equal(account, twin)

    def test_what_counts_first_of_several_changes_decides(self, scene: Scene) -> None:
        account, twin = scene.open(), scene.open("Twin")
        account.catch_up()
        for one in (account, twin):
            one.take_in(shares("AAPL", 5, "460.00", date(2013, 2, 19)))
            one.take_in(*LATE)
            one.change(lambda own: own.contribute(uuid4(), END, Decimal("1.00"), ""))

        assert account.catch_up() == Progress(restated=sessions_from(account, TENTH))
        assert_equal(account, twin)


class TestNothingToRestate:
    """Nothing to do is nothing recorded."""

    def test_catching_up_again_after_a_restatement_records_nothing(self, scene: Scene) -> None:
        account = scene.open()
        account.catch_up()
        account.take_in(*LATE)
        account.catch_up()
        position = scene.program.log.position()

        assert account.catch_up() == Progress()
        assert scene.program.log.position() == position

    @pytest.mark.parametrize("do_nothing", ["history", "there and back"])
    def test_a_change_that_moves_no_figure_records_nothing(
        self, scene: Scene, do_nothing: str
    ) -> None:
        account = scene.open()
        account.catch_up(date(2013, 2, 28))
        figures = account.figures()
        if do_nothing == "history":
            bought = shares("AAPL", 7, "84.00", date(2012, 7, 2))
            account.take_in(sold(bought, "99.00", date(2012, 7, 9)))
        else:
            account.revert(account.take_in(*LATE))
        position = scene.program.log.position()

        for _ in range(2):
            assert account.catch_up(date(2013, 2, 28)) == Progress()
        assert scene.program.log.position() == position
        assert account.catch_up() == Progress(valued=1)
        assert account.figures()[:-1] == figures
        assert set(account.versions()) == {1}

    def test_only_the_days_between_are_recorded_again_where_the_end_is_the_same(
        self, scene: Scene
    ) -> None:
        account, twin = scene.open(), scene.open("Twin")
        account.catch_up()
        for one in (account, twin):
            one.take_in(sold(shares("AAPL", 7, "500.00", TENTH), "500.00", TUESDAY))
        bought_to_sold = sessions_from(account, TENTH) - sessions_from(account, TUESDAY) + 1

        assert account.catch_up() == Progress(restated=bought_to_sold)
        assert account.catch_up() == Progress(restated_already=bought_to_sold)
        assert_equal(account, twin)
        assert set(account.versions()) == {1, 2}
