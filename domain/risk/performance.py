"""How a portfolio did over a span, by itself and against a benchmark (spec 6.2)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import groupby
from typing import Any

import numpy as np
import numpy.typing as npt

from domain.risk import return_statistics as statistics
from domain.risk.black_scholes import DAYS_IN_A_YEAR
from domain.risk.finding import Finding, Quality, Reason, ReasonCode, found, not_found
from domain.risk.money_weighted import balancing_log_return
from domain.risk.normal import Floats
from domain.risk.panel import Panel
from domain.risk.performance_figures import (
    AgainstBenchmark,
    DailyFigures,
    DayReturn,
    Drawdown,
    Growth,
    Performance,
    PeriodReturn,
    Unavailable,
)
from domain.risk.realised_volatility import SESSIONS_IN_A_YEAR
from domain.risk.return_statistics import FEWEST, Answer

LARGE_FLOW = 0.1
"""Of the NAV before: a flow beyond it makes the day's return depend on when it came in."""

_BROKEN = Reason(
    ReasonCode.CHAIN_BROKEN,
    "On a day NAV was nothing, or next to nothing beside what was held: returns do not link.",
)
_NO_NAV = Reason(ReasonCode.NAV_TOO_SMALL, "NAV is not above zero at the start, or not at the end.")
_SHORT = Reason(ReasonCode.UNDER_A_YEAR, "The span is shorter than a year of 365 days.")
_UNBALANCED = Reason(ReasonCode.NO_SOLUTION, "No rate balances what came in and went out.")


def performance(
    days: DailyFigures, closes: Panel, benchmark: str, risk_free_rate: float
) -> Finding[Performance]:
    """What a portfolio returned, and a benchmark beside it.

    Quality counts the days that have a return; there are no lines to count.

    Args:
        days: the valuation that the span starts from, and those after it.
        closes: with the benchmark's, in the share terms of one day.
        benchmark: its symbol; its returns are those of its price, without dividends.
        risk_free_rate: a year; 0.04 is 4 %.
    """
    span = _Span(days, closes.of([benchmark]), benchmark, risk_free_rate)
    quality = Quality(
        observations=int(span.is_known.sum()), positions_analyzed=0, positions_total=0
    )
    if len(days.sessions) < 2:
        text = "There is no session after the one the span starts from."
        return not_found(ReasonCode.TOO_FEW_OBSERVATIONS, text, quality)
    return found(_performance(span), quality)


@dataclass(frozen=True)
class _Span:
    """The columns of a span as arrays; T days after the start."""

    days: DailyFigures
    closes: Panel
    benchmark: str
    risk_free_rate: float

    @cached_property
    def returns(self) -> Floats:
        """[T], NaN where the chain is broken."""
        return np.array(self.days.returns[1:], dtype=np.float64)

    @cached_property
    def is_known(self) -> npt.NDArray[np.bool_]:
        """[T] where there is a return."""
        return np.isfinite(self.returns)

    @cached_property
    def is_linked(self) -> bool:
        """Whether the returns of all days link."""
        return bool(self.is_known.all())

    @cached_property
    def benchmark_closes(self) -> Floats:
        """[T+1], NaN where there is none."""
        column = self.closes.closes[:, 0].tolist()
        known = dict(zip(self.closes.sessions, column, strict=True))
        return np.array([known.get(day, np.nan) for day in self.days.sessions], dtype=np.float64)

    @cached_property
    def benchmark_returns(self) -> Floats:
        """[T], NaN where either close is lacking."""
        closes = self.benchmark_closes
        return np.asarray(closes[1:] / closes[:-1] - 1.0)

    @property
    def daily_rate(self) -> float:
        """The risk-free rate of a day."""
        return self.risk_free_rate / SESSIONS_IN_A_YEAR

    @property
    def calendar_days(self) -> int:
        """From the start to the end."""
        return (self.days.sessions[-1] - self.days.sessions[0]).days


def _performance(span: _Span) -> Performance:
    days, known = span.days, span.returns[span.is_known]
    flows = np.array(days.flows[1:], dtype=np.float64)
    answers = _answers(span, known)
    against, lacking = _against(span)
    best, worst = (_day(span, which) for which in (np.nanargmax, np.nanargmin))
    return Performance(
        from_on=days.sessions[0],
        to_on=days.sessions[-1],
        nav_start=days.nav[0],
        nav_end=days.nav[-1],
        pnl=float(sum(days.pnl[1:])),
        contributions=float(flows[flows > 0].sum()),
        withdrawals=-float(flows[flows < 0].sum()),
        **{name: None if isinstance(one, Reason) else one for name, one in answers.items()},
        risk_free_rate=span.risk_free_rate,
        max_drawdown=_drawdown(span),
        best_day=best,
        worst_day=worst,
        against=against,
        months=_periods(span, lambda day: f"{day:%Y-%m}"),
        years=_periods(span, lambda day: f"{day:%Y}"),
        growth=_growth(span),
        days_with_large_flows=_large_flows(days),
        minimum_observations=FEWEST,
        unavailable=_unavailable(answers) + _without_chain(span) + lacking,
    )


def _unavailable(answers: Mapping[str, Answer]) -> tuple[Unavailable, ...]:
    return tuple(
        Unavailable(measure=name, reason=answer)
        for name, answer in answers.items()
        if isinstance(answer, Reason)
    )


def _without_chain(span: _Span) -> tuple[Unavailable, ...]:
    """What there is none of for want of returns, or of a chain of them."""
    lacking = [] if span.is_linked else ["max_drawdown"]
    if not span.is_known.any():
        lacking += ["best_day", "worst_day"]
    return tuple(Unavailable(measure=name, reason=_BROKEN) for name in lacking)


