"""Specification of following a run by Server-Sent Events (spec 4.6), over real connections."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from uuid import UUID

import httpx
import pytest

from application.commands import RequestRun
from interfaces.bootstrap import Program
from tests.support.accounts import Owner, cause, open_sample, register, shares
from tests.support.event_streams import Following, Told
from tests.support.openings import ENTRY
from tests.support.served import Served, served
from tests.support.waiting import eventually


class Scene:
    """A program that is served, with an owner and a sample account."""

    def __init__(self, program: Program, server: Served, open_ends: ExitStack) -> None:
        self.program = program
        self.server = server
        self.owner = register(program)
        terms = [shares("GOOG", 100, "580.07", ENTRY)]
        self.portfolio_id = open_sample(program, self.owner, terms)
        self._open_ends = open_ends

    def request(self) -> UUID:
        """Queue a run; the rooms are current."""
        command = RequestRun(portfolio_id=self.portfolio_id)
        run_id = self.program.runs.request(command, cause(self.owner.user_id)).run_id
        self.program.rooms.catch_up(self.program.log.position())
        return run_id

    def execute(self, run_id: UUID) -> None:
        """Work a run off; the rooms are current."""
        self.program.runs.execute(run_id, "worker-1")
        self.program.rooms.catch_up(self.program.log.position())

    def follow(
        self, run_id: UUID, after: int | str | None = None, owner: Owner | None = None
    ) -> Following:
        """Follow a run, after an event if one is given, on a connection of its own."""
        headers = {"Authorization": f"Bearer {(owner or self.owner).token}"}
        if after is not None:
            headers["Last-Event-ID"] = str(after)
        url = f"{self.server.url}/api/v1/portfolio/{self.portfolio_id}/batch-status/{run_id}/events"
        client = self._open_ends.enter_context(httpx.Client(timeout=20))
        return Following(self._open_ends.enter_context(client.stream("GET", url, headers=headers)))


@pytest.fixture
def scene(program: Program) -> Iterator[Scene]:
    """The program of a test, served."""
    with served(program) as server, ExitStack() as open_ends:
        yield Scene(program, server, open_ends)


def statuses(told: Sequence[Told]) -> list[str]:
    """What the events say of the run."""
    return [event.data["status"] for event in told]


def test_a_run_is_told_as_it_stands_then_as_it_goes_until_it_ends(scene: Scene) -> None:
    run_id = scene.request()
    stream = scene.follow(run_id)
    assert stream.response.headers["content-type"].startswith("text/event-stream")
    first = stream.next()
    assert first
    assert (first.data["status"], first.data["batch_run_id"]) == ("queued", str(run_id))

    scene.execute(run_id)
    rest = stream.rest()
    assert statuses(rest)[-1] == "completed"
    assert rest[-1].data["dates_valued"] == 42
    positions = [first.position, *(event.position for event in rest)]
    assert positions == sorted(set(positions))


def test_the_data_is_what_batch_status_answers(scene: Scene) -> None:
    run_id = scene.request()
    scene.execute(run_id)
    [told] = scene.follow(run_id).rest()
    url = f"{scene.server.url}/api/v1/portfolio/{scene.portfolio_id}/batch-status/{run_id}"
    headers = {"Authorization": f"Bearer {scene.owner.token}"}
    assert told.data == httpx.get(url, headers=headers, timeout=60).json()


def test_who_comes_back_gets_nothing_twice(scene: Scene) -> None:
    run_id = scene.request()
    queued = scene.follow(run_id).next()
    assert queued
    again = scene.follow(run_id, after=queued.position)
    scene.execute(run_id)

    told = again.rest()
    assert "queued" not in statuses(told)
    assert statuses(told)[-1] == "completed"
    assert told[0].position > queued.position


def test_who_comes_back_after_the_end_is_told_that_there_is_no_more(scene: Scene) -> None:
    run_id = scene.request()
    scene.execute(run_id)
    [last] = scene.follow(run_id).rest()

    assert scene.follow(run_id, after=last.position).response.status_code == 204
    [again] = scene.follow(run_id, after=last.position - 1).rest()
    assert again == last


@pytest.mark.parametrize("nonsense", ["", "abc", "-5", "1.5", "9" * 5000])
def test_an_id_that_is_none_of_ours_is_followed_from_the_beginning(
    scene: Scene, nonsense: str
) -> None:
    run_id = scene.request()
    scene.execute(run_id)

    assert statuses(scene.follow(run_id, after=nonsense).rest()) == ["completed"]


def test_only_the_owner_may_follow(scene: Scene) -> None:
    bob = register(scene.program, "bob@example.com")

    assert scene.follow(scene.request(), owner=bob).response.status_code == 403


def test_a_client_that_leaves_frees_everything(scene: Scene) -> None:
    run_id = scene.request()
    streams = [scene.follow(run_id) for _ in range(3)]
    assert all(stream.next() for stream in streams)
    assert scene.server.watch.listeners == 3

    streams[0].response.close()
    assert eventually(lambda: scene.server.watch.listeners == 2)
    for stream in streams[1:]:
        stream.response.close()
    assert eventually(lambda: scene.server.watch.listeners == 0)


def test_more_listeners_than_connections_keep_nobody_waiting(scene: Scene) -> None:
    run_id = scene.request()
    streams = [scene.follow(run_id) for _ in range(30)]
    assert all(stream.next() for stream in streams)
    scene.execute(run_id)

    assert {statuses(stream.rest())[-1] for stream in streams} == {"completed"}
    assert eventually(lambda: scene.server.watch.listeners == 0)


def test_a_server_that_ends_cuts_listeners_off(program: Program) -> None:
    with ExitStack() as open_ends:
        with served(program) as server:
            scene = Scene(program, server, open_ends)
            stream = scene.follow(scene.request())
            assert stream.next()
        with pytest.raises(httpx.RemoteProtocolError):
            stream.next()
