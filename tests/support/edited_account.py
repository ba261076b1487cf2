"""An account as its owner edits it over HTTP, calculated again after each edit."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from interfaces.bootstrap import Program
from tests.support.visitors import Visitor, work_off

Json = dict[str, Any]


@dataclass(frozen=True)
class EditedAccount:
    """A portfolio of a visitor; figures are those of the latest calculation."""

    program: Program
    owner: Visitor
    portfolio_id: str

    def edit(self, method: str, place: str, **body: Any) -> str | None:
        """Edit the account; from when on its valuations are stale."""
        url = f"/api/v1/portfolios/{self.portfolio_id}/{place}"
        answer = self.owner.ask(method, url, **({"json": body} if body else {}))
        assert answer.status_code in (200, 201), answer.text
        stale_from: str | None = answer.json()["restates_from"]
        return stale_from

    def position(self, symbol: str) -> str:
        """Where the one position of a symbol is, below the account."""
        held = self.owner.positions_of(self.portfolio_id)
        [found] = [position["id"] for position in held if position["symbol"] == symbol]
        return f"positions/{found}"

    def calculate(self) -> Json:
        """Calculate; how the run ended."""
        run_id = work_off(
            self.program, self.owner.post(f"/portfolio/{self.portfolio_id}/calculate")
        )
        ended: Json = self.owner.get(f"/portfolio/{self.portfolio_id}/batch-status/{run_id}").json()
        return ended

    def days(self) -> Mapping[str, Json]:
        """The latest 200 days by session, as they stand."""
        place = f"/analytics/portfolio/{self.portfolio_id}/valuations"
        page = self.owner.get(place, params={"limit": 200}).json()
        return {day["date"]: day for day in page["valuations"]}

    def day(self, session: str) -> Json:
        """A day with its lines."""
        place = f"/analytics/portfolio/{self.portfolio_id}/valuations/{session}"
        answer = self.owner.get(place)
        assert answer.status_code == 200, answer.text
        told: Json = answer.json()
        return told

    def navs(self, *sessions: str) -> list[str]:
        """The net asset value at the close of these days, calculated again."""
        self.calculate()
        days = self.days()
        return [days[session]["net_asset_value"] for session in sessions]
