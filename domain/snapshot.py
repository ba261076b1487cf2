"""The result of valuing one portfolio at the close of one session, as plain data (spec 2.2)."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any, Self
from uuid import UUID

import msgspec

from domain.mark import MarkQuality, MarkSource

_COVERAGE_NEEDED = Decimal("0.80")


def needs_price_update(priced: int, need_price: int) -> bool:
    """Whether fewer than 80 % of the symbols that need a price have a usable one (spec 5.2)."""
    return priced < _COVERAGE_NEEDED * need_price


class Lines(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The lines of a snapshot, one column each: the positions held at the close or closed that day.

    Amounts are USD in whole cents, quantities signed and as at the close (0 for a position closed
    that day). A split multiplies the quantity and divides the entry price from its ex date on.
    `unrealized_pnl` is against entry, also where the entry is before the opening.
    """

    position_id: tuple[UUID, ...]
    symbol: tuple[str, ...]
    quantity: tuple[Decimal, ...]
    multiplier: tuple[int, ...]
    entry_price: tuple[Decimal, ...]
    mark_price: tuple[Decimal, ...]
    mark_on: tuple[date, ...]
    mark_source: tuple[MarkSource, ...]
    mark_quality: tuple[MarkQuality, ...]
    mark_provider: tuple[str | None, ...]
    cash_like: tuple[bool, ...]
    market_value: tuple[Decimal, ...]
    cost: tuple[Decimal, ...]
    proceeds: tuple[Decimal, ...]
    income: tuple[Decimal, ...]
    pnl: tuple[Decimal, ...]
    unrealized_pnl: tuple[Decimal, ...]
    realized_pnl: tuple[Decimal, ...]

    def rows(self, *columns: str) -> Iterator[tuple[Any, ...]]:
        """The values of the named columns, line by line."""
        return zip(*(getattr(self, column) for column in columns), strict=True)


class Counts(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How many lines there are, and how many symbols have a price.

    `lines` counts all, closed ones too; `long` and `short` those held and not cash-like;
    `need_price` the distinct symbols held that need a price, `priced` those of them with a usable
    one (spec 5.2): `priced` / `need_price` is the coverage.
    """

    lines: int
    long: int
    short: int
    priced: int
    need_price: int


class PreviousValuation(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The valuation a snapshot builds on: NAV(t) = its NAV + P&L(t) + flows(t)."""

    session: date
    nav: Decimal
    version: int


class Snapshot(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A portfolio at the close of `session`, in USD. At the opening `previous` is None.

    `portfolio_version` and `prices_known` say what was known: the portfolio's events up to that
    version, the rows of the price book up to that one. `risk_free_rate` is what models
    price options by, a year's, continuous; None of versions from before it was kept.
    """

    portfolio_id: UUID
    session: date
    opening: bool
    nav: Decimal
    previous: PreviousValuation | None
    flows: Decimal
    cash: Decimal
    long_value: Decimal
    short_value: Decimal
    pnl: Decimal
    realized_pnl: Decimal
    income: Decimal
    counts: Counts
    lines: Lines
    portfolio_version: int
    prices_known: int
    risk_free_rate: Decimal | None
    inputs_digest: str
    engine_version: int

    def as_previous(self, version: int) -> PreviousValuation:
        """What the next day's snapshot says of this one, recorded as `version`."""
        return PreviousValuation(session=self.session, nav=self.nav, version=version)

    def following(self, version: int) -> Self:
        """The same snapshot, built on that version of the previous day's valuation."""
        if self.previous is None:
            return self
        previous = msgspec.structs.replace(self.previous, version=version)
        return msgspec.structs.replace(self, previous=previous)
