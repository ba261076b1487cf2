"""An account edited by hand, as rooms are told it: at least one of each event."""

from datetime import date
from decimal import Decimal

from msgspec import structs

from tests.support.books import PORTFOLIO, position
from tests.support.events import (
    action_entered,
    contributed,
    corrected,
    expired,
    flow_reverted,
    opening_corrected,
    position_closed,
    position_opened,
    removed,
    revalued,
    withdrawn,
)
from tests.support.rooms import History

MONDAY, TUESDAY, WEDNESDAY = date(2012, 7, 2), date(2012, 7, 3), date(2012, 7, 4)
IBM = position("IBM", "40", "190.00", MONDAY)
CALLS = structs.replace(
    position("GOOG120703C00600000", "5", "9.00", subtype="CALL"),
    underlying="GOOG",
    strike=Decimal(600),
    expires_on=TUESDAY,
)
TYPO = position("IMB", "40", "190.00", MONDAY)


def edited(story: History) -> History:
    """Everything an owner does by hand happens to the account of the story."""
    opened = [position_opened(p, notes) for p, notes in ((IBM, "a tip"), (TYPO, ""), (CALLS, ""))]
    story.tell(PORTFOLIO, *opened, corrected(IBM, quantity=Decimal(50), notes="two tips"))
    story.tell(PORTFOLIO, position_closed(IBM, "20", "195.00", TUESDAY), removed(TYPO))
    story.tell(PORTFOLIO, expired(CALLS, "1.00", TUESDAY), revalued(IBM, TUESDAY, "1"))
    story.tell(PORTFOLIO, position_closed(CALLS, "2", "8.00", MONDAY))
    story.tell(PORTFOLIO, expired(CALLS, "0.50", TUESDAY))
    flows = contributed("bonus", TUESDAY, "100.00"), withdrawn("rent", TUESDAY, "40.00")
    story.tell(PORTFOLIO, *flows, flow_reverted("bonus"), opening_corrected("99000.00"))
    splits = [action_entered("IBM", MONDAY, "split", ratio) for ratio in ("2", "3")]
    return story.tell(PORTFOLIO, *splits, action_entered("IBM", MONDAY, "dividend", "0.85"))
