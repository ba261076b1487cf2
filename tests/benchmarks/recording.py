"""Recording valuations in a run: against COPY of the same rows, and against one commit each.

Ours takes decided days of accounts, some days to a save and some accounts at a time as a run
does, to durable rows: encoded, checked for versions, in order, readers told. The first peer is
COPY of those very rows into a table of the same shape, encoded already. Run it by
`python -m tests.benchmarks.recording`.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from time import perf_counter
from uuid import UUID, uuid4

import msgspec
import psycopg

from application.side_by_side import AT_A_TIME
from application.stale_days import SESSIONS_IN_A_SAVE
from domain.daily_valuation import DailyValuation
from domain.snapshot import Snapshot
from interfaces.bootstrap import Program
from tests.benchmarks.copying import Copying
from tests.benchmarks.databases import durable_database
from tests.benchmarks.row import Row, show
from tests.support.accounts import cause
from tests.support.books import position, valued
from tests.support.programs import build_program

ROUNDS = 5
VALUATIONS = 1_000
LINES = 50
Saves = Sequence[Sequence[DailyValuation]]


def measure() -> list[Row]:
    """Two rows, one against each peer.

    Raises:
        ValueError: the copied rows are not those of the store.
    """
    with (
        durable_database() as url,
        build_program(url) as program,
        psycopg.connect(url, autocommit=True) as owner,
    ):
        copying = Copying(owner)
        rounds = [_round(program, copying) for _ in range(ROUNDS)]
    saves = f"{AT_A_TIME} accounts at a time, {SESSIONS_IN_A_SAVE} days to a save"
    return [
        _row("COPY of the same rows", [(ours, copy) for ours, copy, _ in rounds], 0.10, saves),
        _row("one commit each", [(ours, single) for ours, _, single in rounds], 5, saves),
    ]


def _row(against: str, rounds: list[tuple[float, float]], goal: float, note: str) -> Row:
    return Row(
        what=f"Recording {VALUATIONS:,} valuations of {LINES} lines in a run",
        against=against,
        ours=tuple(ours for ours, _ in rounds),
        peer=tuple(peer for _, peer in rounds),
        goal=goal,
        note=note,
    )


def _round(program: Program, copying: Copying) -> tuple[float, float, float]:
    in_a_run, one_by_one = list(accounts()), [[day] for days in accounts() for day in days]
    ours = seconds(lambda: record(program, in_a_run, AT_A_TIME))
    copying.read([day.id for days in in_a_run for day in days])
    copied = seconds(copying.copy)
    copying.compare()
    return ours, copied, seconds(lambda: record(program, one_by_one, 1))


def seconds(work: Callable[[], object]) -> float:
    """How long it takes."""
    began = perf_counter()
    work()
    return perf_counter() - began


def record(program: Program, saves: Saves, at_a_time: int) -> None:
    """Save days, so many saves at once."""
    with ThreadPoolExecutor(at_a_time) as threads:
        list(threads.map(lambda days: program.log.save(*days, cause=cause()), saves))


def accounts() -> Iterator[list[DailyValuation]]:
    """The days of one new account after the other, decided and not yet recorded."""
    prices = {
        position(f"S{line}", str(line + 1), "20.00"): [
            f"{20 + line + day / 8}" for day in range(SESSIONS_IN_A_SAVE)
        ]
        for line in range(LINES)
    }
    snapshots = valued("1000000.00", prices)
    for _ in range(VALUATIONS // SESSIONS_IN_A_SAVE):
        account = uuid4()
        yield [_decided(snapshot, account) for snapshot in snapshots]


def _decided(snapshot: Snapshot, account: UUID) -> DailyValuation:
    return DailyValuation.calculate(msgspec.structs.replace(snapshot, portfolio_id=account))


if __name__ == "__main__":
    show(measure())
