"""Specification of the log as a stream (7.4), over real connections: nothing is ever missed."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from random import Random
from uuid import UUID

import httpx
import pytest

from domain.user import User
from interfaces.bootstrap import Program
from tests.support.event_streams import Following, Told
from tests.support.recording import cause, claimed
from tests.support.served import Served, served
from tests.support.visitors import Visitor, auditor, client_of, newcomer, refusal, superuser
from tests.support.waiting import eventually


class Scene:
    """A program that is served, with an auditor."""

    def __init__(self, program: Program, server: Served, reader: Visitor) -> None:
        self.program = program
        self.server = server
        self.reader = reader

    @contextmanager
    def follow(self, after: int | str | None = None, query: str = "") -> Iterator[Following]:
        """Follow the log, after an event if one is given."""
        headers = {"Authorization": f"Bearer {self.reader.token}"}
        if after is not None:
            headers["Last-Event-ID"] = str(after)
        url = f"{self.server.url}/api/v1/audit/events/stream{query}"
        with (
            httpx.Client(timeout=60) as client,
            client.stream("GET", url, headers=headers) as response,
        ):
            yield Following(response)

    def record(self, count: int) -> int:
        """Record events, one by one; the position of the last one."""
        return [self.program.log.save(claimed(), cause=cause()) for _ in range(count)][-1]


@pytest.fixture
def scene(program: Program) -> Iterator[Scene]:
    """The program of a test, served."""
    with served(program) as server, client_of(program) as client:
        yield Scene(program, server, auditor(program, client))


def positions(told: Sequence[Told]) -> list[int]:
    """Where the events stand."""
    return [one.position for one in told]


def test_the_log_is_told_from_its_beginning_and_as_it_grows(scene: Scene) -> None:
    end = scene.record(3)
    with scene.follow() as stream:
        assert stream.response.headers["content-type"].startswith("text/event-stream")
        assert positions(stream.take(end)) == list(range(1, end + 1))
        last = scene.record(2)
        assert positions(stream.take(2)) == [last - 1, last]


def test_an_event_is_told_as_the_list_of_events_tells_it_but_for_the_words(scene: Scene) -> None:
    with scene.follow(after=scene.record(1) - 1) as stream:
        [told] = stream.take(1)
    [listed] = scene.reader.get("/audit/events?limit=1").json()["events"]
    assert told == (listed["position"], {k: v for k, v in listed.items() if k != "text"})


def test_one_begins_after_a_position_and_ends_with_one(scene: Scene) -> None:
    end = scene.record(10)
    with scene.follow(query=f"?after={end - 5}&until={end - 2}") as stream:
        assert positions(stream.take(4)) == [end - 4, end - 3, end - 2]
    with scene.follow(after=end - 3, query=f"?after=1&until={end - 2}") as stream:
        assert positions(stream.take(2)) == [end - 2]
    with scene.follow(after=end - 2, query=f"?until={end - 2}") as stream:
        assert stream.response.status_code == 204


@pytest.mark.parametrize("nonsense", ["", "abc", "-5", "1.5", "9" * 5000])
def test_an_id_that_is_none_of_ours_goes_for_nothing(scene: Scene, nonsense: str) -> None:
    with scene.follow(after=nonsense, query="?after=1&until=2") as stream:
        assert positions(stream.take(2)) == [2]


def test_who_comes_back_again_and_again_misses_nothing_while_many_record(scene: Scene) -> None:
    """Eight threads record; the consumer loses its connection at random, 40 times."""
    begin, each, chance = scene.program.log.position(), 100, Random(8)  # noqa: S311 - no secret
    writers = [threading.Thread(target=scene.record, args=(each,)) for _ in range(8)]
    for writer in writers:
        writer.start()
    seen: list[Told] = []
    while len(seen) < 8 * each:
        left = 8 * each - len(seen)
        wanted = min(left, chance.randint(1, 40))
        with scene.follow(after=seen[-1].position if seen else begin) as stream:
            seen += stream.take(wanted)
    for writer in writers:
        writer.join()
    recorded = scene.program.log.read(begin, 8 * each + 1)
    assert positions(seen) == [one.position for one in recorded]
    told = [UUID(one.data["command_id"]) for one in seen]
    assert told == [one.cause.command_id for one in recorded]


def test_a_client_that_leaves_frees_everything(scene: Scene) -> None:
    with ExitStack() as open_ends:
        streams = [open_ends.enter_context(scene.follow()) for _ in range(30)]
        assert all(stream.next() for stream in streams)
        assert scene.server.log_watch.listeners == 30
        end = scene.record(1)
        assert {stream.take(end - 1)[-1].position for stream in streams} == {end}
    assert eventually(lambda: scene.server.log_watch.listeners == 0)


def test_a_token_that_is_given_back_ends_the_stream(scene: Scene) -> None:
    with scene.follow(after=scene.record(1) - 1) as stream:
        assert stream.next()
        assert scene.reader.post("/auth/logout").status_code == 200
        assert stream.next() is None


def test_a_rank_that_is_lost_ends_the_stream(scene: Scene) -> None:
    user_id = UUID(scene.reader.id())
    with scene.follow(after=scene.record(1) - 1) as stream:
        assert stream.next()
        changed = scene.program.administration.change_rank(user_id, User.revoke_auditor, cause())
        scene.program.rooms.catch_up(changed.position)
        assert stream.next() is None


def test_a_server_that_ends_cuts_consumers_off(program: Program) -> None:
    with client_of(program) as client:
        reader = auditor(program, client)
        with ExitStack() as open_ends:
            with served(program) as server:
                stream = open_ends.enter_context(Scene(program, server, reader).follow())
                assert stream.next()
            with pytest.raises(httpx.RemoteProtocolError):
                stream.take(1000)


def test_others_are_refused(program: Program) -> None:
    with client_of(program) as client:
        ann, root = newcomer(program, client), superuser(program, client)
        url = "/audit/events/stream?until=1"
        assert refusal(ann.get(url)) == (403, "ERR_AUDIT_001")
        assert refusal(root.acting_as(ann).get(url)) == (403, "ERR_ADMIN_007")
        assert root.get(url).status_code == 200
