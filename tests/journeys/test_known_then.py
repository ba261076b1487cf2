"""A price is corrected three weeks later: what was known then, what is known now, and why (5.4)."""

import csv
import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from interfaces.bootstrap import Program
from tests.support.postgres import fresh_database
from tests.support.programs import build_program
from tests.support.visitors import (
    Visitor,
    auditor,
    client_of,
    newcomer,
    refusal,
    superuser,
    work_off,
)

DAY, MONDAY = "2020-10-09", "2020-10-12"
THEN, LATER = (datetime(2020, month, day, 22, tzinfo=UTC) for month, day in ((10, 16), (11, 6)))
FIRST = date(2020, 10, 1)
WRONG, RIGHT = Decimal("116.97"), Decimal("110.00")
MOVED = 100 * (RIGHT - WRONG)


@dataclass
class Told:
    """Who is there, and what was shown when."""

    program: Program
    ada: Visitor
    bob: Visitor
    auditor: Visitor
    superuser: Visitor
    portfolio_id: str
    shown: dict[str, Any]

    def ask(self, path: str, **asked: str) -> dict[str, Any]:
        """What Ada is answered about her portfolio."""
        url = path.format(portfolio_id=self.portfolio_id, session=DAY)
        answer = self.ada.get(url, params=asked)
        assert answer.status_code == 200, answer.text
        told: dict[str, Any] = answer.json()
        return told

    @property
    def looked_at(self) -> str:
        """When Ada looked for the first time: when the figure had just been recorded."""
        return str(self.shown["recorded_at"])


@pytest.fixture(scope="module")
def told(postgres_server: str, template_database: str) -> Iterator[Told]:
    """The story up to where somebody asks why a figure is another one now."""
    with fresh_database(postgres_server, template_database) as database:
        with going_on(database, THEN) as (program, client):
            ada, root = newcomer(program, client), superuser(program, client)
            hand_in(root, dict.fromkeys(weekdays(FIRST, THEN.date()), WRONG))
            given = {"price_source": "live", "equity_as_of": FIRST.isoformat()}
            portfolio_id = ada.open_sample("AAPL,100,116.97,2020-09-01", **given)
            work_off(program, ada.post(f"/portfolio/{portfolio_id}/calculate"))
            day = f"/analytics/portfolio/{portfolio_id}/valuations/{DAY}"
            shown = ada.get(day).json()
        with going_on(database, LATER) as (program, client):
            people = [Visitor(client, ada.email), Visitor(client, root.email)]
            for one in people:
                assert one.log_in().status_code == 200
            others = newcomer(program, client), auditor(program, client)
            hand_in(people[1], {date.fromisoformat(DAY): RIGHT})
            work_off(program, people[0].post(f"/portfolio/{portfolio_id}/calculate"))
            yield Told(program, people[0], *others, people[1], portfolio_id, shown)


@contextmanager
def going_on(database: str, now: datetime) -> Iterator[tuple[Program, Any]]:
    """The program at a time of the market, and a client of it."""
    with build_program(database, now) as program, client_of(program) as client:
        yield program, client


def weekdays(first: date, last: date) -> list[date]:
    """The days from Monday to Friday."""
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    return [day for day in days if day.weekday() < 5]


def hand_in(root: Visitor, closes: dict[date, Decimal]) -> None:
    """Have closes of AAPL learnt."""
    rows = [
        {"symbol": "AAPL", "date": day.isoformat(), "close": str(close)}
        for day, close in closes.items()
    ]
    answer = root.post("/admin/market-data/prices", json={"prices": rows})
    assert (answer.json()["learnt"], answer.json()["refused"]) == (len(rows), [])


AS_OF = "/audit/portfolios/{portfolio_id}/as-of"


def test_then_now_the_difference_by_line_and_the_cause_are_one_request(told: Told) -> None:
    answer = told.ask(AS_OF, effective=DAY, known=told.looked_at)

    then, now = answer["then"], answer["now"]
    assert then["net_asset_value"] == told.shown["net_asset_value"]
    assert Decimal(now["net_asset_value"]) - Decimal(then["net_asset_value"]) == MOVED
    [line] = answer["difference"]["lines"]
    assert (line["symbol"], line["before"]["mark_price"]) == ("AAPL", str(WRONG))
    assert line["after"]["mark_price"] == str(RIGHT)
    assert Decimal(line["after"]["pnl"]) - Decimal(line["before"]["pnl"]) == MOVED
    [origin] = answer["origins"]
    row = origin["row"]
    assert (row["symbol"], row["date"], row["value"], row["source"]) == (
        *("AAPL", DAY, "110", "admin"),
    )
    assert then["recorded_at"] < row["learnt_at"] < now["recorded_at"]
    assert told.ask(AS_OF, effective="2020-10-10", known=told.looked_at) == answer


