"""How market data is told over HTTP (spec 4.8)."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from application.ports import Market, PriceRecord
from application.readiness import Coverage, PriceState, SymbolPrice
from application.securities import MergedSecurity
from interfaces.api.documenting import example
from interfaces.values import PORTFOLIO_EXAMPLE, Amount, Instant

PRICES_EXAMPLE = "symbol,date,close\nBARN,2024-01-08,7.10\nBARN,2024-01-09,7.15\n"


class ShownPrice(BaseModel):
    """A close as traded, in USD a share, with its source and when it was learnt."""

    date: date
    price: Amount
    source: str
    learnt_at: Instant


class PriceList(BaseModel):
    """The newest known closes of a symbol, oldest session first."""

    model_config = example(
        {
            "symbol": "GOOG",
            "market": "sample",
            "prices": [
                {
                    "date": "2013-03-01",
                    "price": "806.19",
                    "source": "bundled",
                    "learnt_at": "2026-01-05T14:36:00.123456Z",
                }
            ],
        }
    )

    symbol: str
    market: Market
    prices: list[ShownPrice]


class CoveredSymbol(BaseModel):
    """A symbol that needs a price, and the last close known of it, or of an option's underlying.

    `lacking_since` is the first session of the last 60 days without a close, though earlier ones
    have some: nobody knows it, or a quote of it was put aside.
    """

    symbol: str
    priced_by: str
    state: PriceState
    lacking_since: date | None
    price: Amount | None
    date: date | None
    source: str | None


class ShownCoverage(BaseModel):
    """How many of the symbols that need a price have a usable one at the session."""

    model_config = example(
        {
            "portfolio_id": PORTFOLIO_EXAMPLE,
            "session": "2013-03-01",
            "priced": 1,
            "need_price": 2,
            "coverage_percentage": 50.0,
            "threshold_percentage": 80.0,
            "ready_for_batch": False,
            "symbols": [
                {
                    "symbol": "GOOG",
                    "priced_by": "GOOG",
                    "state": "close",
                    "price": "806.19",
                    "date": "2013-03-01",
                    "source": "bundled",
                    "lacking_since": None,
                },
                {
                    "symbol": "VTSAX",
                    "priced_by": "VTSAX",
                    "state": "missing",
                    "price": None,
                    "date": None,
                    "source": None,
                    "lacking_since": None,
                },
            ],
            "warnings": [
                "1 of 2 symbols have a usable price on 2013-03-01; without: VTSAX.",
            ],
            "recommendations": ["Check the spelling of VTSAX."],
        }
    )

    portfolio_id: UUID
    session: date
    priced: int
    need_price: int
    coverage_percentage: float
    threshold_percentage: float = 80.0
    ready_for_batch: bool
    symbols: list[CoveredSymbol]
    warnings: list[str]
    recommendations: list[str]


class ShownSecurity(BaseModel):
    """What is known of a symbol; null is not known. `sector` is a GICS name.

    Each fact is from the first of `sources` that has it; `learnt_at` is when the latest of them
    was asked.
    """

    model_config = example(
        {
            "symbol": "AAPL",
            "name": "Apple Inc.",
            "sector": "Information Technology",
            "industry": "Consumer Electronics",
            "asset_type": "STOCK",
            "beta": 1.18,
            "market_cap": "3690000000000.00",
            "dividend_yield": 0.0041,
            "sources": ["yahoo", "pytickersymbols"],
            "learnt_at": "2026-01-05T14:36:00.123456Z",
        }
    )

    symbol: str
    name: str | None
    sector: str | None
    industry: str | None
    asset_type: str | None
    beta: float | None
    market_cap: Amount | None
    dividend_yield: float | None
    sources: list[str]
    learnt_at: Instant | None


class PriceRow(BaseModel):
    """A close as it is handed in: texts, as in a file."""

    model_config = ConfigDict(extra="forbid")

    symbol: str = Field(examples=["BARN"])
    date: str = Field(examples=["2024-01-08"])
    close: str = Field(examples=["7.10"])


class PriceRows(BaseModel):
    """Closes to be learnt, up to 100,000."""

    model_config = ConfigDict(extra="forbid")

    prices: list[PriceRow] = Field(max_length=100_000)

    @classmethod
    def written_out(cls) -> dict[str, Any]:
        """The schema with that of a row in its place: it points at nothing outside of itself."""
        schema = cls.model_json_schema()
        del schema["$defs"]
        schema["properties"]["prices"]["items"] = PriceRow.model_json_schema()
        return schema


class HandedIn(BaseModel):
    """What became of the prices: `unchanged` were known, `refused` says which were not and why."""

    model_config = example(
        {
            "learnt": 2,
            "unchanged": 0,
            "refused": ["Row 4: The date is written YYYY-MM-DD, such as 2013-03-01."],
        }
    )

    learnt: int
    unchanged: int
    refused: list[str]


def shown_price(record: PriceRecord) -> ShownPrice:
    """A close of the price book."""
    return ShownPrice(
        date=record.session,
        price=record.price,
        source=record.source,
        learnt_at=record.learnt_at,
    )


def shown_security(merged: MergedSecurity) -> ShownSecurity:
    """What all sources together know of a symbol."""
    known = merged.security
    return ShownSecurity(
        symbol=known.symbol,
        name=known.name,
        sector=known.sector,
        industry=known.industry,
        asset_type=known.asset_type,
        beta=known.beta,
        market_cap=None if known.market_cap is None else Decimal(known.market_cap),
        dividend_yield=known.dividend_yield,
        sources=list(merged.sources),
        learnt_at=merged.learnt_at,
    )


def shown_coverage(portfolio_id: UUID, coverage: Coverage) -> ShownCoverage:
    """The coverage of a portfolio."""
    return ShownCoverage(
        portfolio_id=portfolio_id,
        session=coverage.session,
        priced=coverage.priced,
        need_price=len(coverage.symbols),
        coverage_percentage=coverage.percentage,
        ready_for_batch=coverage.is_ready,
        symbols=[_covered(symbol) for symbol in coverage.symbols],
        warnings=coverage.warnings,
        recommendations=coverage.recommendations,
    )


def _covered(symbol: SymbolPrice) -> CoveredSymbol:
    close = symbol.close
    return CoveredSymbol(
        symbol=symbol.symbol,
        priced_by=symbol.priced_by,
        state=symbol.state,
        price=close.price if close else None,
        date=close.session if close else None,
        source=close.source if close else None,
        lacking_since=symbol.lacking_since,
    )
