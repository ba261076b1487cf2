"""A small history that feeds every room: two users, an account valued on three days, runs."""

from datetime import date
from uuid import UUID

from domain.daily_valuation import DailyValuation
from domain.identity import daily_valuation_id
from domain.kernel import Event
from domain.position import Position
from domain.run_phase import MARKET_DATA, VALUATION
from domain.snapshot import Snapshot
from domain.user import User
from tests.support.books import PORTFOLIO, flow, position, valued
from tests.support.events import (
    abandoned,
    account_closed,
    all_requested,
    completed,
    contributed,
    deactivated,
    demoted,
    fanned_out,
    forgotten,
    found_in_order,
    impersonation_stopped,
    imported,
    invite_issued,
    invite_revoked,
    invite_used,
    left_out,
    logged_in,
    logged_out,
    number,
    opened,
    part_ended,
    phase_completed,
    phase_started,
    portfolio_opened,
    promoted,
    registered,
    requested,
    started,
)
from tests.support.rooms import History

ANN, BOB, RUN, LOST_RUN = number("ann"), number("bob"), number("run"), number("lost run")
WHOLE_RUN, PART = number("whole run"), number("part")
GOOG = position("GOOG", "100", "580.00")
SPY = position("SPY", "-10", "136.00", closed=(date(2012, 7, 2), "130.00"))
DAYS = valued(
    "100000.00",
    {GOOG: ["580.00", "581.00", "582.50"], SPY: ["136.00", "130.00", "131.00"]},
    flows=[flow(date(2012, 7, 3), "500.00")],
)
"""The opening on Friday, Monday with SPY closed, Tuesday with money paid in."""


def calculated(snapshot: Snapshot) -> DailyValuation.SnapshotCalculated:
    """A session was valued for the first time."""
    (event,) = DailyValuation.calculate(snapshot).pending
    assert isinstance(event, DailyValuation.SnapshotCalculated)
    return event


def restated(snapshot: Snapshot, reason: str = "a late close") -> DailyValuation.SnapshotRestated:
    """A session was valued again with other figures."""
    fields = {name: getattr(snapshot, name) for name in Snapshot.__struct_fields__}
    return DailyValuation.SnapshotRestated(**fields, reason=reason, caused_by="book.closes 1")


def valuation_of(snapshot: Snapshot) -> UUID:
    """The id of the valuation that a snapshot belongs to."""
    return daily_valuation_id(snapshot.portfolio_id, snapshot.session)


def holding(*positions: Position) -> History:
    """Ann's account has just been opened with these positions."""
    return History().tell(PORTFOLIO, portfolio_opened(), imported(*positions))


def every_rank() -> list[Event]:
    """Cid rises and falls, comes and goes, with an account, and is forgotten."""
    return [
        *(registered("cid@example.com", "Cid Example"), promoted(), demoted()),
        *(User.GrantedAuditor(), User.RevokedAuditor(), deactivated(), User.Reactivated()),
        *(logged_out("one"), impersonation_stopped("ann", "two"), User.SessionsRevoked()),
        *(opened("Trust"), account_closed("Trust"), User.PasswordChanged(), forgotten()),
    ]


def whole_story() -> History:
    """Everything in the order it happened."""
    story = History()
    story.tell(ANN, registered(), logged_in(9), opened("IRA"))
    story.tell(BOB, registered("bob@example.com", "Bob Example"), promoted())
    story.tell(number("cid"), *every_rank())
    story.tell(PORTFOLIO, portfolio_opened(), imported(GOOG, SPY))
    story.tell(RUN, requested(), started(), phase_started(MARKET_DATA, 2))
    story.tell(RUN, phase_completed(MARKET_DATA, {"done": 2, "prices": 6}), phase_started(total=3))
    for snapshot in DAYS:
        story.tell(valuation_of(snapshot), calculated(snapshot), causation=RUN)
    story.tell(RUN, phase_completed(VALUATION, {"valued": 3}), completed(valued=3))
    story.tell(PORTFOLIO, contributed("gift", date(2012, 7, 5), "250.00"))
    story.tell(LOST_RUN, requested(), started(), abandoned())
    story.tell(valuation_of(DAYS[2]), restated(with_goog_at("583.00")))
    story.tell(WHOLE_RUN, all_requested(), started(), fanned_out(1, 2))
    story.tell(PART, requested(DAYS[2].session, "IRA", "Roth", part_of=WHOLE_RUN), started())
    story.tell(PART, left_out("Roth"), found_in_order(PORTFOLIO, 3, 900), completed())
    story.tell(WHOLE_RUN, part_ended("part", left=1), completed())
    story.tell(number("invite"), invite_issued(2), invite_used("ann"), invite_revoked())
    return story


def with_goog_at(price: str) -> Snapshot:
    """Tuesday with another close of GOOG."""
    days = valued(
        "100000.00",
        {GOOG: ["580.00", "581.00", price], SPY: ["136.00", "130.00", "131.00"]},
        flows=[flow(date(2012, 7, 3), "500.00")],
    )
    return days[2]
