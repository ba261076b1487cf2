"""Requests made up from the OpenAPI document, good and bad: always an answer it declares (9.2)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import APIOperation, Case, GenerationMode
from schemathesis.core.result import Ok

from interfaces.bootstrap import Program
from interfaces.http import create_http
from tests.support.journal import rooms_differing_from_the_log
from tests.support.postgres import fresh_database
from tests.support.programs import build_program
from tests.support.reliability import Asked, Note
from tests.support.rounds import rounds
from tests.support.visitors import Visitor, client_of, newcomer, superuser

LEFT_OUT = {
    "follow": "goes on until a run ends; tested where runs are followed",
    "follow_alias": "the same",
    "stream_events": "goes on until the client leaves; tested where the log is followed",
    "log_out": "leaves nobody to ask further requests of",
    "log_out_everywhere": "the same",
    "archive_portfolio": "leaves nothing to ask of",
    "ready": "answers 503 where no worker lives, as here",
}
"""What is not asked, and why."""


@schemathesis.serializer("text/csv")
def as_csv(_context: Any, value: Any) -> bytes:
    """A body of prices as it was made up."""
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "replace")


@dataclass(frozen=True)
class Target:
    """The API with what it declares, and people who may ask it."""

    program: Program
    operations: list[APIOperation[Any, Any, Any, Any]]
    owner: Visitor
    superuser: Visitor
    portfolio_id: str

    def ask(self, case: Case[Any], *, is_own: bool) -> None:
        """Send a request and check that the answer is one of those declared."""
        if is_own and "portfolio_id" in (case.path_parameters or {}):
            case.path_parameters["portfolio_id"] = self.portfolio_id
        case.headers.pop("x-min-event-position", None)  # waits, as tested where positions are
        asker = self.superuser if _is_for_ranks(case.path) else self.owner
        answer = case.call(headers={"Authorization": f"Bearer {asker.token}"})
        assert answer.status_code < 500, answer.text
        case.validate_response(
            answer,
            checks=[
                schemathesis.checks.status_code_conformance,
                schemathesis.checks.content_type_conformance,
                schemathesis.checks.response_schema_conformance,
            ],
        )


def _is_for_ranks(path: str) -> bool:
    """Whether a route, by its template, is for superusers, or for auditors besides."""
    return "/admin/" in path or ("/audit/" in path and "{portfolio_id}" not in path)


def name_of(operation: APIOperation[Any, Any, Any, Any]) -> str:
    """What the document calls an operation."""
    return str(operation.definition.raw["operationId"])


@pytest.fixture(scope="module")
def target(postgres_server: str, template_database: str) -> Iterator[Target]:
    """One database for all requests."""
    with (
        fresh_database(postgres_server, template_database) as database,
        build_program(database) as program,
        client_of(program) as client,
    ):
        schema = schemathesis.openapi.from_asgi("/openapi.json", create_http(program))
        operations = [each.ok() for each in schema.get_all_operations() if isinstance(each, Ok)]
        owner = newcomer(program, client)
        yield Target(
            program,
            [each for each in operations if each.definition.raw["operationId"] not in LEFT_OUT],
            owner,
            superuser(program, client),
            owner.open_sample(),
        )


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
@rounds(1500)
def test_whatever_is_asked_is_answered_as_declared(
    target: Target, mode: GenerationMode, rounds: int, note: Note
) -> None:
    requests = st.sampled_from(target.operations).flatmap(
        lambda operation: operation.as_strategy(generation_mode=mode)
    )

    @given(requests, st.booleans())
    @settings(max_examples=rounds, deadline=None, suppress_health_check=list(HealthCheck))
    def check(case: Case[Any], is_own: bool) -> None:  # noqa: FBT001 - drawn
        target.ask(case, is_own=is_own)

    check()
    assert target.owner.get(f"/portfolios/{UUID(target.portfolio_id)}").status_code == 200
    assert rooms_differing_from_the_log(target.program, target.program.database_url) == []
    note(
        Asked.REQUESTS,
        "requests made up from the OpenAPI document, good and bad",
        rounds,
        "never 5xx; an answer that the document declares",
    )
