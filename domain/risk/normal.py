"""The normal distribution over arrays, accurate to 1e-15."""

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Floats: TypeAlias = npt.NDArray[np.float64]

_ROOT_OF_HALF = 0.7071067811865476
_ONE_OVER_ROOT_OF_PI = 0.5641895835477563
_ONE_OVER_ROOT_OF_TWO_PI = 0.3989422804014327
_SMALL, _MIDDLE, _LARGEST = 0.46875, 4.0, 28.0  # erfc(28) is under the smallest float

# W. J. Cody, "Rational Chebyshev approximations for the error function", Math. Comp. 23 (1969),
# with the coefficients of his CALERF (SPECFUN, 1990), highest power first.
_ERF = (
    (1.85777706184603153e-1, 3.16112374387056560, 1.13864154151050156e2),
    (3.77485237685302021e2, 3.20937758913846947e3),
    (1.0, 2.36012909523441209e1, 2.44024637934444173e2),
    (1.28261652607737228e3, 2.84423683343917062e3),
)
_ERFC_MIDDLE = (
    (2.15311535474403846e-8, 5.64188496988670089e-1, 8.88314979438837594),
    (6.61191906371416295e1, 2.98635138197400131e2, 8.81952221241769090e2),
    (1.71204761263407058e3, 2.05107837782607147e3, 1.23033935479799725e3),
    (1.0, 1.57449261107098347e1, 1.17693950891312499e2),
    (5.37181101862009858e2, 1.62138957456669019e3, 3.29079923573345963e3),
    (4.36261909014324716e3, 3.43936767414372164e3, 1.23033935480374942e3),
)
_ERFC_LARGE = (
    (1.63153871373020978e-2, 3.05326634961232344e-1, 3.60344899949804439e-1),
    (1.25781726111229246e-1, 1.60837851487422766e-2, 6.58749161529837803e-4),
    (1.0, 2.56852019228982242, 1.87295284992346047),
    (5.27905102951428412e-1, 6.05183413124413191e-2, 2.33520497626869185e-3),
)


def cdf(x: Floats) -> Floats:
    """The standard normal probability of a value up to `x`; NaN stays NaN."""
    return 0.5 * erfc(np.asarray(x) * -_ROOT_OF_HALF)


def density(x: Floats) -> Floats:
    """The standard normal density."""
    bell: Floats = np.exp(-0.5 * x * x) * _ONE_OVER_ROOT_OF_TWO_PI
    return bell


def erfc(x: Floats) -> Floats:
    """The complement of the error function, within 1e-15 of the true one."""
    x = np.asarray(x, dtype=np.float64)
    distance = np.minimum(np.abs(x), _LARGEST)
    below = np.empty_like(distance)
    small, large = distance <= _SMALL, distance > _MIDDLE
    middle = ~(small | large)
    below[middle] = _middle(distance[middle])
    below[large] = _large(distance[large])
    mirrored = np.where(x < 0, 2.0 - below, below)
    mirrored[small] = 1.0 - x[small] * _ratio(_ERF, 2, distance[small] ** 2)
    return mirrored


def _middle(y: Floats) -> Floats:
    tail: Floats = np.exp(-y * y) * _ratio(_ERFC_MIDDLE, 3, y)
    return tail


def _large(y: Floats) -> Floats:
    z = 1.0 / (y * y)
    tail: Floats = np.exp(-y * y) / y * (_ONE_OVER_ROOT_OF_PI - z * _ratio(_ERFC_LARGE, 2, z))
    return tail


def _ratio(coefficients: tuple[tuple[float, ...], ...], rows: int, z: Floats) -> Floats:
    """The polynomial of the first `rows` rows over that of the rest."""
    return _polynomial(coefficients[:rows], z) / _polynomial(coefficients[rows:], z)


def _polynomial(rows: tuple[tuple[float, ...], ...], z: Floats) -> Floats:
    value = np.zeros_like(z)
    for row in rows:
        for coefficient in row:
            value = value * z + coefficient
    return value
