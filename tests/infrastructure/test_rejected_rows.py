"""The rows that an import left out are kept beside the log, once and for good."""

from collections.abc import Iterator
from typing import Literal
from uuid import UUID, uuid4

import psycopg
import pytest

from application.errors import VersionConflict
from domain.run_slot import RunSlot
from infrastructure.postgres import app_url
from infrastructure.rejected_rows import PostgresRejectedRows
from tests.support.cutting_proxy import cutting_proxy
from tests.support.programs import SECRET
from tests.support.recording import cause, claimed, everything, open_log
from tests.support.rooms import room_pool

CSV = 'Symbol,Quantity,Error\r\n"VTSAX ""Total"" 株",ten,"Row 2: Quantity is no number.\n"\r\n'


@pytest.fixture
def rejected(database: str) -> Iterator[PostgresRejectedRows]:
    """Rejected rows on a database of their own."""
    with room_pool(database) as pool:
        yield PostgresRejectedRows(pool)


def test_what_was_kept_with_a_save_is_there_to_the_last_character(
    database: str, rejected: PostgresRejectedRows
) -> None:
    import_id = uuid4()
    with open_log(database) as log:
        log.save(claimed(), cause=cause(), also=rejected.keep(import_id, CSV))

    assert rejected.of(import_id) == CSV


def test_an_import_that_left_nothing_out_has_none(rejected: PostgresRejectedRows) -> None:
    assert rejected.keep(uuid4(), None) == ()
    assert rejected.of(uuid4()) is None


def test_they_go_with_a_save_that_fails(database: str, rejected: PostgresRejectedRows) -> None:
    slot, import_id = claimed(), uuid4()
    with open_log(database) as log:
        log.save(slot, cause=cause())
        late = RunSlot(slot.id)
        late.claim(uuid4())
        with pytest.raises(VersionConflict):
            log.save(late, cause=cause(), also=rejected.keep(import_id, CSV))

    assert rejected.of(import_id) is None


@pytest.mark.parametrize("where", ["before", "after"])
@pytest.mark.parametrize("message", [b"imports.rejected_rows", b"COMMIT"])
def test_a_cut_in_a_save_keeps_them_once_and_is_answered(
    database: str,
    rejected: PostgresRejectedRows,
    where: Literal["before", "after"],
    message: bytes,
) -> None:
    slot, import_id = claimed(), uuid4()
    with cutting_proxy(database) as proxy, open_log(proxy.url) as log:
        proxy.cut(where, message)
        position = log.save(slot, cause=cause(), also=rejected.keep(import_id, CSV))

        assert proxy.cuts == 1
        assert [(row.aggregate_id, row.position) for row in everything(log)] == [
            (slot.id, position)
        ]
    assert rejected.of(import_id) == CSV


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE imports.rejected_rows SET csv = ''",
        "DELETE FROM imports.rejected_rows",
        "TRUNCATE imports.rejected_rows",
    ],
)
def test_the_program_may_not_change_them(
    database: str, rejected: PostgresRejectedRows, statement: str
) -> None:
    import_id = kept(database, rejected)
    with (
        psycopg.connect(app_url(database, SECRET)) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute(statement.encode())
    assert rejected.of(import_id) == CSV


def kept(database: str, rejected: PostgresRejectedRows) -> UUID:
    """The id of an import whose rejected rows are kept."""
    import_id = uuid4()
    with open_log(database) as log:
        log.save(claimed(), cause=cause(), also=rejected.keep(import_id, CSV))
    return import_id
