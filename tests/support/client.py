"""A client of the HTTP API as a person would write one: register, import, calculate, look."""

from types import TracebackType
from typing import Any, Self

import httpx

from tests.support.waiting import eventually

INVITE = "PRESCOTT-LINNAEAN-COWPERTHWAITE"
PASSWORD = "Analytical1843"
HEADER = "Symbol,Quantity,Entry Price Per Share,Entry Date"
ENDED = ("completed", "partial", "failed")

Json = dict[str, Any]


class Client:
    """One user of a server. Answers come as they are; `body` reads one that must be a success."""

    def __init__(
        self,
        url: str,
        email: str = "ada@example.com",
        password: str = PASSWORD,
        timeout_s: float = 10,
    ) -> None:
        self.email = email
        self.password = password
        self.http = httpx.Client(base_url=f"{url}/api/v1", timeout=timeout_s)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.http.close()

    def register(self) -> httpx.Response:
        """Register by the published invite code."""
        body = {
            "email": self.email,
            "password": self.password,
            "full_name": "Ada Lovelace",
            "invite_code": INVITE,
        }
        return self.http.post("/onboarding/register", json=body)

    def log_in(self) -> httpx.Response:
        """Sign in, and be signed in from now on."""
        answer = self.http.post(
            "/auth/login", json={"email": self.email, "password": self.password}
        )
        if answer.is_success:
            self.http.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        return answer

    def arrive(self) -> Self:
        """Register and sign in."""
        body(self.register())
        body(self.log_in())
        return self

    def create_portfolio(self, *rows: str, name: str = "Sample", **fields: str) -> httpx.Response:
        """Import rows of the four required columns into a new sample account, or as `fields` say.

        Without other `fields` the account opens on 2012-12-31 with 100,000.00.
        """
        form = {
            "portfolio_name": f"The {name} portfolio",
            "account_name": name,
            "account_type": "taxable",
            "equity_balance": "100000",
            "equity_as_of": "2012-12-31",
            "price_source": "sample",
            **fields,
        }
        csv = "\n".join([HEADER, *rows, ""]).encode()
        files = {"csv_file": ("positions.csv", csv, "text/csv")}
        return self.http.post("/onboarding/create-portfolio", data=form, files=files)

    def portfolios(self) -> list[Json]:
        """All accounts of the user."""
        return self._all("/portfolios", "portfolios")

    def calculate(self, portfolio_id: str) -> httpx.Response:
        """Request a run."""
        return self.http.post(f"/portfolio/{portfolio_id}/calculate")

    def run(self, portfolio_id: str, run_id: str) -> Json:
        """Where a run stands."""
        return body(self.http.get(f"/portfolio/{portfolio_id}/batch-status/{run_id}"))

    def wait_for_run(self, portfolio_id: str, run_id: str, within_s: float = 30) -> Json:
        """The run when it has ended.

        Raises:
            AssertionError: it did not end in time.
        """

        def ended() -> Json | None:
            run = self.run(portfolio_id, run_id)
            return run if run["status"] in ENDED else None

        return eventually(ended, within_s, f"the end of run {run_id}")

    def valuations(self, portfolio_id: str) -> list[Json]:
        """All valuations, oldest first."""
        return self._all(f"/analytics/portfolio/{portfolio_id}/valuations", "valuations")

    def nav_path(self, portfolio_id: str) -> dict[str, str]:
        """NAV by session."""
        rows = self.valuations(portfolio_id)
        assert len({row["date"] for row in rows}) == len(rows)
        return {row["date"]: row["net_asset_value"] for row in rows}

    def _all(self, route: str, key: str) -> list[Json]:
        """A list, gathered page by page."""
        rows: list[Json] = []
        while True:
            page = body(self.http.get(route, params={"limit": 200, "offset": len(rows)}))
            rows += page[key]
            if len(rows) >= page["total"]:
                return rows


def body(answer: httpx.Response) -> Json:
    """The body of an answer that must be a success."""
    assert answer.is_success, f"{answer.request.url}: {answer.status_code} {answer.text}"
    read: Json = answer.json()
    return read
