"""Specification of coverage: what counts as priced, and the 80 % that can fail (spec 5.2)."""

from datetime import date
from decimal import Decimal

import pytest

from application.ports import Close, Fetched
from application.readiness import Coverage, Readiness
from domain.instrument import InvestmentClass
from domain.position import PositionTerms
from domain.snapshot import needs_price_update
from interfaces.bootstrap import Program
from tests.support.accounts import shares

ENDS_ON = date(2013, 3, 1)
FIVE_SESSIONS_BEFORE, SIX_SESSIONS_BEFORE = date(2013, 2, 22), date(2013, 2, 21)
ENTERED = date(2012, 12, 31)


def know(program: Program, *symbols: str, on: date = ENDS_ON) -> None:
    """Let the sample book know a close of each symbol."""
    closes = [Close(symbol, on, Decimal(10), "bundled") for symbol in symbols]
    program.prices.book.learn("sample", Fetched(closes=closes))


def covered(program: Program, *positions: PositionTerms) -> Coverage:
    """The coverage of positions of a sample account."""
    readiness: Readiness = program.readiness
    return readiness.coverage("sample", positions)


def held(*symbols: str) -> list[PositionTerms]:
    """A position of each symbol."""
    return [shares(symbol, 100, "10", ENTERED) for symbol in symbols]


@pytest.mark.parametrize("priced", [0, 79, 80, 100])
def test_fewer_than_80_of_100_symbols_with_a_price_are_too_few(
    program: Program, priced: int
) -> None:
    is_ready = priced >= 80
    symbols = [f"S{n:02}" for n in range(100)]
    know(program, *symbols[:priced])
    coverage = covered(program, *held(*symbols))
    assert (coverage.priced, coverage.percentage, coverage.is_ready) == (priced, priced, is_ready)
    assert needs_price_update(priced, 100) is not is_ready
    assert bool(coverage.warnings) is not is_ready
    assert bool(coverage.recommendations) is not is_ready


def test_a_close_up_to_five_sessions_old_is_usable_and_an_older_one_is_not(
    program: Program,
) -> None:
    know(program, "NEW")
    know(program, "OLD", on=FIVE_SESSIONS_BEFORE)
    know(program, "STALE", on=SIX_SESSIONS_BEFORE)
    coverage = covered(program, *held("NEW", "OLD", "STALE", "GONE"))
    states = [(symbol.symbol, symbol.state, symbol.is_usable) for symbol in coverage.symbols]
    assert states == [
        ("GONE", "missing", False),
        ("NEW", "close", True),
        ("OLD", "carried", True),
        ("STALE", "stale", False),
    ]
    assert (coverage.percentage, coverage.bootstrapped) == (50.0, 3)
    assert coverage.warnings == [
        "2 of 4 symbols have a usable price on 2013-03-01; without: GONE, STALE."
    ]


def test_the_first_session_without_a_close_in_sixty_days_is_named(program: Program) -> None:
    calendar = program.markets["sample"].calendar
    sessions = calendar.sessions(date(2012, 12, 3), ENDS_ON)
    lacking = sessions[-20]
    for on in sessions:
        know(program, "WHOLE", "LATE", on=on) if on >= date(2013, 1, 2) else know(
            program, "WHOLE", on=on
        )
        if on not in (lacking, sessions[-10]):
            know(program, "GAP", on=on)
    know(program, "ENDED", on=sessions[0])
    coverage = covered(program, *held("ENDED", "GAP", "LATE", "NEVER", "WHOLE"))

    assert {symbol.symbol: symbol.lacking_since for symbol in coverage.symbols} == {
        "ENDED": date(2012, 12, 31),  # sixty days before
        "GAP": lacking,
        "LATE": None,
        "NEVER": None,
        "WHOLE": None,
    }


def test_private_positions_cash_and_what_was_closed_need_no_price(program: Program) -> None:
    barn = PositionTerms(
        symbol="BARN",
        quantity=Decimal(1),
        entry_price=Decimal(1000),
        entry_on=ENTERED,
        investment_class=InvestmentClass.PRIVATE,
    )
    coverage = covered(program, barn, *held("SPAXX"))
    assert (list(coverage.symbols), coverage.percentage, coverage.is_ready) == ([], 100.0, True)


def test_an_option_is_priced_by_its_underlying(program: Program) -> None:
    know(program, "GOOG")
    call = PositionTerms(
        symbol="GOOG130622C00800000",
        quantity=Decimal(2),
        entry_price=Decimal("30.00"),
        entry_on=ENTERED,
        investment_class=InvestmentClass.OPTIONS,
        underlying="GOOG",
        strike=Decimal(800),
        expires_on=date(2013, 6, 22),
        right="CALL",
    )
    [symbol] = covered(program, call).symbols
    assert (symbol.symbol, symbol.priced_by, symbol.state) == (call.symbol, "GOOG", "close")


def test_many_symbols_without_a_price_are_named_in_part(program: Program) -> None:
    [warning] = covered(program, *held(*(f"S{n:02}" for n in range(12)))).warnings
    assert warning.endswith(
        "without: S00, S01, S02, S03, S04, S05, S06, S07, S08, S09 and 2 others."
    )
