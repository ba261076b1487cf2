"""Specification of the pages of users for superusers, without scripts (spec 8, 4.9)."""

import re
from html import unescape
from uuid import UUID, uuid4

import pytest
from fastapi.testclient import TestClient

from application.administration import superusers_of
from domain.user import User
from interfaces.administrating import RANKS
from tests.interfaces.conftest import World
from tests.support.accounts import cause
from tests.support.browsing import send
from tests.support.pages import enter, rows_of, wrong_fields
from tests.support.visitors import Visitor, newcomer

USERS = "/admin/users"


@pytest.fixture
def grace(world: World) -> Visitor:
    """Somebody to decide about."""
    return newcomer(world.program, world.client)


def url_of(visitor: Visitor) -> str:
    """The page of a user."""
    return f"{USERS}/{visitor.id()}"


def actions_on(text: str) -> set[str]:
    """The last words of the addresses that the forms of a page are sent to."""
    return {url.rsplit("/", 1)[1] for url in re.findall(r'action="([^"]*)"', text)}


@pytest.mark.usefixtures("root")
def test_the_way_in_leads_to_the_users(browser: TestClient) -> None:
    assert 'href="/admin">Administration' in browser.get("/settings").text
    answer = browser.get("/admin")
    assert (answer.status_code, answer.headers["location"]) == (303, USERS)


@pytest.mark.usefixtures("root")
def test_every_tab_leads_somewhere(browser: TestClient) -> None:
    text = browser.get(USERS).text
    tabs = re.search(r'<nav class="tabs".*?</nav>', text, re.DOTALL)
    assert tabs
    links = re.findall(r'href="([^"]*)"', tabs[0])
    assert {link: browser.get(link).status_code for link in links} == dict.fromkeys(links, 200)
    assert re.findall(r'aria-current="page">([^<]*)', tabs[0]) == ["Users"]


@pytest.mark.usefixtures("root")
def test_users_are_found_by_address_accounts_and_day(
    world: World, browser: TestClient, grace: Visitor
) -> None:
    name = grace.email.split("@")[0].upper()
    found = rows_of(browser.get(USERS, params={"email": name}).text, "Users")
    assert [row[:4] for row in found] == [[grace.email, "Ada Lovelace", "user", "0"]]
    with_accounts = rows_of(browser.get(USERS, params={"has_portfolio": "true"}).text, "Users")
    assert world.ada.email in [row[0] for row in with_accounts]
    assert grace.email not in [row[0] for row in with_accounts]
    of_old = browser.get(USERS, params={"email": name, "created_to": "2013-03-01"}).text
    assert rows_of(of_old, "Users") == [["Nobody."]]


@pytest.mark.usefixtures("root")
@pytest.mark.parametrize("field", ["created_from", "created_to"])
def test_what_cannot_be_a_day_is_told_at_its_field(browser: TestClient, field: str) -> None:
    answer = browser.get(USERS, params={field: "yesterday"})
    assert (answer.status_code, wrong_fields(answer.text)) == (422, [field])
    assert "Write a day as YYYY-MM-DD" in answer.text


@pytest.mark.usefixtures("root")
def test_a_search_of_what_no_address_has_finds_nobody(browser: TestClient) -> None:
    assert rows_of(browser.get(USERS, params={"email": "\0"}).text, "Users") == [["Nobody."]]


@pytest.mark.usefixtures("root")
@pytest.mark.parametrize(
    ("verb", "back"),
    [("promote", "demote"), ("grant-auditor", "revoke-auditor"), ("deactivate", "reactivate")],
)
def test_ranks_are_given_and_taken_and_twice_is_once(
    world: World, browser: TestClient, grace: Visitor, verb: str, back: str
) -> None:
    url = url_of(grace)
    for one, other in ((verb, back), (back, verb)):
        token = re.findall(r'name="csrf" value="([^"]*)"', browser.get(url).text)[0]
        answer = send(browser, url, f"{url}/{one}")
        assert answer.headers["location"] == f"{url}?done={one}"
        position = world.program.log.position()
        again = browser.post(f"{url}/{one}", data={"csrf": token})
        assert (again.status_code, world.program.log.position()) == (303, position)
        text = browser.get(again.headers["location"]).text
        assert 'role="status"' in text
        assert other in actions_on(text)
        assert one not in actions_on(text)


