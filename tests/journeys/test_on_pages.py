"""The way in on pages, without a script, over a server with its worker (spec 8)."""

import re
from collections.abc import Iterator
from uuid import uuid4

import httpx
import pytest

from infrastructure.settings import PUBLISHED_INVITE_CODE
from tests.support.browsing import send
from tests.support.server import RunningServer
from tests.support.visitors import GOOG_AND_SPY, PASSWORD, SAMPLE, csv_file
from tests.support.waiting import eventually

UPLOAD = "/onboarding/upload"


@pytest.fixture
def browser(server: RunningServer) -> Iterator[httpx.Client]:
    """A browser without scripts that goes where it is told only when asked to."""
    with httpx.Client(base_url=server.url, timeout=30) as browser:
        yield browser


def after(browser: httpx.Client, answer: httpx.Response) -> str:
    """Where a form led to, which must be there."""
    assert answer.status_code == 303, answer.text
    assert browser.get(answer.headers["location"]).status_code == 200
    return str(answer.headers["location"])


def test_from_registering_to_the_command_center(browser: httpx.Client) -> None:
    email = f"pages-{uuid4().hex}@example.com"
    person = {"email": email, "password": PASSWORD}
    invite = {"full_name": "Grace Hopper", "invite_code": PUBLISHED_INVITE_CODE}
    sign_in = after(browser, send(browser, "/register", "/register", **person, **invite))
    after(browser, send(browser, sign_in, "/login", **person))

    form = SAMPLE | {"account_name": "Schwab IRA"}
    bad = {"csv_file": ("bad.csv", csv_file("IBM,0,190.00,2012-12-31"))}
    wrong = send(browser, UPLOAD, UPLOAD, files=bad, **form).headers["location"]
    errors = browser.get(browser.get(wrong).headers["location"]).text
    assert "ERR_POS_005" in errors
    [again] = re.findall(r'href="(/onboarding/upload\?again=[^"]*)"', errors)

    good = {"csv_file": ("good.csv", csv_file(*GOOG_AND_SPY))}
    preview = after(browser, send(browser, again, UPLOAD, files=good, **form))
    run = after(browser, send(browser, preview, f"{preview}/confirm"))

    def ended() -> str | None:
        page = browser.get(run).text
        return None if 'http-equiv="refresh"' in page else page

    success = eventually(ended, 60, "the end of the calculation")
    assert "Retirement is ready" in success
    assert "2 positions imported." in success
    [onwards] = re.findall(r'href="([^"]*)">Go to command center', success)
    assert "Schwab IRA" in browser.get(onwards).text
