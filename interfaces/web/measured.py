"""Parts of pages that show measures: figures, charts with tables, and what all that rests on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from domain.risk.finding import Quality, ReasonCode
from interfaces.web.charts import Chart
from interfaces.web.heat_map import HeatMap
from interfaces.web.page import NONE, money, number, percent

WORDS: Mapping[ReasonCode, str] = {
    ReasonCode.NOT_VALUED: "not valued",
    ReasonCode.NOTHING_HELD: "nothing is held of it",
    ReasonCode.NAV_TOO_SMALL: "NAV is too small to compare with",
    ReasonCode.TOO_FEW_OBSERVATIONS: "too few prices are known",
    ReasonCode.CONSTANT_SERIES: "its price never moved",
    ReasonCode.NO_PRICES: "no prices are known",
    ReasonCode.NO_OPTIONS: "no options are held",
    ReasonCode.NO_SOLUTION: "nothing solves it",
    ReasonCode.FACTOR_MISSING: "a factor has no prices",
    ReasonCode.MARKETS_DIFFER: "it is of another market",
    ReasonCode.NO_SECTOR: "nobody named its sector",
    ReasonCode.PRIVATE_ASSET: "a private asset without daily prices",
    ReasonCode.CHAIN_BROKEN: "returns do not link",
    ReasonCode.UNDER_A_YEAR: "the span is under a year",
    ReasonCode.NO_LOSSES: "there was no loss",
    ReasonCode.NO_BENCHMARK: "the benchmark has no prices",
}
"""Why something was left out, in words."""

_FLAGS = {"complete": "good", "partial": "warn", "none": "bad"}


@dataclass(frozen=True, slots=True)
class Tile:
    """A figure by its name; `way` is up or down where its sign is to catch the eye."""

    name: str
    figure: str
    note: str = ""
    way: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A measure on a page: what it says, how it was taken, and what it rests on.

    Attributes:
        name: in addresses.
        title: a heading.
        method: how it was taken, in a sentence or two.
        quality: None where that is told elsewhere.
        reason: why there is nothing, else empty.
    """

    name: str
    title: str
    method: str = ""
    quality: Quality | None = None
    reason: str = ""
    tiles: Sequence[Tile] = ()
    charts: Sequence[Chart] = ()
    heat_map: HeatMap | None = None

    @property
    def badge(self) -> str:
        """How much the quality is to catch the eye: good, warn or bad."""
        return _FLAGS[self.quality.flag] if self.quality else ""

    @property
    def rests_on(self) -> str:
        """How much entered, in a sentence."""
        told = self.quality
        if told is None:
            return ""
        sample = f"{told.observations:,} observation{'' if told.observations == 1 else 's'}"
        if not told.positions_total:
            return f"{sample}."
        return f"{sample}; {told.positions_analyzed} of {told.positions_total} positions entered."

    @property
    def skipped(self) -> list[str]:
        """What contributes nothing, and why."""
        told = self.quality.skipped if self.quality else ()
        return [f"{one.symbol}: {WORDS[one.reason]}" for one in told]


def chart_named(parts: Sequence[Part], name: str) -> Chart | None:
    """The chart of that name among parts, also where it is but a table."""
    for part in parts:
        for chart in part.charts:
            if chart.name == name:
                return chart
    return None


def usd(amount: float | None, *, is_change: bool = False) -> str:
    """An amount on a page."""
    told = None if amount is None else Decimal(f"{amount:z.2f}")
    return money(told, is_change=is_change)


def way_of(figure: float | None) -> str:
    """The class of what is to catch the eye by its sign."""
    return "" if not figure else "down" if figure < 0 else "up"


def cell(figure: float | None, decimals: int = 2) -> str:
    """A number in a table that can be downloaded; empty where there is none."""
    return "" if figure is None else f"{figure:z.{decimals}f}"


def share_cell(share: float | None) -> str:
    """A fraction as percent in such a table, whose header says so."""
    return "" if share is None else f"{100 * share:z.2f}"


def ratio_tile(name: str, ratio: float | None, why: str = "") -> Tile:
    """A plain number, or why there is none."""
    return Tile(name, number(ratio), why, "" if ratio is None or ratio >= 0 else "down")


def share_tile(name: str, share: float | None, why: str = "") -> Tile:
    """A fraction as percent, or why there is none."""
    return Tile(name, percent(share), why)


def change_tile(name: str, share: float | None, why: str = "") -> Tile:
    """A return, signed, or why there is none."""
    return Tile(name, percent(share, is_change=True), why, way_of(share))


def lacking_tile(name: str, why: str) -> Tile:
    """That there is no figure, and why."""
    return Tile(name, NONE, why)
