"""What a portfolio has in each sector, against an index (spec 6.2)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from domain.instrument import FUND_SUBTYPES, InvestmentClass
from domain.risk.book import HeldLine, RiskBook
from domain.risk.finding import Finding, ReasonCode, found, not_found
from domain.risk.sector_weights import SP_500

FUNDS, UNCLASSIFIED = "Funds", "Unclassified"


@dataclass(frozen=True, slots=True, kw_only=True)
class SectorRow:
    """What is held of a sector; of `Funds` and of `Unclassified` likewise.

    Attributes:
        sector: GICS name, or one of those two.
        market_value: USD, signed, options with the sector of their underlying.
        weight: of NAV, signed; None where NAV is 1 % of gross or less.
        benchmark_weight: of the index; None for what is no sector.
        active_weight: weight less the benchmark's: above 0 is overweight.
        symbols: what is held of it, options under their underlying, in order.
    """

    sector: str
    market_value: float
    weight: float | None
    benchmark_weight: float | None
    active_weight: float | None
    symbols: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SectorExposure:
    """A portfolio by sectors; with cash they add up to NAV.

    Attributes:
        sectors: all eleven, also those without a holding, in the order of their names.
        funds: which are of many sectors, or of none.
        unclassified: private assets, and whatever nobody named a sector of.
        cash: USD.
        cash_weight: of NAV; None where NAV is 1 % of gross or less.
        benchmark: the index compared with.
        benchmark_as_of: the day its weights are of.
        benchmark_source: who published them, and how sure they are.
    """

    sectors: tuple[SectorRow, ...]
    funds: SectorRow
    unclassified: SectorRow
    cash: float
    cash_weight: float | None
    benchmark: str
    benchmark_as_of: date
    benchmark_source: str


def sector_exposure(book: RiskBook, funds: Collection[str] = ()) -> Finding[SectorExposure]:
    """The market values of a portfolio by sector of what moves them, against the S&P 500.

    Args:
        book: what is held.
        funds: symbols known to be funds, beside the lines that say so of themselves.
    """
    groups = _groups(book, funds)
    unknown = [
        line.symbol
        for line in groups.get(UNCLASSIFIED, [])
        if line.investment_class is not InvestmentClass.PRIVATE
    ]
    quality = book.quality(1, dict.fromkeys(unknown, ReasonCode.NO_SECTOR))
    if not book.lines:
        return not_found(ReasonCode.NOTHING_HELD, "Nothing but cash is held.", quality)

    def row(sector: str) -> SectorRow:
        return _row(book, sector, groups.get(sector, []), SP_500.weights.get(sector))

    return found(
        SectorExposure(
            sectors=tuple(row(sector) for sector in sorted(SP_500.percent)),
            funds=row(FUNDS),
            unclassified=row(UNCLASSIFIED),
            cash=book.cash,
            cash_weight=book.of_nav(book.cash),
            benchmark=SP_500.index,
            benchmark_as_of=SP_500.as_of,
            benchmark_source=SP_500.source,
        ),
        quality,
    )


def _groups(book: RiskBook, funds: Collection[str]) -> dict[str, list[HeldLine]]:
    are_funds = {line.symbol for line in book.lines if line.subtype in FUND_SUBTYPES} | set(funds)
    groups: dict[str, list[HeldLine]] = {}
    for line in book.lines:
        sector = FUNDS if line.moved_by in are_funds else line.sector or UNCLASSIFIED
        groups.setdefault(sector, []).append(line)
    return groups


def _row(
    book: RiskBook, sector: str, lines: list[HeldLine], benchmark_weight: float | None
) -> SectorRow:
    market_value = sum((line.market_value for line in lines), 0.0)
    weight = book.of_nav(market_value)
    active = None if weight is None or benchmark_weight is None else weight - benchmark_weight
    return SectorRow(
        sector=sector,
        market_value=market_value,
        weight=weight,
        benchmark_weight=benchmark_weight,
        active_weight=active,
        symbols=tuple(sorted({line.moved_by for line in lines})),
    )
