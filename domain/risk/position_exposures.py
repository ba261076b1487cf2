"""How each line moves with the factors of a set, by the measures of what moves it (spec 6.2)."""

from collections.abc import Mapping
from dataclasses import dataclass

from domain.risk.book import HeldLine, RiskBook
from domain.risk.exposures import exposed_values
from domain.risk.factor_exposures import FactorBetas
from domain.risk.factors import FactorName, FactorSet, FactorSetName
from domain.risk.finding import Finding, ReasonCode, found, not_found
from domain.risk.regression import Regression
from domain.risk.symbol_measures import SymbolMeasures


@dataclass(frozen=True, slots=True, kw_only=True)
class PositionBeta:
    """How much of a line moves with a factor.

    Attributes:
        beta: of the symbol that moves the line.
        exposure_usd: beta x what the line moves like.
    """

    factor: FactorName
    beta: float
    exposure_usd: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PositionExposure:
    """A line and how it moves.

    Attributes:
        moved_by: the symbol whose closes move it: of an option its underlying.
        market_value: USD, signed.
        exposed_value: USD that it moves like: of an option by its delta.
        weight: that as a share of NAV; None where NAV is 1 % of gross or less.
        market_beta: of the symbol on SPY, over 90 sessions; None where there is none.
        volatility_63: of the symbol, a year; None where there is none.
        factors: in the order of the set; none where `reason` says why.
    """

    position_id: str
    symbol: str
    moved_by: str
    market_value: float
    exposed_value: float
    weight: float | None
    market_beta: float | None
    volatility_63: float | None
    factors: tuple[PositionBeta, ...]
    reason: ReasonCode | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PositionExposures:
    """The lines held, the largest first."""

    factor_set: FactorSetName
    set_version: int
    positions: tuple[PositionExposure, ...]


def position_exposures(
    book: RiskBook, symbols: Mapping[str, SymbolMeasures], factor_set: FactorSet
) -> Finding[PositionExposures]:
    """Each line of a book by the measures of its symbol, at the same session.

    The exposures of the lines to a factor add up to the portfolio's.
    """
    lines = [
        _line(book, line, value, symbols.get(line.moved_by), factor_set)
        for line, value in zip(book.lines, exposed_values(book).tolist(), strict=True)
    ]
    lacking = {line.symbol: line.reason for line in lines if line.reason}
    observations = [
        betas.observations
        for line in book.lines
        if (known := symbols.get(line.moved_by))
        and isinstance(betas := _betas(known, factor_set), FactorBetas)
    ]
    quality = book.quality(min(observations, default=0), lacking)
    if not lines:
        return not_found(ReasonCode.NOTHING_HELD, "Nothing but cash is held.", quality)
    return found(
        PositionExposures(
            factor_set=factor_set.name,
            set_version=factor_set.version,
            positions=tuple(sorted(lines, key=lambda line: -abs(line.exposed_value))),
        ),
        quality,
    )


def _line(
    book: RiskBook,
    line: HeldLine,
    value: float,
    known: SymbolMeasures | None,
    factor_set: FactorSet,
) -> PositionExposure:
    betas = _betas(known, factor_set) if known and line.has_history else ReasonCode.NO_PRICES
    market = known.market_beta if known else None
    return PositionExposure(
        position_id=line.position_id,
        symbol=line.symbol,
        moved_by=line.moved_by,
        market_value=line.market_value,
        exposed_value=value,
        weight=book.of_nav(value),
        market_beta=market.beta if isinstance(market, Regression) else None,
        volatility_63=known.volatility_63 if known else None,
        factors=()
        if isinstance(betas, ReasonCode)
        else tuple(
            PositionBeta(factor=one.factor, beta=one.beta, exposure_usd=one.beta * value)
            for one in betas.betas
        ),
        reason=betas if isinstance(betas, ReasonCode) else None,
    )


def _betas(known: SymbolMeasures, factor_set: FactorSet) -> FactorBetas | ReasonCode:
    return known.style if factor_set.name is FactorSetName.STYLE else known.macro
