"""The line to Yahoo: bounded in time, and telling an outage from a share that does not exist."""

import time
from collections.abc import Mapping
from typing import Any, Protocol

from curl_cffi import CurlOpt, requests

_LARGEST_ANSWER_BYTES = 32 * 1024**2
_CHART_STATUSES = (200, 400, 404)  # 400: no data in that span, 404: no such symbol


class Answer(Protocol):
    """An HTTP answer."""

    @property
    def status_code(self) -> int:
        """The HTTP status."""
        ...

    @property
    def text(self) -> str:
        """The decoded body."""
        ...

    def json(self) -> Any:
        """The parsed body; raises ValueError where it is not JSON."""
        ...


class Transport(Protocol):
    """What carries requests: a session of curl_cffi, or a recording in tests."""

    def get(self, url: str, *, params: dict[str, Any], timeout: float) -> Answer:
        """The answer, whatever its status; raises OSError where there is none in time."""
        ...


def browser() -> Transport:
    """A session that Yahoo takes for a browser (plain clients it turns away), for several threads.

    An answer over 32 MB is broken off: fifty years of closes are one.
    """
    limit = {CurlOpt.MAXFILESIZE_LARGE: _LARGEST_ANSWER_BYTES}
    return requests.Session(impersonate="chrome", curl_options=limit)


class NoAnswer(Exception):
    """Yahoo gave no prices; the message goes on after the word Yahoo."""


class Outage(NoAnswer):
    """It failed this time; asking again soon may help."""


class Unreachable(Outage):
    """There was no connection, or no answer in time."""


class GaveUp(NoAnswer):
    """Nothing more is asked: it refused, or patience ran out."""


class YahooLine:
    """Takes the place of the connection that yfinance asks, for the duration of one fetch.

    yfinance's own first visits two other hosts for a cookie and a crumb that charts do not need,
    waits 30 s for each, keeps files in the user's home and makes one thing of all errors.

    Patience is the time without any chart, in seconds: a slow provider that goes on answering is
    waited for, one that is not there costs `patience_s` once, however many symbols are asked.
    """

    def __init__(self, transport: Transport, patience_s: float) -> None:
        self.gave_up: GaveUp | None = None
        self._transport = transport
        self._patience_s = patience_s
        self._patient_until = time.monotonic() + patience_s

    def get(
        self, url: str, params: Mapping[str, Any] | None = None, timeout: float | None = None
    ) -> Answer:
        """The chart, or the sentence that says there is none, as Yahoo answers it.

        Raises:
            Outage: no connection, no answer in time, or an answer that is not a chart.
            GaveUp: 429, or no chart came for longer than `patience_s`; so are all later calls.
        """
        del timeout  # yfinance's own, which knows nothing of ours
        if self.gave_up is not None:
            raise self.gave_up
        left_s = self._patient_until - time.monotonic()
        if left_s <= 0:
            raise self.give_up(f"gave nothing usable for {self._patience_s:g} s")
        try:
            answer = self._transport.get(
                url, params=dict(params or {}), timeout=min(left_s, self._patience_s / 2)
            )
        except OSError as error:
            raise Unreachable(f"could not be reached ({type(error).__name__})") from error
        if answer.status_code == 429:
            raise self.give_up("refused further requests (429, too many)")
        _demand_chart(answer)
        self._patient_until = time.monotonic() + self._patience_s
        return answer

    cache_get = get

    def give_up(self, reason: str) -> GaveUp:
        """Ask nothing more on this line; the first reason is kept."""
        self.gave_up = self.gave_up or GaveUp(reason)
        return self.gave_up


def _demand_chart(answer: Answer) -> None:
    if answer.status_code not in _CHART_STATUSES:
        raise Outage(f"answered {answer.status_code} instead of prices")
    try:
        body = answer.json()
    except ValueError:
        body = None
    if not isinstance(body, dict) or not isinstance(body.get("chart"), dict):
        raise Outage("answered with a page instead of prices")
