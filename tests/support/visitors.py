"""People who use the service over HTTP, for contract tests."""

import json
from dataclasses import dataclass, field
from http.cookiejar import DefaultCookiePolicy
from typing import Any
from uuid import UUID, uuid4

from fastapi.testclient import TestClient
from httpx import Client, Response

from application.ports import Cause
from domain.email_address import EmailAddress
from domain.user import User
from interfaces.bootstrap import Program
from interfaces.http import create_http

PASSWORD = "Analytical1843"
BEFORE_ALL, AFTER_ALL = "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-05:00"
"""Instants that the calendar has where they are named, and has not in UTC."""
HEADER = "Symbol,Quantity,Entry Price Per Share,Entry Date"
GOOG_AND_SPY = ("GOOG,100,700.00,2012-12-31", "SPY,200,142.00,2012-12-31")
SAMPLE = {
    "portfolio_name": "Retirement",
    "account_type": "ira",
    "equity_balance": "500000.00",
    "equity_as_of": "2012-12-31",
    "price_source": "sample",
}


def csv_file(*rows: str, header: str = HEADER) -> bytes:
    """A file with these rows, of the four required columns if `header` names no others."""
    return "\n".join([header, *rows, ""]).encode()


def client_of(program: Program) -> TestClient:
    """A client of everything the program serves; it keeps no cookies, as many visitors share it."""
    client = TestClient(create_http(program))
    client.cookies.jar.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    return client


@dataclass
class Visitor:
    """Somebody with a client, anonymous until signed in."""

    client: Client
    email: str = field(default_factory=lambda: f"visitor-{uuid4().hex}@example.com")
    token: str | None = None

    def ask(self, method: str, url: str, **what: Any) -> Response:
        """Send a request, with the token if there is one."""
        headers = dict(what.pop("headers", {}))
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        if "json" in what:  # in ASCII: escapes can spell what UTF-8 cannot
            what["content"] = json.dumps(what.pop("json"))
            headers["Content-Type"] = "application/json"
        answer: Response = self.client.request(method, url, headers=headers, **what)
        return answer

    def get(self, url: str, **what: Any) -> Response:
        """Read; `url` is below /api/v1."""
        return self.ask("GET", f"/api/v1{url}", **what)

    def post(self, url: str, **what: Any) -> Response:
        """Command; `url` is below /api/v1."""
        return self.ask("POST", f"/api/v1{url}", **what)

    def register(self, program: Program, **changes: str) -> Response:
        """Ask to be registered."""
        body = {
            "email": self.email,
            "password": PASSWORD,
            "full_name": "Ada Lovelace",
            "invite_code": program.invites.master_code,
        }
        return self.post("/onboarding/register", json=body | changes)

    def log_in(self, password: str = PASSWORD) -> Response:
        """Ask for a token, and keep it."""
        answer = self.post("/auth/login", json={"email": self.email, "password": password})
        if answer.status_code == 200:
            self.token = answer.json()["access_token"]
        return answer

    def id(self) -> str:
        """The user's id."""
        return str(self.get("/auth/me").json()["id"])

    def acting_as(self, other: "Visitor") -> "Visitor":
        """This visitor, a superuser, with a token to act as another one."""
        body = {"target_user_id": other.id()}
        answer = self.post("/admin/impersonate", json=body)
        assert answer.status_code == 200, answer.text
        return Visitor(self.client, self.email, str(answer.json()["access_token"]))

    def open(self, *rows: str, file_name: str = "positions.csv", **changes: str) -> Response:
        """Ask for a sample account with these rows of the four required columns."""
        return self.upload(csv_file(*rows), file_name, **changes)

    def upload(self, content: bytes, file_name: str = "positions.csv", **changes: str) -> Response:
        """Ask for a sample account with a file."""
        fields = SAMPLE | {"account_name": f"Account {uuid4().hex}"} | changes
        return self.send("/onboarding/create-portfolio", content, file_name, fields)

    def preview(self, content: bytes, file_name: str = "positions.csv", **fields: str) -> Response:
        """Ask what a file would bring, into a sample account if `fields` do not say otherwise."""
        fields = {"price_source": "sample"} | fields
        return self.send("/onboarding/preview-csv", content, file_name, fields)

    def import_file(
        self, portfolio_id: str, content: bytes, file_name: str = "positions.csv", **fields: str
    ) -> Response:
        """Ask for a file to be taken into a portfolio."""
        return self.send(f"/portfolios/{portfolio_id}/imports", content, file_name, fields)

    def send(self, url: str, content: bytes, file_name: str, fields: dict[str, str]) -> Response:
        """Send a form with a file; `url` is below /api/v1."""
        files = {"csv_file": (file_name, content, "text/csv")}
        return self.post(url, data=fields, files=files)

    def imports_of(self, portfolio_id: str) -> list[dict[str, Any]]:
        """The history of a portfolio's imports, newest first."""
        imports: list[dict[str, Any]] = self.get(f"/portfolios/{portfolio_id}/imports").json()[
            "imports"
        ]
        return imports

    def positions_of(self, portfolio_id: str, status: str = "all") -> list[dict[str, Any]]:
        """The positions of a portfolio."""
        page = {"status": status, "limit": 200}
        answer = self.get(f"/portfolios/{portfolio_id}/positions", params=page)
        positions: list[dict[str, Any]] = answer.json()["positions"]
        return positions

    def open_sample(self, *rows: str, **changes: str) -> str:
        """Open a sample account; returns the portfolio's id."""
        answer = self.open(*(rows or GOOG_AND_SPY), **changes)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["portfolio_id"])


