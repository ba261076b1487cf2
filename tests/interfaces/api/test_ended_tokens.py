"""Tokens are refused before their end, at once, in every process and after a restart (4.3, 9.3)."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

import pytest
from fastapi.testclient import TestClient
from httpx import Response

from interfaces.bootstrap import Program
from tests.support.postgres import fresh_database
from tests.support.programs import build_program
from tests.support.visitors import PASSWORD, Visitor, client_of, newcomer, refusal, superuser

REFUSED = (401, "ERR_AUTH_002")


@dataclass(frozen=True)
class Place:
    """A program that is being served, with a superuser."""

    program: Program
    client: TestClient
    root: Visitor

    def newcomer(self) -> Visitor:
        """Somebody new."""
        return newcomer(self.program, self.client)

    def rank(self, visitor: Visitor, verb: str) -> None:
        """Let the superuser decide about somebody's rank."""
        done(self.root.post(f"/admin/users/{visitor.id()}/{verb}"))


def done(answer: Response) -> Response:
    """The answer of a command that must succeed."""
    assert answer.status_code == 200, answer.text
    return answer


def signed_out(place: Place) -> Visitor:
    """One token was given back."""
    ada = place.newcomer()
    again = replace(ada)
    again.log_in()
    done(ada.post("/auth/logout"))
    assert again.get("/auth/me").status_code == 200
    return ada


def signed_out_everywhere(place: Place) -> Visitor:
    """All tokens were, by another one."""
    ada = place.newcomer()
    again = replace(ada)
    again.log_in()
    done(again.post("/auth/logout-all"))
    return ada


def password_changed(place: Place) -> Visitor:
    """The password is another one; whoever changed it is still in."""
    ada = place.newcomer()
    body = {"current_password": PASSWORD, "new_password": "Difference1Engine"}
    fresh = done(ada.post("/auth/change-password", json=body)).json()["access_token"]
    assert replace(ada, token=fresh).get("/auth/me").status_code == 200
    return ada


def promoted(place: Place) -> Visitor:
    """A user became a superuser."""
    ada = place.newcomer()
    place.rank(ada, "promote")
    return ada


def demoted(place: Place) -> Visitor:
    """A superuser became a user."""
    ada = superuser(place.program, place.client)
    place.rank(ada, "demote")
    return ada


def deactivated(place: Place) -> Visitor:
    """A user was shut out."""
    ada = place.newcomer()
    place.rank(ada, "deactivate")
    return ada


def reactivated(place: Place) -> Visitor:
    """A user was shut out and let in again."""
    ada = deactivated(place)
    done(place.root.post(f"/admin/users/{user_id(place, ada)}/reactivate"))
    return ada


def impersonation_stopped(place: Place) -> Visitor:
    """A superuser is no other user any more."""
    acting = place.root.acting_as(place.newcomer())
    done(acting.post("/admin/stop-impersonation"))
    return acting


def impersonation_signed_out(place: Place) -> Visitor:
    """A superuser signed out as another user, who is still in."""
    ada = place.newcomer()
    acting = place.root.acting_as(ada)
    done(acting.post("/auth/logout"))
    assert ada.get("/auth/me").status_code == 200
    return acting


def impersonated_user_deactivated(place: Place) -> Visitor:
    """The user acted as was shut out."""
    ada = place.newcomer()
    acting = place.root.acting_as(ada)
    place.rank(ada, "deactivate")
    return acting


def impersonator_demoted(place: Place) -> Visitor:
    """The superuser who acts ceased to be one."""
    other = superuser(place.program, place.client)
    acting = other.acting_as(place.newcomer())
    place.rank(other, "demote")
    return acting


def impersonator_signed_out_everywhere(place: Place) -> Visitor:
    """The superuser who acts gave back every token."""
    other = superuser(place.program, place.client)
    acting = other.acting_as(place.newcomer())
    done(other.post("/auth/logout-all"))
    return acting


ENDS: list[Callable[[Place], Visitor]] = [
    *(signed_out, signed_out_everywhere, password_changed),
    *(promoted, demoted, deactivated, reactivated),
    *(impersonation_stopped, impersonation_signed_out),
    *(impersonated_user_deactivated, impersonator_demoted, impersonator_signed_out_everywhere),
]


def user_id(place: Place, visitor: Visitor) -> str:
    """The id of a user who is shut out, from the list."""
    listed = place.root.get("/admin/users", params={"email": visitor.email}).json()
    return str(listed["users"][0]["id"])


@contextmanager
def opened(database: str) -> Iterator[Place]:
    """A program on the database, served, with a superuser of its own."""
    with build_program(database) as program, client_of(program) as client:
        yield Place(program, client, superuser(program, client))


@dataclass(frozen=True)
class Everywhere:
    """Two programs on one database, and one that started when all tokens had ended."""

    here: Place
    elsewhere: Place
    anew: Place
    ended: dict[str, Visitor]


@pytest.fixture(scope="module")
def everywhere(postgres_server: str, template_database: str) -> Iterator[Everywhere]:
    """Tokens that have ended in every way there is, at one of two programs."""
    with (
        fresh_database(postgres_server, template_database) as database,
        opened(database) as here,
        opened(database) as elsewhere,
    ):
        ended = {end.__name__: end(here) for end in ENDS}
        with opened(database) as anew:
            yield Everywhere(here, elsewhere, anew, ended)


@pytest.mark.parametrize("end", [end.__name__ for end in ENDS])
@pytest.mark.parametrize("place", ["here", "elsewhere", "anew"])
def test_a_token_that_was_ended_is_refused(everywhere: Everywhere, end: str, place: str) -> None:
    client = getattr(everywhere, place).client
    visitor = replace(everywhere.ended[end], client=client)
    assert refusal(visitor.get("/auth/me")) == REFUSED
    assert refusal(visitor.post("/auth/refresh")) == REFUSED
    assert refusal(visitor.post("/portfolios", json={})) == REFUSED
    assert refusal(visitor.get("/admin/users")) == REFUSED


@pytest.mark.parametrize("end", [signed_out, signed_out_everywhere, promoted, reactivated])
def test_who_signs_in_again_is_in(everywhere: Everywhere, end: Callable[[Place], Visitor]) -> None:
    visitor = replace(everywhere.ended[end.__name__], client=everywhere.elsewhere.client)
    assert visitor.log_in().status_code == 200
    assert visitor.get("/auth/me").status_code == 200


def test_who_was_deactivated_is_refused_like_an_unknown_user(everywhere: Everywhere) -> None:
    shut_out = replace(everywhere.ended["deactivated"], token=None)
    unknown = Visitor(everywhere.here.client)
    answers = [visitor.log_in().json()["error"] for visitor in (shut_out, unknown)]
    assert answers[0] | {"request_id": ""} == answers[1] | {"request_id": ""}


@pytest.mark.parametrize("way", ["logout", "logout-all"])
def test_an_answer_that_is_kept_is_not_for_ended_tokens(everywhere: Everywhere, way: str) -> None:
    ada = everywhere.here.newcomer()
    url = f"/portfolios/{ada.open_sample()}/positions"
    again = replace(ada)
    again.log_in()
    assert [visitor.get(url).status_code for visitor in (ada, ada, again)] == [200] * 3
    done(ada.post(f"/auth/{way}"))
    assert refusal(ada.get(url)) == REFUSED
    assert again.get(url).status_code == (200 if way == "logout" else 401)