def _answers(span: _Span, known: Floats) -> dict[str, Answer]:
    linked: Answer = statistics.linked(known) if span.is_linked else _BROKEN
    return {
        "time_weighted_return": linked,
        "time_weighted_annualized": _annualized(span, linked),
        **_money_weighted(span),
        "volatility": statistics.volatility(known),
        "sharpe_ratio": statistics.sharpe_ratio(known, span.daily_rate),
        "sortino_ratio": statistics.sortino_ratio(known, span.daily_rate),
    }


def _annualized(span: _Span, linked: Answer) -> Answer:
    if isinstance(linked, Reason):
        return linked
    if span.calendar_days < DAYS_IN_A_YEAR:
        return _SHORT
    return statistics.a_year_of(1.0 + linked, DAYS_IN_A_YEAR / span.calendar_days)


def _money_weighted(span: _Span) -> dict[str, Answer]:
    """Over the span and a year: minus NAV at the start, minus flows, plus NAV at the end."""
    names = ("money_weighted_return", "money_weighted_annualized")
    days = span.days
    if days.nav[0] <= 0 or days.nav[-1] <= 0:
        return dict.fromkeys(names, _NO_NAV)
    flows = [
        (day, -flow) for day, flow in zip(days.sessions[1:], days.flows[1:], strict=True) if flow
    ]
    paid = [(days.sessions[0], -days.nav[0]), *flows, (days.sessions[-1], days.nav[-1])]
    logarithm = balancing_log_return(paid)
    if logarithm is None:
        return dict.fromkeys(names, _UNBALANCED)
    over_a_year = span.calendar_days >= DAYS_IN_A_YEAR
    annual: Answer = _SHORT
    if over_a_year:
        annual = float(np.expm1(logarithm * DAYS_IN_A_YEAR / span.calendar_days))
    return dict(zip(names, (float(np.expm1(logarithm)), annual), strict=True))


def _drawdown(span: _Span) -> Drawdown | None:
    if not span.is_linked:
        return None
    fall = statistics.deepest_fall(statistics.growth(span.returns))
    if fall is None:
        return Drawdown(depth=0.0, peak_on=None, trough_on=None, recovered_on=None)
    depth, peak, trough, recovery = fall
    days = span.days.sessions
    recovered_on = None if recovery is None else days[recovery]
    return Drawdown(
        depth=depth, peak_on=days[peak], trough_on=days[trough], recovered_on=recovered_on
    )


def _day(span: _Span, which: Callable[[Floats], Any]) -> DayReturn | None:
    if not span.is_known.any():
        return None
    place = int(which(span.returns))
    day = span.days.sessions[place + 1]
    return DayReturn(day=day, daily_return=float(span.returns[place]))


def _against(span: _Span) -> tuple[AgainstBenchmark | None, tuple[Unavailable, ...]]:
    both = span.is_known & np.isfinite(span.benchmark_returns)
    ours, theirs = span.returns[both], span.benchmark_returns[both]
    if not ours.size:
        text = f"No closes of {span.benchmark} are known in the span: fetch its prices."
        return None, (Unavailable(measure="against", reason=Reason(ReasonCode.NO_BENCHMARK, text)),)
    answers = {
        "alpha": statistics.alpha(ours, theirs, span.daily_rate),
        "beta": statistics.beta(ours, theirs),
        "tracking_error": statistics.tracking_error(ours, theirs),
        "information_ratio": statistics.information_ratio(ours, theirs),
        "up_capture": statistics.capture(ours, theirs, up=True),
        "down_capture": statistics.capture(ours, theirs, up=False),
    }
    against = AgainstBenchmark(
        symbol=span.benchmark,
        dividends_included=False,
        observations=len(ours),
        portfolio_return=statistics.linked(ours),
        benchmark_return=statistics.linked(theirs),
        **{name: None if isinstance(one, Reason) else one for name, one in answers.items()},
    )
    return against, _unavailable({f"against.{name}": one for name, one in answers.items()})


def _periods(span: _Span, name: Callable[[date], str]) -> tuple[PeriodReturn, ...]:
    rows = range(len(span.returns))
    parts = groupby(rows, key=lambda row: name(span.days.sessions[row + 1]))
    return tuple(_period(span, period, list(part)) for period, part in parts)


def _period(span: _Span, period: str, rows: list[int]) -> PeriodReturn:
    def over(returns: Floats) -> float | None:
        return statistics.linked(returns) if np.isfinite(returns).all() else None

    return PeriodReturn(
        period=period,
        pnl=float(sum(span.days.pnl[row + 1] for row in rows)),
        time_weighted_return=over(span.returns[rows]),
        benchmark_return=over(span.benchmark_returns[rows]),
    )


def _growth(span: _Span) -> Growth:
    first = span.benchmark_closes[0]
    return Growth(
        sessions=tuple(span.days.sessions),
        portfolio=_numbers(100.0 * statistics.growth(span.returns)),
        benchmark=_numbers(100.0 * span.benchmark_closes / first),
    )


def _numbers(column: Floats) -> tuple[float | None, ...]:
    return tuple(one if np.isfinite(one) else None for one in column.tolist())


def _large_flows(days: DailyFigures) -> tuple[date, ...]:
    rows = zip(days.sessions[1:], days.flows[1:], days.nav, strict=False)
    return tuple(day for day, flow, before in rows if abs(flow) > LARGE_FLOW * abs(before))
