"""Specification of commands that are sent again under the same key (spec 4.2)."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from httpx import Response

from tests.interfaces.conftest import World
from tests.support.programs import connect_owner
from tests.support.racing import at_once
from tests.support.visitors import Visitor, csv_file, error_of, newcomer, refusal

GOOG = {"symbol": "GOOG", "quantity": 1, "entry_price": "700", "entry_date": "2012-12-31"}
FLOW = {"kind": "CONTRIBUTION", "amount": "1.00", "date": "2013-01-15"}
SPLIT = {"symbol": "GOOG", "kind": "split", "ex_date": "2013-01-15", "value": "2"}
ACCOUNT = {
    "name": "Retirement",
    "account_name": "Schwab IRA",
    "account_type": "ira",
    "equity_balance": "500000.00",
    "equity_as_of": "2012-12-31",
    "price_source": "sample",
}


@pytest.fixture
def ada(world: World) -> Visitor:
    return newcomer(world.program, world.client)


def key() -> dict[str, str]:
    """The header of a new key."""
    return {"Idempotency-Key": str(uuid4())}


def told(answer: Response) -> tuple[int, bytes, Mapping[str, str]]:
    """An answer but for what names the request that it answers."""
    headers = {name: value for name, value in answer.headers.items() if name != "x-request-id"}
    return answer.status_code, answer.content, headers


def twice(world: World, ask: Callable[[], Response]) -> Response:
    """The answer to a command sent twice, after checking that it happened once."""
    first = ask()
    position = world.program.log.position()
    again = ask()
    assert told(again) == told(first)
    assert world.program.log.position() == position
    return first


COMMANDS: dict[str, Callable[[Visitor, str, dict[str, str]], Response]] = {
    "position": lambda ada, own, under: ada.post(
        f"/portfolios/{own}/positions", json=GOOG, headers=under
    ),
    "positions": lambda ada, own, under: ada.post(
        f"/portfolios/{own}/positions/bulk", json={"positions": [GOOG, GOOG]}, headers=under
    ),
    "flow": lambda ada, own, under: ada.post(
        f"/portfolios/{own}/cash-flows", json=FLOW, headers=under
    ),
    "action": lambda ada, own, under: ada.post(
        f"/portfolios/{own}/corporate-actions", json=SPLIT, headers=under
    ),
    "import": lambda ada, own, under: ada.post(
        f"/portfolios/{own}/imports",
        files={"csv_file": ("more.csv", csv_file("IBM,1,190.00,2012-12-31"))},
        headers=under,
    ),
    "calculation": lambda ada, own, under: ada.post(f"/portfolio/{own}/calculate", headers=under),
    "portfolio": lambda ada, _own, under: ada.post("/portfolios", json=ACCOUNT, headers=under),
    "account with a file": lambda ada, _own, under: ada.post(
        "/onboarding/create-portfolio",
        data={**ACCOUNT, "portfolio_name": "Retirement"},
        files={"csv_file": ("positions.csv", csv_file("IBM,1,190.00,2012-12-31"))},
        headers=under,
    ),
}


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_sent_twice_happens_once_and_is_answered_alike(
    world: World, ada: Visitor, command: str
) -> None:
    own = ada.open_sample()
    before = world.program.log.position()
    first = twice(world, partial(COMMANDS[command], ada, own, key()))
    assert first.status_code in (201, 202), first.text
    assert int(first.headers["X-Event-Position"]) == world.program.log.position() > before
    assert "X-Read-Model" not in first.headers


@pytest.mark.parametrize("command", COMMANDS)
def test_the_answer_is_kept_in_the_transaction_of_the_events(
    world: World, ada: Visitor, command: str
) -> None:
    position = COMMANDS[command](ada, ada.open_sample(), key()).headers["X-Event-Position"]
    query = (
        "SELECT count(*) FROM answers.first_answers a JOIN events.stored_events e"
        " ON e.xmin = a.xmin WHERE e.notification_id = %s"
    )
    assert asked(world, query, int(position)) == 1


def test_what_a_command_answers_is_what_the_rooms_show_then(world: World, ada: Visitor) -> None:
    entry = ada.post("/portfolios", json=ACCOUNT, headers=key()).json()
    shown = ada.get(f"/portfolios/{entry['id']}").json()
    moments = {"created_at", "updated_at"}
    assert {n: v for n, v in entry.items() if n not in moments} == {
        n: v for n, v in shown.items() if n not in moments
    }


def test_each_key_is_a_command_of_its_own(ada: Visitor) -> None:
    own = ada.open_sample()
    for _ in range(2):
        assert ada.post(f"/portfolios/{own}/positions", json=GOOG, headers=key()).is_success
    assert len(ada.positions_of(own)) == 4


def test_the_same_key_of_somebody_else_is_another_one(world: World, ada: Visitor) -> None:
    bob, under = newcomer(world.program, world.client), key()
    ids = {
        visitor.post("/portfolios", json=ACCOUNT, headers=under).json()["id"]
        for visitor in (ada, bob, ada, bob)
    }
    assert len(ids) == 2


@pytest.mark.parametrize(
    "ask",
    [
        lambda ada, own, under: ada.post(
            f"/portfolios/{own}/cash-flows", json=FLOW | {"amount": "2.00"}, headers=under
        ),
        lambda ada, own, under: ada.post(
            f"/portfolios/{own}/cash-flows?again=1", json=FLOW, headers=under
        ),
        lambda ada, own, under: ada.post(f"/portfolios/{own}/positions", json=FLOW, headers=under),
        lambda ada, own, under: ada.post(f"/portfolio/{own}/calculate", headers=under),
    ],
    ids=["other fields", "other query", "other route", "no fields"],
)
def test_the_same_key_with_another_request_is_refused(
    world: World, ada: Visitor, ask: Callable[..., Response]
) -> None:
    own, under = ada.open_sample(), key()
    first = ada.post(f"/portfolios/{own}/cash-flows", json=FLOW, headers=under)
    position = world.program.log.position()
    for _ in range(2):
        assert refusal(ask(ada, own, under)) == (409, "ERR_IDEM_001")
    assert world.program.log.position() == position
    again = ada.post(f"/portfolios/{own}/cash-flows", json=FLOW, headers=under)
    assert told(again) == told(first)


def test_another_spelling_of_the_same_fields_is_the_same_request(ada: Visitor) -> None:
    own, under = ada.open_sample(), key()
    url = f"/portfolios/{own}/cash-flows"
    first = ada.post(url, json=FLOW, headers=under)
    turned = dict(reversed(FLOW.items()))
    assert told(ada.post(url, json=turned, headers=under)) == told(first)


def test_the_same_file_in_another_envelope_is_the_same_request(ada: Visitor) -> None:
    own, under, content = ada.open_sample(), key(), csv_file("IBM,1,190.00,2012-12-31")
    answers = [
        ada.post(
            f"/portfolios/{own}/imports",
            content=form(boundary, content),
            headers=under | {"Content-Type": f"multipart/form-data; boundary={boundary}"},
        )
        for boundary in ("one", "two")
    ]
    assert answers[0].status_code == 201, answers[0].text
    assert told(answers[1]) == told(answers[0])
    other = ada.post(
        f"/portfolios/{own}/imports",
        files={"csv_file": ("more.csv", content + b"#\n")},
        headers=under,
    )
    assert refusal(other) == (409, "ERR_IDEM_001")


def form(boundary: str, content: bytes) -> bytes:
    """A form with a file, in an envelope of its own."""
    head = 'Content-Disposition: form-data; name="csv_file"; filename="more.csv"'
    return f"--{boundary}\r\n{head}\r\n\r\n".encode() + content + f"\r\n--{boundary}--\r\n".encode()


def test_a_refusal_is_given_again_even_when_there_is_no_reason_any_more(
    world: World, ada: Visitor
) -> None:
    ada.post("/portfolios", json=ACCOUNT)
    under = key()
    first = ada.post("/portfolios", json=ACCOUNT, headers=under)
    assert refusal(first) == (409, "ERR_PORT_001")
    [entry] = ada.get("/portfolios").json()["portfolios"]
    ada.ask("DELETE", f"/api/v1/portfolios/{entry['id']}")
    again = ada.post("/portfolios", json=ACCOUNT, headers=under)
    assert told(again) == told(first)
    assert ada.get("/portfolios").json()["total"] == 0


def test_where_there_is_nothing_to_do_the_answer_is_kept_too(world: World, ada: Visitor) -> None:
    own = ada.open_sample()
    [entry] = ada.imports_of(own)
    url = f"/portfolios/{own}/imports/{entry['import_id']}/redo"
    first = twice(world, partial(ada.post, url, json={}, headers=key()))
    assert first.status_code == 200


def test_what_is_not_answered_for_good_is_asked_anew(world: World, ada: Visitor) -> None:
    under = key()
    late = under | {"X-Min-Event-Position": str(world.program.log.position() + 10_000)}
    waited = ada.post("/portfolios", json=ACCOUNT, headers=late)
    assert refusal(waited) == (503, "ERR_READ_001")
    nobody = Visitor(world.client)
    assert refusal(nobody.post("/portfolios", json=ACCOUNT, headers=under))[0] == 401
    assert ada.post("/portfolios", json=ACCOUNT, headers=under).status_code == 201


def test_a_token_that_is_not_accepted_gets_no_kept_answer(world: World, ada: Visitor) -> None:
    under = key()
    ada.post("/portfolios", json=ACCOUNT, headers=under)
    forged = Visitor(world.client, token=f"{ada.token}x")
    assert refusal(forged.post("/portfolios", json=ACCOUNT, headers=under)) == (
        401,
        "ERR_AUTH_002",
    )


@pytest.mark.parametrize("text", ["", " ", "a b", "x" * 256, "k\u00e9"])
def test_a_key_that_is_none_is_refused(ada: Visitor, text: str) -> None:
    answer = ada.post("/portfolios", json=ACCOUNT, headers={"Idempotency-Key": text.encode()})
    assert refusal(answer) == (422, "ERR_REQUEST_001")
    assert error_of(answer)["details"]["fields"][0]["field"] == "Idempotency-Key"
    assert ada.get("/portfolios").json()["total"] == 0


def test_signing_in_is_never_answered_from_memory(world: World, ada: Visitor) -> None:
    under, body = key(), {"email": ada.email, "password": "Wrong1234"}
    assert refusal(ada.post("/auth/login", json=body, headers=under))[0] == 401
    right = {"email": ada.email, "password": "Analytical1843"}
    assert ada.post("/auth/login", json=right, headers=under).status_code == 200


def test_sixteen_at_once_under_one_key_record_once_and_are_answered_alike(
    world: World, ada: Visitor
) -> None:
    under, before = key(), world.program.log.position()
    ask = partial(ada.post, "/portfolios", json=ACCOUNT, headers=under)
    answers, failures = at_once([ask] * 16)
    assert failures == []
    assert len({told(answer)[:2] for answer in answers}) == 1
    assert answers[0].status_code == 201, answers[0].text
    assert world.program.log.position() == before + 2
    assert len({answer.headers["X-Event-Position"] for answer in answers}) == 1


def test_commands_under_keys_that_race_for_one_portfolio_all_happen(
    world: World, ada: Visitor
) -> None:
    own = ada.open_sample()
    asks = [
        partial(ada.post, f"/portfolios/{own}/cash-flows", json=FLOW, headers=key())
        for _ in range(8)
    ]
    answers, failures = at_once(asks)
    assert failures == []
    assert [answer.status_code for answer in answers] == [201] * 8
    assert ada.get(f"/portfolios/{own}/cash-flows").json()["total"] == 8


def test_the_database_alone_tells_neither_key_nor_answer(world: World, ada: Visitor) -> None:
    under = key()
    ada.post("/portfolios", json=ACCOUNT, headers=under)
    with owner(world) as connection:
        rows = connection.execute("SELECT a.*::text FROM answers.first_answers a").fetchall()
    for secret in (under["Idempotency-Key"], "Schwab IRA"):
        assert not [row for (row,) in rows if secret in row or secret.encode().hex() in row]


def asked(world: World, query: str, *values: object) -> int:
    """A number that the database gives."""
    with owner(world) as connection:
        row = connection.execute(query.encode(), values).fetchone()
    return int(str(row[0])) if row else 0


def owner(world: World) -> "psycopg.Connection[Any]":
    return connect_owner(world.program.database_url)
