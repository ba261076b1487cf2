"""People who use a server for as long as they may: everything that one does with it, in turn."""

from collections import Counter
from dataclasses import dataclass, field
from itertools import count, cycle
from threading import Event

import httpx

from tests.support.client import Client, body

ROWS = ("GOOG,100,707.38,2012-12-31", "SPY,-50,142.41,2012-12-31", "AAPL,10,532.17,2012-12-31")
ACCOUNTS = ("IRA", "Roth", "Taxable")
LOOKS = (
    "/portfolios/{id}",
    "/portfolios/{id}/positions",
    "/portfolios/{id}/imports",
    "/portfolios/{id}/cash-flows",
    "/analytics/portfolio/{id}/overview",
    "/analytics/portfolio/{id}/valuations",
    "/analytics/portfolio/{id}/performance",
    "/analytics/portfolio/{id}/factor-exposures",
)
EXPORTS = (
    "/portfolios/{id}/export",
    "/analytics/portfolio/{id}/export?table=lines",
    "/analytics/portfolio/{id}/report",
)
_PATIENCE_S = 120


@dataclass
class Regular:
    """Registers, opens accounts, calculates, looks and exports; then comes as somebody else."""

    url: str
    name: str
    stop: Event
    pause_s: float
    done: Counter[str] = field(default_factory=Counter)

    def work(self) -> None:
        """Go on until told to stop."""
        for number in count():
            email = f"{self.name}{number}@example.com"
            with Client(self.url, email, timeout_s=_PATIENCE_S) as client:
                self._note("register", client.register())
                self._note("log in", client.log_in())
                for account in ACCOUNTS:
                    if self.stop.is_set():
                        return
                    self._open_and_use(client, account)

    def _open_and_use(self, client: Client, account: str) -> None:
        opened = self._note("import", client.create_portfolio(*ROWS, name=account))
        portfolio_id = body(opened)["portfolio_id"]
        run_id = body(self._note("calculate", client.calculate(portfolio_id)))["batch_run_id"]
        self._await(client, portfolio_id, run_id)
        for path in (*LOOKS, *EXPORTS):
            self._note(path, client.http.get(path.format(id=portfolio_id)))
            self.stop.wait(self.pause_s)

    def _await(self, client: Client, portfolio_id: str, run_id: str) -> None:
        while not self.stop.wait(self.pause_s):
            if client.run(portfolio_id, run_id)["status"] == "completed":
                return

    def _note(self, what: str, answer: httpx.Response) -> httpx.Response:
        body_of_text = answer.text[:500] if not answer.is_success else ""
        assert answer.is_success, f"{what}: {answer.status_code} {body_of_text}"
        self.done[what] += 1
        return answer


@dataclass
class Caretaker:
    """A superuser who has read models rebuilt, one after the other, while others use them."""

    client: Client
    stop: Event
    pause_s: float
    done: Counter[str] = field(default_factory=Counter)

    def work(self) -> None:
        """Go on until told to stop."""
        listed = body(self.client.http.get("/admin/projections"))["projections"]
        for name in cycle([projection["name"] for projection in listed]):
            if self.stop.wait(self.pause_s):
                return
            answer = self.client.http.post(f"/admin/projections/{name}/rebuild")
            assert answer.status_code in (202, 409), answer.text  # 409: one of it goes on still
            self.done["rebuild"] += answer.is_success