def test_the_day_after_gives_back_what_the_day_lost(told: Told) -> None:
    answer = told.ask(AS_OF, effective=MONDAY, known=told.looked_at)
    difference = answer["difference"]
    assert difference["net_asset_value_before"] == difference["net_asset_value_after"]
    assert Decimal(difference["pnl_after"]) - Decimal(difference["pnl_before"]) == -MOVED
    assert answer["origins"][0]["row"]["date"] == DAY


def test_both_versions_are_computed_again_to_the_byte_from_what_each_knew(told: Told) -> None:
    url = f"/audit/valuations/{told.portfolio_id}/{DAY}"
    for version, price in ((1, WRONG), (2, RIGHT)):
        [line] = told.ask(f"{url}/manifest", version=str(version))["lines"]
        assert Decimal(line["learnt"]["value"]) == price
        again = told.auditor.post(f"{url}/recompute", params={"version": version}).json()
        assert (again["version"], again["equal"], again["difference"]) == (version, True, None)


def test_the_report_of_the_period_names_both_days_and_one_root(told: Told) -> None:
    url = "/audit/portfolios/{portfolio_id}/restatements"
    report = told.ask(url, effective_from=DAY, effective_to=MONDAY)
    assert [day["date"] for day in report["restatements"]] == [DAY, MONDAY]
    assert {day["origin"]["row"]["date"] for day in report["restatements"]} == {DAY}
    assert report["totals"]["pnl_moved"] == "0.00"
    assert Decimal(report["totals"]["largest_net_asset_value_moved"]) == -MOVED
    assert told.ask(url, recorded_to=told.looked_at)["total"] == 0
    file = told.auditor.get("/audit/restatements/export").text
    assert [row["date"] for row in csv.DictReader(io.StringIO(file))] == [DAY, MONDAY]


def test_positions_were_known_as_they_are_and_the_account_was_worth_more(told: Told) -> None:
    asked = {"effective": DAY, "known": told.looked_at}
    positions = told.ask("/audit/portfolios/{portfolio_id}/positions/as-of", **asked)
    assert (positions["total"], positions["differing"]) == (1, 0)
    account = told.ask("/audit/portfolios/{portfolio_id}/account/as-of", **asked)
    [changed] = account["difference"]
    assert changed["field"] == "net_asset_value"
    assert changed["origins"][0]["row"]["date"] == DAY


def routes(told: Told) -> list[tuple[str, str]]:
    """Method and path of every audit route."""
    paths = told.ada.client.get("/openapi.json").json()["paths"]
    return [
        (method.upper(), path)
        for path, operations in paths.items()
        for method in operations
        if "/audit/" in path
    ]


QUERIES = {"as-of": f"effective={DAY}", "stream": "until=1"}


def url_of(told: Told, path: str) -> str:
    """A route's URL about Ada's portfolio."""
    url = path.format(portfolio_id=told.portfolio_id, session=DAY)
    return f"{url}?{QUERIES.get(path.rpartition('/')[2], '')}"


def recorded(told: Told) -> list[str]:
    """What was recorded of portfolios and of their days."""
    everything = told.program.log.read(0, 10_000)
    topics = [type(one.event).TOPIC for one in everything]
    return [one for one in topics if one.startswith(("portfolio.", "daily_", "risk_"))]


def test_an_auditor_sees_all_and_changes_nothing(told: Told) -> None:
    before, asked = recorded(told), routes(told)
    assert len(asked) >= 17
    for method, path in asked:
        answer = told.auditor.ask(method, url_of(told, path))
        assert answer.status_code == 200, (method, path, answer.text)
    own = f"/portfolios/{told.portfolio_id}"
    for command in (f"{own}/positions", f"{own}/cash-flows", f"{own}/calculate"):
        assert refusal(told.auditor.post(command, json={})) == (403, "ERR_AUDIT_403")
    repair = {"from_date": DAY, "reason": "To see"}
    assert refusal(told.auditor.post("/admin/repair/valuations", json=repair))[0] == 403
    assert recorded(told) == before


def test_an_owner_sees_the_history_of_what_is_the_owner_s_alone(told: Told) -> None:
    for method, path in routes(told):
        url = url_of(told, path)
        own, other = told.ada.ask(method, url), told.bob.ask(method, url)
        if "{portfolio_id}" in path:
            assert own.status_code == 200, (path, own.text)
            assert refusal(other) == (403, "ERR_PORT_403"), path
        else:
            for answer in (own, other):
                assert answer.status_code == 403, (path, answer.text)
                assert told.portfolio_id not in answer.text
