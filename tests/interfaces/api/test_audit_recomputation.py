"""Specification of computing a version again over HTTP: the same bytes, or the lines (7.4)."""

from interfaces.bootstrap import Program
from tests.interfaces.conftest import World
from tests.support.programs import connect_owner
from tests.support.visitors import client_of, newcomer, refusal, work_off

DAY = "2013-02-01"


def url_of(world: World, day: str = DAY) -> str:
    """Where a day of Ada's is computed again."""
    return f"/audit/valuations/{world.valued}/{day}/recompute"


def test_what_a_version_names_gives_the_same_bytes_and_nothing_is_recorded(world: World) -> None:
    position = world.program.log.position()
    told = world.ada.post(url_of(world), params={"version": 1}).json()

    assert (told["available"], told["equal"], told["difference"]) == (True, True, None)
    assert told["recorded_sha256"] == told["computed_sha256"]
    assert told["engine_version"] == told["engine_version_now"]
    assert world.auditor.post(url_of(world)).json() == told
    assert world.program.log.position() == position


def test_of_a_version_that_is_not_there_nothing_is_computed(world: World) -> None:
    for day, asked in ((DAY, {"version": 2}), ("2013-02-03", {})):
        told = world.ada.post(url_of(world, day), params=asked).json()
        assert (told["available"], told["equal"], told["version"]) == (False, None, None)
        assert told["text"] == "There is no such version."
    assert refusal(world.ada.post(url_of(world), params={"version": 0}))[0] == 422


def test_nobody_else_has_it_computed(world: World) -> None:
    for other in (world.bob, world.superuser):
        assert refusal(other.post(url_of(world))) == (403, "ERR_PORT_403")


def test_a_figure_that_was_changed_in_the_store_is_found_with_its_line(
    program: Program, database: str
) -> None:
    with client_of(program) as client:
        ada = newcomer(program, client)
        portfolio_id = ada.open_sample()
        work_off(program, ada.post(f"/portfolio/{portfolio_id}/calculate"))
        with connect_owner(database) as owner:
            owner.execute(
                "UPDATE events.stored_events SET state = convert_to(replace("
                "convert_from(state, 'UTF8'), '\"775.6\"', '\"775.61\"'), 'UTF8')"
                " WHERE topic LIKE 'daily_valuation.%'"
            )
        told = ada.post(f"/audit/valuations/{portfolio_id}/{DAY}/recompute").json()

    assert told["equal"] is False
    assert told["recorded_sha256"] != told["computed_sha256"]
    [line] = told["difference"]["lines"]
    assert line["symbol"] == "GOOG"
    assert [line[side]["mark_price"] for side in ("before", "after")] == ["775.61", "775.60"]
