"""On which terms callers are served, as the settings say."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from application.quotas import Counters


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """Who counts requests, if anybody; which pages of others may ask; how long arriving may take.

    `requests_at_once` may be at work, and four times as many wait.

    `proxies` are addresses whose X-Forwarded-For is believed, separated by commas.
    """

    is_production: bool
    counters: Counters | None
    origins: Sequence[str]
    proxies: str
    request_timeout_s: float
    requests_at_once: int
    metrics_token: str = field(repr=False)
