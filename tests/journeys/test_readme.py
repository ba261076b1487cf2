"""The whole job by curl, as README prints it, and every figure of it reckoned independently."""

import gzip
import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest

from tests.support.client import Client, body
from tests.support.server import ROOT, RunningServer

CLOSES = ROOT / "infrastructure" / "bundled" / "us_daily_closes.csv.gz"
HELD = {"GOOG": 100, "SPY": 200}
OPENED_ON, LAST = "2012-12-31", "2013-03-01"

Day = dict[str, Any]


@dataclass(frozen=True)
class Job:
    """What README's lines led to: the valuations printed last, and each day with its lines."""

    days: list[Day]
    with_lines: list[Day]


@pytest.fixture(scope="module")
def job(server: RunningServer, tmp_path_factory: pytest.TempPathFactory) -> Job:
    """README's lines, run by bash and curl against a running server."""
    if shutil.which("curl") is None:
        pytest.skip("curl is not installed here")
    readme = (ROOT / "README.md").read_text("utf-8")
    found = re.search(r"## The whole job by curl\n.*?```bash\n(.*?)```", readme, re.DOTALL)
    assert found is not None
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", found[1]],
        cwd=tmp_path_factory.mktemp("readme"),
        env={"BASE": f"{server.url}/api/v1", "PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    printed = list(documents(done.stdout))[-1]
    with Client(server.url) as ada:
        body(ada.log_in())
        days = f"/analytics/portfolio/{printed['portfolio_id']}/valuations"
        lines = [body(ada.http.get(f"{days}/{day['date']}")) for day in printed["valuations"]]
    return Job(printed["valuations"], lines)


def documents(text: str) -> Iterator[Day]:
    """The JSON documents that a text consists of."""
    decoder, rest = json.JSONDecoder(), text.strip()
    while rest:
        document, end = decoder.raw_decode(rest)
        yield document
        rest = rest[end:].strip()


def closes(symbol: str) -> dict[str, Decimal]:
    """The closes of a symbol within the journey's sessions, read from the data file."""
    rows = (line.split(",") for line in gzip.decompress(CLOSES.read_bytes()).decode().splitlines())
    return {
        day: Decimal(close)
        for day, name, close in rows
        if name == symbol and OPENED_ON <= day <= LAST
    }


def test_nav_is_the_opening_plus_quantity_times_close_difference_each_day(job: Job) -> None:
    goog, spy = closes("GOOG"), closes("SPY")
    expected = {
        day: Decimal(100_000)
        + 100 * (goog[day] - goog[OPENED_ON])
        + 200 * (spy[day] - spy[OPENED_ON])
        for day in goog
    }
    assert {day["date"]: Decimal(day["net_asset_value"]) for day in job.days} == expected
    assert len(expected) == 42
    assert (min(expected), max(expected)) == (OPENED_ON, LAST)


def test_amounts_are_told_to_the_cent(job: Job) -> None:
    assert job.days[0]["net_asset_value"] == "100000.00"
    for day in job.days:
        assert re.fullmatch(r"-?\d+\.\d\d", day["net_asset_value"])


def test_nav_moves_by_pnl_and_flows(job: Job) -> None:
    for before, day in pairwise(job.days):
        moved = Decimal(before["net_asset_value"]) + Decimal(day["pnl"]) + Decimal(day["flows"])
        assert Decimal(day["net_asset_value"]) == moved
    assert (job.days[0]["opening"], job.days[0]["pnl"]) == (True, "0.00")


def test_nav_is_cash_and_the_value_of_the_lines(job: Job) -> None:
    for day in job.with_lines:
        long, short = Decimal(day["long_value"]), Decimal(day["short_value"])
        assert long == sum(Decimal(line["market_value"]) for line in day["lines"])
        assert short == 0
        assert Decimal(day["net_asset_value"]) == Decimal(day["cash"]) + long + short
        assert Decimal(day["gross_exposure"]) == long - short
        assert Decimal(day["net_exposure"]) == long + short


def test_pnl_is_the_sum_of_the_lines(job: Job) -> None:
    for day in job.with_lines:
        assert {line["symbol"]: int(Decimal(line["quantity"])) for line in day["lines"]} == HELD
        assert Decimal(day["pnl"]) == sum(Decimal(line["pnl"]) for line in day["lines"])


def test_cash_never_moves_without_a_trade_or_a_flow(job: Job) -> None:
    assert {day["cash"] for day in job.days} == {"780.00"}  # 100,000 - 70,738 - 28,482


def test_each_mark_is_the_close_of_its_day(job: Job) -> None:
    for symbol in HELD:
        for day in job.with_lines:
            [mark] = [line["mark"] for line in day["lines"] if line["symbol"] == symbol]
            assert Decimal(mark["price"]) == closes(symbol)[day["date"]]
            assert (mark["date"], mark["source"]) == (day["date"], "close")
