"""People with accounts, made through the use cases, for tests and benchmarks that need some."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID, uuid4

from application.commands import AccountTexts, LogIn, OpenPortfolio, RegisterUser, RequestRun
from application.ports import Cause
from domain.instrument import InvestmentClass
from domain.position import PositionTerms
from domain.position_import import ImportSource, Intake
from interfaces.bootstrap import Program

PASSWORD = "Analytical1843"
SAMPLE_SYMBOLS = (
    *("AAPL", "GOOG", "IBM", "MSFT", "SPY", "DIA", "EFA", "EEM", "EWG", "EWJ", "EWQ", "EWU", "EPP"),
    *("FXI", "VGK", "VPL", "XLB", "XLE", "XLK", "XLU", "TLT", "IEF", "TIP", "LQD", "BND"),
)
"""Twenty-five symbols of the bundled prices, known from 2008-08-01 to their end."""


@dataclass(frozen=True, slots=True)
class Owner:
    """A registered user with an access token."""

    user_id: UUID
    email: str
    token: str


def cause(actor: UUID | None = None) -> Cause:
    """A new command by `actor`, the system by default."""
    return Cause(command_id=uuid4(), correlation_id=uuid4(), actor=actor)


def register(program: Program, email: str = "ada@example.com") -> Owner:
    """Register a user by invite and sign in."""
    registered = program.users.register(
        RegisterUser(
            email=email,
            password=PASSWORD,
            full_name="Ada Lovelace",
            invite_code=program.invites.master_code,
        ),
        cause(),
    )
    access = program.users.log_in(LogIn(email=email, password=PASSWORD), cause())
    return Owner(registered.user_id, email, access.token)


def shares(symbol: str, quantity: int | str, price: str, entry_on: date) -> PositionTerms:
    """A public position as a file would state it."""
    return PositionTerms(
        symbol=symbol,
        quantity=Decimal(quantity),
        entry_price=Decimal(price),
        entry_on=entry_on,
        investment_class=InvestmentClass.PUBLIC,
    )


def open_sample(
    program: Program,
    owner: Owner,
    terms: Sequence[PositionTerms],
    *,
    equity_as_of: str = "2012-12-31",
    account_name: str = "Sample",
) -> UUID:
    """Open a sample account with 1,000,000.00 of equity; returns the portfolio's id."""
    account = program.portfolios.read_account(
        AccountTexts(
            portfolio_name="A sample portfolio",
            account_name=account_name,
            account_type="taxable",
            equity_balance="1000000.00",
            equity_as_of=equity_as_of,
            price_source="sample",
        )
    )
    source = ImportSource(format="template", file_name="positions.csv", sha256="0" * 64)
    intake = Intake(source=source, terms=terms, stated_on=date(2013, 3, 1))
    command = OpenPortfolio(owner_id=owner.user_id, account=account, intake=intake)
    return program.portfolios.open(command, cause(owner.user_id)).portfolio_id


def calculate(program: Program, owner: Owner, portfolio_id: UUID) -> UUID:
    """Request a run and work it off here; returns its id."""
    run = program.runs.request(RequestRun(portfolio_id=portfolio_id), cause(owner.user_id))
    program.runs.execute(run.run_id, "test")
    program.rooms.catch_up(program.log.position())
    return run.run_id
