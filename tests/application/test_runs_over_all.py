"""Specification of runs over all accounts: parts, shared prices, slots, one end (5.6)."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from uuid import UUID, uuid4

import pytest

from application.commands import RequestRun, RequestRunOfAny
from application.errors import PortfolioUnknown, StoreUnavailable
from application.ports import Cause, EventLog, Statement
from application.run_parts import FanOut
from application.run_record import RunRecord
from application.runs import RequestedRun
from domain.calculation_run import CalculationRun, RunStatus
from domain.identity import run_part_id, run_slot_id
from domain.kernel import Aggregate
from domain.run_order import Counts, RunKind
from domain.run_slot import RunAlreadyLive, RunSlot
from tests.support.accounts import cause, register, shares
from tests.support.faulty_logs import ForwardingLog, InterruptedLog, WorkerKilled
from tests.support.openings import open_account, recorded
from tests.support.queues import next_queued
from tests.support.racing import at_once
from tests.support.streets import FRIDAY, Street, street

Abandoned = CalculationRun.Abandoned


def request_all(street: Street, *, is_restatement: bool = False) -> RequestedRun:
    """Ask for all accounts, as a superuser does; the rooms are current."""
    street.program.rooms.catch_up(street.program.log.position())
    command = RequestRunOfAny(is_restatement=is_restatement, reason="A price was corrected.")
    return street.program.runs.request_of_any(command, cause(uuid4()))


def divide(street: Street, whole: UUID, size: int) -> None:
    """Let a worker take the whole from the queue and divide it."""
    assert next_queued(street.database) == whole
    runs = street.program.runs
    started = RunRecord(runs.log).take_up(whole, "worker-1")
    FanOut(runs.log, runs.markets, runs.jobs, runs.accounts, runs.stale).divide(started, size)


def parts(street: Street, whole: UUID, count: int) -> list[CalculationRun]:
    """The parts of a run."""
    return [street.run(run_part_id(whole, number)) for number in range(1, count + 1)]


def holder(street: Street, portfolio_id: UUID) -> UUID | None:
    """The run that holds a portfolio's slot."""
    slot = street.program.log.load(RunSlot, run_slot_id(portfolio_id))
    return slot.run_id if slot else None


class TestDividing:
    """The whole becomes parts of up to so many portfolios, each a run with a job of its own."""

    def test_two_hundred_and_one_accounts_are_two_parts(self, database: str) -> None:
        with street(database, accounts=201) as everyone:
            whole = request_all(everyone)
            executed = everyone.work_off()

            first, second = parts(everyone, whole.run_id, 2)
            assert executed == [whole.run_id, first.id, second.id]
            assert [len(first.portfolio_ids), len(second.portfolio_ids)] == [200, 1]
            assert {first.order.part_of, second.order.part_of} == {whole.run_id}
            assert everyone.run(whole.run_id).status is RunStatus.COMPLETED
            assert everyone.run(whole.run_id).counts == Counts(valued=201)
            assert all(days == [FRIDAY] for days in everyone.valued().values())

    def test_a_part_asks_once_for_the_prices_of_all_its_accounts(self, database: str) -> None:
        with street(database, accounts=5) as everyone:
            request_all(everyone)
            everyone.work_off()

            assert [set(asked) for asked in everyone.prices.asked] == [{"AAPL", "MSFT"}]

    def test_parts_are_of_one_market_each(self, database: str) -> None:
        with street(database, accounts=2) as everyone:
            owner = register(everyone.program, "bob@example.com")
            sample = open_account(
                everyone.program, owner, price_source="sample", equity_as_of="2013-03-01"
            )
            whole = request_all(everyone).run_id
            everyone.work_off()

            live, other = parts(everyone, whole, 2)
            assert (live.order.calculation_on, other.order.calculation_on.year) == (FRIDAY, 2013)
            assert other.portfolio_ids == (sample,)

    def test_without_accounts_the_run_is_over_at_once(self, database: str) -> None:
        with street(database, accounts=0) as nobody:
            whole = request_all(nobody).run_id
            assert nobody.work_off() == [whole]
            assert nobody.run(whole).status is RunStatus.COMPLETED

    def test_a_worker_after_a_dead_one_keeps_the_parts_and_divides_the_rest(
        self, database: str
    ) -> None:
        with street(database, accounts=3) as everyone:
            whole = request_all(everyone).run_id
            runs = everyone.program.runs
            log: EventLog = InterruptedLog(runs.log, 2, WorkerKilled())
            started = RunRecord(runs.log).take_up(whole, "worker-1")
            with pytest.raises(WorkerKilled):
                FanOut(log, runs.markets, runs.jobs, runs.accounts, runs.stale).divide(started, 1)

            everyone.work_off()
            divided = parts(everyone, whole, 3)
            assert [len(part.portfolio_ids) for part in divided] == [1, 1, 1]
            assert {part.portfolio_ids[0] for part in divided} == set(everyone.portfolio_ids)
            assert everyone.run(whole).counts == Counts(valued=3)

    def test_a_whole_that_is_divided_is_not_divided_again(self, database: str) -> None:
        with street(database, accounts=2) as everyone:
            whole = request_all(everyone).run_id
            divide(everyone, whole, 2)
            everyone.program.runs.execute(whole, "worker-2")

            assert len(recorded(everyone.program, CalculationRun.Requested)) == 2

    def test_the_parts_do_what_the_whole_was_asked_and_say_why(self, database: str) -> None:
        with street(database, accounts=1) as everyone:
            whole = request_all(everyone, is_restatement=True).run_id
            everyone.work_off()

            [part] = parts(everyone, whole, 1)
            assert part.order.kind is RunKind.RESTATEMENT
            assert part.order.skips == everyone.run(whole).order.skips == (0, 2, 5)
            assert part.order.reason == "A price was corrected."


