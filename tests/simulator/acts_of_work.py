"""What is done about prices and figures: calculating, repairing, correcting prices, the nights."""

from decimal import Decimal
from typing import Any

from application.commands import RepairValuations, RequestRun, RequestRunOfAny
from application.ports import Cause, Close
from domain.calculation_run import CalculationRun
from domain.portfolio import Portfolio
from domain.run_order import Span
from tests.simulator.acts import Act, Deck, Stage
from tests.simulator.market import SYMBOLS
from tests.simulator.process import Process
from tests.simulator.queue import work_off


def request_run(stage: Stage) -> Act | None:
    """An owner has an account calculated, up to now or up to a day."""
    one = stage.account()
    if one is None:
        return None
    day = stage.day() if stage.dice.happens(0.2) else None
    command = RequestRun(portfolio_id=one.id, calculation_on=day, is_forced=stage.dice.happens(0.1))
    return Act(
        title=f"{one.account_name!r} is to be calculated up to {day or 'now'}",
        ask=lambda process, cause: process.runs.request(command, cause),
        holds=lambda answer: stage.journal.one(CalculationRun, answer.run_id) is not None,
        actor=stage.owner_of(one),
    )


def request_run_of_any(stage: Stage) -> Act | None:
    """A superuser has an account calculated, or all of them, now and then by force."""
    one = stage.account() if stage.dice.happens(0.5) else None
    restate = Span(stage.past_session()) if stage.dice.happens(0.4) else None
    command = RequestRunOfAny(
        portfolio_id=one.id if one else None,
        is_restatement=restate is not None,
        restate=restate,
        is_forced=stage.dice.happens(0.3),
        reason="asked for",
    )
    return Act(
        title=f"{'an account' if one else 'every account'} is to be calculated by a superuser",
        ask=lambda process, cause: process.runs.request_of_any(command, cause),
        holds=lambda answer: stage.journal.one(CalculationRun, answer.run_id) is not None,
    )


def work(stage: Stage) -> Act | None:
    """A worker takes up a job, if there is one."""
    if not stage.database.jobs:
        return None
    run = stage.journal.one(CalculationRun, min(stage.database.jobs.items())[1].run_id)
    if run and run.portfolio_ids:
        stage.spotlight[Portfolio] = run.portfolio_ids[0]

    def take_up(process: Process, _cause: Cause) -> None:
        if job := process.jobs.next():
            work_off(job, process.runs, process.jobs.database.jobs)

    return Act(title="a worker takes up a run", ask=take_up, is_of_system=True)


def look(_stage: Stage) -> Act:
    """The scheduler looks what is due."""
    return Act(
        title="the scheduler looks",
        ask=lambda process, _: process.nights.look(),
        is_of_system=True,
    )


def repair(stage: Stage) -> Act | None:
    """A superuser has the days of an account, or of all, computed again."""
    one = stage.account() if stage.dice.happens(0.7) else None
    command = RepairValuations(
        portfolio_id=one.id if one else None,
        from_on=stage.past_session(),
        reason="to be sure",
        is_dry_run=stage.dice.happens(0.3),
    )
    return Act(
        title=f"{'an account' if one else 'every account'} is repaired from {command.from_on}",
        ask=lambda process, cause: process.repair.repair(command, cause),
    )


def hand_in_prices(stage: Stage) -> Act:
    """Somebody hands in closes that are somewhat other than those known."""
    dice = stage.dice
    symbol, day = dice.choice(SYMBOLS), stage.past_session()
    price = stage.market.close(symbol, day) + dice.amount(-1, 1)
    closes = [Close(symbol, day, price, "csv")]
    if dice.happens(0.1):
        closes.append(Close(symbol, day, Decimal(0), "csv"))
    return Act(
        title=f"a close of {symbol} on {day} is handed in: {price}",
        ask=lambda process, _: _handed_in(process, closes),
        is_of_system=True,
    )


def _handed_in(process: Process, closes: list[Close]) -> Any:
    return process.prices.hand_in("live", closes)


WORK: Deck = (
    *((7, request_run), (2, request_run_of_any), (30, work), (5, look)),
    *((2, repair), (3, hand_in_prices)),
)

RIVALS: Deck = ((4, repair), (3, request_run_of_any), (4, work), (1, hand_in_prices))
"""What may be done about figures while somebody else does something about them."""
