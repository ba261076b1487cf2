"""The connection is cut around a COMMIT: what was asked has happened once, and is answered."""

from datetime import date

import pytest

from application.commands import RegisterUser, RequestRun
from interfaces.bootstrap import Program
from tests.support.accounts import PASSWORD, Owner, cause, open_sample, shares
from tests.support.cutting_proxy import CuttingProxy, Where, cutting_proxy
from tests.support.journal import events_recorded, jobs_queued, rooms_differing_from_the_log
from tests.support.programs import build_program
from tests.support.rounds import rounds

THREE_SESSIONS_TO_VALUE = "2013-02-27"
GOOG = [shares("GOOG", 100, "799.78", date(2013, 2, 27))]
COMMIT = b"COMMIT"
"""What ends a save that writes more than events; one of events alone commits by itself."""


@pytest.mark.parametrize("where", ["before", "after"])
@rounds(100)
def test_a_command_that_lost_its_answer_has_happened_once_and_is_answered(
    database: str, where: Where, rounds: int
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
