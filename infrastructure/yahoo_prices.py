"""Prices from Yahoo by yfinance, turned back into what was traded on the day (spec 5.2)."""

import logging
import math
import warnings
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from functools import cache, partial
from itertools import chain
from typing import Any

import msgspec
import stamina

from application.ports import Clock, Close, Fetched, TradingCalendar
from domain.corporate_action import CorporateAction
from infrastructure.yahoo_line import (
    NoAnswer,
    Outage,
    Transport,
    Unreachable,
    YahooLine,
    browser,
)

_AT_ONCE = 5
_RETRY = stamina.RetryingCaller(attempts=3, wait_initial=0.1, wait_max=1.0, wait_jitter=0.2)
_LARGEST_TERM_OF_A_SPLIT = 100
_CENT = Decimal("0.01")
_HUNDREDTH_OF_A_CENT = Decimal("0.0001")


@dataclass(frozen=True)
class YahooPrices:
    """The PriceSource named `yahoo`.

    Symbols are kept as the user wrote them; class shares (`BRK.B`, `BRK/B`) are translated at
    the edge. Each is asked up to the real today, because its closes come adjusted for all splits
    until then. Yahoo answers one symbol a request; five are asked at once, and a 429 ends the
    fetch. `patience_s` is how long Yahoo may stay silent before the rest is given up.
    """

    calendar: TradingCalendar
    clock: Clock
    transport: Transport = field(default_factory=browser)
    patience_s: float = 6.0

    name = "yahoo"

    def fetch(self, spans: Mapping[str, tuple[date, date]]) -> Fetched:
        """Closes as traded with splits and dividends; an outage is a warning, never missing."""
        _yfinance()  # before the threads, which would wait for each other's import
        line = YahooLine(self.transport, self.patience_s)
        with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="yahoo") as threads:
            answers = list(threads.map(partial(self._ask, line), spans, spans.values()))
        fetched = [answer for answer in answers if isinstance(answer, Fetched)]
        silent: dict[str, list[str]] = {}
        for symbol, answer in zip(spans, answers, strict=True):
            if isinstance(answer, NoAnswer):
                silent.setdefault(str(answer), []).append(symbol)
        unanswered = [f"Yahoo {why}: no prices for {_named(who)}." for why, who in silent.items()]
        return Fetched(
            closes=list(chain.from_iterable(f.closes for f in fetched)),
            actions=list(chain.from_iterable(f.actions for f in fetched)),
            missing=list(chain.from_iterable(f.missing for f in fetched)),
            warnings=[*chain.from_iterable(f.warnings for f in fetched), *unanswered],
            is_outage=bool(answers) and not fetched,
        )

    def _ask(self, line: YahooLine, symbol: str, span: tuple[date, date]) -> Fetched | NoAnswer:
        try:
            chart = _RETRY(Outage, self._chart, line, symbol, span[0])
        except Unreachable as error:
            return line.give_up(str(error))  # the network's fault, not this symbol's
        except NoAnswer as error:
            return error
        if chart is None:
            return Fetched(missing=[symbol])
        if chart.objection:
            return Fetched(warnings=[chart.objection])
        return self._read(symbol, chart.days, span)

    def _chart(self, line: YahooLine, symbol: str, first: date) -> "_Chart | None":
        """All days from `first` to the real today; None where Yahoo knows of none.

        Raises:
            NoAnswer: an outage, a refusal, or an answer that cannot be read.
        """
        library = _yfinance()
        asked = symbol.upper().replace(".", "-").replace("/", "-")
        history = library.scrapers.history.PriceHistory(line, asked, "America/New_York", line)
        tomorrow = self.clock.now().date() + timedelta(days=1)
        try:
            frame = history.history(
                start=first, end=tomorrow, auto_adjust=False, actions=True, keepna=True
            )
        except library.exceptions.YFPricesMissingError:
            return None
        except (ValueError, LookupError, TypeError, AttributeError) as error:
            raise NoAnswer(f"answered what cannot be read ({error!r})") from error
        return _Chart(_objection(symbol, asked, history.get_history_metadata()), _days(frame))

    def _read(self, symbol: str, days: Sequence["_Day"], span: tuple[date, date]) -> Fetched:
        """What lies within `span`, as traded; later days count by their splits alone."""
        closes: list[Close] = []
        actions: list[CorporateAction] = []
        unusable: list[date] = []
        warnings: list[str] = []
        for day, later_splits in _with_later_splits(days):
            if not span[0] <= day.on <= span[1]:
                continue
            actions += _actions(symbol, day, later_splits)
            if day.split and _is_adjustment(_ratio(day)):
                warnings.append(_adjustment(symbol, day))
            if self.calendar.is_session(day.on):
                price = _price_as_traded(day.close, later_splits)
                if price is None:
                    unusable.append(day.on)
                else:
                    closes.append(Close(symbol, day.on, price, self.name))
        return Fetched(
            closes=closes[::-1],
            actions=actions[::-1],
            missing=[] if closes else [symbol],
            warnings=[*warnings[::-1], *([_unusable(symbol, unusable)] if unusable else [])],
        )


