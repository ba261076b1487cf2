"""Small portfolios for specifications of the valuation: positions, closes, flows, snapshots."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from itertools import count
from uuid import UUID

from domain.corporate_action import CorporateAction, actions_by_symbol
from domain.flow import Flow
from domain.instrument import InvestmentClass
from domain.mark import Mark, MarkQuality, MarkSource
from domain.position import Closing, Position
from domain.snapshot import Snapshot
from domain.valuation import Opening, PortfolioBook, value_sessions

PORTFOLIO = UUID("00000000-0000-4000-8000-00000000000a")
FRIDAY = date(2012, 6, 29)
_numbers = count(1)


def weekdays(first: date, how_many: int) -> list[date]:
    """That many days from `first` on, weekends left out."""
    days = (first + timedelta(days=n) for n in range(2 * how_many + 7))
    return [day for day in days if day.weekday() < 5][:how_many]


def position(
    symbol: str,
    quantity: str,
    entry: str,
    entry_on: date = FRIDAY,
    closed: tuple[date, str] | None = None,
    subtype: str = "STOCK",
    *,
    parts: Sequence[tuple[date, str, str]] = (),
) -> Position:
    """A position with an id of its own; `entry` is the price, `closed` the exit day and price.

    `parts` are closings of less than all: day, quantity, price. The class follows from the
    subtype: CALL and PUT are options, CASH is private cash.
    """
    classes = {
        "CALL": InvestmentClass.OPTIONS,
        "PUT": InvestmentClass.OPTIONS,
        "CASH": InvestmentClass.PRIVATE,
    }
    whole = [] if closed is None else [(closed[0], quantity, closed[1])]
    return Position(
        position_id=UUID(int=next(_numbers)),
        symbol=symbol,
        quantity=Decimal(quantity),
        entry_price=Decimal(entry),
        entry_on=entry_on,
        investment_class=classes.get(subtype, InvestmentClass.PUBLIC),
        investment_subtype=subtype,
        right=subtype if subtype in ("CALL", "PUT") else None,
        closings=tuple(_closing(*part) for part in [*whole, *parts]),
    )


def _closing(closed_on: date, quantity: str, price: str) -> Closing:
    return Closing(closed_on=closed_on, quantity=Decimal(quantity), price=Decimal(price))


def flow(on: date, amount: str) -> Flow:
    """A contribution, or a withdrawal where the amount is negative."""
    return Flow(on, Decimal(amount))


def book(
    *positions: Position,
    flows: Sequence[Flow] = (),
    version: int = 2,
    actions: Sequence[CorporateAction] = (),
    stated_on: date | None = None,
) -> PortfolioBook:
    """A portfolio of these positions and flows; `stated_on` is for all of its quantities."""
    return PortfolioBook(
        portfolio_id=PORTFOLIO,
        version=version,
        positions=positions,
        flows=flows,
        stated_on={p.position_id: stated_on for p in positions} if stated_on else {},
        actions=actions_by_symbol(actions),
    )


def split(symbol: str, ex_on: date, ratio: str) -> CorporateAction:
    """New shares for one old one."""
    return CorporateAction(symbol, ex_on, "split", Decimal(ratio), "bundled")


def dividend(symbol: str, ex_on: date, amount: str) -> CorporateAction:
    """USD a share."""
    return CorporateAction(symbol, ex_on, "dividend", Decimal(amount), "bundled")


def opening(nav: str) -> Opening:
    """An opening with this declared NAV."""
    return Opening(Decimal(nav))


def closes(sessions: Sequence[date], *prices: str | Decimal) -> list[Mark]:
    """A close of each session."""
    return [
        Mark(Decimal(price), session, MarkSource.CLOSE, MarkQuality.GOOD, "bundled")
        for session, price in zip(sessions, prices, strict=True)
    ]


def valued(
    nav: str,
    prices: Mapping[Position, Sequence[str]],
    flows: Sequence[Flow] = (),
    first: date = FRIDAY,
) -> list[Snapshot]:
    """Value positions at these closes on as many weekdays from `first` on, the opening."""
    sessions = weekdays(first, len(next(iter(prices.values()))))
    marks = {p.position_id: closes(sessions, *series) for p, series in prices.items()}
    return value_sessions(book(*prices, flows=flows), sessions, marks, opening(nav))
