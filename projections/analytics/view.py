"""What was measured of a portfolio, as it is read: the latest version of a session."""

from datetime import date, datetime
from uuid import UUID

import msgspec

from domain.risk.measures import Measures


class AnalysisRow(msgspec.Struct, frozen=True):
    """The measures of one portfolio at the close of one session.

    They were taken of version `valuation_version` of the valuation; `recorded_at` is the UTC
    instant they were recorded.
    """

    portfolio_id: UUID
    session: date
    version: int
    valuation_version: int
    prices_known: int
    inputs_digest: str
    engine_version: int
    measures: Measures
    recorded_at: datetime
