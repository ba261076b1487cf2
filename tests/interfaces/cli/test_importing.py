"""`sigmasight import FILE --portfolio ID`: previews beside what is held, and imports."""

import re
from datetime import date
from decimal import Decimal
from uuid import UUID, uuid4

import pytest

from domain.portfolio import Portfolio
from interfaces.bootstrap import Program
from tests.support.accounts import Owner, calculate, cause, open_sample, register, shares
from tests.support.importing import HEADER
from tests.support.journal import events_recorded
from tests.support.terminal import Printed, Terminal

ENTERED = date(2012, 12, 31)
NEW = "MSFT,10,27.00,2013-01-02"
HELD = "GOOG,100,707.38,2012-12-31"
BAD = "IBM,ten,191.00,2013-01-02"


@pytest.fixture
def portfolio(program: Program) -> UUID:
    """A sample portfolio with 100 GOOG of 2012-12-31."""
    return open_sample(program, register(program), [shares("GOOG", 100, "707.38", ENTERED)])


def held(program: Program, portfolio_id: UUID) -> dict[str, Decimal]:
    """What the portfolio holds, by symbol."""
    portfolio = program.log.load(Portfolio, portfolio_id)
    assert portfolio is not None
    quantities: dict[str, Decimal] = {}
    for lot in portfolio.holdings.positions.values():
        if lot.open_quantity:
            quantities[lot.symbol] = quantities.get(lot.symbol, Decimal(0)) + lot.open_quantity
    return quantities


def import_id_in(printed: Printed) -> UUID:
    """The id that an import printed."""
    found = re.search(r"^Import +(\S+)$", "\n".join(printed.lines), re.MULTILINE)
    assert found is not None, printed.told
    return UUID(found[1])


def test_a_file_is_taken_in_by_the_system(
    connected: Terminal, program: Program, portfolio: UUID, database: str
) -> None:
    before = events_recorded(database)
    done = connected.run(
        "import", connected.write("p.csv", HEADER, NEW), "--portfolio", f"{portfolio}"
    )
    assert (done.status, done.err) == (0, "")
    assert held(program, portfolio) == {"GOOG": Decimal(100), "MSFT": Decimal(10)}
    (recorded,) = program.log.read(before, 10)
    assert recorded.cause.actor is None
    assert isinstance(recorded.event, Portfolio.PositionsImported)
    assert recorded.event.import_id == import_id_in(done)
    assert recorded.event.source.file_name == "p.csv"
    assert "Opened 1 position" in done.told
    assert "Calculate the portfolio next: its valuations from 2013-01-02 on" in done.told
    assert f"POST /api/v1/portfolio/{portfolio}/calculate" in done.lines


def test_the_rooms_have_it_when_the_command_ends(
    connected: Terminal, program: Program, portfolio: UUID
) -> None:
    connected.run("import", connected.write("p.csv", HEADER, NEW), "--portfolio", f"{portfolio}")
    rows = program.positions_room.all_of(portfolio)
    assert sorted(row.terms.symbol for row in rows) == ["GOOG", "MSFT"]


def test_a_preview_shows_the_rows_held_already_and_stores_nothing(
    connected: Terminal, portfolio: UUID, database: str
) -> None:
    before = events_recorded(database)
    name = connected.write("p.csv", HEADER, HELD, NEW)
    shown = connected.run("import", name, "--preview", "--portfolio", f"{portfolio}")
    assert shown.status == 1
    assert "2 row ERR_POS_022" in shown.told
    assert "import with --mode replace, or give --force to hold it twice" in shown.told
    assert "Positions 1;" in shown.told
    assert events_recorded(database) == before
    forced = connected.run("import", name, "--preview", "--portfolio", f"{portfolio}", "--force")
    assert forced.status == 0
    assert "Positions 2;" in forced.told


def test_a_file_with_errors_is_refused_whole_with_a_table_of_them(
    connected: Terminal, program: Program, portfolio: UUID, database: str
) -> None:
    before = events_recorded(database)
    name = connected.write("p.csv", HEADER, HELD, NEW, BAD)
    done = connected.run("import", name, "--portfolio", f"{portfolio}")
    assert (done.status, done.out) == (1, "")
    assert "2 row ERR_POS_022" in done.told
    assert "4 Quantity ten ERR_POS_004" in done.told
    assert done.told.endswith("ERR_PORT_008: The file has 2 errors; nothing was imported.")
    assert events_recorded(database) == before


def test_a_file_imported_before_is_refused_unless_forced(
    connected: Terminal, program: Program, portfolio: UUID
) -> None:
    name = connected.write("p.csv", HEADER, NEW)
    given = ("import", name, "--portfolio", f"{portfolio}")
    assert connected.run(*given).status == 0
    for again in (connected.run(*given), connected.run(*given, "--preview")):
        assert again.status == 1
        assert "ERR_PORT_014: This file is imported already" in again.told
        assert "give --force to import the file once more" in again.told
    assert connected.run(*given, "--force").status == 0
    assert held(program, portfolio)["MSFT"] == Decimal(20)


