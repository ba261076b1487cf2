"""A full disk, the database's or the program's: told to come again, and nothing is half done."""

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice, product
from pathlib import Path
from random import Random
from string import ascii_uppercase

import httpx
import psutil
import psycopg
import pytest

from infrastructure.embedded_postgres import EmbeddedPostgres
from tests.support.client import HEADER, Client, body
from tests.support.journal import events_recorded, rooms_differing_from_the_log
from tests.support.own_database import OwnDatabase
from tests.support.programs import build_program, connect_owner
from tests.support.reliability import Asked, Note
from tests.support.rounds import rounds
from tests.support.served import served
from tests.support.server import running_server
from tests.support.small_disk import SmallDisk, small_disk
from tests.support.visitors import error_of, refusal
from tests.support.waiting import eventually
from tests.support.wishes import GOOG, HANG_GUARD_S, Customer

FRUGAL = {"max_wal_size": "32MB", "min_wal_size": "32MB", "autovacuum": "off"}
"""Settings under which the disk has room for all rounds, and no room is found in old pages."""

NO_ROOM, BUSY = "ERR_BUSY_003", "ERR_BUSY_001"
SPARE = 96 * 1024
"""Bytes left on a full disk, at most: some things still fit, others do not."""


@dataclass
class OnSmallDisk:
    """A customer of a program whose database lies on a small disk; one account of hers grows."""

    customer: Customer
    disk: SmallDisk
    own: OwnDatabase
    growing: str
    chance: Random
    imported: int = 0
    symbols: Iterator[tuple[str, ...]] = field(
        default_factory=lambda: product(ascii_uppercase, repeat=5)
    )
    codes: Counter[str] = field(default_factory=Counter)
    """What was refused, by code."""

    def run_full(self, number: int) -> float:
        """The disk is full, and soon after there is room again all is well.

        Returns how soon, in seconds.
        """
        self.disk.fill(self.chance.randrange(SPARE))
        eventually(lambda: self.is_refused(number), HANG_GUARD_S, "no room")
        self.disk.make_room()
        began = time.monotonic()
        if not self.answers():
            self.own.bring_back()
        eventually(lambda: self.customer.is_well_served(number), HANG_GUARD_S, "answers to all")
        took_s = time.monotonic() - began
        self.customer.turn_to(number)
        return took_s

    def is_refused(self, number: int) -> bool:
        """Whether something of what is wanted finds no room; each time it is a little more."""
        wanted = self.customer.want_everything(number)
        imported = self.import_more()
        self.imported += imported.is_success
        refused = [answer for answer in (*wanted, imported) if answer.status_code == 503]
        self.codes.update(error_of(answer)["code"] for answer in refused)
        return bool(refused)

    def import_more(self) -> httpx.Response:
        """Import positions that are not there yet."""
        rows = [f"{''.join(letters)},10,7.38,2012-12-31" for letters in islice(self.symbols, 100)]
        text = "\n".join([HEADER, *rows])
        answer = self.customer.client.http.post(
            f"/portfolios/{self.growing}/imports",
            files={"csv_file": ("more.csv", text.encode(), "text/csv")},
        )
        assert answer.is_success or answer.status_code == 503, answer.text
        return answer

    def answers(self) -> bool:
        """Whether PostgreSQL is still there."""
        with suppress(psycopg.OperationalError), connect_owner(self.own.url):
            return True
        return False


@pytest.fixture
def on_small_disk() -> Iterator[OnSmallDisk]:
    """A PostgreSQL of the test's own on a small disk, and a customer with an account."""
    with small_disk(megabytes=256) as disk:
        home = disk.folder / "home"
        postgres = EmbeddedPostgres(home, FRUGAL)
        with postgres as url, build_program(url) as program:
            program.follow_log()
            with served(program) as server, Client(server.url, timeout_s=HANG_GUARD_S) as client:
                client.arrive()
                portfolio_id = body(client.create_portfolio(GOOG))["portfolio_id"]
                customer = Customer(client, program, portfolio_id)
                yield OnSmallDisk(
                    customer,
                    disk,
                    OwnDatabase(home, postgres, url),
                    portfolio_id,
                    Random(1),  # noqa: S311 - how full, the same each time
                )


@rounds(50)
def test_the_disk_of_the_database_is_full_and_nothing_is_lost(
    on_small_disk: OnSmallDisk, rounds: int, note: Note
) -> None:
    worst_s = max(on_small_disk.run_full(number) for number in range(rounds))
    customer, url = on_small_disk.customer, on_small_disk.own.url
    customer.find_it_kept(url, rounds)
    imported = events_recorded(url, "portfolio.positions_imported")
    assert on_small_disk.imported <= imported
    assert set(on_small_disk.codes) <= {NO_ROOM, BUSY}
    assert on_small_disk.codes[NO_ROOM] >= rounds // 2
    assert rooms_differing_from_the_log(customer.program, url) == []
    note(
        Asked.DISK_FULL,
        "the disk of the database has no room",
        rounds,
        "503 with Retry-After, never 500; the promise; everything is answered again",
        worst_s,
    )


@rounds(50)
def test_the_disk_of_the_program_is_full_and_nothing_is_recorded(
    database: str, tmp_path: Path, rounds: int, note: Note
) -> None:
    """A file may grow no further: neither one that a large upload is put aside in, nor the log."""
    chance = Random(rounds)  # noqa: S311 - how full, the same each time
    large = "\n".join([HEADER, *[f"GOOG,100,707.38,2012-12-31{' ' * 1_000}"] * 1_200]).encode()
    with (
        running_server(tmp_path, {"DATABASE_URL": database}) as server,
        Client(server.url, timeout_s=HANG_GUARD_S) as ada,
    ):
        portfolio_id = body(ada.arrive().create_portfolio(GOOG))["portfolio_id"]
        process = psutil.Process(server.process.pid)
        for number in range(1, rounds + 1):
            recorded = events_recorded(database)
            process.rlimit(psutil.RLIMIT_FSIZE, (chance.randrange(64 * 1024), psutil.RLIM_INFINITY))
            for path in (f"/portfolios/{portfolio_id}/imports", "/onboarding/create-portfolio"):
                answer = upload(ada, path, large)
                assert refusal(answer) == (503, NO_ROOM)
                assert answer.headers["Retry-After"]
            assert events_recorded(database) == recorded
            body(ada.create_portfolio(GOOG, name=f"IRA {number}"))  # nothing is put aside for it
            process.rlimit(psutil.RLIMIT_FSIZE, (psutil.RLIM_INFINITY, psutil.RLIM_INFINITY))
            assert upload(ada, f"/portfolios/{portfolio_id}/imports", large).status_code == 400
        assert len(ada.portfolios()) == rounds + 1
        assert "request_failed" not in server.log.read_text("utf-8", "replace")
    assert events_recorded(database, "portfolio.opened") == rounds + 1
    note(
        Asked.DISK_FULL,
        "the disk of the program has no room: for uploads put aside, for its log",
        rounds,
        "503 with Retry-After, never 500; nothing recorded; what needs no room is served",
    )


def upload(client: Client, path: str, content: bytes) -> httpx.Response:
    """Send a file."""
    return client.http.post(path, files={"csv_file": ("large.csv", content, "text/csv")})
