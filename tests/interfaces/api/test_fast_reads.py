"""Specification of kept answers: the same as the route's, never older than what it reads (9.1)."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from random import Random
from uuid import UUID, uuid4

import pytest
from httpx import ASGITransport, AsyncClient, Response

from interfaces.api.app import create_app
from interfaces.bootstrap import Program
from projections.kept_answers import Asker, KeptAnswer, KeptAnswers, forget
from tests.interfaces.conftest import World
from tests.support.programs import connect_owner
from tests.support.visitors import Visitor, client_of, csv_file, newcomer, refusal, work_off

IBM = "IBM,10,190.00,2013-01-15"
ANSWER = KeptAnswer('"1"', b"{}")


@pytest.fixture
def served(world: World) -> Iterator[Visitor]:
    """Somebody with a client of a program that is being served, so that answers are kept."""
    with client_of(world.program) as client:
        yield newcomer(world.program, client)


def positions(visitor: Visitor, portfolio_id: str, etag: str | None = None) -> Response:
    """Read the view that is kept."""
    headers = {"If-None-Match": etag} if etag else {}
    return visitor.get(f"/portfolios/{portfolio_id}/positions", headers=headers)


def kept(program: Program, portfolio_id: str) -> list[bytes]:
    """What is kept of a portfolio."""
    with connect_owner(program.database_url) as connection:
        rows = connection.execute(
            "SELECT encode(body, 'escape') FROM rooms.kept_answers WHERE portfolio_id = %s",
            [portfolio_id],
        )
        return [str(body).encode() for (body,) in rows]


def former(program: Program) -> KeptAnswers:
    """What is kept by a program of the version before."""
    return replace(program.kept_positions, program="of the version before")


def test_what_the_route_answered_is_answered_again(world: World, served: Visitor) -> None:
    portfolio_id = served.open_sample()
    assert kept(world.program, portfolio_id) == []
    first = positions(served, portfolio_id)
    assert kept(world.program, portfolio_id) == [first.content]
    second = positions(served, portfolio_id)
    assert (second.status_code, second.content) == (200, first.content)
    assert second.headers["etag"] == first.headers["etag"]
    assert second.headers["content-type"] == first.headers["content-type"]
    assert set(second.headers) == set(first.headers)


def test_it_comes_from_what_is_kept(world: World, served: Visitor) -> None:
    portfolio_id = served.open_sample()
    positions(served, portfolio_id)
    with connect_owner(world.program.database_url) as connection:
        connection.execute("UPDATE rooms.kept_answers SET body = '{}'")
    assert positions(served, portfolio_id).content == b"{}"
    assert served.get(f"/portfolios/{portfolio_id}/positions?limit=50").json()["total"] == 2


def test_who_has_it_already_is_told_so(served: Visitor) -> None:
    portfolio_id = served.open_sample()
    etag = positions(served, portfolio_id).headers["etag"]
    again = positions(served, portfolio_id, etag)
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", etag)
    served.import_file(portfolio_id, csv_file(IBM))
    changed = positions(served, portfolio_id, etag)
    assert changed.status_code == 200
    assert changed.headers["etag"] != etag


def test_it_is_nobody_elses(world: World, served: Visitor) -> None:
    portfolio_id = served.open_sample()
    positions(served, portfolio_id)
    other = newcomer(world.program, served.client)
    assert refusal(positions(other, portfolio_id)) == (403, "ERR_PORT_403")
    assert refusal(positions(Visitor(served.client), portfolio_id)) == (401, "ERR_AUTH_002")
    forged = Visitor(served.client, token=f"{served.token}x")
    assert refusal(positions(forged, portfolio_id)) == (401, "ERR_AUTH_002")
    assert refusal(positions(served, str(uuid4()))) == (404, "ERR_PORT_404")


@pytest.mark.parametrize("seed", range(3))
def test_a_read_after_a_command_sees_it(served: Visitor, seed: int) -> None:
    portfolio_id, chance = served.open_sample(), Random(seed)  # noqa: S311 - the same each time
    for number in range(12):
        for _ in range(chance.randrange(3)):
            positions(served, portfolio_id)
        body = {
            "symbol": chance.choice(["IBM", "DIA", "MSFT"]),
            "quantity": str(number + 1),
            "entry_price": "100.00",
            "entry_date": "2013-01-15",
        }
        served.post(f"/portfolios/{portfolio_id}/positions", json=body)
        shown = served.get(f"/portfolios/{portfolio_id}/positions?status=open")
        assert positions(served, portfolio_id).content == shown.content


def test_an_answer_that_may_be_older_than_its_rows_is_not_kept(world: World) -> None:
    portfolio_id = world.ada.open_sample()

    async def keep_late() -> bool:
        program = world.program
        async with program.reading.opened():
            stood = await program.kept_positions.positions()
            assert stood is not None
            await asyncio.to_thread(world.ada.import_file, portfolio_id, csv_file(IBM))
            keep = program.kept_positions.keep
            return await keep(UUID(portfolio_id), "positions", ANSWER, stood)

    assert asyncio.run(keep_late()) is False
    assert kept(world.program, portfolio_id) == []


def test_an_answer_of_rows_that_a_rebuild_replaced_is_not_kept(world: World) -> None:
    """Though the rooms stand where they stood."""
    portfolio_id = world.ada.open_sample()

    async def keep_late() -> bool:
        program = world.program
        async with program.reading.opened():
            stood = await program.kept_positions.positions()
            assert stood is not None
            await asyncio.to_thread(program.upkeep.rebuild, "positions")
            keep = program.kept_positions.keep
            return await keep(UUID(portfolio_id), "positions", ANSWER, stood)

    assert asyncio.run(keep_late()) is False
    assert kept(world.program, portfolio_id) == []


def test_a_room_that_is_built_again_forgets(world: World, served: Visitor) -> None:
    portfolio_id = served.open_sample()
    positions(served, portfolio_id)
    assert world.program.upkeep.rebuild("positions")
    assert kept(world.program, portfolio_id) == []


def test_what_was_measured_since_is_in_the_next_answer(world: World, served: Visitor) -> None:
    portfolio_id = served.open_sample()
    positions(served, portfolio_id)
    work_off(world.program, served.post(f"/portfolio/{portfolio_id}/calculate"))
    assert kept(world.program, portfolio_id) == []

    told = positions(served, portfolio_id).json()["positions"]
    measured = served.get(f"/analytics/portfolio/{portfolio_id}/market-beta").json()
    contributions = measured["by_weights"]["contributions"]
    assert {one["symbol"]: one["beta"] for one in told} == {
        one["symbol"]: one["beta"] for one in contributions
    }
    assert kept(world.program, portfolio_id)
    assert world.program.upkeep.rebuild("analytics")
    assert kept(world.program, portfolio_id) == []


def test_what_the_opening_found_ended_is_held_after_it_was_corrected(served: Visitor) -> None:
    ended = "GOOG130119C00700000,2,31.50,2013-01-02"
    portfolio_id = served.open_sample(ended, IBM, equity_as_of="2013-01-18")
    before = positions(served, portfolio_id)
    assert [one["symbol"] for one in before.json()["positions"]] == ["IBM"]
    corrected = served.ask(
        "PATCH", f"/api/v1/portfolios/{portfolio_id}/opening", json={"equity_as_of": "2013-01-15"}
    )
    assert corrected.status_code == 200, corrected.text
    after = positions(served, portfolio_id, before.headers["etag"])
    assert after.status_code == 200
    shown = served.get(f"/portfolios/{portfolio_id}/positions?status=open")
    assert (after.json()["total"], after.content) == (2, shown.content)


def test_what_another_version_of_the_program_kept_is_answered_by_that_one_alone(
    world: World, served: Visitor
) -> None:
    """Both serve during an upgrade without a pause; whichever starts next clears up."""
    portfolio_id = served.open_sample()
    made = positions(served, portfolio_id).content
    ours, theirs = world.program.kept_positions, former(world.program)
    claims = world.program.tokens.read(str(served.token))
    asker = Asker(claims.user_id, claims.session_version, claims.token_id)

    async def found() -> list[bytes | None]:
        async with world.program.reading.opened():
            stood = await theirs.positions()
            assert stood is not None
            assert await theirs.keep(UUID(portfolio_id), "positions", ANSWER, stood)
            asked = (UUID(portfolio_id), "positions", asker)
            answers = [await ours.find(*asked), await theirs.find(*asked)]
            return [answer.body if answer else None for answer in answers]

    assert asyncio.run(found()) == [made, b"{}"]
    assert sorted(kept(world.program, portfolio_id)) == sorted([made, b"{}"])
    world.program.rooms.prepare()  # as every start does
    assert kept(world.program, portfolio_id) == [made]


def test_a_start_waits_for_nobody_who_forgets_what_was_kept(world: World, served: Visitor) -> None:
    portfolio_id, theirs = served.open_sample(), former(world.program)

    async def keep() -> bool:
        async with world.program.reading.opened():
            stood = await theirs.positions()
            assert stood is not None
            return await theirs.keep(UUID(portfolio_id), "positions", ANSWER, stood)

    assert asyncio.run(keep())
    with world.program.database.pool.connection() as connection:
        forget(connection, ["positions"], [UUID(portfolio_id)])
        world.program.rooms.prepare()  # as every start does
    assert kept(world.program, portfolio_id) == []


def test_many_readers_beside_a_writer_never_see_less_than_was_acknowledged(
    world: World, served: Visitor
) -> None:
    portfolio_id = served.open_sample()
    url = f"/api/v1/portfolios/{portfolio_id}/positions"
    headers = {"Authorization": f"Bearer {served.token}"}
    known = 2

    async def read_beside() -> None:
        nonlocal known
        app = create_app(world.program)
        async with (
            world.program.reading.opened(),
            AsyncClient(transport=ASGITransport(app), base_url="http://test") as client,
        ):
            writing = asyncio.create_task(write(client))
            while not writing.done():
                before = known
                answers = await asyncio.gather(*(client.get(url, headers=headers) for _ in "1234"))
                assert all(answer.json()["total"] >= before for answer in answers)
            await writing

    async def write(client: AsyncClient) -> None:
        nonlocal known
        for number in range(15):
            body = {
                "symbol": "IBM",
                "quantity": str(number + 1),
                "entry_price": "100.00",
                "entry_date": "2013-01-15",
            }
            answer = await client.post(url, json=body, headers=headers)
            assert answer.status_code == 201, answer.text
            known += 1

    asyncio.run(read_beside())
    assert known == 17
