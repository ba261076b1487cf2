"""Specification of the runs as a superuser sees to them (spec 4.9)."""

from uuid import UUID, uuid4

import pytest

from tests.interfaces.conftest import World
from tests.support.programs import connect_owner
from tests.support.visitors import error_of, newcomer, refusal, work_off


@pytest.fixture
def ended_run(world: World) -> str:
    """A run of an account of Ada's that has ended."""
    return world.run


def start(world: World, **body: object) -> dict[str, object]:
    """Start a run as the superuser."""
    answer = world.superuser.post("/admin/batch/run", json=body)
    assert answer.status_code == 202, answer.text
    started: dict[str, object] = answer.json()
    return started


def shown(world: World, run_id: object) -> dict[str, object]:
    """A run as the superuser sees it, the rooms being current."""
    world.program.rooms.catch_up(world.program.log.position())
    found: dict[str, object] = world.superuser.get(f"/admin/batch/runs/{run_id}").json()
    return found


def test_anybodys_portfolio_is_calculated_for_a_reason(world: World) -> None:
    portfolio_id = newcomer(world.program, world.client).open_sample()
    answer = world.superuser.post(
        "/admin/batch/run", json={"portfolio_id": portfolio_id, "reason": "Asked by phone."}
    )
    body = answer.json()
    run_id = work_off(world.program, answer)
    assert body == {
        "status": "started",
        "batch_run_id": run_id,
        "portfolio_id": portfolio_id,
        "calculation_date": "2013-03-01",
        "message": "The calculation up to 2013-03-01 is queued.",
        "poll_url": f"/api/v1/admin/batch/runs/{run_id}",
    }
    run = world.superuser.ask("GET", body["poll_url"]).json()
    assert (run["status"], run["dates_valued"]) == ("completed", 42)
    assert (run["reason"], run["portfolio_ids"]) == ("Asked by phone.", [portfolio_id])
    assert run["triggered_by"] == world.superuser.get("/auth/me").json()["id"]


def test_a_restatement_leaves_out_what_is_of_today(world: World) -> None:
    started = start(world, portfolio_id=world.valued, restate=True)
    world.program.runs.execute(UUID(str(started["batch_run_id"])), "test")
    run = shown(world, started["batch_run_id"])
    assert run["kind"] == "restatement"
    phases = run["phases"]
    assert isinstance(phases, list)
    skipped = [phase["id"] for phase in phases if phase["status"] == "skipped"]
    assert skipped == [0, 2, 5]


def test_a_restatement_goes_through_the_days_asked_for(world: World) -> None:
    days = {"from_date": "2013-02-01", "to_date": "2013-02-28"}
    started = start(world, portfolio_id=world.valued, restate=True, **days)
    world.program.runs.execute(UUID(str(started["batch_run_id"])), "test")
    run = shown(world, started["batch_run_id"])
    log = run["log"]
    assert isinstance(log, list)
    assert log[0]["text"].endswith("Every day from 2013-02-01 to 2013-02-28 is computed again.")
    assert (run["status"], run["dates_restated"]) == ("completed", 0)


def test_a_live_run_is_named_unless_it_is_to_be_abandoned(world: World) -> None:
    ada = newcomer(world.program, world.client)
    portfolio_id = ada.open_sample()
    live = ada.post(f"/portfolio/{portfolio_id}/calculate").json()["batch_run_id"]
    again = world.superuser.post("/admin/batch/run", json={"portfolio_id": portfolio_id})
    assert refusal(again) == (409, "ERR_BATCH_005")
    assert error_of(again)["details"]["batch_run_id"] == live

    forced = start(world, portfolio_id=portfolio_id, force=True, reason="It hangs.")
    status = ada.get(f"/portfolio/{portfolio_id}/batch-status/{live}").json()
    assert status["error"] == {
        "code": "ERR_BATCH_006",
        "message": "Another run was forced in its place. It hangs.",
    }
    world.program.runs.execute(UUID(str(forced["batch_run_id"])), "test")
    assert shown(world, forced["batch_run_id"])["status"] == "completed"


def test_all_portfolios_are_a_run_with_parts(world: World) -> None:
    whole = UUID(str(start(world, reason="A new engine.")["batch_run_id"]))
    world.program.runs.execute(whole, "test")
    divided = shown(world, whole)
    assert (divided["status"], divided["parts"], divided["parts_ended"]) == ("running", 1, 0)
    current = world.superuser.get("/admin/batch/runs/current").json()["runs"]
    [part] = [run for run in current if run["part_of"] == str(whole)]
    world.program.runs.execute(UUID(part["batch_run_id"]), "test")

    ended = shown(world, whole)
    assert (ended["status"], ended["parts_ended"]) == ("completed", 1)
    assert ended["progress_percent"] == 100.0
    assert ended["phases"] == ended["portfolio_ids"] == []
    listed = world.superuser.get("/admin/batch/runs").json()["runs"]
    assert part["batch_run_id"] not in [run["batch_run_id"] for run in listed]


