"""Specification of the model's marks of options: which close, which volatility, which quality."""

import math
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.instrument import InvestmentClass, OptionTerms
from domain.mark import Mark, MarkQuality, MarkSource, choose_marks
from domain.option_model import (
    LEAST_REALISED,
    Basis,
    OptionModel,
    Underlying,
    VolatilityKind,
    price_all,
)
from domain.position import Position
from domain.risk.black_scholes import Options, price
from domain.risk.implied_volatility import Implied, Unsolvable, Unsolved
from domain.risk.realised_volatility import realised_volatility
from domain.shares import Held
from tests.support.options import price_on

MONDAY = date(2012, 7, 9)
CALENDAR = [MONDAY + timedelta(weeks=w, days=d) for w in range(-30, 16) for d in range(5)]
TODAY = CALENDAR.index(MONDAY)
ENTERED_ON = CALENDAR[TODAY - 5]
EXPIRES_ON = CALENDAR[TODAY + 30]


class Close(msgspec.Struct, frozen=True):
    """A close as a price book gives it."""

    session: date
    price: Decimal
    source: str = "bundled"


AT_ENTRY = Close(ENTERED_ON, Decimal("100.00"))


def closes(*prices: str, last: date = MONDAY) -> list[Close]:
    """Closes of consecutive sessions up to `last`."""
    end = CALENDAR.index(last) + 1
    days = CALENDAR[end - len(prices) : end]
    return [Close(day, Decimal(text)) for day, text in zip(days, prices, strict=True)]


def wandering(n: int, last: date = MONDAY) -> list[Close]:
    """Closes around 100 that move by about 2 % a day."""
    return closes(*(f"{100 + (n * 29 % 7)}.25" for n in range(n)), last=last)


def a_model(
    known: list[Close],
    *,
    right: str = "CALL",
    strike: str = "100",
    premium: str = "3.00",
    at_entry: Close | None = AT_ENTRY,
    expires_on: date = EXPIRES_ON,
) -> OptionModel:
    """The model of an option on a share of about 100 USD, bought a week ago."""
    return OptionModel(
        terms=OptionTerms("XYZ", expires_on, right, Decimal(strike)),
        premium=Decimal(premium),
        entered_on=ENTERED_ON,
        underlying=Underlying(
            closes=known, at_entry=at_entry, expires_on=expires_on, rate=Decimal("0.04")
        ),
        calendar=CALENDAR,
    )


def mark_on(
    session: date, model: OptionModel | None, own: tuple[Close, ...] = (), quantity: str = "2"
) -> Mark:
    """The mark of the option on a single session; `own` are the option's closes."""
    option = Position(
        position_id=UUID(int=1),
        symbol="XYZ120820C00100000",
        quantity=Decimal(quantity),
        entry_price=Decimal("3.00"),
        entry_on=ENTERED_ON,
        investment_class=InvestmentClass.OPTIONS,
        investment_subtype="CALL",
    )
    return choose_marks(
        Held(option, ENTERED_ON),
        own,
        (),
        [session],
        CALENDAR,
        [price_on(model, session)] if model else (),
    )[0]


