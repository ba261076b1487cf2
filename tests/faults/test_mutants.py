"""Bad input over HTTP: never a 5xx, the catalogued code, and nothing stored (spec 3.2, 4.1, 9.2).

Of the 10,000 mutants of a full run these are 2,300: 180 of each kind of file in process, 320
through a server of its own. The other 7,700 stop at the parser (tests/interfaces/files).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any, TypeAlias

import psycopg
import pytest
from httpx import Response
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from interfaces.bootstrap import Program
from interfaces.error_catalogue import CATALOGUE
from interfaces.files.choices import Choices, Horizon
from interfaces.files.recognition import parse
from tests.support.client import Client, body
from tests.support.journal import rooms_differing_from_the_log
from tests.support.mutant_uploads import ACCOUNT_NAME, Upload, uploads
from tests.support.postgres import fresh_database
from tests.support.programs import build_program, connect_owner
from tests.support.reliability import Asked, Note
from tests.support.rounds import rounds
from tests.support.server import running_server
from tests.support.valid_files import FILES
from tests.support.visitors import GOOG_AND_SPY, Visitor, client_of, error_of, newcomer
from tests.support.wire import WireUpload, exchange, wire_uploads

OF_PYTHON = ("Traceback", "Error:", "<class", "Decimal(", "site-packages", "psycopg")
STORED = """
SELECT (SELECT max(notification_id) FROM events.stored_events),
       (SELECT count(*) FROM imports.rejected_rows),
       (SELECT count(*) FROM jobs.procrastinate_jobs WHERE task_name = 'execute_run')
"""


Auditor: TypeAlias = "psycopg.Connection[tuple[object, ...]]"


def stored(auditor: Auditor) -> tuple[object, ...] | None:
    """What has been stored so far: the log's last event, rejected rows, runs to be executed."""
    return auditor.execute(STORED).fetchone()


def url_of(route: str, portfolio_id: str) -> str:
    match route:
        case "preview":
            return "/api/v1/onboarding/preview-csv"
        case "create":
            return "/api/v1/onboarding/create-portfolio"
        case _:
            return f"/api/v1/portfolios/{portfolio_id}/imports"


def named(upload: Upload, number: int) -> bytes:
    """The body with an account's name of its own."""
    return upload.body.replace(ACCOUNT_NAME.encode(), f"Account {number}".encode())


@dataclass
class Recipient:
    """A user of a program who sends bad input, and somebody who sees what is stored."""

    program: Program
    database: str
    visitor: Visitor
    auditor: Auditor
    portfolio_id: str
    numbers: Iterator[int] = field(default_factory=count)

    def take(self, upload: Upload) -> None:
        """Send an upload and check the answer and what came of it."""
        before = stored(self.auditor)
        answer = self.visitor.ask(
            "POST",
            url_of(upload.route, self.portfolio_id),
            headers=dict(upload.headers),
            content=named(upload, next(self.numbers)),
        )
        check_answer(answer)
        if answer.status_code == 201:
            self.portfolio_id = answer.json()["portfolio_id"]
            self.check_readable(answer.json()["rejected_rows_url"])
        else:
            assert stored(self.auditor) == before

    def check_readable(self, rejected_rows_url: str | None) -> None:
        """Whatever was let in can be shown, and exported to a file without errors."""
        own = f"/api/v1/portfolios/{self.portfolio_id}"
        shown = (f"{own}/positions", f"{own}/imports", own, rejected_rows_url)
        for url in filter(None, shown):
            assert self.visitor.ask("GET", url).status_code == 200
        exported = self.visitor.ask("GET", f"{own}/export").content
        today = self.program.markets["live"].today()
        again = parse(exported, "export.csv", Choices(horizon=Horizon(today=today)))
        assert again.errors == () or exported.count(b"\n") == 1, exported


@pytest.fixture(scope="module")
def recipient(postgres_server: str, template_database: str) -> Iterator[Recipient]:
    """A user with a sample account, one database for all mutants."""
    with (
        fresh_database(postgres_server, template_database) as database,
        build_program(database) as program,
        client_of(program) as client,
        connect_owner(database) as auditor,
    ):
        visitor = newcomer(program, client)
        yield Recipient(program, database, visitor, auditor, visitor.open_sample())


def check_answer(answer: Response) -> None:
    """A success, or the envelope with a code of the catalogue, its status and sentences."""
    assert answer.status_code < 500, answer.text
    if answer.is_success:
        check_told(answer.json())
        return
    error = error_of(answer)
    assert answer.status_code == CATALOGUE[error["code"]].status
    check_sentence(error["message"])
    check_told(error.get("details", {}))


def check_told(answer: dict[str, Any]) -> None:
    """Errors of rows and fields are catalogued sentences, at most a thousand of them."""
    told = answer.get("errors", [])
    assert len(told) <= 1_000
    for error in told:
        assert error["code"] in CATALOGUE
        check_sentence(error["message"])
    for unreadable in answer.get("fields", []):
        check_sentence(unreadable["message"], ends=("", "."))


def check_sentence(text: str, ends: tuple[str, ...] = (".",)) -> None:
    assert text.endswith(ends), text
    assert text.isprintable(), text
    assert not any(word in text for word in OF_PYTHON), text


@pytest.mark.parametrize("kind", FILES)
@rounds(180)
def test_whatever_arrives_is_answered_from_the_catalogue_and_stored_only_as_a_whole(
    recipient: Recipient, kind: str, rounds: int, note: Note
) -> None:
    @given(uploads(kind))
    @settings(max_examples=rounds, deadline=None, suppress_health_check=list(HealthCheck))
    def check(upload: Upload) -> None:
        recipient.take(upload)

    check()
    assert rooms_differing_from_the_log(recipient.program, recipient.database) == []
    note(
        Asked.FILES,
        "mutants of files over HTTP",
        rounds,
        "never 5xx, the catalogued code, never a partial write",
    )


@rounds(320)
def test_a_server_answers_what_no_client_would_send_and_stays_up(
    database: str, tmp_path: Path, rounds: int, note: Note
) -> None:
    with (
        running_server(tmp_path, {"DATABASE_URL": database}) as server,
        connect_owner(database) as auditor,
    ):
        user = Client(server.url).arrive()
        portfolio_id = body(user.create_portfolio(GOOG_AND_SPY[0]))["portfolio_id"]
        token = user.http.headers["Authorization"].removeprefix("Bearer ")
        numbers = count()

        @given(st.sampled_from(list(FILES)).flatmap(wire_uploads))
        @settings(max_examples=rounds, deadline=None, suppress_health_check=list(HealthCheck))
        def check(wired: WireUpload) -> None:
            before = stored(auditor)
            content = named(wired.upload, next(numbers))
            path = url_of(wired.upload.route, portfolio_id)
            sent = wired.written(path, token, content)
            answer = exchange(server.port, sent, hangs_up=wired.hangs_up)
            if answer is None or answer.status_code != 201:
                assert stored(auditor) == before
            if answer is None:
                assert not wired.is_http
            elif not is_of_the_protocol(answer):
                check_answer(answer)

        check()
        assert user.http.get(f"{server.url}/health/live").is_success
        assert "request_failed" not in server.log.read_text("utf-8", "replace")
    note(
        Asked.FILES,
        "mutants of files in requests that are no good HTTP, to a server of its own",
        rounds,
        "the same, and the server stays up",
    )


def is_of_the_protocol(answer: Response) -> bool:
    """Whether the server itself refuses what is no HTTP, before any program of ours."""
    is_plain = answer.headers["Content-Type"].startswith("text/plain")
    return is_plain and 400 <= answer.status_code < 500
