"""A portfolio: an account with its opening, imports, manual marks and flows.

Everything in it says when it takes effect, apart from when it was recorded: two time axes.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Literal, Self
from uuid import UUID

from domain.account import Account, AccountType, Opening
from domain.errors import DomainError
from domain.flow import (
    LARGEST_FLOW,
    Flow,
    FlowAmountRefused,
    FlowBeforeOpening,
    WithdrawalOverNav,
)
from domain.holdings import Holdings
from domain.instrument import InvestmentClass
from domain.kernel import Aggregate, Event
from domain.mark import Revaluation
from domain.position import PositionTerms
from domain.position_import import (
    FileImportedBefore,
    HeldAlready,
    ImportBuiltUpon,
    ImportMode,
    ImportUnknown,
    Intake,
    NewPositionId,
    PositionClosing,
    TakenIn,
)
from domain.replacement import Change, replacement
from domain.valuation import PortfolioBook


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

    class PositionsImported(TakenIn, Event, frozen=True):
        """Positions came in from a file, beside what was held or in its place."""

        TOPIC = "portfolio.positions_imported"
        VERSION = 2

        def apply(self, portfolio: "Portfolio") -> None:
            """The positions are held from their entry dates on."""
            portfolio.holdings.take_in(self)
            portfolio.effects.append((portfolio.version + 1, self.effective_on))

    class ImportReverted(Event, frozen=True):
        """The owner took an import back: its positions went, what it had closed is held again."""

        TOPIC = "portfolio.import_reverted"
        import_id: UUID
        reason: str
        removed: tuple[UUID, ...]
        reopened: tuple[PositionClosing, ...]

        def apply(self, portfolio: "Portfolio") -> None:
            """None of the import's positions is held, none of its closings counts."""
            taken = portfolio.holdings.imports[self.import_id]
            portfolio.holdings.revert(self.import_id)
            portfolio.effects.append((portfolio.version + 1, taken.effective_on))

    class ImportRestored(Event, frozen=True):
        """The owner brought a reverted import back, with all it had opened and closed."""

        TOPIC = "portfolio.import_restored"
        import_id: UUID
        restored: tuple[UUID, ...]
        closed: tuple[PositionClosing, ...]

        def apply(self, portfolio: "Portfolio") -> None:
            """The import's positions are held as it had stated them."""
            taken = portfolio.holdings.imports[self.import_id]
            portfolio.holdings.restore(self.import_id)
            portfolio.effects.append((portfolio.version + 1, taken.effective_on))

    class PositionRevalued(Event, frozen=True):
        """The owner put a price on a private asset."""

        TOPIC = "portfolio.position_revalued"
        position_id: UUID
        revalued_on: date
        price: Decimal
        note: str

        def apply(self, portfolio: "Portfolio") -> None:
            """The price is the position's manual mark from that day on, the only one of the day."""
            portfolio.holdings.revalue(self.position_id, Revaluation(self.revalued_on, self.price))
            portfolio.effects.append((portfolio.version + 1, self.revalued_on))

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
            portfolio.effects.append((portfolio.version + 1, self.contributed_on))

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
            portfolio.effects.append((portfolio.version + 1, self.withdrawn_on))

    def __init__(self, aggregate_id: UUID) -> None:
        super().__init__(aggregate_id)
        self.owner_id: UUID | None = None
        self.opening = Opening(
            equity_balance=Decimal(0), equity_as_of=date.min, price_source="live"
        )
        self.holdings = Holdings()
        self.flows: dict[UUID, Flow] = {}
        self.effects: list[tuple[int, date | None]] = []  # version, and the day it counts from

    @property
    def book(self) -> PortfolioBook:
        """What the engine values: positions and flows as stated so far."""
        return PortfolioBook(
            portfolio_id=self.id,
            version=self.version,
            positions=tuple(self.holdings.positions.values()),
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

    def changed_from(self, version: int) -> date | None:
        """The day from which what was recorded after `version` counts; None if nothing does."""
        days = [on for recorded, on in self.effects if recorded > version and on]
        return max(min(days), self.opening.equity_as_of) if days else None

    def differences(self, intake: Intake) -> list[Change]:
        """What replacing the holdings by the file would change, symbol by symbol.

        Raises:
            ClosingPriceMissing: ERR_PORT_016.
        """
        prices = {**self.holdings.manual_prices(intake.stated_on), **intake.prices}
        return replacement(self.holdings.positions.values(), replace(intake, prices=prices))

    def import_positions(
        self, import_id: UUID, intake: Intake, new_id: NewPositionId
    ) -> Sequence[Change]:
        """Take in the positions of a file, beside what is held or in its place.

        Nothing to do if this import is known. Returns what replacing changes, symbol by symbol.

        Raises:
            FileImportedBefore: ERR_PORT_014, unless forced.
            HeldAlready: ERR_POS_022, of mode add, unless forced.
            ClosingPriceMissing: ERR_PORT_016, of mode replace.
        """
        if import_id in self.holdings.imports:
            return ()
        if not intake.is_forced and (known := self.holdings.import_of(intake.source)):
            raise FileImportedBefore(known)
        terms, changes = self._what_comes(intake)
        self.record(
            self.PositionsImported(
                import_id=import_id,
                source=intake.source,
                mode=intake.mode,
                quantities_as_of=intake.quantities_as_of or self.opening.equity_as_of,
                positions=tuple(self.holdings.numbered(terms, new_id)),
                closings=tuple(closing for change in changes for closing in change.closings),
            )
        )
        return changes

    def revert_import(self, import_id: UUID, reason: str) -> None:
        """Take an import back. Nothing to do if it was.

        Raises:
            ImportUnknown: ERR_IMPORT_404.
            ImportBuiltUpon: ERR_PORT_013, where a later event closed or changed a position that
                it opened or closed.
        """
        taken = self._known_import(import_id)
        if import_id in self.holdings.reverted:
            return
        if hindrances := list(self.holdings.hindrances_to_revert(taken)):
            raise ImportBuiltUpon(hindrances)
        self.record(
            self.ImportReverted(
                import_id=import_id,
                reason=reason,
                removed=tuple(position.position_id for position in taken.positions),
                reopened=taken.closings,
            )
        )

    def restore_import(self, import_id: UUID) -> None:
        """Bring a reverted import back. Nothing to do if it was not reverted.

        Raises:
            ImportUnknown: ERR_IMPORT_404.
            FileImportedBefore: ERR_PORT_014, where the file was imported again meanwhile.
            ImportBuiltUpon: ERR_PORT_013, where what it opened came again meanwhile, or what it
                closed is not held as it was.
        """
        taken = self._known_import(import_id)
        if import_id not in self.holdings.reverted:
            return
        if again := self.holdings.import_meanwhile_of(taken):
            raise FileImportedBefore(again)
        if hindrances := list(self.holdings.hindrances_to_restore(taken)):
            raise ImportBuiltUpon(hindrances)
        self.record(
            self.ImportRestored(
                import_id=import_id,
                restored=tuple(position.position_id for position in taken.positions),
                closed=taken.closings,
            )
        )

    def revalue(self, position_id: UUID, revalued_on: date, price: Decimal, note: str) -> None:
        """Put a manual mark on a private asset from `revalued_on` on.

        Nothing to do if that day has this mark.

        Raises:
            PositionUnknown: ERR_POS_404.
            NotRevaluable: ERR_POS_029.
        """
        position = self.holdings.positions.get(position_id)
        if position is None:
            raise PositionUnknown
        if position.investment_class is not InvestmentClass.PRIVATE or position.is_cash_like:
            raise NotRevaluable(position.symbol)
        if Revaluation(revalued_on, price) not in self.holdings.revaluations.get(position_id, ()):
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

    def _what_comes(self, intake: Intake) -> tuple[Sequence[PositionTerms], Sequence[Change]]:
        """The lots that a file opens, and what it changes where it replaces."""
        if intake.mode is ImportMode.REPLACE:
            changes = self.differences(intake)
            return [stated for change in changes for stated in change.openings], changes
        if not intake.is_forced and (held := self.holdings.held_already(intake.terms)):
            raise HeldAlready(held)
        return intake.terms, ()

    def _known_import(self, import_id: UUID) -> TakenIn:
        if import_id not in self.holdings.imports:
            raise ImportUnknown
        return self.holdings.imports[import_id]
