"""Opening accounts, calling them otherwise, putting them away."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from application.commands import AccountTexts, ChangePortfolio, OpenPortfolio
from application.deciding import decide
from application.errors import UserUnknown
from application.identities import Identities
from application.markets import Markets
from application.openings import opening_session
from application.ownership import expected_portfolio, portfolio_to_change
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

    portfolio: Portfolio
    account: Account
    import_id: UUID
    positions_imported: int
    created_at: datetime
    position: int

    @property
    def portfolio_id(self) -> UUID:
        """Which it is."""
        return self.portfolio.id


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
        """Open an account, empty or with the positions of a file: all of it or nothing.

        Raises:
            UserUnknown: ERR_USER_404. AccountNameTaken: ERR_PORT_001.
        """
        import_id = uuid4()

        def attempt() -> OpenedPortfolio:
            owner = self._user(command.owner_id)
            portfolio = self._opened(owner, command, import_id)
            kept = self.rejected_rows.keep(import_id, command.rejected_rows)
            position = self.log.save(owner, portfolio, cause=cause, also=kept)
            return OpenedPortfolio(
                portfolio=portfolio,
                account=command.account,
                import_id=import_id,
                positions_imported=len(portfolio.holdings.positions),
                created_at=self.markets[portfolio.opening.price_source].clock.now(),
                position=position,
            )

        return decide(attempt)

    def change(self, command: ChangePortfolio, cause: Cause) -> tuple[Portfolio, int]:
        """Call a portfolio otherwise; answers with it, and the position of the last event.

        Nothing to do where it is called so.

        Raises:
            PortfolioUnknown: ERR_PORT_404. PortfolioForbidden: ERR_PORT_403.
            VersionMovedOn: ERR_VERSION_001. PortfolioArchived: ERR_PORT_015.
            PortfolioNameBlank, PortfolioNameTooLong: ERR_PORT_002, 003.
            AccountNameBlank, AccountNameTooLong: ERR_PORT_011, 010.
            AccountTypeUnknown: ERR_PORT_009. DescriptionRefused: ERR_REQUEST_001.
            AccountNameTaken: ERR_PORT_001.
        """

        def attempt() -> tuple[Portfolio, int]:
            portfolio = portfolio_to_change(self.log, command.portfolio_id, cause)
            owner = self._user(portfolio.owner_id)
            name = PortfolioName.parse(_or(command.name, portfolio.name))
            account_name = AccountName.parse(_or(command.account_name, portfolio.account_name))
            account_type = AccountType.parse(_or(command.account_type, portfolio.account_type))
            description = parse_description(_or(command.description, portfolio.description))
            owner.rename_account(portfolio.id, account_name)
            portfolio.rename(name, account_name)
            portfolio.change_account_type(account_type)
            portfolio.describe(description)
            return portfolio, self.log.save(owner, portfolio, cause=cause)

        return decide(attempt)

    def archive(self, portfolio_id: UUID, cause: Cause) -> tuple[Portfolio, int]:
        """Put a portfolio away, so that its account name is free; answers like `change`.

        Nothing to do if it was.

        Raises:
            PortfolioUnknown: ERR_PORT_404. PortfolioForbidden: ERR_PORT_403.
            VersionMovedOn: ERR_VERSION_001.
        """

        def attempt() -> tuple[Portfolio, int]:
            portfolio = expected_portfolio(self.log, portfolio_id, cause)
            owner = self._user(portfolio.owner_id)
            owner.close_account(portfolio.id)
            portfolio.archive()
            return portfolio, self.log.save(owner, portfolio, cause=cause)

        return decide(attempt)

    def _user(self, user_id: UUID | None) -> User:
        user = self.log.load(User, user_id) if user_id else None
        if user is None:
            raise UserUnknown
        return user

    def _opened(self, owner: User, command: OpenPortfolio, import_id: UUID) -> Portfolio:
        account = command.account
        portfolio_id = self.identities.portfolio_id(owner, account.account_name)
        owner.open_account(account.account_name, portfolio_id)
        portfolio = Portfolio.open(portfolio_id, owner.id, account)
        if command.intake:
            new_id = self.identities.position_ids(owner, portfolio_id)
            portfolio.import_positions(import_id, command.intake, new_id)
        return portfolio


def _or(given: str | None, otherwise: str) -> str:
    return otherwise if given is None else given
