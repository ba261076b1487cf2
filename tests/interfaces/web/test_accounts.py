"""Specification of the pages of people: sign up, sign in, out, password, theme (spec 8)."""

import re
from html import unescape
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient

from infrastructure.settings import PUBLISHED_INVITE_CODE
from interfaces.authentication import COOKIE
from tests.interfaces.conftest import World
from tests.support.browsing import send, signed_in
from tests.support.pages import enter
from tests.support.visitors import PASSWORD, newcomer

HTML = {"Accept": "text/html"}


def back_at(page: str) -> str:
    """Where the buttons for light and dark lead."""
    return unescape(re.findall(r'name="back" value="([^"]*)"', page)[0])


def test_somebody_new_signs_up_and_in(browser: TestClient) -> None:
    email = f"grace-{uuid4().hex}@example.com"
    answer = send(
        browser,
        "/register",
        "/register",
        email=email,
        password=PASSWORD,
        full_name="Grace Hopper",
        invite_code=PUBLISHED_INVITE_CODE,
    )
    assert (answer.status_code, answer.headers["location"]) == (303, "/login?registered=1")
    assert "You are registered. Sign in." in browser.get("/login?registered=1").text
    send(browser, "/login", "/login", email=email, password=PASSWORD)
    text = browser.get("/command-center").text
    assert "Welcome, Grace Hopper" in text


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"invite_code": "WRONG"}, "invite_code"),
        ({"email": "nowhere"}, "email"),
        ({"password": "short"}, "password"),
        ({"full_name": " "}, "full_name"),
    ],
)
def test_what_is_wrong_stands_at_its_field_and_what_was_typed_stays(
    browser: TestClient, changed: dict[str, str], field: str
) -> None:
    typed = {
        "email": f"grace-{uuid4().hex}@example.com",
        "password": PASSWORD,
        "full_name": 'Grace "Amazing" <Hopper>',
        "invite_code": PUBLISHED_INVITE_CODE,
        **changed,
    }
    answer = send(browser, "/register", "/register", **typed)
    text = unescape(answer.text)
    assert answer.status_code == 422
    assert re.findall(r'id="(\w+)"[^>]*aria-invalid="true"', answer.text) == [field]
    assert f'class="wrong" id="{field}-told"' in text
    for name in ("email", "full_name", "invite_code"):
        assert f'value="{typed[name]}"' in text
    assert PASSWORD not in text
    assert "<Hopper>" not in answer.text


def test_who_signs_in_with_a_wrong_password_keeps_the_address(
    world: World, browser: TestClient
) -> None:
    email = newcomer(world.program, world.client).email
    answer = send(browser, "/login", "/login", email=email, password="Wrong4ever")
    assert answer.status_code == 401
    assert f'value="{email}"' in answer.text
    assert 'role="alert"' in answer.text
    assert COOKIE not in browser.cookies


@pytest.mark.parametrize("page", ["/command-center", "/settings"])
def test_whose_session_is_over_comes_back_to_the_page_after_signing_in(
    world: World, browser: TestClient, page: str
) -> None:
    answer = browser.get(f"{page}?tab=1")
    assert (answer.status_code, answer.headers["location"]) == (
        303,
        f"/login?next={page}%3Ftab%3D1",
    )
    email = newcomer(world.program, world.client).email
    answer = send(browser, answer.headers["location"], "/login", email=email, password=PASSWORD)
    assert answer.headers["location"] == f"{page}?tab=1"


@pytest.mark.parametrize(
    "elsewhere", ["https://example.com", "//example.com", "/\\example.com", ""]
)
def test_nobody_is_led_away_after_signing_in(
    world: World, browser: TestClient, elsewhere: str
) -> None:
    email = newcomer(world.program, world.client).email
    answer = send(browser, "/login", "/login", email=email, password=PASSWORD, next=elsewhere)
    assert answer.headers["location"] == "/command-center"


