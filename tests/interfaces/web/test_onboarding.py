"""Specification of the way in on pages: form, preview, errors, confirmation (spec 3.7, 8)."""

import csv
import re
from html import unescape

import pytest
from fastapi.testclient import TestClient
from httpx import Response

from interfaces.account_types import ACCOUNT_TYPES
from tests.interfaces.conftest import World
from tests.support.browsing import send, signed_in
from tests.support.visitors import GOOG_AND_SPY, PASSWORD, SAMPLE, csv_file, newcomer

BAD_ROW = "IBM,0,190.00,2012-12-31"
HOSTILE = "<script>alert(1)</script>"
SOME = "uploads/00000000-0000-4000-8000-000000000000"
FORM = SAMPLE | {"account_name": "Schwab IRA"}


def upload(
    browser: TestClient, content: bytes, file_name: str = "positions.csv", **changes: str
) -> Response:
    """Send the form of the upload page with a file."""
    files = {"csv_file": (file_name, content, "text/csv")}
    page = "/onboarding/upload"
    return send(browser, page, page, files=files, **FORM | changes)


def preview_of(browser: TestClient, content: bytes, **changes: str) -> str:
    """The URL of the preview that an upload led to."""
    answer = upload(browser, content, **changes)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def portfolios_of(browser: TestClient) -> int:
    """How many portfolios the user has."""
    total: int = browser.get("/api/v1/portfolios").json()["total"]
    return total


def test_the_form_says_what_to_give(world: World, browser: TestClient) -> None:
    signed_in(world.program, browser)
    text = unescape(browser.get("/onboarding/upload").text)
    assert [words for words in ACCOUNT_TYPES.values() if words not in text] == []
    assert len(ACCOUNT_TYPES) == 9
    assert 'href="/api/v1/onboarding/csv-template"' in text
    for broker in ("Charles Schwab", "Fidelity", "Vanguard", "E*TRADE"):
        assert broker in text
    fields = set(re.findall(r'<(?:input|select)[^>]* id="(\w+)"', text))
    assert fields - set(re.findall(r'<label for="(\w+)"', text)) == set()


def test_what_is_wrong_stands_at_its_field_and_the_rest_stays(
    world: World, browser: TestClient
) -> None:
    signed_in(world.program, browser)
    page = "/onboarding/upload"
    typed = FORM | {"portfolio_name": 'My "own" <one>', "equity_balance": "-1", "account_type": ""}
    answer = send(browser, page, page, **typed)
    text = unescape(answer.text)
    assert answer.status_code == 422
    wrong = set(re.findall(r'id="(\w+)"[^>]*aria-invalid="true"', answer.text))
    assert wrong == {"equity_balance", "account_type", "csv_file"}
    assert 'value="My "own" <one>"' in text
    assert "<one>" not in answer.text


def test_a_look_shows_the_positions_and_stores_nothing(world: World, browser: TestClient) -> None:
    signed_in(world.program, browser)
    text = browser.get(preview_of(browser, csv_file(*GOOG_AND_SPY))).text
    for shown in ("GOOG", "SPY", "98,400.00", "31 Dec 2012", "Import 2 positions and calculate"):
        assert shown in text
    assert portfolios_of(browser) == 0


def test_every_error_stands_beside_its_cell_and_is_explained(
    world: World, browser: TestClient
) -> None:
    signed_in(world.program, browser)
    text = browser.get(preview_of(browser, csv_file(GOOG_AND_SPY[0], BAD_ROW))).text
    [cell] = re.findall(r'<td[^>]*aria-invalid="true">(.*?)</td>', text, re.DOTALL)
    assert cell.startswith("0")
    assert 'href="/errors/ERR_POS_005"' in cell
    assert "Import the 1 valid row and calculate" in text


