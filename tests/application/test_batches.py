"""Specification of batches: accounts of one save, or each for itself (spec 5.4, 5.6)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from uuid import UUID, uuid4

import pytest

from application.batches import LINES_IN_A_BATCH, Member, batches
from application.commands import RequestRunOfAny
from application.known_prices import KnownPrices
from application.ports import Cause, Close, EventLog, Fetched, PriceNews, Statement
from application.run_parts import FanOut
from application.run_record import RunRecord
from application.valuations import Days
from domain.calculation_run import CalculationRun, RunStatus
from domain.daily_valuation import DailyValuation
from domain.identity import daily_valuation_id, run_part_id
from domain.kernel import Aggregate
from domain.portfolio import Portfolio
from domain.position_import import ImportSource, Intake
from domain.run_order import Span
from domain.snapshot import Snapshot
from interfaces.bootstrap import Program
from tests.support.accounts import cause, shares
from tests.support.faulty_logs import ForwardingLog, OvertakenLog
from tests.support.openings import recorded
from tests.support.queues import next_queued
from tests.support.racing import at_once
from tests.support.streets import FRIDAY, Street, street

MONDAY = date(2024, 1, 22)


class SavesOfDays(ForwardingLog):
    """The log of another; notes of how many accounts each save of days has some."""

    def __init__(self, log: EventLog) -> None:
        super().__init__(log)
        self.accounts: list[int] = []

    def save(self, *aggregates: Aggregate, cause: Cause, also: Sequence[Statement] = ()) -> int:
        """See `EventLog.save`."""
        of = {day.latest.portfolio_id for day in aggregates if isinstance(day, DailyValuation)}
        self.accounts += [len(of)] if of else []
        return super().save(*aggregates, cause=cause, also=also)


def execute(everyone: Street, log: EventLog) -> CalculationRun:
    """Let a part with all accounts be executed, the valuation by this log; returns the part."""
    program = everyone.program
    program.rooms.catch_up(program.log.position())
    whole = program.runs.request_of_any(RequestRunOfAny(), cause(uuid4())).run_id
    assert next_queued(everyone.database) == whole
    runs = program.runs
    started = RunRecord(runs.log).take_up(whole, "worker-1")
    FanOut(runs.log, runs.markets, runs.jobs, runs.accounts, runs.stale).divide(started)
    part = run_part_id(whole, 1)
    replace(runs, valuations=replace(runs.valuations, log=log)).execute(part, "worker-1")
    return everyone.run(part)


def whole_of(everyone: Street) -> UUID:
    """The run that the only part there is belongs to."""
    orders = [order for _, order in recorded(everyone.program, CalculationRun.Requested)]
    (whole,) = {order.part_of for order in orders if order.part_of}
    return whole


def value_alone(everyone: Street, portfolio_id: UUID) -> None:
    """What another worker does to one account."""
    portfolio = everyone.program.log.load(Portfolio, portfolio_id)
    assert portfolio is not None
    everyone.program.valuations.catch_up(portfolio, FRIDAY, cause())


def take_in(program: Program, portfolio_id: UUID) -> None:
    """The owner brings in ten more shares, held from Friday on."""
    portfolio = program.log.load(Portfolio, portfolio_id)
    assert portfolio is not None
    source = ImportSource(format="template", file_name="more.csv", sha256="1" * 64)
    more = shares("MSFT", 10, "380.00", FRIDAY)
    intake = Intake(source=source, terms=[more], stated_on=FRIDAY)
    portfolio.import_positions(uuid4(), intake, lambda *_: uuid4())
    program.log.save(portfolio, cause=cause())


def friday(everyone: Street, portfolio_id: UUID) -> Snapshot:
    """The valuation of an account."""
    day = everyone.program.log.load(DailyValuation, daily_valuation_id(portfolio_id, FRIDAY))
    assert day is not None
    return day.latest


class TestTogether:
    """Accounts with little to do share a save."""

    def test_accounts_are_recorded_in_one_save_each_day_once(self, database: str) -> None:
        with street(database, accounts=5) as everyone:
            log = SavesOfDays(everyone.program.log)
            part = execute(everyone, log)

            assert log.accounts == [5]
            assert all(days == [FRIDAY] for days in everyone.valued().values())
            assert part.status is RunStatus.COMPLETED
            assert part.phase_counts[3] == {"valued": 5, "skipped": 0, "restated": 0}

    def test_they_come_to_what_each_comes_to_alone(self, database: str) -> None:
        with street(database, accounts=2) as everyone:
            execute(everyone, everyone.program.log)

            for portfolio_id in everyone.portfolio_ids:
                portfolio = everyone.program.log.load(Portfolio, portfolio_id)
                assert portfolio is not None
                days = Span(FRIDAY, FRIDAY)
                assert everyone.program.valuations.differences(portfolio, days) == []


class BrokenBatches(ForwardingLog):
    """A log that cannot record days of several accounts at once."""

    def save(self, *aggregates: Aggregate, cause: Cause, also: Sequence[Statement] = ()) -> int:
        """See `EventLog.save`."""
        of = {day.latest.portfolio_id for day in aggregates if isinstance(day, DailyValuation)}
        if len(of) > 1:
            raise RuntimeError("a defect of batches")
        return super().save(*aggregates, cause=cause, also=also)


class TestDefects:
    """What only batches suffer from costs nobody a valuation, and is not silent."""

    def test_accounts_are_valued_without_the_batch_and_the_fault_is_reported(
        self, database: str
    ) -> None:
        with street(database, accounts=3) as everyone:
            with pytest.raises(RuntimeError, match="a defect of batches"):
                execute(everyone, BrokenBatches(everyone.program.log))

            part = everyone.run(run_part_id(whole_of(everyone), 1))
            assert all(days == [FRIDAY] for days in everyone.valued().values())
            assert part.status is RunStatus.COMPLETED
            assert part.phase_counts[3] == {"valued": 3, "skipped": 0, "restated": 0}


class TestRaces:
    """Whoever is quicker: each day is recorded once, and by what is known at last."""

    @pytest.fixture
    def overtaken(self) -> Callable[[Street, Callable[[], object]], CalculationRun]:
        """A part that somebody overtakes just before the batch is recorded."""

        def run(everyone: Street, overtake: Callable[[], object]) -> CalculationRun:
            return execute(everyone, OvertakenLog(everyone.program.log, overtake))

        return run

    def test_a_day_that_somebody_else_valued_leaves_the_others_to_be_valued(
        self,
        database: str,
        overtaken: Callable[[Street, Callable[[], object]], CalculationRun],
    ) -> None:
        with street(database, accounts=3) as everyone:
            taken = everyone.portfolio_ids[1]
            part = overtaken(everyone, lambda: value_alone(everyone, taken))

            assert all(days == [FRIDAY] for days in everyone.valued().values())
            assert part.phase_counts[3] == {"valued": 2, "skipped": 1, "restated": 0}
            assert part.status is RunStatus.COMPLETED

    def test_an_account_that_changes_meanwhile_is_valued_as_it_is_now(
        self,
        database: str,
        overtaken: Callable[[Street, Callable[[], object]], CalculationRun],
    ) -> None:
        with street(database, accounts=3) as everyone:
            changed, *others = everyone.portfolio_ids
            overtaken(everyone, lambda: take_in(everyone.program, changed))

            assert friday(everyone, changed).lines.symbol == ("AAPL", "MSFT")
            assert [friday(everyone, one).counts.lines for one in others] == [1, 1]
            assert len(recorded(everyone.program, DailyValuation.SnapshotRestated)) == 1

    def test_a_fault_of_one_account_is_met_by_it_alone(self, database: str) -> None:
        class Failing(SavesOfDays):
            def save(
                self, *aggregates: Aggregate, cause: Cause, also: Sequence[Statement] = ()
            ) -> int:
                days = [day for day in aggregates if isinstance(day, DailyValuation)]
                if any(day.latest.portfolio_id == bad for day in days):
                    raise ZeroDivisionError
                return super().save(*aggregates, cause=cause, also=also)

        with street(database, accounts=3) as everyone:
            bad = everyone.portfolio_ids[0]
            log = Failing(everyone.program.log)
            with pytest.raises(ZeroDivisionError):
                execute(everyone, log)

            assert log.accounts == [1, 1]
            assert [len(days) for days in everyone.valued().values()] == [0, 1, 1]


class TestDividing:
    """How many accounts one save has."""

    def member(self, positions: int, missing: int) -> Member:
        """An account with so many positions and sessions to be valued."""
        portfolio = Portfolio(uuid4())
        position = shares("AAPL", 1, "1.00", FRIDAY)
        source = ImportSource(format="template", file_name="a.csv", sha256="0" * 64)
        intake = Intake(source=source, terms=[position] * positions, stated_on=FRIDAY)
        portfolio.import_positions(uuid4(), intake, lambda *_: uuid4())
        return Member(portfolio, Days([FRIDAY], [FRIDAY] * missing))

    def sizes(self, *members: Member) -> list[int]:
        """How many accounts each batch has."""
        return [len(batch) for batch in batches(members)]

    def test_a_batch_has_about_so_many_lines(self) -> None:
        half = self.member(LINES_IN_A_BATCH // 2, 1)
        assert self.sizes(half, half, half) == [2, 1]

    def test_an_account_too_large_for_any_batch_is_one_by_itself(self) -> None:
        small, large = self.member(1, 1), self.member(LINES_IN_A_BATCH + 1, 1)
        assert self.sizes(small, large, small) == [1, 1, 1]

    def test_an_account_with_a_long_way_to_go_is_valued_for_itself(self) -> None:
        small, long = self.member(1, 1), self.member(1, 11)
        assert self.sizes(small, long, small) == [1, 1, 1]

    def test_accounts_with_nothing_to_do_are_looked_at_together(self) -> None:
        assert self.sizes(*[self.member(1, 0)] * 300) == [300]


@dataclass
class CountedBook:
    """Answers about three symbols; keeps what it was asked."""

    row: int = 7
    asked: list[tuple[str, ...]] = field(default_factory=list)

    def last_row(self, _market: str) -> int:
        """The row that was learnt last."""
        return self.row

    def up_to(self, row: int) -> "CountedBook":
        """The book as of a row."""
        return CountedBook(row, self.asked)

    def closes(
        self, _market: str, symbols: Sequence[str], _first: date, last: date
    ) -> dict[str, list[Close]]:
        """A close each, but of XYZZY."""
        self.asked.append(tuple(symbols))
        price = Decimal(self.row)
        return {s: [Close(s, last, price, "yahoo")] for s in symbols if s != "XYZZY"}

    def news(self, _market: str, symbols: Sequence[str], after: int) -> list[PriceNews]:
        """A close each, learnt just after the row."""
        self.asked.append((*symbols, str(after)))
        return [PriceNews(symbol, FRIDAY, after + 1, is_split=False) for symbol in symbols]


class TestKnownPrices:
    """What the price book knows is asked once for all accounts."""

    def test_each_symbol_is_asked_for_once_in_a_span(self) -> None:
        known = KnownPrices(book := CountedBook(), "live")  # type: ignore[arg-type]  # what is asked here
        first = known.closes("live", ["AAPL", "XYZZY"], FRIDAY, MONDAY)
        again = known.closes("live", ["MSFT", "XYZZY", "AAPL"], FRIDAY, MONDAY)

        assert book.asked == [("AAPL", "XYZZY"), ("MSFT",)]
        assert (list(first), list(again)) == (["AAPL"], ["MSFT", "AAPL"])
        assert known.closes("live", ["AAPL"], FRIDAY, FRIDAY)["AAPL"][0].session == FRIDAY

    def test_what_is_learnt_meanwhile_counts_as_learnt_later(self) -> None:
        known = KnownPrices(book := CountedBook(), "live")  # type: ignore[arg-type]  # what is asked here
        book.row = 8
        assert known.last_row("live") == 7
        assert known.closes("live", ["AAPL"], FRIDAY, MONDAY)["AAPL"][0].price == 7

    def test_of_many_spans_and_rows_the_latest_are_kept(self) -> None:
        known = KnownPrices(book := CountedBook(), "live")  # type: ignore[arg-type]  # what is asked here
        for day in range(1, 29):
            known.closes("live", ["AAPL"], date(2024, 1, day), MONDAY)
            known.closes("live", ["AAPL"], date(2024, 2, day), MONDAY)
        for row in range(56):
            known.news("live", ["AAPL"], row)
        asked = len(book.asked)

        for month, day in ((1, 25), (2, 28)):
            known.closes("live", ["AAPL"], date(2024, month, day), MONDAY)
        known.news("live", ["AAPL"], 24)
        known.news("live", ["AAPL"], 55)
        assert len(book.asked) == asked
        known.closes("live", ["AAPL"], date(2024, 1, 1), MONDAY)
        known.news("live", ["AAPL"], 0)
        assert book.asked[asked:] == [("AAPL",), ("AAPL", "0")]

    def test_many_who_ask_for_many_spans_at_once_are_all_answered(self) -> None:
        known = KnownPrices(CountedBook(), "live")  # type: ignore[arg-type]  # what is asked here
        days = [date(2020, 1, 1) + timedelta(days=n) for n in range(1_000)]

        def ask(first: int) -> int:
            turned = days[first:] + days[:first]
            return sum(len(known.closes("live", ["AAPL"], day, MONDAY)) for day in turned)

        answered, refused = at_once([partial(ask, first) for first in range(0, 800, 50)])
        assert refused == []
        assert answered == [len(days)] * 16

    def test_it_says_what_the_book_says(self, program: Program) -> None:
        book = program.prices.book
        program.prices.gather("sample", ["GOOG", "SPY"], (date(2012, 6, 29), date(2012, 7, 9)))
        days = [("SPY", date(2012, 7, 8)), ("GOOG", date(1999, 1, 1)), ("GOOG", date(2012, 7, 3))]
        symbols = ["SPY", "XYZZY", "GOOG"]
        known = KnownPrices(book, "sample")
        span = date(2012, 7, 2), date(2012, 7, 6)

        assert known.last_row("sample") == book.last_row("sample")
        for _ in range(2):
            assert known.closes("sample", symbols, *span) == book.closes("sample", symbols, *span)
            assert known.last_closes("sample", days) == book.last_closes("sample", days)
            assert known.last_closes_before("sample", symbols, span[0]) == book.last_closes_before(
                "sample", symbols, span[0]
            )
            assert set(known.actions("sample", symbols)) == set(book.actions("sample", symbols))
            assert set(known.news("sample", symbols, 3)) == set(book.news("sample", symbols, 3))
        assert known.learn("sample", Fetched()) == 0
