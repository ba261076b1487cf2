"""Yahoo as recorded: a transport that answers charts from files, or fails as it is told."""

import json
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from threading import Lock
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from curl_cffi.requests import exceptions

FIXTURES = Path(__file__).parents[1] / "fixtures" / "yahoo"
_NEW_YORK = ZoneInfo("America/New_York")

Chart = dict[str, Any]
"""The body of a chart, as Yahoo sends it."""


@dataclass(frozen=True)
class RecordedAnswer:
    """An HTTP answer with status and body."""

    status_code: int
    text: str

    def json(self) -> Any:
        """The parsed body; raises ValueError where it is not JSON."""
        return json.loads(self.text)


class RecordedYahoo:
    """Answers each recorded symbol the part of its recording that was asked for, others 404.

    `asked` lists symbol and parameters of each request, in order.
    """

    def __init__(self, folder: Path = FIXTURES) -> None:
        self.asked: list[tuple[str, Mapping[str, Any]]] = []
        self._one_at_a_time = Lock()
        self._told: dict[str, list[RecordedAnswer | OSError]] = {}
        self._charts: dict[str, Chart] = {}
        for file in sorted(folder.glob("chart-*.json")):
            chart = json.loads(file.read_text(encoding="utf-8"))["response"]["bodyJson"]
            self._charts[_meta(chart)["symbol"]] = chart

    def get(self, url: str, *, params: dict[str, Any], timeout: float) -> RecordedAnswer:
        """The answer to a request for a chart."""
        symbol = urlsplit(url).path.rpartition("/")[2]
        self.asked.append((symbol, params))
        answer = self._next_told(symbol)
        if isinstance(answer, OSError):
            raise answer
        return answer or self._recorded(symbol, params["period1"], params["period2"])

    def tell(self, symbol: str, *answers: RecordedAnswer | OSError) -> None:
        """Answer `symbol` (`*` for all) with these in turn, then always with the last."""
        self._told[symbol] = list(answers)

    def record(self, chart: Chart) -> None:
        """Take `chart` for the recording of its symbol."""
        self._charts[_meta(chart)["symbol"]] = chart

    def recording(self, symbol: str) -> Chart:
        """A copy of what is recorded of `symbol`."""
        return deepcopy(self._charts[symbol])

    def _next_told(self, symbol: str) -> RecordedAnswer | OSError | None:
        with self._one_at_a_time:
            told = self._told.get(symbol) or self._told.get("*")
            if not told:
                return None
            return told.pop(0) if len(told) > 1 else told[0]

    def _recorded(self, symbol: str, first: int, end: int) -> RecordedAnswer:
        if symbol not in self._charts:
            return unknown_symbol()
        chart = self.recording(symbol)
        result = chart["chart"]["result"][0]
        kept = [n for n, at in enumerate(result["timestamp"]) if first <= at < end]
        if not kept:
            return no_data_in_span()
        result["timestamp"] = [result["timestamp"][n] for n in kept]
        for table in (*result["indicators"]["quote"], *result["indicators"]["adjclose"]):
            for column, values in table.items():
                table[column] = [values[n] for n in kept]
        for kind, events in result["events"].items():
            result["events"][kind] = {at: e for at, e in events.items() if first <= int(at) < end}
        return answered(chart)


def chart(
    symbol: str,
    closes: Mapping[date, float | None],
    *,
    splits: Mapping[date, tuple[int, int]] | None = None,
    dividends: Mapping[date, float] | None = None,
) -> Chart:
    """A made-up chart: closes as Yahoo adjusts them, splits as (new shares, old shares)."""
    values = list(closes.values())
    quote = dict.fromkeys(("open", "high", "low", "close"), values)
    events = {
        "splits": {
            str(_opening(day)): {"date": _opening(day), "numerator": new, "denominator": old}
            for day, (new, old) in (splits or {}).items()
        },
        "dividends": {
            str(_opening(day)): {"date": _opening(day), "amount": amount}
            for day, amount in (dividends or {}).items()
        },
    }
    meta = {
        "symbol": symbol,
        "currency": "USD",
        "instrumentType": "EQUITY",
        "exchangeTimezoneName": "America/New_York",
        "priceHint": 2,
        "validRanges": ["max"],
    }
    result = {
        "meta": meta,
        "timestamp": [_opening(day) for day in closes],
        "events": events,
        "indicators": {
            "quote": [{**quote, "volume": [1000] * len(values)}],
            "adjclose": [{"adjclose": values}],
        },
    }
    return {"chart": {"result": [result], "error": None}}


def answered(body: Any, status: int = 200) -> RecordedAnswer:
    """An answer with `body` as JSON."""
    return RecordedAnswer(status, json.dumps(body))


def unknown_symbol() -> RecordedAnswer:
    """What Yahoo says of a symbol that it does not know or no longer knows."""
    return _error(404, "Not Found", "No data found, symbol may be delisted")


def no_data_in_span() -> RecordedAnswer:
    """What Yahoo says where a share did not trade in the span."""
    return _error(400, "Bad Request", "Data doesn't exist for startDate = 1, endDate = 2")


def too_many_requests() -> RecordedAnswer:
    """Yahoo's refusal of a client that asks too much."""
    return RecordedAnswer(429, "Too Many Requests\r\n")


def page(status: int = 200) -> RecordedAnswer:
    """A page for people, as an outage or a consent wall answers."""
    return RecordedAnswer(status, "<!doctype html><html><body>Will be right back</body></html>")


def no_name() -> OSError:
    """The error of a machine without network."""
    return exceptions.DNSError("Could not resolve host: query2.finance.yahoo.com")


def refused() -> OSError:
    """The error of a host that accepts no connection."""
    return exceptions.ConnectionError("Failed to connect")


def timed_out() -> OSError:
    """The error of a host that does not answer."""
    return exceptions.Timeout("Operation timed out")


def _error(status: int, code: str, description: str) -> RecordedAnswer:
    error = {"code": code, "description": description}
    return answered({"chart": {"result": None, "error": error}}, status)


def _meta(chart: Chart) -> dict[str, Any]:
    meta: dict[str, Any] = chart["chart"]["result"][0]["meta"]
    return meta


def _opening(day: date) -> int:
    return int(datetime.combine(day, time(9, 30), _NEW_YORK).timestamp())
