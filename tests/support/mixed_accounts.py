"""An account of fifty positions of every kind, of bundled prices: what measures are held to."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from msgspec.structs import replace

from domain.instrument import InvestmentClass
from domain.position import PositionTerms
from tests.support.accounts import shares
from tests.support.options import contracts

ENTRY = date(2012, 6, 29)
_BOUGHT = date(2013, 1, 4)
_STOCKS = {"AAPL": "584.00", "GOOG": "580.07", "IBM": "195.58", "MSFT": "30.59", "FB": "31.10"}
_FUNDS = (
    *("SPY", "DIA", "EFA", "EEM", "EWG", "EWJ", "EWQ", "EWU", "EPP", "FXI", "VGK", "VPL", "XLB"),
    *("XLE", "XLF", "XLK", "XLU", "TLT", "IEF", "TIP", "LQD", "BND", "CSJ"),
)
_OPTIONS = {
    "AAPL130420C00450000": "38.50",
    "AAPL130420P00400000": "14.20",
    "GOOG130622C00800000": "31.00",
    "GOOG130622P00700000": "27.10",
    "IBM   130720C00200000": "6.10",
    "MSFT  130720P00027000": "1.20",
    "SPY   130622P00140000": "4.10",
}
_PRIVATE = ("PRIVATE_EQUITY", "HEDGE_FUND", "REAL_ESTATE", "ART", "CRYPTOCURRENCY")


def mixed_account() -> Sequence[PositionTerms]:
    """Shares and funds long and short, calls and puts, private assets, a name without prices."""
    stocks = [shares(symbol, 40, price, ENTRY) for symbol, price in _STOCKS.items()]
    shorts = [shares(symbol, -15, price, _BOUGHT) for symbol, price in _STOCKS.items()]
    funds = [
        of_kind(shares(symbol, 30 if number % 4 else -20, "60.00", ENTRY), "ETF")
        for number, symbol in enumerate(_FUNDS)
    ]
    options = [
        contracts(symbol, -2 if number % 3 == 0 else 3, premium, _BOUGHT)
        for number, (symbol, premium) in enumerate(_OPTIONS.items())
    ]
    private = [_private(f"HOLDING {number}", kind) for number, kind in enumerate(_PRIVATE)]
    more = [shares(symbol, 5, "65.00", _BOUGHT) for symbol in ("SPY", "XLE", "TLT", "EEM")]
    return [*stocks, *shorts, *funds, *options, *private, *more, shares("GONE", 10, "5", ENTRY)]


def of_kind(terms: PositionTerms, subtype: str) -> PositionTerms:
    """The same terms of another kind."""
    return replace(terms, investment_subtype=subtype)


def _private(name: str, kind: str) -> PositionTerms:
    return PositionTerms(
        symbol=name,
        quantity=Decimal(1),
        entry_price=Decimal("25000.00"),
        entry_on=ENTRY,
        investment_class=InvestmentClass.PRIVATE,
        investment_subtype=kind,
    )
