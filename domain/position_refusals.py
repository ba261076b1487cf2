"""What a portfolio refuses about one of its positions."""

from datetime import date
from decimal import Decimal

from domain.errors import DomainError, NotAllowedValue


class PositionUnknown(DomainError):
    """The portfolio has no such position."""

    code = "ERR_POS_404"

    def __init__(self) -> None:
        super().__init__("This portfolio has no such position.")


class NotRevaluable(DomainError):
    """Only private assets that are not cash take a manual mark."""

    code = "ERR_POS_029"

    def __init__(self, symbol: str) -> None:
        super().__init__(
            f"'{symbol}' is priced by the market or is cash; only private assets are revalued."
        )


class RevaluationRefused(NotAllowedValue):
    """A manual mark is a price of 0 or more, dated from the entry to today."""

    code = "ERR_POS_031"

    def __init__(self, first: date, last: date | None = None) -> None:
        allowed = f"from {first}, the entry, {f'to {last}, today' if last else 'on'}"
        super().__init__(
            f"A revaluation is a price of 0 or more with at most 2 decimals, of a day {allowed}.",
            first=first.isoformat(),
        )


class ClosedOverHeld(DomainError):
    """More would be closed than is held."""

    code = "ERR_POS_028"

    def __init__(self, symbol: str, held: Decimal, ended_on: date | None = None) -> None:
        since = f" after {ended_on}, when it expired" if ended_on else ""
        super().__init__(
            f"Of '{symbol}' {held:f} is held; close at most that."
            if held
            else f"Nothing is left of '{symbol}' to close{since}.",
            symbol=symbol,
            held=f"{held:f}",
        )


class NothingClosed(NotAllowedValue):
    """A part of nothing cannot be closed."""

    code = "ERR_POS_005"

    def __init__(self) -> None:
        super().__init__("The quantity to close is not 0; leave it out to close all that is left.")


class ClosingDateRefused(NotAllowedValue):
    """A position is closed between its entry and today."""

    code = "ERR_POS_016"

    def __init__(self, first: date, last: date | None = None) -> None:
        allowed = f"from {first}, the entry, {f'to {last}, today' if last else 'on'}"
        super().__init__(f"The exit date is a day {allowed}.", first=first.isoformat())


class ClosingPriceRefused(NotAllowedValue):
    """The price of a closing is above 0, or 0 for an option."""

    code = "ERR_POS_023"

    def __init__(self) -> None:
        super().__init__("The exit price is a number above 0; only an option can bring 0.")


class CorrectionContradicted(DomainError):
    """What was closed since does not fit the position as it would be corrected."""

    code = "ERR_POS_030"

    def __init__(self, problem: str) -> None:
        super().__init__(
            f"{problem} Correct it to what fits the closings, or remove the position and enter it"
            " anew."
        )
