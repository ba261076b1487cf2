"""Specification of measures of whole accounts: every kind of position, every odd account (6)."""

import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import fields
from datetime import date
from typing import Any

import msgspec
import pytest

from domain.position import PositionTerms
from domain.risk.finding import Finding, ReasonCode
from domain.risk.measures import Measures
from domain.risk_analysis import RiskAnalysis
from interfaces.bootstrap import Program
from tests.support.accounts import calculate, open_sample, register, shares
from tests.support.mixed_accounts import ENTRY, mixed_account
from tests.support.openings import recorded


def measured(program: Program, terms: Sequence[PositionTerms], **opened: str) -> Measures:
    """The measures of an account that a run went through."""
    owner = register(program)
    calculate(program, owner, open_sample(program, owner, terms, **opened))
    [(_, analyzed)] = recorded(program, RiskAnalysis.Analyzed)
    return analyzed.measures


def findings(measures: Measures) -> dict[str, Finding[Any]]:
    """Each measure by its name."""
    return {field.name: getattr(measures, field.name) for field in fields(measures)}


def numbers_in(value: Any) -> Iterator[float]:
    """Every number of a JSON value."""
    if isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from numbers_in(one)
    elif isinstance(value, float):
        yield value


def is_sound(measures: Measures) -> bool:
    """Whether each measure has figures or a reason, and each number is one."""
    told = json.loads(msgspec.json.encode(measures))
    return all(math.isfinite(number) for number in numbers_in(told)) and all(
        (one.figures is None) != (one.reason is None) for one in findings(measures).values()
    )


def test_fifty_positions_of_every_kind_have_every_measure(program: Program) -> None:
    terms = mixed_account()
    measures = measured(program, terms)

    assert len(terms) == 50
    assert is_sound(measures)
    lacking = {name for name, one in findings(measures).items() if one.figures is None}
    assert lacking == {"spread_factors"}  # whose funds are younger than the bundled prices
    greeks = measures.greeks.figures
    assert greeks is not None
    assert len(greeks.positions) == 7
    private = {one.symbol for one in measures.value_at_risk.quality.skipped}
    assert {"GONE", "HOLDING 0", "HOLDING 4"} <= private


LAST = date(2013, 3, 1)
ODD = {
    "one position": ([shares("IBM", 10, "195.58", ENTRY)], {}),
    "all short": ([shares("IBM", -10, "195.58", ENTRY), shares("SPY", -5, "136", ENTRY)], {}),
    "unknown names alone": ([shares("GONE", 10, "5.00", ENTRY)], {}),
    "lately listed": ([shares("FB", 100, "31.10", ENTRY)], {"equity_as_of": "2012-06-29"}),
    "opened on the last day": (
        [shares("IBM", 10, "200", date(2013, 3, 1))],
        {"equity_as_of": "2013-03-01"},
    ),
    "next to no NAV": ([shares("AAPL", 30_000, "532.17", ENTRY)], {}),
    "nothing at all": ([], {}),
}


@pytest.mark.parametrize("kind", ODD)
def test_odd_accounts_have_figures_or_reasons(program: Program, kind: str) -> None:
    terms, opened = ODD[kind]
    measures = measured(program, terms, **opened)

    assert is_sound(measures)
    if kind == "next to no NAV":  # whose loss since the opening is more than its equity
        nav = measures.exposures.figures
        assert nav is not None
        assert nav.nav < 0
        assert nav.market_value_of_nav is None
        reason = measures.volatility.reason
        assert reason is not None
        assert reason.code is ReasonCode.NAV_TOO_SMALL
    if kind == "unknown names alone":
        reason = measures.value_at_risk.reason
        assert reason is not None
        assert reason.code is ReasonCode.TOO_FEW_OBSERVATIONS
