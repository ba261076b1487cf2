"""Specification of runs on live prices: Saturday, outages, stale and unknown prices (5.2-5.4)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import pytest

from application.commands import RequestRun
from domain.calculation_run import CalculationRun, RunStatus
from domain.instrument import InvestmentClass
from domain.mark import MarkQuality, MarkSource
from domain.position import Closing, PositionTerms
from domain.snapshot import Snapshot
from tests.support.accounts import Owner, cause, register, shares
from tests.support.events import stated
from tests.support.openings import load_portfolio, open_account
from tests.support.price_sources import ConstantPrices, down
from tests.support.programs import build_program

FRIDAY = date(2024, 1, 19)
SATURDAY = datetime(2024, 1, 20, 12, tzinfo=UTC)
NEXT_FRIDAY = datetime(2024, 1, 26, 23, tzinfo=UTC)
FEBRUARY = datetime(2024, 2, 3, 12, tzinfo=UTC)
AAPL = shares("AAPL", 100, "158.00", date(2024, 1, 12))
MSFT = shares("MSFT", 75, "380.00", date(2024, 1, 12))
BARN = stated("BARN", "1", "900.00", date(2024, 1, 12), InvestmentClass.PRIVATE)
CASH = stated("CASH_USD", "1", "500.00", date(2024, 1, 12), InvestmentClass.PRIVATE, "CASH")
AS_OF = "2024-01-12"


@dataclass(frozen=True)
class Answer:
    """How a run ended, what it warned of, and the day it valued last."""

    status: RunStatus
    warnings: tuple[str, ...]
    latest: Snapshot


@dataclass
class Account:
    """A live account that is calculated at different times with different providers."""

    database: str
    terms: Sequence[PositionTerms]
    portfolio_id: UUID | None = None
    owner: Owner | None = None

    def calculate(self, now: datetime, *sources: ConstantPrices) -> Answer:
        """Run a calculation; the first one opens the account before."""
        with build_program(self.database, now, sources) as program:
            self.owner = self.owner or register(program)
            self.portfolio_id = self.portfolio_id or open_account(
                program, self.owner, self.terms, equity_as_of=AS_OF
            )
            command = RequestRun(portfolio_id=self.portfolio_id)
            requested = program.runs.request(command, cause(self.owner.user_id))
            program.runs.execute(requested.run_id, "worker-1")
            run = program.log.load(CalculationRun, requested.run_id)
            portfolio = load_portfolio(program, self.portfolio_id)
            latest = program.valuations.latest(portfolio, requested.calculation_on)
            assert run is not None
            assert latest is not None
            return Answer(run.status, run.warnings, latest)


def marks(snapshot: Snapshot) -> dict[str, tuple[MarkSource, MarkQuality, date]]:
    """Source, quality and day of each symbol's mark."""
    rows = snapshot.lines.rows("symbol", "mark_source", "mark_quality", "mark_on")
    return {symbol: (source, quality, on) for symbol, source, quality, on in rows}


def both() -> ConstantPrices:
    """A provider that knows both shares."""
    return ConstantPrices("yahoo", {"AAPL": "185.00", "MSFT": "390.00"})


def test_a_run_on_saturday_gives_fridays_session(database: str) -> None:
    yahoo = both()
    answer = Account(database, [AAPL, MSFT]).calculate(SATURDAY, yahoo)

    assert (answer.status, answer.warnings) == (RunStatus.COMPLETED, ())
    assert answer.latest.session == FRIDAY
    assert answer.latest.nav == Decimal("100000.00")
    assert marks(answer.latest)["AAPL"] == (MarkSource.CLOSE, MarkQuality.GOOD, FRIDAY)
    assert [set(asked) for asked in yahoo.asked] == [{"AAPL", "MSFT"}]


def test_the_next_run_asks_only_for_the_days_since(database: str) -> None:
    account, yahoo = Account(database, [AAPL]), both()
    account.calculate(SATURDAY, yahoo)
    answer = account.calculate(NEXT_FRIDAY, yahoo)

    assert yahoo.asked[1] == {"AAPL": (date(2024, 1, 20), date(2024, 1, 26))}
    assert answer.latest.session == date(2024, 1, 26)


