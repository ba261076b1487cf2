"""Traces as OpenTelemetry tells them, sent by OTLP over HTTP to the collector that is set.

Our own provider, not the global one: the framework would tell that one of paths and queries. The
SDK is imported where there is a collector, and only then.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version

from opentelemetry.trace import Span as OpenSpan
from opentelemetry.trace import StatusCode, Tracer

from application.ports import Cause, Clock, Fetched, PriceSource, Statement
from application.security_ports import LookedUp, SecuritySource
from application.tracing import NOTHING, Facts, Tracing, Untold
from domain.kernel import Aggregate
from infrastructure.event_store.event_log import PostgresEventLog

_SENT_WITHIN_S = 5
_CALL = "call of a provider"


def tracing_to(collector: str, held: ExitStack) -> Tracing:
    """Tracing to the collector at this address, until `held` ends; none where it is blank."""
    if not collector:
        return Untold()
    # Loaded where spans are sent: whoever sends none need not wait for what sends.
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import (  # noqa: PLC0415 - see above
        OTLPSpanExporter,
    )
    from opentelemetry.sdk.resources import Resource  # noqa: PLC0415 - see above
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415 - see above
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415 - see above

    told = {"service.name": "sigmasight", "service.version": version("sigmasight")}
    provider = TracerProvider(resource=Resource.create(told), shutdown_on_exit=False)
    url = f"{collector.rstrip('/')}/v1/traces"
    exporter = OTLPSpanExporter(endpoint=url, timeout=_SENT_WITHIN_S)
    provider.add_span_processor(BatchSpanProcessor(exporter))
    held.callback(provider.shutdown)
    return Traces(provider.get_tracer("sigmasight"))


@dataclass(frozen=True, slots=True)
class _Told:
    """Implements `application.tracing.Span`."""

    span: OpenSpan

    def tell(self, name: str, facts: Facts) -> None:
        """See `Span.tell`."""
        self.span.update_name(name)
        self.span.set_attributes(facts)


@dataclass(frozen=True, slots=True)
class Traces:
    """Implements `application.tracing.Tracing`. Of a failure its kind is told, never its words."""

    tracer: Tracer
    is_on = True

    @contextmanager
    def span(self, name: str, facts: Facts = NOTHING) -> Iterator[_Told]:
        """See `Tracing.span`."""
        with self.tracer.start_as_current_span(
            name, attributes=facts, record_exception=False, set_status_on_exception=False
        ) as span:
            try:
                yield _Told(span)
            except Exception as failure:
                span.set_attribute("error.type", type(failure).__name__)
                span.set_status(StatusCode.ERROR)
                raise


class TracedEventLog(PostgresEventLog):
    """Implements `application.ports.EventLog`, telling of saves."""

    def __init__(self, url: str, clock: Clock, tracing: Tracing) -> None:
        super().__init__(url, clock)
        self._tracing = tracing

    def save(self, *aggregates: Aggregate, cause: Cause, also: Sequence[Statement] = ()) -> int:
        """See `EventLog.save`."""
        facts: dict[str, str | int] = {
            "events": sum(len(aggregate.pending) for aggregate in aggregates),
            "aggregates": ", ".join(sorted({type(one).__name__ for one in aggregates})),
        }
        with self._tracing.span("save of events", facts):
            return super().save(*aggregates, cause=cause, also=also)


@dataclass(frozen=True, slots=True)
class TracedPrices:
    """A PriceSource that tells of the calls of the one behind it."""

    source: PriceSource
    tracing: Tracing

    @property
    def name(self) -> str:
        """The name of the provider behind it."""
        return self.source.name

    def fetch(self, spans: Mapping[str, tuple[date, date]]) -> Fetched:
        """What the provider answers."""
        asked: dict[str, str | int] = {"provider": self.name, "symbols": len(spans)}
        with self.tracing.span(_CALL, asked) as span:
            fetched = self.source.fetch(spans)
            outcome = "outage" if fetched.is_outage else "answered"
            span.tell(_CALL, {"outcome": outcome, "missing": len(fetched.missing)})
            return fetched


@dataclass(frozen=True, slots=True)
class TracedSecurities:
    """A SecuritySource that tells of the calls of the one behind it."""

    source: SecuritySource
    tracing: Tracing

    @property
    def name(self) -> str:
        """The name of the source behind it."""
        return self.source.name

    def look_up(self, symbols: Sequence[str]) -> LookedUp:
        """What is known of the symbols."""
        with self.tracing.span(_CALL, {"provider": self.name, "symbols": len(symbols)}):
            return self.source.look_up(symbols)
