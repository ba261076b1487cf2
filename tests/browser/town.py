"""A small town to look at: people with accounts in every state, served by this process.

No worker lives here, so that what waits stays waiting; `work_off` and `fail` end a calculation.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from http.cookiejar import DefaultCookiePolicy
from importlib.resources import files
from uuid import UUID

import httpx

from application.ports import Close, Fetched
from application.run_record import RunRecord
from interfaces.bootstrap import Program
from tests.support.browsing import send
from tests.support.programs import build_program
from tests.support.served import served
from tests.support.visitors import (
    GOOG_AND_SPY,
    PASSWORD,
    SAMPLE,
    Visitor,
    csv_file,
    newcomer,
    superuser,
    work_off,
)

UPLOAD = "/onboarding/upload"
RESTATED = date(2013, 2, 1)
"""The session of Ada's whose price is corrected."""

BAD_ROWS = ("IBM,0,190.00,2012-12-31", "SPY,-1,abc,2012-13-31")
_LONG_SHORT = {
    "portfolio_name": "Long-Short Portfolio",
    "account_name": "Hedge",
    "account_type": "other",
    "equity_balance": "1000000.00",
    "equity_as_of": "2012-06-29",
}
_INDIVIDUAL = _LONG_SHORT | {
    "portfolio_name": "Individual Portfolio",
    "account_name": "Taxable",
    "account_type": "taxable",
    "equity_balance": "500000.00",
}


@dataclass(frozen=True)
class Town:
    """The people by name, and the ids of what is theirs by the words of the catalogue.

    Ada has two valued accounts, and of one a day that was said again; Grace has some that wait,
    failed or were corrected, Edsger none.
    """

    program: Program
    url: str
    client: httpx.Client
    people: Mapping[str, Visitor]
    places: Mapping[str, str]

    def token_of(self, name: str) -> str | None:
        """What somebody is signed in with; None for nobody."""
        return self.people[name].token if name else None

    def newcomer(self) -> Visitor:
        """Somebody new, who has signed in and owns nothing."""
        return newcomer(self.program, self.client, "Alan Turing")

    def begin(self, page: str) -> None:
        """Let the calculation of a page begin, and come no further."""
        RunRecord(self.program.log).take_up(_run_of(page), "town")
        self.program.rooms.catch_up(self.program.log.position())

    def work_off(self, page: str) -> None:
        """Let the calculation of a page come to its end."""
        self.program.runs.execute(_run_of(page), "town")
        self.program.rooms.catch_up(self.program.log.position())

    def fail(self, page: str) -> None:
        """Let the calculation of a page fail."""
        self.program.runs.fail_for_store(_run_of(page))
        self.program.rooms.catch_up(self.program.log.position())


def _run_of(page: str) -> UUID:
    return UUID(page.rstrip("/").rsplit("/", 1)[1])


@contextmanager
def town(database: str) -> Iterator[Town]:
    """The town on a database of its own, served until the end of the context."""
    with (
        build_program(database) as program,
        served(program) as at,
        httpx.Client(base_url=at.url, timeout=60) as client,
    ):
        client.cookies.jar.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        people = {
            "ada": _known(program, client, "Ada Lovelace", "ada.lovelace"),
            "grace": _known(program, client, "Grace Hopper", "grace.hopper"),
            "edsger": _known(program, client, "Edsger Dijkstra", "edsger.dijkstra"),
            "root": superuser(program, client),
        }
        people["impersonator"] = people["root"].acting_as(people["ada"])
        built = Town(program, at.url, client, people, {})
        places = _of_ada(program, people["ada"]) | _of_grace(built, people["grace"])
        places |= {"ada_id": people["ada"].id()}
        yield Town(program, at.url, client, people, places)


def _known(program: Program, client: httpx.Client, full_name: str, address: str) -> Visitor:
    """Somebody with the same long address in every town."""
    visitor = Visitor(client, f"{address}@department-of-computing.example.com")
    assert visitor.register(program, full_name=full_name).status_code == 201
    assert visitor.log_in().status_code == 200
    return visitor