def test_without_any_provider_shares_are_valued_at_entry_and_the_run_says_so(
    database: str,
) -> None:
    answer = Account(database, [AAPL, MSFT]).calculate(SATURDAY)

    assert answer.status is RunStatus.PARTIAL
    assert answer.warnings == ("Valued at the entry price, for want of any other: AAPL, MSFT.",)
    entry = (MarkSource.ENTRY, MarkQuality.ASSUMED, date(2024, 1, 12))
    assert marks(answer.latest) == {"AAPL": entry, "MSFT": entry}
    assert (answer.latest.counts.priced, answer.latest.counts.need_price) == (0, 2)


def test_without_network_the_warnings_say_why(database: str) -> None:
    answer = Account(database, [AAPL]).calculate(SATURDAY, down("yahoo"))

    assert answer.status is RunStatus.PARTIAL
    assert answer.warnings == (
        "yahoo cannot be reached.",
        "Valued at the entry price, for want of any other: AAPL.",
    )


def test_a_provider_that_is_down_is_told_though_another_stepped_in(database: str) -> None:
    answer = Account(database, [AAPL]).calculate(SATURDAY, down("csv"), both())

    assert (answer.status, answer.warnings) == (RunStatus.PARTIAL, ("csv cannot be reached.",))
    assert marks(answer.latest)["AAPL"] == (MarkSource.CLOSE, MarkQuality.GOOD, FRIDAY)


def test_a_symbol_that_nobody_knows_is_named_and_the_others_are_priced(database: str) -> None:
    unknown = shares("XYZZY", 10, "5.00", date(2024, 1, 12))
    answer = Account(database, [AAPL, unknown]).calculate(SATURDAY, both())

    assert answer.status is RunStatus.PARTIAL
    assert answer.warnings == ("Valued at the entry price, for want of any other: XYZZY.",)
    assert (answer.latest.counts.priced, answer.latest.counts.need_price) == (1, 2)


def test_a_close_is_carried_for_five_sessions_and_stale_after_that(database: str) -> None:
    account = Account(database, [AAPL])
    account.calculate(SATURDAY, both())

    carried = account.calculate(NEXT_FRIDAY, down("yahoo"))
    assert carried.warnings == ("yahoo cannot be reached.",)
    assert marks(carried.latest)["AAPL"] == (MarkSource.CARRIED, MarkQuality.CARRIED, FRIDAY)
    stale = account.calculate(FEBRUARY, down("yahoo"))
    assert stale.warnings[1:] == ("Valued at a close more than 5 sessions old: AAPL.",)
    assert marks(stale.latest)["AAPL"] == (MarkSource.CARRIED, MarkQuality.STALE, FRIDAY)


def test_private_assets_and_cash_need_no_price_and_no_warning(database: str) -> None:
    yahoo = both()
    answer = Account(database, [BARN, CASH]).calculate(SATURDAY, yahoo)

    assert (answer.status, answer.warnings) == (RunStatus.COMPLETED, ())
    assert marks(answer.latest)["BARN"][0] is MarkSource.ENTRY
    assert yahoo.asked == []


def test_a_long_list_of_symbols_is_cut_in_the_warning(database: str) -> None:
    unknown = [shares(f"ZZ{n:02}", 1, "1.00", date(2024, 1, 12)) for n in range(12)]
    answer = Account(database, unknown).calculate(SATURDAY)

    assert len(answer.warnings) == 1
    assert answer.warnings[0].endswith("ZZ08, ZZ09 and 2 more.")


@pytest.mark.parametrize("closed_on", [date(2024, 1, 12), date(2024, 1, 17), FRIDAY])
def test_what_is_closed_needs_no_price_any_more(database: str, closed_on: date) -> None:
    sold = stated("SOLD", "10", "5.00", date(2024, 1, 2))
    gone = PositionTerms(
        symbol=sold.symbol,
        quantity=sold.quantity,
        entry_price=sold.entry_price,
        entry_on=sold.entry_on,
        investment_class=sold.investment_class,
        closings=(Closing(closed_on=closed_on, quantity=sold.quantity, price=Decimal("6.00")),),
    )
    answer = Account(database, [gone]).calculate(SATURDAY)

    assert (answer.status, answer.warnings) == (RunStatus.COMPLETED, ())
