"""What accounts are worth by their latest valuations, one alone or several added up (spec 5.5)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from operator import add
from uuid import UUID

from domain.money import ZERO
from domain.share_of_nav import share_of_nav
from interfaces.bootstrap import Program
from interfaces.standing import past_of, stale_from
from interfaces.web.holdings import UNCLASSIFIED, Holding, url_of
from projections.portfolios.view import PortfolioRow
from projections.positions.view import PositionRow
from projections.valuations.view import PnlSpans, ValuationRow


@dataclass(frozen=True, slots=True)
class DayLine:
    """A line of an account's latest valuation: what was held at the close, or closed that day."""

    portfolio_id: UUID
    position_id: UUID
    symbol: str
    is_closed: bool
    pnl: Decimal
    before: Decimal

    @property
    def url(self) -> str:
        """The page of the position."""
        return url_of(self.portfolio_id, self.position_id)

    @property
    def name(self) -> str:
        """The symbol, and whether the position was closed."""
        return f"{self.symbol} (closed)" if self.is_closed else self.symbol

    @property
    def change(self) -> float | None:
        """P&L against what the line was worth before; None where that was nothing."""
        return float(self.pnl / abs(self.before)) if self.before else None


@dataclass(frozen=True, slots=True)
class Valued:
    """An account at its latest valuation; figures of days from `stale_from` on lack something."""

    portfolio: PortfolioRow
    row: ValuationRow
    spans: PnlSpans
    stale_from: date | None

    @property
    def lines(self) -> list[DayLine]:
        """The lines of the valuation; their P&L adds up to that of the day."""
        own, lines = self.portfolio.portfolio_id, self.row.lines
        return [
            DayLine(own, position_id, symbol, not quantity, pnl, value + received - paid - pnl)
            for position_id, symbol, quantity, pnl, value, received, paid in zip(
                *(lines.position_id, lines.symbol, lines.quantity, lines.pnl, lines.market_value),
                map(add, lines.proceeds, lines.income),
                lines.cost,
                strict=True,
            )
        ]


@dataclass(frozen=True, slots=True)
class Worth:
    """The figures of accounts that were valued, added up; there is at least one."""

    accounts: Sequence[Valued]

    @property
    def nav(self) -> Decimal:
        """What is owned less what is owed."""
        return self._sum("nav")

    @property
    def long(self) -> Decimal:
        """What is long."""
        return self._sum("long_value")

    @property
    def short(self) -> Decimal:
        """What is short, negative."""
        return self._sum("short_value")

    @property
    def gross(self) -> Decimal:
        """What is at stake either way."""
        return self._sum("gross_exposure")

    @property
    def net(self) -> Decimal:
        """Long plus short."""
        return self._sum("net_exposure")

    @property
    def cash(self) -> Decimal:
        """Cash, and what counts as such."""
        return self._sum("cash")

    @property
    def day(self) -> Decimal:
        """P&L of the latest session."""
        return self._sum("pnl")

    @property
    def month(self) -> Decimal:
        """P&L of the month so far."""
        return sum((valued.spans.month_to_date for valued in self.accounts), ZERO)

    @property
    def year(self) -> Decimal:
        """P&L of the year so far."""
        return sum((valued.spans.year_to_date for valued in self.accounts), ZERO)

    @property
    def since_opening(self) -> Decimal:
        """P&L since the opening."""
        return sum((valued.spans.since_opening for valued in self.accounts), ZERO)

    @property
    def day_return(self) -> float | None:
        """P&L of the day over the NAV before it; None at an opening."""
        before = [valued.row.previous_nav for valued in self.accounts]
        if None in before:
            return None
        nav_before = sum((nav for nav in before if nav is not None), ZERO)
        return share_of_nav(self.day, nav_before, self.gross)

    @property
    def days(self) -> tuple[date, date]:
        """The first and the last of the sessions that the figures are of."""
        days = [valued.row.session for valued in self.accounts]
        return min(days), max(days)

    @property
    def known_at(self) -> datetime:
        """When the latest of the figures was recorded."""
        return max(valued.row.recorded_at for valued in self.accounts)

    @property
    def stale_from(self) -> date | None:
        """The first day whose figures lack something known by now."""
        return min((v.stale_from for v in self.accounts if v.stale_from), default=None)

    @property
    def priced(self) -> tuple[int, int]:
        """How many symbols had a usable price, of those that need one, account by account."""
        counts = [valued.row.counts for valued in self.accounts]
        return sum(count.priced for count in counts), sum(count.need_price for count in counts)

    @property
    def needs_price_update(self) -> bool:
        """Whether an account had too few usable prices."""
        return any(valued.row.needs_price_update for valued in self.accounts)

    @property
    def moved(self) -> list[DayLine]:
        """What gained or lost on the day, what gained most first; it adds up to P&L of the day."""
        lines = [line for valued in self.accounts for line in valued.lines if line.pnl]
        return sorted(lines, key=lambda line: line.pnl, reverse=True)

    def movers(self, most: int) -> list[DayLine]:
        """Those that gained or lost most on the day, the largest first."""
        return sorted(self.moved, key=lambda line: abs(line.pnl), reverse=True)[:most]

    @property
    def invested(self) -> Iterator[tuple[UUID, str, Decimal]]:
        """By id the symbol and the value of what is no cash; with cash they add up to NAV."""
        columns = ("position_id", "symbol", "market_value", "cash_like")
        for valued in self.accounts:
            for position_id, symbol, value, is_cash in valued.row.lines.rows(*columns):
                if value and not is_cash:
                    yield position_id, symbol, value

    def share(self, amount: Decimal) -> float | None:
        """An amount as a share of NAV; None where NAV is at most 1 % of gross."""
        return share_of_nav(amount, self.nav, self.gross)

    def _sum(self, name: str) -> Decimal:
        return sum((getattr(valued.row, name) for valued in self.accounts), ZERO)


def worth_of(program: Program, portfolios: Sequence[PortfolioRow]) -> Worth | None:
    """What those of the accounts that were valued are worth; None where none was."""
    accounts = []
    for portfolio in portfolios:
        row = program.valuations_room.latest(portfolio.portfolio_id)
        if row is not None:
            spans = program.valuations_room.pnl_spans(portfolio.portfolio_id, row.session)
            stale = stale_from(program, portfolio) if portfolio.is_active else None
            accounts.append(Valued(portfolio, row, spans, stale))
    return Worth(accounts) if accounts else None


def holding_of(
    portfolio: PortfolioRow, position: PositionRow, worth: Worth | None, sector: str = ""
) -> Holding:
    """A position beside what is worth all that is shown."""
    if worth is None:
        return Holding(portfolio, position, sector=sector)
    return Holding(portfolio, position, worth.nav, worth.gross, sector)


def holdings_of(
    program: Program, portfolios: Sequence[PortfolioRow], worth: Worth | None
) -> list[Holding]:
    """All that the accounts hold, by symbol, with its sector."""
    held = [
        (portfolio, position)
        for portfolio in portfolios
        for position in program.positions_room.of_portfolio(
            portfolio.portfolio_id, "open", None, 0, past_of(program, portfolio)
        )[0]
    ]
    sectors = program.securities.tags(sorted({_shares_of(position) for _, position in held}))
    return [
        holding_of(portfolio, position, worth, sectors.get(_shares_of(position), UNCLASSIFIED))
        for portfolio, position in held
    ]


def _shares_of(position: PositionRow) -> str:
    """The symbol whose sector counts: that of the underlying where it is an option."""
    return position.underlying or position.symbol
