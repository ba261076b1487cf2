"""Identities of the template: what is written is read, and nothing makes it raise (spec 3, 9.2)."""

import csv
import io
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import structs

from domain.instrument import SUBTYPES, InvestmentClass
from domain.position import Closing, PositionTerms
from interfaces.error_catalogue import CATALOGUE
from interfaces.files.choices import Choices, Horizon
from interfaces.files.parsed_file import ERRORS_LISTED, ParsedFile
from interfaces.files.recognition import parse
from interfaces.files.template.columns import COLUMNS
from interfaces.files.template.template import template_csv

TODAY = date(2026, 1, 5)
CHOICES = Choices(horizon=Horizon(today=TODAY))
LINE_ENDS = ("\n", "\r\n", "\r")
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "cp1252")


def decimals(largest: int, places: int) -> st.SearchStrategy[Decimal]:
    """Positive numbers of up to `places` decimals."""
    return st.integers(1, largest * 10**places).map(lambda n: Decimal(n).scaleb(-places))


entries = st.dates(date(1926, 1, 5), TODAY)
tickers = st.from_regex(r"[A-Z][A-Z0-9./-]{0,9}", fullmatch=True)


@st.composite
def positions(draw: st.DrawFn) -> PositionTerms:
    """Positions as a template can state them, options by symbol and columns."""
    investment_class = draw(st.sampled_from(list(InvestmentClass)))
    entry_on = draw(entries)
    quantity = draw(decimals(1_000, 6)) * draw(st.sampled_from([1, -1]))
    exit_on = draw(st.none() | st.dates(entry_on, TODAY))
    price = draw(decimals(1_000, 2))
    terms = PositionTerms(
        symbol=draw(tickers),
        quantity=quantity,
        entry_price=draw(decimals(1_000, 2)),
        entry_on=entry_on,
        investment_class=investment_class,
        investment_subtype=draw(st.sampled_from(SUBTYPES[investment_class])),
        closings=(Closing(closed_on=exit_on, quantity=quantity, price=price),) if exit_on else (),
    )
    if investment_class is not InvestmentClass.OPTIONS:
        return terms
    return structs.replace(
        terms,
        underlying=draw(tickers),
        strike=draw(decimals(10_000, 3)),
        expires_on=draw(st.dates(entry_on, entry_on + timedelta(1_000))),
        right=terms.investment_subtype,
    )


def cells(terms: PositionTerms) -> list[str]:
    """The row of a file that states these terms."""
    fields = (terms.symbol, f"{terms.quantity:f}", f"{terms.entry_price:f}", terms.entry_on)
    options = (terms.underlying, terms.strike, terms.expires_on, terms.right)
    classes = (terms.investment_class, terms.investment_subtype)
    exits = (terms.exit_on, terms.exit_price)
    return ["" if field is None else str(field) for field in (*fields, *classes, *options, *exits)]


@given(
    terms=st.lists(positions(), min_size=1, max_size=8, unique_by=lambda t: (t.symbol, t.entry_on)),
    order=st.permutations(range(len(COLUMNS))),
    delimiter=st.sampled_from(",;\t"),
    line_end=st.sampled_from(LINE_ENDS),
    encoding=st.sampled_from(ENCODINGS),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
)
@settings(max_examples=200, deadline=None)
def test_what_is_written_is_read_back(
    terms: list[PositionTerms],
    order: list[int],
    delimiter: str,
    line_end: str,
    encoding: str,
    quoting: int,
) -> None:
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter, lineterminator=line_end, quoting=quoting)  # type: ignore[arg-type]  # one of csv's own constants
    for row in (COLUMNS, *map(cells, terms)):
        writer.writerow([row[index] for index in order])
    file = parse(text.getvalue().encode(encoding), "p.csv", CHOICES)
    assert file.errors == ()
    assert [structs.replace(read, row=None) for read in file.positions] == terms
    assert [read.row for read in file.positions] == list(range(2, len(terms) + 2))


