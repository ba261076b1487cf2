"""The log as evidence, and the story of a portfolio, at the terminal."""

from datetime import date
from pathlib import Path

import pytest

from domain.security_record import SecurityRecord
from interfaces.bootstrap import Program
from interfaces.cli import verify_export
from tests.support.accounts import calculate, open_sample, register, shares
from tests.support.options import contracts
from tests.support.programs import connect_owner
from tests.support.terminal import Terminal

HELD = [shares("GOOG", 100, "707.38", date(2012, 12, 31))]


def test_the_log_is_verified_and_exported(
    connected: Terminal, program: Program, tmp_path: Path
) -> None:
    open_sample(program, register(program), HELD)
    file = tmp_path / "audit.jsonl"
    exported = connected.run("audit", "export", str(file))
    [key] = connected.run("audit", "key").lines
    assert key in exported.told

    told = connected.run("audit", "verify").lines
    events, checkpoints = verify_export.verify(file.read_text().splitlines(), [bytes.fromhex(key)])
    assert checkpoints == 1
    assert told[0] == f"All {events} events fit, and all 1 checkpoints."
    noted = [one.event for one in program.log.read(events - 1, 10)]
    assert noted == [
        SecurityRecord.DataExported(what="audit log", portfolio_id=None),
        SecurityRecord.LogVerified(
            events=events, checkpoints=1, position=events, fault_position=None, fault=None
        ),
    ]


def change_the_last_event(database: str) -> None:
    """Let the log not fit, as only the owner of the database can."""
    with connect_owner(database) as owner:
        owner.execute(
            "UPDATE events.stored_events SET state = state || ' ' WHERE notification_id ="
            " (SELECT max(notification_id) FROM events.stored_events)"
        )


def test_a_log_that_does_not_fit_is_exported_as_it_is_and_the_command_fails(
    connected: Terminal, program: Program, database: str, tmp_path: Path
) -> None:
    open_sample(program, register(program), HELD)
    change_the_last_event(database)
    file = tmp_path / "audit.jsonl"
    done = connected.run("audit", "export", str(file))
    assert done.status == 1
    assert done.err.startswith("BROKEN at position ")
    [key] = connected.run("audit", "key").lines
    with pytest.raises(verify_export.Broken):
        verify_export.verify(file.read_text().splitlines(), [bytes.fromhex(key)])


def test_an_export_that_fails_leaves_the_former_one_as_it_was(
    connected: Terminal, program: Program, database: str, tmp_path: Path
) -> None:
    register(program)
    file = tmp_path / "audit.jsonl"
    assert connected.run("audit", "export", str(file)).status == 0
    former = file.read_bytes()
    with connect_owner(database) as owner, owner.transaction():
        owner.execute("LOCK TABLE audit.checkpoints IN ACCESS EXCLUSIVE MODE")
        done = connected.run("audit", "export", str(file))
    assert (done.status, done.out) == (1, "")
    assert "ERR_BUSY_001: " in done.told
    assert file.read_bytes() == former
    assert list(tmp_path.iterdir()) == [file]


def test_an_export_that_has_nowhere_to_go_is_refused_and_not_noted(
    connected: Terminal, program: Program
) -> None:
    register(program)
    before = program.log.position()
    for path in ("nowhere/audit.jsonl", "."):
        done = connected.run("audit", "export", path)
        assert (done.status, done.out) == (2, "")
        assert "cannot be written" in done.told
    assert program.log.position() == before


def test_what_does_not_fit_is_told_and_the_command_fails(
    connected: Terminal, program: Program, database: str
) -> None:
    open_sample(program, register(program), HELD)
    change_the_last_event(database)
    done = connected.run("audit", "verify")
    assert (done.status, done.out) == (1, "")
    assert done.told.startswith("BROKEN at position ")


