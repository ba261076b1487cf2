"""Specification of measuring portfolios: in runs, once, and of any day on request (5.4, 6)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any, NoReturn
from uuid import UUID

import pytest

from application.analyses import Analyses
from application.pooling import Pooling
from application.ports import Close, Fetched
from domain.calculation_run import CalculationRun, RunStatus
from domain.portfolio import Portfolio
from domain.risk.finding import ReasonCode
from domain.risk_analysis import RiskAnalysis
from domain.symbol_analysis import SymbolAnalysis
from interfaces.bootstrap import Program
from tests.support.accounts import Owner, calculate, open_sample, register, shares
from tests.support.openings import load_portfolio, recorded
from tests.support.options import contracts
from tests.support.streets import street

ENTRY, LAST, BEFORE = date(2012, 6, 29), date(2013, 3, 1), date(2013, 2, 28)
MIX = (
    shares("GOOG", 100, "580.07", ENTRY),
    shares("SPY", -50, "136.10", ENTRY),
    shares("IBM", 30, "195.58", ENTRY),
    contracts("AAPL130420C00450000", 2, "38.50", date(2013, 1, 4)),
    shares("NOPE", 10, "5.00", ENTRY),
)


@dataclass(frozen=True)
class Valued:
    """A program, its owner and an account that a run went through."""

    program: Program
    owner: Owner
    portfolio_id: UUID

    @property
    def portfolio(self) -> Portfolio:
        """The account as recorded."""
        return load_portfolio(self.program, self.portfolio_id)

    def analyzed(self) -> list[RiskAnalysis.Analyzed]:
        """What was recorded of it, oldest first."""
        return [event for _, event in recorded(self.program, RiskAnalysis.Analyzed)]

    def calculate(self) -> None:
        """Run through it again."""
        calculate(self.program, self.owner, self.portfolio_id)


@pytest.fixture
def valued(program: Program) -> Valued:
    """An account of shares long and short, a call, and what nobody has prices of."""
    owner = register(program)
    portfolio_id = open_sample(program, owner, MIX)
    calculate(program, owner, portfolio_id)
    return Valued(program, owner, portfolio_id)


def test_a_run_records_the_measures_of_its_target_day(valued: Valued) -> None:
    [analyzed] = valued.analyzed()

    assert (analyzed.portfolio_id, analyzed.session) == (valued.portfolio_id, LAST)
    assert analyzed.valuation_version == 1
    beta = analyzed.measures.market_beta
    assert beta.figures is not None
    assert beta.figures.method == "weights"
    assert [skipped.symbol for skipped in beta.quality.skipped] == ["NOPE"]
    greeks = analyzed.measures.greeks.figures
    assert greeks is not None
    assert [one.symbol for one in greeks.positions] == ["AAPL130420C00450000"]


def test_calculating_again_records_nothing(valued: Valued) -> None:
    valued.calculate()

    assert len(valued.analyzed()) == 1
    assert len(recorded(valued.program, SymbolAnalysis.Measured)) == 1


def test_the_room_has_what_was_recorded(valued: Valued) -> None:
    [analyzed] = valued.analyzed()
    row = valued.program.analytics_room.one(valued.portfolio_id, LAST)

    assert row is not None
    assert (row.version, row.measures) == (1, analyzed.measures)
    assert valued.program.analytics_room.one(valued.portfolio_id, BEFORE) is None


def test_the_same_is_measured_on_request(valued: Valued) -> None:
    [analyzed] = valued.analyzed()
    analysis = valued.program.analyses.of(valued.portfolio, LAST)

    assert analysis is not None
    assert analysis.measures == analyzed.measures
    assert analysis.inputs_digest == analyzed.inputs_digest


def test_any_valued_day_is_measured_on_request_and_not_recorded(valued: Valued) -> None:
    position = valued.program.log.position()
    once = valued.program.analyses.of(valued.portfolio, BEFORE)
    again = valued.program.analyses.of(valued.portfolio, BEFORE)

    assert once is not None
    assert once.session == BEFORE
    assert once == again
    assert valued.program.log.position() == position
    assert valued.program.analyses.of(valued.portfolio, date(2012, 12, 28)) is None


def test_a_price_that_is_corrected_is_measured_anew(valued: Valued) -> None:
    close = Close("GOOG", BEFORE, Decimal("790.00"), "corrected")
    valued.program.prices.book.learn("sample", Fetched(closes=[close]))
    valued.calculate()

    first, second = valued.analyzed()
    assert first.inputs_digest != second.inputs_digest
    assert second.prices_known > first.prices_known
    [_, again] = [event for _, event in recorded(valued.program, SymbolAnalysis.Measured)]
    assert [one.measures.symbol for one in again.symbols] == ["GOOG"]


def test_symbols_are_measured_once_for_all_who_hold_them(valued: Valued) -> None:
    other = open_sample(
        valued.program, valued.owner, [*MIX[:2], shares("MSFT", 10, "30", ENTRY)], account_name="B"
    )
    calculate(valued.program, valued.owner, other)

    first, second = [event for _, event in recorded(valued.program, SymbolAnalysis.Measured)]
    assert {"GOOG", "SPY", "AAPL", "IBM"} < {one.measures.symbol for one in first.symbols}
    assert [one.measures.symbol for one in second.symbols] == ["MSFT"]
    rows = valued.program.symbol_measures_room.some("sample", LAST, ["GOOG", "MSFT", "???"])
    assert {symbol: row.measures for symbol, row in rows.items()} == {
        one.measures.symbol: one.measures
        for one in (*first.symbols, *second.symbols)
        if one.measures.symbol in ("GOOG", "MSFT")
    }


def test_an_account_of_cash_alone_has_reasons_and_no_figures(program: Program) -> None:
    owner = register(program)
    portfolio_id = open_sample(program, owner, [shares("SPAXX", 500_000, "1.00", ENTRY)])
    calculate(program, owner, portfolio_id)

    [(_, analyzed)] = recorded(program, RiskAnalysis.Analyzed)
    measures = analyzed.measures
    assert measures.exposures.figures is not None
    assert measures.exposures.figures.market_value.gross == 0
    for finding in (measures.volatility, measures.concentration, measures.correlation_matrix):
        assert finding.reason is not None
        assert finding.reason.code is ReasonCode.NOTHING_HELD


class Unmeasurable:
    """Valued days that cannot be read of one portfolio."""

    def __init__(self, inner: Any, portfolio_id: UUID) -> None:
        self._inner = inner
        self._portfolio_id = portfolio_id

    def days(self, portfolio_id: UUID, first: date, last: date) -> Any:
        """See `ValuedDays.days`."""
        if portfolio_id == self._portfolio_id:
            self._fail()
        return self._inner.days(portfolio_id, first, last)

    def _fail(self) -> NoReturn:
        raise ZeroDivisionError("a fault")


def test_one_account_that_cannot_be_measured_does_not_keep_others(database: str) -> None:
    with street(database, accounts=3) as three:
        program, broken = three.program, three.portfolio_ids[1]
        analyses: Analyses = program.analyses
        unmeasurable = Unmeasurable(analyses.valued_days, broken)
        runs = replace(program.runs, analyses=replace(analyses, valued_days=unmeasurable))
        whole = three.look()
        assert whole is not None
        runs.execute(whole, "worker")
        [part] = _parts(program)

        with pytest.raises(ZeroDivisionError):
            runs.execute(part, "worker")

        run = three.run(part)
        assert run.status is RunStatus.PARTIAL
        assert run.phase_counts[6] == {"done": 2, "recorded": 2, "failed": 1}
        assert run.warnings[-1] == "1 of 3 accounts could not be analysed."
        measured = {event.portfolio_id for _, event in recorded(program, RiskAnalysis.Analyzed)}
        assert measured == set(three.portfolio_ids) - {broken}


def _parts(program: Program) -> Sequence[UUID]:
    return [
        row.aggregate_id
        for row, event in recorded(program, CalculationRun.Requested)
        if event.part_of
    ]


def test_one_portfolio_pooled_is_itself(valued: Valued) -> None:
    [analyzed] = valued.analyzed()
    pooled = Pooling(valued.program.analyses).of([valued.portfolio], LAST)

    assert pooled is not None
    assert pooled.measures == analyzed.measures
    assert [(one.id, measures) for one, _, measures in pooled.parts] == [
        (valued.portfolio_id, analyzed.measures)
    ]


def test_what_two_hold_against_each_other_cancels_out(valued: Valued) -> None:
    opposite = [shares("GOOG", -100, "580.07", ENTRY), shares("SPY", 50, "136.10", ENTRY)]
    other = open_sample(valued.program, valued.owner, opposite, account_name="B")
    calculate(valued.program, valued.owner, other)
    portfolios = [valued.portfolio, load_portfolio(valued.program, other)]

    pooled = Pooling(valued.program.analyses).of(portfolios, LAST)

    assert pooled is not None
    beta = pooled.measures.market_beta.figures
    assert beta is not None
    assert beta.by_weights is not None
    weights = {one.symbol: one.weight for one in beta.by_weights.contributions}
    assert weights["GOOG"] == pytest.approx(0, abs=1e-9)
    assert sum(nav for _, nav, _ in pooled.parts) == pytest.approx(
        pooled.measures.exposures.figures.nav if pooled.measures.exposures.figures else None
    )
