"""A portfolio: an account with its opening, positions, manual marks and flows.

Everything in it says when it takes effect, apart from when it was recorded: two time axes. What it
decides stands by topic in `portfolio_imports`, `portfolio_positions`, `portfolio_flows` and
`portfolio_account`.
"""

from datetime import date
from decimal import Decimal
from typing import Literal, Self
from uuid import UUID

from msgspec.structs import replace

from domain import (
    portfolio_account,
    portfolio_book,
    portfolio_flows,
    portfolio_imports,
    portfolio_positions,
)
from domain.account import Account, AccountType, Opening
from domain.corporate_action import ActionKind
from domain.edit import Closed, Corrected, Correction, Edit, Entry, Expired, Removed
from domain.flow import Flow
from domain.holdings import Holdings
from domain.kernel import Aggregate, Event
from domain.mark import Revaluation
from domain.position import Closing, Position
from domain.position_import import PositionClosing, TakenIn


class Portfolio(Aggregate):
    """One account of one owner."""

    TOPIC = "portfolio"

    # ---- Events: the account -------------------------------------------------------------------

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
            portfolio.name, portfolio.account_name = self.name, self.account_name
            portfolio.account_type, portfolio.description = self.account_type, self.description
            portfolio.opening = Opening(
                equity_balance=self.equity_balance,
                equity_as_of=self.equity_as_of,
                price_source=self.price_source,
            )

    class OpeningCorrected(Event, frozen=True):
        """The owner corrected what the account started from: its equity, the session, or both."""

        TOPIC = "portfolio.opening_corrected"
        equity_balance: Decimal
        equity_as_of: date
        reason: str

        def apply(self, portfolio: "Portfolio") -> None:
            """Every day counts anew, from the earlier of the old opening and the new one."""
            portfolio.take_effect(min(portfolio.opening.equity_as_of, self.equity_as_of))
            portfolio.opening = replace(
                portfolio.opening,
                equity_balance=self.equity_balance,
                equity_as_of=self.equity_as_of,
            )

    class CorporateActionEntered(Event, frozen=True):
        """The owner said what a symbol's shares did on a day; it wins over the market's word."""

        TOPIC = "portfolio.corporate_action_entered"
        action_id: UUID
        symbol: str
        ex_on: date
        kind: Literal["split", "dividend"]
        value: Decimal

        def apply(self, portfolio: "Portfolio") -> None:
            """The value is the only one of that symbol, day and kind.

            A split also says what a quantity stated after it stood for before it.
            """
            portfolio.actions[self.symbol, self.ex_on, self.kind] = self.value
            entries = portfolio.holdings.entries_of(self.symbol) if self.kind == "split" else ()
            portfolio.take_effect(min((*entries, self.ex_on)))

    class Renamed(Event, frozen=True):
        """The owner gave the portfolio, its account, or both another name."""

        TOPIC = "portfolio.renamed"
        name: str
        account_name: str

        def apply(self, portfolio: "Portfolio") -> None:
            """Both names are these."""
            portfolio.name, portfolio.account_name = self.name, self.account_name

    class Described(Event, frozen=True):
        """The owner put the account in other words; blank takes them back."""

        TOPIC = "portfolio.described"
        description: str

        def apply(self, portfolio: "Portfolio") -> None:
            """The words are these."""
            portfolio.description = self.description

    class AccountTypeChanged(Event, frozen=True):
        """The owner said that the account is taxed otherwise."""

        TOPIC = "portfolio.account_type_changed"
        account_type: AccountType

        def apply(self, portfolio: "Portfolio") -> None:
            """The type is this one."""
            portfolio.account_type = self.account_type

    class Archived(Event, frozen=True):
        """The owner put the portfolio away; what was recorded of it stays."""

        TOPIC = "portfolio.archived"

        def apply(self, portfolio: "Portfolio") -> None:
            """Nothing of it changes any more."""
            portfolio.is_archived = True

    # ---- Events: imports -----------------------------------------------------------------------

    class PositionsImported(TakenIn, Event, frozen=True):
        """Positions came in from a file, beside what was held or in its place."""

        TOPIC = "portfolio.positions_imported"
        VERSION = 3

        def apply(self, portfolio: "Portfolio") -> None:
            """The positions are held from their entry dates on."""
            portfolio.holdings.take_in(self)
            portfolio.take_effect(self.effective_on)

    class ImportReverted(Event, frozen=True):
        """The owner took an import back: its positions went, what it had closed is held again."""

        TOPIC = "portfolio.import_reverted"
        VERSION = 2
        import_id: UUID
        reason: str
        removed: tuple[UUID, ...]
        reopened: tuple[PositionClosing, ...]

        def apply(self, portfolio: "Portfolio") -> None:
            """None of the import's positions is held, none of its closings counts."""
            taken = portfolio.holdings.imports[self.import_id]
            portfolio.holdings.revert(self.import_id)
            portfolio.take_effect(taken.effective_on)

    class ImportRestored(Event, frozen=True):
        """The owner brought a reverted import back, with all it had opened and closed."""

        TOPIC = "portfolio.import_restored"
        VERSION = 2
        import_id: UUID
        restored: tuple[UUID, ...]
        closed: tuple[PositionClosing, ...]

        def apply(self, portfolio: "Portfolio") -> None:
            """The import's positions are held as it had stated them."""
            taken = portfolio.holdings.imports[self.import_id]
            portfolio.holdings.restore(self.import_id)
            portfolio.take_effect(taken.effective_on)

    # ---- Events: positions ---------------------------------------------------------------------

    class PositionOpened(Event, frozen=True):
        """The owner entered a position; its quantity contains every split up to a day."""

        TOPIC = "portfolio.position_opened"
        position: Position
        quantities_as_of: date
        notes: str

        def apply(self, portfolio: "Portfolio") -> None:
            """The position is held from its entry date on."""
            portfolio.holdings.enter(Entry(self.position, self.quantities_as_of))
            portfolio.holdings.notes[self.position.position_id] = self.notes
            portfolio.take_effect(self.position.entry_on)

    class PositionCorrected(Event, frozen=True):
        """The owner corrected what a position had been stated as; its id stays."""

        TOPIC = "portfolio.position_corrected"
        position_id: UUID
        changes: Correction
        reason: str

        def apply(self, portfolio: "Portfolio") -> None:
            """The position is as if it had been stated so from the first."""
            portfolio.edit(Corrected(self.position_id, self.changes))

    class PositionClosed(Event, frozen=True):
        """The owner closed a position, or a part of it.

        `quantity` is in the terms of the position's own, `traded` in shares of the day.
        """

        TOPIC = "portfolio.position_closed"
        position_id: UUID
        closed_on: date
        quantity: Decimal
        traded: Decimal
        price: Decimal

        @property
        def closing(self) -> Closing:
            """The closing as its position keeps it."""
            return Closing(
                closed_on=self.closed_on,
                quantity=self.quantity,
                price=self.price,
                traded=self.traded,
            )

        def apply(self, portfolio: "Portfolio") -> None:
            """That much less is held from the day on."""
            portfolio.edit(Closed(self.position_id, self.closing))

    class PositionRemoved(Event, frozen=True):
        """The owner removed a position that had been entered by mistake."""

        TOPIC = "portfolio.position_removed"
        position_id: UUID
        reason: str

        def apply(self, portfolio: "Portfolio") -> None:
            """The position is as if it had never been."""
            portfolio.edit(Removed(self.position_id))

    class OptionExpired(Event, frozen=True):
        """An option expired: what was left of it was settled at its intrinsic value a share."""

        TOPIC = "portfolio.option_expired"
        position_id: UUID
        expired_on: date
        settlement: Decimal

        @property
        def expiry(self) -> Expired:
            """The expiry as its position keeps it."""
            return Expired(self.position_id, self.expired_on, self.settlement)

        def apply(self, portfolio: "Portfolio") -> None:
            """Nothing is held of it from the day on; an earlier word on it does not count."""
            portfolio.edit(self.expiry)

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
            portfolio.take_effect(self.revalued_on)

    # ---- Events: flows -------------------------------------------------------------------------

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
            portfolio.take_effect(self.contributed_on)

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
            portfolio.take_effect(self.withdrawn_on)

    class CashFlowReverted(Event, frozen=True):
        """The owner took a flow back that had been noted by mistake."""

        TOPIC = "portfolio.cash_flow_reverted"
        flow_id: UUID
        reason: str

        def apply(self, portfolio: "Portfolio") -> None:
            """The flow does not count any more; its id is never used again."""
            flow = portfolio.flows.pop(self.flow_id)
            portfolio.reverted_flows.add(self.flow_id)
            portfolio.take_effect(flow.on)

    # ---- State ---------------------------------------------------------------------------------

    def __init__(self, aggregate_id: UUID) -> None:
        super().__init__(aggregate_id)
        self.owner_id: UUID | None = None
        self.name = self.account_name = self.description = ""
        self.account_type, self.is_archived = AccountType.OTHER, False
        self.opening = Opening(
            equity_balance=Decimal(0), equity_as_of=date.min, price_source="live"
        )
        self.holdings = Holdings()
        self.flows: dict[UUID, Flow] = {}
        self.reverted_flows: set[UUID] = set()
        self.actions: dict[tuple[str, date, ActionKind], Decimal] = {}  # symbol, day, kind
        self.effects: list[tuple[int, date | None]] = []  # version, and the day it counts from

    book = portfolio_book.book
    changed_from = portfolio_book.changed_from

    def record(self, event: Event) -> None:
        """Record a change. What was put away refuses any (ERR_PORT_015)."""
        self.refuse_if_archived()
        super().record(event)

    def edit(self, edit: Edit) -> None:
        """What an event does to a position, and from when on that counts."""
        self.take_effect(self.holdings.edit(edit))

    def take_effect(self, on: date | None) -> None:
        """The event that is applied counts from a day on; None for one that changes no day."""
        self.effects.append((self.version + 1, on))

    # ---- Decisions, by topic in modules of their own -------------------------------------------

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

    refuse_if_archived = portfolio_account.refuse_if_archived
    rename = portfolio_account.rename
    describe = portfolio_account.describe
    change_account_type = portfolio_account.change_account_type
    archive = portfolio_account.archive
    correct_opening = portfolio_account.correct_opening
    enter_action = portfolio_account.enter_action

    differences = portfolio_imports.differences
    import_positions = portfolio_imports.import_positions
    revert_import = portfolio_imports.revert_import
    restore_import = portfolio_imports.restore_import

    open_positions = portfolio_positions.open_positions
    correct = portfolio_positions.correct
    close = portfolio_positions.close
    remove = portfolio_positions.remove
    expire = portfolio_positions.expire
    revalue = portfolio_positions.revalue

    contribute = portfolio_flows.contribute
    withdraw = portfolio_flows.withdraw
    revert_flow = portfolio_flows.revert_flow