def test_after_another_secret_checkpoints_of_the_earlier_one_count_where_its_key_is_trusted(
    connected: Terminal, program: Program
) -> None:
    open_sample(program, register(program), HELD)
    program.audit.certify()
    [key] = connected.run("audit", "key").lines
    rotated = Terminal(connected.folder, {**connected.settings, "SECRET_KEY": "another one " * 4})

    told = rotated.run("audit", "verify")
    assert told.status == 1
    assert "no signature of a key that is trusted" in told.told
    assert rotated.run("audit", "key").lines != [key]

    trusting = Terminal(rotated.folder, {**rotated.settings, "AUDIT_TRUSTED_KEYS": key})
    told = trusting.run("audit", "verify")
    assert (told.status, told.lines[0].endswith("all 1 checkpoints.")) == (0, True)


def test_the_story_of_a_portfolio_has_its_nav_after_each_event(
    connected: Terminal, program: Program
) -> None:
    owner = register(program)
    portfolio_id = open_sample(program, owner, HELD)
    calculate(program, owner, portfolio_id)

    told = connected.run("replay", "--portfolio", str(portfolio_id)).out
    assert "Opened as Sample with 1,000,000.00 USD" in told
    assert "1,009,881.00 on 2013-03-01" in told
    assert "not valued" in told


def test_before_it_was_opened_a_portfolio_has_no_story(
    connected: Terminal, program: Program
) -> None:
    portfolio_id = open_sample(program, register(program), HELD)
    told = connected.run("replay", "--portfolio", str(portfolio_id), "--until", "2013-01-01")
    assert (told.status, told.lines) == (0, ["Sample (A sample portfolio)"])


def test_nobodys_portfolio_has_no_story(connected: Terminal) -> None:
    done = connected.run("replay", "--portfolio", "00000000-0000-4000-8000-000000000000")
    assert done.status == 1
    assert done.told.startswith("ERR_PORT_404")


def test_a_figure_is_explained_down_to_row_and_file(connected: Terminal, program: Program) -> None:
    owner = register(program)
    portfolio_id = open_sample(program, owner, HELD)
    calculate(program, owner, portfolio_id)

    told = connected.run("explain", str(portfolio_id), "2013-03-01").lines
    assert told[0].startswith("NAV 1,009,881.00 USD on 2013-03-01: version 1, recorded ")
    assert told[2] == "  GOOG: 100 x 806.19 = 80,619.00 (good)"
    assert told[3].startswith("    Mark: close of 2013-03-01, 806.19 from bundled, learnt ")
    assert told[4].startswith("    Stated in positions.csv, line ")
    assert connected.run("explain", str(portfolio_id), "2013-03-02").status == 1


def test_options_are_explained_by_the_rate_they_were_priced_by(
    connected: Terminal, program: Program
) -> None:
    owner = register(program)
    held = [*HELD, contracts("GOOG130316C00750000", 1, "31.00", date(2013, 1, 4))]
    portfolio_id = open_sample(program, owner, held)
    calculate(program, owner, portfolio_id)
    told = connected.run("explain", str(portfolio_id), "2013-03-01").lines
    assert told[2] == "  Options are priced by a rate of 4.00% a year."


def test_an_explained_figure_is_computed_again_from_what_it_names(
    connected: Terminal, program: Program, database: str
) -> None:
    owner = register(program)
    portfolio_id = open_sample(program, owner, HELD)
    calculate(program, owner, portfolio_id)
    asked = ("explain", str(portfolio_id), "2013-03-01", "--recompute")
    assert connected.run(*asked).lines[-1] == "Computed again: What it names gives the same bytes."

    with connect_owner(database) as connection:
        connection.execute(
            "UPDATE events.stored_events SET state = convert_to(replace("
            "convert_from(state, 'UTF8'), '80619.00', '80620.00'), 'UTF8')"
            " WHERE topic LIKE 'daily_valuation.%'"
        )
    done = connected.run(*asked)
    assert done.status == 1
    assert "gives other figures" in done.out
