"""Specification of the page that repairs: a table first, then the repair (spec 8, 7.3)."""

from uuid import uuid4

import pytest
from fastapi.testclient import TestClient

from tests.interfaces.conftest import World
from tests.support.browsing import send
from tests.support.pages import rows_of, wrong_fields

pytestmark = pytest.mark.usefixtures("superuser_there")

REPAIR = "/admin/repair"
APPLY = f"{REPAIR}/apply"
ASKED = {"from_date": "2013-02-01", "reason": "The <close> was wrong."}


def test_what_is_in_order_offers_no_repair(world: World, browser: TestClient) -> None:
    answer = send(browser, REPAIR, REPAIR, **ASKED, portfolio_id=world.unvalued)
    assert "Everything is in order" in answer.text
    assert f'action="{APPLY}"' not in answer.text


def test_differences_are_shown_then_recorded_once_they_were_seen(
    world: World, browser: TestClient
) -> None:
    flow = {"kind": "CONTRIBUTION", "amount": "10.00", "date": "2013-02-28"}
    world.ada.post(f"/portfolios/{world.valued}/cash-flows", json=flow)
    asked = ASKED | {"portfolio_id": world.valued}
    position = world.program.log.position()
    looked = send(browser, REPAIR, REPAIR, **asked)
    rows = rows_of(looked.text, "Days that differ")
    assert [row[:2] for row in rows] == [
        ["28 Feb 2013", world.valued],
        ["1 Mar 2013", world.valued],
    ]
    assert f'action="{APPLY}"' in looked.text
    token = {"csrf": looked.text.partition('name="csrf" value="')[2].partition('"')[0]}
    unseen = browser.post(APPLY, data=token | asked)
    assert (unseen.status_code, wrong_fields(unseen.text)) == (422, ["seen"])
    assert world.program.log.position() == position
    for _ in range(2):
        done = browser.post(APPLY, data=token | asked | {"seen": "true"})
        assert done.headers["location"] == f"{REPAIR}?done=repaired"
        assert world.program.log.position() == position + 2
    assert "Everything is in order" in send(browser, REPAIR, REPAIR, **asked).text


@pytest.mark.parametrize("action", [REPAIR, APPLY])
@pytest.mark.parametrize("field", ["from_date", "reason", "portfolio_id"])
def test_what_is_wrong_stands_at_its_field(browser: TestClient, field: str, action: str) -> None:
    page = browser.get(REPAIR).text
    token = page.partition('name="csrf" value="')[2].partition('"')[0]
    typed = ASKED | {field: "x" * 501 if field == "reason" else "then"}
    answer = browser.post(action, data=typed | {"csrf": token, "seen": "true"})
    assert (answer.status_code, wrong_fields(answer.text)) == (422, [field])


@pytest.mark.parametrize("field", ["from_date", "reason"])
def test_what_is_left_blank_is_asked_for(browser: TestClient, field: str) -> None:
    answer = send(browser, REPAIR, REPAIR, **(ASKED | {field: " "}))
    assert wrong_fields(answer.text) == [field]
    assert "Fill this in." in answer.text


def test_a_portfolio_that_is_not_there_is_told_at_its_field(browser: TestClient) -> None:
    answer = send(browser, REPAIR, REPAIR, **ASKED, portfolio_id=str(uuid4()))
    assert (answer.status_code, wrong_fields(answer.text)) == (422, ["portfolio_id"])
