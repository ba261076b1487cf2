"""Specification of reads from replicas: the same answers as without, whatever becomes of these."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from fastapi.testclient import TestClient

from infrastructure.replica import lag
from interfaces.bootstrap import Parts, Program, build
from tests.support.clocks import SetClock
from tests.support.own_database import OwnDatabase, own_database
from tests.support.postgres import FORGETFUL
from tests.support.programs import FAST, build_program, settings_for
from tests.support.replicas import OwnReplica, own_replica
from tests.support.visitors import Visitor, client_of, newcomer, refusal, work_off
from tests.support.waiting import eventually

SPY = "SPY,1,142.00,2012-12-31"
AFTER_ITS_REST = timedelta(seconds=6)


@dataclass(frozen=True)
class Town:
    """A primary and a replica of it, a program that reads from both, and its clock."""

    primary: OwnDatabase
    replica: OwnReplica
    program: Program
    client: TestClient
    clock: SetClock

    def outcomes(self) -> dict[str, int]:
        """What came of asking the replica so far."""
        return dict(self.program.room_reads.outcomes()[0])

    def again(self) -> None:
        """Let the replica be asked again, whatever was before."""
        self.clock.time += AFTER_ITS_REST

    def answers_by_replica(self, ada: Visitor) -> bool:
        """Whether the replica answers what Ada asks now."""
        self.again()
        before = self.outcomes().get("answered", 0)
        assert ada.get("/portfolios").status_code == 200
        return self.outcomes().get("answered", 0) > before


@contextmanager
def reading_from(url: str, read_urls: Sequence[str], clock: SetClock) -> Iterator[Program]:
    """The program on a primary and replicas."""
    settings = settings_for(url).model_copy(update={"database_read_url": ", ".join(read_urls)})
    parts = Parts(live_sources=(), password_cost=FAST, benchmarks=(), clock=clock)
    with build(settings, parts) as program:
        yield program


@pytest.fixture(scope="module")
def town() -> Iterator[Town]:
    """A town of this module's own; its replica is never left held back or dead."""
    with ExitStack() as held:
        primary = held.enter_context(own_database(FORGETFUL))
        build_program(primary.url).close()
        replica = held.enter_context(own_replica(primary))
        clock = SetClock(datetime.now(UTC))
        program = held.enter_context(reading_from(primary.url, [replica.url], clock))
        client = held.enter_context(client_of(program))
        yield Town(primary, replica, program, client, clock)


@pytest.fixture
def ada(town: Town) -> Visitor:
    """Somebody with an account, whose reads the replica answers."""
    ada = newcomer(town.program, town.client)
    ada.open_sample(SPY)
    eventually(lambda: town.answers_by_replica(ada), what="an answer by the replica")
    return ada


@pytest.fixture
def held_back(town: Town, ada: Visitor) -> Iterator[OwnReplica]:
    """The replica, which replays nothing that is recorded from now on."""
    town.replica.hold_back()
    yield town.replica
    town.replica.go_on()
    eventually(lambda: town.answers_by_replica(ada), what="an answer by the replica")


@pytest.fixture
def gone(town: Town, ada: Visitor) -> Iterator[None]:
    """The replica has ended without a word."""
    town.replica.drop()
    yield
    town.replica.bring_back()
    eventually(lambda: town.answers_by_replica(ada), what="an answer by the replica")


def test_rooms_are_read_from_the_replica(town: Town, ada: Visitor) -> None:
    portfolio_id = ada.open_sample(SPY)
    eventually(lambda: town.answers_by_replica(ada), what="an answer by the replica")
    page = {"status": "all"}
    before = town.replica.scans("positions")
    answers = [ada.get(f"/portfolios/{portfolio_id}/positions", params=page) for _ in range(5)]
    assert [len(answer.json()["positions"]) for answer in answers] == [1] * 5
    eventually(lambda: town.replica.scans("positions") > before, 30, "what the replica counts")


def test_whoever_commands_sees_it_though_the_replica_lags(
    town: Town, ada: Visitor, held_back: OwnReplica
) -> None:
    assert held_back is town.replica
    before = town.outcomes().get("behind", 0)
    ids = {ada.open_sample(SPY) for _ in range(4)}
    listed = ada.get("/portfolios").json()["portfolios"]
    assert ids < {portfolio["id"] for portfolio in listed}
    assert town.outcomes().get("behind", 0) > before


@pytest.mark.usefixtures("held_back")
def test_what_another_process_recorded_is_seen_as_soon_as_there(town: Town, ada: Visitor) -> None:
    with (
        reading_from(town.primary.url, [town.replica.url], town.clock) as other,
        client_of(other) as client,
    ):
        beside = replace(ada, client=client)
        portfolio_id = beside.open_sample(SPY)
        work_off(other, beside.post(f"/portfolio/{portfolio_id}/calculate"))
        valued = ada.get(f"/portfolios/{portfolio_id}").json()
        assert valued == beside.get(f"/portfolios/{portfolio_id}").json()
        assert valued["valuation_date"] is not None