Mutation = Callable[[bytes], bytes]
places = st.integers(0, 4_000)
scraps = st.sampled_from(
    [
        *(
            b'"',
            b'""',
            b'"\n',
            b",",
            b";",
            b"\t",
            b"\n",
            b"\r",
            b"\r\n",
            b"\0",
            b"#",
            b"\xff",
            b"\x81",
        ),
        *(b"\xef\xbb\xbf", b"\xff\xfe", "\u0663".encode(), "\u2028".encode(), b"-", b"(", b"1e9"),
        *(b"9" * 40, b"=1+1", b"A" * 120, b"x" * 100_001, b'"' + b"\n" * 500 + b'"'),
        b"Symbol,Quantity\n",
    ]
)


def inserted(place: int, scrap: bytes) -> Mutation:
    return lambda content: content[:place] + scrap + content[place:]


def truncated(place: int) -> Mutation:
    return lambda content: content[:place]


def replaced(old: bytes, new: bytes) -> Mutation:
    return lambda content: content.replace(old, new)


def recoded(encoding: str) -> Mutation:
    return lambda content: content.decode("cp1252", "replace").encode(encoding, "replace")


def repeated(first: int, last: int) -> Mutation:
    return lambda content: content[:last] + content[first:]


mutations = st.one_of(
    st.builds(inserted, places, scraps),
    st.builds(inserted, places, st.binary(max_size=8)),
    st.builds(truncated, places),
    st.builds(replaced, st.sampled_from([b",", b"\n", b"-", b"2", b"A", b" "]), scraps),
    st.builds(recoded, st.sampled_from([*ENCODINGS, "utf-16-le", "utf-32", "ascii"])),
    st.builds(repeated, places, places),
)


def is_sound(file: ParsedFile) -> bool:
    """Whether codes are catalogued, counts right and every row has a position or an error."""
    assert {error.code for error in file.errors} <= set(CATALOGUE)
    assert all(error.message.endswith(".") for error in file.errors)
    assert len(file.errors) == min(file.total_errors, ERRORS_LISTED)
    faulty = {error.row for error in file.errors if error.row}
    good = [terms.row for terms in file.positions]
    return not faulty & set(good) and good == sorted(set(good), key=good.index)


@given(st.lists(mutations, min_size=1, max_size=4))
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_mutants_of_a_file_never_raise(applied: list[Mutation]) -> None:
    content = template_csv()
    for mutate in applied:
        content = mutate(content)[:200_000]
    assert is_sound(parse(content, "p.csv", CHOICES))


@given(st.binary(max_size=300), st.text(max_size=8))
@settings(max_examples=200, deadline=None)
def test_no_bytes_and_no_name_raise(content: bytes, name: str) -> None:
    assert is_sound(parse(content, name, CHOICES))
    assert is_sound(parse(b"Symbol,Quantity\n" + content, "p.csv", CHOICES))


cell_texts = st.one_of(
    st.text(alphabet='09.,-+$()eE_ \t"#/:CALP\u0663\u2212€', max_size=12),
    st.sampled_from(["CALL", "CASH_USD", "SPY250919C00460000", "2024-01-15", "0000-00-00"]),
    st.sampled_from(["9999-12-31", "0001-01-01", "1" * 400, "0." + "0" * 60 + "1", "-0", "5"]),
)


@given(st.lists(st.lists(cell_texts, max_size=13), min_size=1, max_size=6))
@settings(max_examples=200, deadline=None)
def test_no_cells_raise_and_no_row_is_lost(rows: list[list[str]]) -> None:
    text = io.StringIO(newline="")
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows([COLUMNS, *rows])
    file = parse(text.getvalue().encode(), "p.csv", CHOICES)
    assert is_sound(file)
    told = {error.row for error in file.errors if error.row} | {p.row for p in file.positions}
    with_content = [row for row in rows if any(map(str.strip, row))]
    assert len(told) == len(with_content)
