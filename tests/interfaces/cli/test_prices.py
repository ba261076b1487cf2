"""`sigmasight prices backfill`: what it asks for, and the table it prints."""

from datetime import date
from pathlib import Path

import pytest

from interfaces.bootstrap import Program
from tests.support.accounts import open_sample, register, shares
from tests.support.terminal import Terminal


@pytest.fixture
def closed_network(connected: Terminal) -> Terminal:
    """A terminal whose only provider is a folder of files."""
    folder = connected.folder / "prices"
    folder.mkdir()
    lines = ["symbol,date,close", "BARN,2024-01-08,7.10", "BARN,2024-01-09,7.15", "SHED,?,1"]
    (folder / "a.csv").write_text("\n".join(lines), encoding="utf-8")
    return Terminal(connected.folder, {**connected.settings, "MARKET_DATA": f"csv:{folder}"})


def test_symbols_named_are_fetched_from_the_day_given(closed_network: Terminal) -> None:
    done = closed_network.run("prices", "backfill", "barn", "SHED", "--from", "2024-01-09")
    assert done.status == 0
    assert done.lines[0].split() == ["Market", "Source", "Rows", "learnt"]
    assert done.lines[2].split() == ["live", "csv", "1"]
    assert "a.csv, line 4: The date is written YYYY-MM-DD" in done.told
    again = closed_network.run("prices", "backfill", "BARN", "--from", "2024-01-09")
    assert again.lines == ["No prices were learnt."]


def test_without_symbols_all_that_anybody_holds_are_fetched(
    closed_network: Terminal, program: Program
) -> None:
    open_sample(program, register(program), [shares("GOOG", 100, "707.38", date(2012, 12, 31))])
    done = closed_network.run("prices", "backfill", "--from", "2013-02-28")
    assert [line.split() for line in done.lines[2:]] == [["sample", "bundled", "2"]]
    known = program.prices.book.spans("sample", ["GOOG", "AAPL"])
    assert known == {"GOOG": (date(2013, 2, 28), date(2013, 3, 1))}


def test_without_a_day_prices_begin_800_days_before_the_opening(
    closed_network: Terminal, program: Program
) -> None:
    open_sample(program, register(program), [shares("GOOG", 100, "707.38", date(2012, 12, 31))])
    closed_network.run("prices", "backfill")
    [(first, last)] = program.prices.book.spans("sample", ["GOOG"]).values()
    assert (first, last) == (date(2010, 10, 25), date(2013, 3, 1))  # 2010-10-23 was a Saturday


def test_a_day_that_is_none_is_refused(closed_network: Terminal) -> None:
    done = closed_network.run("prices", "backfill", "--from", "yesterday")
    assert done.status == 2
    assert "'yesterday' is not a day." in done.told


@pytest.mark.parametrize("name", ["nasdaq", "csv:", "csv", ""])
def test_a_provider_that_does_not_exist_is_refused_at_the_start(
    connected: Terminal, tmp_path: Path, name: str
) -> None:
    terminal = Terminal(tmp_path, {**connected.settings, "MARKET_DATA": name or " "})
    done = terminal.run("prices", "backfill", "AAPL")
    assert (done.status, done.out) == (1, "")
    assert "yahoo, or csv:FOLDER" in done.told


def test_a_provider_that_does_not_answer_is_told_and_the_command_fails(
    closed_network: Terminal,
) -> None:
    settings = {**closed_network.settings, "MARKET_DATA": f"csv:{closed_network.folder}/moved"}
    (closed_network.folder / "prices").rename(closed_network.folder / "away")
    done = Terminal(closed_network.folder, settings).run("prices", "backfill", "BARN")
    assert done.status == 1
    assert "cannot be read: look at MARKET_DATA." in done.told


@pytest.mark.parametrize("symbol", ["", " ", "A\udcff"])
def test_what_is_no_symbol_is_refused(closed_network: Terminal, symbol: str) -> None:
    done = closed_network.run("prices", "backfill", "BARN", symbol)
    assert (done.status, done.out) == (2, "")
    assert "Write symbols" in done.told
