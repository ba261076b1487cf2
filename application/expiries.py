"""Settling options that came to their end, as soon as that can be known (spec 5.3)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from application.errors import VersionConflict
from application.option_models import OptionModels
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
        back as it was given: whoever goes on with what it is now settles that.
        """
        found = self.models.settlements(portfolio, until)
        now = self.log.load(Portfolio, portfolio.id) if found else None
        if now is None or now.version != portfolio.version:
            return Settled(portfolio)
        for option, settlement in found:
            if settlement is not None:
                now.expire(option.position.position_id, option.settled_on, settlement)
        waiting = {
            f"{option.position.symbol} has expired and is settled once the close of "
            f"{option.terms.underlying} on {option.ends_on} is known."
            for option, settlement in found
            if settlement is None
        }
        try:
            if now.pending:
                self.log.save(now, cause=cause.as_new_command())
        except VersionConflict:
            return Settled(portfolio)
        return Settled(now, sorted(waiting))
