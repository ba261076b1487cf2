"""Specification of uploads between the look at them and their import: kept briefly, for one."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from application.uploads import KEPT_FOR, MOST_KEPT, KeptUpload
from infrastructure.kept_uploads import PostgresUploads
from infrastructure.postgres import app_url, open_pool
from tests.support.clocks import SetClock
from tests.support.programs import SECRET

NOW = datetime(2026, 1, 5, 14, 30, tzinfo=UTC)


@pytest.fixture
def uploads(database: str) -> Iterator[PostgresUploads]:
    with open_pool(app_url(database, SECRET)) as pool:
        yield PostgresUploads(pool, SetClock(NOW))


def upload(owner_id: UUID) -> KeptUpload:
    return KeptUpload(
        upload_id=uuid4(),
        owner_id=owner_id,
        file_name="positions.csv",
        content=b"\x00\xff,\n",
        form={"account_name": "It's \0 mine \ud83d"},
    )


def later(uploads: PostgresUploads, by: timedelta) -> PostgresUploads:
    return replace(uploads, clock=SetClock(NOW + by))


def test_what_is_kept_comes_back_as_it_was(uploads: PostgresUploads) -> None:
    kept = upload(uuid4())
    uploads.keep(kept)
    assert uploads.of(kept.owner_id, kept.upload_id) == kept
    assert uploads.of(uuid4(), kept.upload_id) is None


def test_what_is_typed_anew_takes_the_place_of_what_was(uploads: PostgresUploads) -> None:
    kept = upload(uuid4())
    anew = replace(kept, form={"account_name": "Other"})
    uploads.keep(kept)
    uploads.keep(anew)
    assert uploads.of(kept.owner_id, kept.upload_id) == anew


def test_nobody_else_changes_it(uploads: PostgresUploads) -> None:
    kept = upload(uuid4())
    uploads.keep(kept)
    uploads.keep(replace(kept, owner_id=uuid4(), form={}))
    assert uploads.of(kept.owner_id, kept.upload_id) == kept


def test_it_is_gone_after_an_hour_and_then_from_the_table_too(uploads: PostgresUploads) -> None:
    kept = upload(uuid4())
    uploads.keep(kept)
    almost = later(uploads, KEPT_FOR - timedelta(seconds=1))
    assert almost.of(kept.owner_id, kept.upload_id) == kept
    over = later(uploads, KEPT_FOR)
    assert over.of(kept.owner_id, kept.upload_id) is None
    over.sweep()
    with uploads.pool.connection() as connection:
        rows = connection.execute("SELECT upload_id FROM imports.kept_uploads").fetchall()
    assert (kept.upload_id,) not in rows


def test_of_one_owner_the_latest_few_are_kept(uploads: PostgresUploads) -> None:
    owner_id, another = uuid4(), upload(uuid4())
    uploads.keep(another)
    kept = [upload(owner_id) for _ in range(MOST_KEPT + 2)]
    for number, one in enumerate(kept):
        later(uploads, timedelta(seconds=number)).keep(one)
    there = [one for one in kept if uploads.of(owner_id, one.upload_id)]
    assert there == kept[2:]
    assert uploads.of(another.owner_id, another.upload_id) == another


def test_what_is_imported_is_forgotten(uploads: PostgresUploads) -> None:
    kept = upload(uuid4())
    uploads.keep(kept)
    uploads.forget(kept.upload_id)
    assert uploads.of(kept.owner_id, kept.upload_id) is None
