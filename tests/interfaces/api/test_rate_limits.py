"""Specification of the limits on how often one may ask (spec 4.12)."""

import asyncio
from collections.abc import Iterator, MutableMapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient
from httpx import Response
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from application.quotas import UPLOADS, Allowance, Quota
from domain.email_address import EmailAddress
from interfaces.api.rate_limits import ACCOUNTS, API, ATTEMPTS, RateLimits
from interfaces.authentication import CSRF_COOKIE, CSRF_HEADER
from interfaces.bootstrap import Parts, Program, build
from interfaces.http import create_http
from interfaces.requests import address_of
from tests.interfaces.conftest import World
from tests.support.accounts import cause
from tests.support.browsing import send, signed_in
from tests.support.programs import FAST, settings_for
from tests.support.visitors import PASSWORD, Visitor, client_of, error_of, newcomer, refusal

HOME = "203.0.113.7"
TOO_MANY = (429, "ERR_RATE_001")


@pytest.fixture
def limited(database: str) -> Iterator[Program]:
    """A program that counts requests, from none on."""
    settings = settings_for(database).model_copy(update={"rate_limits": "on"})
    with build(settings, Parts(live_sources=[], password_cost=FAST, benchmarks=())) as program:
        yield program


@contextmanager
def at(program: Program, address: str) -> Iterator[TestClient]:
    """A client that calls from an address."""
    with TestClient(create_http(program), client=(address, 50_000)) as client:
        yield client


def told(answer: Response) -> tuple[int, int]:
    """Limit and what remains of it."""
    return int(answer.headers["X-RateLimit-Limit"]), int(answer.headers["X-RateLimit-Remaining"])


def last_of(visitor: Visitor, times: int, url: str = "/auth/me") -> Response:
    """Ask so often; the last answer."""
    for _ in range(times - 1):
        assert visitor.get(url).status_code != 429
    return visitor.get(url)


def test_every_answer_says_what_is_left(limited: Program) -> None:
    with at(limited, HOME) as client:
        ada = newcomer(limited, client)
        before = limited.users.clock.now().timestamp()
        answers = [ada.get("/auth/me"), ada.get("/nowhere"), ada.post("/auth/me")]
    assert [answer.status_code for answer in answers] == [200, 404, 405]
    assert [told(answer) for answer in answers] == [(1000, 999), (1000, 998), (1000, 997)]
    for answer in answers:
        assert before < int(answer.headers["X-RateLimit-Reset"]) <= before + 62


def test_files_sent_on_pages_count_like_those_sent_over_the_api(limited: Program) -> None:
    page = "/onboarding/upload"
    with at(limited, HOME) as client:
        client.follow_redirects = False
        signed_in(limited, client)
        client.post("/api/v1/onboarding/preview-csv", headers=_companion(client))
        for _ in range(UPLOADS.limit - 1):
            assert send(client, page, page).status_code == 422
        refused = send(client, page, page)
    assert (refused.status_code, "ERR_RATE_001" in refused.text) == (429, True)


def _companion(client: TestClient) -> dict[str, str]:
    return {CSRF_HEADER: client.cookies[CSRF_COOKIE]}


def test_a_user_asks_a_thousand_times_a_minute(limited: Program) -> None:
    with at(limited, HOME) as client:
        ada, bob = newcomer(limited, client), newcomer(limited, client)
        assert told(last_of(ada, 1000, "/nowhere")) == (1000, 0)
        refused = ada.get("/auth/me")
        assert refusal(refused) == TOO_MANY
        wait = int(refused.headers["Retry-After"])
        assert 1 <= wait <= 60
        assert error_of(refused)["details"] == {"retry_after_s": wait}
        assert bob.get("/auth/me").status_code == 200
        assert client.get("/health/live").status_code == 200


def test_a_browser_is_known_by_its_cookie(limited: Program) -> None:
    with at(limited, HOME) as client:
        ada = newcomer(limited, client)
        ada.get("/auth/me")
        cookie = {"Cookie": f"sigmasight={ada.token}"}
        assert told(client.get("/api/v1/nowhere", headers=cookie)) == (1000, 998)