def test_a_file_of_which_nothing_can_be_imported_leads_to_its_errors_alone(
    world: World, browser: TestClient
) -> None:
    signed_in(world.program, browser)
    answer = browser.get(preview_of(browser, csv_file(BAD_ROW, "MSFT,x,1.234,2012-12-31")))
    assert answer.headers["location"].endswith("/errors")
    text = browser.get(answer.headers["location"]).text
    assert "3 errors in positions.csv" in text
    assert text.count("<tr>") == 1 + 3
    assert "<progress" not in text
    assert 'href="/errors/ERR_POS_009"' in text
    again = re.search(r'href="(/onboarding/upload\?again=[^"]*)"', text)
    assert again
    form = browser.get(again[1]).text
    for kept in ("Retirement", "Schwab IRA", "500000.00", "2012-12-31"):
        assert f'value="{kept}"' in form
    assert '<option value="ira" selected>' in form
    assert re.search(r'value="sample" checked', form)


def test_the_errors_are_a_file_too_in_which_no_cell_is_a_formula(
    world: World, browser: TestClient
) -> None:
    signed_in(world.program, browser)
    url = preview_of(browser, csv_file("=1+1,100,5.00,2012-12-31"))
    answer = browser.get(f"{url}/errors.csv")
    head, row = csv.reader(answer.text.splitlines())
    assert head == ["row", "symbol", "field", "value", "message", "code"]
    assert (row[0], row[2], row[5]) == ("2", "Symbol", "ERR_POS_002")
    assert row[3].startswith("'=")
    assert "attachment" in answer.headers["content-disposition"]


@pytest.mark.parametrize("where", ["", "/errors"])
def test_what_a_hostile_file_says_is_shown_as_text(
    world: World, browser: TestClient, where: str
) -> None:
    signed_in(world.program, browser)
    content = csv_file(GOOG_AND_SPY[0], f"{HOSTILE},{HOSTILE},1.00,2012-12-31")
    url = preview_of(browser, content)
    text = browser.get(url + where).text
    assert HOSTILE not in text
    assert HOSTILE in unescape(text)


@pytest.mark.parametrize("name", ['"><img src=x>.csv', "\x00.csv", "\ud83d.csv"])
def test_a_hostile_name_of_a_file_does_no_harm(
    world: World, browser: TestClient, name: str
) -> None:
    signed_in(world.program, browser)
    head = (
        f'--b\r\nContent-Disposition: form-data; name="csv_file"; filename="{name}"\r\n\r\n'
    ).encode(errors="surrogatepass")
    csrf = re.search(r'name="csrf" value="([^"]*)"', browser.get("/onboarding/upload").text)
    assert csrf
    fields = FORM | {"csrf": csrf[1]}
    parts = "".join(
        f'--b\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'
        for key, value in fields.items()
    ).encode()
    body = parts + head + csv_file(*GOOG_AND_SPY) + b"\r\n--b--\r\n"
    kind = {"Content-Type": "multipart/form-data; boundary=b"}
    answer = browser.post("/onboarding/upload", content=body, headers=kind)
    assert answer.status_code in (303, 400, 422)
    if answer.status_code == 303:
        page = browser.get(answer.headers["location"])
        assert page.status_code in (200, 303)
        assert "<img" not in page.text


def test_texts_that_no_database_holds_are_refused_with_a_sentence(
    world: World, browser: TestClient
) -> None:
    signed_in(world.program, browser)
    answer = upload(browser, csv_file(*GOOG_AND_SPY), equity_as_of="2012-12-31\0")
    assert answer.status_code in (303, 422)


def test_a_broker_s_file_is_read_again_by_what_it_leaves_open(
    world: World, browser: TestClient
) -> None:
    signed_in(world.program, browser)
    content = (
        b'"Positions for account Individual ...905 as of 09:00 AM ET, 2013/03/01"\n\n'
        b'"Symbol","Description","Quantity","Price","Market Value","Cost Basis","Security Type"\n'
        b'"GOOG","GOOGLE","100","$800.00","$80,000.00","$70,000.00","Equity"\n'
    )
    url = preview_of(browser, content)
    text = browser.get(url).text
    assert "read as Charles Schwab" in text
    assert "ERR_POS_010" in text
    answer = send(browser, url, f"{url}/choices", default_entry_date="2012-12-31")
    assert answer.headers["location"] == url
    text = browser.get(url).text
    assert "ERR_POS_010" not in text
    assert "Import 1 position and calculate" in text
    assert "31 Dec 2012" in text