class TestWhichVolatility:
    """The premium's, where it has one; else what the share did."""

    def test_the_premium_gives_itself_back_at_the_close_it_was_paid_at(self) -> None:
        model = a_model(closes("100.00", last=ENTERED_ON), premium="3.00")
        modelled = price_on(model, ENTERED_ON)

        assert modelled is not None
        assert modelled.price == Decimal("3.000000")
        assert modelled.volatility is not None
        assert modelled.volatility.kind is VolatilityKind.IMPLIED

    def test_a_later_price_rests_on_the_volatility_of_the_premium(self) -> None:
        modelled = price_on(a_model(closes("104.00"), premium="3.00"), MONDAY)
        assert modelled is not None
        assert modelled.volatility is not None
        again = Options(
            is_call=True,
            spot=104.0,
            strike=100.0,
            years=(EXPIRES_ON - MONDAY).days / 365,
            rate=0.04,
        )

        assert modelled.years == again.years
        assert modelled.price == round(Decimal(float(price(again, modelled.volatility.a_year))), 6)
        assert Decimal("4.00") < modelled.price < Decimal("8.00")

    def test_an_entry_without_a_session_takes_the_last_close_before_it(self) -> None:
        friday = CALENDAR[TODAY - 6]
        model = a_model(closes("104.00"), at_entry=Close(friday, Decimal("100.00")))

        volatility = model.volatility_on(MONDAY)
        assert volatility is not None
        assert volatility.kind is VolatilityKind.IMPLIED

    @pytest.mark.parametrize("days", [8, 400])
    def test_a_close_over_a_week_before_the_entry_says_nothing_of_the_premium(
        self, days: int
    ) -> None:
        old = Close(ENTERED_ON - timedelta(days=days), Decimal("100.00"))
        model = a_model(wandering(64), at_entry=old)
        volatility = model.volatility_on(MONDAY)

        assert model.implied is None
        assert volatility is not None
        assert volatility.kind is VolatilityKind.REALISED

    @pytest.mark.parametrize(
        ("premium", "strike", "reason"),
        [
            ("150.00", "100", Unsolvable.ABOVE_BOUND),
            ("9.00", "90", Unsolvable.BELOW_INTRINSIC),
            ("0.00", "100", Unsolvable.NOT_A_NUMBER),
        ],
    )
    def test_a_premium_without_a_volatility_says_why_and_the_share_gives_it(
        self, premium: str, strike: str, reason: Unsolvable
    ) -> None:
        known = wandering(64)
        model = a_model(known, premium=premium, strike=strike)
        volatility = model.volatility_on(MONDAY)

        assert model.implied == Unsolved(reason)
        assert volatility is not None
        assert volatility.kind is VolatilityKind.REALISED
        assert volatility.a_year == realised_volatility([float(c.price) for c in known])

    def test_the_window_of_the_realised_volatility_ends_with_the_session(self) -> None:
        known = wandering(100, last=CALENDAR[TODAY + 10])
        volatility = a_model(known, at_entry=None).volatility_on(MONDAY)
        until_then = [float(close.price) for close in known if close.session <= MONDAY]

        assert volatility is not None
        assert volatility.a_year == realised_volatility(until_then)

    def test_the_window_counts_sessions_not_closes(self) -> None:
        before, known = closes("900", "20", last=CALENDAR[TODAY - 64]), wandering(40)
        volatility = a_model([*before, *known], at_entry=None).volatility_on(MONDAY)

        assert volatility is not None
        assert volatility.a_year == realised_volatility([float(c.price) for c in known])

    def test_a_share_that_hardly_moved_is_taken_to_move_by_five_percent(self) -> None:
        still = closes(*["100.00"] * 64)
        volatility = a_model(still, at_entry=None).volatility_on(MONDAY)

        assert volatility is not None
        assert volatility.a_year == LEAST_REALISED

    def test_too_few_closes_and_no_premium_give_no_price(self) -> None:
        model = a_model(wandering(20), at_entry=None)

        assert model.volatility_on(MONDAY) is None
        assert price_on(model, MONDAY) is None
        assert mark_on(MONDAY, model).source is MarkSource.ENTRY


