"""What was measured of portfolios and symbols, as the kept samples of stored events have it."""

from msgspec.structs import replace

from domain.risk_analysis import RiskAnalysis
from domain.symbol_analysis import SymbolAnalysis
from infrastructure.event_store.mapper import EventMapper
from tests.support.rooms import History
from tests.support.stored_samples import kept_samples


def analyzed() -> RiskAnalysis.Analyzed:
    """A portfolio's measures."""
    event = _sample(RiskAnalysis.Analyzed.TOPIC)
    assert isinstance(event, RiskAnalysis.Analyzed)
    return event


def symbols_measured() -> SymbolAnalysis.Measured:
    """The measures of two symbols."""
    event = _sample(SymbolAnalysis.Measured.TOPIC)
    assert isinstance(event, SymbolAnalysis.Measured)
    return event


def measured(story: History) -> History:
    """A story, and after it what was measured, the portfolio twice."""
    once, symbols = analyzed(), symbols_measured()
    again = replace(once, valuation_version=2, inputs_digest="another")
    analysis = RiskAnalysis.of(once.portfolio_id, once.session)
    shared = SymbolAnalysis.of(symbols.market, symbols.session)
    return story.tell(shared.id, symbols).tell(analysis.id, once, again)


def _sample(topic: str) -> object:
    return EventMapper().event(topic, kept_samples()[topic].stored)