class _Day(msgspec.Struct, frozen=True):
    """A day as Yahoo tells it: amounts adjusted for all later splits, 0 for no event."""

    on: date
    close: float
    dividend: float
    split: float


class _Chart(msgspec.Struct, frozen=True):
    """The days Yahoo answered, oldest first, and why they must not be used, if so."""

    objection: str | None
    days: Sequence[_Day]


@cache
def _yfinance() -> Any:
    """The library, told to raise its errors, and to keep logs and warnings to itself."""
    import yfinance  # noqa: PLC0415 - takes 2 s, pandas included
    import yfinance.scrapers.history  # noqa: PLC0415 - likewise

    yfinance.config.debug.hide_exceptions = False
    logging.getLogger("yfinance").setLevel(logging.CRITICAL)
    warnings.filterwarnings("ignore", category=DeprecationWarning, module="yfinance")
    return yfinance


def _objection(symbol: str, asked: str, meta: Mapping[str, Any]) -> str | None:
    if meta.get("symbol") != asked:
        return f"Yahoo answered {meta.get('symbol')} when asked for {symbol}: not used."
    if meta.get("currency") != "USD":
        return f"Yahoo quotes {symbol} in {meta.get('currency')}, not in USD: not used."
    return None


def _days(frame: Any) -> list[_Day]:
    columns = (frame[name].tolist() for name in ("Close", "Dividends", "Stock Splits"))
    return [_Day(on.date(), *amounts) for on, *amounts in zip(frame.index, *columns, strict=True)]


def _with_later_splits(days: Sequence[_Day]) -> Iterator[tuple[_Day, Fraction]]:
    """The days, newest first, each with today's shares for one share of that day."""
    later = Fraction(1)
    for day in reversed(days):
        yield day, later
        if day.split:
            later *= _ratio(day)


def _ratio(day: _Day) -> Fraction:
    return Fraction(day.split).limit_denominator(10_000)  # 1/3 arrives as 0.333...


def _is_adjustment(ratio: Fraction) -> bool:
    """Whether a split is none: shares are not split 1067 for 1000, a spin-off is told like that."""
    return min(ratio.numerator, ratio.denominator) > _LARGEST_TERM_OF_A_SPLIT


def _adjustment(symbol: str, day: _Day) -> str:
    ratio = _ratio(day)
    return (
        f"Yahoo tells of {ratio.numerator} shares of {symbol} for {ratio.denominator} on {day.on},"
        " which is how it adjusts for a spin-off: no split was recorded. If shares of another"
        " company came to the account, enter them."
    )


def _actions(symbol: str, day: _Day, later_splits: Fraction) -> Iterator[CorporateAction]:
    if day.dividend:
        amount = _times(day.dividend, later_splits)
        value = amount.quantize(_HUNDREDTH_OF_A_CENT, ROUND_HALF_EVEN)
        yield CorporateAction(symbol, day.on, "dividend", value, YahooPrices.name)
    if day.split and not _is_adjustment(ratio := _ratio(day)):
        value = Decimal(ratio.numerator)
        if ratio.denominator > 1:
            value = round(value / ratio.denominator, 10)
        yield CorporateAction(symbol, day.on, "split", value, YahooPrices.name)


def _price_as_traded(close: float, later_splits: Fraction) -> Decimal | None:
    """Rounded half-even to the cent, under 1.00 to 4 decimals; None if that is no price.

    Yahoo's closes are 32-bit floats: 134.17999267578125 for 134.18.
    """
    if not math.isfinite(close):
        return None
    exact = _times(close, later_splits)
    price = exact.quantize(_CENT if exact >= 1 else _HUNDREDTH_OF_A_CENT, ROUND_HALF_EVEN)
    return price if price > 0 else None


def _times(amount: float, ratio: Fraction) -> Decimal:
    return Decimal(amount) * ratio.numerator / ratio.denominator


def _unusable(symbol: str, days: Sequence[date]) -> str:
    others = f" and {len(days) - 1} other sessions" if len(days) > 1 else ""
    return f"Yahoo has no usable price of {symbol} for {min(days)}{others}."


def _named(symbols: Sequence[str]) -> str:
    others = f" and {len(symbols) - 10} others" if len(symbols) > 10 else ""
    return ", ".join(symbols[:10]) + others
