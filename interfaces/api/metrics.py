"""Metrics for Prometheus (spec 9.4): what the log tells, and this process's requests."""

import hmac
from collections.abc import Iterable
from ipaddress import ip_address
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from application.tallies import (
    IMPORTS,
    PHASES,
    PROVIDER_CALLS,
    REGISTRATIONS,
    RUNS,
    VALUATIONS,
    Count,
)
from domain.errors import DomainError
from interfaces.api.access import Asked
from interfaces.api.documenting import text_answers
from interfaces.bootstrap import Program
from interfaces.monitoring import Readings, take_readings

router = APIRouter(tags=["Operations"])

_PROXIED = ("x-forwarded-for", "x-real-ip", "forwarded", "via")


class MetricsForbidden(DomainError):
    """Metrics are for this machine, or for who knows METRICS_TOKEN."""

    code = "ERR_METRICS_001"

    def __init__(self) -> None:
        super().__init__(
            "Metrics are read from the machine itself, or with METRICS_TOKEN as bearer token."
        )


class RecordedMetrics(Collector):
    """What the log tells and what is counted beside it; the same after a restart."""

    def __init__(self, program: Program) -> None:
        self._program = program

    def describe(self) -> Iterable[Metric]:
        """Nothing, so that registering asks the database nothing."""
        return []

    def collect(self) -> Iterable[Metric]:
        """Everything as it stands now."""
        readings = take_readings(self._program)
        for what, told in _COUNTERS.items():
            yield _counter(what, told, [one for one in readings.ever if one.what == what])
        for what in (PHASES, PROVIDER_CALLS):
            seconds = CounterMetricFamily(
                f"sigmasight_{what}_seconds", "How long they took together.", labels=["code"]
            )
            for code in sorted({one.code for one in readings.ever if one.what == what}):
                took = [
                    one.seconds for one in readings.ever if (one.what, one.code) == (what, code)
                ]
                seconds.add_metric([code], sum(took))
            yield seconds
        yield from _gauges(readings)


_COUNTERS = {
    REGISTRATIONS: "People who registered.",
    IMPORTS: "Imports by outcome, refused ones by the code of the first error.",
    RUNS: "Calculations that ended, by outcome; failed ones by code. Parts count too.",
    PHASES: "Phases of calculations that ended, by name in `code`.",
    VALUATIONS: "Valuations recorded, restated, and skipped because they were there.",
    PROVIDER_CALLS: "Fetches from providers by outcome, the provider's name in `code`.",
}


def _counter(what: str, told: str, counts: Iterable[Count]) -> CounterMetricFamily:
    if what == REGISTRATIONS:
        return CounterMetricFamily(
            f"sigmasight_{what}", told, value=sum(one.times for one in counts)
        )
    family = CounterMetricFamily(f"sigmasight_{what}", told, labels=["outcome", "code"])
    for one in counts:
        family.add_metric([one.outcome, one.code], one.times)
    return family


def _gauges(readings: Readings) -> Iterable[Metric]:
    for name, told, value in (
        ("projection_lag_events", "Events the slowest room is behind.", readings.lag_events),
        ("projection_lag_seconds", "Age of the first event it lacks.", readings.lag_s),
        ("live_runs", "Calculations queued or running.", readings.live_runs),
        (
            "longest_live_run_seconds",
            "How long the longest calculation of accounts has been running.",
            readings.longest_live_run_s,
        ),
        (
            "late_accounts",
            "Accounts without the session that ended 12 hours ago.",
            readings.late_accounts,
        ),
    ):
        yield GaugeMetricFamily(f"sigmasight_{name}", told, value=value)


def admitted(program: Asked, request: Request) -> None:
    """Let in who knows the token, or asks from this machine, not through a proxy.

    Raises:
        MetricsForbidden: ERR_METRICS_001.
    """
    kind, _, given = request.headers.get("authorization", "").partition(" ")
    token = program.terms.metrics_token
    if token and kind.lower() == "bearer" and hmac.compare_digest(given.encode(), token.encode()):
        return
    if not _is_from_here(request):
        raise MetricsForbidden


def _is_from_here(request: Request) -> bool:
    if request.client is None or any(name in request.headers for name in _PROXIED):
        return False
    try:
        return ip_address(request.client.host).is_loopback
    except ValueError:
        return False


@router.get(
    "/metrics",
    summary="Metrics for Prometheus",
    response_class=Response,
    responses=text_answers(
        "text/plain",
        'sigmasight_imports_total{code="",outcome="imported"} 4711.0\n',
        *("ERR_METRICS_001", "ERR_BUSY_001"),
    ),
)
def show_metrics(_admitted: Annotated[None, Depends(admitted)], request: Request) -> Response:
    """From this machine, not through a proxy, or with METRICS_TOKEN as bearer token."""
    registry: CollectorRegistry = request.app.state.metrics.registry
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)
