"""The measures of one portfolio at the close of one session, and of its restatements (spec 2.2)."""

from datetime import date
from typing import Self
from uuid import UUID

import msgspec

from domain.identity import risk_analysis_id
from domain.kernel import Aggregate, Event
from domain.risk.measures import Measures

ENGINE_VERSION = 2
"""Another one where the same inputs give other figures, reference data among them."""


class Analysis(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The measures of a portfolio, and what they were taken of.

    `valuation_version` is that of the valuation, `prices_known` the latest row of the price book
    then. The digest is of all that entered: the same gives the same measures.
    """

    portfolio_id: UUID
    session: date
    valuation_version: int
    prices_known: int
    inputs_digest: str
    engine_version: int
    measures: Measures


class RiskAnalysis(Aggregate):
    """What was measured of a portfolio at a session, once for each thing it was measured of."""

    TOPIC = "risk_analysis"

    class Analyzed(Analysis, Event, frozen=True):
        """The measures were taken."""

        TOPIC = "risk_analysis.analyzed"

        def apply(self, analysis: "RiskAnalysis") -> None:
            """These are the measures of the day."""
            analysis.inputs_digest = self.inputs_digest

    def __init__(self, aggregate_id: UUID) -> None:
        super().__init__(aggregate_id)
        self.inputs_digest = ""

    @classmethod
    def of(cls, portfolio_id: UUID, session: date) -> Self:
        """That of a day on which nothing was measured yet."""
        return cls(risk_analysis_id(portfolio_id, session))

    def analyze(self, analysis: Analysis) -> None:
        """Record the measures; nothing to do where they were taken of the same before."""
        if analysis.inputs_digest != self.inputs_digest:
            fields = {name: getattr(analysis, name) for name in Analysis.__struct_fields__}
            self.record(self.Analyzed(**fields))
