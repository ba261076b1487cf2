"""Specification of the page of a calculation: its steps, its end, its failure (spec 8)."""

import re
from html import unescape
from uuid import UUID, uuid4

import pytest
from fastapi.testclient import TestClient

from interfaces.bootstrap import Program
from tests.interfaces.conftest import World
from tests.support.browsing import send, signed_in
from tests.support.visitors import GOOG_AND_SPY, PASSWORD, SAMPLE, csv_file, newcomer

UPLOAD = "/onboarding/upload"
FORM = SAMPLE | {"account_name": "Schwab IRA", "portfolio_name": "My <first>"}


@pytest.fixture
def page(world: World, browser: TestClient) -> str:
    """The page of a queued calculation, come to from the upload of two positions and a bad row."""
    signed_in(world.program, browser)
    files = {"csv_file": ("positions.csv", csv_file(*GOOG_AND_SPY, "IBM,0,1,2012-12-31"))}
    url = send(browser, UPLOAD, UPLOAD, files=files, **FORM).headers["location"]
    answer = send(browser, url, f"{url}/confirm", accept_valid="true")
    return str(answer.headers["location"])


def run_id_of(page: str) -> UUID:
    """The run that a page is of."""
    return UUID(page.rsplit("/", 1)[1])


def fail(program: Program, page: str) -> None:
    """Let the run of a page fail."""
    program.runs.fail_for_store(run_id_of(page))
    program.rooms.catch_up(program.log.position())


def work_off(program: Program, page: str) -> None:
    """Let the run of a page come to its end."""
    program.runs.execute(run_id_of(page), "test")
    program.rooms.catch_up(program.log.position())


def test_while_it_waits_the_page_says_so_and_comes_again_by_itself(
    browser: TestClient, page: str
) -> None:
    text = browser.get(page).text
    assert "Waiting for a worker" in text
    assert ">0 % done" in text
    assert '<noscript><meta http-equiv="refresh" content="2"></noscript>' in text
    assert re.search(r'<progress[^>]* value="0[^"]*"', text)
    assert "My <first>" not in text
    [events] = re.findall(r'data-events="([^"]*)"', text)
    run_id = run_id_of(page)
    assert events.endswith(f"/batch-status/{run_id}/events")
    assert browser.get(events.removesuffix("/events")).json()["batch_run_id"] == str(run_id)


def test_in_the_end_it_says_what_was_imported_and_leads_on(
    world: World, browser: TestClient, page: str
) -> None:
    work_off(world.program, page)
    text = unescape(browser.get(page).text)
    assert "My <first> is ready" in text
    assert "2 positions imported, 1 row left out." in text
    assert "up to 1 Mar 2013" in text
    [rejected] = re.findall(r'href="([^"]*/rejected-rows)"', text)
    assert "IBM,0,1,2012-12-31" in browser.get(rejected).text
    assert re.search(r'href="/command-center">Go to command center', text)
    assert text.count('<span class="state">Completed</span>') >= 4
    assert 'http-equiv="refresh"' not in text
    assert "data-events" not in text


def test_a_failure_stays_there_and_says_what_failed_and_what_was_saved(
    world: World, browser: TestClient, page: str
) -> None:
    fail(world.program, page)
    text = browser.get(page).text
    assert 'href="/errors/ERR_BATCH_004"' in text
    assert "with 2 positions of positions.csv" in text
    assert "Calculate again" in text
    assert "Change the upload" in text
    assert "Go to command center" not in text


def test_calculating_again_leads_to_the_new_run_and_twice_to_the_same(
    world: World, browser: TestClient, page: str
) -> None:
    fail(world.program, page)
    action = page.rsplit("/", 1)[0]
    again = [send(browser, page, action).headers["location"] for _ in range(2)]
    assert again[0] == again[1] != page
    work_off(world.program, again[0])
    assert "is ready" in browser.get(again[0]).text


def test_another_upload_takes_the_place_of_the_import(
    world: World, browser: TestClient, page: str
) -> None:
    fail(world.program, page)
    [change] = re.findall(r'href="(/onboarding/[^"]*/upload)"', browser.get(page).text)
    form = browser.get(change).text
    assert "Schwab IRA" in form
    bad = send(browser, change, change)
    assert (bad.status_code, 'aria-invalid="true"' in bad.text) == (422, True)
    files = {"csv_file": ("mended.csv", csv_file(*GOOG_AND_SPY, "IBM,5,190.00,2012-12-31"))}
    url = send(browser, change, change, files=files).headers["location"]
    [again] = re.findall(rf'href="({change}\?again=[^"]*)"', browser.get(url).text)
    assert 'value="Schwab IRA"' in browser.get(again).text
    next_page = send(browser, url, f"{url}/confirm").headers["location"]
    work_off(world.program, next_page)
    assert "3 positions imported." in browser.get(next_page).text
    portfolio_id = page.split("/")[2]
    held = browser.get(f"/api/v1/portfolios/{portfolio_id}/positions").json()
    assert sorted(one["symbol"] for one in held["positions"]) == ["GOOG", "IBM", "SPY"]


