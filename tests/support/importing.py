"""Opening accounts from the text of a file, in process, as the API does it."""

from uuid import UUID

from application.commands import AccountTexts, OpenPortfolio
from domain.position_import import ImportSource, Intake
from interfaces.bootstrap import Program
from interfaces.files.choices import Choices, Horizon
from interfaces.files.recognition import parse
from tests.support.accounts import Owner, cause

HEADER = "Symbol,Quantity,Entry Price Per Share,Entry Date"


def account(equity: str, as_of: str = "", name: str = "Live") -> AccountTexts:
    """A live account as typed; `as_of` blank means the latest completed session."""
    return AccountTexts(
        portfolio_name=f"The {name} portfolio",
        account_name=name,
        account_type="taxable",
        equity_balance=equity,
        equity_as_of=as_of,
    )


def open_from_csv(program: Program, owner: Owner, texts: AccountTexts, *rows: str) -> UUID:
    """Import these rows of the four required columns into a new account; returns its id."""
    content = "\n".join([HEADER, *rows, ""]).encode()
    today = program.markets[texts.price_source].today()
    parsed = parse(content, "positions.csv", Choices(horizon=Horizon(today=today)))
    assert parsed.errors == ()
    source = ImportSource(format="template", file_name="positions.csv", sha256=parsed.sha256)
    command = OpenPortfolio(
        owner_id=owner.user_id,
        account=program.portfolios.read_account(texts),
        intake=Intake(source=source, terms=parsed.positions, stated_on=today),
    )
    return program.portfolios.open(command, cause(owner.user_id)).portfolio_id
