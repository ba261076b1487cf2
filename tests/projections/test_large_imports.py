"""An import of thousands of positions costs its rooms as many statements as one of a few."""

from uuid import uuid4

import pytest

from infrastructure.event_store.event_log import PostgresEventLog
from infrastructure.postgres import Pool
from projections.catch_up import CatchUp
from projections.imports.postgres import ROOM as IMPORTS
from projections.portfolios.postgres import ROOM as PORTFOLIOS
from projections.positions.postgres import ROOM as POSITIONS
from tests.projections.imported_files import FiledAccount
from tests.support.events import stated
from tests.support.recording import cause, everything
from tests.support.rooms import CountedPool, folded, rows_of

ROOMS = (PORTFOLIOS, POSITIONS, IMPORTS)


@pytest.mark.parametrize("pages", [1, 2])
def test_five_thousand_positions_are_imported_and_reverted_in_as_many_statements_as_five(
    log: PostgresEventLog, pool: Pool, pages: int
) -> None:
    few = statements(log, pool, 5, pages)
    assert statements(log, pool, 5000, pages) == few
    positions = rows_of(POSITIONS, pool)
    assert len(positions) == 5005
    assert all(row.is_reverted for row in positions.values())
    for room in ROOMS:
        assert rows_of(room, pool) == folded(room, everything(log))


def statements(log: PostgresEventLog, pool: Pool, how_many: int, pages: int) -> int:
    """What the rooms ask of the database for that many positions that come and go again."""
    counted = CountedPool(pool)
    rooms = CatchUp(log, counted, ROOMS)
    account = FiledAccount(uuid4())
    account.add("file", *(stated(f"S{number}") for number in range(how_many)))
    if pages == 2:
        assert rooms.catch_up(log.save(account.portfolio, cause=cause()))
    account.revert("file")
    assert rooms.catch_up(log.save(account.portfolio, cause=cause()))
    assert counted.statements > 0
    return counted.statements
