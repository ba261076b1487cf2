"""A live portfolio: without network at its entry prices, with Yahoo at closes as traded."""

import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from domain.calculation_run import RunStatus
from domain.mark import MarkQuality, MarkSource
from infrastructure.nyse_calendar import NyseCalendar
from infrastructure.system_clock import SystemClock
from infrastructure.yahoo_prices import YahooPrices
from interfaces.bootstrap import Parts, Program, build
from tests.support.accounts import calculate, register
from tests.support.importing import account, open_from_csv
from tests.support.journal import nav_path, valuations
from tests.support.programs import FAST, build_program, settings_for
from tests.support.recorded_yahoo import RecordedYahoo

SATURDAY = datetime(2020, 11, 7, 12, tzinfo=UTC)
FRIDAY = date(2020, 11, 6)


def test_without_network_a_live_portfolio_is_valued_at_entry_prices_and_says_why(
    database: str,
) -> None:
    with build(settings_for(database), Parts(password_cost=FAST)) as program:
        ada = register(program)
        began = time.monotonic()
        portfolio_id = open_from_csv(
            program,
            ada,
            account("100000"),
            "AAPL,100,158.00,2024-01-15",
            "MSFT,75,380.00,2024-01-19",
        )
        run_id = calculate(program, ada, portfolio_id)
        seconds = time.monotonic() - began
        assert seconds < 20
        row = program.portfolios_room.one(portfolio_id)
        run = program.runs_room.one(run_id)
        [valuation] = valuations(program, portfolio_id)
    assert row is not None
    assert run is not None
    if row.priced:
        pytest.skip("this machine has a network: the prices came")
    warnings = [warning for phase in run.phases for warning in phase.warnings]
    assert run.status == RunStatus.PARTIAL
    assert row.needs_price_update
    assert any(warning.startswith("Yahoo ") and "AAPL" in warning for warning in warnings)
    assert "Valued at the entry price, for want of any other: AAPL, MSFT." in warnings
    assert valuation.opening
    assert valuation.nav == Decimal("100000.00")
    assert valuation.long_value == Decimal("44300.00")  # 100 x 158.00 + 75 x 380.00
    assert valuation.cash == Decimal("55700.00")
    assert list(valuation.lines.rows("symbol", "mark_price", "mark_source", "mark_quality")) == [
        ("AAPL", Decimal("158.00"), MarkSource.ENTRY, MarkQuality.ASSUMED),
        ("MSFT", Decimal("380.00"), MarkSource.ENTRY, MarkQuality.ASSUMED),
    ]


@pytest.fixture
def on_a_saturday(database: str) -> Iterator[Program]:
    """The program on Saturday 2020-11-07, with Yahoo as recorded."""
    yahoo = YahooPrices(
        NyseCalendar(built_on=SATURDAY.date()), SystemClock(SATURDAY), RecordedYahoo()
    )
    with build_program(database, SATURDAY, [yahoo]) as program:
        yield program


def test_with_yahoos_recorded_answers_it_is_valued_at_closes_as_traded(
    on_a_saturday: Program,
) -> None:
    program, ada = on_a_saturday, register(on_a_saturday)
    texts = account("50000", as_of="2020-09-01")
    portfolio_id = open_from_csv(program, ada, texts, "AAPL,100,134.18,2020-09-01")
    run_id = calculate(program, ada, portfolio_id)
    closes = {
        row.session: price
        for row in valuations(program, portfolio_id)
        for (price,) in row.lines.rows("mark_price")
    }
    assert list(closes) == program.markets["live"].calendar.sessions(date(2020, 9, 1), FRIDAY)
    assert len(closes) == 48
    assert closes[date(2020, 9, 1)] == Decimal("134.18")
    assert closes[FRIDAY] == Decimal("118.69")
    # 100 x (118.69 - 134.18), and the dividend of 0.205 that went ex that Friday
    assert nav_path(program, portfolio_id)[FRIDAY] == Decimal("48471.50")
    run, row = program.runs_room.one(run_id), program.portfolios_room.one(portfolio_id)
    assert run is not None
    assert run.status == RunStatus.COMPLETED
    assert row is not None
    assert not row.needs_price_update


def test_an_upload_on_a_saturday_is_as_of_fridays_session_and_valued_at_it(
    on_a_saturday: Program,
) -> None:
    program, ada = on_a_saturday, register(on_a_saturday)
    portfolio_id = open_from_csv(program, ada, account("50000"), "AAPL,100,134.18,2020-09-01")
    calculate(program, ada, portfolio_id)
    [valuation] = valuations(program, portfolio_id)
    assert valuation.session == FRIDAY
    assert valuation.opening
    assert list(valuation.lines.rows("mark_price", "mark_on")) == [(Decimal("118.69"), FRIDAY)]
