"""Identities of rejected rows: unmended they are as wrong as before, mended they come in."""

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from msgspec import structs

from domain.position import PositionTerms
from interfaces.files.choices import Choices, Horizon
from interfaces.files.export import export_csv
from interfaces.files.parsed_file import ParsedFile
from interfaces.files.recognition import parse
from interfaces.files.rejected_rows import left_out_rows, rejected_csv
from interfaces.files.template.columns import COLUMNS, EXPORT_COLUMNS

CHOICES = Choices(
    horizon=Horizon(today=date(2026, 1, 5)), accepts_valid=True, default_entry_date="2020-01-15"
)
FIXTURES = Path(__file__).parents[2] / "fixtures" / "brokers"


@dataclass(frozen=True)
class Line:
    """A row as it should be, and as it is: with another text in the cell at `place`."""

    cells: tuple[str, ...]
    place: int = 0
    wrong: str | None = None

    @property
    def as_it_is(self) -> list[str]:
        changed = list(self.cells)
        if self.wrong is not None:
            changed[self.place] = self.wrong
        return changed


def wrong_or_right(
    cells: Callable[[int], Sequence[str]], faults: Sequence[tuple[int, str]]
) -> st.SearchStrategy[list[Line]]:
    """Some rows, the n-th with the cells of n; some of them with one of the faults."""
    fault = st.none() | st.sampled_from(faults)
    return st.lists(fault, min_size=1, max_size=8).map(
        lambda drawn: [
            Line(tuple(cells(n)), *(fault or (0, None))) for n, fault in enumerate(drawn)
        ]
    )


def written(rows: Sequence[Sequence[str]], delimiter: str = ",") -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter, quoting=csv.QUOTE_ALL).writerows(rows)
    return text.getvalue().encode()


def faults_of(file: ParsedFile) -> list[tuple[str | None, str | None, str, str | None]]:
    return [(e.symbol, e.field, e.code, e.value) for e in file.errors if e.row is not None]


def without_rows(file: ParsedFile) -> list[PositionTerms]:
    return [structs.replace(terms, row=None) for terms in file.positions]


def check_rounds(above: Sequence[Sequence[str]], lines: Sequence[Line], delimiter: str) -> None:
    """Unmended the file says the same again; mended it brings the rest of what was meant."""
    content = written([*above, *(line.as_it_is for line in lines)], delimiter)
    first = parse(content, "p.csv", CHOICES)
    assume(first.errors)
    assert {left.row for left in left_out_rows(first)} == {e.row for e in first.errors if e.row}
    again = rejected_csv(content, "p.csv", first).encode()
    second = parse(again, "p.csv", CHOICES)
    assert second.positions == ()
    assert faults_of(second) == faults_of(first)
    assert rejected_csv(again, "p.csv", second).count("\n") == again.decode().count("\n")

    third = parse(written(list(mended(again, lines, delimiter)), delimiter), "p.csv", CHOICES)
    meant = parse(written([*above, *(line.cells for line in lines)], delimiter), "p.csv", CHOICES)
    assert third.errors == meant.errors == ()
    come_in = [*without_rows(first), *without_rows(third)]
    assert export_csv(come_in) == export_csv(meant.positions)
    assert len(come_in) == len(meant.positions)


def mended(content: bytes, lines: Sequence[Line], delimiter: str) -> Iterator[Sequence[str]]:
    """The rejected rows as they should be, each with its message still in it."""
    wrong = iter([line for line in lines if line.wrong is not None])
    for row in csv.reader(io.StringIO(content.decode()), delimiter=delimiter):
        place = next((at for at, cell in enumerate(row) if cell.startswith("Row ")), None)
        if place is None:
            yield row
        else:
            cells = next(wrong).cells
            yield (*cells[:place], row[place], *cells[place:])


TEMPLATE_FAULTS = [
    (0, "two words"), (0, "=A1"), (0, "#A"), (1, ""), (1, "-$5"), (1, "0"), (1, '5" pipe'),
    (2, "-1"), (2, "@x"), (2, "1,5"), (3, "soon\n\n# later"), (3, "'-2024"), (4, "STOCK"),
    (5, "FUND"), (8, "never"), (10, "2019-01-01"), (11, "x;y"),
]  # fmt: skip