def test_replacing_shows_the_difference_first_and_does_exactly_that(
    connected: Terminal, program: Program, portfolio: UUID, database: str
) -> None:
    calculate_all(program, portfolio)
    before = events_recorded(database)
    name = connected.write("p.csv", HEADER, "GOOG,60,707.38,2012-12-31", NEW)
    given = ("import", name, "--portfolio", f"{portfolio}", "--mode", "replace")
    shown = connected.run(*given, "--preview")
    assert shown.status == 0
    assert "GOOG 100 60 closes 40 at 806.19 on 2013-03-01" in shown.told
    assert "MSFT 0 10 opens 10 at 27.00 on 2013-01-02" in shown.told
    assert events_recorded(database) == before
    done = connected.run(*given)
    assert "Opened 1 position Closed 1 position" in done.told
    assert held(program, portfolio) == {"GOOG": Decimal(60), "MSFT": Decimal(10)}
    after = connected.run(*given, "--force", "--preview")
    assert "The portfolio holds what the file says." in after.lines


def calculate_all(program: Program, portfolio_id: UUID) -> None:
    """Value the portfolio, so that its prices are known."""
    portfolio = program.log.load(Portfolio, portfolio_id)
    assert portfolio is not None
    assert portfolio.owner_id is not None
    calculate(program, Owner(portfolio.owner_id, "", ""), portfolio_id)


def test_replacing_what_has_no_price_is_refused(
    connected: Terminal, portfolio: UUID, database: str
) -> None:
    before = events_recorded(database)
    name = connected.write("p.csv", HEADER, "GOOG,60,707.38,2012-12-31")
    given = ("import", name, "--portfolio", f"{portfolio}", "--mode", "replace")
    for done in (connected.run(*given, "--preview"), connected.run(*given)):
        assert done.status == 1
        assert "ERR_PORT_016: No price is known for GOOG" in done.told
    assert events_recorded(database) == before


def test_rows_with_errors_are_left_out_on_demand_into_a_file_to_be_mended(
    connected: Terminal, program: Program, portfolio: UUID
) -> None:
    name = connected.write("p.csv", HEADER, HELD, NEW, BAD)
    done = connected.run("import", name, "--portfolio", f"{portfolio}", "--accept-valid")
    assert done.status == 0
    assert "Left out 2 rows, now in p-rejected.csv" in done.told
    assert held(program, portfolio) == {"GOOG": Decimal(100), "MSFT": Decimal(10)}
    kept = program.imports.rejected_rows_of(portfolio, import_id_in(done), cause())
    rejected = connected.folder / "p-rejected.csv"
    assert rejected.read_bytes().decode() == kept
    mended = kept.replace("ten", "10").replace("2012-12-31", "2013-01-03")
    rejected.write_bytes(mended.encode())
    again = connected.run("import", rejected.name, "--portfolio", f"{portfolio}")
    assert again.status == 0, again.told
    assert held(program, portfolio) == {
        "GOOG": Decimal(200),
        "MSFT": Decimal(10),
        "IBM": Decimal(10),
    }


def test_a_file_that_is_there_is_never_overwritten(
    connected: Terminal, portfolio: UUID, database: str
) -> None:
    before = events_recorded(database)
    name = connected.write("p.csv", HEADER, NEW, BAD)
    kept = connected.folder / connected.write("p-rejected.csv", "mine")
    given = ("import", name, "--portfolio", f"{portfolio}", "--accept-valid")
    done = connected.run(*given)
    assert done.status == 2
    assert "is there already" in done.told
    assert kept.read_text("utf-8") == "mine\n"
    assert events_recorded(database) == before
    assert connected.run(*given, "--rejected", "nowhere/r.csv").status == 2
    assert events_recorded(database) == before
    assert connected.run(*given, "--rejected", "r.csv").status == 0
    assert "IBM" in (connected.folder / "r.csv").read_text("utf-8")


def test_without_a_good_row_nothing_is_imported_and_no_file_is_left(
    connected: Terminal, portfolio: UUID, database: str
) -> None:
    before = events_recorded(database)
    name = connected.write("p.csv", HEADER, HELD, BAD)
    done = connected.run("import", name, "--portfolio", f"{portfolio}", "--accept-valid")
    assert done.status == 1
    assert "ERR_CSV_007" in done.err
    assert events_recorded(database) == before
    assert [path.name for path in connected.folder.iterdir()] == [name]


def test_an_unknown_portfolio_is_told(connected: Terminal) -> None:
    name = connected.write("p.csv", HEADER, NEW)
    for options in ((), ("--preview",)):
        done = connected.run("import", name, "--portfolio", f"{uuid4()}", *options)
        assert (done.status, done.out) == (1, "")
        assert done.told == "ERR_PORT_404: There is no portfolio with this id."


def test_a_replacing_file_needs_all_its_rows(connected: Terminal, portfolio: UUID) -> None:
    name = connected.write("p.csv", HEADER, NEW, BAD)
    options = ("--portfolio", f"{portfolio}", "--mode", "replace", "--accept-valid")
    done = connected.run("import", name, *options)
    assert done.status == 2
    assert "would count as sold" in done.told.replace("│ │ ", "")


def test_the_portfolios_own_market_decides_what_is_in_the_future(
    connected: Terminal, portfolio: UUID
) -> None:
    name = connected.write("p.csv", HEADER, "MSFT,10,27.00,2013-03-04")
    done = connected.run("import", name, "--portfolio", f"{portfolio}", "--preview")
    assert "ERR_POS_012" in done.out
