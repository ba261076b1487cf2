"""Figures of a fixed case are bound to the engine version: neither moves alone (decision 39)."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from hashlib import sha256
from uuid import uuid4

import msgspec

from domain.risk_analysis import ENGINE_VERSION as ENGINE_OF_MEASURES
from domain.statement import ENGINE_VERSION
from interfaces.bootstrap import Program
from tests.application.changing_accounts import END, OPENED_ON, Account, Scene, sold
from tests.support.accounts import cause, register, shares
from tests.support.mixed_accounts import mixed_account
from tests.support.openings import open_account
from tests.support.options import contracts

FIGURES = {2: "b84d8c6a285385b3eaf759e38caccb7e1d258903a90fb8f8b806970fe8f63b52"}
"""By engine version the SHA-256 of all figures of the case; lines are only ever added."""

MEASURES = {2: "e6675e585341dda5486df84d690dbe99eaaf578ebdba83d735b1d88f9f31d8bb"}
"""The same of measures of risk, which have an engine version of their own."""

SPLIT_ON = date(2005, 2, 28)  # AAPL, two for one


def the_case(program: Program) -> Iterator[Account]:
    """Accounts of bundled prices with all that a rule of the valuation is about."""
    scene = Scene(program, register(program))
    terms = mixed_account()
    symbols = sorted({one.underlying or one.symbol for one in terms})
    program.runs.prices.gather("sample", symbols, (OPENED_ON, END))
    yield scene.open("Every kind", terms)

    expiring = [
        contracts("GOOG130216C00700000", 2, "31.00", date(2013, 1, 4)),
        contracts("IBM   130119P00200000", -1, "9.10", OPENED_ON),
        shares("SPY", -50, "136.10", date(2012, 6, 29)),
        sold(shares("MSFT", 300, "27.00", date(2013, 1, 14)), "27.90", date(2013, 2, 4)),
    ]
    changed = scene.open("Changed", expiring)
    changed.change(lambda own: own.contribute(uuid4(), date(2013, 1, 19), Decimal("2500"), ""))
    changed.change(
        lambda own: own.withdraw(uuid4(), END, Decimal("99.99"), "", available=Decimal(10**6))
    )
    yield changed

    program.runs.prices.gather("sample", ["AAPL", "IBM"], (date(2005, 1, 3), SPLIT_ON))
    split = [shares("AAPL", 101, "80.00", date(2005, 1, 3)), shares("IBM", -7, "92", SPLIT_ON)]
    given = {"price_source": "sample", "equity_as_of": "2005-01-31"}
    yield Account(program, open_account(program, scene.owner, split, **given))


def test_figures_move_only_with_the_engine_version(program: Program) -> None:
    told = sha256()
    for account in the_case(program):
        program.valuations.settle(account.portfolio, END, cause())
        account.catch_up(END if account.portfolio.opening.equity_as_of.year > 2005 else SPLIT_ON)
        told.update(msgspec.json.encode(account.figures()))
    assert told.hexdigest() == FIGURES[ENGINE_VERSION], (
        "The rules give other figures. Raise ENGINE_VERSION, add its digest here, and say why in a"
        " decision record: every valuation of before then stands as another version's."
    )


def test_measures_move_only_with_their_engine_version(program: Program) -> None:
    account = next(the_case(program))
    account.catch_up()
    program.rooms.catch_up(program.log.position())
    analysis = program.analyses.of(account.portfolio, END)
    assert analysis is not None
    told = sha256(msgspec.json.encode(analysis.measures)).hexdigest()
    assert told == MEASURES[ENGINE_OF_MEASURES], (
        "The measures give other figures. Raise ENGINE_VERSION in domain/risk_analysis.py, add its"
        " digest here, and say why in a decision record."
    )
