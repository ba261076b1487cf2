"""`sigmasight import FILE --preview`: what a file would bring, without a database."""

import os
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from interfaces.files.reading import SIZE_LIMIT_BYTES
from tests.architecture.source import ROOT
from tests.support.importing import HEADER
from tests.support.terminal import Terminal

BROKERS = ROOT / "tests" / "fixtures" / "brokers"
WIDTH = 80
POSITIONS = (
    "AAPL,100,158.00,2024-01-15",
    "SPY250919C00460000,-2,12.50,2024-02-01",
    "CASH_USD,1,25000.00,2024-01-15",
)
SCHWAB = (
    '"Positions for account Individual ...053 as of 11:52 AM ET, 2025/11/16"',
    "",
    '"Symbol","Description","Qty (Quantity)","Price","Mkt Val (Market Value)","Cost Basis",',
    '"AAPL","APPLE INC","2","$200.00","$400.00","$300.00",',
    '"MSFT","MICROSOFT","1","$400.00","$400.00","--",',
    '"GOOG","ALPHABET","3","$100.00","$300.00","$250.00",',
    '"Cash & Cash Investments","--","--","--","$50.25","--",',
)


def test_it_shows_each_position_as_it_would_be_imported(terminal: Terminal) -> None:
    shown = terminal.run("import", terminal.write("p.csv", HEADER, *POSITIONS), "--preview")
    assert "2 AAPL PUBLIC 100 158.00 2024-01-15 15,800.00" in shown.told
    assert "3 SPY250919C00460000 OPTIONS -2 12.50 2024-02-01 -2,500.00 CALL" in shown.told
    assert "4 CASH_USD PRIVATE 1 25,000.00 2024-01-15 25,000.00 CASH" in shown.told
    assert "Format SigmaSight template" in shown.told
    assert "Positions 3; 1 PUBLIC, 1 OPTIONS, 1 PRIVATE; 2 LONG, 1 SC" in shown.told
    assert "Total cost 38,300.00 USD" in shown.told
    assert shown.told.endswith("No errors. Nothing was stored.")
    assert (shown.status, shown.err) == (0, "")


def test_it_needs_no_database_and_leaves_nothing_behind(terminal: Terminal) -> None:
    name = terminal.write("p.csv", HEADER, *POSITIONS)
    assert terminal.run("import", name, "--preview").status == 0
    assert [path.name for path in terminal.folder.iterdir()] == [name]


def test_a_brokers_file_tells_its_account_its_day_its_cash_and_what_was_assumed(
    terminal: Terminal,
) -> None:
    name = terminal.write("schwab.csv", *SCHWAB)
    options = ("--entry-date", "2025-01-02", "--entry-price", "last")
    told = terminal.run("import", name, "--preview", *options).told
    assert "Format Charles Schwab Account Individual ...053 As of 2025-11-16" in told
    assert "Cash 50.25 USD" in told
    assert "5 MSFT PUBLIC 1 400.00 2025-01-02 400.00" in told
    assert "The entry price is the file's last price, for want of a cost. (row 5)" in told
    assert "as the upload says. (rows 4, 5, 6)" in told


def test_what_is_wrong_is_told_by_row_in_words_of_this_command_line(terminal: Terminal) -> None:
    shown = terminal.run("import", terminal.write("schwab.csv", *SCHWAB), "--preview")
    assert "5 Entry Price ERR_POS_007 'MSFT' has no cost in this file." in shown.told
    assert "Or give --entry-price last" in shown.told
    assert "Give --entry-date YYYY-MM-DD, one date for the whole file." in shown.told
    assert "default_entry" not in shown.told
    assert "5 errors. Nothing was stored." in shown.told
    assert shown.status == 1


def test_a_sentence_that_comes_again_names_its_first_row(terminal: Terminal) -> None:
    shown = terminal.run("import", terminal.write("schwab.csv", *SCHWAB), "--preview")
    assert "6 Entry Date ERR_POS_010 As in row 4." in shown.told


