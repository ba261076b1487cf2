"""How a cost grows with a size: the slope of its line on paper with two logarithmic axes.

A slope of 0 does not grow, of 1 grows in proportion, of 2 with the square.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log
from statistics import fmean


@dataclass(frozen=True, slots=True)
class Slope:
    """A line through the logarithms of costs by the logarithms of sizes, by least squares.

    It goes through the least cost of each size, which is the one that was disturbed least.

    Attributes:
        exponent: the slope.
        least: the least slope of a round by itself.
        most: the greatest.
        unit: what the line says of a size of 1.
    """

    exponent: float
    least: float
    most: float
    unit: float

    @classmethod
    def through(cls, sizes: Sequence[float], rounds: Sequence[Sequence[float]]) -> "Slope":
        """The slope of costs measured in rounds, each of one cost a size.

        Raises:
            ValueError: there are not two sizes, or a round lacks one.
        """
        xs = [log(size) for size in sizes]
        ys = [[log(cost) for cost in costs] for costs in rounds]
        if len(set(xs)) < 2 or not ys or any(len(costs) != len(xs) for costs in ys):
            raise ValueError("a slope is of two sizes or more, each measured in every round")
        undisturbed = least(ys)
        exponent = _exponent(xs, undisturbed)
        by_round = [_exponent(xs, costs) for costs in ys]
        unit = exp(fmean(undisturbed) - exponent * fmean(xs))
        return cls(exponent, min(by_round), max(by_round), unit)

    def at(self, size: float) -> float:
        """What the line says of a size, measured or not."""
        return float(self.unit * size**self.exponent)

    def __str__(self) -> str:
        return f"{self.exponent:.2f} ({self.least:.2f} to {self.most:.2f})"


def least(rounds: Sequence[Sequence[float]]) -> list[float]:
    """The least of the rounds at each size."""
    return [min(costs) for costs in zip(*rounds, strict=True)]


def _exponent(xs: Sequence[float], ys: Sequence[float]) -> float:
    x_mean, y_mean = fmean(xs), fmean(ys)
    along = sum((x - x_mean) * (y - y_mean) for x, y in zip(xs, ys, strict=True))
    return along / sum((x - x_mean) ** 2 for x in xs)
