"""The symbol_measures room in PostgreSQL."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from psycopg import sql

from application.ports import Market
from projections.room import Room
from projections.row_table import Pool, RowTable
from projections.symbol_measures import projector
from projections.symbol_measures.view import SymbolRow

TABLE = RowTable(
    "symbol_measures", SymbolRow, key=["market", "session", "symbol"], verbatim=["measures"]
)
ROOM = Room("symbol_measures", 1, projector.FED_BY, TABLE, projector.keys, projector.fold)

_SOME = TABLE.query(sql.SQL("WHERE market = %s AND session = %s AND symbol = ANY(%b)"))


@dataclass(frozen=True, slots=True)
class SymbolMeasuresRoom:
    """Answers of the symbol_measures room."""

    pool: Pool

    def some(
        self, market: Market, session: date, symbols: Sequence[str]
    ) -> Mapping[str, SymbolRow]:
        """Those of the symbols that were measured at a session."""
        with self.pool.reading() as connection:
            rows = TABLE.select(connection, _SOME, [market, session, list(symbols)])
        return {row.symbol: row for row in rows}
