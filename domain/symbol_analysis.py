"""What was measured of a market's symbols at the close of a session, for all who hold them."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Self
from uuid import UUID

import msgspec

from domain.identity import symbol_analysis_id
from domain.kernel import Aggregate, Event
from domain.risk.symbol_measures import SymbolMeasures


class MeasuredSymbol(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A symbol's measures, and the digest of the closes that they were taken of."""

    measures: SymbolMeasures
    inputs_digest: str


class SymbolAnalysis(Aggregate):
    """Each symbol once, and again where its closes, or those of a factor, changed."""

    TOPIC = "symbol_analysis"

    class Measured(Event, frozen=True):
        """Symbols were measured that had not been, or had been of other closes."""

        TOPIC = "symbol_analysis.measured"
        market: str
        session: date
        symbols: tuple[MeasuredSymbol, ...]

        def apply(self, analysis: "SymbolAnalysis") -> None:
            """These are the measures of the symbols from now on."""
            analysis.measured.update((one.measures.symbol, one) for one in self.symbols)

    def __init__(self, aggregate_id: UUID) -> None:
        super().__init__(aggregate_id)
        self.measured: dict[str, MeasuredSymbol] = {}

    @classmethod
    def of(cls, market: str, session: date) -> Self:
        """That of a session of which nothing was measured yet."""
        return cls(symbol_analysis_id(market, session))

    def known(self, digests: Mapping[str, str]) -> Mapping[str, SymbolMeasures]:
        """The measures of those of the symbols that were taken of just these closes."""
        return {
            symbol: one.measures
            for symbol, digest in digests.items()
            if (one := self.measured.get(symbol)) and one.inputs_digest == digest
        }

    def measure(self, market: str, session: date, symbols: Sequence[MeasuredSymbol]) -> None:
        """Record what is new of it; nothing to do where all is known."""
        known = self.known({one.measures.symbol: one.inputs_digest for one in symbols})
        new = tuple(one for one in symbols if one.measures.symbol not in known)
        if new:
            self.record(self.Measured(market=market, session=session, symbols=new))
