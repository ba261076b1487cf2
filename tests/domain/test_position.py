"""Specification of positions: what follows from the stated terms (spec 3.4)."""

from datetime import date
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from domain.instrument import InvestmentClass, OptionTerms
from domain.position import Closing, PositionTerms

SHARES = PositionTerms(
    symbol="AAPL",
    quantity=Decimal(100),
    entry_price=Decimal("158.00"),
    entry_on=date(2024, 1, 15),
    investment_class=InvestmentClass.PUBLIC,
)
CALL = PositionTerms(
    symbol="SPY250919C00460000",
    quantity=Decimal(-2),
    entry_price=Decimal("7.05"),
    entry_on=date(2024, 1, 15),
    investment_class=InvestmentClass.OPTIONS,
    underlying="SPY",
    strike=Decimal(460),
    expires_on=date(2025, 9, 19),
    right="CALL",
)


def changed(terms: PositionTerms, **fields: Any) -> PositionTerms:
    return msgspec.structs.replace(terms, **fields)


@pytest.mark.parametrize(
    ("terms", "position_type"),
    [
        (SHARES, "LONG"),
        (changed(SHARES, quantity=Decimal(-1)), "SHORT"),
        (changed(CALL, quantity=Decimal(2)), "LC"),
        (CALL, "SC"),
        (changed(CALL, quantity=Decimal(2), right="PUT"), "LP"),
        (changed(CALL, right="PUT"), "SP"),
    ],
)
def test_sign_and_option_type_make_the_position_type(
    terms: PositionTerms, position_type: str
) -> None:
    assert terms.position_type == position_type


def test_an_option_knows_its_terms_and_its_multiplier() -> None:
    assert CALL.option == OptionTerms("SPY", date(2025, 9, 19), "CALL", Decimal(460))
    assert CALL.multiplier == 100


@pytest.mark.parametrize("lacking", ["underlying", "strike", "expires_on", "right"])
def test_without_one_of_its_terms_there_is_no_option(lacking: str) -> None:
    assert changed(CALL, **{lacking: None}).option is None


def test_shares_are_no_option_and_count_once() -> None:
    assert SHARES.option is None
    assert SHARES.multiplier == 1


@pytest.mark.parametrize(
    ("symbol", "subtype", "cash_like"),
    [("SPAXX", None, True), ("CASH_USD", "CASH", True), ("AAPL", "STOCK", False)],
)
def test_cash_like_lines_are_told_by_symbol_or_subtype(
    symbol: str, subtype: str | None, *, cash_like: bool
) -> None:
    line = changed(SHARES, symbol=symbol, investment_subtype=subtype)
    assert line.is_cash_like is cash_like


class TestClosings:
    """A position may be closed bit by bit."""

    ENTERED, FIRST, SECOND, LAST = (date(2024, 1, day) for day in (15, 16, 17, 18))

    def closed(self, *parts: tuple[date, str, str], terms: PositionTerms = SHARES) -> PositionTerms:
        """The position with these closings: day, quantity, price."""
        closings = tuple(
            Closing(closed_on=on, quantity=Decimal(quantity), price=Decimal(price))
            for on, quantity, price in parts
        )
        return changed(terms, closings=closings)

    def test_one_that_was_never_closed_is_wholly_open(self) -> None:
        assert SHARES.open_quantity == SHARES.quantity_after(self.LAST) == 100
        assert (SHARES.exit_on, SHARES.exit_price) == (None, None)

    def test_one_that_is_closed_in_part_has_no_exit(self) -> None:
        half = self.closed((self.FIRST, "50", "160"))

        assert half.open_quantity == 50
        assert (half.exit_on, half.exit_price) == (None, None)

    def test_what_is_left_depends_on_the_day_and_not_on_the_order_of_closings(self) -> None:
        terms = self.closed(
            (self.SECOND, "20.5", "160"), (self.FIRST, "30", "161"), (self.SECOND, "9.5", "162")
        )
        days = (self.ENTERED, self.FIRST, self.SECOND, self.LAST)

        assert [terms.quantity_after(day) for day in days] == [100, 70, 40, 40]

    def test_a_short_is_closed_by_negative_parts(self) -> None:
        terms = self.closed((self.FIRST, "-1", "6"), (self.LAST, "-1", "5"), terms=CALL)

        assert terms.quantity_after(self.SECOND) == -1
        assert (terms.open_quantity, terms.exit_on) == (Decimal(0), self.LAST)
        assert terms.exit_price == Decimal("5.5")

    def test_the_exit_is_the_last_closing_at_the_average_price(self) -> None:
        parts = (self.LAST, "10", "161"), (self.FIRST, "50", "160"), (self.SECOND, "40", "159.5")

        assert self.closed(*parts).exit_on == self.LAST
        assert self.closed(*parts).exit_price == Decimal("159.9")

    @pytest.mark.parametrize(
        ("prices", "average"),
        [(("1", "1", "2"), "1.333333"), (("0.000001", "0.000001", "0.000002"), "0.000001")],
    )
    def test_the_average_has_six_decimals(self, prices: tuple[str, ...], average: str) -> None:
        three = changed(SHARES, quantity=Decimal(3))
        parts = [(self.FIRST, "1", price) for price in prices]

        assert self.closed(*parts, terms=three).exit_price == Decimal(average)

    def test_one_price_for_all_parts_is_the_exit_price_as_it_was_stated(self) -> None:
        odd = changed(SHARES, quantity=Decimal("0.3"))
        parts = [(self.FIRST, "0.1", "160.50"), (self.LAST, "0.2", "160.50")]

        assert str(self.closed(*parts, terms=odd).exit_price) == "160.50"
