"""The clock: real time always runs, the market's time stands still where it is pinned."""

from datetime import UTC, datetime, timedelta, timezone

from application.ports import Clock
from infrastructure.system_clock import SystemClock

PINNED = datetime(2020, 11, 7, 12, tzinfo=UTC)


def test_market_time_is_real_time_unless_pinned() -> None:
    before = datetime.now(UTC)
    assert before <= SystemClock().market_now() <= datetime.now(UTC)


def test_a_pinned_market_time_stands_still() -> None:
    clock: Clock = SystemClock(PINNED)
    assert clock.market_now() == clock.market_now() == PINNED


def test_real_time_goes_on_while_the_market_is_pinned() -> None:
    before = datetime.now(UTC)
    assert before <= SystemClock(PINNED).now() <= datetime.now(UTC)


def test_a_pinned_time_of_another_zone_is_given_in_utc() -> None:
    new_york = timezone(timedelta(hours=-5))
    clock: Clock = SystemClock(datetime(2020, 11, 7, 7, tzinfo=new_york))
    assert clock.market_now().isoformat() == "2020-11-07T12:00:00+00:00"
