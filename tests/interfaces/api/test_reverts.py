"""Specification of taking imports back and bringing them back (spec 3.7)."""

from uuid import uuid4

import pytest
from httpx import Response

from tests.interfaces.conftest import World
from tests.support.visitors import csv_file, error_of, refusal, work_off

IBM = "IBM,10,190.00,2013-01-15"
GOOG = "GOOG,100,700.00,2012-12-31"
SPY = "SPY,200,142.00,2012-12-31"
FEWER = csv_file("GOOG,60,700.00,2012-12-31", SPY)


def asked(world: World, portfolio_id: str, import_id: str, what: str, **fields: object) -> Response:
    """What Ada is answered who asks for an import to be taken back or brought back."""
    return world.ada.post(f"/portfolios/{portfolio_id}/imports/{import_id}/{what}", json=fields)


def added(world: World, portfolio_id: str, *rows: str, **fields: str) -> str:
    """The id of an import of these rows."""
    answer = world.ada.import_file(portfolio_id, csv_file(*rows), **fields)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["import_id"])


def valued(world: World, *rows: str) -> str:
    """A portfolio of Ada's with valuations up to 2013-03-01."""
    portfolio_id = world.ada.open_sample(*rows)
    work_off(world.program, world.ada.post(f"/portfolio/{portfolio_id}/calculate"))
    return portfolio_id


def held(world: World, portfolio_id: str) -> list[tuple[str, str]]:
    """Symbol and open quantity of what is open."""
    return [
        (position["symbol"], position["open_quantity"])
        for position in world.ada.positions_of(portfolio_id, "open")
    ]


def test_an_import_is_taken_back_and_brought_back(world: World) -> None:
    portfolio_id = valued(world, GOOG)
    import_id = added(world, portfolio_id, IBM, SPY)
    before = world.ada.positions_of(portfolio_id)
    reverted = asked(world, portfolio_id, import_id, "revert", reason=" Wrong account. ")
    assert reverted.status_code == 200
    assert reverted.json() == {
        "import_id": import_id,
        "portfolio_id": portfolio_id,
        "status": "reverted",
        "dry_run": False,
        "positions_removed": 2,
        "positions_reopened": 0,
        "restates_from": "2012-12-31",
        "message": "Import taken back: positions removed 2. Valuations from 2012-12-31 on are "
        "stale until the next calculation.",
    }
    assert int(reverted.headers["X-Event-Position"]) == world.program.log.position()
    assert held(world, portfolio_id) == [("GOOG", "100.00")]
    [entry, _] = world.ada.imports_of(portfolio_id)
    assert (entry["status"], entry["reason"]) == ("reverted", "Wrong account.")
    assert entry["updated_at"] > entry["created_at"]
    redone = asked(world, portfolio_id, import_id, "redo")
    assert redone.json() == {
        "import_id": import_id,
        "portfolio_id": portfolio_id,
        "status": "imported",
        "dry_run": False,
        "positions_restored": 2,
        "positions_closed": 0,
        "restates_from": "2012-12-31",
        "message": "Import brought back: positions restored 2. Valuations from 2012-12-31 on are "
        "stale until the next calculation.",
    }
    assert [p["id"] for p in world.ada.positions_of(portfolio_id)] == [p["id"] for p in before]
    [entry, _] = world.ada.imports_of(portfolio_id)
    assert (entry["status"], entry["reason"]) == ("imported", None)


def test_what_a_replacing_import_had_closed_is_held_again(world: World) -> None:
    portfolio_id = valued(world, GOOG, SPY)
    import_id = world.ada.import_file(portfolio_id, FEWER, mode="replace").json()["import_id"]
    assert held(world, portfolio_id) == [("GOOG", "60.00"), ("SPY", "200.00")]
    reverted = asked(world, portfolio_id, import_id, "revert").json()
    assert (reverted["positions_removed"], reverted["positions_reopened"]) == (0, 1)
    assert held(world, portfolio_id) == [("GOOG", "100.00"), ("SPY", "200.00")]
    redone = asked(world, portfolio_id, import_id, "redo").json()
    assert (redone["positions_restored"], redone["positions_closed"]) == (0, 1)
    assert held(world, portfolio_id) == [("GOOG", "60.00"), ("SPY", "200.00")]


