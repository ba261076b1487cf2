"""Regressions agree with statsmodels and scikit-learn, on real returns and with gaps."""

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import Ridge
from sklearn.preprocessing import StandardScaler
from statsmodels.regression.rolling import RollingOLS

from domain.risk.finding import ReasonCode
from domain.risk.normal import Floats
from domain.risk.regression import (
    Regression,
    regress,
    ridge,
    rolling_beta,
    weighted_slopes,
    window_sums,
)
from domain.risk.returns import simple_returns
from tests.support.panels import MACRO_FUNDS, SHARES, bundled_panel

COLUMNS = (*SHARES[:4], "DIA", "XLF", "TLT")
Y = simple_returns(bundled_panel().of(COLUMNS).closes)
X = simple_returns(bundled_panel().of(MACRO_FUNDS).closes)
SPY = X[:, 0]
CLOSE = 1e-10


def gaps(returns: Floats, share: float = 0.15) -> Floats:
    return np.where(np.random.default_rng(3).random(returns.shape) < share, np.nan, returns)


def as_statsmodels_has_it(y: Floats, x: Floats) -> dict[str, float]:
    known = np.isfinite(y) & np.isfinite(x)
    fit = sm.OLS(y[known], sm.add_constant(x[known])).fit()
    return {
        "alpha": fit.params[0],
        "beta": fit.params[1],
        "r_squared": fit.rsquared,
        "standard_error": fit.bse[1],
        "t": fit.tvalues[1],
        "p": fit.pvalues[1],
        "observations": fit.nobs,
    }


@pytest.mark.parametrize("y", [Y, gaps(Y)], ids=["whole", "gappy"])
@pytest.mark.parametrize("x", [SPY, gaps(SPY), gaps(np.tile(SPY[:, None], Y.shape[1]))])
def test_least_squares_are_those_of_statsmodels(y: Floats, x: Floats) -> None:
    lines = regress(y, x)

    for column in range(y.shape[1]):
        expected = as_statsmodels_has_it(y[:, column], x if x.ndim == 1 else x[:, column])
        for name, figure in expected.items():
            assert getattr(lines, name)[column] == pytest.approx(figure, rel=CLOSE, abs=1e-15)


def test_a_line_says_what_it_found_in_plain_numbers() -> None:
    line = regress(Y, SPY).of(0, fewest=30)

    expected = as_statsmodels_has_it(Y[:, 0], SPY)
    assert isinstance(line, Regression)
    assert {type(figure) for figure in (line.beta, line.p_value, line.t_statistic)} == {float}
    assert type(line.observations) is int
    assert line.beta == pytest.approx(expected["beta"], rel=CLOSE)
    assert line.alpha_daily == pytest.approx(expected["alpha"], rel=CLOSE)


def test_too_few_observations_give_a_reason() -> None:
    y = np.full((40, 3), np.nan)
    y[:29, 0], y[:30, 1] = Y[:29, 0], Y[:30, 0]
    lines = regress(y, SPY[:40])

    assert lines.of(0, 30) is ReasonCode.TOO_FEW_OBSERVATIONS
    assert isinstance(lines.of(1, 30), Regression)
    assert lines.of(2, 30) is ReasonCode.NO_PRICES


@pytest.mark.parametrize(
    ("y", "x"), [(Y * 0, SPY), (Y * 0 + 0.1, SPY), (Y * 1e-200, SPY), (Y, SPY * 0)]
)
def test_a_series_that_never_moves_has_no_line(y: Floats, x: Floats) -> None:
    assert regress(y, x).of(0, 30) is ReasonCode.CONSTANT_SERIES


def test_a_series_fits_itself_exactly() -> None:
    line = regress(SPY[:, None], SPY).of(0, 30)

    assert isinstance(line, Regression)
    assert (line.beta, line.r_squared, line.p_value) == (1.0, 1.0, 0.0)
    assert line.t_statistic is None or line.t_statistic > 1e10


@pytest.mark.parametrize("rows", [0, 1, 2])
def test_hardly_any_row_is_no_error(rows: int) -> None:
    lines = regress(Y[:rows], SPY[:rows])
    assert isinstance(lines.of(0, 0), ReasonCode)
    assert len(lines.beta) == Y.shape[1]


def test_no_column_is_no_error() -> None:
    assert regress(Y[:, :0], SPY).beta.tolist() == []


@given(scale=st.floats(1e-3, 1e3), sign=st.sampled_from([1, -1]), shift=st.floats(-1, 1))
def test_scaling_a_series_scales_its_line_and_nothing_else(
    scale: float, sign: int, shift: float
) -> None:
    before, after = regress(Y, SPY), regress(Y * scale * sign + shift, SPY)

    assert after.beta == pytest.approx(before.beta * scale * sign, rel=1e-7, abs=1e-9)
    assert after.r_squared == pytest.approx(before.r_squared, rel=1e-6)
    assert after.p == pytest.approx(before.p, rel=1e-5)


@given(order=st.permutations(range(Y.shape[1])))
def test_columns_do_not_know_of_each_other(order: list[int]) -> None:
    assert regress(Y[:, order], SPY).beta == pytest.approx(regress(Y, SPY).beta[order], rel=1e-12)


@pytest.mark.parametrize("y", [Y, gaps(Y, 0.1)], ids=["whole", "gappy"])
@pytest.mark.parametrize("window", [10, 63, len(Y)])
def test_rolling_betas_are_those_of_statsmodels(y: Floats, window: int) -> None:
    fewest = window - window // 4
    ours = rolling_beta(y, SPY, window, fewest)

    for column in range(y.shape[1]):
        model = RollingOLS(
            y[:, column], sm.add_constant(SPY), window, min_nobs=fewest, missing="drop"
        )
        theirs = model.fit().params[:, 1]
        theirs[: window - 1] = np.nan  # a window of fewer sessions is none of ours
        assert ours[:, column] == pytest.approx(theirs, rel=1e-8, abs=1e-10, nan_ok=True)


