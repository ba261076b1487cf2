"""The order in which alike symbols stand together: hierarchical clustering by average linkage.

Sokal and Michener, "A Statistical Method for Evaluating Systematic Relationships" (1958).
"""

import numpy as np

from domain.risk.normal import Floats


def clustered_order(distances: Floats) -> list[int]:
    """The leaves of the tree that joins the two nearest clusters again and again, left to right.

    The distance of clusters is the mean of those of their members. Of two joined the one that came
    to be earlier stands left; of equal distances the first pair is joined.

    Args:
        distances: [N, N], symmetric.
    """
    count = len(distances)
    if count == 0:
        return []
    apart = np.array(distances, dtype=np.float64)
    np.fill_diagonal(apart, np.inf)
    leaves = [[number] for number in range(count)]
    born = list(range(count))
    for birth in range(count, 2 * count - 1):
        a, b = divmod(int(apart.argmin()), count)
        left, right = (a, b) if born[a] < born[b] else (b, a)
        merged = (len(leaves[a]) * apart[a] + len(leaves[b]) * apart[b]) / (
            len(leaves[a]) + len(leaves[b])
        )
        leaves[left], born[left] = leaves[left] + leaves[right], birth
        merged[left] = merged[right] = np.inf
        apart[left] = apart[:, left] = merged
        apart[right] = apart[:, right] = np.inf
    return leaves[born.index(2 * count - 2)]
