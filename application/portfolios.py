"""Opening accounts."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from application.commands import AccountTexts, OpenPortfolio
from application.deciding import decide
from application.errors import UserUnknown
from application.identities import Identities
from application.markets import Markets
from application.openings import opening_session
from application.ports import Cause, EventLog, RejectedRows
from domain.account import (
    Account,
    AccountName,
    AccountType,
    Opening,
    PortfolioName,
    parse_description,
    parse_equity,
)
from domain.portfolio import Portfolio
from domain.user import User


@dataclass(frozen=True, slots=True)
class OpenedPortfolio:
    """What opening an account led to. `position` is that of its last event."""

    portfolio_id: UUID
    account: Account
    import_id: UUID
    positions_imported: int
    created_at: datetime
    position: int


@dataclass(frozen=True, slots=True)
class Portfolios:
    """The use cases of account owners."""

    log: EventLog
    markets: Markets
    identities: Identities
    rejected_rows: RejectedRows

    def read_account(self, texts: AccountTexts) -> Account:
        """Check the texts of an account in the published order (spec 3.5).

        Raises:
            PortfolioNameBlank, PortfolioNameTooLong: ERR_PORT_002, 003.
            AccountNameBlank, AccountNameTooLong: ERR_PORT_011, 010.
            AccountTypeUnknown: ERR_PORT_009.
            EquityMissing, EquityNotPositive, EquityTooLarge: ERR_PORT_004, 005, 006.
            OpeningDateRefused: ERR_PORT_012. DescriptionRefused: ERR_REQUEST_001.
        """
        return Account(
            name=PortfolioName.parse(texts.portfolio_name),
            account_name=AccountName.parse(texts.account_name),
            account_type=AccountType.parse(texts.account_type),
            description=parse_description(texts.description),
            opening=Opening(
                equity_balance=parse_equity(texts.equity_balance),
                equity_as_of=opening_session(self.markets[texts.price_source], texts.equity_as_of),
                price_source=texts.price_source,
            ),
        )

    def open(self, command: OpenPortfolio, cause: Cause) -> OpenedPortfolio:
        """Open an account with the positions of a file: all of it or nothing.

        Raises:
            UserUnknown: ERR_USER_404. AccountNameTaken: ERR_PORT_001.
        """
        import_id = uuid4()

        def attempt() -> OpenedPortfolio:
            owner = self.log.load(User, command.owner_id)
            if owner is None:
                raise UserUnknown
            portfolio = self._opened(owner, command, import_id)
            kept = self.rejected_rows.keep(import_id, command.rejected_rows)
            position = self.log.save(owner, portfolio, cause=cause, also=kept)
            return OpenedPortfolio(
                portfolio_id=portfolio.id,
                account=command.account,
                import_id=import_id,
                positions_imported=len(portfolio.holdings.positions),
                created_at=self.markets[portfolio.opening.price_source].clock.now(),
                position=position,
            )

        return decide(attempt)

    def _opened(self, owner: User, command: OpenPortfolio, import_id: UUID) -> Portfolio:
        account = command.account
        portfolio_id = self.identities.portfolio_id(owner, account.account_name)
        owner.open_account(account.account_name, portfolio_id)
        portfolio = Portfolio.open(portfolio_id, owner.id, account)
        new_id = self.identities.position_ids(owner, portfolio_id)
        portfolio.import_positions(import_id, command.intake, new_id)
        return portfolio
