"""What a session's closes say of symbols: measured once, recorded, shared by all (spec 6)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from hashlib import blake2b

from application.deciding import decide
from application.panels import Panels
from application.ports import Cause, EventLog, Market
from domain.identity import symbol_analysis_id
from domain.risk.factors import FUNDS
from domain.risk.market_view import MarketView
from domain.risk.panel import Panel
from domain.risk.rounding import as_recorded
from domain.risk.symbol_measures import SymbolMeasures, symbol_measures
from domain.risk_analysis import ENGINE_VERSION
from domain.symbol_analysis import MeasuredSymbol, SymbolAnalysis


@dataclass(frozen=True, slots=True)
class MarketViews:
    """Gathers closes and measures of symbols; what was measured of the same closes is taken."""

    log: EventLog
    panels: Panels

    def of(self, market: Market, session: date, symbols: Iterable[str]) -> MarketView:
        """The view of some symbols at a session; nothing is recorded."""
        panel = self._panel(market, session, symbols)
        digests = _digests(panel)
        known = self._analysis(market, session).known(digests)
        return MarketView(panel, {**known, **_measured(panel, known)})

    def record(
        self, market: Market, session: date, symbols: Iterable[str], cause: Cause
    ) -> MarketView:
        """The same, and what was not measured before is recorded.

        Raises:
            StoreUnavailable: ERR_BUSY_001.
        """
        panel = self._panel(market, session, symbols)
        digests = _digests(panel)

        def attempt() -> MarketView:
            analysis = self._analysis(market, session)
            known = analysis.known(digests)
            new = _measured(panel, known)
            measured = [
                MeasuredSymbol(measures=one, inputs_digest=digests[symbol])
                for symbol, one in new.items()
            ]
            analysis.measure(market, session, measured)
            if analysis.pending:
                self.log.save(analysis, cause=cause.as_new_command())
            return MarketView(panel, {**known, **new})

        return decide(attempt)

    def _panel(self, market: Market, session: date, symbols: Iterable[str]) -> Panel:
        return self.panels.until(market, sorted({*symbols, *FUNDS}), session)

    def _analysis(self, market: Market, session: date) -> SymbolAnalysis:
        analysis_id = symbol_analysis_id(market, session)
        return self.log.load(SymbolAnalysis, analysis_id) or SymbolAnalysis.of(market, session)


def _measured(panel: Panel, known: Mapping[str, SymbolMeasures]) -> dict[str, SymbolMeasures]:
    """The measures of what is not known yet."""
    lacking = [symbol for symbol in panel.symbols if symbol not in known]
    if not lacking:
        return {}
    measures = symbol_measures(panel.of(dict.fromkeys([*lacking, *FUNDS])))
    return {symbol: as_recorded(measures[symbol]) for symbol in lacking}


def _digests(panel: Panel) -> dict[str, str]:
    """What each symbol's measures are taken of: its closes, those of the funds, and how."""
    funds = blake2b(panel.of(FUNDS).closes.tobytes(), digest_size=16)
    funds.update(f"{panel.sessions[0]}:{panel.sessions[-1]}:{ENGINE_VERSION}".encode())
    digests = {}
    for column, symbol in enumerate(panel.symbols):
        digest = funds.copy()
        digest.update(panel.closes[:, column].tobytes())
        digests[symbol] = digest.hexdigest()
    return digests