class TestWhichClose:
    """The underlying's of the session, or the last before it."""

    def test_the_underlyings_close_of_the_session_gives_a_good_mark(self) -> None:
        mark = mark_on(MONDAY, a_model(closes("104.00")))

        assert (mark.source, mark.quality) == (MarkSource.MODEL, MarkQuality.GOOD)
        assert (mark.on, mark.provider) == (MONDAY, "bundled")
        assert mark.is_usable

    @pytest.mark.parametrize(
        ("sessions_old", "quality"),
        [(1, MarkQuality.CARRIED), (5, MarkQuality.CARRIED), (6, MarkQuality.STALE)],
    )
    def test_an_older_close_gives_a_mark_as_old(
        self, sessions_old: int, quality: MarkQuality
    ) -> None:
        spot_on = CALENDAR[TODAY - sessions_old]
        mark = mark_on(MONDAY, a_model(closes("104.00", last=spot_on)))

        assert (mark.source, mark.quality, mark.on) == (MarkSource.MODEL, quality, spot_on)
        assert mark.is_usable is (quality is MarkQuality.CARRIED)

    def test_time_passes_while_the_close_is_carried(self) -> None:
        model = a_model(closes("100.00", last=CALENDAR[TODAY - 5]))

        assert mark_on(MONDAY, model).price < mark_on(CALENDAR[TODAY - 1], model).price

    def test_an_underlying_without_any_price_leaves_the_entry_price(self) -> None:
        mark = mark_on(MONDAY, a_model([], at_entry=None))

        assert mark == Mark(
            Decimal("3.00"), ENTERED_ON, MarkSource.ENTRY, MarkQuality.ASSUMED, provider=None
        )

    def test_without_a_model_an_option_is_marked_as_ever(self) -> None:
        assert mark_on(MONDAY, None).source is MarkSource.ENTRY

    def test_a_providers_close_of_the_option_wins(self) -> None:
        mark = mark_on(MONDAY, a_model(closes("104.00")), (Close(MONDAY, Decimal("5.10")),))

        assert (mark.price, mark.source) == (Decimal("5.10"), MarkSource.CLOSE)

    def test_the_model_wins_over_an_older_close_of_the_option(self) -> None:
        yesterday = Close(CALENDAR[TODAY - 1], Decimal("5.10"))

        assert mark_on(MONDAY, a_model(closes("104.00")), (yesterday,)).source is MarkSource.MODEL

    def test_an_own_close_as_new_as_the_underlyings_last_is_carried(self) -> None:
        yesterday = CALENDAR[TODAY - 1]
        model = a_model(closes("104.00", last=yesterday))
        mark = mark_on(MONDAY, model, (Close(yesterday, Decimal("5.10")),))

        assert (mark.price, mark.source) == (Decimal("5.10"), MarkSource.CARRIED)

    def test_a_short_option_has_the_mark_of_a_long_one(self) -> None:
        model = a_model(closes("104.00"))

        assert mark_on(MONDAY, model, quantity="-2") == mark_on(MONDAY, model, quantity="2")


def test_a_close_of_a_week_before_the_entry_still_says_something_of_the_premium() -> None:
    week_before = Close(ENTERED_ON - timedelta(days=7), Decimal("100.00"))

    assert isinstance(a_model([], at_entry=week_before).implied, Implied)


def test_from_its_expiration_on_an_option_rests_on_the_close_alone() -> None:
    known = closes("104.00", last=EXPIRES_ON)

    for session in (EXPIRES_ON, EXPIRES_ON + timedelta(days=1)):
        assert a_model(known).basis_on(session) == Basis(spot=known[0], years=0.0, volatility=None)


