"""The HTTP API as an app: routes, errors, middleware (spec 4)."""

from collections.abc import Sequence
from functools import cache, partial
from importlib.metadata import version
from typing import Any

from fastapi import APIRouter, FastAPI
from starlette.routing import BaseRoute

from interfaces.api import (
    accounts,
    admin_projections,
    admin_repair,
    admin_runs,
    admin_users,
    audit,
    audit_accounts,
    audit_analyses,
    audit_days,
    audit_events,
    audit_manifest,
    audit_recomputation,
    audit_restatements,
    audit_stream,
    calculation,
    cash_flows,
    exports,
    formats,
    imports,
    invite_codes,
    market_data,
    measures,
    metrics,
    monitoring,
    onboarding,
    onboarding_status,
    operations,
    own_scenario,
    performance,
    pooled_measures,
    pooled_overview,
    portfolios,
    position_edits,
    positions,
    previews,
    reconstruction,
    sessions,
    valuation_exports,
    valuations,
)
from interfaces.api.admission import Admission
from interfaces.api.cors import NamedOrigins
from interfaces.api.documenting import document_refusals, operation_id
from interfaces.api.errors import answer_errors
from interfaces.api.fast_reads import FastReads
from interfaces.api.idempotency import Idempotency, document_keys
from interfaces.api.log_watch import LogWatch
from interfaces.api.metrics import RecordedMetrics
from interfaces.api.middleware import BodyLimit, RequestFrame, Unforeseen
from interfaces.api.preconditions import Preconditions, document_preconditions
from interfaces.api.rate_limits import RateLimits
from interfaces.api.refused_imports import RefusedImports
from interfaces.api.replica_reads import ReplicaMetrics, ReplicaReads
from interfaces.api.request_spans import RequestSpans
from interfaces.api.run_watch import RunWatch
from interfaces.auditing import reach_end
from interfaces.bootstrap import Program
from interfaces.request_metrics import RequestMetrics

_DESCRIPTION = (
    "Imports brokerage positions and values accounts at the close of each trading day.\n\n"
    "Money and quantities are decimal strings, ratios numbers, days YYYY-MM-DD, instants UTC."
    " Every refusal has a code, explained at its `documentation_url`. Commands answer with"
    " `X-Event-Position`; a read that names it as `X-Min-Event-Position` sees their effect."
    " `X-RateLimit-Limit`, `X-RateLimit-Remaining` and `X-RateLimit-Reset` (Unix seconds) say how"
    " often one may ask; who asks more often gets 429 with `Retry-After`."
)

_RESOURCES = (
    *(onboarding, onboarding_status, formats, previews, sessions, portfolios, positions),
    *(
        position_edits,
        cash_flows,
        accounts,
        exports,
        imports,
        valuations,
        valuation_exports,
        measures,
        own_scenario,
        performance,
        pooled_overview,
        pooled_measures,
        reconstruction,
        market_data,
        audit,
        audit_accounts,
        audit_analyses,
        audit_days,
        audit_events,
        audit_manifest,
        audit_recomputation,
        audit_restatements,
        audit_stream,
    ),
)


class Api(FastAPI):
    """The app, whose document also tells of what is not the routes' own business."""

    def openapi(self) -> dict[str, Any]:
        """The OpenAPI document."""
        if self.openapi_schema is None:
            document = super().openapi()
            document_refusals(document)
            document_preconditions(document)
            document_keys(document)
        return super().openapi()


def create_app(program: Program, others: Sequence[BaseRoute] = ()) -> FastAPI:
    """The API over a program, and `others` beside it; who built the program closes it."""
    app = Api(
        routes=[*_routes(), *others],
        title="SigmaSight",
        version=version("sigmasight"),
        description=_DESCRIPTION,
        docs_url=None,  # /docs is a page of our own: the framework's fetches scripts from outside
        redoc_url=None,
        redirect_slashes=False,
        telemetry={"tracing": False, "metrics": False, "logs": False},  # it tells paths and queries
        lifespan=lambda _: program.reading.opened(),
    )
    app.state.program = program
    app.state.metrics = RequestMetrics()
    app.state.metrics.registry.register(RecordedMetrics(program))
    app.state.run_watch = RunWatch(program.runs_room.several)
    app.state.log_watch = LogWatch(partial(reach_end, program))
    answer_errors(app)
    if program.room_reads.has_replicas:
        app.state.metrics.registry.register(ReplicaMetrics(program.room_reads))
        app.add_middleware(ReplicaReads, program.room_reads)
    app.add_middleware(RefusedImports, program.tallies)
    app.add_middleware(FastReads, tokens=program.tokens, kept=program.kept_positions)
    app.add_middleware(Idempotency, answers=program.first_answers, rooms=program.rooms)
    app.add_middleware(Preconditions)
    _surround(app, program)
    return app


def _surround(app: FastAPI, program: Program) -> None:
    """Put around the app what concerns every request; what is added last is around everything."""
    terms = program.terms
    app.add_middleware(BodyLimit, terms.request_timeout_s)
    if terms.counters is not None:
        app.add_middleware(RateLimits, terms.counters, program.tokens)
    app.add_middleware(Admission, terms.requests_at_once)
    app.add_middleware(Unforeseen)
    if terms.origins:
        app.add_middleware(NamedOrigins, terms.origins)
    app.add_middleware(RequestFrame, app.state.metrics.observe)
    if program.tracing.is_on:
        app.add_middleware(RequestSpans, program.tracing)


@cache
def _routes() -> Sequence[BaseRoute]:
    """They know no program: what each takes and answers is worked out once for all."""
    api = APIRouter(generate_unique_id_function=operation_id)
    for router in (_published(), operations.router, metrics.router):
        api.include_router(router)
    return api.routes


def _published() -> APIRouter:
    """What has the prefix of this version of the API."""
    published = APIRouter(prefix="/api/v1")
    for resource in _RESOURCES:
        published.include_router(resource.router)
    published.include_router(calculation.router, prefix="/portfolio")
    published.include_router(  # both are published (spec 4)
        calculation.router,
        prefix="/portfolios",
        generate_unique_id_function=lambda route: f"{operation_id(route)}_alias",
    )
    published.include_router(calculation.history)
    published.include_router(admin_runs.router)
    published.include_router(admin_repair.router)
    published.include_router(admin_projections.router)
    published.include_router(admin_users.router)
    published.include_router(market_data.admin)
    published.include_router(invite_codes.router)
    published.include_router(monitoring.router)
    return published
