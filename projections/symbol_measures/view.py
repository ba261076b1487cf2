"""What was measured of a symbol, as it is read: the latest version of a session."""

from datetime import date, datetime

import msgspec

from domain.risk.symbol_measures import SymbolMeasures


class SymbolRow(msgspec.Struct, frozen=True):
    """The measures of one symbol of a market at the close of one session.

    `recorded_at` is the UTC instant they were recorded.
    """

    market: str
    session: date
    symbol: str
    inputs_digest: str
    measures: SymbolMeasures
    recorded_at: datetime