def test_a_rolling_window_needs_all_of_its_rows_where_nothing_else_is_said() -> None:
    y = Y.copy()
    y[100, 0] = np.nan
    betas = rolling_beta(y, SPY, 20)

    assert np.isnan(betas[:19]).all()
    assert np.flatnonzero(np.isnan(betas[19:, 0])).tolist() == list(range(81, 101))
    assert np.isfinite(betas[19:, 1:]).all()


def test_a_large_value_spoils_no_later_window() -> None:
    y, x = Y.copy(), SPY.copy()
    y[30], x[30] = 1e3, 1e3

    assert rolling_beta(y, x, 20)[51:] == pytest.approx(rolling_beta(Y, SPY, 20)[51:], rel=1e-7)


def test_a_window_longer_than_the_series_and_a_series_that_rests_have_no_beta() -> None:
    assert np.isnan(rolling_beta(Y, SPY, len(Y) + 1)).all()
    assert np.isnan(rolling_beta(Y, SPY * 0, 20)).all()
    assert np.isnan(rolling_beta(Y * np.nan, SPY, 20)).all()


@given(rows=st.integers(1, 60), window=st.integers(1, 60))
def test_window_sums_are_sums_of_windows(rows: int, window: int) -> None:
    a = np.arange(rows * 2, dtype=np.float64).reshape(rows, 2) ** 2
    expected = [a[end - window : end].sum(axis=0) for end in range(window, rows + 1)]
    sums = window_sums(a, window)
    assert sums.tolist() == [row.tolist() for row in expected]


@pytest.mark.parametrize("y", [Y, gaps(Y)], ids=["whole", "gappy"])
def test_weighted_slopes_are_those_of_statsmodels(y: Floats) -> None:
    weights = np.power(0.97, np.arange(len(y), dtype=np.float64)[::-1])
    slopes = weighted_slopes(y, SPY, weights)

    for column in range(y.shape[1]):
        known = np.isfinite(y[:, column])
        design = sm.add_constant(SPY[known])
        fit = sm.WLS(y[known, column], design, weights=weights[known]).fit()
        assert slopes[column] == pytest.approx(fit.params[1], rel=CLOSE)


def test_there_is_no_slope_on_what_never_moves() -> None:
    assert np.isnan(weighted_slopes(Y, SPY * 0 + 0.1, np.ones(len(Y)))).all()
    assert np.isnan(weighted_slopes(gaps(Y), SPY * 0 + 0.1, np.ones(len(Y)))).all()
    assert np.isnan(weighted_slopes(Y * np.nan, SPY, np.ones(len(Y)))).all()


@pytest.mark.parametrize("y", [Y, gaps(Y)], ids=["whole", "gappy"])
@pytest.mark.parametrize("unit", [1e-12, 1e12])
def test_weighted_slopes_are_the_same_in_any_unit(y: Floats, unit: float) -> None:
    weights = np.ones(len(Y))
    slopes = weighted_slopes(y, SPY * unit, weights) * unit

    assert slopes == pytest.approx(weighted_slopes(y, SPY, weights), rel=CLOSE)


@pytest.mark.parametrize("penalty", [1e-9, 1.0, 50.0])
def test_ridge_is_that_of_scikit_learn(penalty: float) -> None:
    lines = ridge(Y, X, penalty)

    scaler = StandardScaler()
    z = scaler.fit_transform(X)
    fit = Ridge(alpha=penalty).fit(z, Y)
    assert lines.beta == pytest.approx((fit.coef_ / scaler.scale_).T, rel=1e-8)
    predicted = fit.predict(z)
    left = ((Y - predicted) ** 2).sum(axis=0) / ((Y - Y.mean(axis=0)) ** 2).sum(axis=0)
    assert lines.r_squared == pytest.approx(1 - left, rel=1e-10)
    assert lines.alpha + X @ lines.beta == pytest.approx(predicted, abs=1e-13)
    assert lines.condition_number == pytest.approx(np.linalg.cond(z), rel=1e-9)


def test_a_regressor_that_never_moves_has_no_slope_and_spoils_no_other() -> None:
    resting = np.column_stack([X, np.full(len(X), 0.001)])
    lines = ridge(Y, resting, 1.0)

    assert lines.beta[-1].tolist() == [0.0] * Y.shape[1]
    assert lines.beta[:-1] == pytest.approx(ridge(Y, X, 1.0).beta, rel=1e-9)
    assert lines.condition_number == np.inf


def test_the_same_regressor_twice_has_half_the_slope_each() -> None:
    lines = ridge(Y, np.column_stack([SPY, SPY]), 1e-6)
    assert lines.beta[0] == pytest.approx(lines.beta[1], rel=1e-6)
    assert lines.condition_number == np.inf


def test_a_column_that_never_moves_explains_nothing() -> None:
    lines = ridge(Y * 0, X, 1.0)
    assert lines.beta == pytest.approx(0.0, abs=1e-18)
    assert np.isnan(lines.r_squared).all()


@settings(max_examples=25)
@given(weights=st.lists(st.floats(-2, 2), min_size=Y.shape[1], max_size=Y.shape[1]))
def test_ridge_is_linear_in_what_is_explained(weights: list[float]) -> None:
    held = Y @ np.array(weights)
    assert ridge(held[:, None], X, 1.0).beta[:, 0] == pytest.approx(
        ridge(Y, X, 1.0).beta @ np.array(weights), rel=1e-8, abs=1e-12
    )
