"""Writes the examples of measures in the document of the API.

`python -m tests.support.measure_examples` does so.

They are of a portfolio of bundled prices: shares long and short, funds, a call, a private asset.
The factors whose funds are younger than those prices are told by other funds here. Lists are cut.
"""

import json
from dataclasses import fields
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from application.ports import Close, Fetched
from domain.instrument import InvestmentClass
from domain.portfolio import Portfolio
from domain.position import PositionTerms
from domain.risk.attribution import by_position
from domain.risk.factors import FUNDS, STYLE
from domain.risk.finding import Finding, Quality, found
from domain.risk.position_exposures import position_exposures
from domain.risk.rounding import as_recorded
from interfaces.api import measure_shapes
from interfaces.api.measure_shapes import finding_told
from interfaces.bootstrap import Program
from interfaces.values import PORTFOLIO_EXAMPLE
from tests.benchmarks.databases import durable_database, silence_logs
from tests.support.accounts import calculate, open_sample, register, shares
from tests.support.openings import load_portfolio
from tests.support.options import contracts
from tests.support.programs import build_program

EXAMPLES = Path(measure_shapes.__file__).with_name("measure_examples.json")

_KEPT = 2
_ENTRY = date(2012, 6, 29)
_FIRST, _LAST = date(2010, 1, 4), date(2013, 3, 1)
_STAND_INS = {"VTV": "DIA", "VUG": "XLK", "MTUM": "XLU", "QUAL": "VPL", "IWM": "XLB", "USMV": "BND"}

HELD = (
    shares("GOOG", 100, "580.07", _ENTRY),
    shares("IBM", -40, "195.58", _ENTRY),
    shares("SPY", 200, "136.10", _ENTRY),
    shares("XLE", 150, "66.37", _ENTRY),
    contracts("AAPL130420C00450000", 2, "38.50", date(2013, 1, 4)),
    PositionTerms(
        symbol="HARBOUR FUND",
        quantity=Decimal(1),
        entry_price=Decimal("50000.00"),
        entry_on=_ENTRY,
        investment_class=InvestmentClass.PRIVATE,
        investment_subtype="PRIVATE_EQUITY",
    ),
)
"""What the portfolio of the examples holds."""


def examples() -> dict[str, Any]:
    """An answer for each measure, lists cut to two entries."""
    with durable_database() as url, build_program(url) as program:
        owner = register(program)
        portfolio_id = open_sample(program, owner, HELD)
        _learn_funds(program)
        calculate(program, owner, portfolio_id)
        portfolio = load_portfolio(program, portfolio_id)
        findings = _measures(program, portfolio) | _of_spans(program, portfolio)
    about = {
        "calculation_date": _LAST,
        "recorded_at": "2026-01-05T14:36:02.123456Z",
        "stale_from": None,
        "portfolio_id": PORTFOLIO_EXAMPLE,
    }
    return {
        name: shortened(json.loads(finding_told(as_recorded(finding), about)))
        for name, finding in findings.items()
    }


def _measures(program: Program, portfolio: Portfolio) -> dict[str, Finding[Any]]:
    analysis = program.analyses.of(portfolio, _LAST)
    book, view = program.analyses.book(portfolio, _LAST), program.analyses.view([portfolio], _LAST)
    assert analysis is not None
    assert book is not None
    measures = analysis.measures
    return {
        **{field.name: getattr(measures, field.name) for field in fields(measures)},
        "position_exposures": position_exposures(book, view.symbols, STYLE),
    }


def _of_spans(program: Program, portfolio: Portfolio) -> dict[str, Finding[Any]]:
    room = program.valuations_room
    days = room.days(portfolio.id, date.min, _LAST)
    rows = room.last(portfolio.id, len(days))
    quality = Quality(
        observations=len(days) - 1, positions_analyzed=len(HELD), positions_total=len(HELD)
    )
    return {
        "performance": program.performances.of("sample", days, "SPY"),
        "attribution": found(by_position(rows[0], rows[1:]), quality),
    }


def shortened(value: Any) -> Any:
    """The value with at most two entries in each list."""
    if isinstance(value, list):
        return [shortened(one) for one in value[:_KEPT]]
    if isinstance(value, dict):
        return {name: shortened(one) for name, one in value.items()}
    return value


def _learn_funds(program: Program) -> None:
    """Have the book know the funds of all factors."""
    program.prices.gather("sample", [*FUNDS, *_STAND_INS.values()], (_FIRST, _LAST))
    known = program.prices.book.closes("sample", list(_STAND_INS.values()), _FIRST, _LAST)
    closes = [
        Close(fund, close.session, close.price, "example")
        for fund, other in _STAND_INS.items()
        for close in known[other]
    ]
    program.prices.book.learn("sample", Fetched(closes=closes))


if __name__ == "__main__":
    silence_logs()
    EXAMPLES.write_text(json.dumps(examples(), indent=1, ensure_ascii=False) + "\n", "utf-8")
