"""A provider fails in twelve ways: no wrong number is recorded, and afterwards all is put right."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import pytest

from domain.calculation_run import RunStatus
from domain.mark import MarkSource
from infrastructure.circuit_breaker import CircuitBreaker
from infrastructure.nyse_calendar import NyseCalendar
from infrastructure.single_flight import SingleFlight
from infrastructure.system_clock import SystemClock
from infrastructure.yahoo_prices import YahooPrices
from interfaces.bootstrap import Program
from tests.support.accounts import Owner, calculate, register
from tests.support.faulty_yahoo import FAULTS, LAST, FaultyYahoo, faulty_yahoo, truth
from tests.support.importing import account, open_from_csv
from tests.support.journal import rooms_differing_from_the_log, valuations
from tests.support.programs import build_program
from tests.support.reliability import Asked, Note
from tests.support.rounds import rounds

SATURDAY = datetime(2020, 11, 7, 12, tzinfo=UTC)
OPENING = date(2020, 10, 26)
TEN_SESSIONS = 10
ENTRY = Decimal("77.00")
WITHIN_S = 10
PATIENCE_S = 0.6
SAYS_NOTHING = ("stale",)
"""Closes up to five sessions old are carried, which is shown with the line and no warning."""


@dataclass
class Street:
    """A program on a provider that fails when it is told to."""

    program: Program
    yahoo: FaultyYahoo
    ada: Owner

    def open(self, name: str) -> UUID:
        """An account with one symbol that will fail and one that will not."""
        rows = [f"{symbol},100,{ENTRY},{OPENING}" for symbol in (f"BAD{name}", f"GOOD{name}")]
        texts = account("50000", as_of=f"{OPENING}", name=name)
        return open_from_csv(self.program, self.ada, texts, *rows)

    def calculate(self, portfolio_id: UUID) -> tuple[RunStatus, list[str]]:
        """Calculate within the time; how it ended and what it warned of."""
        began = time.monotonic()
        run = self.program.runs_room.one(calculate(self.program, self.ada, portfolio_id))
        assert time.monotonic() - began < WITHIN_S
        assert run is not None
        return run.status, [warning for phase in run.phases for warning in phase.warnings]

    def wrong_prices(self, *symbols: str) -> list[object]:
        """What the price book says of the symbols and is not so."""
        known = self.program.prices.book.closes("live", symbols, date.min, date.max)
        closes = [close for some in known.values() for close in some]
        return [close for close in closes if close.price != truth(close.symbol, close.session)]

    def marks(self, portfolio_id: UUID) -> list[tuple[str, date, Decimal, MarkSource]]:
        """Symbol, day, price and rule of each line of each valuation."""
        columns = ("symbol", "mark_on", "mark_price", "mark_source")
        lines = [row.lines.rows(*columns) for row in valuations(self.program, portfolio_id)]
        return [line for of_day in lines for line in of_day]


@pytest.fixture
def street(database: str) -> Iterator[Street]:
    """Saturday 2020-11-07, with Yahoo on this machine."""
    clock = SystemClock(SATURDAY)
    with faulty_yahoo() as yahoo:
        calendar = NyseCalendar(built_on=clock.now().date())
        prices = YahooPrices(calendar, clock, yahoo.transport, PATIENCE_S)
        provider = SingleFlight(CircuitBreaker(prices, clock))
        with build_program(database, SATURDAY, [provider]) as program:
            yield Street(program, yahoo, register(program))


@pytest.mark.parametrize("fault", FAULTS)
@rounds(20)
def test_a_fault_of_the_provider_degrades_the_marks_and_the_next_run_puts_them_right(
    street: Street, database: str, fault: str, rounds: int, note: Note
) -> None:
    for seed in range(rounds):
        bad, good = f"BAD{seed}", f"GOOD{seed}"
        portfolio_id = street.open(f"{seed}")
        street.yahoo.break_down(bad, fault, seed)
        status, warnings = street.calculate(portfolio_id)
        marks = street.marks(portfolio_id)
        assert street.wrong_prices(bad, good) == []
        assert len(marks) == 2 * TEN_SESSIONS
        for symbol, on, price, source in marks:
            assert price == (ENTRY if source == MarkSource.ENTRY else truth(symbol, on))
        if fault not in SAYS_NOTHING:
            assert status == RunStatus.PARTIAL
            assert any(bad in warning for warning in warnings)

        street.yahoo.recover()
        assert street.calculate(portfolio_id) == (RunStatus.COMPLETED, [])
        assert {(line[0], line[1]) for line in street.marks(portfolio_id)} == {
            (symbol, session)
            for symbol in (bad, good)
            for session in street.program.markets["live"].calendar.sessions(OPENING, LAST)
        }
        assert {source for *_, source in street.marks(portfolio_id)} == {MarkSource.CLOSE}
        assert street.wrong_prices(bad, good) == []
    assert rooms_differing_from_the_log(street.program, database) == []
    note(
        Asked.PROVIDER,
        f"provider fails in twelve ways: {', '.join(FAULTS)}",
        rounds,
        "no wrong number is recorded; the next run puts it right",
    )
