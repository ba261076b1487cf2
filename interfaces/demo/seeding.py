"""Seeds the demo user and accounts once, and values them from mid-2012 to the data's end."""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from uuid import UUID, uuid4

from application.commands import AccountTexts, OpenPortfolio, RegisterUser, RequestRun
from application.ports import Cause
from domain.account import AccountName
from domain.portfolio import Portfolio
from domain.run_slot import RunAlreadyLive
from domain.user import User
from interfaces.bootstrap import Program
from interfaces.files.choices import Choices
from interfaces.importing import FileToImport, horizon_of

EMAIL = "demo_individual@sigmasight.com"
PASSWORD = "SigmaDemo2013"  # noqa: S105 - published: a demo user owns nothing real
FULL_NAME = "Demo Individual"


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """One sample account and the file its positions come from."""

    file_name: str
    texts: AccountTexts


ACCOUNTS = (
    DemoAccount(
        "individual.csv",
        AccountTexts(
            portfolio_name="Demo Individual Portfolio",
            account_name="Demo Individual",
            account_type="taxable",
            equity_balance="500000.00",
            equity_as_of="2012-06-29",
            description="Shares, funds, cash and a private asset",
            price_source="sample",
        ),
    ),
    DemoAccount(
        "long_short.csv",
        AccountTexts(
            portfolio_name="Demo Long-Short Portfolio",
            account_name="Demo Long-Short",
            account_type="other",
            equity_balance="1000000.00",
            equity_as_of="2012-06-29",
            description="Longs and shorts, gross about 150 % of NAV",
            price_source="sample",
        ),
    ),
)


def seed(program: Program) -> Sequence[UUID]:
    """Make sure that the demo is there and valued; returns its portfolios' ids.

    What an interrupted seeding left is completed, and nothing is done twice.
    """
    user = program.users.find(EMAIL) or _register(program)
    opened = [_open(program, user, account) for account in ACCOUNTS]
    portfolio_ids = [portfolio_id for portfolio_id in opened if portfolio_id]
    for portfolio_id in portfolio_ids:
        _value(program, user, portfolio_id)
    program.rooms.catch_up(program.log.position())
    return portfolio_ids


def _register(program: Program) -> User:
    program.users.register(
        RegisterUser(
            email=EMAIL,
            password=PASSWORD,
            full_name=FULL_NAME,
            invite_code=program.invites.master_code,
        ),
        _cause(),
    )
    user = program.users.find(EMAIL)
    if user is None:
        raise LookupError("The demo user was registered and cannot be found.")
    return user


def _open(program: Program, user: User, account: DemoAccount) -> UUID | None:
    """The account, opened if it never was; None where it has another name now, or none."""
    name = AccountName.parse(account.texts.account_name)
    if user.next_use(name) > 1:
        return user.account_named(name)
    content = files("interfaces.demo").joinpath(account.file_name).read_bytes()
    choices = Choices(horizon=horizon_of(program.markets, account.texts.price_source))
    file = FileToImport.read(content, account.file_name, choices)
    if file.is_refused:
        raise ValueError(f"{account.file_name}: {file.parsed.errors[0].message}")
    opened = program.portfolios.open(
        OpenPortfolio(
            owner_id=user.id,
            account=program.portfolios.read_account(account.texts),
            intake=file.intake(),
        ),
        _cause(user.id),
    )
    return opened.portfolio_id


def _value(program: Program, user: User, portfolio_id: UUID) -> None:
    """Run the calculation here and now; the queue finds it done."""
    portfolio = program.log.load(Portfolio, portfolio_id)
    until = program.markets["sample"].latest_session()
    if portfolio is None or not program.valuations.missing(portfolio, until):
        return
    try:
        run = program.runs.request(RequestRun(portfolio_id=portfolio_id), _cause(user.id))
        program.runs.execute(run.run_id, "demo")
    except RunAlreadyLive as live:
        program.runs.execute(UUID(live.details["batch_run_id"]), "demo")


def _cause(actor: UUID | None = None) -> Cause:
    return Cause(command_id=uuid4(), correlation_id=uuid4(), actor=actor)
