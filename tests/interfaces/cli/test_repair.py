"""Repairing valuations at the terminal."""

from datetime import date

from application.ports import Close, Fetched
from interfaces.bootstrap import Program
from tests.support.accounts import calculate, open_sample, register, shares
from tests.support.programs import connect_owner
from tests.support.terminal import Terminal

LAST = date(2013, 3, 1)
GOOG = [shares("GOOG", 100, "707.38", date(2012, 12, 31))]


def test_differences_are_shown_then_recorded(connected: Terminal, program: Program) -> None:
    owner = register(program)
    portfolio_id = open_sample(program, owner, GOOG)
    calculate(program, owner, portfolio_id)
    book = program.valuations.book
    known = book.closes("sample", ["GOOG"], LAST, LAST)["GOOG"][0].price
    book.learn("sample", Fetched(closes=[Close("GOOG", LAST, known + 1, "bundled")]))
    command = ("valuations", "repair", "--from", "2013-02-28", "--reason", "A wrong close")

    shown = connected.run(*command, "--dry-run")
    assert (shown.status, shown.lines[-1]) == (0, "Days that differ: 1. Nothing recorded.")
    assert "2013-03-01" in shown.out
    done = connected.run(*command, "--portfolio", str(portfolio_id))
    assert (done.status, done.lines[-1]) == (0, "Days that differ: 1. All recorded.")
    again = connected.run(*command)
    assert (again.status, again.lines) == (0, ["Days that differ: 0. All recorded."])


def test_a_reason_is_needed(connected: Terminal) -> None:
    for reason in (" ", "a" * 501, "a\udcff"):
        done = connected.run("valuations", "repair", "--from", "2013-02-28", "--reason", reason)
        assert done.status == 2
        assert "Say why" in done.err


def test_all_portfolios_are_not_repaired_where_not_all_are_known(
    connected: Terminal, program: Program, database: str
) -> None:
    open_sample(program, register(program), GOOG)
    with connect_owner(database) as owner:
        owner.execute(
            "UPDATE events.stored_events SET topic = 'nobody.knows' WHERE notification_id ="
            " (SELECT max(notification_id) FROM events.stored_events)"
        )
        owner.execute("UPDATE rooms.progress SET position = 0 WHERE room = 'portfolios'")
    done = connected.run("valuations", "repair", "--from", "2013-02-28", "--reason", "A close")
    assert (done.status, done.out) == (1, "")
    assert "ERR_ROOM_002: The projection portfolios cannot take in" in done.told
