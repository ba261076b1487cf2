"""Sectors and fundamentals from Yahoo's quoteSummary (spec 5.2, 5.4).

Asked without yfinance: its own way there waits 30 s for each of three hosts, keeps files in the
user's home and makes one thing of all errors, and the answer is plain JSON.
"""

import math
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from application.security_ports import LookedUp, Security
from domain.sector import gics_sector
from domain.text import has_control_characters
from infrastructure.yahoo_line import (
    Answer,
    GaveUp,
    NoAnswer,
    Outage,
    Transport,
    Unreachable,
    browser,
)

_COOKIE = "https://fc.yahoo.com/"
_CRUMB = "https://query1.finance.yahoo.com/v1/test/getcrumb"
_SUMMARY = "https://query2.finance.yahoo.com/v10/finance/quoteSummary/"
_MODULES = "assetProfile,quoteType,summaryDetail"
_AT_ONCE = 5
_LONGEST_CRUMB = 64
_LARGEST_CAP = 10**15
_TYPES = {"EQUITY": "STOCK", "ETF": "ETF", "MUTUALFUND": "MUTUAL_FUND"}


@dataclass(frozen=True)
class YahooSecurities:
    """The SecuritySource named `yahoo`.

    `patience_s` is how long Yahoo may take for all symbols together: what is not known by then is
    asked for by the next run.
    """

    transport: Transport = field(default_factory=browser)
    patience_s: float = 6.0

    name = "yahoo"

    def look_up(self, symbols: Sequence[str]) -> LookedUp:
        """Name, sector, industry, type, beta, market value and yield of each symbol it knows."""
        line = _Line(self.transport, time.monotonic() + self.patience_s, self.patience_s)
        try:
            crumb = line.crumb()
        except NoAnswer as why:
            return LookedUp(warnings=[_warning(str(why), symbols)])
        with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="yahoo") as threads:
            answers = list(threads.map(partial(self._ask, line, crumb), symbols))
        silent: dict[str, list[str]] = {}
        for symbol, answer in zip(symbols, answers, strict=True):
            if isinstance(answer, NoAnswer):
                silent.setdefault(str(answer), []).append(symbol)
        return LookedUp(
            securities=[answer for answer in answers if isinstance(answer, Security)],
            unknown=[s for s, answer in zip(symbols, answers, strict=True) if answer is None],
            warnings=[_warning(why, who) for why, who in silent.items()],
        )

    def _ask(self, line: "_Line", crumb: str, symbol: str) -> Security | NoAnswer | None:
        try:
            summary = line.summary(symbol.upper().replace(".", "-").replace("/", "-"), crumb)
        except NoAnswer as error:
            return error
        return None if summary is None else self._read(symbol, summary)

    def _read(self, symbol: str, summary: Mapping[str, Any]) -> Security:
        profile, kind, detail = (_part(summary, module) for module in _MODULES.split(","))
        cap = _number(detail, "marketCap")
        return Security(
            symbol=symbol,
            source=self.name,
            name=_text(kind, "longName") or _text(kind, "shortName"),
            sector=gics_sector(_text(profile, "sector") or ""),
            industry=_text(profile, "industry"),
            asset_type=_TYPES.get(_text(kind, "quoteType") or ""),
            beta=_number(detail, "beta"),
            market_cap=int(cap) if cap is not None and 1 <= cap < _LARGEST_CAP else None,
            dividend_yield=_number(detail, "dividendYield"),
        )


@dataclass
class _Line:
    """Requests of one look-up: within its time, and none after the first refusal."""

    transport: Transport
    until: float
    patience_s: float
    gave_up: GaveUp | None = None

    def crumb(self) -> str:
        """The word that Yahoo wants with each question, after giving us its cookie.

        Raises:
            NoAnswer: it gave none.
        """
        self._get(_COOKIE, {})  # its status says nothing, the cookie counts
        answer = self._get(_CRUMB, {})
        crumb = answer.text.strip()
        if answer.status_code != 200 or not crumb or len(crumb) > _LONGEST_CRUMB or "<" in crumb:
            raise Outage(f"answered {answer.status_code} without letting us in")
        return crumb

    def summary(self, asked: str, crumb: str) -> Mapping[str, Any] | None:
        """What Yahoo knows of a symbol, None where it does not know the symbol.

        Raises:
            NoAnswer: an outage, or an answer that is not about this symbol's securities.
        """
        answer = self._get(f"{_SUMMARY}{asked}", {"modules": _MODULES, "crumb": crumb})
        try:
            body = answer.json()["quoteSummary"]
            result = body["result"]
        except (ValueError, LookupError, TypeError):
            raise Outage(f"answered {answer.status_code} and a page instead of facts") from None
        if answer.status_code == 404:
            return None
        if answer.status_code != 200 or not isinstance(result, list) or not result:
            raise Outage(f"answered {answer.status_code} instead of facts")
        facts = result[0]
        told = _text(_part(facts, "quoteType"), "symbol")
        if told not in (None, asked):
            raise Outage(f"answered {told} when asked for {asked}")
        return facts if isinstance(facts, dict) else {}

    def _get(self, url: str, params: dict[str, Any]) -> Answer:
        if self.gave_up is not None:
            raise self.gave_up
        left_s = self.until - time.monotonic()
        if left_s <= 0:
            raise self._give_up(f"did not answer all within {self.patience_s:g} s")
        try:
            answer = self.transport.get(
                url, params=params, timeout=min(left_s, self.patience_s / 2)
            )
        except OSError as error:
            reason = f"could not be reached ({type(error).__name__})"
            self._give_up(reason)
            raise Unreachable(reason) from error
        if answer.status_code == 429:
            raise self._give_up("refused further requests (429, too many)")
        return answer

    def _give_up(self, reason: str) -> GaveUp:
        self.gave_up = self.gave_up or GaveUp(reason)
        return self.gave_up


def _part(facts: object, name: str) -> Mapping[str, Any]:
    part = facts.get(name) if isinstance(facts, dict) else None
    return part if isinstance(part, dict) else {}


def _text(part: Mapping[str, Any], name: str) -> str | None:
    value = part.get(name)
    if not isinstance(value, str) or has_control_characters(value):
        return None
    return value.strip() or None


def _number(part: Mapping[str, Any], name: str) -> float | None:
    value = part.get(name)
    if isinstance(value, dict):  # formatted answers have it under raw
        value = value.get("raw")
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return float(value)


def _warning(why: str, symbols: Sequence[str]) -> str:
    others = f" and {len(symbols) - 10} others" if len(symbols) > 10 else ""
    return f"Yahoo {why}: no sectors or fundamentals for {', '.join(symbols[:10])}{others}."
