"""Rows are alike only if every column of theirs is, to the last digit that is shown."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from infrastructure.postgres import Pool
from projections.comparing import Comparison, compare
from projections.row_table import RowTable


class KindsRow(msgspec.Struct, frozen=True):
    """A row with a column of each kind."""

    name: str
    amount: Decimal | None
    share: float
    count: int
    is_so: bool
    at: datetime
    parts: dict[str, Any]
    told: dict[str, Any]


TABLE = RowTable("kinds", KindsRow, key=["name"], verbatim=["told"])
ROW = KindsRow(
    name="a",
    amount=Decimal("1.50"),
    share=0.0,
    count=1,
    is_so=True,
    at=datetime(2024, 1, 2, tzinfo=UTC),
    parts={"one": 1.0},
    told={"one": 1},
)


def compared(pool: Pool, live: KindsRow, anew: KindsRow) -> Comparison:
    """A table of one row against another."""
    with pool.connection() as connection:
        for table, row in ((TABLE, live), (TABLE.anew(), anew)):
            table.create(connection)
            table.store(connection, [row])
        comparison = compare(connection, TABLE)
        connection.rollback()
    return comparison


def test_the_same_row_is_the_same(pool: Pool) -> None:
    assert compared(pool, ROW, ROW) == Comparison(1, 1, 0)


@pytest.mark.parametrize(
    "changed",
    [
        {"amount": Decimal("1.5")},
        {"amount": Decimal("1.51")},
        {"amount": None},
        {"share": -0.0},
        {"count": 2},
        {"is_so": False},
        {"at": datetime(2024, 1, 2, 0, 0, 0, 1, tzinfo=UTC)},
        {"parts": {"one": 1}},
        {"told": {"one": 1.0}},
    ],
    ids=str,
)
def test_a_row_that_reads_otherwise_is_another(pool: Pool, changed: dict[str, Any]) -> None:
    assert compared(pool, ROW, replace(ROW, **changed)) == Comparison(1, 1, 1)
