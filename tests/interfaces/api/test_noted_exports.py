"""Specification of exports as entries of the security log: noted before anything leaves (7.4)."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from fastapi.testclient import TestClient

from application.errors import StoreUnavailable
from application.security_log import SecurityLog
from domain.security_record import SecurityRecord
from interfaces.bootstrap import Program
from interfaces.http import create_http
from tests.interfaces.conftest import World
from tests.support.pages import enter
from tests.support.visitors import client_of, refusal

OF_PORTFOLIO = {
    "/portfolios/{id}/export": "positions",
    "/analytics/portfolio/{id}/export": "valuations (sessions)",
    "/analytics/portfolio/{id}/export?table=lines": "valuations (lines)",
    "/audit/portfolios/{id}/restatements/export": "restatements",
}
OF_ALL = {"/audit/export": "audit log", "/audit/restatements/export": "restatements"}


def exports(program: Program, after: int) -> list[tuple[str, UUID | None, UUID | None]]:
    """What was taken along after a position, of which portfolio, by whom."""
    return [
        (one.event.what, one.event.portfolio_id, one.cause.actor)
        for one in program.log.read(after, 100)
        if isinstance(one.event, SecurityRecord.DataExported)
    ]


@pytest.mark.parametrize(("path", "what"), OF_PORTFOLIO.items())
def test_what_is_taken_along_of_a_portfolio_is_noted_each_time(
    world: World, path: str, what: str
) -> None:
    before, url = world.program.log.position(), path.format(id=world.valued)
    owner, reader = UUID(world.ada.id()), UUID(world.auditor.id())
    for asker in (world.ada, world.auditor, world.ada):
        assert asker.get(url).status_code == 200
    portfolio = UUID(world.valued)
    assert exports(world.program, before) == [
        (what, portfolio, owner),
        (what, portfolio, reader),
        (what, portfolio, owner),
    ]


@pytest.mark.parametrize(("path", "what"), OF_ALL.items())
def test_what_is_taken_along_of_all_is_noted(world: World, path: str, what: str) -> None:
    before = world.program.log.position()
    assert world.auditor.get(path).status_code == 200
    assert exports(world.program, before) == [(what, None, UUID(world.auditor.id()))]


def test_a_report_is_noted_as_a_file_and_not_as_a_page(world: World) -> None:
    before = world.program.log.position()
    url = f"/analytics/portfolio/{world.valued}/report"
    assert world.ada.get(url).status_code == 200
    assert exports(world.program, before) == []
    assert world.ada.get(url, headers={"Accept": "application/pdf"}).status_code == 200
    noted = [("report", UUID(world.valued), UUID(world.ada.id()))]
    assert exports(world.program, before) == noted
    with TestClient(create_http(world.program), follow_redirects=False) as browser:
        enter(browser, world.ada)
        answer = browser.get(f"/portfolios/{world.valued}/report.pdf")
    assert answer.headers["content-type"] == "application/pdf"
    assert exports(world.program, before) == noted * 2


@pytest.mark.parametrize(
    ("path", "chart"),
    [
        ("/command-center/charts/nav.csv?portfolio={id}", "nav"),
        ("/portfolios/{id}/charts/reconstructed.csv", "reconstructed"),
        ("/portfolios/{id}/performance/charts/growth.csv", "growth"),
        ("/portfolios/{id}/risk/charts/losses.csv", "losses"),
        ("/portfolios/{id}/risk/scenario/charts/moves.csv?market=10", "moves"),
    ],
)
def test_the_table_of_a_chart_is_noted_before_it_leaves(
    world: World, path: str, chart: str
) -> None:
    before, url = world.program.log.position(), path.format(id=world.valued)
    log: Any = OutOfReach()
    security_log = SecurityLog(log, world.program.users.clock)
    for program, status in (
        (replace(world.program, security_log=security_log), 503),
        (world.program, 200),
    ):
        with TestClient(create_http(program), follow_redirects=False) as browser:
            enter(browser, world.ada)
            assert browser.get(url).status_code == status
    noted = [(f"chart ({chart})", UUID(world.valued), UUID(world.ada.id()))]
    assert exports(world.program, before) == noted


@pytest.mark.parametrize("path", [*OF_PORTFOLIO, *OF_ALL])
def test_what_is_refused_is_no_export(world: World, path: str) -> None:
    before = world.program.log.position()
    assert world.bob.get(path.format(id=world.valued)).status_code == 403
    assert exports(world.program, before) == []


class OutOfReach:
    """A log that does not answer."""

    def save(self, *_: object, **__: object) -> int:
        """Fails."""
        raise StoreUnavailable


@pytest.mark.parametrize("path", [*OF_PORTFOLIO, *OF_ALL])
def test_nothing_leaves_that_cannot_be_noted(world: World, path: str) -> None:
    log: Any = OutOfReach()
    security_log = SecurityLog(log, world.program.users.clock)
    client = client_of(replace(world.program, security_log=security_log))
    there = replace(world.auditor, client=client)
    assert refusal(there.get(path.format(id=world.valued))) == (503, "ERR_BUSY_001")