def test_only_its_owner_sees_an_upload(world: World, browser: TestClient) -> None:
    signed_in(world.program, browser)
    url = preview_of(browser, csv_file(*GOOG_AND_SPY))
    email = newcomer(world.program, world.client).email
    send(browser, "/settings", "/logout")
    send(browser, "/login", "/login", email=email, password=PASSWORD)
    for path in (url, f"{url}/errors", f"{url}/errors.csv"):
        assert browser.get(path).headers["location"] == "/onboarding/upload?gone=1"
    assert "Choose it again" in browser.get("/onboarding/upload?gone=1").text


def test_confirming_opens_the_account_and_starts_its_calculation(
    world: World, browser: TestClient
) -> None:
    signed_in(world.program, browser)
    url = preview_of(browser, csv_file(*GOOG_AND_SPY, BAD_ROW))
    refused = send(browser, url, f"{url}/confirm")
    assert refused.headers["location"] == f"{url}/errors"
    assert portfolios_of(browser) == 0
    answer = send(browser, url, f"{url}/confirm", accept_valid="true")
    assert re.fullmatch(r"/onboarding/[0-9a-f-]{36}/runs/[0-9a-f-]{36}", answer.headers["location"])
    [portfolio] = browser.get("/api/v1/portfolios").json()["portfolios"]
    assert portfolio["position_count"] == 2
    assert browser.get(url).headers["location"] == "/onboarding/upload?gone=1"


def test_an_account_name_that_is_taken_is_said_at_its_field(
    world: World, browser: TestClient
) -> None:
    signed_in(world.program, browser)
    first, second = (preview_of(browser, csv_file(*GOOG_AND_SPY)) for _ in range(2))
    send(browser, first, f"{first}/confirm")
    answer = send(browser, second, f"{second}/confirm")
    assert answer.status_code == 422
    assert re.findall(r'id="(\w+)"[^>]*aria-invalid="true"', answer.text) == ["account_name"]
    assert portfolios_of(browser) == 1


@pytest.mark.parametrize("csrf", ["", "x"])
@pytest.mark.parametrize("path", ["upload", f"{SOME}/choices", f"{SOME}/confirm"])
def test_a_form_that_is_not_ours_does_nothing(
    world: World, browser: TestClient, path: str, csrf: str
) -> None:
    signed_in(world.program, browser)
    answer = browser.post(f"/onboarding/{path}", data=FORM | {"csrf": csrf})
    assert (answer.status_code, "ERR_FORM_001" in answer.text) == (403, True)


def test_it_is_for_people_who_are_signed_in_and_may_change_something(
    world: World, browser: TestClient
) -> None:
    page = "/onboarding/upload"
    assert browser.get(page).headers["location"] == f"/login?next={page}"
    send(browser, "/login", "/login", email=world.auditor.email, password=PASSWORD)
    answer = browser.get(page)
    assert (answer.status_code, "ERR_AUDIT_403" in answer.text) == (403, True)


def test_pages_of_the_way_in_bear_no_script_or_style_of_their_own(
    world: World, browser: TestClient
) -> None:
    signed_in(world.program, browser)
    url = preview_of(browser, csv_file(GOOG_AND_SPY[0], BAD_ROW))
    for path in ("/onboarding/upload", url, f"{url}/errors"):
        text = browser.get(path).text
        assert re.findall(r"<script(?![^>]* src=)|<style| style=| on\w+=", text) == []
        scripts = re.findall(r'<script[^>]*src="([^"]*)"', text)
        assert {browser.get(script).status_code for script in scripts} <= {200}
