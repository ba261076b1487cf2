"""Nobody changes what was recorded; and no event or save is too big to be recorded."""

import time
from uuid import uuid4

import psycopg
import pytest

from domain.calculation_run import CalculationRun
from domain.daily_valuation import DailyValuation
from infrastructure.event_store.event_log import PostgresEventLog
from tests.support.books import PORTFOLIO, position, valued
from tests.support.recording import cause, claimed, everything

Connection = psycopg.Connection[tuple[object, ...]]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE events.stored_events SET topic = topic",
        "DELETE FROM events.stored_events",
        "TRUNCATE events.stored_events",
        "INSERT INTO events.stored_events VALUES (gen_random_uuid(), 1, 'a.b', '{}')",
        "SELECT events.es_insert_events_uuid(ARRAY[(gen_random_uuid(), 1, 'a.b', '{}')"
        "::events.stored_event_uuid])",
        "LOCK TABLE events.stored_events IN EXCLUSIVE MODE",
        "SELECT setval('events.stored_events_notification_id_seq', 1)",
        "DROP TABLE events.stored_events",
        "ALTER TABLE events.stored_events DISABLE TRIGGER ALL",
        "CREATE TABLE events.mine (id int)",
    ],
)
def test_the_application_can_neither_change_nor_go_around_the_log(
    log: PostgresEventLog, app: Connection, statement: str
) -> None:
    log.save(claimed(), cause=cause())
    before = everything(log)
    with pytest.raises(psycopg.errors.InsufficientPrivilege), app.transaction():
        app.execute(statement.encode())
    assert everything(log) == before


def test_the_application_reads_events_with_sql(log: PostgresEventLog, app: Connection) -> None:
    slot = claimed()
    log.save(slot, cause=cause())
    query = (
        "SELECT convert_from(state, 'UTF8')::jsonb #>> '{data,run_id}' FROM events.stored_events"
    )
    assert app.execute(query).fetchall() == [(str(slot.run_id),)]


def test_an_event_of_five_megabytes_is_recorded_and_read(log: PostgresEventLog) -> None:
    run = CalculationRun(uuid4())
    run.record(CalculationRun.Abandoned(reason="x" * 5_000_000))
    began = time.monotonic()
    log.save(run, cause=cause())
    (recorded,) = log.read(0, 10)
    assert recorded.event == CalculationRun.Abandoned(reason="x" * 5_000_000)
    assert time.monotonic() - began < 10


def test_a_page_ends_early_where_its_events_are_large_and_always_brings_one(
    log: PostgresEventLog,
) -> None:
    reasons = [str(n) * 1_500_000 for n in range(6)]
    for reason in (*reasons, "y" * 5_000_000):
        run = CalculationRun(uuid4())
        run.record(CalculationRun.Abandoned(reason=reason))
        log.save(run, cause=cause())
    pages, after = [], 0
    while page := log.read(after, 100):
        pages.append(len(page))
        after = page[-1].position
    assert pages == [3, 3, 1]


def test_a_thousand_valuations_of_fifty_lines_are_one_save(log: PostgresEventLog) -> None:
    snapshots = valued(
        "1000000.00", {position(f"S{n}", "10", "5.00"): ["5.00"] * 1000 for n in range(50)}
    )
    days = [DailyValuation.calculate(snapshot) for snapshot in snapshots]
    assert (len(days), len(days[0].latest.lines.symbol)) == (1000, 50)
    began = time.monotonic()
    log.save(*days, cause=cause())
    assert time.monotonic() - began < 20
    assert len(log.existing([day.id for day in days])) == 1000
    loaded = log.load(DailyValuation, days[-1].id)
    assert loaded is not None
    assert loaded.latest == days[-1].latest
    assert loaded.latest.portfolio_id == PORTFOLIO
