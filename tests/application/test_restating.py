"""Specification of restating: a portfolio changed in the past is valued anew from there (5.4)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from uuid import UUID, uuid4

import pytest
from msgspec import structs

from application.commands import RequestRunOfAny
from application.ports import AnyAggregate, Close, EventLog, Fetched, Market
from application.stale_days import Progress
from application.staleness import LatestValuation
from domain.calculation_run import CalculationRun
from domain.daily_valuation import DailyValuation
from domain.identity import daily_valuation_id
from domain.run_order import Span
from domain.statement import ENGINE_VERSION
from infrastructure.price_book import PostgresPriceBook
from interfaces.bootstrap import Program
from tests.application.changing_accounts import (
    END,
    LATE,
    OPENED_ON,
    SATURDAY,
    SESSIONS,
    TENTH,
    TUESDAY,
    WEDNESDAY,
    Account,
    Scene,
    assert_equal,
    assert_whole,
    sessions_from,
    sold,
)
from tests.support.accounts import cause, register, shares
from tests.support.faulty_logs import ForwardingLog
from tests.support.openings import PAIR, recorded
from tests.support.programs import connect_owner


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

        assert account.catch_up() == Progress(valued=0, restated=stale)
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

    def test_a_price_learnt_while_figures_are_computed_is_not_what_they_are_said_to_know(
        self, scene: Scene
    ) -> None:
        account, book = scene.open(), scene.program.valuations.book
        account.catch_up()
        book.learn("sample", goog_on_the_tenth("725.13"))
        known = book.last_row("sample")
        assert isinstance(book, PostgresPriceBook)
        account.catch_up(book=LearningBook(book.pool))

        assert book.last_row("sample") > known
        restated = [day for _, day in recorded(scene.program, DailyValuation.SnapshotRestated)]
        assert {(day.prices_known, day.caused_by) for day in restated} == {
            (known, f"price_book:{known}")
        }


class LearningBook(PostgresPriceBook):
    """A price book that learns a close of GOOG when it is asked for closes."""

    def closes(
        self, market: Market, symbols: Sequence[str], first: date, last: date
    ) -> Mapping[str, Sequence[Close]]:
        """See `PriceBook.closes`."""
        self.learn(market, goog_on_the_tenth("726.00"))
        return super().closes(market, symbols, first, last)


def goog_on_the_tenth(price: str) -> Fetched:
    """What is fetched of the tenth session."""
    return Fetched(closes=[Close("GOOG", TENTH, Decimal(price), "csv")])


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


class MisreadBook(PostgresPriceBook):
    """A price book of which a close is read as twice what it says."""

    def closes(
        self, market: Market, symbols: Sequence[str], first: date, last: date
    ) -> Mapping[str, Sequence[Close]]:
        """See `PriceBook.closes`."""
        return {
            symbol: [_twice(close) if close.session == TUESDAY else close for close in closes]
            for symbol, closes in super().closes(market, symbols, first, last).items()
        }


def _twice(close: Close) -> Close:
    return structs.replace(close, price=2 * close.price)


class OvertakenLog(ForwardingLog):
    """The log of another; when a day is looked up among others somebody else was quicker."""

    def __init__(self, log: EventLog, day_id: UUID, overtake: Callable[[], object]) -> None:
        super().__init__(log)
        self._day_id = day_id
        self._overtaking = [overtake]

    def load_many(
        self, kind: type[AnyAggregate], aggregate_ids: Sequence[UUID]
    ) -> dict[UUID, AnyAggregate]:
        """See `EventLog.load_many`."""
        while self._overtaking and self._day_id in aggregate_ids:
            self._overtaking.pop()()
        return super().load_many(kind, aggregate_ids)


class TestRepairing:
    """Days are computed again though nothing says that they are stale."""

    @pytest.fixture
    def wrong(self, scene: Scene) -> Account:
        """An account of which one day was recorded with wrong closes."""
        account, book = scene.open(), scene.program.valuations.book
        assert isinstance(book, PostgresPriceBook)
        account.catch_up(book=MisreadBook(book.pool))
        return account

    def repair(self, account: Account, first: date, last: date | None) -> list[date]:
        """Repair these days; which were restated."""
        valuations = account.program.valuations
        span = Span(first, last)
        would = valuations.differences(account.portfolio, span)
        done = valuations.repair(account.portfolio, span, "It was misread.", cause())
        assert would == done or [one.lines for one in would] == [one.lines for one in done]
        return [one.session for one in done]

    def test_catching_up_leaves_what_nothing_says_is_stale(self, wrong: Account) -> None:
        assert wrong.catch_up() == Progress()

    @pytest.mark.parametrize("last", [None, END, TUESDAY, WEDNESDAY])
    def test_days_that_differ_are_restated(
        self, scene: Scene, wrong: Account, last: date | None
    ) -> None:
        assert self.repair(wrong, OPENED_ON, last) == [TUESDAY, WEDNESDAY]
        assert_equal(wrong, scene.open("twin"))
        assert self.repair(wrong, OPENED_ON, last) == []

    def test_days_after_the_last_follow_while_figures_differ(self, wrong: Account) -> None:
        assert self.repair(wrong, TUESDAY, TUESDAY) == [TUESDAY, WEDNESDAY]
        assert_whole(wrong)

    def test_what_earlier_rules_said_is_restated_on_account_of_the_rules(
        self, wrong: Account, database: str
    ) -> None:
        of_now, earlier = (f'"engine_version":{n}' for n in (ENGINE_VERSION, ENGINE_VERSION - 1))
        with connect_owner(database) as owner:
            owner.execute(
                "UPDATE events.stored_events SET state = convert_to("
                "replace(convert_from(state, 'UTF8'), %s, %s), 'UTF8')",
                (of_now, earlier),
            )
        assert self.repair(wrong, OPENED_ON, None) == [TUESDAY, WEDNESDAY]
        restated = recorded(wrong.program, DailyValuation.SnapshotRestated)
        assert {day.caused_by for _, day in restated} == {f"engine:{ENGINE_VERSION}"}
        assert {day.engine_version for _, day in restated} == {ENGINE_VERSION}

    def test_days_that_nobody_asked_for_stay(self, wrong: Account) -> None:
        assert self.repair(wrong, OPENED_ON, OPENED_ON) == []
        assert self.repair(wrong, date(2013, 1, 24), None) == []

    def test_days_before_that_are_stale_come_first(self, scene: Scene) -> None:
        account, twin = scene.open(), scene.open("Twin")
        account.catch_up()
        for one in (account, twin):
            one.take_in(shares("IBM", 40, "191.00", TENTH))
        restated = self.repair(account, TUESDAY, None)
        assert (restated[0], len(restated)) == (TENTH, sessions_from(account, TENTH))
        assert_equal(account, twin)

    def test_so_do_days_whose_price_was_learnt_late(self, scene: Scene) -> None:
        account, twin = scene.open(), scene.open("Twin")
        account.catch_up()
        late = [Close("GOOG", session, Decimal("725.13"), "csv") for session in (TENTH, TUESDAY)]
        scene.program.prices.book.learn("sample", Fetched(closes=late))
        assert self.repair(account, TUESDAY, None)[0] == TENTH
        assert_equal(account, twin)

    def test_what_would_be_restated_is_told_once_though_prices_come_meanwhile(
        self, wrong: Account
    ) -> None:
        valuations = wrong.program.valuations

        def others() -> None:
            late = Close("GOOG", END, Decimal("806.20"), "csv")
            valuations.book.learn("sample", Fetched(closes=[late]))
            wrong.catch_up()

        end_id = daily_valuation_id(wrong.portfolio_id, END)
        overtaken = replace(valuations, log=OvertakenLog(valuations.log, end_id, others))
        would = overtaken.differences(wrong.portfolio, Span(OPENED_ON))

        assert [one.session for one in would] == [TUESDAY, WEDNESDAY]
        assert wrong.versions() == [1] * (SESSIONS - 1) + [2]

    def test_a_run_with_days_to_restate_repairs_them(self, scene: Scene, wrong: Account) -> None:
        command = RequestRunOfAny(
            portfolio_id=wrong.portfolio_id,
            is_restatement=True,
            restate=Span(OPENED_ON, END),
            reason="It was misread.",
        )
        run = scene.program.runs.request_of_any(command, cause())
        scene.program.runs.execute(run.run_id, "test")

        restated = recorded(scene.program, DailyValuation.SnapshotRestated)
        assert [(day.session, day.reason) for _, day in restated] == [
            (TUESDAY, "It was misread."),
            (WEDNESDAY, "It was misread."),
        ]
        [(_, ended)] = recorded(scene.program, CalculationRun.Completed)
        assert (ended.valued, ended.restated) == (0, 2)


class TestStaleness:
    """People are told from when on figures lack something."""

    def begins_on(self, account: Account) -> date | None:
        """From when on the account's valuations are stale, by what the portfolios room says."""
        program = account.program
        program.rooms.catch_up(program.log.position())
        row = program.portfolios_room.one(account.portfolio_id)
        assert row is not None
        assert row.valuation_on is not None
        known = LatestValuation(
            portfolio_id=account.portfolio_id,
            market="sample",
            session=row.valuation_on,
            portfolio_version=row.valued_version,
            prices_known=row.prices_known,
        )
        return program.staleness.begins_on(known, row.version)

    def calculate(self, account: Account) -> None:
        """Run a calculation."""
        run = account.program.runs.request_of_any(
            RequestRunOfAny(portfolio_id=account.portfolio_id), cause()
        )
        account.program.runs.execute(run.run_id, "test")

    def test_what_is_recorded_late_makes_days_stale_until_the_next_run(self, scene: Scene) -> None:
        account = scene.open()
        self.calculate(account)
        assert self.begins_on(account) is None

        account.take_in(*LATE)
        assert self.begins_on(account) == TENTH
        self.calculate(account)
        assert self.begins_on(account) is None

    def test_so_does_a_price_that_is_learnt_late(self, scene: Scene) -> None:
        account = scene.open()
        self.calculate(account)
        for symbol, stale_from in {"IBM": None, "SPY": TUESDAY}.items():
            close = Close(symbol, TUESDAY, Decimal("99.00"), "csv")
            scene.program.valuations.book.learn("sample", Fetched(closes=[close]))
            assert self.begins_on(account) == stale_from
        self.calculate(account)
        assert self.begins_on(account) is None
        assert account.versions()[-1] == 1
        [(_, found)] = recorded(scene.program, CalculationRun.FoundInOrder)
        assert found.portfolio_id == account.portfolio_id

    def test_what_counts_after_the_latest_valuation_makes_none_stale(self, scene: Scene) -> None:
        account = scene.open()
        account.catch_up(TENTH)
        account.take_in(LATE[1])
        assert self.begins_on(account) is None