def _of_ada(program: Program, ada: Visitor) -> dict[str, str]:
    """Two accounts with a calculation that succeeded, flows and an import each."""
    long_short = _open(program, ada, "long_short.csv", _LONG_SHORT)
    individual = _open(program, ada, "individual.csv", _INDIVIDUAL)
    calculated = program.runs_room.latest_of(UUID(individual))
    assert calculated
    assert calculated.finished_at
    _correct_a_price(program)
    work_off(program, ada.post(f"/portfolio/{individual}/calculate"))
    held = {one["symbol"]: str(one["id"]) for one in ada.positions_of(individual)}
    return {
        "portfolio": long_short,
        "position": str(ada.positions_of(long_short, "open")[0]["id"]),
        "import": str(ada.imports_of(long_short)[0]["import_id"]),
        "individual": individual,
        "before_restated": calculated.finished_at.isoformat().replace("+00:00", "Z"),
        "private": held["MAPLE_STREET_LP"],
    }


def _open(program: Program, owner: Visitor, file_name: str, account: dict[str, str]) -> str:
    content = files("interfaces.demo").joinpath(file_name).read_bytes()
    opened = owner.upload(content, file_name, **account)
    assert opened.status_code == 201, opened.text
    portfolio_id = str(opened.json()["portfolio_id"])
    for day, amount in (("2012-09-28", "25000.00"), ("2013-01-31", "-8000.00")):
        flow = {"date": day, "amount": amount.lstrip("-"), "note": "Transfer"}
        kind = "WITHDRAWAL" if amount.startswith("-") else "CONTRIBUTION"
        noted = owner.post(f"/portfolios/{portfolio_id}/cash-flows", json=flow | {"kind": kind})
        assert noted.status_code == 201, noted.text
    work_off(program, owner.post(f"/portfolio/{portfolio_id}/calculate"))
    return portfolio_id


def _correct_a_price(program: Program) -> None:
    """A close of what one account alone holds is known otherwise from now on."""
    close = Close("MSFT", RESTATED, Decimal("26.39"), "admin")
    assert program.prices.book.learn("sample", Fetched(closes=[close])) == 1


def _of_grace(town: Town, grace: Visitor) -> dict[str, str]:
    """Calculations in every state, and files that were looked at and not imported yet."""
    with visitor_s_browser(town, grace) as browser:
        states = {}
        for state in ("waiting", "failed", "partial"):
            rows = GOOG_AND_SPY if state != "partial" else (*GOOG_AND_SPY, BAD_ROWS[0])
            preview = looked_at(browser, *rows, account_name=f"The {state} one")
            confirmed = send(browser, preview, f"{preview}/confirm", accept_valid="true")
            states[state] = str(confirmed.headers["location"])
        town.fail(states["failed"])
        town.work_off(states["partial"])
        return {
            **{f"{state}_run": page for state, page in states.items()},
            **{f"{state}_id": str(_run_of(page)) for state, page in states.items()},
            "unvalued": states["waiting"].split("/")[2],
            "good_upload": looked_at(browser, *GOOG_AND_SPY),
            "bad_upload": looked_at(browser, *GOOG_AND_SPY, *BAD_ROWS),
            "hopeless_upload": looked_at(browser, *BAD_ROWS),
        }


@contextmanager
def visitor_s_browser(town: Town, visitor: Visitor) -> Iterator[httpx.Client]:
    """A browser without scripts, where the visitor has signed in."""
    with httpx.Client(base_url=town.url, timeout=60) as browser:
        send(browser, "/login", "/login", email=visitor.email, password=PASSWORD)
        yield browser


def looked_at(browser: httpx.Client, *rows: str, **changes: str) -> str:
    """Send a file with these rows on the form of the way in; the page that shows it."""
    form = SAMPLE | {"account_name": "Another one"} | changes
    sent = {"csv_file": ("positions.csv", csv_file(*rows), "text/csv")}
    answer = send(browser, UPLOAD, UPLOAD, files=sent, **form)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])
