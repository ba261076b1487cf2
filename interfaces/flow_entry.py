"""Day and amount of a cash flow as they are typed, by a form or in a request (spec 4.5)."""

from datetime import date
from decimal import Decimal

from application.errors import FlowDateRefused
from domain.flow import FlowAmountRefused
from interfaces.files.formula_guard import PLAIN_NUMBER
from interfaces.values import parse_day


def read_flow(day: str, amount: str, today: date) -> tuple[date, Decimal]:
    """The day, and the amount: a plain decimal; more than 2 decimals are refused as written.

    Raises:
        FlowDateRefused: ERR_EQUITY_002. FlowAmountRefused: ERR_EQUITY_001.
    """
    on = parse_day(day)
    if on is None:
        raise FlowDateRefused(today.isoformat())
    if not PLAIN_NUMBER.fullmatch(amount) or len(amount.partition(".")[2]) > 2:
        raise FlowAmountRefused
    return on, Decimal(amount)
