"""The day an account opens on."""

from datetime import date

from application.errors import OpeningDateRefused
from application.markets import MarketTime


def opening_session(market: MarketTime, text: str) -> date:
    """The session an equity balance is as of: blank is the latest, a holiday the one before.

    Raises:
        OpeningDateRefused: ERR_PORT_012.
    """
    latest, today = market.latest_session(), market.today()
    if not (text := text.strip()):
        return latest
    refusal = OpeningDateRefused(market.earliest.isoformat(), today.isoformat())
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise refusal from None
    session = market.calendar.session_on_or_before(min(day, latest))
    if day.isoformat() != text or session is None or not market.earliest <= day <= today:
        raise refusal
    return session