def test_a_dry_run_tells_the_same_and_stores_nothing(world: World) -> None:
    portfolio_id = valued(world, GOOG)
    import_id = added(world, portfolio_id, IBM)
    for what, count in (("revert", "positions_removed"), ("redo", "positions_restored")):
        position, shown = world.program.log.position(), held(world, portfolio_id)
        dry = asked(world, portfolio_id, import_id, what, dry_run=True)
        assert dry.status_code == 200
        assert "X-Event-Position" not in dry.headers
        assert dry.json()["message"].startswith("Dry run, nothing was stored. Import ")
        assert (world.program.log.position(), held(world, portfolio_id)) == (position, shown)
        real = asked(world, portfolio_id, import_id, what).json()
        assert real[count] == 1
        differing = {"dry_run", "message"}
        assert {name: dry.json()[name] for name in real if name not in differing} == {
            name: real[name] for name in real if name not in differing
        }


def test_what_is_reverted_or_restored_already_is_nothing_to_do(world: World) -> None:
    portfolio_id = world.ada.open_sample(GOOG)
    import_id = added(world, portfolio_id, IBM)
    assert asked(world, portfolio_id, import_id, "redo").json()["positions_restored"] == 0
    asked(world, portfolio_id, import_id, "revert", reason="first")
    again = asked(world, portfolio_id, import_id, "revert", reason="second")
    assert (again.status_code, again.json()["positions_removed"]) == (200, 0)
    assert (again.json()["status"], again.json()["restates_from"]) == ("reverted", None)
    assert world.ada.imports_of(portfolio_id)[0]["reason"] == "first"


def test_an_import_that_a_later_one_closed_cannot_be_taken_back(world: World) -> None:
    portfolio_id = valued(world, GOOG, SPY)
    first = world.ada.imports_of(portfolio_id)[0]["import_id"]
    world.ada.import_file(portfolio_id, FEWER, mode="replace")
    for is_dry_run in (True, False):
        answer = asked(world, portfolio_id, first, "revert", dry_run=is_dry_run)
        assert refusal(answer) == (409, "ERR_PORT_013")
        assert "GOOG of 2012-12-31" in error_of(answer)["message"]
    assert held(world, portfolio_id) == [("GOOG", "60.00"), ("SPY", "200.00")]


def test_after_a_revert_the_file_comes_in_again_and_then_cannot_be_brought_back(
    world: World,
) -> None:
    portfolio_id = world.ada.open_sample(GOOG)
    first = added(world, portfolio_id, IBM)
    asked(world, portfolio_id, first, "revert")
    second = added(world, portfolio_id, IBM)
    answer = asked(world, portfolio_id, first, "redo")
    assert refusal(answer) == (409, "ERR_PORT_014")
    assert error_of(answer)["details"] == {"import_id": second}


@pytest.mark.parametrize("what", ["revert", "redo"])
def test_an_unknown_import_is_told_so(world: World, what: str) -> None:
    [others] = world.ada.imports_of(world.unvalued)
    for import_id in (str(uuid4()), "not-an-id", others["import_id"]):
        answer = asked(world, world.valued, import_id, what)
        assert refusal(answer) == (404, "ERR_IMPORT_404")


@pytest.mark.parametrize("reason", ["x" * 501, "two\nlines", "nul\x00", "\ud800", 5])
def test_a_reason_is_up_to_500_printable_characters(world: World, reason: object) -> None:
    [entry] = world.ada.imports_of(world.valued)
    answer = asked(world, world.valued, entry["import_id"], "revert", reason=reason)
    assert refusal(answer) == (422, "ERR_REQUEST_001")
    assert [f["field"] for f in error_of(answer)["details"]["fields"]] == ["reason"]
    assert world.ada.imports_of(world.valued)[0]["status"] == "imported"


@pytest.mark.parametrize("body", [{}, {"json": {}}, {"json": None}, {"json": {"reason": None}}])
def test_a_reason_is_not_required(world: World, body: dict[str, object]) -> None:
    portfolio_id = world.ada.open_sample(GOOG)
    import_id = added(world, portfolio_id, IBM)
    url = f"/portfolios/{portfolio_id}/imports/{import_id}/revert"
    assert world.ada.post(url, **body).json()["positions_removed"] == 1
    assert world.ada.imports_of(portfolio_id)[0]["reason"] is None
