"""Pages of a portfolio of 50 positions: their first byte against the view of the same as JSON.

The pages show far more than the view does: the command center charts of 290 sessions, trends and
allocation, the tab of risk every measure, that of performance parts of 14,500 lines, that of
history what was known of NAV after each event.
Run it by `python -m tests.benchmarks.pages`.
"""

from dataclasses import dataclass
from http.client import HTTPConnection
from time import perf_counter

from interfaces.authentication import COOKIE
from tests.benchmarks.databases import durable_database
from tests.benchmarks.reading import account_of_fifty, serve_program
from tests.benchmarks.row import Row, show
from tests.benchmarks.serving import served

ROUNDS = 7
READS = 50
GOAL = 1 / 3
_OPENING, _LATEST = "2012-01-04", "2013-03-01"


@dataclass(frozen=True, slots=True)
class FirstByte:
    """What is asked for over one connection, and how long its first byte takes."""

    connection: HTTPConnection
    path: str
    headers: dict[str, str]

    def seconds(self) -> float:
        """The time until the first byte of each answer, all together."""
        return sum(self._wait() for _ in range(READS))

    def _wait(self) -> float:
        began = perf_counter()
        self.connection.request("GET", self.path, headers=self.headers)
        answer = self.connection.getresponse()
        answer.read(1)
        waited = perf_counter() - began
        answer.read()
        if answer.status != 200:
            raise ValueError(f"{self.path} answered {answer.status}")
        return waited


def measure() -> list[Row]:
    """The command center, four tabs and a provenance, each against both ways to the same JSON."""
    with durable_database() as url:
        owner, portfolio_id = account_of_fifty(url, _OPENING)
        token = {"Authorization": f"Bearer {owner.token}"}
        cookie = {"Cookie": f"{COOKIE}={owner.token}"}
        view = f"/api/v1/portfolios/{portfolio_id}/positions"
        pages = {
            "command center": f"/command-center?portfolio={portfolio_id}",
            "tab of positions": f"/portfolios/{portfolio_id}/positions",
            "tab of risk": f"/portfolios/{portfolio_id}/risk",
            "tab of performance": f"/portfolios/{portfolio_id}/performance",
            "tab of history": f"/portfolios/{portfolio_id}/history",
            "provenance of NAV": f"/portfolios/{portfolio_id}/provenance/{_LATEST}",
        }
        with served(serve_program, url) as connection:
            made = FirstByte(connection, f"{view}?limit=50", token)
            kept = FirstByte(connection, view, token)
            shown = [FirstByte(connection, path, cookie) for path in pages.values()]
            sides = [made, kept, *shown]
            times = [[side.seconds() for side in sides] for _ in range(ROUNDS)]
    of_made, of_kept, *of_pages = (tuple(seconds) for seconds in zip(*times, strict=True))
    return [
        Row(
            what=f"First byte of {READS} x the {name} of 50 positions",
            against=against,
            ours=ours,
            peer=peer,
            goal=GOAL,
        )
        for name, ours in zip(pages, of_pages, strict=True)
        for against, peer in (
            ("the JSON view, made by its route", of_made),
            ("the same, kept finished", of_kept),
        )
    ]


if __name__ == "__main__":
    show(measure())
