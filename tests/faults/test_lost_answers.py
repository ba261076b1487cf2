"""The connection is cut around a COMMIT: what was asked has happened once, and is answered."""

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest

from application.commands import RegisterUser, RequestRun
from application.ports import Statement
from application.repeating import FirstAnswer, FirstAnswers, LastEvent
from interfaces.bootstrap import Program
from tests.support.accounts import PASSWORD, Owner, cause, open_sample, shares
from tests.support.cutting_proxy import CuttingProxy, Where, cutting_proxy
from tests.support.journal import events_recorded, jobs_queued, rooms_differing_from_the_log
from tests.support.programs import build_program
from tests.support.reliability import Asked, Note
from tests.support.rounds import rounds
from tests.support.visitors import Visitor, client_of, newcomer

THREE_SESSIONS_TO_VALUE = "2013-02-27"
GOOG = [shares("GOOG", 100, "799.78", date(2013, 2, 27))]
COMMIT = b"COMMIT"
"""What ends a save that writes more than events; one of events alone commits by itself."""


@pytest.mark.parametrize("where", ["before", "after"])
@rounds(100)
def test_a_command_that_lost_its_answer_has_happened_once_and_is_answered(
    database: str, where: Where, rounds: int, note: Note
) -> None:
    with cutting_proxy(database) as proxy, build_program(proxy.url) as program:
        for number in range(rounds):
            do_everything(program, proxy, where, f"ada{number}@example.com")
        assert proxy.cuts == 4 * rounds
        assert rooms_differing_from_the_log(program, database) == []
    assert {topic: events_recorded(database, topic) for topic in FOR_EACH} == {
        topic: count * rounds for topic, count in FOR_EACH.items()
    }
    assert jobs_queued(database) == rounds
    note(
        Asked.LOST_ANSWERS,
        f"connection cut {where} COMMIT of registering, importing, requesting, calculating",
        4 * rounds,
        "it has happened once and is answered",
    )


FOR_EACH = {
    "email_claim.claimed": 1,
    "user.registered": 1,
    "portfolio.opened": 1,
    "calculation_run.requested": 1,
    "run_slot.claimed": 1,
    "daily_valuation": 3,
    "calculation_run.completed": 1,
}
"""Events by topic that one user, portfolio and run should leave."""


def do_everything(program: Program, proxy: CuttingProxy, where: Where, email: str) -> None:
    """Register, import, request and calculate; each of the four saves is cut."""
    code = program.invites.master_code
    proxy.cut(where, COMMIT)
    user = program.users.register(
        RegisterUser(email=email, password=PASSWORD, full_name="Ada", invite_code=code), cause()
    )
    ada = Owner(user.user_id, email, "")
    proxy.cut(where, b"portfolio.opened")
    portfolio_id = open_sample(program, ada, GOOG, equity_as_of=THREE_SESSIONS_TO_VALUE)
    proxy.cut(where, COMMIT)
    run = program.runs.request(RequestRun(portfolio_id=portfolio_id), cause(ada.user_id))
    proxy.cut(where, b"daily_valuation.snapshot_calculated")
    program.runs.execute(run.run_id, "test")


@pytest.mark.parametrize("where", ["before", "after"])
@rounds(100)
def test_a_command_whose_commit_was_cut_is_answered_alike_under_its_key_by_another_process(
    database: str, where: Where, rounds: int, note: Note
) -> None:
    with (
        cutting_proxy(database) as proxy,
        build_program(proxy.url) as program,
        build_program(database) as another,
        client_of(program) as client,
        client_of(another) as retrying,
    ):
        for _ in range(rounds):
            ada = newcomer(program, client)
            under = {"Idempotency-Key": str(uuid4())}
            proxy.cut(where, COMMIT)
            first = opened(ada, under)
            again = opened(replace(ada, client=retrying), under)
            assert (again.status_code, again.content) == (201, first.content)
            assert again.headers["X-Event-Position"] == first.headers["X-Event-Position"]
        assert proxy.cuts == rounds
    assert events_recorded(database, "portfolio.opened") == rounds
    note(
        Asked.LOST_ANSWERS,
        f"connection cut {where} COMMIT, repeated under the Idempotency-Key to another process",
        rounds,
        "the same body, one event",
    )


@rounds(100)
def test_a_command_whose_answer_was_lost_after_the_commit_is_answered_under_its_key(
    database: str, rounds: int, note: Note
) -> None:
    with build_program(database) as program, client_of(program) as client:
        failing = replace(program, first_answers=Failing(program.first_answers))
        with client_of(failing) as lost:
            for number in range(1, rounds + 1):
                ada = newcomer(program, client)
                under = {"Idempotency-Key": str(uuid4())}
                assert opened(replace(ada, client=lost), under).status_code == 500
                assert events_recorded(database, "portfolio.opened") == number
                first, again = opened(ada, under), opened(ada, under)
                assert (again.status_code, again.content) == (201, first.content)
                [entry] = ada.get("/portfolios").json()["portfolios"]
                assert entry["id"] == first.json()["id"]
                assert events_recorded(database, "portfolio.opened") == number
    note(
        Asked.LOST_ANSWERS,
        "a process fails after the COMMIT, before the answer leaves",
        rounds,
        "the same answer under the same key, one event",
    )


class Failing:
    """First answers of a process that fails when it has committed one, before it leaves."""

    def __init__(self, answers: FirstAnswers) -> None:
        self._answers = answers
        self._kept = 0

    def keep(
        self, user_id: UUID, key: str, answer: FirstAnswer, last_event: LastEvent | None
    ) -> Statement:
        """See `FirstAnswers.keep`."""
        self._kept += 1
        return self._answers.keep(user_id, key, answer, last_event)

    def keep_alone(self, user_id: UUID, key: str, answer: FirstAnswer) -> None:
        """See `FirstAnswers.keep_alone`."""
        self._answers.keep_alone(user_id, key, answer)

    def find(self, user_id: UUID, key: str) -> FirstAnswer | None:
        """See `FirstAnswers.find`."""
        if self._kept:
            self._kept = 0
            raise RuntimeError
        return self._answers.find(user_id, key)


def opened(visitor: Visitor, under: dict[str, str]) -> Any:
    """Ask for an empty account."""
    account = {
        "name": "Retirement",
        "account_name": "IRA",
        "account_type": "ira",
        "equity_balance": "1000.00",
    }
    return visitor.post("/portfolios", json=account, headers=under)
