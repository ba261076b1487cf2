"""How does a symbol move, by itself and with factors, whoever holds it?"""

from infrastructure.postgres import Pool
from projections.symbol_measures.postgres import ROOM, TABLE, SymbolMeasuresRoom
from tests.projections.measured import measured, symbols_measured
from tests.support.rooms import History, folded


def test_each_symbol_has_a_row() -> None:
    rows = folded(ROOM, measured(History()).recorded)
    event = symbols_measured()

    assert {key: row.measures for key, row in rows.items()} == {
        (event.market, event.session, one.measures.symbol): one.measures for one in event.symbols
    }


def test_symbols_are_found_together(pool: Pool) -> None:
    rows = folded(ROOM, measured(History()).recorded)
    with pool.connection() as connection:
        TABLE.create(connection)
        TABLE.store(connection, list(rows.values()))
    room, event = SymbolMeasuresRoom(pool), symbols_measured()

    found = room.some("sample", event.session, ["GOOG", "NOPE"])

    assert found == {"GOOG": rows["sample", event.session, "GOOG"]}
    assert room.some("live", event.session, ["GOOG"]) == {}