def test_the_last_superuser_stays_and_is_told_why(world: World, browser: TestClient) -> None:
    enter(browser, world.superuser)
    program, url = world.program, url_of(world.superuser)
    for member in superusers_of(program.log).members - {UUID(world.superuser.id())}:
        program.administration.change_rank(member, User.demote, cause())
    for verb in ("demote", "deactivate"):
        answer = send(browser, url, f"{url}/{verb}")
        assert (answer.status_code, 'role="alert"' in answer.text) == (422, True)
    assert "promote somebody else before" in answer.text


def test_an_administrator_s_own_page_offers_no_acting_as_oneself(
    browser: TestClient, root: Visitor
) -> None:
    assert "impersonate" not in actions_on(browser.get(url_of(root)).text)


@pytest.mark.usefixtures("root")
def test_who_is_to_be_forgotten_is_named_first_and_then_is(
    browser: TestClient, grace: Visitor
) -> None:
    url = url_of(grace)
    page = f"{url}/forget"
    assert f'href="{page}"' in browser.get(url).text
    assert "This cannot be undone." in browser.get(page).text
    for typed in ("", "somebody@example.com"):
        wrong = send(browser, page, page, email=typed)
        assert (wrong.status_code, wrong_fields(wrong.text)) == (422, ["email"])
    assert grace.log_in().status_code == 200
    token = re.findall(r'name="csrf" value="([^"]*)"', browser.get(page).text)[0]
    answer = send(browser, page, page, email=f" {grace.email.upper()} ")
    assert answer.headers["location"] == f"{url}?done=forget"
    text = browser.get(answer.headers["location"]).text
    assert grace.email not in text
    assert actions_on(text) == {"theme", "logout"}
    again = browser.post(page, data={"csrf": token, "email": grace.email})
    assert again.headers["location"] == answer.headers["location"]
    assert "<form" not in browser.get(page).text.partition("<main")[2]
    assert grace.log_in().status_code == 401


@pytest.mark.usefixtures("root")
def test_texts_of_users_are_no_markup(world: World, browser: TestClient) -> None:
    visitor = Visitor(world.client)
    visitor.register(world.program, full_name='<b title="x">Grace</b>')
    visitor.log_in()
    for page in (url_of(visitor), f"{url_of(visitor)}/forget"):
        text = browser.get(page).text
        assert "<b title" not in text
        assert '<b title="x">Grace</b>' in unescape(text)


@pytest.mark.usefixtures("root")
@pytest.mark.parametrize("page", ["", "/forget"])
def test_nobody_unknown_has_a_page(browser: TestClient, page: str) -> None:
    answer = browser.get(f"{USERS}/{uuid4()}{page}")
    assert (answer.status_code, "ERR_USER_404" in answer.text) == (404, True)


@pytest.mark.usefixtures("root")
@pytest.mark.parametrize("verb", [*RANKS, "forget", "impersonate", "crown"])
def test_nothing_is_decided_about_nobody_and_nothing_unknown(
    browser: TestClient, grace: Visitor, verb: str
) -> None:
    user = uuid4() if verb in {*RANKS, "forget", "impersonate"} else grace.id()
    token = re.findall(r'name="csrf" value="([^"]*)"', browser.get(USERS).text)[0]
    answer = browser.post(f"{USERS}/{user}/{verb}", data={"csrf": token})
    assert (answer.status_code, "ERR_USER_404" in answer.text) == (404, True)