class TestSlots:
    """A part holds the slots of its accounts while it runs; busy ones are left to others."""

    def test_an_account_that_its_owner_calculates_is_left_out_and_reported(
        self, database: str
    ) -> None:
        with street(database, accounts=3) as everyone:
            busy = everyone.portfolio_ids[1]
            own = everyone.program.runs.request(RequestRun(portfolio_id=busy), cause())
            whole = request_all(everyone).run_id
            everyone.program.runs.execute(whole, "worker-1")
            [part] = parts(everyone, whole, 1)
            everyone.program.runs.execute(part.id, "worker-1")

            assert busy not in everyone.run(part.id).portfolio_ids
            [(_, ended)] = recorded(everyone.program, CalculationRun.PartEnded)
            assert (ended.portfolios, ended.left_out, ended.valued) == (2, 1, 2)
            assert holder(everyone, busy) == own.run_id
            assert everyone.valued()[busy] == []

    def test_a_part_that_waits_in_the_queue_keeps_nobody_from_calculating(
        self, database: str
    ) -> None:
        with street(database, accounts=2) as everyone:
            whole = request_all(everyone).run_id
            divide(everyone, whole, 2)
            command = RequestRun(portfolio_id=everyone.portfolio_ids[0])
            own = everyone.program.runs.request(command, cause())

            assert everyone.work_off() == [own.run_id, run_part_id(whole, 1)]
            assert all(days == [FRIDAY] for days in everyone.valued().values())

    def test_an_owner_is_told_of_the_part_that_is_at_the_account(self, database: str) -> None:
        with street(database, accounts=1) as everyone:
            whole = request_all(everyone).run_id
            divide(everyone, whole, 1)
            [part] = parts(everyone, whole, 1)
            RunRecord(everyone.program.log).take_up(part.id, "worker-1")

            with pytest.raises(RunAlreadyLive) as caught:
                everyone.program.runs.request(
                    RequestRun(portfolio_id=everyone.portfolio_ids[0]), cause()
                )
            assert caught.value.details == {"batch_run_id": str(part.id)}

    def test_the_slots_are_free_when_the_part_has_ended(self, database: str) -> None:
        with street(database, accounts=2) as everyone:
            request_all(everyone)
            everyone.work_off()

            assert [holder(everyone, one) for one in everyone.portfolio_ids] == [None, None]


class FailingFor(ForwardingLog):
    """A log that meets a fault whenever a day of one portfolio is to be recorded."""

    def __init__(self, log: EventLog, portfolio_ids: Sequence[UUID], fault: Exception) -> None:
        super().__init__(log)
        self._portfolio_ids = portfolio_ids
        self._fault = fault

    def save(self, *aggregates: Aggregate, cause: Cause, also: Sequence[Statement] = ()) -> int:
        """See `EventLog.save`."""
        events = [event for aggregate in aggregates for event in aggregate.pending]
        if any(getattr(event, "portfolio_id", None) in self._portfolio_ids for event in events):
            raise self._fault
        return super().save(*aggregates, cause=cause, also=also)


