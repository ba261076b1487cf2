"""What a run learns of the securities that its portfolios hold (spec 5.4, phases 0, 2, 5)."""

from dataclasses import dataclass

from application.run_valuing import RunValuing
from application.securities import Findings, Securities


@dataclass(frozen=True, slots=True)
class RunSecurities:
    """The securities of a run; looked up once for all its portfolios."""

    securities: Securities
    valuing: RunValuing

    def enrich(self, _total: int) -> Findings:
        """Look up what the security master lacks of names, sectors and fundamentals."""
        if not self.valuing.symbols:
            return {"done": 0}, ()
        return self.securities.enrich(self.valuing.market, self.valuing.symbols)

    def count_fundamentals(self, _total: int) -> Findings:
        """Count the symbols whose beta, market value or yield is known; they came with the names.

        What lacks is no warning: fundamentals are optional.
        """
        symbols = self.valuing.symbols
        known = len(self.securities.fundamentals(symbols))
        return {"done": len(symbols), "known": known}, ()

    def count_sectors(self, _total: int) -> Findings:
        """Count the symbols that have a sector to be tagged with."""
        symbols = self.valuing.symbols
        return {"done": len(symbols), "tagged": len(self.securities.tags(symbols))}, ()