def newcomer(program: Program, client: Client, full_name: str = "Ada Lovelace") -> Visitor:
    """A visitor who has registered and signed in."""
    visitor = Visitor(client)
    registered = visitor.register(program, full_name=full_name)
    assert registered.status_code == 201, registered.text
    assert visitor.log_in().status_code == 200
    return visitor


def superuser(program: Program, client: Client) -> Visitor:
    """A visitor who is a superuser and has signed in."""
    visitor = Visitor(client)
    cause = Cause(command_id=uuid4(), correlation_id=uuid4())
    address = EmailAddress.parse(visitor.email)
    registered = program.users.create_superuser(address, PASSWORD, "Root", cause)
    program.rooms.catch_up(registered.position)
    assert visitor.log_in().status_code == 200
    return visitor


def auditor(program: Program, client: Client) -> Visitor:
    """A visitor who is an auditor and has signed in."""
    visitor = newcomer(program, client)
    cause = Cause(command_id=uuid4(), correlation_id=uuid4())
    granted = program.administration.change_rank(UUID(visitor.id()), User.grant_auditor, cause)
    program.rooms.catch_up(granted.position)
    return visitor


def work_off(program: Program, calculated: Response) -> str:
    """Execute here the run that a calculate answered with, and let the rooms see its end."""
    assert calculated.status_code == 202, calculated.text
    run_id = str(calculated.json()["batch_run_id"])
    program.runs.execute(UUID(run_id), "test")
    program.rooms.catch_up(program.log.position())
    return run_id


def error_of(answer: Response) -> dict[str, Any]:
    """The error of an answer, after checking that it is in the envelope."""
    body = answer.json()
    assert set(body) == {"error"}, body
    error: dict[str, Any] = body["error"]
    assert set(error) - {"details"} == {"code", "message", "documentation_url", "request_id"}
    assert error["documentation_url"] == f"/errors/{error['code']}"
    assert error["request_id"] == answer.headers["X-Request-ID"]
    return error


def refusal(answer: Response) -> tuple[int, str]:
    """Status and code of an answer in the envelope."""
    return answer.status_code, error_of(answer)["code"]
