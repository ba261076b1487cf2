"""Requests that only read may be answered by replicas of the database."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from prometheus_client.core import CounterMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.types import ASGIApp, Receive, Scope, Send

from interfaces.authentication import SAFE_METHODS


class Reads(Protocol):
    """Who reads rooms from replicas."""

    def for_reading(self) -> AbstractContextManager[None]:
        """A request that changes nothing, until the end of the block."""
        ...

    def outcomes(self) -> Sequence[Mapping[str, int]]:
        """How often each replica was asked since the start, by what came of it."""
        ...


class ReplicaReads:
    """Lets replicas answer what safe methods ask; what is read amid commands is the primary's."""

    def __init__(self, app: ASGIApp, reads: Reads) -> None:
        self._app = app
        self._reads = reads

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http" or scope["method"] not in SAFE_METHODS:
            await self._app(scope, receive, send)
            return
        with self._reads.for_reading():
            await self._app(scope, receive, send)


class ReplicaMetrics(Collector):
    """How often this process asked each replica, and what came of it."""

    def __init__(self, reads: Reads) -> None:
        self._reads = reads

    def collect(self) -> Iterable[Metric]:
        """Everything as it stands now."""
        family = CounterMetricFamily(
            "sigmasight_replica_reads",
            "Reads of rooms offered to replicas: answered, or why the primary was asked instead.",
            labels=["replica", "outcome"],
        )
        for number, outcomes in enumerate(self._reads.outcomes(), 1):
            for outcome, times in sorted(outcomes.items()):
                family.add_metric([str(number), outcome], times)
        yield family