def test_superusers_are_exempt(limited: Program) -> None:
    with at(limited, HOME) as client:
        root = Visitor(client)
        address = EmailAddress.parse(root.email)
        created = limited.users.create_superuser(address, PASSWORD, "Root", cause())
        limited.rooms.catch_up(created.position)
        assert root.log_in().status_code == 200
        answer = last_of(root, 1100, "/nowhere")
    assert answer.status_code == 404
    assert "X-RateLimit-Limit" not in answer.headers


def test_a_user_uploads_fifty_files_an_hour(limited: Program) -> None:
    with at(limited, HOME) as client:
        ada = newcomer(limited, client)
        for number in range(50):
            url = ("preview-csv", "create-portfolio")[number % 2]
            answer = ada.post(f"/onboarding/{url}")
            assert told(answer) == (50, 49 - number)
        refused = ada.post("/portfolios/00000000-0000-4000-8000-000000000000/imports")
        assert refusal(refused) == TOO_MANY
        assert 60 < int(refused.headers["Retry-After"]) <= 3600
        assert ada.get("/auth/me").status_code == 200


def test_an_address_tries_a_hundred_times_an_hour_to_register(limited: Program) -> None:
    with at(limited, HOME) as client, at(limited, "203.0.113.8") as neighbour:
        ada = newcomer(limited, neighbour)
        for number in range(100):
            answer = Visitor(client).register(limited, invite_code="a guess")
            assert refusal(answer) == (401, "ERR_INVITE_001")
            assert told(answer)[1] == min(99 - number, 50)
        assert refusal(Visitor(client).register(limited)) == TOO_MANY
        assert Visitor(neighbour).register(limited).status_code == 201
        ada.client = client
        assert ada.get("/auth/me").status_code == 200


def test_an_address_registers_fifty_accounts_a_day(limited: Program) -> None:
    with at(limited, HOME) as client:
        for _ in range(50):
            assert Visitor(client).register(limited).status_code == 201
        refused = Visitor(client).register(limited)
    assert refusal(refused) == TOO_MANY
    assert 3600 < int(refused.headers["Retry-After"]) <= 86_400


def by_form(client: TestClient, invite_code: str) -> Response:
    """Register by the form."""
    person = {"email": f"{uuid4().hex}@example.com", "password": PASSWORD, "full_name": "Ada"}
    return send(client, "/register", "/register", invite_code=invite_code, **person)


def test_the_form_to_register_counts_as_the_api_does(limited: Program) -> None:
    with at(limited, HOME) as client:
        client.headers["Accept"] = "text/html"
        for _ in range(ATTEMPTS.limit - 1):
            assert by_form(client, "a guess").status_code == 422
        assert refusal(Visitor(client).register(limited, invite_code="a guess")) == (
            *(401, "ERR_INVITE_001"),
        )
        refused = by_form(client, limited.invites.master_code)
        assert refused.status_code == 429
        assert refused.headers["content-type"] == "text/html; charset=utf-8"
        assert 60 < int(refused.headers["Retry-After"]) <= 3600
        assert refusal(Visitor(client).register(limited)) == TOO_MANY
        assert client.get("/register").status_code == 200


def test_accounts_made_by_the_form_count_for_the_address(limited: Program) -> None:
    with at(limited, HOME) as client:
        client.follow_redirects = False
        for _ in range(ACCOUNTS.limit):
            assert by_form(client, limited.invites.master_code).status_code == 303
        assert by_form(client, limited.invites.master_code).status_code == 429
        assert refusal(Visitor(client).register(limited)) == TOO_MANY


