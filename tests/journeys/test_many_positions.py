"""An account of 5,000 positions: previewed, imported, listed, grown, taken back, exported."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import httpx
import pytest

from tests.support.client import HEADER, Client, body
from tests.support.server import RunningServer

MANY, MORE = 5_000, 250
FIRST = date(2005, 1, 3)


def lots(first: int, last: int) -> list[str]:
    """Rows of as many lots: fifty symbols, each bought day after day."""
    return [
        f"S{number % 50:02},{number + 1},{10 + number % 90}.25,{FIRST + timedelta(number // 50)}"
        for number in range(first, last)
    ]


def csv_of(rows: list[str]) -> dict[str, Any]:
    """An upload of these rows."""
    return {"csv_file": ("lots.csv", "\n".join([HEADER, *rows, ""]).encode(), "text/csv")}


@pytest.fixture
def ada(server: RunningServer) -> Iterator[Client]:
    """Somebody with patience."""
    with Client(server.url, "many@example.com", timeout_s=60).arrive() as client:
        yield client


def quantities(ada: Client, portfolio_id: str) -> list[int]:
    """How much is held of each position, page by page."""
    rows = ada._all(f"/portfolios/{portfolio_id}/positions", "positions")
    return sorted(int(float(row["quantity"])) for row in rows)


def test_five_thousand_positions_come_grow_go_and_come_back(ada: Client) -> None:
    rows = lots(0, MANY)
    preview = body(ada.http.post("/onboarding/preview-csv", files=csv_of(rows)))
    assert (len(preview["positions"]), preview["total_errors"]) == (MANY, 0)

    opened = body(ada.create_portfolio(*rows, name="Many"))
    portfolio_id = opened["portfolio_id"]
    imports = f"/portfolios/{portfolio_id}/imports"
    assert opened["positions_imported"] == MANY
    assert quantities(ada, portfolio_id) == list(range(1, MANY + 1))
    again = ada.http.post(imports, files=csv_of(rows))
    assert refusal(again) == (409, "ERR_PORT_014")

    grown = csv_of(lots(0, MANY + MORE))
    refused = ada.http.post(imports, files=grown)
    assert refusal(refused) == (400, "ERR_PORT_008")
    assert refused.json()["error"]["details"]["total_errors"] == MANY
    added = body(ada.http.post(imports, files=grown, data={"accept_valid": "true"}))
    assert (added["positions_imported"], added["positions_failed"]) == (MORE, MANY)
    assert quantities(ada, portfolio_id) == list(range(1, MANY + MORE + 1))

    first = f"{imports}/{opened['import_id']}"
    told = body(ada.http.post(f"{first}/revert", json={"dry_run": True}))
    assert (told["positions_removed"], told["dry_run"]) == (MANY, True)
    assert body(ada.http.post(f"{first}/revert"))["positions_removed"] == MANY
    assert quantities(ada, portfolio_id) == list(range(MANY + 1, MANY + MORE + 1))
    assert body(ada.http.post(f"{first}/redo"))["positions_restored"] == MANY

    exported = ada.http.get(f"/portfolios/{portfolio_id}/export").content
    files = {"csv_file": ("export.csv", exported, "text/csv")}
    same = body(ada.http.post(imports, files=files, data={"mode": "replace"}))
    assert (same["positions_imported"], same["positions_closed"]) == (0, 0)
    assert [entry["status"] for entry in ada._all(imports, "imports")] == ["imported"] * 3


def refusal(answer: httpx.Response) -> tuple[int, str]:
    """Status and code."""
    return answer.status_code, answer.json()["error"]["code"]
