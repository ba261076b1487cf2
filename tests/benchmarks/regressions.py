"""Least squares with errors, rolling beta, correlation with gaps: against the usual libraries.

Series are the bundled ETFs' real returns, mixed with noise for as many as it takes; both sides get
the same arrays, and what they compute is compared first. Both only compute, so that processor time
is taken, of one BLAS thread: more of them on few cores wait for each other at full speed. Ours is
short and runs ten times a round. Run it by `python -m tests.benchmarks.regressions`.
"""

from collections.abc import Callable
from datetime import date
from time import process_time

import numpy as np
import pandas as pd
import statsmodels.api as sm
from statsmodels.regression.rolling import RollingOLS
from threadpoolctl import threadpool_limits

from domain.risk.correlation import pairwise_correlations
from domain.risk.normal import Floats
from domain.risk.regression import regress, rolling_beta
from infrastructure.bundled_prices import BundledPrices
from tests.benchmarks.row import Row, show

ROUNDS, TIMES = 7, 10
SERIES, SESSIONS = 500, 252
WINDOW = 63
NAMES = 200
SHARE_LACKING, FEWEST = 0.05, 30
_SPAN = (date(2008, 8, 1), date(2016, 7, 1))
_FUNDS = ("SPY", "DIA", "EFA", "EEM", "XLE", "XLF", "XLK", "XLU", "TLT", "LQD")


def measure() -> list[Row]:
    """Three rows, the two sides one after the other in each round.

    Raises:
        AssertionError: the two sides do not agree on what they compute.
    """
    returns = _returns()
    with threadpool_limits(1, "blas"):
        return [_least_squares(returns), _rolling(returns), _correlation(returns)]


def _least_squares(returns: Floats) -> Row:
    y, x = _series(returns[-SESSIONS:], SERIES), returns[-SESSIONS:, 0]

    def ours() -> Floats:
        lines = regress(y, x)
        return np.column_stack([lines.beta, lines.standard_error, lines.p, lines.r_squared])

    def theirs() -> Floats:
        design = sm.add_constant(x)
        fits = [sm.OLS(column, design).fit() for column in y.T]
        return np.array([[f.params[1], f.bse[1], f.pvalues[1], f.rsquared] for f in fits])

    what = f"Beta, standard error, p and R2 of {SERIES} series x {SESSIONS} sessions"
    return _row(what, "statsmodels OLS", (ours, theirs), 20)


def _rolling(returns: Floats) -> Row:
    y, x = returns[:, 1:], returns[:, 0]

    def ours() -> Floats:
        return rolling_beta(y, x, WINDOW)

    def theirs() -> Floats:
        design = sm.add_constant(x)
        fits = [RollingOLS(column, design, WINDOW).fit(params_only=True) for column in y.T]
        return np.column_stack([fit.params[:, 1] for fit in fits])

    what = f"Rolling beta of {y.shape[1]} series x {len(y):,} sessions, windows of {WINDOW}"
    return _row(what, "RollingOLS", (ours, theirs), 200)


def _correlation(returns: Floats) -> Row:
    series = _series(returns[-SESSIONS:], NAMES)
    is_lacking = np.random.default_rng(5).random(series.shape) < SHARE_LACKING
    series[is_lacking] = np.nan
    frame = pd.DataFrame(series)

    def ours() -> Floats:
        return pairwise_correlations(series, FEWEST)[0]

    def theirs() -> Floats:
        return np.asarray(frame.corr(min_periods=FEWEST))

    what = f"Correlations of {NAMES} names x {SESSIONS} sessions, {SHARE_LACKING:.0%} lacking"
    return _row(what, "pandas corr", (ours, theirs), 5)


def _row(
    what: str, against: str, sides: tuple[Callable[[], Floats], Callable[[], Floats]], goal: float
) -> Row:
    ours, theirs = sides
    if not np.allclose(ours(), theirs(), rtol=1e-7, atol=1e-12, equal_nan=True):
        raise AssertionError(f"{against} computes something else")
    seconds = [(_seconds(ours, TIMES) / TIMES, _seconds(theirs)) for _ in range(ROUNDS)]
    mine, peer = zip(*seconds, strict=True)
    return Row(what=what, against=against, ours=mine, peer=peer, goal=goal)


def _seconds(work: Callable[[], Floats], times: int = 1) -> float:
    start = process_time()
    for _ in range(times):
        work()
    return process_time() - start


def _returns() -> Floats:
    """[T, 10] daily returns of the funds, SPY first."""
    closes = BundledPrices().fetch(dict.fromkeys(_FUNDS, _SPAN)).closes
    prices = [[float(c.price) for c in closes if c.symbol == symbol] for symbol in _FUNDS]
    table = np.array(prices).T
    return np.asarray(table[1:] / table[:-1] - 1.0)


def _series(returns: Floats, count: int) -> Floats:
    """[T, count] mixes of the funds with noise of their own."""
    dice = np.random.default_rng(7)
    loads = dice.normal(0.3, 0.5, (returns.shape[1], count))
    return np.asarray(returns @ loads + dice.normal(0, 0.01, (len(returns), count)))


def main() -> None:
    """Print the rows."""
    show(measure())


if __name__ == "__main__":
    main()
