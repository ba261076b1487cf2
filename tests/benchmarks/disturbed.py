"""Reads of one account, while another of 2,000 positions is imported and calculated.

The file comes to the server that is read; the run is a worker's, in a process of its own. Reads
go on until the run has ended. Run it by `python -m tests.benchmarks.disturbed`.
"""

import os
from datetime import date, timedelta
from uuid import UUID

from application.commands import RequestRun
from tests.benchmarks import tails
from tests.benchmarks.databases import durable_database, silence_logs
from tests.benchmarks.reading import account_of_fifty, serve_program
from tests.benchmarks.row import Row, show
from tests.benchmarks.serving import served
from tests.support.accounts import SAMPLE_SYMBOLS, cause
from tests.support.client import Client, body
from tests.support.programs import build_program

ROUNDS = 5
POSITIONS = 2_000
FIRST_LOT_ON = date(2012, 1, 3)
GOAL = 1 / 2.5


def measure() -> list[Row]:
    """One row."""
    idle, busy = [], []
    with durable_database() as url:
        owner, portfolio_id = account_of_fifty(url)
        with served(serve_program, url) as connection:
            sides = tails.views(connection, owner, portfolio_id)
            for number in range(ROUNDS):
                idle.append(tails.idle(sides))
                with tails.meanwhile(_import, url, connection.port, number) as has_ended:
                    busy.append(tails.p99(sides, until=has_ended))
    return [
        Row(
            what=f"p99 of reads of three views while {POSITIONS:,} positions are imported "
            "and calculated",
            against="idle",
            ours=tuple(busy),
            peer=tuple(idle),
            goal=GOAL,
            note=f"server, worker, reader and PostgreSQL on {os.cpu_count()} cores",
        )
    ]


def _import(url: str, port: int, number: int) -> None:
    silence_logs()
    lots = [
        (symbol, FIRST_LOT_ON + timedelta(days=day))
        for day in range(POSITIONS // len(SAMPLE_SYMBOLS))
        for symbol in SAMPLE_SYMBOLS
    ]
    rows = [f"{symbol},{nth},50.25,{day}" for nth, (symbol, day) in enumerate(lots, 1)]
    email = f"importer{number}@example.com"
    with Client(f"http://127.0.0.1:{port}", email, timeout_s=60).arrive() as client:
        opened = body(client.create_portfolio(*rows, equity_balance="100000000"))
    with build_program(url) as program:
        portfolio_id = UUID(opened["portfolio_id"])
        run = program.runs.request(RequestRun(portfolio_id=portfolio_id), cause())
        program.runs.execute(run.run_id, "worker")


if __name__ == "__main__":
    show(measure())
