"""Specification of marks: which price a position is valued at, by class and session (spec 5.3)."""

from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

import msgspec
import pytest
from msgspec.structs import replace

from domain.corporate_action import Actions, CorporateAction
from domain.instrument import InvestmentClass
from domain.mark import (
    Mark,
    MarkQuality,
    MarkSource,
    Revaluation,
    choose_marks,
    mark_all,
    needs_price,
)
from domain.position import Position
from domain.shares import Held

MONDAY = date(2012, 7, 9)
CALENDAR = [MONDAY + timedelta(weeks=w, days=d) for w in range(-2, 4) for d in range(5)]
WEEK = CALENDAR[10:15]


class Close(msgspec.Struct, frozen=True):
    """A close as a price book gives it."""

    session: date
    price: Decimal
    source: str = "bundled"


def close(session: date, price: str) -> Close:
    """A close of the day."""
    return Close(session, Decimal(price))


def stock(symbol: str = "GOOG", subtype: str | None = "STOCK") -> Position:
    """A public position bought at 580.00."""
    return terms(InvestmentClass.PUBLIC, symbol, subtype)


def private(symbol: str = "FARM", subtype: str = "REAL_ESTATE") -> Position:
    """A private position entered at 580.00."""
    return terms(InvestmentClass.PRIVATE, symbol, subtype)


def call() -> Position:
    """An option bought at 580.00."""
    return terms(InvestmentClass.OPTIONS, "GOOG130119C00600000", "CALL")


def terms(
    investment_class: InvestmentClass, symbol: str, investment_subtype: str | None
) -> Position:
    """One of something, entered at 580.00 on the last day of June."""
    return Position(
        position_id=UUID(int=1),
        symbol=symbol,
        quantity=Decimal(1),
        entry_price=Decimal("580.00"),
        entry_on=date(2012, 6, 30),
        investment_class=investment_class,
        investment_subtype=investment_subtype,
    )


def held(position: Position, *splits: tuple[date, str]) -> Held:
    """The position as stated on its entry, its symbol split on some days."""
    actions = [
        CorporateAction(position.symbol, on, "split", Decimal(ratio), "bundled")
        for on, ratio in splits
    ]
    return Held(position, position.entry_on, Actions(actions))


def mark_on(
    session: date,
    position: Position,
    closes: tuple[Close, ...] = (),
    revaluations: tuple[Revaluation, ...] = (),
) -> Mark:
    """The mark of a single session."""
    return choose_marks(held(position), closes, revaluations, [session], CALENDAR)[0]


REVALUED = Revaluation(MONDAY - timedelta(days=2), Decimal("600.00"))  # on a Saturday


@pytest.mark.parametrize("position", [stock(), call()])
def test_the_close_of_the_session_comes_first(position: Position) -> None:
    mark = mark_on(MONDAY, position, (close(MONDAY, "585.10"),), (REVALUED,))

    assert mark == Mark(
        Decimal("585.10"), MONDAY, MarkSource.CLOSE, MarkQuality.GOOD, provider="bundled"
    )


@pytest.mark.parametrize("position", [stock(), call()])
@pytest.mark.parametrize("sessions_old", [1, 5])
def test_a_close_up_to_five_sessions_old_is_carried(position: Position, sessions_old: int) -> None:
    closed_on = CALENDAR[14 - sessions_old]
    mark = mark_on(CALENDAR[14], position, (close(closed_on, "585.10"),), (REVALUED,))

    assert mark == Mark(
        Decimal("585.10"), closed_on, MarkSource.CARRIED, MarkQuality.CARRIED, provider="bundled"
    )
    assert mark.is_usable


@pytest.mark.parametrize("closed_on", [CALENDAR[8], date(2011, 1, 3)])
def test_an_older_close_keeps_its_price_and_is_stale(closed_on: date) -> None:
    mark = mark_on(CALENDAR[14], stock(), (close(closed_on, "585.10"),))

    assert mark == Mark(
        Decimal("585.10"), closed_on, MarkSource.CARRIED, MarkQuality.STALE, provider="bundled"
    )
    assert not mark.is_usable