TITLES = st.sampled_from([[], [["My positions", "=1+1"]]])


def of_template(n: int) -> Sequence[str]:
    option = ("OPTIONS", "PUT", "SPY", "460", "2030-01-18", "PUT")
    plain = ("PRIVATE", "OTHER", "", "", "", "")
    return (f"S{n}", f"-{n + 1}.5", "10.25", f"2024-01-{n + 1:02}", *(option if n % 2 else plain),
            "2025-01-15", "0.01")  # fmt: skip


@given(wrong_or_right(of_template, TEMPLATE_FAULTS), st.sampled_from(",;\t"), TITLES)
@settings(max_examples=200, deadline=None)
def test_rows_of_the_template(lines: list[Line], delimiter: str, titles: list[list[str]]) -> None:
    check_rounds([*titles, COLUMNS], lines, delimiter)


def of_export(n: int) -> Sequence[str]:
    exited = ("2025-01-15", "0.000001") if n % 2 else ("", "")
    return (f"S{n // 2}", "1.00000001", "10.123456", "2024-01-15", "PUBLIC", "", "", "", "", "",
            *exited, "1", "=a\n\nb")  # fmt: skip


@given(st.lists(st.none() | st.sampled_from([(1, "x"), (2, ""), (11, "y")]), max_size=8))
@settings(max_examples=100, deadline=None)
def test_lots_of_the_export(faults: list[tuple[int, str] | None]) -> None:
    lines = [Line(tuple(of_export(n)), *(fault or (0, None))) for n, fault in enumerate(faults)]
    assume(any(line.wrong is not None for line in lines))
    check_rounds([EXPORT_COLUMNS], lines, ",")


FIDELITY = (
    *("Account Number", "Account Name", "Symbol", "Description", "Quantity", "Last Price"),
    *("Current Value", "Cost Basis Total"),
)


def of_fidelity(n: int) -> Sequence[str]:
    symbol = "-SNDK270917C1500" if n % 3 == 2 else f"S{n}"
    return (
        "Z1",
        "Individual",
        symbol,
        "A\nNAME",
        f"{n + 1}",
        "$1.50",
        f"${n + 1}.50",
        "$300.00",
        "",
    )


@given(wrong_or_right(of_fidelity, [(4, "many"), (7, "n/a"), (7, "--"), (2, "-X1")]))
@settings(max_examples=100, deadline=None)
def test_rows_of_fidelity(lines: list[Line]) -> None:
    check_rounds([FIDELITY], lines, ",")


SCHWAB = (
    *("Symbol", "Description", "Qty (Quantity)", "Price", "Mkt Val (Market Value)", "Cost Basis"),
    *("Security Type", ""),
)
SCHWAB_TITLE = ["Positions for account Individual ...053 as of 11:52 AM ET, 2025/11/16"]


def of_schwab(n: int) -> Sequence[str]:
    symbol = "MAR 12/28/2028 112.00 C" if n % 3 == 2 else f"S{n}"
    return (symbol, "A NAME", f"-{n + 1}", "$1.50", f"(${n + 1}.50)", "$300.00", "Equity", "")


@given(wrong_or_right(of_schwab, [(2, "many"), (5, "Incomplete"), (5, "")]))
@settings(max_examples=100, deadline=None)
def test_rows_of_schwab(lines: list[Line]) -> None:
    check_rounds([SCHWAB_TITLE, SCHWAB], lines, ",")


@pytest.mark.parametrize("path", sorted(FIXTURES.glob("*.csv")), ids=lambda path: path.stem)
@pytest.mark.parametrize("day", ["", "2020-01-15"])
def test_every_file_of_a_broker_has_the_same_errors_again(path: Path, day: str) -> None:
    content, choices = path.read_bytes(), replace(CHOICES, default_entry_date=day)
    for account in parse(content, path.name, choices).accounts:
        chosen = replace(choices, source_account=account)
        first = parse(content, path.name, chosen)
        again = rejected_csv(content, path.name, first).encode()
        second = parse(again, path.name, chosen)
        assert second.source_format == first.source_format
        assert (second.positions, faults_of(second)) == ((), faults_of(first))