def test_who_signs_out_is_out_with_the_token_too(world: World, browser: TestClient) -> None:
    signed_in(world.program, browser)
    token = browser.cookies[COOKIE]
    answer = send(browser, "/settings", "/logout")
    assert (answer.status_code, answer.headers["location"]) == (303, "/login")
    assert browser.get("/settings").headers["location"] == "/login?next=/settings"
    again = world.client.get("/api/v1/auth/me", headers={"Authorization": f"Bearer {token}"})
    assert again.status_code == 401


def test_the_password_is_changed(world: World, browser: TestClient) -> None:
    email = signed_in(world.program, browser)
    wrong = send(browser, "/settings", "/settings/password", current="No4body", new="Another1One")
    assert (wrong.status_code, 'id="current-told"' in wrong.text) == (422, True)
    weak = send(browser, "/settings", "/settings/password", current=PASSWORD, new="weak")
    assert (weak.status_code, 'id="new-told"' in weak.text) == (422, True)
    changed = send(browser, "/settings", "/settings/password", current=PASSWORD, new="Another1One")
    assert changed.status_code == 303
    text = browser.get(changed.headers["location"]).text
    assert email in text
    assert 'role="status">The password is changed; every other session has ended.' in text
    assert 'role="status"' not in browser.get("/settings").text


@pytest.mark.parametrize("csrf", ["", "x", None])
@pytest.mark.parametrize("action", ["/login", "/logout", "/settings/password", "/theme"])
def test_a_form_that_is_not_ours_does_nothing(
    world: World, browser: TestClient, action: str, csrf: str | None
) -> None:
    signed_in(world.program, browser)
    answer = browser.post(action, data={} if csrf is None else {"csrf": csrf})
    assert (answer.status_code, "ERR_FORM_001" in answer.text) == (403, True)
    assert browser.get("/settings").status_code == 200


def test_the_browser_keeps_light_or_dark(browser: TestClient) -> None:
    assert "data-theme" not in browser.get("/").text
    for theme in ("dark", "light"):
        answer = send(browser, "/", "/theme", theme=theme)
        assert answer.headers["location"] == "/"
        assert f'data-theme="{theme}"' in browser.get("/").text
    send(browser, "/", "/theme", theme="system")
    assert "data-theme" not in browser.get("/").text


@pytest.mark.usefixtures("superuser_there")
@pytest.mark.parametrize(
    ("sent_to", "page"),
    [
        ("/settings/password", "/settings"),
        ("/theme", "/"),
        ("/admin/audit/verify", "/admin/audit"),
        ("/admin/repair", "/admin/repair"),
        ("/admin/repair/apply", "/admin/repair"),
        ("/admin/runs/start", "/admin/runs"),
        ("/admin/users/{user}/impersonate", "/admin/users/{user}"),
        ("/onboarding/upload", "/onboarding/upload"),
        ("/onboarding/uploads/{user}/nothing", "/"),
    ],
)
def test_light_or_dark_chosen_at_the_answer_to_a_form_leads_to_the_page_of_the_form(
    world: World, browser: TestClient, sent_to: str, page: str
) -> None:
    user_id = world.superuser.id()
    csrf = re.findall(r'name="csrf" value="([^"]*)"', browser.get("/settings").text)[0]
    form = {} if sent_to == "/theme" else {"csrf": csrf, "portfolio_id": "mine"}
    answer = browser.post(sent_to.format(user=user_id), data=form, headers=HTML)
    assert answer.status_code != 303
    assert back_at(answer.text) == page.format(user=user_id)
    assert browser.get(back_at(answer.text)).status_code == 200


def test_light_or_dark_leads_back_to_the_very_page(world: World, browser: TestClient) -> None:
    enter(browser, world.ada)
    page = f"/portfolios/{world.valued}/positions?status=closed&sort=symbol"
    assert back_at(browser.get(page).text) == page
    assert send(browser, page, "/theme", theme="dark").headers["location"] == page


def test_cookies_are_out_of_reach_of_scripts_and_of_other_sites(
    world: World, browser: TestClient
) -> None:
    email = newcomer(world.program, world.client).email
    answer = send(browser, "/login", "/login", email=email, password=PASSWORD)
    session = next(c for c in answer.headers.get_list("set-cookie") if c.startswith(f"{COOKIE}="))
    assert "HttpOnly" in session
    assert "SameSite=lax" in session
