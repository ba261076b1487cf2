"""Runs at the terminal."""

from datetime import date

from application.commands import RequestRun
from domain.calculation_run import CalculationRun, RunStatus
from interfaces.bootstrap import Program
from tests.support.accounts import cause, open_sample, register, shares
from tests.support.queues import next_queued
from tests.support.terminal import Terminal

GOOG = [shares("GOOG", 100, "707.38", date(2012, 12, 31))]


def test_dead_runs_are_ended_and_named(
    connected: Terminal, program: Program, database: str
) -> None:
    owner = register(program)
    command = RequestRun(portfolio_id=open_sample(program, owner, GOOG))
    run_id = program.runs.request(command, cause(owner.user_id)).run_id
    alive = connected.run("runs", "cleanup")
    assert (alive.status, alive.lines) == (0, ["No run was dead."])

    assert next_queued(database) == run_id
    dead = connected.run("runs", "cleanup")
    assert (dead.status, dead.lines) == (0, [f"Ended {run_id}.", "Runs ended: 1."])
    run = program.log.load(CalculationRun, run_id)
    assert run
    assert run.status is RunStatus.FAILED
