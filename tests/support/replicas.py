"""A replica of a test's own: streaming from a primary, held back and killed at will."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

from infrastructure.embedded_postgres import EmbeddedPostgres
from infrastructure.postgres_account import PostgresAccount, installed_binaries
from tests.support.own_database import OwnDatabase
from tests.support.postgres import FORGETFUL, passable_folder

_SLOT = "replica"
_STATEMENTS = (
    "SELECT sum(seq_scan + coalesce(idx_scan, 0)) FROM pg_stat_user_tables WHERE relname = %s"
)


@dataclass(frozen=True)
class OwnReplica(OwnDatabase):
    """A replica; its `url` stays the same through every restart."""

    def hold_back(self) -> None:
        """Replay nothing more until `go_on`."""
        self._tell("SELECT pg_wal_replay_pause()")

    def go_on(self) -> None:
        """Replay again."""
        self._tell("SELECT pg_wal_replay_resume()")

    def scans(self, table: str) -> int:
        """How often a table was looked through here, as the server has counted by now."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            [scans] = connection.execute(_STATEMENTS, [table]).fetchone() or (None,)
        return int(scans or 0)

    def _tell(self, statement: str) -> None:
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(statement)


@contextmanager
def own_replica(primary: OwnDatabase) -> Iterator[OwnReplica]:
    """A replica that streams from a primary, copied while that runs."""
    with passable_folder(for_data=True) as folder:
        home = folder / "home"
        account = PostgresAccount.of_this_process()
        account.make_passable(home)
        _copy(primary.url, home / "postgres", account)
        postgres = EmbeddedPostgres(home, FORGETFUL | {"wal_receiver_status_interval": "1s"})
        with postgres as url:
            yield OwnReplica(home, postgres, url)


def _copy(url: str, data: Path, account: PostgresAccount) -> None:
    account.make_private(data)
    given = urlsplit(url)
    address = given._replace(path="/postgres").geturl()
    program = installed_binaries(account) / "pg_basebackup"
    code, said = account.run(
        program,
        f"--dbname={address}",
        f"--pgdata={data}",
        "--write-recovery-conf",
        "--create-slot",
        f"--slot={_SLOT}",
        "--checkpoint=fast",
        "--no-sync",
    )
    assert code == 0, said
    (data / ".s.PGSQL.5432.lock").unlink()  # of the primary's socket, which lies in its data