def test_sentences_that_say_something_else_are_told_each(terminal: Terminal) -> None:
    rows = ("AAPL,1,1.00,2024-01-15", "AAPL,2,1.00,2024-01-15", "AAPL,3,1.00,2024-01-16")
    again = ("AAPL,4,1.00,2024-01-16",)
    name = terminal.write("p.csv", HEADER, *rows, *again)
    told = terminal.run("import", name, "--preview").told
    assert told.count("is in row 2 already") == 1
    assert told.count("is in row 4 already") == 1


def test_several_accounts_are_listed_and_one_can_be_named(terminal: Terminal) -> None:
    path = str(BROKERS / "schwab_all_accounts_2020.csv")
    shown = terminal.run("import", path, "--preview")
    assert shown.status == 1
    assert "ERR_CSV_008" in shown.out
    listed = shown.lines[shown.lines.index("Accounts in the file") + 2 :]
    accounts = listed[: listed.index("")]
    assert len(accounts) > 1
    for account in accounts:
        options = ("--account", account, "--entry-date", "2020-01-02", "--entry-price", "last")
        chosen = terminal.run("import", path, "--preview", *options)
        assert f"Account {account}, of {len(accounts)} in the file" in chosen.told
        assert "ERR_CSV_008" not in chosen.out


def test_of_a_long_file_fifty_positions_are_shown_or_all(terminal: Terminal) -> None:
    rows = [f"S{n},1,1.00,2024-01-15" for n in range(60)]
    name = terminal.write("p.csv", HEADER, *rows)
    shown = terminal.run("import", name, "--preview")
    assert " S49 " in shown.out
    assert " S50 " not in shown.out
    assert "... and 10 more positions (--all shows all)" in shown.lines
    assert "Positions 60;" in shown.told
    everything = terminal.run("import", name, "--preview", "--all")
    assert " S59 " in everything.out
    assert "more positions" not in everything.out


def test_of_many_errors_fifty_are_shown_or_all(terminal: Terminal) -> None:
    rows = [f"S{n},ten,1.00,2024-01-15" for n in range(60)]
    name = terminal.write("p.csv", HEADER, *rows)
    shown = terminal.run("import", name, "--preview")
    assert shown.out.count("ERR_POS_004") == 50
    assert "... and 10 more errors (--all shows more)" in shown.lines
    assert "60 errors. Nothing was stored." in shown.lines
    assert terminal.run("import", name, "--preview", "--all").out.count("ERR_POS_004") == 60


def test_the_sample_market_has_days_of_its_own(terminal: Terminal) -> None:
    name = terminal.write("p.csv", HEADER, "AAPL,1,400.00,2013-03-02")
    assert terminal.run("import", name, "--preview").status == 0
    sample = terminal.run("import", name, "--preview", "--sample")
    assert sample.status == 1
    assert "ERR_POS_012" in sample.out


def test_today_follows_the_pinned_time_of_the_settings(terminal: Terminal) -> None:
    name = terminal.write("p.csv", HEADER, "AAPL,1,400.00,2013-03-02")
    pinned = Terminal(terminal.folder, {**terminal.settings, "SIGMASIGHT_NOW": "2013-03-01"})
    assert "today is 2013-03-01" in pinned.run("import", name, "--preview").told


def test_standard_input_is_read_for_a_dash(terminal: Terminal) -> None:
    typed = "\n".join([HEADER, *POSITIONS]).encode()
    shown = terminal.run("import", "-", "--preview", typed=typed)
    assert "File stdin.csv" in shown.told
    assert "Positions 3;" in shown.told


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("nowhere.csv", "does not exist"),
        (".", "is a folder"),
        ("a\0b.csv", "cannot be read"),
        ("x" * 5000, "cannot be read"),
    ],
)
def test_a_file_that_cannot_be_opened_is_a_sentence(
    terminal: Terminal, path: str, said: str
) -> None:
    shown = terminal.run("import", path, "--preview")
    assert (shown.status, shown.out) == (1, "")
    assert shown.told.startswith("ERR_PORT_007: ")
    assert said in shown.told


def test_a_file_that_is_too_large_or_no_csv_is_told(terminal: Terminal) -> None:
    terminal.folder.joinpath("large.csv").write_bytes(b"," * (SIZE_LIMIT_BYTES + 1))
    terminal.write("positions.xlsx", HEADER, *POSITIONS)
    assert "ERR_CSV_001" in terminal.run("import", "large.csv", "--preview").out
    assert "ERR_CSV_002" in terminal.run("import", "positions.xlsx", "--preview").out


