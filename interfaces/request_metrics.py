"""How long this process's requests took: for Prometheus, and for people (spec 9.4)."""

from collections import Counter
from dataclasses import dataclass

from prometheus_client import CollectorRegistry, Histogram

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_NAME = "sigmasight_request_seconds"


@dataclass(frozen=True, slots=True)
class Requests:
    """The requests of this process since it started.

    `failed` were answered with 5xx. Of 95 in a hundred the answer took up to `p95_s`, which is a
    bucket's edge; None where more took longer than 10 s, or where there was none.
    """

    total: int
    failed: int
    mean_s: float | None
    p95_s: float | None

    @property
    def failing_share(self) -> float | None:
        """Which share failed; None without any request."""
        return self.failed / self.total if self.total else None


class RequestMetrics:
    """How long this process's requests took, by route and status."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._seconds = Histogram(
            _NAME,
            "How long requests took in this process.",
            ["method", "route", "status"],
            buckets=_SECONDS,
            registry=self.registry,
        )

    def observe(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request that was answered."""
        self._seconds.labels(method, route, str(status)).observe(seconds)

    def summed_up(self) -> Requests:
        """All requests together."""
        counts: Counter[str] = Counter()
        buckets: Counter[float] = Counter()
        seconds = 0.0
        for sample in (one for family in self._seconds.collect() for one in family.samples):
            if sample.name.endswith("_bucket"):
                buckets[float(sample.labels["le"])] += int(sample.value)
            elif sample.name.endswith("_count"):
                counts[sample.labels["status"]] += int(sample.value)
            elif sample.name.endswith("_sum"):
                seconds += sample.value
        total = counts.total()
        reached = (edge for edge in _SECONDS if buckets[edge] >= 0.95 * total)
        return Requests(
            total=total,
            failed=sum(times for status, times in counts.items() if status.startswith("5")),
            mean_s=seconds / total if total else None,
            p95_s=next(reached, None) if total else None,
        )
