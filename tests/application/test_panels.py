"""Specification of panels: closes side by side, in the share terms of the last session (6.1)."""

from datetime import date
from decimal import Decimal

import numpy as np
import pytest

from application.panels import Panels
from application.ports import Close, Fetched
from domain.corporate_action import CorporateAction
from interfaces.bootstrap import Program

DAYS = [date(2024, 1, day) for day in (8, 9, 10, 11, 12)]


@pytest.fixture
def panels(program: Program) -> Panels:
    """Panels of a book that knows a share that split and one that was listed later."""
    closes = {"ABC": ("100", "102", "52", "53", "54"), "NEW": (None, None, "10", None, "11")}
    program.prices.book.learn(
        "live",
        Fetched(
            closes=[
                Close(symbol, day, Decimal(price), "yahoo")
                for symbol, prices in closes.items()
                for day, price in zip(DAYS, prices, strict=True)
                if price
            ],
            actions=[CorporateAction("ABC", DAYS[2], "split", Decimal(2), "yahoo")],
        ),
    )
    return Panels(program.markets, program.prices.book)


def test_no_split_is_a_return(panels: Panels) -> None:
    panel = panels.until("live", ["ABC"], DAYS[-1])

    assert panel.sessions[-5:] == tuple(DAYS)
    assert panel.closes[-5:, 0].tolist() == [50, 51, 52, 53, 54]


def test_up_to_a_session_before_the_split_shares_are_as_they_were(panels: Panels) -> None:
    assert panels.until("live", ["ABC"], DAYS[1]).closes[-2:, 0].tolist() == [100, 102]


def test_what_has_no_close_is_not_a_number(panels: Panels) -> None:
    panel = panels.between("live", ["NEW", "ABC", "NONE", "NEW"], DAYS[0], DAYS[-1])

    assert panel.symbols == ("NEW", "ABC", "NONE")
    assert np.isnan(panel.closes[:, 0]).tolist() == [True, True, False, True, False]
    assert np.isnan(panel.closes[:, 2]).all()


def test_symbols_are_found_in_any_order(panels: Panels) -> None:
    panel = panels.between("live", ["NEW", "ABC"], DAYS[2], DAYS[-1])

    assert panel.of(["ABC", "???"]).closes[:, 0].tolist() == [52, 53, 54]
    assert panel.until(DAYS[3]).sessions == tuple(DAYS[2:4])
    assert panel.of(["ABC"]).simple_returns[:, 0] == pytest.approx([53 / 52 - 1, 54 / 53 - 1])
    assert np.exp(panel.of(["ABC"]).log_returns[:, 0]) == pytest.approx([53 / 52, 54 / 53])
