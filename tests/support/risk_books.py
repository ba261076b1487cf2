"""Books for tests of measures."""

from typing import TypeVar

from domain.instrument import InvestmentClass
from domain.risk.black_scholes import price
from domain.risk.book import HeldLine, HeldOption, RiskBook
from domain.risk.finding import Finding, ReasonCode
from infrastructure.bundled_prices import SAMPLE_MARKET_ENDS_ON

SESSION = SAMPLE_MARKET_ENDS_ON
"""The last of the bundled panels."""

RATE = 0.04


Figures = TypeVar("Figures")


def figures(finding: Finding[Figures]) -> Figures:
    """The figures of a finding that has some."""
    assert finding.figures is not None, finding.reason
    return finding.figures


def why(finding: Finding[Figures]) -> ReasonCode:
    """Why a finding has none."""
    assert finding.reason is not None, finding.figures
    return finding.reason.code


def skipped(finding: Finding[Figures]) -> dict[str, ReasonCode]:
    """The symbols that contribute 0 to it, and why."""
    return {one.symbol: one.reason for one in finding.quality.skipped}


def share(symbol: str, market_value: float, **of: object) -> HeldLine:
    """A public line of that value, at 50 USD a share; `of` says more of it."""
    terms: dict[str, object] = {
        "position_id": f"{symbol} {market_value}",
        "symbol": symbol,
        "moved_by": symbol,
        "investment_class": InvestmentClass.PUBLIC,
        "subtype": "STOCK",
        "sector": None,
        "shares": market_value / 50.0,
        "price": 50.0,
        "market_value": market_value,
    }
    return HeldLine(**(terms | of))  # type: ignore[arg-type]  # terms by their names


def private(symbol: str, market_value: float) -> HeldLine:
    """A private asset."""
    return share(
        symbol,
        market_value,
        investment_class=InvestmentClass.PRIVATE,
        subtype="ART",
    )


def option(
    underlying: str, contracts: float, *, is_call: bool = True, spot: float = 100.0, **of: float
) -> HeldLine:
    """Contracts on 100 shares each, marked at the model's price; half a year, 30 % volatility."""
    terms = {"strike": 105.0, "years": 0.5, "volatility": 0.3, "dividend_yield": 0.0} | of
    held = HeldOption(is_call=is_call, spot=spot, volatility_source="implied", **terms)
    mark = _model_price(held)
    symbol = f"{underlying} {'C' if is_call else 'P'}{held.strike:g}"
    return HeldLine(
        position_id=f"{symbol} {contracts}",
        symbol=symbol,
        moved_by=underlying,
        investment_class=InvestmentClass.OPTIONS,
        subtype="CALL" if is_call else "PUT",
        sector=None,
        shares=contracts * 100,
        price=mark,
        market_value=contracts * 100 * mark,
        option=held,
    )


def unmodelled(underlying: str, contracts: float) -> HeldLine:
    """Contracts that no model prices, marked at 2 USD."""
    return share(
        f"{underlying} C999",
        contracts * 200,
        moved_by=underlying,
        investment_class=InvestmentClass.OPTIONS,
        subtype="CALL",
    )


def book(*lines: HeldLine, cash: float = 0.0) -> RiskBook:
    """What is held at the close of SESSION."""
    nav = cash + sum(line.market_value for line in lines)
    return RiskBook(session=SESSION, nav=nav, cash=cash, lines=lines, rate=RATE)


def _model_price(held: HeldOption) -> float:
    line = share("X", 0.0, option=held)
    alone = RiskBook(session=SESSION, nav=0.0, cash=0.0, lines=(line,), rate=RATE)
    return float(price(alone.options, held.volatility)[0])
