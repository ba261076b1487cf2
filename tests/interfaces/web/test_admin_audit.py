"""Specification of the page of the audit log: found without scripts, verified by a button (8)."""

import re
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
from fastapi.testclient import TestClient

from interfaces.http import create_http
from tests.interfaces.conftest import World
from tests.support.browsing import send
from tests.support.pages import enter, rows_of, wrong_fields
from tests.support.programs import build_program, connect_owner
from tests.support.visitors import auditor, client_of

PAGE, VERIFY = "/admin/audit", "/admin/audit/verify"
EVENTS = "Events, "


@pytest.fixture
def reader(world: World, browser: TestClient) -> TestClient:
    """A browser where an auditor is signed in."""
    enter(browser, world.auditor)
    return browser


def kinds(page: str) -> set[str]:
    """The kinds of the events shown."""
    return {row[2] for row in rows_of(page, EVENTS)}


def positions(page: str) -> list[int]:
    """Where the events shown stand."""
    return [int(row[0].replace(",", "")) for row in rows_of(page, EVENTS)]


def link(page: str, name: str) -> str:
    """Where a link of that name leads."""
    [url] = re.findall(rf'<a href="([^"]*)">{name}</a>', page)
    return unescape(url)


def test_the_newest_events_are_told_in_words(world: World, reader: TestClient) -> None:
    world.ada.ask("PUT", f"/api/v1/portfolios/{world.unvalued}", json={"description": "Anew"})
    [first, *_] = rows_of(reader.get(PAGE).text, EVENTS)
    assert first[0] == f"{world.program.log.position():,}"
    assert first[2:4] == ["portfolio.described", "Described anew."]
    assert first[4:] == [f"portfolio {world.unvalued[:8]}", world.ada.id()[:8]]


def test_pages_go_on_to_the_end_and_back_to_the_beginning(world: World, reader: TestClient) -> None:
    end, seen = world.program.log.position(), list[int]()
    url = f"{PAGE}?order=oldest"
    while True:
        page = reader.get(url).text
        seen += positions(page)
        if ">Next</a>" not in page:
            break
        url = link(page, "Next")
    assert seen == list(range(1, end + 1))
    assert len(seen) > 50
    assert positions(reader.get(link(page, "From the beginning of the list")).text) == seen[:50]


def test_events_are_found_by_what_is_asked(world: World, reader: TestClient) -> None:
    last = datetime.now(UTC).date()
    first = last - timedelta(days=1)  # midnight may have passed since
    found = reader.get(f"{PAGE}?type=user.registered&first={first}&last={last}&order=oldest")
    assert kinds(found.text) == {"user.registered"}
    assert "<option selected>user.registered</option>" in found.text
    about = reader.get(f"{PAGE}?portfolio_id={world.valued}&order=oldest").text
    assert "portfolio.opened" in kinds(about)
    of_one = reader.get(f"{PAGE}?aggregate={world.run}&order=oldest").text
    assert {kind.partition(".")[0] for kind in kinds(of_one)} == {"calculation_run"}
    assert rows_of(reader.get(f"{PAGE}?last=2020-01-31").text, EVENTS) == [["None."]]
    assert kinds(reader.get(f"{PAGE}?actor={world.ada.id()}&last=9999-12-31").text) != set()


def test_what_cannot_be_asked_is_told_at_its_field(reader: TestClient) -> None:
    answer = reader.get(f"{PAGE}?type=y&aggregate=z&actor=%00&first=x&last=y&portfolio_id=1")
    assert answer.status_code == 422
    wrong = ["type", "aggregate", "actor", "portfolio_id", "first", "last"]
    assert wrong_fields(answer.text) == wrong
    assert 'value="z"' in answer.text
    for query in ("after=-1", "after=x", "order=up"):
        told = reader.get(f"{PAGE}?{query}")
        assert (told.status_code, 'role="alert"' in told.text) == (422, True)


def test_verifying_says_what_fits_and_every_page_says_when(
    world: World, reader: TestClient
) -> None:
    world.program.audit.certify()
    end = world.program.log.position()
    told = send(reader, PAGE, VERIFY)
    assert told.status_code == 200
    assert f"All {end:,} events fit, up to position {end:,}, and all 1 checkpoints." in told.text
    assert rows_of(told.text, EVENTS)[0][2] == "security_record.log_verified"
    assert rows_of(told.text, "Checkpoints")[0][0] == f"{end:,}"
    by = f"by Ada Lovelace, up to position {end:,}"
    assert by in told.text
    enter(reader, world.superuser)
    assert by in reader.get("/admin/users").text
    enter(reader, world.ada)
    overview = reader.get(f"/portfolios/{world.valued}").text
    assert "<dt>Log verified</dt>" in overview
    assert "does not fit" not in overview


def test_what_does_not_fit_is_told_with_its_position(database: str) -> None:
    with (
        build_program(database) as program,
        client_of(program) as client,
        TestClient(create_http(program), follow_redirects=False) as browser,
    ):
        reader = auditor(program, client)
        enter(browser, reader)
        assert "<dd>never</dd>" in browser.get(PAGE).text
        with connect_owner(database) as owner:
            owner.execute(
                "UPDATE events.stored_events SET state = state || ' ' WHERE notification_id = 2"
            )
        told = send(browser, PAGE, VERIFY).text
        assert "The log does not fit at position 2." in told
        assert "Up to there 1 events and 0 checkpoints fit." in told
        assert "does not fit at 2</span>" in browser.get(PAGE).text


def test_the_log_is_taken_along_from_here(world: World, reader: TestClient) -> None:
    answer = reader.get(link(reader.get(PAGE).text, "Export it with its chain"))
    assert answer.headers["content-type"].startswith("application/jsonl")
    assert len(answer.text.splitlines()) > world.program.log.position()