def test_the_owner_of_one_account_among_many_is_told_no_symbol_of_others(world: World) -> None:
    ada, bob = (newcomer(world.program, world.client) for _ in range(2))
    mine = ada.open_sample()
    bob.open_sample("XYZZY,10,5.00,2012-12-31")
    whole = UUID(str(start(world)["batch_run_id"]))
    world.program.runs.execute(whole, "test")
    world.program.rooms.catch_up(world.program.log.position())
    [part] = ada.get(f"/portfolios/{mine}/runs").json()["runs"]
    world.program.runs.execute(UUID(part["batch_run_id"]), "test")
    world.program.rooms.catch_up(world.program.log.position())

    url = f"/portfolio/{mine}/batch-status/{part['batch_run_id']}"
    status = ada.get(url).json()
    assert status["status"] == "partial"
    assert status["portfolio_id"] == mine
    [warning] = [said for phase in status["phases"] for said in phase["warnings"]]
    assert warning == (
        "1 warning about the accounts calculated together; your marks say what concerns you."
    )
    log = ada.get(f"{url}/log").text
    assert warning in log
    assert "XYZZY" not in log
    seen = shown(world, part["batch_run_id"])["log"]
    assert isinstance(seen, list)
    [told] = [said for entry in seen for said in entry["warnings"]]
    assert told.endswith("accounts hold positions without a current price.")


def test_the_runs_of_all_are_listed_newest_first_in_pages(world: World, ended_run: str) -> None:
    newest = start(world, portfolio_id=world.unvalued)["batch_run_id"]
    world.program.runs.execute(UUID(str(newest)), "test")
    world.program.rooms.catch_up(world.program.log.position())
    page = world.superuser.get("/admin/batch/runs", params={"limit": 1}).json()
    assert [run["batch_run_id"] for run in page["runs"]] == [newest]
    assert page["total"] > 1
    last = world.superuser.get(
        "/admin/batch/runs", params={"limit": 1, "offset": page["total"] - 1}
    ).json()
    assert [run["batch_run_id"] for run in last["runs"]] == [ended_run]


def test_the_summary_counts_what_runs_came_to(world: World) -> None:
    before = world.superuser.get("/admin/batch/summary").json()
    ada = newcomer(world.program, world.client)
    work_off(world.program, ada.post(f"/portfolio/{ada.open_sample()}/calculate"))
    after = world.superuser.get("/admin/batch/summary", params={"days": 1}).json()
    assert after["total"] == before["total"] + 1
    assert after["by_status"]["completed"] == before["by_status"]["completed"] + 1
    assert after["dates_valued"] == before["dates_valued"] + 42
    assert 0 < after["median_seconds"] <= after["longest_seconds"]
    assert after["live"] == before["live"]


def test_dead_runs_are_ended_a_portfolios_or_anybodys(world: World) -> None:
    ada = newcomer(world.program, world.client)
    accounts = [ada.open_sample() for _ in range(2)]
    dead = [
        ada.post(f"/portfolio/{account}/calculate").json()["batch_run_id"] for account in accounts
    ]
    forget_jobs(world, dead)
    one = world.superuser.post(
        "/admin/batch/cleanup-incomplete", json={"portfolio_id": accounts[0]}
    ).json()
    assert (one["status"], one["count"], one["batch_run_ids"]) == ("cleaned", 1, dead[:1])
    assert one["triggered_by"] == world.superuser.get("/auth/me").json()["id"]
    assert one["timestamp"].endswith("Z")
    rest = world.superuser.post("/admin/batch/cleanup-incomplete").json()
    assert dead[1] in rest["batch_run_ids"]
    status = ada.get(f"/portfolio/{accounts[1]}/batch-status/{dead[1]}").json()
    assert status["error"]["code"] == "ERR_BATCH_006"
    assert ada.post(f"/portfolio/{accounts[1]}/calculate").status_code == 202


def test_others_are_refused(world: World) -> None:
    answer = world.ada.post("/admin/batch/run", json={})
    assert refusal(answer) == (403, "ERR_ADMIN_001")


@pytest.mark.parametrize("run_id", [str(UUID(int=404)), "not-an-id"])
def test_an_unknown_run_is_not_found(world: World, run_id: str) -> None:
    answer = world.superuser.get(f"/admin/batch/runs/{run_id}")
    assert refusal(answer) == (404, "ERR_BATCH_404")


def test_an_unknown_portfolio_is_not_found(world: World) -> None:
    answer = world.superuser.post("/admin/batch/run", json={"portfolio_id": str(uuid4())})
    assert refusal(answer) == (404, "ERR_PORT_404")


@pytest.mark.parametrize(
    "body",
    [
        {"portfolio_id": "not-an-id"},
        {"from_date": "2013-01-02"},
        {"restate": True, "to_date": "2013-01-02"},
        {"restate": True, "from_date": "2013-01-03", "to_date": "2013-01-02"},
        {"restate": True, "from_date": "yesterday"},
        {"reason": "x" * 501},
        {"reason": "a\u0000b"},
        {"reason": "\ud800"},
        {"restate": "perhaps"},
    ],
)
def test_what_cannot_be_asked_is_refused(world: World, body: dict[str, object]) -> None:
    answer = world.superuser.post("/admin/batch/run", json=body)
    assert refusal(answer) == (422, "ERR_REQUEST_001")


def forget_jobs(world: World, run_ids: list[str]) -> None:
    """Lose the jobs of runs, as nobody should."""
    with connect_owner(world.program.database_url) as connection:
        connection.execute("SET search_path = jobs")
        connection.execute(
            "DELETE FROM procrastinate_jobs WHERE args->>'run_id' = ANY(%s)", [run_ids]
        )