@pytest.mark.usefixtures("held_back")
def test_a_session_that_ended_is_refused_though_the_replica_lags(ada: Visitor) -> None:
    assert ada.get("/portfolios").status_code == 200
    assert ada.post("/auth/logout-all").status_code == 200
    assert refusal(ada.get("/portfolios")) == (401, "ERR_AUTH_002")
    ada.log_in()


@pytest.mark.usefixtures("held_back")
def test_one_that_lags_is_left_alone_after_three_reads(town: Town, ada: Visitor) -> None:
    ada.open_sample(SPY)
    town.again()
    for _ in range(8):
        ada.get("/portfolios")
    before = town.outcomes()
    assert ada.get("/portfolios").status_code == 200
    assert town.outcomes() == before


@pytest.mark.usefixtures("gone")
def test_without_the_replica_the_primary_answers(town: Town, ada: Visitor) -> None:
    before = town.outcomes().get("failed", 0)
    assert [ada.get("/portfolios").status_code for _ in range(10)] == [200] * 10
    assert town.outcomes()["failed"] > before


def test_a_read_under_way_when_it_goes_is_answered_by_the_primary(town: Town, ada: Visitor) -> None:
    assert ada.token
    reads = town.program.room_reads
    with reads.for_reading(), reads.reading() as connection:
        assert connection.execute("SELECT pg_is_in_recovery()").fetchone() == (True,)
        town.replica.drop()
        assert connection.execute("SELECT pg_is_in_recovery()").fetchone() == (False,)
        assert connection.execute("SELECT 1").fetchone() == (1,)
    town.replica.bring_back()
    eventually(lambda: town.answers_by_replica(ada), what="an answer by the replica")


def ready(town: Town) -> tuple[int, str]:
    """Whether it is ready, and what it says of the replica."""
    with town.program.database.pool.connection() as connection:
        connection.execute("DELETE FROM jobs.procrastinate_workers")
        connection.execute("INSERT INTO jobs.procrastinate_workers DEFAULT VALUES")
    town.program.rooms.catch_up(town.program.log.position())
    answer = town.client.get("/health/ready")
    return answer.status_code, answer.json()["checks"]["read replica 1"]


def test_readiness_tells_of_the_replica(town: Town, ada: Visitor) -> None:
    assert ada.token
    assert ready(town) == (200, "ok")


@pytest.mark.usefixtures("gone")
def test_it_is_ready_without_the_replica_and_says_so(town: Town) -> None:
    status, told = ready(town)
    assert status == 200
    assert told == "ok: It does not answer; rooms are read from the primary."


@pytest.mark.usefixtures("held_back")
def test_it_is_ready_though_the_replica_lags_and_says_by_how_much(town: Town, ada: Visitor) -> None:
    ada.open_sample(SPY)
    status, told = ready(town)
    assert status == 200
    assert told.startswith("ok: It is ")
    assert told.endswith(" events behind; rooms are read from the primary.")


def test_metrics_count_what_came_of_asking_it(town: Town, ada: Visitor) -> None:
    assert ada.token
    here = TestClient(town.client.app, client=("127.0.0.1", 50_000))
    counted = here.get("/metrics").text
    assert 'sigmasight_replica_reads_total{outcome="answered",replica="1"}' in counted


def test_nobody_writes_to_the_replica(town: Town, ada: Visitor) -> None:
    assert ada.token
    reads = town.program.room_reads
    with (
        reads.for_reading(),
        reads.reading() as connection,
        pytest.raises(psycopg.errors.ReadOnlySqlTransaction),
    ):
        connection.execute("DELETE FROM rooms.users")
    assert ada.get("/portfolios").json()["total"] == 1


def test_what_is_asked_amid_commands_and_by_whoever_is_no_request_is_the_primarys(
    town: Town, ada: Visitor
) -> None:
    before = town.outcomes()
    assert ada.open(SPY).status_code == 201
    assert town.program.portfolios_room.totals().owners >= 1
    assert town.outcomes() == before


def test_an_address_of_another_database_is_left_alone(town: Town, ada: Visitor) -> None:
    with own_database(FORGETFUL) as other:
        build_program(other.url).close()
        with (
            reading_from(town.primary.url, [other.url, town.replica.url], town.clock) as program,
            client_of(program) as client,
        ):
            assert program.room_reads.told() == [
                "It is no replica of this database; rooms are read from the primary.",
                "ok",
            ]
            beside = replace(ada, client=client)
            for _ in range(4):
                assert beside.get("/portfolios").json()["total"] == 1
            foreign, streaming = program.room_reads.outcomes()
            assert set(foreign) == {"foreign"}
            assert streaming["answered"] > 0


@pytest.mark.parametrize(
    ("reached", "lacking"),
    [
        ({"users": (0, 7), "runs": (1, 3)}, 0),
        ({"users": (0, 9), "runs": (2, 1)}, 0),
        ({"users": (0, 5), "runs": (1, 3)}, 2),
        ({"users": (0, 7), "runs": (0, 9)}, 1),
        ({"users": (0, 7)}, 3),
        ({}, 7),
    ],
)
def test_a_replica_lags_by_the_room_that_lacks_most(
    reached: dict[str, tuple[int, int]], lacking: int
) -> None:
    assert lag(reached, {"users": (0, 7), "runs": (1, 3)}) == lacking