def test_age_counts_sessions_not_days() -> None:
    friday, monday = CALENDAR[9], CALENDAR[10]
    calendar = [friday, monday]

    carried = choose_marks(held(stock()), [close(friday, "1.00")], [], [monday], calendar)[0]

    assert carried.quality is MarkQuality.CARRIED
    holidays = [friday, *(friday + timedelta(days=30 + n) for n in range(5))]
    assert (
        choose_marks(held(stock()), [close(friday, "1.00")], [], holidays[-1:], holidays)[0].quality
        is MarkQuality.CARRIED
    )


def test_a_close_from_before_the_five_sessions_of_the_calendar_is_stale() -> None:
    sessions, calendar = CALENDAR[10:11], CALENDAR[5:11]

    before = choose_marks(held(stock()), [close(CALENDAR[4], "1.00")], [], sessions, calendar)[0]
    within = choose_marks(held(stock()), [close(CALENDAR[5], "1.00")], [], sessions, calendar)[0]

    assert (before.quality, within.quality) == (MarkQuality.STALE, MarkQuality.CARRIED)


def test_a_public_position_never_quoted_takes_the_owners_revaluation_then_its_entry() -> None:
    manual = mark_on(MONDAY, stock(), (), (REVALUED,))
    entry = mark_on(MONDAY, stock())

    assert manual == Mark(
        Decimal("600.00"), REVALUED.on, MarkSource.MANUAL, MarkQuality.GOOD, provider=None
    )
    assert entry == Mark(
        Decimal("580.00"), date(2012, 6, 30), MarkSource.ENTRY, MarkQuality.ASSUMED, provider=None
    )
    assert not entry.is_usable


def test_an_option_never_quoted_takes_its_entry_price_whatever_the_owner_says() -> None:
    mark = mark_on(MONDAY, call(), (), (REVALUED,))

    assert (mark.price, mark.source) == (Decimal("580.00"), MarkSource.ENTRY)


def test_a_private_position_takes_the_latest_revaluation_and_no_close() -> None:
    later = Revaluation(CALENDAR[12], Decimal("610.00"))
    marks = choose_marks(
        held(private()), [close(day, "1.00") for day in WEEK], [REVALUED, later], WEEK, CALENDAR
    )

    assert [str(mark.price) for mark in marks] == [
        "600.00",
        "600.00",
        "610.00",
        "610.00",
        "610.00",
    ]
    assert {mark.source for mark in marks} == {MarkSource.MANUAL}


def test_a_private_position_never_revalued_takes_its_entry_price() -> None:
    assert mark_on(MONDAY, private()).source is MarkSource.ENTRY


def test_a_revaluation_on_a_weekend_takes_effect_on_the_next_session() -> None:
    friday, monday = CALENDAR[9], CALENDAR[10]
    marks = choose_marks(held(private()), [], [REVALUED], [friday, monday], CALENDAR)

    assert [mark.source for mark in marks] == [MarkSource.ENTRY, MarkSource.MANUAL]


@pytest.mark.parametrize(
    ("position", "price"),
    [
        (stock("SPAXX", "MUTUAL_FUND"), "1.00"),
        (stock("VMFXX", None), "1.00"),
        (private("SWVXX", "MONEY_MARKET"), "1.00"),
        (private("CASH_USD", "CASH"), "580.00"),
        (private("SAVINGS", "MONEY_MARKET"), "580.00"),
    ],
)
def test_cash_is_one_dollar_for_tickers_and_the_amount_entered_otherwise(
    position: Position, price: str
) -> None:
    mark = mark_on(MONDAY, position)

    assert mark == Mark(Decimal(price), MONDAY, MarkSource.CASH, MarkQuality.GOOD, provider=None)