class TestFaults:
    """One account that fails does not keep the others from being valued."""

    def execute_failing(self, street: Street, failing: Sequence[UUID], fault: Exception) -> UUID:
        """Let the valuation of accounts fail in the only part; returns the part."""
        whole = request_all(street).run_id
        divide(street, whole, 200)
        runs = street.program.runs
        log: EventLog = FailingFor(runs.log, failing, fault)
        part = run_part_id(whole, 1)
        replace(runs, valuations=replace(runs.valuations, log=log)).execute(part, "worker-1")
        return part

    def test_the_others_are_valued_the_run_is_partial_and_the_fault_is_reported(
        self, database: str
    ) -> None:
        with street(database, accounts=3) as everyone:
            bad = everyone.portfolio_ids[1]
            with pytest.raises(ZeroDivisionError):
                self.execute_failing(everyone, [bad], ZeroDivisionError("a fault"))

            assert [len(days) for days in everyone.valued().values()] == [1, 0, 1]
            [(row, completed), _] = recorded(everyone.program, CalculationRun.Completed)
            part = everyone.run(row.aggregate_id)
            assert (completed.outcome, completed.valued) == (RunStatus.PARTIAL, 2)
            assert part.phase_counts[3] == {"valued": 2, "skipped": 0, "restated": 0, "failed": 1}
            assert part.warnings == ("1 of 3 accounts could not be valued.",)
            whole = everyone.run(part.order.part_of or uuid4())
            assert whole.status is RunStatus.PARTIAL
            assert holder(everyone, bad) is None

    def test_a_part_whose_accounts_all_fail_is_failed_and_so_is_the_whole(
        self, database: str
    ) -> None:
        with street(database, accounts=2) as everyone:
            with pytest.raises(ZeroDivisionError):
                self.execute_failing(everyone, everyone.portfolio_ids, ZeroDivisionError())

            codes = [
                event.error_code for _, event in recorded(everyone.program, CalculationRun.Failed)
            ]
            assert codes == ["ERR_BATCH_008", "ERR_BATCH_009"]

    def test_a_store_out_of_reach_leaves_the_part_to_be_tried_again(self, database: str) -> None:
        with street(database, accounts=2) as everyone:
            with pytest.raises(StoreUnavailable):
                self.execute_failing(everyone, everyone.portfolio_ids[1:], StoreUnavailable())
            [part] = everyone.program.runs.jobs.runs()
            assert everyone.run(part).status is RunStatus.RUNNING

            everyone.work_off()
            assert everyone.run(part).counts == Counts(valued=2)

    def test_missing_prices_of_several_people_are_told_as_a_number(self, database: str) -> None:
        with street(database, accounts=2) as everyone:
            owner = register(everyone.program, "bob@example.com")
            unknown = shares("XYZZY", 1, "5.00", FRIDAY)
            open_account(everyone.program, owner, [unknown], equity_as_of=FRIDAY.isoformat())
            whole = request_all(everyone).run_id
            everyone.work_off()

            [part] = parts(everyone, whole, 1)
            assert part.warnings == ("1 of 3 accounts hold positions without a current price.",)


