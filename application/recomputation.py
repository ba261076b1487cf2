"""A version of a day computed again from nothing but what its manifest names (spec 7.4).

That is the portfolio's events up to a version, the rows of the price book up to one, the rate that
options are priced by, and the version of the day before that it builds on, all by the same rules.
What the program knows beyond that has no say; of versions that name no rate it is that of now.
"""

from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha256
from uuid import UUID

import msgspec
from msgspec import structs

from application.marking import Marking
from application.ports import Market
from application.time_travel import TimeTravel, Version
from domain.identity import daily_valuation_id
from domain.portfolio import Portfolio
from domain.restatement import Restatement
from domain.snapshot import Snapshot
from domain.statement import ENGINE_VERSION
from domain.valuation import Opening, Previous, value_sessions


@dataclass(frozen=True, slots=True, kw_only=True)
class Recomputed:
    """A version as it was recorded, and as it is computed again.

    `again` is None where other rules made the version: what those of now give says nothing on it.
    `engine_version` is that of the rules of now.
    """

    version: Version
    again: Snapshot | None
    engine_version: int = ENGINE_VERSION

    @property
    def recorded_digest(self) -> str:
        """The SHA-256, in hex, of what the event says, as it is stored."""
        return _digest(self.version.snapshot)

    @property
    def digest(self) -> str | None:
        """The same of what was computed; None where nothing was."""
        return _digest(self.again) if self.again else None

    @property
    def is_equal(self) -> bool | None:
        """Whether both are the same bytes; None where nothing was computed."""
        return None if self.again is None else self.digest == self.recorded_digest

    @property
    def has_same_figures(self) -> bool:
        """Whether NAV, P&L and all lines are the same, be it not by the byte."""
        told = self.difference
        if told is None:
            return bool(self.is_equal)
        known = (told.nav_before, told.pnl_before)
        return known == (told.nav_after, told.pnl_after) and not told.lines

    @property
    def difference(self) -> Restatement | None:
        """What is computed otherwise than recorded; None where nothing is."""
        if self.again is None or self.is_equal:
            return None
        version = self.version
        return Restatement.between(version.snapshot, self.again, version.reason, version.caused_by)


@dataclass(frozen=True, slots=True)
class Recomputation:
    """Computes versions again; records nothing."""

    travel: TimeTravel
    marking: Marking

    def of(self, portfolio_id: UUID, session: date, number: int | None = None) -> Recomputed | None:
        """A version of a day, the latest without a number; None where there is none."""
        version = self.travel.version(portfolio_id, session, number)
        if version is None:
            return None
        if version.snapshot.engine_version != ENGINE_VERSION:
            return Recomputed(version=version, again=None)
        return Recomputed(version=version, again=self._again(version.snapshot))

    def _again(self, recorded: Snapshot) -> Snapshot:
        portfolio = self.travel.portfolio(recorded.portfolio_id, recorded.portfolio_version)
        marking = self._marking(portfolio.opening.price_source, recorded)
        book = marking.known_book(portfolio)
        marks = marking.marks(portfolio, book, [recorded.session])
        [computed] = value_sessions(
            book, [recorded.session], marks, self._before(portfolio, recorded)
        )
        told = {name: getattr(computed, name) for name in Snapshot.__struct_fields__}
        return structs.replace(recorded, **told | {"risk_free_rate": recorded.risk_free_rate})

    def _marking(self, market: Market, recorded: Snapshot) -> Marking:
        """What marks are made of, as far as a version names it."""
        marking = self.marking.knowing(market, recorded.prices_known)
        if recorded.risk_free_rate is None:
            return marking
        return replace(marking, risk_free_rate=recorded.risk_free_rate)

    def _before(self, portfolio: Portfolio, recorded: Snapshot) -> Opening | Previous:
        previous = recorded.previous
        if previous is None:
            return Opening(portfolio.opening.equity_balance)
        day = daily_valuation_id(portfolio.id, previous.session)
        for before in self.travel.log.chosen([(day, previous.version)]):
            if isinstance(before.event, Snapshot):
                return Previous(before.event, before.version)
        raise LookupError(f"{portfolio.id} has no version {previous.version} of {previous.session}")


def _digest(snapshot: Snapshot) -> str:
    return sha256(msgspec.json.encode(snapshot)).hexdigest()
