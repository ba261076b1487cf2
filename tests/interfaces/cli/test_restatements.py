"""Specification of `sigmasight restatements`: what was said again over a period (spec 7.4)."""

import csv
from datetime import date
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import pytest

from application.ports import Close, Fetched
from domain.security_record import SecurityRecord
from interfaces.bootstrap import Program
from tests.support.accounts import calculate, open_sample, register, shares
from tests.support.openings import recorded
from tests.support.programs import connect_owner, move_to_berlin
from tests.support.terminal import Terminal

FRIDAY = date(2013, 2, 1)


@pytest.fixture
def portfolio_id(program: Program) -> UUID:
    """A portfolio of which a close was learnt late."""
    owner = register(program)
    held = [shares("GOOG", 100, "707.38", date(2012, 12, 31))]
    portfolio_id = open_sample(program, owner, held)
    calculate(program, owner, portfolio_id)
    close = Close("GOOG", FRIDAY, Decimal("700.00"), "handed in")
    program.prices.book.learn("sample", Fetched(closes=[close]))
    calculate(program, owner, portfolio_id)
    return portfolio_id


def test_days_their_figures_and_the_root_are_told(connected: Terminal, portfolio_id: UUID) -> None:
    told = connected.run("restatements", str(portfolio_id))
    assert [line.split()[0] for line in told.lines if line.strip().startswith("2013-")] == [
        "2013-02-01",
        "2013-02-04",
    ]
    assert "close 700 of GOOG on 2013-02-01 from handed in, learnt " in told.out
    assert told.lines[-1] == (
        "Restatements: 2, of 2 days. P&L moved by 0.00 USD, NAV by 7,560.00 at most."
    )


def test_days_and_instants_bound_it(connected: Terminal, portfolio_id: UUID) -> None:
    asked = ("restatements", str(portfolio_id))
    only = connected.run(*asked, "--from", "2013-02-04", "--to", "2013-02-28")
    assert "Restatements: 1, of 1 days." in only.out
    assert "Restatements: 0, of 0 days." in connected.run(*asked, "--recorded-to", "2020-01-01").out
    assert "Restatements: 2, of 2 days." in connected.run(
        *asked, "--recorded-from", "2020-01-01T12:00:00"
    ).out  # fmt: skip


def test_all_of_them_are_written_into_a_file(
    connected: Terminal, program: Program, portfolio_id: UUID, tmp_path: Path
) -> None:
    file = tmp_path / "restatements.csv"
    connected.run("restatements", str(portfolio_id), "--csv", str(file))
    rows = list(csv.DictReader(file.read_text().splitlines()))
    assert [row["date"] for row in rows] == ["2013-02-01", "2013-02-04"]
    noted = recorded(program, SecurityRecord.DataExported)
    assert [(one.what, one.portfolio_id) for _, one in noted] == [("restatements", portfolio_id)]


def test_a_file_that_cannot_be_written_is_refused(connected: Terminal, portfolio_id: UUID) -> None:
    done = connected.run("restatements", str(portfolio_id), "--csv", "nowhere/restatements.csv")
    assert (done.status, done.out) == (2, "")
    assert "cannot be written" in done.told


def test_what_stopped_before_the_end_of_the_log_is_told(
    connected: Terminal, program: Program, database: str, portfolio_id: UUID
) -> None:
    last = program.log.position()
    with connect_owner(database) as owner:
        owner.execute(
            "UPDATE events.stored_events SET topic = 'nobody.knows' WHERE notification_id = %s",
            [last],
        )
    done = connected.run("restatements", str(portfolio_id))
    assert (done.status, done.out) == (1, "")
    assert "ERR_ROOM_002: The projection restatements cannot take in" in done.told


def test_instants_are_told_in_utc_whatever_zone_the_server_is_in(
    connected: Terminal, database: str, portfolio_id: UUID, tmp_path: Path
) -> None:
    file, asked = tmp_path / "restatements.csv", ("restatements", str(portfolio_id))

    def told() -> list[str]:
        connected.run(*asked, "--csv", str(file))
        explained = connected.run("explain", str(portfolio_id), f"{FRIDAY}").out
        return [file.read_text(), connected.run(*asked).out, explained]

    in_utc = told()
    move_to_berlin(database)
    assert told() == in_utc


def test_nobodys_portfolio_has_none(connected: Terminal) -> None:
    done = connected.run("restatements", "00000000-0000-4000-8000-000000000000")
    assert done.status == 1
    assert done.told.startswith("ERR_PORT_404")
