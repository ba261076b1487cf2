"""Specification of traces: where time goes is told to a collector, and of people nothing (9.4)."""

import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from fastapi.testclient import TestClient
from opentelemetry import trace

from infrastructure.settings import Settings
from interfaces.bootstrap import Parts, Program, build
from interfaces.http import create_http
from tests.support.collector import Collector, collecting, facts_of
from tests.support.postgres import fresh_database
from tests.support.price_sources import ConstantPrices
from tests.support.programs import FAST, settings_for
from tests.support.server import ROOT
from tests.support.visitors import PASSWORD, Visitor, client_of, newcomer, work_off

NOW = datetime(2013, 1, 5, 12, tzinfo=UTC)


def traced_program(database: str, collector: Collector) -> Program:
    """A program that tells a collector, with a provider that knows GOOG."""
    own = {"otel_exporter_otlp_endpoint": collector.url}
    settings = Settings.model_validate(settings_for(database, NOW).model_dump() | own)
    prices = ConstantPrices("constant", {"GOOG": "710.00"})
    return build(settings, Parts(live_sources=[prices], password_cost=FAST, benchmarks=()))


@pytest.fixture(scope="module")
def day(postgres_server: str, template_database: str) -> Iterator[tuple[Collector, Visitor, str]]:
    """A day of somebody's, told to a collector: opened, calculated, looked at, asked in vain."""
    with (
        collecting() as collector,
        fresh_database(postgres_server, template_database) as database,
    ):
        with traced_program(database, collector) as program, client_of(program) as client:
            ada = newcomer(program, client)
            held = ada.open_sample("GOOG,100,700.00,2013-01-02", price_source="live")
            work_off(program, ada.post(f"/portfolio/{held}/calculate"))
            ada.get(f"/portfolios/{held}/positions?symbol=GOOG&email={ada.email}")
            ada.get(f"/nowhere/{ada.email}")
            ada.ask("BREW", f"/{ada.email}")
        yield collector, ada, held


def test_all_of_it_arrives_by_otlp_when_the_program_ends(
    day: tuple[Collector, Visitor, str],
) -> None:
    collector, _, _ = day
    assert set(collector.paths) == {"/v1/traces"}
    [resource] = {
        request.resource_spans[0].resource.SerializeToString() for request in collector.requests
    }
    assert b"sigmasight" in resource


def test_a_request_is_named_by_its_route(day: tuple[Collector, Visitor, str]) -> None:
    collector, _, _ = day
    [opened] = collector.named("POST /api/v1/onboarding/create-portfolio")
    assert facts_of(opened) == {
        "http.request.method": "POST",
        "http.route": "/api/v1/onboarding/create-portfolio",
        "http.response.status_code": 201,
    }
    assert opened.end_time_unix_nano > opened.start_time_unix_nano
    [read] = collector.named("GET /api/v1/portfolios/{portfolio_id}/positions")
    assert facts_of(read)["http.response.status_code"] == 200
    assert collector.named("GET none")
    assert collector.named("another method none")


def test_what_is_recorded_is_told_within_the_request(day: tuple[Collector, Visitor, str]) -> None:
    collector, _, _ = day
    [opened] = collector.named("POST /api/v1/onboarding/create-portfolio")
    [saved] = collector.children(opened)
    assert saved.name == "save of events"
    assert saved.trace_id == opened.trace_id
    facts = facts_of(saved)
    assert "Portfolio" in str(facts["aggregates"])
    assert int(facts["events"]) > 0


def test_a_run_is_told_phase_by_phase_with_what_goes_on_in_each(
    day: tuple[Collector, Visitor, str],
) -> None:
    collector, _, _ = day
    [run] = collector.named("run")
    phases = [span for span in collector.children(run) if span.name.startswith("phase ")]
    assert "phase valuation" in [phase.name for phase in phases]
    assert {facts_of(phase)["run_id"] for phase in phases} == {facts_of(run)["run_id"]}
    [gathering] = collector.named("phase market_data")
    calls = [span for span in collector.children(gathering) if span.name == "call of a provider"]
    assert [facts_of(call) for call in calls] == [
        {"provider": "constant", "symbols": 1, "outcome": "answered", "missing": 0}
    ]
    [valuing] = collector.named("phase valuation")
    assert "save of events" in [span.name for span in collector.children(valuing)]


def test_of_people_and_their_accounts_nothing_is_told(
    day: tuple[Collector, Visitor, str],
) -> None:
    collector, ada, held = day
    told = b"".join(request.SerializeToString() for request in collector.requests)
    assert len(collector.spans) > 20
    for secret in (ada.email, ada.email.split("@")[0], str(ada.token), PASSWORD, held, "Lovelace"):
        assert secret.encode() not in told
    assert b"GOOG" not in told


def test_of_a_failure_the_kind_is_told_and_not_the_words(
    postgres_server: str, template_database: str
) -> None:
    with (
        collecting() as collector,
        fresh_database(postgres_server, template_database) as database,
    ):
        with (
            traced_program(database, collector) as program,
            pytest.raises(LookupError),
            program.tracing.span("outer"),
            program.tracing.span("inner"),
        ):
            raise LookupError("ada@example.com")
        [inner] = collector.named("inner")
    assert facts_of(inner) == {"error.type": "LookupError"}
    assert inner.status.code == inner.status.STATUS_CODE_ERROR
    assert not inner.status.message
    assert b"ada@example.com" not in collector.requests[0].SerializeToString()


def test_a_collector_that_is_not_there_is_no_reason_to_fail(database: str) -> None:
    with collecting() as gone:
        pass
    with traced_program(database, gone) as program, client_of(program) as client:
        assert newcomer(program, client).get("/auth/me").status_code == 200


def test_where_none_is_set_nothing_is_made_or_imported(program: Program) -> None:
    assert not program.tracing.is_on
    around = [middleware.cls.__name__ for middleware in create_http(program).user_middleware]  # type: ignore[attr-defined]
    assert "RequestSpans" not in around
    assert type(program.log._log).__name__ == "PostgresEventLog"  # type: ignore[attr-defined]
    ask = (
        "import sys, interfaces.serving; print(any('opentelemetry.sdk' in m for m in sys.modules))"
    )
    said = subprocess.run([sys.executable, "-c", ask], cwd=ROOT, capture_output=True, check=True)
    assert said.stdout.decode().strip() == "False"


def test_the_framework_tells_nothing_of_its_own(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FASTAPI_OTEL_AUTO_CONFIGURE", "true")
    with collecting() as collector:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url)
        with TestClient(create_http(program)) as client:
            assert client.get("/health/live?email=ada@example.com").status_code == 200
    assert isinstance(trace.get_tracer_provider(), trace.ProxyTracerProvider)
    assert collector.requests == []
