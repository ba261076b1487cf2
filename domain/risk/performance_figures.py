"""What is said of how a portfolio did over a span (spec 6.2)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from domain.risk.finding import Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class DailyFigures:
    """A portfolio day by day: the valuation that a span starts from, then each session after it.

    Attributes:
        sessions: [T+1], oldest first.
        nav: [T+1] USD.
        pnl: [T+1] USD; the first is of before the span and does not count.
        flows: [T+1] USD, likewise.
        returns: [T+1] P&L / NAV before; None where the chain is broken; the first does not count.
    """

    sessions: Sequence[date]
    nav: Sequence[float]
    pnl: Sequence[float]
    flows: Sequence[float]
    returns: Sequence[float | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unavailable:
    """A figure that there is none of, by its field, and why."""

    measure: str
    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawdown:
    """The largest fall of what was invested from a peak.

    Attributes:
        depth: -0.25 is a fall of 25 %; 0 where it never fell.
        peak_on: the last day before the fall; None where it never fell.
        trough_on: the day of the lowest value.
        recovered_on: the first day the peak was reached again; None where that is to come.
    """

    depth: float
    peak_on: date | None
    trough_on: date | None
    recovered_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DayReturn:
    """The return of one session: 0.01 is 1 %."""

    day: date
    daily_return: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodReturn:
    """A month or a year, or the part of it that is in the span.

    Attributes:
        period: 2012-07, or 2012.
        pnl: USD.
        time_weighted_return: None where the chain is broken in it.
        benchmark_return: by price; None where a close is lacking in it.
    """

    period: str
    pnl: float
    time_weighted_return: float | None
    benchmark_return: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Growth:
    """What 100 at the start came to, for charts; columns of one length.

    Attributes:
        sessions: the start, then each session.
        portfolio: None from where the chain is broken.
        benchmark: by price; None where a close is lacking.
    """

    sessions: tuple[date, ...]
    portfolio: tuple[float | None, ...]
    benchmark: tuple[float | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AgainstBenchmark:
    """A portfolio beside a benchmark on the days both have a return.

    Attributes:
        symbol: the benchmark's.
        dividends_included: whether its returns hold dividends: the portfolio's do.
        observations: days.
        portfolio_return: linked over those days.
        benchmark_return: likewise.
        alpha: a year, compounded: what is left beyond the risk-free rate and beta.
        beta: the slope on the benchmark's returns.
        tracking_error: a year's deviation of the difference.
        information_ratio: a year's difference for each of its deviation.
        up_capture: return of the days the benchmark rose, as a multiple of its own; 1 is the same.
        down_capture: of the days it fell.
    """

    symbol: str
    dividends_included: bool
    observations: int
    portfolio_return: float
    benchmark_return: float
    alpha: float | None
    beta: float | None
    tracking_error: float | None
    information_ratio: float | None
    up_capture: float | None
    down_capture: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Performance:
    """What a portfolio returned over a span; 0.1 is 10 %. None is explained in `unavailable`.

    Attributes:
        from_on: the session whose close it starts from.
        to_on: the last session.
        nav_start: USD.
        nav_end: USD.
        pnl: USD, dividends included.
        contributions: USD paid in.
        withdrawals: USD taken out, above 0.
        time_weighted_return: daily returns linked, whatever was paid in.
        time_weighted_annualized: a year, by calendar days / 365; None for less than a year.
        money_weighted_return: on the money that was in, over the span.
        money_weighted_annualized: the same a year (XIRR); None for less than a year.
        volatility: a year's standard deviation of daily returns.
        sharpe_ratio: return beyond the risk-free rate for each of volatility, a year.
        sortino_ratio: for each of deviation below the risk-free rate, a year.
        risk_free_rate: a year.
        max_drawdown: None where the chain is broken.
        best_day: None without a return.
        worst_day: None without a return.
        against: None without the benchmark's closes.
        months: by calendar month.
        years: by calendar year.
        growth: of 100.
        days_with_large_flows: whose returns depend on when the money came in: over 10 % of NAV.
        minimum_observations: daily returns without which there are no deviations and ratios.
        unavailable: the figures that are None, and why.
    """

    from_on: date
    to_on: date
    nav_start: float
    nav_end: float
    pnl: float
    contributions: float
    withdrawals: float
    time_weighted_return: float | None
    time_weighted_annualized: float | None
    money_weighted_return: float | None
    money_weighted_annualized: float | None
    volatility: float | None
    sharpe_ratio: float | None
    sortino_ratio: float | None
    risk_free_rate: float
    max_drawdown: Drawdown | None
    best_day: DayReturn | None
    worst_day: DayReturn | None
    against: AgainstBenchmark | None
    months: tuple[PeriodReturn, ...]
    years: tuple[PeriodReturn, ...]
    growth: Growth
    days_with_large_flows: tuple[date, ...]
    minimum_observations: int
    unavailable: tuple[Unavailable, ...]
