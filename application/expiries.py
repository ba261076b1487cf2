"""Settling options that came to their end, as soon as that can be known (spec 5.3)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from application.errors import VersionConflict
from application.option_models import HeldOption, OptionModels
from application.ports import Cause, EventLog
from domain.portfolio import Portfolio


@dataclass(frozen=True, slots=True)
class Settled:
    """A portfolio with its expiries, and sentences on those that could not be settled yet."""

    portfolio: Portfolio
    warnings: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Expiries:
    """Records what the closes of the underlyings say of options that ended."""

    log: EventLog
    models: OptionModels

    def settle(self, portfolio: Portfolio, until: date, cause: Cause) -> Settled:
        """Record the expiry of each option that ended after the opening and up to `until`.

        It is settled at its intrinsic value by the underlying's close of its last session; while
        that is not known it stays, with a warning. Another close than the one it was settled by
        settles it again. Nothing to do where that is recorded.

        Where somebody changed the portfolio since it was loaded nothing is recorded, and it comes
        back as it was given: whoever goes on with what it is now settles that. An archived one
        does not change any more, so nothing of it is settled.
        """
        if portfolio.is_archived:
            return Settled(portfolio)
        found = self.models.settlements(portfolio, until)
        waiting = {_waits(option) for option, settlement in found if settlement is None}
        changes = [
            (option, settlement)
            for option, settlement in found
            if settlement is not None and not _is_recorded(portfolio, option, settlement)
        ]
        now = self._with(portfolio, changes, cause) if changes else portfolio
        return Settled(now, sorted(waiting))

    def _with(
        self, portfolio: Portfolio, changes: Sequence[tuple[HeldOption, Decimal]], cause: Cause
    ) -> Portfolio:
        """The portfolio with these expiries recorded, or itself where somebody was faster."""
        now = self.log.load(Portfolio, portfolio.id)
        if now is None or now.version != portfolio.version:
            return portfolio
        for option, settlement in changes:
            now.expire(option.position.position_id, option.settled_on, settlement)
        try:
            self.log.save(now, cause=cause.as_new_command())
        except VersionConflict:
            return portfolio
        return now


def _is_recorded(portfolio: Portfolio, option: HeldOption, settlement: Decimal) -> bool:
    known = portfolio.holdings.expiries.get(option.position.position_id)
    return known is not None and (known.expired_on, known.settlement) == (
        option.settled_on,
        settlement,
    )


def _waits(option: HeldOption) -> str:
    return (
        f"{option.position.symbol} has expired and is settled once the close of "
        f"{option.terms.underlying} on {option.ends_on} is known."
    )
