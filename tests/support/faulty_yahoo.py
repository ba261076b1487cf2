"""A provider that fails on purpose: an HTTP server that answers charts, some of them in error."""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from random import Random
from typing import Any
from urllib.parse import parse_qs, urlsplit

from infrastructure.yahoo_line import Answer, Transport, browser
from tests.support.price_sources import CALENDAR
from tests.support.recorded_yahoo import chart

FAULTS = (
    *("timeout", "429", "html", "empty", "nan", "zero", "negative", "split jump", "stale"),
    *("slow drip", "huge", "wrong symbol"),
)
"""The kinds of faults of a provider (spec 9.2)."""

FIRST, LAST = date(2018, 6, 1), date(2020, 11, 6)
SESSIONS = CALENDAR.sessions(FIRST, LAST)
"""The days that every symbol has a price of."""

_PATH = "/v8/finance/chart/"
_PADDING = b" " * (1024 * 1024)
_HUGE_MB = 40


def truth(symbol: str, session: date) -> Decimal:
    """What a share really closed at: another number for each symbol and day, near 100."""
    return Decimal(9000 + (sum(map(ord, symbol)) * 31 + session.toordinal() * 7) % 2000) / 100


@dataclass
class FaultyYahoo:
    """Answers the truth, but for symbols with a fault; a fault is one of `FAULTS`.

    `seed` decides which of the last ten sessions a wrong number is on.
    """

    url: str = ""
    faults: dict[str, tuple[str, int]] = field(default_factory=dict)
    closing: threading.Event = field(default_factory=threading.Event)

    @property
    def transport(self) -> Transport:
        """The program's own transport, led here instead of to Yahoo."""
        return _Redirected(self.url, browser())

    def break_down(self, symbol: str, fault: str, seed: int) -> None:
        """Answer questions for a symbol with a fault from now on."""
        self.faults[symbol] = (fault, seed)

    def recover(self) -> None:
        """Answer all with the truth again."""
        self.faults.clear()


@dataclass
class _Redirected:
    """A transport that asks another host for the same."""

    url: str
    transport: Transport

    def get(self, url: str, *, params: dict[str, Any], timeout: float) -> Answer:
        """See `Transport.get`."""
        return self.transport.get(f"{self.url}{urlsplit(url).path}", params=params, timeout=timeout)


@contextmanager
def faulty_yahoo() -> Iterator[FaultyYahoo]:
    """The server, until the context ends."""
    yahoo = FaultyYahoo()
    with ThreadingHTTPServer(("127.0.0.1", 0), _handler_of(yahoo)) as server:
        server.daemon_threads = True
        yahoo.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield yahoo
        finally:
            yahoo.closing.set()
            server.shutdown()
            thread.join(10)


def _handler_of(yahoo: FaultyYahoo) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            """Answer a request for a chart; the client may be gone before the end."""
            asked = urlsplit(self.path)
            symbol = asked.path.removeprefix(_PATH)
            query = {name: int(v[0]) for name, v in parse_qs(asked.query).items() if v[0].isdigit()}
            fault, seed = yahoo.faults.get(symbol, ("", 0))
            with suppress(ConnectionError):
                _ANSWERS.get(fault, _answer_numbers)(self, yahoo, symbol, query, (fault, seed))

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name
            """Stay silent."""

    return Handler


Query = Mapping[str, int]
_Answering = Callable[[Any, FaultyYahoo, str, Query, tuple[str, int]], None]


def _send(handler: BaseHTTPRequestHandler, body: bytes, status: int = 200) -> None:
    handler.send_response(status)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


def _chart(symbol: str, query: Query, fault: tuple[str, int] = ("", 0)) -> bytes:
    begins = datetime.fromtimestamp(query["period1"], UTC).date()
    closes = {day: float(truth(symbol, day)) for day in SESSIONS if day >= begins}
    return json.dumps(chart(symbol, _spoilt(closes, *fault))).encode()


def _spoilt(closes: dict[date, float], fault: str, seed: int) -> Mapping[date, float | None]:
    """The closes with the fault on one of the last ten sessions, or without the last three."""
    if fault == "stale":
        return dict(list(closes.items())[:-3])
    dice = Random(seed)  # noqa: S311 - to be repeated, not to be secret
    day = dice.choice(list(closes)[-10:])
    off = dice.choice([0.01, 0.1, 10.0, 100.0])
    wrong = {"nan": None, "zero": 0.0, "negative": -closes[day], "split jump": off * closes[day]}
    return {**closes, day: wrong[fault]} if fault in wrong else closes


def _answer_numbers(
    handler: Any, _yahoo: FaultyYahoo, symbol: str, query: Query, fault: tuple[str, int]
) -> None:
    _send(handler, _chart(symbol, query, fault))


def _answer_never(handler: Any, yahoo: FaultyYahoo, *_: object) -> None:
    yahoo.closing.wait(30)


def _answer_429(handler: Any, *_: object) -> None:
    _send(handler, b"Too Many Requests", 429)


def _answer_html(handler: Any, *_: object) -> None:
    _send(handler, b"<!doctype html><p>We'll be right back")


def _answer_empty(handler: Any, *_: object) -> None:
    _send(handler, b"")


def _answer_slowly(handler: Any, yahoo: FaultyYahoo, symbol: str, query: Query, _: object) -> None:
    body = _chart(symbol, query)
    handler.send_response(200)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    for at in range(len(body)):
        handler.wfile.write(body[at : at + 1])
        if yahoo.closing.wait(0.05):
            return


def _answer_hugely(handler: Any, _yahoo: FaultyYahoo, symbol: str, query: Query, _: object) -> None:
    handler.send_response(200)
    handler.end_headers()
    for _mb in range(_HUGE_MB):
        handler.wfile.write(_PADDING)
    handler.wfile.write(_chart(symbol, query))


def _answer_another(handler: Any, _yahoo: FaultyYahoo, _s: str, query: Query, _: object) -> None:
    _send(handler, _chart("OTHER", query))


_ANSWERS: Mapping[str, _Answering] = {
    "timeout": _answer_never,
    "429": _answer_429,
    "html": _answer_html,
    "empty": _answer_empty,
    "slow drip": _answer_slowly,
    "huge": _answer_hugely,
    "wrong symbol": _answer_another,
}
