"""Flows: what the owner of an account pays in or takes out."""

from datetime import date
from decimal import Decimal

import msgspec

from domain.errors import DomainError, NotAllowedValue
from domain.money import MOST_CENTS, money

LARGEST_FLOW = money(MOST_CENTS)


class Flow(msgspec.Struct, frozen=True):
    """A contribution (+) or withdrawal (-) of the owner in USD, dated `on`."""

    on: date
    amount: Decimal


class FlowAmountRefused(NotAllowedValue):
    """The amount of a flow is above zero, has at most 2 decimals, and can be reckoned with."""

    code = "ERR_EQUITY_001"

    def __init__(self) -> None:
        super().__init__("The amount of a cash flow is above 0 with at most 2 decimals.")


class WithdrawalOverNav(DomainError):
    """More would be withdrawn than the account is worth."""

    code = "ERR_EQUITY_003"

    def __init__(self, available: Decimal) -> None:
        rest = "; withdraw at most that." if available > 0 else ", so nothing can be withdrawn."
        super().__init__(
            f"The account was worth {available} USD{rest}",
            available=str(available),
        )


class FlowBeforeOpening(DomainError):
    """Flows on or before the opening are in the declared equity already."""

    code = "ERR_EQUITY_004"

    def __init__(self, opening_on: date) -> None:
        super().__init__(
            f"The account opens on {opening_on}; cash flows are dated after it.",
            opening_on=opening_on.isoformat(),
        )


class FlowUnknown(DomainError):
    """The portfolio has no such flow."""

    code = "ERR_EQUITY_404"

    def __init__(self) -> None:
        super().__init__("This portfolio has no cash flow with this id.")
