"""Names are put in the order of SciPy's hierarchical clustering by average linkage."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.cluster.hierarchy import leaves_list, linkage
from scipy.spatial.distance import squareform

from domain.risk.clusters import clustered_order
from domain.risk.normal import Floats


def distances(count: int, seed: int) -> Floats:
    """1 - the correlations of made-up series."""
    series = np.random.default_rng(seed).normal(size=(30, count))
    series += np.random.default_rng(seed + 1).normal(size=(30, 1))
    apart = 1 - np.asarray(np.corrcoef(series, rowvar=False))
    np.fill_diagonal(apart, 0.0)
    return np.asarray((apart + apart.T) / 2)


@settings(max_examples=60)
@given(count=st.integers(2, 50), seed=st.integers(0, 10_000))
def test_it_is_scipys_order(count: int, seed: int) -> None:
    apart = distances(count, seed)
    expected = leaves_list(linkage(squareform(apart, checks=False), "average"))
    assert clustered_order(apart) == expected.tolist()


@pytest.mark.parametrize("count", [0, 1])
def test_hardly_anything_is_in_order_already(count: int) -> None:
    assert clustered_order(np.zeros((count, count))) == list(range(count))


def test_all_alike_keep_everybody() -> None:
    assert sorted(clustered_order(np.zeros((6, 6)))) == list(range(6))
