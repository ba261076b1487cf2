"""Identities of the export: whatever is held comes back, byte for byte (spec 3.7)."""

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from domain.instrument import SUBTYPES, InvestmentClass, OptionTerms
from domain.position import Closing, PositionTerms
from interfaces.files.choices import Choices, Horizon
from interfaces.files.export import export_csv
from interfaces.files.parsed_file import ParsedFile
from interfaces.files.recognition import parse

TODAY = date(2026, 1, 5)
FEW_DAYS = [date(1926, 1, 5), date(2024, 2, 29), TODAY]
CASH = "CASH_RESERVES_OF_A_FUND"  # a symbol that a broker's description was made into

days = st.sampled_from(FEW_DAYS) | st.dates(date(1926, 1, 5), TODAY)
signs = st.sampled_from([1, -1])
tickers = st.sampled_from(["AAPL", "BRK.B", "-A", "-5", "7", CASH]) | st.from_regex(
    r"[A-Z0-9._/-]{1,100}", fullmatch=True
)
roots = st.from_regex(r"[A-Z][A-Z0-9]{0,5}", fullmatch=True)
underlyings = st.from_regex(r"[A-Z0-9._/-]{1,10}", fullmatch=True)


def decimals(largest: int, places: int) -> st.SearchStrategy[Decimal]:
    """Positive numbers of up to `places` decimals, written with or without zeros at the end."""
    exact = st.integers(1, largest * 10**places).map(lambda n: Decimal(n).scaleb(-places))
    coarse = st.integers(1, 1_000).map(Decimal)
    return st.one_of(exact, exact.map(Decimal.normalize), coarse)


def as_read(text: str) -> str | None:
    """`text` as a file can have said it: trimmed, line ends LF; None where nothing is left."""
    return text.replace("\r\n", "\n").replace("\r", "\n").strip() or None


texts = st.one_of(
    st.text(alphabet="\"'=+-@,;\t\n\r #1a", max_size=12),
    st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\0")),
    st.sampled_from(["Cash & Cash Investments", " -SNDK270917C1500", "=1+1", "'=1", "#NAME?"]),
    st.sampled_from(["Positions for account X as of 2025/11/16", "View Summary - All Positions"]),
).map(as_read)


@st.composite
def closings(draw: st.DrawFn, entry_on: date, sign: int) -> tuple[Closing, ...]:
    """None or a few, in any order, of one day too."""
    exits = st.sampled_from([entry_on, TODAY]) | st.dates(entry_on, TODAY)
    prices = decimals(10_000, 6) | st.just(Decimal(0))
    drawn = draw(st.lists(st.tuples(exits, decimals(1_000, 8), prices), max_size=4))
    return tuple(
        Closing(closed_on=on, quantity=part * sign, price=price) for on, part, price in drawn
    )


@st.composite
def options(draw: st.DrawFn, entry_on: date) -> tuple[str, OptionTerms]:
    """A symbol, OCC's or the owner's own, and what the option is on."""
    right = draw(st.sampled_from(["CALL", "PUT"]))
    expires_on = draw(st.dates(entry_on, entry_on + timedelta(1_000)))
    finest = draw(st.sampled_from([0, 3, 9]))
    terms = OptionTerms(draw(underlyings), expires_on, right, draw(decimals(99_000, finest)))
    listed = draw(st.builds(OptionTerms, roots, st.just(expires_on), st.just(right),
                            decimals(99_000, 3)))  # fmt: skip
    occ = terms.occ_symbol or listed.occ_symbol
    if occ and draw(st.booleans()):
        return occ, terms if terms.occ_symbol else listed
    own = draw(tickers.filter(lambda symbol: OptionTerms.parse(symbol) is None))
    return own, terms


@st.composite
def positions(draw: st.DrawFn) -> PositionTerms:
    """Positions as the system can hold them, of files of any format."""
    investment_class = draw(st.sampled_from(list(InvestmentClass)))
    entry_on, sign = draw(days), draw(signs)
    gone = draw(closings(entry_on, sign))
    left = draw(decimals(1_000, 8)) * sign
    is_closed = draw(st.booleans())
    if gone and is_closed:
        left = Decimal(0)
    terms = PositionTerms(
        symbol=draw(tickers),
        quantity=left + sum((part.quantity for part in gone), Decimal(0)),
        entry_price=draw(decimals(100_000, 6)),
        entry_on=entry_on,
        investment_class=investment_class,
        investment_subtype=draw(st.none() | st.sampled_from(SUBTYPES[investment_class])),
        closings=gone,
        row=draw(st.none() | st.integers(1, 9)),
        stated_as=draw(texts),
    )
    if investment_class is not InvestmentClass.OPTIONS:
        return terms
    symbol, option = draw(options(entry_on))
    return structs.replace(
        terms,
        symbol=symbol,
        investment_subtype=option.right,
        underlying=option.underlying,
        strike=option.strike,
        expires_on=option.expires_on,
        right=option.right,
    )


portfolios = st.lists(positions(), max_size=5).flatmap(
    lambda held: st.permutations(held + held[: len(held) // 2])  # with lots that are identical
)


def read(text: str) -> ParsedFile:
    return parse(text.encode(), "p.csv", Choices(horizon=Horizon(today=TODAY)))


def without_rows(terms: Iterable[PositionTerms]) -> list[PositionTerms]:
    return [structs.replace(position, row=None) for position in terms]


@given(portfolios.filter(bool))
@settings(max_examples=300, deadline=None)
def test_what_is_exported_is_imported_as_it_was(held: list[PositionTerms]) -> None:
    file = read(export_csv(held))
    assert file.errors == ()
    assert file.source_format == "sigmasight"
    missing = without_rows(held)
    for terms in without_rows(file.positions):
        assert terms in missing
        missing.remove(terms)
    assert missing == []


@given(portfolios.filter(bool))
@settings(max_examples=100, deadline=None)
def test_what_was_imported_is_exported_byte_for_byte(held: list[PositionTerms]) -> None:
    exported = export_csv(held)
    assert export_csv(read(exported).positions) == exported


@given(st.data())
@settings(max_examples=50, deadline=None)
def test_the_order_in_which_positions_are_given_does_not_count(data: st.DataObject) -> None:
    held = data.draw(portfolios)
    assert export_csv(data.draw(st.permutations(held))) == export_csv(held)
