"""A real PostgreSQL for tests: one server for the session, a database of its own for each need."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg
import pytest

from infrastructure.embedded_postgres import EmbeddedPostgres

FORGETFUL = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
"""Settings of a server whose data need not survive a power cut: faster."""


_MEMORY = Path("/dev/shm")
_AMPLE = 2 * 1024**3
"""Bytes free in memory for data to be kept there: making databases is ten times as fast."""


@contextmanager
def passable_folder(*, for_data: bool = False) -> Iterator[Path]:
    """A new temporary folder that every account may enter, removed at the end.

    Unlike pytest's `tmp_path`, which under root is closed to the account of PostgreSQL. In memory
    if it is `for_data` and there is room; nothing there may be run.
    """
    in_memory = for_data and _MEMORY.is_dir() and shutil.disk_usage(_MEMORY).free > _AMPLE
    parent = _MEMORY if in_memory else None
    folder = Path(tempfile.mkdtemp(prefix="sigmasight-test-", dir=parent)).resolve()
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The owner's URL of a maintenance database: TEST_DATABASE_URL, else an embedded server."""
    if given := os.environ.get("TEST_DATABASE_URL"):
        yield given
        return
    with (
        passable_folder(for_data=True) as folder,
        EmbeddedPostgres(folder / "home", FORGETFUL) as url,
    ):
        yield url


@contextmanager
def fresh_database(server_url: str, template: str | None = None) -> Iterator[str]:
    """The URL of a new database on the server, a copy of `template` if given; dropped at the end.

    Nobody may be connected to the template meanwhile. Copied file by file, which takes PostgreSQL
    half the work of writing each page to its log.
    """
    name = f"sigmasight_test_{uuid4().hex}"
    copy = f'CREATE DATABASE {name} TEMPLATE "{template or "template1"}" STRATEGY FILE_COPY'
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(copy)
    try:
        yield urlsplit(server_url)._replace(path=f"/{name}").geturl()
    finally:
        with psycopg.connect(server_url, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