def test_another_upload_corrects_what_was_typed_as_well(
    world: World, browser: TestClient, page: str
) -> None:
    portfolio_id = page.split("/")[2]
    change = f"/onboarding/{portfolio_id}/upload"
    text = browser.get(change).text
    for stands in ("Schwab IRA", "500000.00", "2012-12-31"):
        assert f'value="{stands}"' in text
    assert '<option value="ira" selected>' in text
    assert 'name="price_source"' not in text
    assert "Prices: sample. This alone cannot be changed" in text
    files = {"csv_file": ("mended.csv", csv_file(*GOOG_AND_SPY))}
    typed = {
        "portfolio_name": "Retirement",
        "account_name": "Fidelity Roth",
        "account_type": "roth_ira",
        "equity_balance": "510000",
        "equity_as_of": "2013-01-02",
        "price_source": "live",
    }
    wrong = send(browser, change, change, files=files, **typed | {"equity_balance": "-1"})
    assert re.findall(r'id="(\w+)"[^>]*aria-invalid="true"', wrong.text) == ["equity_balance"]
    url = send(browser, change, change, files=files, **typed).headers["location"]
    send(browser, url, f"{url}/confirm")
    told = browser.get(f"/api/v1/portfolios/{portfolio_id}").json()
    assert (told["name"], told["account_name"]) == ("Retirement", "Fidelity Roth")
    assert (told["account_type"], told["equity_balance"]) == ("roth_ira", "510000.00")
    assert told["position_count"] == 2
    opening = browser.get(f"/portfolios/{portfolio_id}/opening").text
    assert "510,000.00 USD as of 2 Jan 2013" in opening
    imports = browser.get(f"/api/v1/portfolios/{portfolio_id}/imports").json()["imports"]
    assert [one["file_name"] for one in imports] == ["mended.csv", "positions.csv"]


def test_a_name_that_is_taken_changes_nothing(world: World, browser: TestClient, page: str) -> None:
    form = FORM | {"account_name": "Other"}
    files = {"csv_file": ("positions.csv", csv_file(*GOOG_AND_SPY))}
    other = send(browser, UPLOAD, UPLOAD, files=files, **form).headers["location"]
    send(browser, other, f"{other}/confirm")
    portfolio_id = page.split("/")[2]
    change = f"/onboarding/{portfolio_id}/upload"
    typed = {"account_name": "Other", "equity_balance": "1"}
    url = send(browser, change, change, files=files, **typed).headers["location"]
    answer = send(browser, url, f"{url}/confirm")
    assert re.findall(r'id="(\w+)"[^>]*aria-invalid="true"', answer.text) == ["account_name"]
    told = browser.get(f"/api/v1/portfolios/{portfolio_id}").json()
    assert (told["account_name"], told["equity_balance"]) == ("Schwab IRA", "500000.00")


@pytest.mark.parametrize(
    "rows",
    [(GOOG_AND_SPY[0], "XLE,1,70.00,2012-12-31"), ("IBM,5,190.00,2012-12-31",)],
    ids=["a lot that is held", "a file that stands"],
)
def test_a_file_that_cannot_take_the_place_changes_nothing(
    browser: TestClient, page: str, rows: tuple[str, ...]
) -> None:
    portfolio_id = page.split("/")[2]
    api = f"/api/v1/portfolios/{portfolio_id}"
    held = {"csv_file": ("held.csv", csv_file("IBM,5,190.00,2012-12-31"), "text/csv")}
    token = {"X-CSRF-Token": browser.cookies["sigmasight_csrf"]}
    assert browser.post(f"{api}/imports", files=held, headers=token).status_code == 201
    latest = {"csv_file": ("latest.csv", csv_file("MSFT,5,26.00,2012-12-31"), "text/csv")}
    assert browser.post(f"{api}/imports", files=latest, headers=token).status_code == 201
    before = browser.get(api).json()
    change = f"/onboarding/{portfolio_id}/upload"
    files = {"csv_file": ("other.csv", csv_file(*rows))}
    typed = {"account_name": "Elsewhere", "equity_balance": "1000"}
    url = send(browser, change, change, files=files, **typed).headers["location"]
    answer = send(browser, url, f"{url}/confirm")
    assert (answer.status_code, 'role="alert"' in answer.text) == (422, True)
    assert browser.get(api).json() == before


def test_nobody_else_sees_it(world: World, browser: TestClient, page: str) -> None:
    email = newcomer(world.program, world.client).email
    send(browser, "/settings", "/logout")
    assert browser.get(page).headers["location"] == f"/login?next={page}"
    send(browser, "/login", "/login", email=email, password=PASSWORD)
    answer = browser.get(page)
    assert (answer.status_code, "ERR_PORT_403" in answer.text) == (403, True)
    change = f"/onboarding/{page.split('/')[2]}/upload"
    assert browser.get(change).status_code == 403


def test_a_run_that_is_not_the_portfolio_s_is_unknown(browser: TestClient, page: str) -> None:
    answer = browser.get(page.replace(str(run_id_of(page)), str(uuid4())))
    assert (answer.status_code, "ERR_BATCH_404" in answer.text) == (404, True)


@pytest.mark.parametrize("what", ["runs", "upload"])
def test_a_form_that_is_not_ours_does_nothing(browser: TestClient, page: str, what: str) -> None:
    answer = browser.post(f"/onboarding/{page.split('/')[2]}/{what}", data={"csrf": "x"})
    assert (answer.status_code, "ERR_FORM_001" in answer.text) == (403, True)


def test_the_page_bears_no_script_or_style_of_its_own(
    world: World, browser: TestClient, page: str
) -> None:
    for _ in range(2):
        text = browser.get(page).text
        assert re.findall(r"<script(?![^>]* src=)|<style| style=| on\w+=", text) == []
        for script in re.findall(r'<script[^>]*src="([^"]*)"', text):
            assert browser.get(script).status_code == 200
        fail(world.program, page)