@pytest.mark.parametrize("name", sorted(path.name for path in BROKERS.glob("*.csv")))
def test_every_brokers_file_is_readable_at_eighty_columns(terminal: Terminal, name: str) -> None:
    for options in ((), ("--entry-date", "2024-01-31", "--entry-price", "last")):
        shown = terminal.run("import", str(BROKERS / name), "--preview", *options)
        assert shown.status in {0, 1}
        assert [line for line in shown.lines if len(line) > WIDTH] == []
        assert "\x1b" not in shown.out


def test_figures_are_never_cut_however_long(terminal: Terminal) -> None:
    name = terminal.write("p.csv", HEADER, "A" * 60 + ",123456789.123456,8100.00,2024-01-15")
    shown = terminal.run("import", name, "--preview")
    for figure in ("123,456,789.123456", "8,100.00", "2024-01-15", "999,999,991,899.99"):
        assert figure in shown.told


def test_what_a_file_says_is_printed_as_text_and_steers_no_terminal(terminal: Terminal) -> None:
    row = "[bold]X[/nothing],\x1b[31mten\x9b,:smile:,2024-01-15"
    shown = terminal.run("import", terminal.write("p.csv", HEADER, row), "--preview")
    assert "[BOLD]X" in shown.out.upper().replace("\n", "")
    assert ":smile:" in shown.out
    named = SCHWAB[0].replace("Individual", "[red]\x1b[31mMine")
    account = terminal.run("import", terminal.write("s.csv", named, *SCHWAB[1:]), "--preview")
    assert "Account [red]\N{REPLACEMENT CHARACTER}[31mMine ...053" in account.told
    assert not {"\x1b", "\x9b"} & set(shown.out + account.out)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_any_bytes_are_answered_in_words(terminal: Terminal, content: bytes) -> None:
    for typed in (content, HEADER.encode() + b"\n" + content):
        shown = terminal.run("import", "-", "--preview", typed=typed)
        assert shown.status in {0, 1}
        assert shown.out.rstrip().endswith("Nothing was stored.")


def test_a_terminal_without_these_letters_is_served_too(terminal: Terminal) -> None:
    name = terminal.write("p.csv", HEADER, "株式,ten,1.00,2024-01-15", "Ä,ten,1.00,2024-01-15")
    command = [sys.executable, "-m", "interfaces.serving", "import", name, "--preview"]
    done = subprocess.run(
        command,
        cwd=terminal.folder,
        env={
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "PYTHONIOENCODING": "ascii",
            "SIGMASIGHT_HOME": "home",
        },
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (1, b"")
    assert b"ERR_POS_002" in done.stdout
    assert not Path(terminal.folder, "home").exists()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ((), "Name the portfolio that takes the file in"),
        (("--preview", "--force"), "--mode and --force"),
        (("--preview", "--mode", "replace"), "--mode and --force"),
        (("--portfolio", "4f1c0a52-0000-4000-8000-000000000000", "--sample"), "own market"),
        (("--preview", "--rejected", "r.csv"), "--accept-valid"),
        (("--preview", "--portfolio", "seven"), "not a portfolio's id"),
        (("--preview", "--entry-price", "first"), "--entry-price"),
    ],
)
def test_options_that_do_not_go_together_are_refused(
    terminal: Terminal, options: tuple[str, ...], said: str
) -> None:
    shown = terminal.run("import", terminal.write("p.csv", HEADER, *POSITIONS), *options)
    assert (shown.status, shown.out) == (2, "")
    assert said in shown.told.replace("│ │ ", "")


def test_the_formats_are_listed_with_how_to_export_them(terminal: Terminal) -> None:
    shown = terminal.run("formats")
    assert shown.status == 0
    for title in ("SigmaSight template", "Charles Schwab", "Fidelity", "Vanguard", "E*TRADE"):
        assert title in shown.out
    assert "docs/import/schwab.md" in shown.out
    assert "give --entry-date YYYY-MM-DD" in shown.told
    assert [line for line in shown.lines if len(line) > WIDTH] == []
    exports = [n for n, line in enumerate(shown.lines) if line.startswith("  Export")]
    assert all(before < after for before, after in pairwise(exports))
