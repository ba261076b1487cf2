"""A portfolio: an account with its opening, imports, manual marks and flows.

Everything in it says when it takes effect, apart from when it was recorded: two time axes.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal, Self
from uuid import UUID

import msgspec

from domain.account import AccountName, AccountType, PortfolioName
from domain.errors import DomainError, NotAllowedValue
from domain.instrument import InvestmentClass
from domain.kernel import Aggregate, Event
from domain.mark import Revaluation
from domain.money import MOST_CENTS, money
from domain.position import Position, PositionTerms
from domain.valuation import Flow, PortfolioBook

NewPositionId = Callable[[str, date, int], UUID]
"""Gives the id of the n-th lot (from 1) of a symbol entered on a date."""

LARGEST_FLOW = money(MOST_CENTS)


class ImportSource(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where imported positions came from, so that an auditor can see what the file said."""

    format: str
    file_name: str
    sha256: str
    assumptions: tuple[str, ...] = ()


class Opening(msgspec.Struct, frozen=True, kw_only=True):
    """The declared state a portfolio starts from: its equity at the close of a session."""

    equity_balance: Decimal
    equity_as_of: date
    price_source: Literal["live", "sample"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """An account as its owner describes it, every text read and found good."""

    name: PortfolioName
    account_name: AccountName
    account_type: AccountType
    description: str
    opening: Opening


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


class FlowAmountRefused(NotAllowedValue):
    """The amount of a flow is above zero, has at most 2 decimals, and can be reckoned with."""

    code = "ERR_EQUITY_001"

    def __init__(self) -> None:
        super().__init__("The amount of a cash flow is above 0 with at most 2 decimals.")


class WithdrawalOverNav(DomainError):
    """More would be withdrawn than the account is worth."""

    code = "ERR_EQUITY_003"

    def __init__(self, available: Decimal) -> None:
        super().__init__(
            f"The account was worth {available} USD; withdraw at most that.",
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


class Portfolio(Aggregate):
    """One account of one owner."""

    TOPIC = "portfolio"

    class Opened(Event, frozen=True):
        """The owner opened an account with a declared equity balance as of a session."""

        TOPIC = "portfolio.opened"
        owner_id: UUID
        name: str
        account_name: str
        account_type: AccountType
        description: str
        currency: str
        equity_balance: Decimal
        equity_as_of: date
        price_source: Literal["live", "sample"]

        def apply(self, portfolio: "Portfolio") -> None:
            """The portfolio exists, with an opening and nothing in it."""
            portfolio.owner_id = self.owner_id
            portfolio.opening = Opening(
                equity_balance=self.equity_balance,
                equity_as_of=self.equity_as_of,
                price_source=self.price_source,
            )

    class PositionsImported(Event, frozen=True):
        """Positions came in from a file; the quantities contain every split up to a day."""

        TOPIC = "portfolio.positions_imported"
        import_id: UUID
        source: ImportSource
        quantities_as_of: date
        positions: tuple[Position, ...]

        def apply(self, portfolio: "Portfolio") -> None:
            """The positions are held from their entry dates on."""
            portfolio.import_ids.add(self.import_id)
            for position in self.positions:
                lot = (position.symbol, position.entry_on)
                portfolio.lots[lot] = portfolio.lots.get(lot, 0) + 1
                portfolio.positions[position.position_id] = position

    class PositionRevalued(Event, frozen=True):
        """The owner put a price on a private asset."""

        TOPIC = "portfolio.position_revalued"
        position_id: UUID
        revalued_on: date
        price: Decimal
        note: str

        def apply(self, portfolio: "Portfolio") -> None:
            """The price is the position's manual mark from that day on, the only one of the day."""
            prices = {r.on: r.price for r in portfolio.revaluations.get(self.position_id, ())}
            prices[self.revalued_on] = self.price
            portfolio.revaluations[self.position_id] = tuple(
                Revaluation(on, price) for on, price in sorted(prices.items())
            )

    class CapitalContributed(Event, frozen=True):
        """The owner paid money in."""

        TOPIC = "portfolio.capital_contributed"
        flow_id: UUID
        contributed_on: date
        amount: Decimal
        note: str

        def apply(self, portfolio: "Portfolio") -> None:
            """The amount is a flow of that day."""
            portfolio.flows[self.flow_id] = Flow(self.contributed_on, self.amount)

    class CapitalWithdrawn(Event, frozen=True):
        """The owner took money out."""

        TOPIC = "portfolio.capital_withdrawn"
        flow_id: UUID
        withdrawn_on: date
        amount: Decimal
        note: str

        def apply(self, portfolio: "Portfolio") -> None:
            """The amount is a negative flow of that day."""
            portfolio.flows[self.flow_id] = Flow(self.withdrawn_on, -self.amount)

    def __init__(self, aggregate_id: UUID) -> None:
        super().__init__(aggregate_id)
        self.owner_id: UUID | None = None
        self.opening = Opening(
            equity_balance=Decimal(0), equity_as_of=date.min, price_source="live"
        )
        self.positions: dict[UUID, Position] = {}
        self.lots: dict[tuple[str, date], int] = {}
        self.import_ids: set[UUID] = set()
        self.revaluations: dict[UUID, tuple[Revaluation, ...]] = {}  # oldest first, one a day
        self.flows: dict[UUID, Flow] = {}

    @property
    def book(self) -> PortfolioBook:
        """What the engine values: positions and flows as stated so far."""
        return PortfolioBook(
            portfolio_id=self.id,
            version=self.version,
            positions=tuple(self.positions.values()),
            flows=tuple(self.flows.values()),
        )

    @classmethod
    def open(cls, portfolio_id: UUID, owner_id: UUID, account: Account) -> Self:
        """Open an account in USD; multi-currency books are out of scope (spec 00)."""
        portfolio = cls(portfolio_id)
        portfolio.record(
            cls.Opened(
                owner_id=owner_id,
                name=account.name.text,
                account_name=account.account_name.text,
                account_type=account.account_type,
                description=account.description,
                currency="USD",
                equity_balance=account.opening.equity_balance,
                equity_as_of=account.opening.equity_as_of,
                price_source=account.opening.price_source,
            )
        )
        return portfolio

    def import_positions(
        self,
        import_id: UUID,
        source: ImportSource,
        terms: Sequence[PositionTerms],
        new_id: NewPositionId,
    ) -> None:
        """Take in the positions of a file; nothing to do if this import is known.

        A template's quantities are as of the later of entry and opening (spec 3.6), so the
        whole file's are as of the opening.
        """
        if import_id in self.import_ids:
            return
        lots = dict(self.lots)
        positions = []
        for stated in terms:
            lot = (stated.symbol, stated.entry_on)
            lots[lot] = lots.get(lot, 0) + 1
            position_id = new_id(stated.symbol, stated.entry_on, lots[lot])
            positions.append(Position(position_id=position_id, **msgspec.structs.asdict(stated)))
        self.record(
            self.PositionsImported(
                import_id=import_id,
                source=source,
                quantities_as_of=self.opening.equity_as_of,
                positions=tuple(positions),
            )
        )

    def revalue(self, position_id: UUID, revalued_on: date, price: Decimal, note: str) -> None:
        """Put a manual mark on a private asset from `revalued_on` on.

        Nothing to do if that day has this mark.

        Raises:
            PositionUnknown: ERR_POS_404.
            NotRevaluable: ERR_POS_029.
        """
        position = self.positions.get(position_id)
        if position is None:
            raise PositionUnknown
        if position.investment_class is not InvestmentClass.PRIVATE or position.is_cash_like:
            raise NotRevaluable(position.symbol)
        if Revaluation(revalued_on, price) not in self.revaluations.get(position_id, ()):
            self.record(
                self.PositionRevalued(
                    position_id=position_id, revalued_on=revalued_on, price=price, note=note
                )
            )

    def contribute(self, flow_id: UUID, on: date, amount: Decimal, note: str) -> None:
        """Note money paid in on a day after the opening.

        Raises:
            FlowAmountRefused: ERR_EQUITY_001.
            FlowBeforeOpening: ERR_EQUITY_004.
        """
        if self._accepts_flow(flow_id, on, amount):
            self.record(
                self.CapitalContributed(
                    flow_id=flow_id, contributed_on=on, amount=amount, note=note
                )
            )

    def withdraw(
        self, flow_id: UUID, on: date, amount: Decimal, note: str, available: Decimal
    ) -> None:
        """Note money taken out; `available` is the NAV of the latest valuation up to `on`.

        Raises:
            FlowAmountRefused: ERR_EQUITY_001.
            FlowBeforeOpening: ERR_EQUITY_004.
            WithdrawalOverNav: ERR_EQUITY_003.
        """
        if not self._accepts_flow(flow_id, on, amount):
            return
        if amount > available:
            raise WithdrawalOverNav(available)
        self.record(
            self.CapitalWithdrawn(flow_id=flow_id, withdrawn_on=on, amount=amount, note=note)
        )

    def _accepts_flow(self, flow_id: UUID, on: date, amount: Decimal) -> bool:
        """Refuse a bad flow; False for one that is known."""
        if not amount.is_finite() or not 0 < amount <= LARGEST_FLOW or amount != round(amount, 2):
            raise FlowAmountRefused
        if on <= self.opening.equity_as_of:
            raise FlowBeforeOpening(self.opening.equity_as_of)
        return flow_id not in self.flows
