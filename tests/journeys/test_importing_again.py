"""A file that comes late: the account shows the new figures, the earlier ones stay in the log."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from application.commands import ImportPositions, RevertImport
from domain.calculation_run import RunStatus
from domain.position import PositionTerms
from domain.position_import import ImportMode, ImportSource, Intake
from interfaces.bootstrap import Program
from projections.valuations.view import ValuationRow
from tests.support.accounts import Owner, calculate, cause, open_sample, register, shares
from tests.support.journal import (
    events_recorded,
    rooms_differing_from_the_log,
    valuations,
    versions,
)

OPENED_ON, END = date(2012, 12, 31), date(2013, 3, 1)
SATURDAY, TUESDAY = date(2013, 1, 19), date(2013, 1, 22)
SESSIONS, STALE = 42, 28
GOOG, SPY = shares("GOOG", 100, "707.38", OPENED_ON), shares("SPY", 200, "142.41", OPENED_ON)
IBM = shares("IBM", 50, "194.00", SATURDAY)
"""Bought on a Saturday before a holiday: it counts from Tuesday on."""


def take_in(
    program: Program,
    owner: Owner,
    portfolio_id: UUID,
    *terms: PositionTerms,
    mode: ImportMode = ImportMode.ADD,
) -> UUID:
    """Import a file of the end of the market; returns the import's id."""
    source = ImportSource(format="template", file_name=f"{mode}.csv", sha256=f"{mode:_>64}")
    intake = Intake(source=source, terms=terms, stated_on=END, mode=mode)
    command = ImportPositions(portfolio_id=portfolio_id, intake=intake)
    return program.imports.take_in(command, cause(owner.user_id)).import_id


def revert(program: Program, owner: Owner, portfolio_id: UUID, import_id: UUID) -> None:
    """Take an import back."""
    command = RevertImport(portfolio_id=portfolio_id, import_id=import_id)
    program.imports.revert(command, cause(owner.user_id))


def figures(rows: list[ValuationRow]) -> list[tuple[object, ...]]:
    """What is shown day by day, but for ids, versions and instants."""
    return [
        (
            row.session,
            (row.nav, row.previous_nav, row.cash, row.long_value, row.pnl, row.realized_pnl),
            sorted(row.lines.rows("symbol", "quantity", "market_value", "pnl")),
        )
        for row in rows
    ]


def test_a_file_that_comes_late_shows_as_if_it_had_been_there_from_the_start(
    program: Program, database: str
) -> None:
    ada = register(program)
    late = open_sample(program, ada, [GOOG, SPY], account_name="Late")
    calculate(program, ada, late)
    original = figures(valuations(program, late))
    take_in(program, ada, late, IBM)
    restating = calculate(program, ada, late)
    in_time = open_sample(program, ada, [GOOG, SPY], account_name="In time")
    take_in(program, ada, in_time, IBM)
    calculate(program, ada, in_time)

    shown = valuations(program, late)
    assert figures(shown) == figures(valuations(program, in_time))
    assert figures(shown)[: SESSIONS - STALE] == original[: SESSIONS - STALE]
    assert [row.version for row in shown] == [1] * (SESSIONS - STALE) + [2] * STALE
    assert shown[-STALE].session == TUESDAY
    assert events_recorded(database, "daily_valuation.snapshot_restated") == STALE
    run = program.runs_room.one(restating)
    assert run is not None
    assert (run.status, run.valued, run.skipped) == (RunStatus.COMPLETED, 0, 0)
    assert rooms_differing_from_the_log(program, database) == []


def test_taken_back_the_account_shows_what_it_showed_before_and_the_log_keeps_all(
    program: Program, database: str
) -> None:
    ada = register(program)
    portfolio_id = open_sample(program, ada, [GOOG, SPY])
    calculate(program, ada, portfolio_id)
    original = figures(valuations(program, portfolio_id))
    import_id = take_in(program, ada, portfolio_id, IBM)
    calculate(program, ada, portfolio_id)
    assert figures(valuations(program, portfolio_id)) != original
    revert(program, ada, portfolio_id, import_id)
    calculate(program, ada, portfolio_id)

    assert figures(valuations(program, portfolio_id)) == original
    assert events_recorded(database, "daily_valuation") == SESSIONS + 2 * STALE
    assert sorted(set(versions(program, portfolio_id).values())) == [1, 3]


def test_calculating_again_after_a_restatement_records_no_valuation(
    program: Program, database: str
) -> None:
    ada = register(program)
    portfolio_id = open_sample(program, ada, [GOOG, SPY])
    calculate(program, ada, portfolio_id)
    take_in(program, ada, portfolio_id, IBM)
    calculate(program, ada, portfolio_id)
    recorded = events_recorded(database, "daily_valuation")
    for _ in range(2):
        calculate(program, ada, portfolio_id)

    assert events_recorded(database, "daily_valuation") == recorded == SESSIONS + STALE


def test_a_statement_that_replaces_what_was_held_restates_its_day_alone(
    program: Program, database: str
) -> None:
    ada = register(program)
    portfolio_id = open_sample(program, ada, [GOOG, SPY])
    calculate(program, ada, portfolio_id)
    nav = valuations(program, portfolio_id)[-1].nav
    some_goog = shares("GOOG", 40, "707.38", OPENED_ON)
    take_in(program, ada, portfolio_id, some_goog, SPY, mode=ImportMode.REPLACE)
    calculate(program, ada, portfolio_id)

    last = valuations(program, portfolio_id)[-1]
    [goog] = [line for line in last.lines.rows("symbol", "quantity") if line[0] == "GOOG"]
    assert goog == ("GOOG", Decimal(40))
    assert last.nav == nav  # sold at the close that it was valued at
    assert last.realized_pnl > 0
    assert events_recorded(database, "daily_valuation.snapshot_restated") == 1
