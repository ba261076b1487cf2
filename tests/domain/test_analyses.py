"""Specification of what was measured of symbols and of portfolios: each thing once (spec 6)."""

from collections.abc import Callable
from datetime import date
from uuid import UUID

from domain.identity import risk_analysis_id, symbol_analysis_id
from domain.risk.market_view import MarketView
from domain.risk.measures import measure
from domain.risk.symbol_measures import symbol_measures
from domain.risk_analysis import Analysis, RiskAnalysis
from domain.symbol_analysis import MeasuredSymbol, SymbolAnalysis
from tests.support.panels import made_up_panel
from tests.support.risk_books import book
from tests.support.specification import given

PORTFOLIO, DAY = UUID(int=7), date(2024, 1, 15)
PANEL = made_up_panel(sessions=5)
MEASURES = symbol_measures(PANEL)


def measured(symbol: str, digest: str) -> MeasuredSymbol:
    """A symbol's measures of closes with that digest."""
    return MeasuredSymbol(measures=MEASURES[symbol], inputs_digest=digest)


def noted(*symbols: MeasuredSymbol) -> SymbolAnalysis.Measured:
    """That symbols were measured."""
    return SymbolAnalysis.Measured(market="us", session=DAY, symbols=symbols)


AAPL, IBM, CORRECTED = measured("AAPL", "a"), measured("IBM", "i"), measured("AAPL", "other")


def take(*symbols: MeasuredSymbol) -> Callable[[SymbolAnalysis], None]:
    """Note their measures."""
    return lambda analysis: analysis.measure("us", DAY, symbols)


def test_symbols_that_are_new_or_of_other_closes_are_recorded_alone() -> None:
    given(SymbolAnalysis, noted(AAPL)).when(take(AAPL, IBM)).then(noted(IBM))
    given(SymbolAnalysis, noted(AAPL, IBM)).when(take(CORRECTED, IBM)).then(noted(CORRECTED))


def test_where_all_is_known_nothing_is_recorded() -> None:
    given(SymbolAnalysis, noted(AAPL), noted(IBM)).when(take(IBM, AAPL)).then_nothing()


def test_measures_are_known_of_just_the_closes_they_were_taken_of() -> None:
    analysis = SymbolAnalysis.of("us", DAY)
    analysis.measure("us", DAY, [AAPL, IBM])
    analysis.measure("us", DAY, [CORRECTED])

    asked = {"AAPL": "other", "IBM": "i", "MSFT": "m"}
    assert analysis.known(asked) == {"AAPL": MEASURES["AAPL"], "IBM": MEASURES["IBM"]}
    assert analysis.known({"AAPL": "a"}) == {}
    assert analysis.id == symbol_analysis_id("us", DAY)


def analysis_of(digest: str) -> Analysis:
    """The measures of a portfolio, taken of what has that digest."""
    return Analysis(
        portfolio_id=PORTFOLIO,
        session=DAY,
        valuation_version=1,
        prices_known=2,
        inputs_digest=digest,
        engine_version=2,
        measures=measure(book(), MarketView(PANEL, MEASURES)),
    )


def test_a_portfolio_is_measured_once_of_the_same() -> None:
    day = RiskAnalysis.of(PORTFOLIO, DAY)
    for digest in ("one", "one", "two", "two", "one"):
        day.analyze(analysis_of(digest))

    digests = [e.inputs_digest for e in day.pending if isinstance(e, RiskAnalysis.Analyzed)]
    assert digests == ["one", "two", "one"]
    assert day.inputs_digest == "one"
    assert day.id == risk_analysis_id(PORTFOLIO, DAY)


def test_a_day_on_which_nothing_was_measured_has_no_digest() -> None:
    assert RiskAnalysis.of(PORTFOLIO, DAY).inputs_digest == ""
