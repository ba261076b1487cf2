"""Giants over HTTP: answered soon by a server that stays up, or refused while they arrive."""

from collections.abc import Iterator

import pytest

from interfaces.error_catalogue import CATALOGUE
from tests.support.client import Client, body
from tests.support.giants import GIANTS
from tests.support.mutant_uploads import BOUNDARY
from tests.support.postgres import fresh_database
from tests.support.reliability import Asked, Note
from tests.support.server import RunningServer, running_server
from tests.support.visitors import refusal
from tests.support.wire import FRAMINGS, exchange

HANG_GUARD_S = 120
FORM = b"multipart/form-data; boundary=" + BOUNDARY
START = b'--%b\r\nContent-Disposition: form-data; name="csv_file"; filename="a.csv"\r\n\r\n'
QUICK = ("one line", "quotes", "delimiters")


@pytest.fixture(scope="module")
def server(
    postgres_server: str, template_database: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunningServer]:
    """A server that takes one giant after the other."""
    with (
        fresh_database(postgres_server, template_database) as database,
        running_server(tmp_path_factory.mktemp("server"), {"DATABASE_URL": database}) as server,
    ):
        yield server


@pytest.fixture(scope="module")
def user(server: RunningServer) -> Client:
    """A user of the server who is patient up to the hang guard."""
    return Client(server.url, timeout_s=HANG_GUARD_S).arrive()


@pytest.mark.parametrize("framing", ["right", "chunked"])
def test_a_body_over_the_limit_is_refused_while_it_arrives(
    server: RunningServer, user: Client, framing: str
) -> None:
    head, sent = FRAMINGS[framing](START % BOUNDARY + b"x" * 12 * 1024 * 1024)
    token = user.http.headers["Authorization"].encode()
    request = (
        b"POST /api/v1/onboarding/preview-csv HTTP/1.1\r\nHost: localhost\r\n"
        b"Authorization: %b\r\nContent-Type: %b\r\n%b\r\n" % (token, FORM, head)
    )
    answer = exchange(server.port, request + sent, hangs_up=False)
    assert answer is not None
    assert refusal(answer) == (413, "ERR_CSV_001")


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=[] if name in QUICK else [pytest.mark.faults]) for name in GIANTS],
)
def test_a_giant_is_answered_soon(user: Client, name: str, note: Note) -> None:
    answer = user.http.post(
        "/onboarding/preview-csv",
        data={"default_entry_date": "2012-12-31", "accept_valid": "true"},
        files={"csv_file": ("positions.csv", GIANTS[name](), "text/csv")},
    )
    assert {error["code"] for error in body(answer)["errors"]} <= set(CATALOGUE)
    assert len(answer.json()["errors"]) <= 1_000
    note(Asked.BESIDES, "giant files over HTTP", 1, "answered soon, by a server that stays up")
