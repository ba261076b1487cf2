"""Specification of the page of invite codes, without scripts (spec 8, 4.9)."""

import re

import pytest
from fastapi.testclient import TestClient

from tests.interfaces.conftest import World
from tests.support.browsing import send
from tests.support.pages import rows_of, wrong_fields
from tests.support.visitors import Visitor

pytestmark = pytest.mark.usefixtures("superuser_there")

CODES = "/admin/invite-codes"
TABLE = "Invite codes, newest first"


def code_in(text: str) -> str:
    """The code that a page shows."""
    [code] = re.findall(r"The code is <code>([^<]*)</code>", text)
    return str(code)


def test_a_code_is_shown_once_admits_and_is_revoked(world: World, browser: TestClient) -> None:
    answer = send(browser, CODES, CODES, cohort="<Friends>", max_uses="2", expires_on="2999-12-31")
    code = code_in(answer.text)
    text = browser.get(CODES).text
    assert (answer.status_code, code in text) == (201, False)
    row = rows_of(text, TABLE)[0]
    assert row[:5] == ["<Friends>", "active", "0", "2", "31 Dec 2999, 00:00 UTC"]
    assert Visitor(world.client).register(world.program, invite_code=code).status_code == 201
    assert rows_of(browser.get(CODES).text, TABLE)[0][2] == "1"
    [revoke] = re.findall(rf'action="({CODES}/[^"]*/revoke)"', text)[:1]
    for _ in range(2):
        csrf = re.findall(r'name="csrf" value="([^"]*)"', browser.get(CODES).text)[0]
        revoked = browser.post(revoke, data={"csrf": csrf})
        assert revoked.headers["location"] == f"{CODES}?done=revoke"
    assert rows_of(browser.get(CODES).text, TABLE)[0][1] == "revoked"
    assert Visitor(world.client).register(world.program, invite_code=code).status_code == 401


def test_a_form_sent_twice_issues_one_code_and_another_form_another(browser: TestClient) -> None:
    text = browser.get(CODES).text
    [csrf] = set(re.findall(r'name="csrf" value="([^"]*)"', text))
    [word] = re.findall(r'name="word" value="([^"]*)"', text)
    form = {"csrf": csrf, "word": word, "cohort": "Twice"}
    codes = {code_in(browser.post(CODES, data=form).text) for _ in range(2)}
    assert len(codes) == 1
    codes.add(code_in(send(browser, CODES, CODES, cohort="Twice").text))
    issued = [row for row in rows_of(browser.get(CODES).text, TABLE) if row[0] == "Twice"]
    assert len(codes) == len(issued) == 2


def test_the_last_day_there_is_may_be_the_expiry(browser: TestClient) -> None:
    code_in(send(browser, CODES, CODES, cohort="Always", expires_on="9999-12-31").text)
    row = rows_of(browser.get(CODES).text, TABLE)[0]
    assert (row[0], row[4]) == ("Always", "31 Dec 9999, 00:00 UTC")


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        *(("cohort", " "), ("cohort", "x" * 101), ("max_uses", "many"), ("max_uses", "0")),
        *(("expires_on", "soon"), ("expires_on", "2020-01-01"), ("expires_on", "0001-01-01")),
    ],
)
def test_what_is_wrong_stands_at_its_field(
    world: World, browser: TestClient, field: str, typed: str
) -> None:
    position = world.program.log.position()
    answer = send(browser, CODES, CODES, **({"cohort": "Friends"} | {field: typed}))
    assert (answer.status_code, wrong_fields(answer.text)) == (422, [field])
    assert world.program.log.position() == position