class TestExpiry:
    """From the session of the expiration on an option is worth what exercising it brings."""

    @pytest.mark.parametrize(
        ("right", "spot", "worth"),
        [
            ("CALL", "107.125", "7.125000"),
            ("CALL", "99.00", "0.000000"),
            ("PUT", "93.50", "6.500000"),
            ("PUT", "100.00", "0.000000"),
        ],
    )
    def test_at_the_close_of_the_expiration_it_is_worth_its_intrinsic_value(
        self, right: str, spot: str, worth: str
    ) -> None:
        model = a_model(closes(spot), right=right, expires_on=MONDAY)
        mark = mark_on(MONDAY, model)

        assert str(mark.price) == worth
        assert (mark.source, mark.quality) == (MarkSource.MODEL, MarkQuality.GOOD)
        assert model.settlement == mark.price

    def test_an_expired_option_needs_no_volatility(self) -> None:
        model = a_model(closes("107.00"), at_entry=None, expires_on=MONDAY)
        modelled = price_on(model, MONDAY)

        assert modelled is not None
        assert (modelled.price, modelled.volatility) == (Decimal("7.000000"), None)

    def test_what_the_share_does_after_the_expiration_does_not_count(self) -> None:
        after = CALENDAR[TODAY + 1]
        model = a_model(closes("107.00", "120.00", last=after), expires_on=MONDAY)
        mark = mark_on(after, model)

        assert (mark.price, mark.on) == (Decimal("7.000000"), MONDAY)
        assert (mark.quality, model.settlement) == (MarkQuality.CARRIED, Decimal("7.000000"))

    @pytest.mark.parametrize(
        ("sessions_after", "quality"), [(0, MarkQuality.CARRIED), (9, MarkQuality.STALE)]
    )
    def test_until_the_close_of_the_expiration_is_known_nothing_is_settled(
        self, sessions_after: int, quality: MarkQuality
    ) -> None:
        after = CALENDAR[TODAY + 1]
        known = [*closes("107.00", last=CALENDAR[TODAY - 1]), *closes("150.00", last=after)]
        model = a_model(known, expires_on=MONDAY)
        mark = mark_on(CALENDAR[TODAY + sessions_after], model)

        assert model.settlement is None
        assert (mark.price, mark.quality) == (Decimal("7.000000"), quality)

    def test_without_a_close_up_to_the_expiration_there_is_no_settlement(self) -> None:
        model = a_model(closes("150.00", last=CALENDAR[TODAY + 1]), expires_on=MONDAY)

        assert model.settlement is None
        assert mark_on(CALENDAR[TODAY + 1], model).source is MarkSource.ENTRY


def test_options_priced_together_have_the_prices_they_have_alone() -> None:
    models = [
        a_model(wandering(80, last=CALENDAR[TODAY + 3]), right=right, strike=strike, at_entry=entry)
        for right in ("CALL", "PUT")
        for strike in ("60", "100", "103.5")
        for entry in (AT_ENTRY, None)
    ]
    models += [a_model([]), a_model(closes("104.00"), expires_on=CALENDAR[TODAY + 1])]
    sessions = CALENDAR[TODAY - 5 : TODAY + 4]

    alone = [[price_on(model, session) for session in sessions] for model in models]
    assert price_all(models, sessions) == alone
    assert price_all([], sessions) == []
    assert alone[-2] == [None] * len(sessions)


PRICES = st.decimals("0.01", "9999.99", places=2)


@given(
    right=st.sampled_from(["CALL", "PUT"]),
    spot=PRICES,
    at_entry=PRICES,
    strike=PRICES,
    premium=PRICES,
    days=st.integers(0, 700),
)
def test_a_share_with_prices_always_gives_a_price_between_its_bounds(
    *, right: str, spot: Decimal, at_entry: Decimal, strike: Decimal, premium: Decimal, days: int
) -> None:
    model = a_model(
        [*wandering(30, last=CALENDAR[TODAY - 1]), Close(MONDAY, spot)],
        right=right,
        strike=str(strike),
        premium=str(premium),
        at_entry=Close(ENTERED_ON, at_entry),
        expires_on=MONDAY + timedelta(days=days),
    )
    mark = mark_on(MONDAY, model)

    assert mark.source is MarkSource.MODEL
    assert 0 <= mark.price <= (spot if right == "CALL" else strike)
    assert mark.price == round(mark.price, 6)


@given(strike=PRICES, spot=PRICES, premium=PRICES)
def test_a_mark_is_explained_by_its_model_to_the_last_digit(
    *, strike: Decimal, spot: Decimal, premium: Decimal
) -> None:
    known = [*wandering(30, last=CALENDAR[TODAY - 1]), Close(MONDAY, spot)]
    model = a_model(known, strike=str(strike), premium=str(premium))
    explained = price_on(model, MONDAY)

    assert explained is not None
    assert explained.spot == Close(MONDAY, spot)
    assert explained.volatility is not None
    assert 0 < explained.volatility.a_year < math.inf
    assert explained.price == mark_on(MONDAY, model).price