class TestAskingForAny:
    """A superuser asks for anybody's account, or for all."""

    def test_one_account_is_calculated_whoever_owns_it(self, database: str) -> None:
        with street(database, accounts=2) as everyone:
            superuser, chosen = uuid4(), everyone.portfolio_ids[1]
            command = RequestRunOfAny(portfolio_id=chosen, reason="Asked by phone.")
            run = everyone.program.runs.request_of_any(command, cause(superuser))
            everyone.work_off()

            assert everyone.run(run.run_id).order.requested_by == superuser
            assert everyone.run(run.run_id).order.reason == "Asked by phone."
            assert [len(days) for days in everyone.valued().values()] == [0, 1]

    def test_a_live_run_is_named_unless_it_is_to_be_abandoned(self, database: str) -> None:
        with street(database, accounts=1) as everyone:
            [chosen] = everyone.portfolio_ids
            runs = everyone.program.runs
            live = runs.request(RequestRun(portfolio_id=chosen), cause())
            with pytest.raises(RunAlreadyLive) as caught:
                runs.request_of_any(RequestRunOfAny(portfolio_id=chosen), cause(uuid4()))
            assert caught.value.details == {"batch_run_id": str(live.run_id)}

            forced = RequestRunOfAny(portfolio_id=chosen, is_forced=True, reason="It hangs.")
            run = runs.request_of_any(forced, cause(uuid4()))
            assert everyone.run(live.run_id).status is RunStatus.FAILED
            [(_, abandoned)] = recorded(everyone.program, CalculationRun.Abandoned)
            assert abandoned.reason == "Another run was forced in its place. It hangs."
            assert holder(everyone, chosen) == run.run_id
            everyone.work_off()
            assert everyone.run(run.run_id).status is RunStatus.COMPLETED

    def test_all_accounts_by_force_abandon_every_live_run(self, database: str) -> None:
        with street(database, accounts=3) as everyone:
            runs, log = everyone.program.runs, everyone.program.log
            first = request_all(everyone).run_id
            divide(everyone, first, 2)
            begun, waiting = (run_part_id(first, number) for number in (1, 2))
            RunRecord(log).take_up(begun, "worker-1")
            command = RequestRun(portfolio_id=everyone.portfolio_ids[2])
            own = runs.request(command, cause()).run_id
            forced = RequestRunOfAny(is_forced=True, reason="It hangs.")
            whole = runs.request_of_any(forced, cause(uuid4())).run_id

            ended = [everyone.run(run_id).status for run_id in (first, begun, waiting, own)]
            assert ended == [RunStatus.FAILED] * 4
            assert {event.reason for _, event in recorded(everyone.program, Abandoned)} == {
                "Another run was forced in its place. It hangs."
            }
            everyone.work_off()
            assert everyone.run(whole).counts == Counts(valued=3)
            assert everyone.run(whole).status is RunStatus.COMPLETED

    def test_a_part_of_a_run_that_was_given_up_begins_no_more(self, database: str) -> None:
        with street(database, accounts=1) as everyone:
            whole, runs = request_all(everyone).run_id, everyone.program.runs
            divide(everyone, whole, 1)
            runs.abandon(whole, "It hangs.")
            everyone.work_off()

            [part] = parts(everyone, whole, 1)
            assert part.status is RunStatus.FAILED
            [_, (_, abandoned)] = recorded(everyone.program, Abandoned)
            assert (
                abandoned.reason == "The run over all accounts that it is a part of was given up."
            )
            assert everyone.valued() == {everyone.portfolio_ids[0]: []}
            assert holder(everyone, everyone.portfolio_ids[0]) is None

    def test_an_unknown_account_is_refused(self, database: str) -> None:
        command = RequestRunOfAny(portfolio_id=uuid4())
        with street(database, accounts=0) as nobody, pytest.raises(PortfolioUnknown):
            nobody.program.runs.request_of_any(command, cause(uuid4()))


def force(street: Street) -> UUID:
    """Ask for all accounts by force, again where the store is busy, as the answer says."""
    while True:
        try:
            command = RequestRunOfAny(is_forced=True)
            return street.program.runs.request_of_any(command, cause(uuid4())).run_id
        except StoreUnavailable:
            continue


def test_forced_runs_beside_workers_and_owners_end_what_was_live_and_value_each_day_once(
    database: str,
) -> None:
    with street(database, accounts=8) as everyone:
        runs = everyone.program.runs
        first = request_all(everyone).run_id
        divide(everyone, first, 2)
        owners = [RequestRun(portfolio_id=chosen) for chosen in everyone.portfolio_ids[:4]]
        before = [first, *(part.id for part in parts(everyone, first, 4))]
        before += [runs.request(command, cause()).run_id for command in owners[:2]]
        racers: list[Callable[[], object]] = [partial(force, everyone)] * 2
        racers += [partial(runs.request, command, cause()) for command in owners]
        racers += [partial(runs.execute, run_id, "worker") for run_id in before[1:]]
        _, refusals = at_once(racers)

        busy = (RunAlreadyLive, StoreUnavailable)
        assert [refusal for refusal in refusals if not isinstance(refusal, busy)] == []
        assert not any(everyone.run(run_id).is_live for run_id in before)
        everyone.work_off()
        requested = recorded(everyone.program, CalculationRun.Requested)
        assert not any(everyone.run(row.aggregate_id).is_live for row, _ in requested)
        assert all(days == [FRIDAY] for days in everyone.valued().values())
        assert {holder(everyone, one) for one in everyone.portfolio_ids} == {None}


def test_sixteen_workers_end_the_whole_once_with_all_counts(database: str) -> None:
    with street(database, accounts=16) as everyone:
        whole = request_all(everyone).run_id
        divide(everyone, whole, 1)
        runs = everyone.program.runs
        _, faults = at_once(
            [partial(runs.execute, part.id, "worker") for part in parts(everyone, whole, 16)]
        )
        while part := next_queued(database):  # what lost ten races is tried again by the queue
            runs.execute(part, "worker")

        assert [fault for fault in faults if not isinstance(fault, StoreUnavailable)] == []
        assert everyone.run(whole).status is RunStatus.COMPLETED
        assert everyone.run(whole).counts == Counts(valued=16)
        ended = [
            row.aggregate_id for row, _ in recorded(everyone.program, CalculationRun.Completed)
        ]
        assert ended.count(whole) == 1