def test_who_follows_a_link_too_often_is_told_by_a_page(limited: Program) -> None:
    terms = replace(limited.terms, counters=UsedUp())
    with client_of(replace(limited, terms=terms)) as client:
        link = "/api/v1/onboarding/csv-template"
        page = client.get(link, headers={"Accept": "text/html,*/*;q=0.8"})
        assert refusal(client.get(link)) == TOO_MANY
    assert (page.status_code, page.headers["Retry-After"]) == (429, "7")
    assert "<h1>Too many requests</h1>" in page.text
    assert page.headers["X-RateLimit-Remaining"] == "0"


def test_where_limits_are_off_nobody_is_told_of_them(world: World) -> None:
    assert "X-RateLimit-Limit" not in world.ada.get("/auth/me").headers


def test_the_limits_are_those_of_the_specification() -> None:
    assert [(quota.limit, quota.window_s) for quota in (*API, UPLOADS, ATTEMPTS, ACCOUNTS)] == [
        *((1_000, 60), (10_000, 3_600)),
        *((50, 3_600), (100, 3_600), (50, 86_400)),
    ]


@pytest.mark.parametrize(
    ("client", "address"),
    [
        (("203.0.113.7", 1), "203.0.113.7"),
        (("2001:db8:1:2:3:4:5:6", 1), "2001:db8:1:2::/64"),
        (("2001:db8:1:2::9", 1), "2001:db8:1:2::/64"),
        (("::ffff:203.0.113.7", 1), "203.0.113.7"),
        (("testclient", 1), "testclient"),
        (None, ""),
    ],
)
def test_an_address_is_what_one_caller_has(client: tuple[str, int] | None, address: str) -> None:
    assert address_of({"type": "http", "client": client}) == address


@pytest.mark.parametrize(("proxies", "remaining"), [("", 98), ("127.0.0.1", 99)])
def test_an_address_is_taken_from_a_header_of_proxies_that_are_named_only(
    limited: Program, proxies: str, remaining: int
) -> None:
    http: Any = create_http(limited)
    app: Any = ProxyHeadersMiddleware(http, proxies)  # as the server puts it around
    client = TestClient(app, client=("127.0.0.1", 50_000))
    for address in ("203.0.113.7", "203.0.113.8"):
        headers = {"X-Forwarded-For": address}
        url = "/api/v1/onboarding/csv-template"
        answer = client.get(url, headers=headers)
    assert told(answer)[1] == 900 + remaining


class Unreachable:
    """Counters that know nothing."""

    async def count(self, subject: str, quotas: Sequence[Quota]) -> Sequence[Allowance]:
        """See `Counters.count`."""
        return []

    async def left(self, subject: str, quotas: Sequence[Quota]) -> Sequence[Allowance]:
        """See `Counters.left`."""
        return []


class UsedUp(Unreachable):
    """Counters of somebody who asked too often."""

    async def count(self, subject: str, quotas: Sequence[Quota]) -> Sequence[Allowance]:
        """See `Counters.count`."""
        return [Allowance(quota.limit, 0, 7, 1_700_000_007, is_used_up=True) for quota in quotas]


def test_where_nobody_can_count_nobody_is_refused(limited: Program) -> None:
    with client_of(
        replace(limited, terms=replace(limited.terms, counters=Unreachable()))
    ) as client:
        assert newcomer(limited, client).get("/auth/me").status_code == 200


async def _never_read() -> MutableMapping[str, Any]:
    raise AssertionError("The body was read.")


def test_who_asks_too_often_is_refused_before_the_body_is_read(limited: Program) -> None:
    sent: list[MutableMapping[str, Any]] = []

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    async def app(scope: Any, receive: Any, send: Any) -> None:
        raise AssertionError("The request went on.")

    scope = {
        "type": "http",
        "method": "POST",
        "path": "/api/v1/onboarding/create-portfolio",
        "headers": [],
        "client": (HOME, 1),
        "state": {"request_id": "one"},
        "app": create_http(limited),
    }
    asyncio.run(RateLimits(app, UsedUp(), limited.tokens)(scope, _never_read, send))
    assert sent[0]["status"] == 429
    assert (b"retry-after", b"7") in sent[0]["headers"]