def test_a_money_fund_takes_a_providers_close_but_never_carries_one() -> None:
    fund = stock("SPAXX", "MUTUAL_FUND")
    closes = (close(MONDAY, "0.99"),)

    assert mark_on(MONDAY, fund, closes).source is MarkSource.CLOSE
    assert mark_on(CALENDAR[11], fund, closes).price == Decimal("1.00")


def test_marks_follow_the_closes_session_by_session() -> None:
    closes = [close(WEEK[1], "10.00"), close(WEEK[3], "11.00")]
    marks = choose_marks(held(stock()), closes, [], WEEK, CALENDAR)

    assert [(str(mark.price), mark.source.value) for mark in marks] == [
        ("580.00", "entry"),
        ("10.00", "close"),
        ("10.00", "carried"),
        ("11.00", "close"),
        ("11.00", "carried"),
    ]


@pytest.mark.parametrize(
    ("position", "needed"),
    [
        (stock(), True),
        (call(), True),
        (private(), False),
        (stock("SPAXX", "MUTUAL_FUND"), False),
        (stock("CASH_EUR", "CASH"), False),
    ],
)
def test_private_and_cash_like_positions_need_no_price(*, position: Position, needed: bool) -> None:
    assert needs_price(position) is needed


@pytest.mark.parametrize(
    ("source", "quality", "usable"),
    [
        (MarkSource.CLOSE, MarkQuality.GOOD, True),
        (MarkSource.MODEL, MarkQuality.GOOD, True),
        (MarkSource.CARRIED, MarkQuality.CARRIED, True),
        (MarkSource.CARRIED, MarkQuality.STALE, False),
        (MarkSource.MANUAL, MarkQuality.GOOD, False),
        (MarkSource.ENTRY, MarkQuality.ASSUMED, False),
    ],
)
def test_a_usable_price_is_a_close_at_most_five_sessions_old_or_a_models(
    *, source: MarkSource, quality: MarkQuality, usable: bool
) -> None:
    assert Mark(Decimal(1), MONDAY, source, quality).is_usable is usable


@pytest.mark.parametrize(
    ("closes", "revaluations", "price", "source"),
    [
        ([close(CALENDAR[9], "600.00")], [], "300.000000", MarkSource.CARRIED),
        ([close(WEEK[0], "301.00")], [], "301.00", MarkSource.CLOSE),
        ([], [REVALUED], "300.000000", MarkSource.MANUAL),
        ([], [], "290.000000", MarkSource.ENTRY),
    ],
)
def test_a_price_from_before_a_split_is_told_in_shares_after_it(
    closes: list[Close], revaluations: list[Revaluation], price: str, source: MarkSource
) -> None:
    (mark,) = choose_marks(held(stock(), (MONDAY, "2")), closes, revaluations, [MONDAY], CALENDAR)

    assert (str(mark.price), mark.source) == (price, source)


@pytest.mark.parametrize("known", [WEEK, WEEK[1:], WEEK[:3], []])
def test_many_positions_are_marked_as_each_alone(known: list[date]) -> None:
    positions = (stock(), stock(), private(), call(), stock("VMFXX"))
    lines = [held(replace(p, position_id=UUID(int=n))) for n, p in enumerate(positions)]
    quotes = {
        symbol: [close(day, str(580 + n)) for n, day in enumerate(known)]
        for symbol in ("GOOG", "FARM", call().symbol)
    }
    told = {line.position.position_id: [Revaluation(WEEK[2], Decimal(5))] for line in lines}

    marks = mark_all(lines, quotes, told, WEEK, CALENDAR, {})

    assert marks == {
        line.position.position_id: choose_marks(
            line,
            quotes.get(line.position.symbol, ()),
            told[line.position.position_id],
            WEEK,
            CALENDAR,
        )
        for line in lines
    }
    assert (marks[UUID(int=0)] is marks[UUID(int=1)]) == (known == WEEK)
